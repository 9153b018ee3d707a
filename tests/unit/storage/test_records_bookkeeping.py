"""Settings, the epoch, names, slots, reserve, snapshots, re-key, drafts, saved searches."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.slots import SlotRecord
from hrd_desktop.storage.database import ConstraintBroken, DatabaseBug
from hrd_desktop.storage.records.drafts import Draft
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.records.searches import SavedSearch
from tests.unit.storage.databases import NOW, made_id, made_item, open_records

A, B, C = (bytes([n]) * 16 for n in (1, 2, 3))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    database, records, _ = open_records(tmp_path)
    yield records
    database.close()


def test_settings(records: Records) -> None:
    with records.transaction():
        records.settings.set("name", "value ü")
        records.settings.set("name", "other")
        records.settings.set("number", "-7")
        records.settings.set("gone", "")
        records.settings.remove("gone")
        records.settings.remove("never there")
    assert records.settings.find("name") == "other"
    assert records.settings.get("gone", "default") == "default"
    assert records.settings.find_number("number") == -7
    assert records.settings.find_number("gone") is None


def test_the_epoch_counts_changes_and_not_bookkeeping(tmp_path: Path) -> None:
    database, records, clock = open_records(tmp_path)
    state = records.state()
    assert (state.epoch, state.changed_utc, state.item_count, state.compartment) == (0, None, 0, 0)
    with records.transaction():
        records.items.insert(made_item(1))
    clock.now = NOW + timedelta(hours=1)
    with records.quiet_transaction():
        records.names.reserve([A])
    assert (records.state().epoch, records.state().changed_utc) == (1, NOW)
    with records.transaction():
        records.settings.set("a", "b")
    with pytest.raises(RuntimeError), records.transaction():
        raise RuntimeError
    database.close()
    database, records, _ = open_records(tmp_path, must_exist=True)
    state = records.state(1)
    assert (state.epoch, state.changed_utc, state.item_count) == (2, NOW + timedelta(hours=1), 1)
    assert state.compartment == 1
    database.close()


def test_names(records: Records) -> None:
    with records.quiet_transaction():
        records.names.reserve([A, B, C])
        records.names.release([A])
        records.names.unlink_later([A, A])
        records.names.unlink_later([A, C])
    assert sorted(records.names.reserved()) == [B, C]
    assert len(records.names.reserved(limit=1)) == 1
    assert sorted(records.names.to_unlink()) == [A, C]
    assert len(records.names.to_unlink(limit=1)) == 1
    with pytest.raises(ConstraintBroken), records.quiet_transaction():
        records.names.reserve([B])
    with records.quiet_transaction():
        records.names.unlinked([A, B, C])
        records.names.release([B, C])
    assert records.names.reserved() == []
    assert records.names.to_unlink() == []


def test_slots_and_their_intent(records: Records) -> None:
    slots = [
        SlotRecord(0, True, A, 1, "mine ü", 2, 1_700_000_000_000_000, bytes(32), b"b" * 32),
        SlotRecord(1, False, None, 0, "", 0, 0, b"c" * 32, b"d" * 32),
    ]
    with records.quiet_transaction():
        records.slots.replace(list(reversed(slots)))
        records.slots.put_intent(b"first")
        records.slots.put_intent(b"second")
    assert records.slots.load() == slots
    assert records.slots.find_intent() == b"second"
    with records.quiet_transaction():
        records.slots.replace([replace(slots[0], used=False, slot_id=None)])
        records.slots.clear_intent()
    assert records.slots.load() == [replace(slots[0], used=False, slot_id=None)]
    assert records.slots.find_intent() is None


def test_the_reserve(records: Records) -> None:
    assert records.reserve.load() is None
    objects = [(A, 65_536), (B, 262_144)]
    with records.transaction():
        records.reserve.insert(objects, 1 << 20, 2 << 20)
    reserve = records.reserve.load()
    assert reserve is not None
    assert (reserve.records_bytes, reserve.derived_bytes, list(reserve.objects)) == (
        1 << 20,
        2 << 20,
        objects,
    )
    assert reserve.size_bytes == (3 << 20) + 65_536 + 262_144
    with pytest.raises(ConstraintBroken), records.transaction():
        records.reserve.insert([], 1, 1)


def test_snapshots(records: Records) -> None:
    with records.quiet_transaction():
        records.snapshots.add(B, 9, 50)
        records.snapshots.add(A, 3, 60)
    assert records.snapshots.load() == [(A, 3, 60), (B, 9, 50)]
    with records.quiet_transaction():
        records.snapshots.remove(A)
        records.snapshots.remove(A)
    assert records.snapshots.load() == [(B, 9, 50)]


def test_a_rekey_step_by_step(records: Records) -> None:
    with records.transaction():
        for number in (1, 2, 3):
            records.items.insert(made_item(number))
    names = {made_item(number).object_name for number in (1, 2, 3)}
    assert records.rekey.state() is None
    assert records.rekey.final_slots() is None
    with pytest.raises(DatabaseBug), records.quiet_transaction():
        records.rekey.set_state("derived")
    with records.quiet_transaction():
        records.rekey.begin(b"final")
    assert (records.rekey.state(), records.rekey.final_slots()) == ("slots", b"final")
    with pytest.raises(ConstraintBroken), records.quiet_transaction():
        records.rekey.begin(b"again")
    assert set(records.rekey.names_to_do(limit=10)) == names
    first, second = records.rekey.names_to_do(limit=2)
    with records.quiet_transaction():
        records.rekey.set_state("headers")
        records.rekey.put_header(first, b"header")
        records.rekey.put_header(second, None)
    assert records.rekey.state() == "headers"
    assert set(records.rekey.names_to_do(limit=10)) == names - {first, second}
    assert dict(records.rekey.pending_headers()) == {first: b"header", second: None}
    assert records.rekey.find_header(first) == b"header"
    assert records.rekey.find_header(second) is None
    assert not records.rekey.is_done(first)
    with records.quiet_transaction():
        records.rekey.done([first, second])
    assert records.rekey.is_done(first)
    assert records.rekey.pending_headers() == []
    with records.quiet_transaction():
        records.rekey.clear()
    assert records.rekey.state() is None
    assert records.rekey.names_to_do(limit=10) == []


def test_drafts(records: Records) -> None:
    item, contact = Draft("item", '{"title": "ü"}', NOW), Draft("contact", "{}", NOW + timedelta(seconds=1))
    with records.quiet_transaction():
        records.drafts.put(Draft("item", "{}", NOW))
        records.drafts.put(item)
        records.drafts.put(contact)
    assert records.drafts.find("item") == item
    assert records.drafts.load() == [contact, item]
    with records.quiet_transaction():
        records.drafts.remove("contact")
        records.drafts.remove("contact")
    assert records.drafts.find("contact") is None


def test_saved_searches(records: Records) -> None:
    one = SavedSearch(made_id("one"), "mine", "words", NOW)
    with records.transaction():
        records.searches.insert(one)
        records.searches.insert(replace(one, id=made_id("two")))
        records.searches.update(replace(one, name="other", query="more"))
    assert [search.name for search in records.searches.load()] == ["other", "mine"]
    with pytest.raises(NotFoundError), records.transaction():
        records.searches.update(replace(one, id=made_id("three")))
    with records.transaction():
        records.searches.remove(one.id)
    assert records.searches.load() == [replace(one, id=made_id("two"))]
