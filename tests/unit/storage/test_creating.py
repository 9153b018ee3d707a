"""A new vault is whole or not there, and what is in it is what the format says."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path

import pytest

from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.crypto.slots import open_slots, parse_header
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    DiskFullError,
    ReserveSizeError,
    VaultExistsError,
)
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind
from hrd_desktop.storage import creating
from hrd_desktop.storage.creating import NewSlot, create_vault, ensure_place_is_free, new_header
from hrd_desktop.storage.slot_changes import recorded_generation
from tests.unit.storage.databases import FixedClock
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    OTHER,
    THIRD,
    assert_slots_as_recorded,
    make_vault,
    opened,
    opens,
    read_slots,
    root_of_text,
)

MIB = 1024 * 1024


def test_a_new_vault_opens_with_each_of_its_credentials_and_no_other(tmp_path: Path) -> None:
    layout = make_vault(tmp_path / "vault", (KEEP, OTHER, THIRD))
    assert [opens(layout, text) for text in (KEEP, OTHER, THIRD, NEW)] == [True, True, True, False]
    with opened(layout, KEEP) as vault:
        assert vault.notices == []
        assert_slots_as_recorded(vault)
        assert recorded_generation(vault.records) == 1
        assert [record.used for record in vault.records.slots.load()] == [True, True, True, False]
        assert vault.records.custody.log_of(None).size == 0
        assert vault.records.items.count() == 0


def test_names_and_rights_are_those_of_the_format(tmp_path: Path) -> None:
    layout = make_vault(tmp_path / "vault")
    files = ["derived.0", "derived.0-journal", "keyslots.a", "keyslots.b", "lock", "objects"]
    assert sorted(os.listdir(layout.root)) == [*files, "records.0", "records.0-journal"]
    assert sorted(os.listdir(layout.objects_dir)) == [f"{number:02x}" for number in range(256)]
    assert os.listdir(tmp_path) == ["vault"]
    times = set()
    for folder, folders, files in os.walk(layout.root):
        for name in [*folders, *files, "."]:
            status = os.lstat(os.path.join(folder, name))
            assert stat.S_IMODE(status.st_mode) == (0o700 if stat.S_ISDIR(status.st_mode) else 0o600), name
            times.add(status.st_mtime_ns)
    assert len(times) == 1
    for name in ("lock", "records.0-journal", "derived.0-journal"):
        assert os.path.getsize(os.path.join(layout.root, name)) == 0


def test_the_two_key_slot_files_share_the_header_and_nothing_else(tmp_path: Path) -> None:
    layout = make_vault(tmp_path / "vault")
    a, b = (Path(layout.keyslots(copy)).read_bytes() for copy in (0, 1))
    assert a[:4096] == b[:4096]
    assert parse_header(a) == parse_header(b)
    slots = [*read_slots(layout, 0), *read_slots(layout, 1), *read_slots(layout, 0, 4)]
    assert len(set(slots)) == 12
    equal = sum(x == y for x, y in zip(a[4096:], b[4096:], strict=True))
    # One in 256 of 61,440: 240 on average, more than 400 in one of 10^20.
    assert equal < 400


def test_two_vaults_share_nothing(tmp_path: Path) -> None:
    layouts = [make_vault(tmp_path / name) for name in ("one", "other")]
    headers = [parse_header(Path(layout.keyslots(0)).read_bytes()) for layout in layouts]
    assert headers[0].vault_id != headers[1].vault_id
    assert headers[0].salt != headers[1].salt
    keys = []
    for layout in layouts:
        with opened(layout, KEEP) as vault:
            keys.append(vault.compartment_key)
    assert keys[0] != keys[1]


def test_what_a_slot_says(tmp_path: Path) -> None:
    header = new_header(MINIMUM, os.urandom)
    roots = [hashlib.sha256(text).digest() for text in (b"one", b"other")]
    slots = (
        NewSlot(roots[0], SlotKind.PASSPHRASE, "the first", with_key_file=True),
        NewSlot(roots[1], SlotKind.RECOVERY_CODE),
    )
    root = str(tmp_path / "vault")
    create_vault(root, header=header, slots=slots, reserve_bytes=0, random=os.urandom, clock=FixedClock())
    copies = [(tmp_path / "vault" / name).read_bytes() for name in ("keyslots.a", "keyslots.b")]
    for number, slot in enumerate(slots):
        found = open_slots(copies, roots[number], header.pack())
        assert [(one.copy, one.number) for one in found] == [(0, number), (1, number)]
        assert found[0].content == found[1].content
        assert (found[0].content.kind, found[0].content.generation) == (slot.kind, 1)
        assert found[0].content.flags == (FLAG_KEY_FILE if slot.with_key_file else 0)
        assert found[0].content.old_compartment_key is None


def test_a_reserve_is_there_filled_and_listed(tmp_path: Path) -> None:
    layout = make_vault(tmp_path / "vault", reserve_bytes=16 * MIB)
    for path in (layout.records(1), layout.derived(1)):
        assert os.path.getsize(path) == MIB
        assert os.path.getsize(layout.journal(path)) == 0
        assert len(set(Path(path).read_bytes()[:4096])) > 200
    with opened(layout, KEEP) as vault:
        sizes = {name: os.path.getsize(layout.object_path(name)) for name in vault.objects.iter_names()}
        listed = vault.records.reserve.load()
        assert listed is not None
        assert (listed.records_bytes, listed.derived_bytes) == (MIB, MIB)
        assert dict(listed.objects) == sizes
        assert sum(sizes.values()) == 14 * MIB


@pytest.mark.parametrize("size", [1, 16 * MIB - 4096, 16 * MIB + 1])
def test_a_reserve_of_another_size_is_refused_before_anything_is_made(tmp_path: Path, size: int) -> None:
    with pytest.raises(ReserveSizeError):
        make_vault(tmp_path / "vault", reserve_bytes=size)
    assert os.listdir(tmp_path) == []


def test_what_is_there_already_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"something")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inside").write_bytes(b"")
    for name in ("file", "folder"):
        with pytest.raises(VaultExistsError):
            make_vault(tmp_path / name)
        with pytest.raises(VaultExistsError):
            ensure_place_is_free(str(tmp_path / name))
    assert sorted(os.listdir(tmp_path)) == ["file", "folder"]
    with pytest.raises(DiskFailedError):
        make_vault(tmp_path / "no such folder" / "vault")


def test_an_empty_folder_becomes_the_vault(tmp_path: Path) -> None:
    (tmp_path / "vault").mkdir()
    assert opens(make_vault(tmp_path / "vault"), KEEP)


@pytest.mark.parametrize("failing", ["fill", "sync_tree", "open_database", "set_all_mtimes"])
def test_a_failure_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failing: str) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFullError()

    monkeypatch.setattr(creating, failing, full)
    with pytest.raises(DiskFullError):
        make_vault(tmp_path / "vault", reserve_bytes=16 * MIB)
    assert os.listdir(tmp_path) == []


def test_a_name_taken_meanwhile_is_not_overwritten(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "vault"

    def taken(*_: object) -> None:
        target.mkdir()
        (target / "somebody's").write_bytes(b"")

    monkeypatch.setattr(creating, "sync_tree", taken)
    with pytest.raises(DiskFailedError):
        make_vault(target)
    assert os.listdir(tmp_path) == ["vault"]
    assert os.listdir(target) == ["somebody's"]


def test_a_root_depends_on_the_salt() -> None:
    assert root_of_text(KEEP, bytes(32)) != root_of_text(KEEP, bytes(31) + b"\x01")
