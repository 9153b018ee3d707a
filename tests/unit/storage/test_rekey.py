"""A re-key is finished by whoever opens the vault next, wherever it was cut off, and expels the others."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.crypto.headers import Role, open_header
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.crypto.slots import open_slots
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import DiskFullError, ObjectNotOursError, VaultReadOnlyError
from hrd_desktop.domain.records import Item
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.object_writer import HeaderFields
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.rekey import KeptSlot, rekey
from hrd_desktop.storage.slot_changes import SlotChanges, recorded_generation
from hrd_desktop.storage.snapshots import take_snapshot
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID, RECORDS_APPLICATION_ID, Vault
from tests.unit.storage.small_vault import (
    KEEP,
    OTHER,
    THIRD,
    Crash,
    CrashNow,
    assert_slots_as_recorded,
    content_of,
    crash_at,
    crash_points,
    flip,
    fresh_copy,
    make_vault,
    open_with,
    opened,
    opens,
    put_item,
    read_slots,
    root_of_text,
)

CONTENTS = (b"", b"one", bytes(20_000))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, tuple[Item, ...], bytes]:
    """A vault of three items and two snapshots that three passphrases open; its items; its key."""
    folder = tmp_path_factory.mktemp("template")
    layout = make_vault(folder / "vault", (KEEP, OTHER, THIRD))
    with opened(layout, KEEP) as vault:
        items = tuple(put_item(vault, content) for content in CONTENTS)
        take_snapshot(vault)
        with vault.records.transaction():
            vault.records.settings.set("made.up", "1")
        take_snapshot(vault)
        return folder / "vault", items, vault.compartment_key


@pytest.fixture
def layout(made: tuple[Path, tuple[Item, ...], bytes], tmp_path: Path) -> VaultLayout:
    return fresh_copy(made[0], tmp_path / "vault")


def rekey_keeping(*texts: str) -> Callable[[Vault], None]:
    numbers = {KEEP: 0, OTHER: 1, THIRD: 2}

    def act(vault: Vault) -> None:
        salt = vault.header.salt
        rekey(vault, [KeptSlot(numbers[text], root_of_text(text, salt)) for text in texts])

    return act


def assert_rekeyed(vault: Vault, items: tuple[Item, ...], old_key: bytes) -> None:
    """Nothing but what the new key opens is left of the compartment."""
    assert vault.compartment_key != old_key
    assert_slots_as_recorded(vault)
    vault.records.verify()
    vault.derived.verify()
    assert [content_of(vault, item) for item in items] == list(CONTENTS)
    old = derive_keys(old_key, vault.header.vault_id)
    snapshots = {name for name, _, _ in vault.records.snapshots.load()}
    names = set(vault.objects.iter_names())
    assert names == snapshots | {item.object_name for item in items}
    for name in names:
        with pytest.raises(ObjectNotOursError):
            open_header(
                vault.objects.read_header_bytes(name), old.object_headers, vault.header.vault_id, name
            )
        assert vault.objects.verify(name).bad_header_copies == ()
    assert len(snapshots) == 1
    header = vault.header_bytes
    copies = vault.files.read()
    for slot in open_slots(copies, vault.root, header):
        assert slot.content.old_compartment_key is None
        assert slot.content.generation == recorded_generation(vault.records)


def test_kept_credentials_open_and_the_others_do_not(
    layout: VaultLayout, made: tuple[Path, tuple[Item, ...], bytes]
) -> None:
    _, items, old_key = made
    before = read_slots(layout, 0, 4), read_slots(layout, 1, 4)
    with opened(layout, KEEP) as vault:
        ids = {record.number: record.slot_id for record in vault.records.slots.load()}
        generation = recorded_generation(vault.records)
        rekey_keeping(KEEP, THIRD)(vault)
        assert_rekeyed(vault, items, old_key)
        assert recorded_generation(vault.records) == generation + 2
        after = {record.number: record.slot_id for record in vault.records.slots.load()}
        assert after == ids | {1: None}
        put_item(vault, b"after")
    assert [opens(layout, text) for text in (KEEP, OTHER, THIRD)] == [True, False, True]
    assert (read_slots(layout, 0, 4), read_slots(layout, 1, 4)) == before
    with opened(layout, THIRD) as vault:
        assert vault.notices == []
        assert vault.records.items.count() == 4


def test_what_is_kept_must_be_in_use(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        for kept in ([], [KeptSlot(3, bytes(32))], [KeptSlot(0, vault.root), KeptSlot(4, bytes(32))]):
            with pytest.raises(NotFoundError):
                rekey(vault, kept)
        assert vault.records.rekey.state() is None
        assert not vault.read_only
    assert opens(layout, OTHER)


def test_the_old_key_opens_no_database_afterwards(
    layout: VaultLayout, made: tuple[Path, tuple[Item, ...], bytes]
) -> None:
    _, _, old_key = made
    with opened(layout, KEEP) as vault:
        old = derive_keys(old_key, vault.header.vault_id)
        rekey_keeping(KEEP)(vault)
    for path, key, application_id in (
        (layout.records(0), old.records, RECORDS_APPLICATION_ID),
        (layout.derived(0), old.derived, DERIVED_APPLICATION_ID),
    ):
        with pytest.raises(IntegrityError):
            open_database(path, key.key, key.salt, application_id, must_exist=True)


@pytest.mark.parametrize("first", [KEEP, THIRD])
def test_a_rekey_that_is_cut_off(
    made: tuple[Path, tuple[Item, ...], bytes],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    first: str,
    full: bool,
) -> None:
    template, items, old_key = made
    folder, act = tmp_path / "vault", rekey_keeping(KEEP, THIRD)
    steps = crash_points(fresh_copy(template, folder), KEEP, act, monkeypatch)
    outcomes = []
    stride = 1 if full else 2 if first == KEEP else 7
    for step in range(0, steps, stride):
        layout = fresh_copy(template, folder)
        crash_at(layout, KEEP, act, monkeypatch, step)
        with opened(layout, first) as vault:
            begun = vault.compartment_key != old_key
            if begun:
                assert_rekeyed(vault, items, old_key)
        assert [opens(layout, text) for text in (KEEP, OTHER, THIRD)] == [True, not begun, True], step
        outcomes.append(begun)
    assert outcomes == sorted(outcomes)
    assert {True, False} == set(outcomes)


def test_a_rekey_that_is_cut_off_again_and_again(
    made: tuple[Path, tuple[Item, ...], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each unlock gets some steps further than the one before."""
    template, items, old_key = made
    for stamina in (7, 11, 16, 23):
        layout = fresh_copy(template, tmp_path / "vault")
        crash_at(layout, KEEP, rekey_keeping(KEEP, THIRD), monkeypatch, 5)
        for attempt in range(100):
            if opens_within(layout, monkeypatch, stamina + attempt // 2):
                break
        with opened(layout, THIRD) as vault:
            assert_rekeyed(vault, items, old_key)


def opens_within(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch, steps: int) -> bool:
    with monkeypatch.context() as patch:
        Crash(patch, steps)
        try:
            vault = open_with(layout, KEEP)
        except CrashNow:
            return False
    vault.close()
    return True


def test_whoever_was_not_kept_finds_the_rekey_finished_far_enough(
    made: tuple[Path, tuple[Item, ...], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the first intent is committed, not even the first unlock lets the dropped credential in."""
    template, items, old_key = made
    layout = fresh_copy(template, tmp_path / "vault")
    crash_at(layout, KEEP, rekey_keeping(KEEP), monkeypatch, 2)
    assert [opens(layout, OTHER), opens(layout, OTHER), opens(layout, THIRD)] == [False, False, False]
    with opened(layout, KEEP) as vault:
        assert "rekey-continued" in vault.notices
        assert_rekeyed(vault, items, old_key)


def test_a_torn_copy_a_and_a_copy_b_from_before(
    made: tuple[Path, tuple[Item, ...], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copy a has slots of two keys, copy b those of one: which key opens the records decides."""
    template, items, old_key = made
    layout = fresh_copy(template, tmp_path / "vault")
    between = Path(layout.keyslots(1)).read_bytes()
    crash_at(layout, KEEP, rekey_keeping(KEEP, THIRD), monkeypatch, 8)
    Path(layout.keyslots(1)).write_bytes(between)
    with opened(layout, THIRD) as vault:
        assert_rekeyed(vault, items, old_key)


def test_a_full_disk_in_the_middle_makes_the_vault_read_only(
    layout: VaultLayout, made: tuple[Path, tuple[Item, ...], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    _, items, old_key = made

    def full(*_: object) -> None:
        raise DiskFullError()

    vault = open_with(layout, KEEP)
    with monkeypatch.context() as patch:
        patch.setattr(Database, "rekey", full)
        with pytest.raises(DiskFullError):
            rekey_keeping(KEEP, THIRD)(vault)
    with pytest.raises(VaultReadOnlyError):
        take_snapshot(vault)
    with pytest.raises(VaultReadOnlyError):
        SlotChanges(vault).add(root=bytes(32), kind=SlotKind.PASSPHRASE, label="", flags=0)
    vault.close()
    with opened(layout, KEEP) as vault:
        assert_rekeyed(vault, items, old_key)


def test_an_object_whose_header_does_not_open_is_passed_over_and_told(
    layout: VaultLayout, made: tuple[Path, tuple[Item, ...], bytes]
) -> None:
    _, items, _ = made
    for place in (100, 2148):
        flip(layout.object_path(items[1].object_name), place)
    before = Path(layout.object_path(items[1].object_name)).read_bytes()
    os.unlink(layout.object_path(items[0].object_name))
    with opened(layout, KEEP) as vault:
        rekey_keeping(KEEP)(vault)
        assert vault.notices == ["object-not-rekeyed"]
        assert content_of(vault, items[2]) == CONTENTS[2]
        assert vault.records.items.load(items[1].id) == items[1]
    assert Path(layout.object_path(items[1].object_name)).read_bytes() == before


def test_objects_of_others_are_not_touched(layout: VaultLayout) -> None:
    stranger = ObjectStore(layout, bytes(16), bytes(32), os.urandom)
    name = stranger.new_name()
    writer = stranger.create(name)
    writer.finish(HeaderFields(Role.ORIGINAL, None, "", b"", 0, None))
    before = Path(layout.object_path(name)).read_bytes()
    with opened(layout, KEEP) as vault:
        rekey_keeping(KEEP)(vault)
    assert Path(layout.object_path(name)).read_bytes() == before


def test_a_copy_from_before_opens_with_what_opened_it_then(
    layout: VaultLayout, made: tuple[Path, tuple[Item, ...], bytes], tmp_path: Path
) -> None:
    """What a re-key cannot do: an older copy, slots and all, is as open as it was."""
    older = fresh_copy(made[0], tmp_path / "older")
    with opened(layout, KEEP) as vault:
        rekey_keeping(KEEP)(vault)
    with opened(older, OTHER) as vault:
        assert content_of(vault, made[1][1]) == CONTENTS[1]


def test_slots_from_before_a_rekey_open_no_records_from_after_it(layout: VaultLayout) -> None:
    older = KeySlotFiles(layout).read()
    with opened(layout, KEEP) as vault:
        rekey_keeping(KEEP)(vault)
    for copy, data in enumerate(older):
        Path(layout.keyslots(copy)).write_bytes(data or b"")
    with pytest.raises(IntegrityError):
        open_with(layout, OTHER)
