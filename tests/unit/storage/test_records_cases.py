"""Cases, exhibit numbers, people in cases and items, contacts, consent."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hrd_desktop.domain.contacts import Channel, ChannelKind, Contact, ContactKind, KeyCheck, Safety
from hrd_desktop.domain.errors.records import AmbiguousError, ExistsError, FieldValueError, NotFoundError
from hrd_desktop.domain.people import (
    CaseRole,
    Consent,
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
)
from hrd_desktop.domain.records import CaseItem, CasePerson, CaseStatus, ItemPerson
from hrd_desktop.storage.records.records import Records
from tests.unit.storage.databases import NOW, made_case, made_contact, made_id, made_item, open_records

FULL_CONTACT = replace(
    made_contact("Amina"),
    kind=ContactKind.ORGANISATION,
    real_name="أمينة",
    role="lawyer",
    organisation="an office",
    channels=(
        Channel(
            kind=ChannelKind.SIGNAL,
            value="+1 555 0100",
            safe=Safety.YES,
            hours="9-17",
            note="n",
            preferred=True,
        ),
        Channel(kind=ChannelKind.ADDRESS, value="two\nlines", safe=Safety.NO),
    ),
    languages=("ar", "fr-CA"),
    emergency_order=2,
    public_key="age1xyz",
    fingerprint="AB CD",
    how_checked=KeyCheck.VOICE,
    checked_on=date(2026, 1, 2),
    notes="long\nnotes",
    delete_on=date(2027, 1, 1),
    tags=("b", "a", "A"),
    changed_utc=NOW + timedelta(seconds=1),
)

FULL_CONSENT = Consent(
    id=made_id("consent"),
    person_id=made_id("contact Amina"),
    purpose=ConsentPurpose.UN_BODY,
    decision=ConsentDecision.IMPOSSIBLE,
    reason="cannot be reached",
    given_by=ConsentGiver.GUARDIAN,
    given_by_name="a guardian",
    given_on=date(2026, 2, 3),
    language="my",
    interpreter="an interpreter",
    form=ConsentForm.RECORDED,
    anonymity_asked=True,
    expires_on=date(2027, 2, 3),
    withdrawn_on=date(2026, 5, 5),
    capacity=ConsentCapacity.ABLE_WITH_SUPPORT,
    risks_explained=True,
    recorded_by="me",
    note="a note",
    created_utc=NOW,
    changed_utc=NOW + timedelta(seconds=1),
)

CASE = made_id("case one")


@pytest.fixture
def records(tmp_path: Path) -> Iterator[Records]:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.cases.insert(made_case("one"))
        for number in range(1, 6):
            records.items.insert(made_item(number))
    yield records
    database.close()


def _insert_contacts(records: Records, *contacts: Contact) -> None:
    with records.transaction():
        for contact in contacts:
            records.contacts.insert(contact)


# -- cases ----------------------------------------------------------------------------------


def test_every_field_of_a_case(records: Records) -> None:
    full = replace(
        made_case("ÄÖ/2026 №1"),
        title="t",
        status=CaseStatus.CLOSED,
        summary="s" * 10_000,
        to_be_preserved=True,
        changed_utc=NOW + timedelta(days=1),
    )
    with records.transaction():
        records.cases.insert(full)
    assert records.cases.load(full.id) == full
    assert records.cases.find("äö/2026 №1") == full
    assert [case.reference for case in records.cases.iter_cases()] == ["ÄÖ/2026 №1", "one"]
    changed = replace(full, reference="Other", title="u", status=CaseStatus.OPEN, to_be_preserved=False)
    with records.transaction():
        records.cases.update(changed)
    assert records.cases.load(full.id) == changed
    assert records.cases.find("äö/2026 №1") is None


def test_references_are_unique_without_regard_to_case(records: Records) -> None:
    with pytest.raises(ExistsError), records.transaction():
        records.cases.insert(replace(made_case("two"), reference="ONE"))
    with records.transaction():
        records.cases.insert(made_case("two"))
    with pytest.raises(ExistsError), records.transaction():
        records.cases.update(replace(made_case("two"), reference="One"))
    with records.transaction():
        records.cases.update(replace(made_case("one"), reference="ONE"))
    assert records.cases.load(CASE).reference == "ONE"
    with pytest.raises(NotFoundError), records.transaction():
        records.cases.update(made_case("three"))
    with pytest.raises(NotFoundError):
        records.cases.load(made_id("three"))


def test_exhibit_numbers_are_never_given_twice(records: Records) -> None:
    one, two, three = (made_id(f"item {number}") for number in (1, 2, 3))
    with records.transaction():
        assert records.cases.register(CASE, two) == CaseItem(CASE, two, 1, NOW)
        assert records.cases.register(CASE, one).number == 2
    with records.transaction():
        records.cases.unregister(CASE, one)
        assert records.cases.register(CASE, three).number == 3
        assert records.cases.register(CASE, one).number == 4
    with records.transaction():
        records.items.remove(one)
        records.items.remove(two)
        assert records.cases.register(CASE, made_id("item 4")).number == 5
    with pytest.raises(RuntimeError), records.transaction():
        assert records.cases.register(CASE, made_id("item 5")).number == 6
        raise RuntimeError
    assert [(entry.item_id, entry.number) for entry in records.cases.items_of(CASE)] == [
        (three, 3),
        (made_id("item 4"), 5),
    ]
    assert records.cases.load(CASE).item_count == 2
    assert records.cases.cases_of(three) == [CaseItem(CASE, three, 3, NOW)]
    assert records.cases.cases_of(made_id("item 5")) == []


def test_registering_what_is_not_there_or_there_already(records: Records) -> None:
    one = made_id("item 1")
    with records.transaction():
        records.cases.register(CASE, one)
    for case, item, error in (
        (CASE, one, ExistsError),
        (CASE, made_id("x"), NotFoundError),
        (made_id("x"), one, NotFoundError),
    ):
        with pytest.raises(error), records.transaction():
            records.cases.register(case, item)
    with pytest.raises(NotFoundError), records.transaction():
        records.cases.unregister(CASE, made_id("item 2"))


def test_an_item_names_its_cases(records: Records) -> None:
    with records.transaction():
        records.cases.insert(made_case("Alpha"))
        records.cases.register(CASE, made_id("item 1"))
        records.cases.register(made_id("case Alpha"), made_id("item 1"))
    assert records.items.load(made_id("item 1")).cases == ("Alpha", "one")


# -- contacts -------------------------------------------------------------------------------


def test_every_field_of_a_contact(records: Records) -> None:
    for field in fields(Contact):
        if field.name not in {"alias", "id", "created_utc"}:
            assert getattr(FULL_CONTACT, field.name) != getattr(made_contact("Amina"), field.name), field.name
    _insert_contacts(records, FULL_CONTACT, made_contact("Bo"))
    assert records.contacts.load(FULL_CONTACT.id) == FULL_CONTACT
    assert records.contacts.load(made_id("contact Bo")) == made_contact("Bo")
    assert [contact.alias for contact in records.contacts.iter_contacts()] == ["Amina", "Bo"]
    bare = replace(made_contact("Amina"), alias="Zed")
    with records.transaction():
        records.contacts.update(bare)
    assert records.contacts.load(FULL_CONTACT.id) == bare
    assert records.contacts.count() == 2


@pytest.mark.parametrize("kind", list(ChannelKind))
def test_every_kind_of_channel(records: Records, kind: ChannelKind) -> None:
    contact = made_contact("Amina", channels=(Channel(kind=kind, value="x"),))
    _insert_contacts(records, contact)
    assert records.contacts.load(contact.id) == contact


def test_finding_contacts(records: Records) -> None:
    twin = replace(made_contact("amina"), id=made_id("twin"))
    _insert_contacts(records, made_contact("Amina"), made_contact("Bo"))
    found = records.contacts.find(" AMINA ")
    assert found is not None
    assert found.id == made_id("contact Amina")
    assert records.contacts.find(str(made_id("contact Bo"))) == made_contact("Bo")
    assert records.contacts.find("nobody") is None
    assert records.contacts.find(str(made_id("nobody"))) is None
    _insert_contacts(records, twin)
    with pytest.raises(AmbiguousError):
        records.contacts.find("Amina")


def test_emergency_contacts_and_days_of_deletion(records: Records) -> None:
    today = date(2026, 11, 22)
    _insert_contacts(
        records,
        made_contact("second", emergency_order=2),
        made_contact("first", emergency_order=1, delete_on=today),
        made_contact("over", delete_on=today - timedelta(days=400)),
        made_contact("later", delete_on=today + timedelta(days=1)),
    )
    assert [contact.alias for contact in records.contacts.emergency()] == ["first", "second"]
    assert [contact.alias for contact in records.contacts.due_for_deletion(today)] == ["over", "first"]


def test_a_contact_leaves_with_all_that_tells_of_them(records: Records, tmp_path: Path) -> None:
    _insert_contacts(records, FULL_CONTACT)
    with records.transaction():
        records.people.insert_consent(FULL_CONSENT)
        records.cases.set_persons(CASE, [CasePerson(CASE, FULL_CONTACT.id, "witness", "note")])
        records.people.set_persons(made_id("item 1"), [ItemPerson(made_id("item 1"), FULL_CONTACT.id)])
    with records.transaction():
        records.contacts.remove(FULL_CONTACT.id)
    assert records.cases.persons_of(CASE) == []
    assert records.people.persons_of(made_id("item 1")) == []
    assert records.people.consents_of(FULL_CONTACT.id) == []
    database = records.items._database
    for table in ("contact_channel", "contact_language", "contact_tag", "consent", "contact"):
        assert database.query(f"SELECT count(*) FROM {table}") == [(0,)]
    with pytest.raises(NotFoundError), records.transaction():
        records.contacts.remove(FULL_CONTACT.id)
    with pytest.raises(NotFoundError), records.transaction():
        records.contacts.update(FULL_CONTACT)
    with pytest.raises(NotFoundError):
        records.contacts.load(FULL_CONTACT.id)


def test_a_contact_is_put_in_once(records: Records) -> None:
    _insert_contacts(records, FULL_CONTACT)
    with pytest.raises(ExistsError):
        _insert_contacts(records, FULL_CONTACT)


# -- people ---------------------------------------------------------------------------------


def test_people_in_cases(records: Records) -> None:
    amina, bo = made_contact("Amina"), made_contact("Bo")
    _insert_contacts(records, bo, amina)
    parts = [CasePerson(CASE, amina.id, role.value, f"as {role}") for role in sorted(CaseRole)]
    with records.transaction():
        records.cases.set_persons(CASE, [CasePerson(CASE, bo.id, "lawyer"), *parts, parts[0]])
    assert records.cases.persons_of(CASE) == [*parts, CasePerson(CASE, bo.id, "lawyer")]
    assert records.cases.cases_of_person(bo.id) == [CasePerson(CASE, bo.id, "lawyer")]
    with pytest.raises(FieldValueError), records.transaction():
        records.cases.set_persons(CASE, [CasePerson(CASE, bo.id, "friend")])
    with pytest.raises(NotFoundError), records.transaction():
        records.cases.set_persons(CASE, [CasePerson(CASE, made_id("nobody"), "lawyer")])
    assert len(records.cases.persons_of(CASE)) == len(parts) + 1
    with records.transaction():
        records.cases.set_persons(CASE, [])
    assert records.cases.persons_of(CASE) == []


def test_people_in_items(records: Records) -> None:
    amina, bo, item = made_contact("Amina"), made_contact("Bo"), made_id("item 1")
    _insert_contacts(records, bo, amina)
    shown = [
        ItemPerson(item, amina.id, "heard"),
        ItemPerson(item, amina.id, "shown"),
        ItemPerson(item, bo.id),
    ]
    with records.transaction():
        records.people.set_persons(item, [*reversed(shown), shown[0]])
        records.people.set_persons(made_id("item 2"), [ItemPerson(made_id("item 2"), bo.id, "author")])
    assert records.people.persons_of(item) == shown
    assert [person.item_id for person in records.people.items_of(bo.id)] == [made_id("item 2"), item]
    with pytest.raises(NotFoundError), records.transaction():
        records.people.set_persons(made_id("x"), [])
    with pytest.raises(NotFoundError), records.transaction():
        records.people.set_persons(item, [ItemPerson(item, made_id("nobody"))])
    assert records.people.persons_of(item) == shown


def test_every_field_of_a_consent(records: Records) -> None:
    _insert_contacts(records, FULL_CONTACT)
    bare = Consent(
        id=made_id("bare"),
        person_id=FULL_CONTACT.id,
        purpose=ConsentPurpose.UN_BODY,
        decision=ConsentDecision.YES,
        created_utc=NOW,
        changed_utc=NOW,
    )
    for field in fields(Consent):
        if field.name not in {"person_id", "purpose", "created_utc"}:
            assert getattr(FULL_CONSENT, field.name) != getattr(bare, field.name), field.name
    with records.transaction():
        records.people.insert_consent(FULL_CONSENT)
    assert records.people.load_consent(FULL_CONSENT.id) == FULL_CONSENT
    assert records.people.find_consent(FULL_CONTACT.id, ConsentPurpose.UN_BODY) == FULL_CONSENT
    assert records.people.find_consent(FULL_CONTACT.id, ConsentPurpose.KEEP) is None
    with records.transaction():
        records.people.insert_consent(bare)
    # The answer that was recorded last counts, and the earlier one is kept.
    assert records.people.find_consent(FULL_CONTACT.id, ConsentPurpose.UN_BODY) == bare
    assert records.people.consents_of(FULL_CONTACT.id) == [bare, FULL_CONSENT]
    again = replace(FULL_CONSENT, decision=ConsentDecision.NO, reason="", purpose=ConsentPurpose.KEEP)
    with records.transaction():
        records.people.update_consent(again)
    assert records.people.load_consent(FULL_CONSENT.id) == again
    with pytest.raises(ExistsError), records.transaction():
        records.people.insert_consent(bare)
    with records.transaction():
        records.people.remove_consent(bare.id)
    assert records.people.consents_of(FULL_CONTACT.id) == [again]


def test_consents_that_are_not_there(records: Records) -> None:
    with pytest.raises(NotFoundError), records.transaction():
        records.people.insert_consent(FULL_CONSENT)
    with pytest.raises(NotFoundError), records.transaction():
        records.people.update_consent(FULL_CONSENT)
    with pytest.raises(NotFoundError), records.transaction():
        records.people.remove_consent(FULL_CONSENT.id)
    with pytest.raises(NotFoundError):
        records.people.load_consent(FULL_CONSENT.id)
