"""What is cleared up at unlock: exactly what the records list, and never by records that are older."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.domain.errors.vault import RecordsOlderError
from hrd_desktop.domain.records import ItemState
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.slot_changes import current_slots, slot_set
from hrd_desktop.storage.sweep import has_unfinished, sweep, unlink_now, verify_newest
from hrd_desktop.storage.vault import Vault
from tests.unit.storage.small_vault import (
    KEEP,
    content_of,
    crash_at,
    crash_points,
    flip,
    fresh_copy,
    make_vault,
    opened,
    put_item,
    put_object,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_vault(folder / "vault")
    return folder / "vault"


@pytest.fixture
def layout(template: Path, tmp_path: Path) -> VaultLayout:
    return fresh_copy(template, tmp_path / "vault")


def header_keys(vault: Vault) -> list[bytes]:
    return [vault.keys.object_headers]


def test_reserved_names_and_names_to_unlink_are_cleared_and_nothing_else(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        item = put_item(vault, b"an item")
        unlisted = put_object(vault, b"listed nowhere").name
        reserved = [put_object(vault, b"half done").name, vault.objects.new_name()]
        to_unlink = [put_object(vault, b"to go").name, vault.objects.new_name()]
        foreign = Path(layout.object_folder(7)) / "notes.txt"
        foreign.write_bytes(b"somebody's")
        with vault.records.quiet_transaction():
            vault.records.names.reserve(reserved)
            vault.records.names.unlink_later(to_unlink)
        assert has_unfinished(vault.records)
        epoch = vault.records.state().epoch
        assert sweep(vault) == 4
        assert not has_unfinished(vault.records)
        assert sweep(vault) == 0
        assert set(vault.objects.iter_names()) == {item.object_name, unlisted}
        assert foreign.read_bytes() == b"somebody's"
        assert content_of(vault, item) == b"an item"
        assert vault.records.state().epoch == epoch


def test_more_names_than_fit_one_transaction(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrd_desktop.storage.sweep.NAMES_AT_ONCE", 3)
    with opened(layout, KEEP) as vault:
        names = [put_object(vault, b"").name for _ in range(4)]
        with vault.records.quiet_transaction():
            vault.records.names.reserve([*names, *(vault.objects.new_name() for _ in range(4))])
            vault.records.names.unlink_later([vault.objects.new_name() for _ in range(7)])
        assert sweep(vault) == 15
        assert list(vault.objects.iter_names()) == []


def test_what_is_unlinked_loses_its_key_first(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    with opened(layout, KEEP) as vault:
        name = put_object(vault, b"to go").name
        before = Path(layout.object_path(name)).read_bytes()
        kept: list[bytes] = []

        def unlink(store: ObjectStore, name: bytes) -> None:
            kept.append(Path(layout.object_path(name)).read_bytes())

        monkeypatch.setattr(ObjectStore, "unlink", unlink)
        unlink_now(vault, [name])
        assert sum(a == b for a, b in zip(kept[0][:4096], before, strict=False)) < 60
        assert kept[0][4096:] == before[4096:]


def test_clearing_up_that_is_cut_off_is_gone_on_with(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = fresh_copy(template, tmp_path / "ready")
    with opened(ready, KEEP) as vault:
        item = put_item(vault, b"an item")
        going = [put_object(vault, b"half done").name, put_object(vault, b"to go").name]
        with vault.records.quiet_transaction():
            vault.records.names.reserve(going[:1])
            vault.records.names.unlink_later(going[1:])
        vault.records_database.close()
        source = fresh_copy(Path(ready.root), tmp_path / "source")
    folder = tmp_path / "vault"

    def list_and_sweep(vault: Vault) -> None:
        # Opening has cleared up already: the names are listed again, some of them without an object.
        with vault.records.quiet_transaction():
            vault.records.names.reserve([vault.objects.new_name()])
            vault.records.names.unlink_later([put_object(vault, b"").name])
        sweep(vault)

    steps = crash_points(fresh_copy(Path(source.root), folder), KEEP, list_and_sweep, monkeypatch)
    for step in range(2, steps):
        layout = fresh_copy(Path(source.root), folder)
        crash_at(layout, KEEP, list_and_sweep, monkeypatch, step)
        with opened(layout, KEEP) as vault:
            assert not has_unfinished(vault.records)
            assert content_of(vault, item) == b"an item"
            assert not set(going) & set(vault.objects.iter_names())


@pytest.mark.parametrize("what", ["reserved", "unlink", "destroying", "intent", "rekey"])
def test_what_counts_as_unfinished(layout: VaultLayout, what: str) -> None:
    with opened(layout, KEEP) as vault:
        assert not has_unfinished(vault.records)
        put_item(vault, b"kept")
        assert not has_unfinished(vault.records)
        packed = slot_set(current_slots(vault), 1).pack()
        if what == "destroying":
            put_item(vault, b"going", state=ItemState.DESTROYING)
        else:
            with vault.records.quiet_transaction():
                if what == "reserved":
                    vault.records.names.reserve([bytes(16)])
                elif what == "unlink":
                    vault.records.names.unlink_later([bytes(16)])
                elif what == "intent":
                    vault.records.slots.put_intent(packed)
                else:
                    vault.records.rekey.begin(packed)
        assert has_unfinished(vault.records)


@pytest.mark.parametrize(("ahead", "older"), [(0, False), (1, True), (1000, True), (-1, False)])
def test_a_snapshot_ahead_of_the_records_tells(layout: VaultLayout, ahead: int, older: bool) -> None:
    with opened(layout, KEEP) as vault:
        vault_id = vault.header.vault_id
        with vault.records.transaction():
            vault.records.settings.set("made.up", "so that an epoch before exists")
        put_object(vault, b"", role=Role.SNAPSHOT, sequence=vault.records.state().epoch + ahead)
        if older:
            with pytest.raises(RecordsOlderError) as failure:
                verify_newest(vault.records, vault.objects, vault_id, header_keys(vault))
            assert failure.value.fields == {"evidence": "snapshot"}
        else:
            verify_newest(vault.records, vault.objects, vault_id, header_keys(vault))


def test_a_snapshot_with_one_good_header_copy_or_under_the_other_key_tells_too(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        vault_id, epoch = vault.header.vault_id, vault.records.state().epoch
        other = derive_keys(os.urandom(32), vault_id).object_headers
        objects, vault.objects = vault.objects, ObjectStore(layout, vault_id, other, os.urandom)
        name = put_object(vault, b"", role=Role.SNAPSHOT, sequence=epoch + 1).name
        vault.objects = objects
        flip(layout.object_path(name), 50)
        verify_newest(vault.records, objects, vault_id, header_keys(vault))
        with pytest.raises(RecordsOlderError):
            verify_newest(vault.records, objects, vault_id, [*header_keys(vault), other])


def test_other_roles_strangers_and_broken_files_are_no_witnesses(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        vault_id, epoch = vault.header.vault_id, vault.records.state().epoch
        put_object(vault, b"", role=Role.ORIGINAL, sequence=epoch + 1)
        broken = put_object(vault, b"", role=Role.SNAPSHOT, sequence=epoch + 1).name
        for place in (50, 2100):
            flip(layout.object_path(broken), place)
        moved = put_object(vault, b"", role=Role.SNAPSHOT, sequence=epoch + 1).name
        os.rename(layout.object_path(moved), layout.object_path(vault.objects.new_name()))
        Path(layout.object_path(vault.objects.new_name())).write_bytes(b"short")
        os.symlink(layout.records(0), layout.object_path(vault.objects.new_name()))
        verify_newest(vault.records, vault.objects, vault_id, header_keys(vault))
