"""Every change has what takes it back, and the custody log tells of both."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hrd_desktop.domain.contacts import ContactDraft, draft_of
from hrd_desktop.domain.people import CaseRole, ConsentDecision, ConsentPurpose
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import CaseStatus, ItemPerson
from hrd_desktop.services.bulk import register_items, tag_items
from hrd_desktop.services.cases import add_case, items_of_case, list_cases
from hrd_desktop.services.contacts import add_contact, list_contacts
from hrd_desktop.services.edit import edit
from hrd_desktop.services.item_form import load_item_form
from hrd_desktop.services.people import (
    ConsentDraft,
    edit_consent,
    list_consents,
    parts_of_contact,
    put_person_in_case,
    record_consent,
    remove_consent,
    take_person_from_case,
)
from hrd_desktop.services.session import Session
from hrd_desktop.services.taking_back import (
    TakeBack,
    back_to_tags,
    change_case,
    change_consents,
    change_contact,
    change_people,
    edit_item,
    out_of_case,
    remove_contact,
    without_contacts,
)
from tests.unit.services.many_items import insert_items

_YES = ConsentDraft(purpose=ConsentPurpose.KEEP, decision=ConsentDecision.YES)


def take_back(session: Session, back: TakeBack | None) -> None:
    assert back is not None
    back(session, NoProgress(), CancelToken())


def actions(session: Session, item_id: object) -> list[object]:
    return session.read(
        lambda vault: [
            event.values["action"]
            for event in vault.records.custody.iter_events(
                vault.records.custody.log_of(None).id, item_number=1
            )
        ]
    )


def test_an_edited_record_is_as_it_was(session: Session) -> None:
    (item,) = insert_items(session, 1)
    contact = add_contact(session, ContactDraft(alias="Heron"))
    edit(session, item.id, {"title": "old", "place": "Well"}, add_tags=["a"])
    before = load_item_form(session, item.id)
    values = {
        "title": "new",
        "collected": "2025-03-13T07:52",
        "collected_zone": "+01:00",
        "latitude": "1.5",
        "longitude": "2.5",
        "sealed": "yes",
    }
    people = [ItemPerson(item.id, contact.id, "seen")]
    back = edit_item(session, item.id, values, add_tags=["b"], remove_tags=["a"], people=people)
    changed = load_item_form(session, item.id)
    assert (changed.texts["title"], changed.view.item.tags, len(changed.persons)) == ("new", ("b",), 1)
    take_back(session, back)
    after = load_item_form(session, item.id)
    assert (after.texts, after.view.item.tags, after.persons) == (
        before.texts,
        before.view.item.tags,
        before.persons,
    )
    assert actions(session, item.id) == ["edited", "sealed", "edited"]


def test_a_date_of_collection_that_was_taken_away_comes_back_whole(session: Session) -> None:
    (item,) = insert_items(session, 1)
    edit(session, item.id, {"collected": "2025-03", "collected_zone": "+01:00"})
    before = load_item_form(session, item.id).texts
    back = edit_item(session, item.id, {"collected": ""})
    take_back(session, back)
    assert load_item_form(session, item.id).texts == before


def test_what_changed_nothing_has_nothing_to_take_back(session: Session) -> None:
    (item,) = insert_items(session, 1)
    assert edit_item(session, item.id, {"title": item.details.title}) is None


def test_tags_of_many_are_as_they_were(session: Session) -> None:
    ids = [item.id for item in insert_items(session, 3)]
    edit(session, ids[0], {}, add_tags=["x"])
    before = tag_items(session, ids, add=["x", "y"], remove=[], progress=NoProgress(), cancel=CancelToken())
    take_back(session, back_to_tags(before))
    assert [load_item_form(session, each).view.item.tags for each in ids] == [("x",), (), ()]


def test_out_of_the_case_again_and_the_number_stays_used(session: Session) -> None:
    items = insert_items(session, 2)
    case = add_case(session, "A")
    ids = [item.id for item in items]
    added = register_items(session, ids, case.id, progress=NoProgress(), cancel=CancelToken())
    take_back(session, out_of_case(added, case.id))
    assert items_of_case(session, case) == []
    assert actions(session, ids[0]) == ["registered-in", "removed-from"]

    def told(vault: object) -> list[object]:
        log = session.vault.records.custody.log_of(case.id)
        return [each.values["action"] for each in session.vault.records.custody.iter_events(log.id)]

    assert session.read(told)[-1] == "removed-from"
    register_items(session, ids[1:], case.id, progress=NoProgress(), cancel=CancelToken())
    assert [entry.number for entry, _ in items_of_case(session, case)] == [3]


def test_a_contact_that_was_edited_or_added(session: Session) -> None:
    contact = add_contact(session, ContactDraft(alias="Bo", notes="Cook"))
    changed, back = change_contact(session, contact.id, replace(draft_of(contact), alias="Bob"))
    assert changed.alias == "Bob"
    take_back(session, back)
    assert [draft_of(each) for each in list_contacts(session)] == [draft_of(contact)]
    take_back(session, without_contacts([contact.id]))
    assert list_contacts(session) == []


def test_a_deleted_contact_comes_back_with_all_that_hung_on_it(session: Session) -> None:
    (item,) = insert_items(session, 1)
    case = add_case(session, "A")
    contact = add_contact(session, ContactDraft(alias="Amina", tags=("river",)))
    first = record_consent(session, contact.id, _YES)
    last = record_consent(session, contact.id, replace(_YES, decision=ConsentDecision.NO))
    put_person_in_case(session, case.id, contact.id, CaseRole.WITNESS, "saw it")
    edit(session, item.id, {}, people=[ItemPerson(item.id, contact.id, "")])
    back = remove_contact(session, contact.id)
    assert (list_contacts(session), load_item_form(session, item.id).persons) == ([], ())
    take_back(session, back)
    assert list_contacts(session) == [contact]
    assert list_consents(session, contact.id) == [last, first]
    assert [(part.case.id, part.role, part.note) for part in parts_of_contact(session, contact.id)] == [
        (case.id, CaseRole.WITNESS, "saw it")
    ]
    assert [person.contact_id for person in load_item_form(session, item.id).persons] == [contact.id]


def test_answers_and_parts_are_as_they_were(session: Session) -> None:
    case = add_case(session, "A")
    contact = add_contact(session, ContactDraft(alias="Amina"))
    consent = record_consent(session, contact.id, _YES)
    withdrawn = replace(_YES, withdrawn_on=date(2026, 1, 2))
    for work in (
        lambda session: edit_consent(session, consent.id, withdrawn),
        lambda session: remove_consent(session, consent.id),
        lambda session: record_consent(session, contact.id, withdrawn),
    ):
        take_back(session, change_consents(session, contact.id, work))
        assert list_consents(session, contact.id) == [consent]
    put_person_in_case(session, case.id, contact.id, CaseRole.WITNESS, "saw it")
    take_back(
        session,
        change_people(
            session,
            case.id,
            lambda session: take_person_from_case(session, case.id, contact.id, CaseRole.WITNESS),
        ),
    )
    assert [part.note for part in parts_of_contact(session, contact.id)] == ["saw it"]


def test_a_case_is_as_it_was(session: Session) -> None:
    case = add_case(session, "A", "old")
    changed, back = change_case(
        session, case, title="new", summary="s", status=CaseStatus.CLOSED, to_be_preserved=True
    )
    assert (changed.title, changed.to_be_preserved) == ("new", True)
    take_back(session, back)
    (after,) = list_cases(session)
    assert replace(after, changed_utc=case.changed_utc) == case
