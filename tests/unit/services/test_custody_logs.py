"""Which log tells of what: the Inbox of everything, a case of its own items, with fresh salts in each."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from hrd_desktop.crypto.custody import parse_line, verify_event
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.errors.records import HeldBackError
from hrd_desktop.domain.export import DisclosureKind, PlainFolder
from hrd_desktop.domain.people import Consent, ConsentDecision, ConsentPurpose
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import CustodyEvent, Item, ItemPerson
from hrd_desktop.services.bin import delete, undelete
from hrd_desktop.services.cases import add_case, load_case, register
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.edit import edit
from hrd_desktop.services.export import ExportChoices, export, plan_export
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import verify

SECRET = "told by the neighbour"


def take_in(session: Session, path: Path, case_id: UUID | None = None, source: str = "") -> Item:
    report = Ingest(
        session,
        IngestChoices(case_id=case_id, source=source),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([bytes(path)])
    (done,) = report.items
    return done.item


def events_of(session: Session, case_id: UUID | None) -> list[CustodyEvent]:
    def work(vault):  # type: ignore[no-untyped-def]  # the vault's class belongs to a lower layer
        return list(vault.records.custody.iter_events(vault.records.custody.log_of(case_id).id))

    return session.read(work)


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "gate.txt"
    path.write_bytes(b"the gate at noon")
    return path


def test_an_item_of_the_inbox_is_told_of_in_the_inbox_alone(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph, source=SECRET)
    case = add_case(session, "A-1")
    (event,) = events_of(session, None)
    assert event.values["action"] == "imported"
    assert event.values["sha256_after"] == item.sha256.hex()
    assert event.values["from"] == SECRET
    assert event.values["previous"] is None
    assert events_of(session, case.id) == []


def test_registering_tells_the_history_again_with_other_salts_and_numbers(
    session: Session, tmp_path: Path, photograph: Path
) -> None:
    other = tmp_path / "other.txt"
    other.write_bytes(b"something else")
    take_in(session, other)
    item = take_in(session, photograph, source=SECRET)
    edit(session, item.id, {"title": "The gate"})
    case = add_case(session, "A-1")
    register(session, item.id, case.id)

    inbox = [event for event in events_of(session, None) if event.item_number == item.number]
    told = events_of(session, case.id)
    assert [event.values["action"] for event in told] == ["imported", "edited", "registered-in"]
    assert [event.values["restated"] for event in told] == ["yes", "yes", "no"]
    assert {event.item_number for event in told} == {1}
    assert [event.values["time"] for event in told[:2]] == [event.values["time"] for event in inbox[:2]]
    digests = {digest for event in inbox for digest in json.loads(event.leaf)["digests"].values()}
    assert not digests & {digest for event in told for digest in json.loads(event.leaf)["digests"].values()}


def test_events_of_an_item_are_chained_within_each_log(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph)
    case = add_case(session, "A-1")
    register(session, item.id, case.id)
    delete(session, [item.id])
    undelete(session, [item.id])
    for case_id in (None, case.id):
        previous = None
        for event in events_of(session, case_id):
            assert verify_event(event.leaf, event.disclosures)["previous"] == previous
            previous = event.leaf_hash.hex()


def test_one_case_hears_nothing_of_another(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph)
    first, second = add_case(session, "FIRST-CASE"), add_case(session, "SECOND-CASE")
    register(session, item.id, first.id)
    register(session, item.id, second.id)
    edit(session, item.id, {"note": "seen in both"})
    for own, other in ((first, second), (second, first)):
        told = events_of(session, own.id)
        assert told[-1].values["action"] == "edited"
        assert not any(other.reference in str(event.values) for event in told)


def test_an_edit_names_the_fields_and_never_their_values(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph)
    edit(session, item.id, {"note": SECRET, "place": SECRET}, add_tags=[SECRET])
    event = events_of(session, None)[-1]
    assert event.values["changed"] == "note place tags"
    assert SECRET not in json.dumps(event.values)


def test_nothing_is_told_when_nothing_changes(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph)
    edit(session, item.id, {"title": item.details.title})
    assert len(events_of(session, None)) == 1


def test_the_log_outlives_the_item(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph)
    destroy(session, [item.id])
    assert [event.values["action"] for event in events_of(session, None)] == ["imported", "destroyed"]
    assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok


def test_a_clock_set_back_is_flagged(session: Session, photograph: Path) -> None:
    class Stopped:
        now = datetime(2026, 3, 2, tzinfo=UTC)

        def now_utc(self) -> datetime:
            return self.now

        def offset(self) -> timedelta:
            return timedelta(hours=-3, minutes=-30)

    clock = Stopped()
    session.vault.clock = clock
    item = take_in(session, photograph)
    clock.now -= timedelta(days=1)
    delete(session, [item.id])
    imported, deleted = events_of(session, None)
    assert (imported.values["clock_back"], deleted.values["clock_back"]) == ("no", "yes")
    assert imported.values["offset"] == "-03:30"


@pytest.mark.parametrize("change", ["leaf", "disclosure", "removed", "reordered"])
def test_verify_names_an_altered_log(session: Session, photograph: Path, change: str) -> None:
    item = take_in(session, photograph)
    delete(session, [item.id])
    undelete(session, [item.id])

    def alter(vault):  # type: ignore[no-untyped-def]  # reaches below the services on purpose
        database = vault.records_database
        with database.transaction():
            if change == "leaf":
                database.execute("UPDATE custody_event SET leaf_hash = zeroblob(32) WHERE sequence = 1")
            elif change == "disclosure":
                (text,) = database.one("SELECT disclosures FROM custody_event WHERE sequence = 1")
                disclosures = json.loads(text)
                told = json.dumps(["AAAAAAAAAAAAAAAAAAAAAA", "action", "received"]).encode()
                disclosures["action"] = base64.urlsafe_b64encode(told).decode().rstrip("=")
                database.execute(
                    "UPDATE custody_event SET disclosures = ? WHERE sequence = 1", (json.dumps(disclosures),)
                )
            else:
                database.execute("DELETE FROM custody_event WHERE sequence = 1")
                if change == "reordered":
                    database.execute("UPDATE custody_event SET sequence = 1 WHERE sequence = 2")

    session.change(alter)
    report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
    assert not report.ok
    (log,) = report.logs
    assert (log.case, log.sequence) == ("Inbox", 1)
    expected = {"leaf": "event-leaf", "disclosure": "event-digest"}
    assert log.fault == expected.get(change, "event-removed")


def test_a_bundle_of_loose_items_shares_no_digest_with_the_vault(
    session: Session, photograph: Path, tmp_path: Path
) -> None:
    item = take_in(session, photograph, source=SECRET)
    case = add_case(session, "HIDDEN-REF")
    register(session, item.id, case.id)
    lines = []
    for _ in range(2):
        plan = plan_export(session, item_ids=[item.id], choices=ExportChoices())
        (entry,) = plan.bundle.items
        lines.append(entry.custody_lines)
        assert SECRET not in str([disclosure.value for disclosure in plan.disclosures])
    leaves = [{parse_line(line)[0] for line in told} for told in lines]
    assert not leaves[0] & leaves[1]
    assert not leaves[0] & {event.leaf for event in events_of(session, None)}
    for told in lines:
        for line in told:
            leaf, disclosures = parse_line(line)
            values = verify_event(leaf, disclosures)
            assert not {"actor", "offset", "from", "to", "note", "reason", "place"} & set(values)
            assert "HIDDEN-REF" not in str(values)


def test_notes_and_sources_leave_only_when_chosen(session: Session, photograph: Path) -> None:
    item = take_in(session, photograph, source=SECRET)
    edit(session, item.id, {"note": "note " + SECRET})
    quiet = plan_export(session, item_ids=[item.id], choices=ExportChoices())
    assert not any(SECRET in disclosure.value for disclosure in quiet.disclosures)
    assert SECRET not in str(quiet.bundle.items[0].custody_lines)
    loud = plan_export(session, item_ids=[item.id], choices=ExportChoices(with_notes=True, with_sources=True))
    assert {DisclosureKind.NOTE, DisclosureKind.SOURCE} <= {entry.kind for entry in loud.disclosures}


@pytest.mark.parametrize("field", ["privileged", "sealed"])
def test_a_privileged_or_sealed_item_is_held_back(session: Session, photograph: Path, field: str) -> None:
    item = take_in(session, photograph)
    edit(session, item.id, {field: "yes"})
    with pytest.raises(HeldBackError):
        plan_export(session, item_ids=[item.id], choices=ExportChoices())
    plan = plan_export(session, item_ids=[item.id], choices=ExportChoices(include_held_back=True))
    assert [entry.id for entry in plan.items] == [item.id]


@pytest.mark.parametrize(
    ("decision", "leaves"),
    [
        (None, False),
        (ConsentDecision.NO, False),
        (ConsentDecision.YES, True),
        (ConsentDecision.IMPOSSIBLE, True),
    ],
)
def test_a_person_shown_must_have_agreed(
    session: Session, photograph: Path, decision: ConsentDecision | None, leaves: bool
) -> None:
    item = take_in(session, photograph)
    person = add_contact(session, ContactDraft(alias="A."))
    edit(session, item.id, {}, people=[ItemPerson(item.id, person.id)])
    if decision is not None:
        now = session.clock.now_utc()
        consent = Consent(
            id=new_uuid(session.random),
            person_id=person.id,
            purpose=ConsentPurpose.SHARE_WITH_LAWYER,
            decision=decision,
            reason="cannot be reached" if decision is ConsentDecision.IMPOSSIBLE else "",
            created_utc=now,
            changed_utc=now,
        )
        session.write(lambda vault: vault.records.people.insert_consent(consent))
    choices = ExportChoices(purpose=ConsentPurpose.SHARE_WITH_LAWYER)
    if leaves:
        plan = plan_export(session, item_ids=[item.id], choices=choices)
        assert plan.bundle.items[0].persons == ("A.",)
    else:
        with pytest.raises(HeldBackError):
            plan_export(session, item_ids=[item.id], choices=choices)


def test_an_export_is_logged_in_the_inbox_and_in_its_case_alone(
    session: Session, photograph: Path, tmp_path: Path
) -> None:
    item = take_in(session, photograph)
    first, second = add_case(session, "A-1"), add_case(session, "B-2")
    register(session, item.id, first.id)
    register(session, item.id, second.id)
    plan = plan_export(session, case=load_case(session, "A-1"), choices=ExportChoices())
    result = export(
        session,
        plan,
        str(tmp_path / "out"),
        PlainFolder(),
        recipients="the lawyer",
        progress=NoProgress(),
        cancel=CancelToken(),
    )
    for case_id, expected in ((None, True), (first.id, True), (second.id, False)):
        last = events_of(session, case_id)[-1].values
        assert (last["action"] == "exported") is expected
        if expected:
            assert last["to"] == "the lawyer"
            assert last["sha256_after"] == result.sha256.hex()
