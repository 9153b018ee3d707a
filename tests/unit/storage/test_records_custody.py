"""Custody logs: appended in order, read back, forgotten field by field."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from hrd_desktop.crypto.custody import SealedEvent, seal_event, verify_event
from hrd_desktop.domain.errors.records import ExistsError, NotFoundError
from hrd_desktop.storage.database import DatabaseBug
from hrd_desktop.storage.records.custody import EVENTS_AT_ONCE
from hrd_desktop.storage.records.records import Records
from tests.unit.storage.databases import made_case, made_id, made_item, open_records

INBOX, LOG = made_id("inbox"), made_id("log")
SEED = bytes(range(32))


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.cases.insert(made_case("one"))
        records.custody.create_log(INBOX, None, SEED, 5)
        records.custody.create_log(LOG, made_id("case one"), SEED[::-1], 7)
    yield records
    database.close()


def _sealed(sequence: int, **values: str | int | None) -> SealedEvent:
    source = random.Random(sequence)
    return seal_event({"sequence": sequence, "action": "imported", **values}, source.randbytes)


def _append(records: Records, log: UUID, sequence: int, item: int, **values: str | int | None) -> SealedEvent:
    sealed = _sealed(sequence, item=item, **values)
    with records.transaction():
        stored = records.custody.append(
            log, item, made_id(f"item {item}"), sealed.leaf, sealed.leaf_hash, sealed.disclosures
        )
    assert stored == sequence
    return sealed


def test_logs_of_the_inbox_of_cases_and_of_bundles(records: Records) -> None:
    inbox, log = records.custody.log_of(None), records.custody.log_of(made_id("case one"))
    assert (inbox.id, inbox.case_id, inbox.seed, inbox.created_us, inbox.size) == (INBOX, None, SEED, 5, 0)
    assert (log.id, log.case_id, log.seed, log.size) == (LOG, made_id("case one"), SEED[::-1], 0)
    with records.transaction():
        records.custody.create_log(made_id("bundle"), None, SEED, 9, one_off=True)
    assert records.custody.log_of(None).id == INBOX
    assert [one.id for one in records.custody.iter_logs()] == [INBOX, LOG, made_id("bundle")]
    assert records.custody.load_log(made_id("bundle")).created_us == 9
    for case in (None, made_id("case one")):
        with pytest.raises(ExistsError), records.transaction():
            records.custody.create_log(made_id("again"), case, SEED, 1)
    with pytest.raises(NotFoundError), records.transaction():
        records.custody.create_log(made_id("again"), made_id("no case"), SEED, 1)
    with pytest.raises(NotFoundError):
        records.custody.log_of(made_id("no case"))
    with pytest.raises(NotFoundError):
        records.custody.load_log(made_id("no log"))


def test_events_there_and_back(records: Records) -> None:
    sealed = [_append(records, LOG, n, 1 + n % 3, note=f"note {n} é") for n in range(EVENTS_AT_ONCE + 5)]
    events = list(records.custody.iter_events(LOG))
    assert [event.sequence for event in events] == list(range(len(sealed)))
    for event, one in zip(events, sealed, strict=True):
        assert (event.leaf, event.leaf_hash, event.disclosures) == (one.leaf, one.leaf_hash, one.disclosures)
        assert event.values == verify_event(event.leaf, event.disclosures)
    assert [event.sequence for event in records.custody.iter_events(LOG, 2)][:3] == [1, 4, 7]
    assert list(records.custody.iter_events(INBOX)) == []
    assert records.custody.log_of(made_id("case one")).size == len(sealed)
    assert records.custody.last_leaf_hash(LOG, 2) == events[EVENTS_AT_ONCE + 2].leaf_hash
    assert records.custody.last_leaf_hash(LOG, 9) is None
    assert records.custody.item_ids(LOG) == {n: made_id(f"item {n}") for n in (1, 2, 3)}


def test_an_event_out_of_order_is_not_taken(records: Records) -> None:
    sealed = _sealed(1)
    with pytest.raises(DatabaseBug), records.transaction():
        records.custody.append(LOG, 1, made_id("item 1"), sealed.leaf, sealed.leaf_hash, sealed.disclosures)
    with pytest.raises(NotFoundError), records.transaction():
        records.custody.append(
            made_id("x"), 1, made_id("item 1"), sealed.leaf, sealed.leaf_hash, sealed.disclosures
        )
    assert list(records.custody.iter_events(LOG)) == []


def test_the_time_of_the_last_event(records: Records) -> None:
    assert records.custody.last_time(LOG) is None
    _append(records, LOG, 0, 1, time="2026-11-22T06:30:00Z")
    _append(records, LOG, 1, 2, time="2026-11-22T06:29:00Z")
    assert records.custody.last_time(LOG) == "2026-11-22T06:29:00Z"
    with records.transaction():
        records.custody.forget(LOG, 1, "time")
    assert records.custody.last_time(LOG) is None


def test_a_forgotten_value_is_gone_and_the_log_stays_whole(records: Records, tmp_path: Path) -> None:
    sealed = _append(records, LOG, 0, 1, actor="somebody", note="a note")
    with records.transaction():
        records.custody.forget(LOG, 0, "actor")
    (event,) = records.custody.iter_events(LOG)
    assert event.leaf == sealed.leaf
    assert set(event.disclosures) == set(sealed.disclosures) - {"actor"}
    assert "actor" not in event.values
    assert verify_event(event.leaf, event.disclosures)["note"] == "a note"
    database = records.items._database
    assert sealed.disclosures["actor"] not in repr(database.query("SELECT * FROM custody_event"))
    with records.transaction():
        records.custody.forget(LOG, 0, "actor")
    with pytest.raises(NotFoundError), records.transaction():
        records.custody.forget(LOG, 1, "actor")


def test_events_outlive_their_item(records: Records) -> None:
    with records.transaction():
        records.items.insert(made_item(1))
    _append(records, INBOX, 0, 1)
    with records.transaction():
        records.items.remove(made_id("item 1"))
    assert records.custody.item_ids(INBOX) == {1: made_id("item 1")}
