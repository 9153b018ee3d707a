"""Snapshots of the records: when they are due, what they hold, how many are kept, what a crash leaves."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from hrd_desktop.crypto.headers import Role
from hrd_desktop.domain.errors.vault import DiskFullError, VaultReadOnlyError
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.slot_changes import current_slots, slot_set
from hrd_desktop.storage.snapshots import snapshot_is_due, take_snapshot
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID, Vault
from tests.unit.storage.small_vault import (
    KEEP,
    crash_at,
    crash_points,
    fresh_copy,
    make_vault,
    opened,
    put_item,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_vault(folder / "vault")
    return folder / "vault"


@pytest.fixture
def layout(template: Path, tmp_path: Path) -> VaultLayout:
    return fresh_copy(template, tmp_path / "vault")


def change(vault: Vault, value: str) -> None:
    with vault.records.transaction():
        vault.records.settings.set("made.up", value)


def sequences(vault: Vault) -> list[int]:
    """Of the snapshots that lie in the vault, whatever the records know."""
    found = []
    for name in vault.objects.iter_names():
        with vault.objects.open(name) as reader:
            if reader.header.role == Role.SNAPSHOT:
                found.append(reader.header.sequence)
    return sorted(found)


def test_a_snapshot_is_due_after_a_change_of_the_records_and_not_after_bookkeeping(
    layout: VaultLayout,
) -> None:
    with opened(layout, KEEP) as vault:
        assert snapshot_is_due(vault)
        take_snapshot(vault)
        assert not snapshot_is_due(vault)
        with vault.records.quiet_transaction():
            vault.records.settings.set("made.up", "quiet")
        assert not snapshot_is_due(vault)
        change(vault, "loud")
        assert snapshot_is_due(vault)


def test_none_is_due_while_slots_are_changed_or_the_vault_re_keyed(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        packed = slot_set(current_slots(vault), 1).pack()
        with vault.records.quiet_transaction():
            vault.records.slots.put_intent(packed)
        assert not snapshot_is_due(vault)
        with vault.records.quiet_transaction():
            vault.records.slots.clear_intent()
        assert snapshot_is_due(vault)
        with vault.records.quiet_transaction():
            vault.records.rekey.begin(packed)
        assert not snapshot_is_due(vault)
        with vault.records.quiet_transaction():
            vault.records.rekey.clear()
        assert snapshot_is_due(vault)


def test_its_content_is_the_records_as_they_were(layout: VaultLayout, tmp_path: Path) -> None:
    with opened(layout, KEEP) as vault:
        change(vault, "then")
        epoch = vault.records.state().epoch
        take_snapshot(vault)
        change(vault, "now")
        ((name, recorded, _),) = vault.records.snapshots.load()
        assert recorded == epoch
        with vault.objects.open(name) as reader:
            assert (reader.header.role, reader.header.sequence) == (Role.SNAPSHOT, epoch)
            assert (reader.header.record_id, reader.header.media_type) == (None, "")
            assert reader.header.original_name == b""
            copy = tmp_path / "copy"
            copy.write_bytes(b"".join(reader.iter_content()))
        keys = vault.keys.records
    database = open_database(str(copy), keys.key, keys.salt, RECORDS_APPLICATION_ID, must_exist=True)
    database.verify()
    assert database.one("SELECT value FROM setting WHERE name = 'made.up'") == ("then",)
    # Its own name stands reserved in it: it was taken before it was recorded.
    assert database.query("SELECT name FROM reserved_name") == [(name,)]
    database.close()


def test_two_are_kept_and_the_oldest_goes_with_its_key(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        taken = []
        for number in range(4):
            change(vault, str(number))
            take_snapshot(vault)
            taken.append(vault.records.state().epoch)
            assert sequences(vault) == taken[-2:]
            assert [epoch for _, epoch, _ in vault.records.snapshots.load()] == taken[-2:]
        assert vault.records.names.reserved() == []
        assert vault.records.names.to_unlink() == []


def test_taking_one_changes_no_record(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        item = put_item(vault, b"content")
        before = vault.records.state()
        take_snapshot(vault)
        assert vault.records.state() == before
        assert vault.records.items.load(item.id) == item


def test_a_read_only_vault_takes_none(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        vault.read_only = True
        with pytest.raises(VaultReadOnlyError):
            take_snapshot(vault)
        assert sequences(vault) == []


def test_a_full_disk_costs_no_older_snapshot(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise DiskFullError()

    with opened(layout, KEEP) as vault:
        for number in range(2):
            change(vault, str(number))
            take_snapshot(vault)
        before = sequences(vault)
        change(vault, "full")
        monkeypatch.setattr(ObjectStore, "sync", full)
        with pytest.raises(DiskFullError):
            take_snapshot(vault)
        monkeypatch.undo()
        assert [epoch for _, epoch, _ in vault.records.snapshots.load()] == before
    with opened(layout, KEEP) as vault:
        assert sequences(vault) == before
        assert snapshot_is_due(vault)


def test_one_that_is_cut_off_is_swept_and_the_older_ones_stay(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ready = fresh_copy(template, tmp_path / "ready")
    with opened(ready, KEEP) as vault:
        for number in range(2):
            change(vault, str(number))
            take_snapshot(vault)
        before = sequences(vault)
        change(vault, "to come")
        newest = vault.records.state().epoch
    folder = tmp_path / "vault"
    source = Path(ready.root)
    steps = crash_points(fresh_copy(source, folder), KEEP, take_snapshot, monkeypatch)
    for step in range(steps):
        layout = fresh_copy(source, folder)
        crash_at(layout, KEEP, take_snapshot, monkeypatch, step)
        with opened(layout, KEEP) as vault:
            assert sequences(vault) in (before, [before[1], newest]), step
            assert [epoch for _, epoch, _ in vault.records.snapshots.load()] == sequences(vault), step
            assert vault.records.names.reserved() == vault.records.names.to_unlink() == [], step
            for name in vault.objects.iter_names():
                vault.objects.verify(name)


def test_the_bytes_are_read_past_one_megabyte(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hrd_desktop.storage.snapshots.READ_BYTES", 5000)
    with opened(layout, KEEP) as vault:
        take_snapshot(vault)
        ((name, _, _),) = vault.records.snapshots.load()
        header = vault.objects.verify(name)
        with vault.objects.open(name) as reader:
            content = b"".join(reader.iter_content())
        assert hashlib.sha256(content).digest() == header.sha256
        assert len(content) % 4096 == 0
