"""Consents and parts in cases, finding contacts, files of contacts, and what a case shows."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactKind,
    KeyCheck,
    Safety,
)
from hrd_desktop.domain.errors.bundle import BundleDestinationExists
from hrd_desktop.domain.errors.contacts import (
    ContactFieldMissing,
    ContactFieldsDisagree,
    ContactsFileError,
)
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.people import CaseRole, ConsentDecision, ConsentPurpose
from hrd_desktop.services.case_view import view_case
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact, delete_contact
from hrd_desktop.services.contacts_files import (
    ContactsFormat,
    export_contacts,
    import_contacts,
    read_contacts_file,
)
from hrd_desktop.services.find_contacts import ContactGroup, find_contacts
from hrd_desktop.services.people import (
    ConsentDraft,
    draft_of_consent,
    edit_consent,
    list_consents,
    parts_of_contact,
    people_of_case,
    put_person_in_case,
    record_consent,
    remove_consent,
    take_person_from_case,
    today,
)
from hrd_desktop.services.public_keys import describe_key
from hrd_desktop.services.session import Session

YES = ConsentDraft(purpose=ConsentPurpose.PUBLISH_NAME, decision=ConsentDecision.YES)
SSH_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"


def test_the_latest_answer_counts_and_the_earlier_one_is_kept(session: Session) -> None:
    contact = add_contact(session, ContactDraft(alias="A"))
    first = record_consent(session, contact.id, YES)
    second = record_consent(session, contact.id, replace(YES, decision=ConsentDecision.NO))
    assert [consent.id for consent in list_consents(session, contact.id)] == [second.id, first.id]


def test_an_answer_is_edited_in_its_place(session: Session) -> None:
    contact = add_contact(session, ContactDraft(alias="A"))
    consent = record_consent(session, contact.id, YES)
    draft = replace(draft_of_consent(consent), withdrawn_on=today(session), note="By telephone")
    changed = edit_consent(session, consent.id, draft)
    assert (changed.id, changed.person_id, changed.created_utc) == (
        consent.id,
        contact.id,
        consent.created_utc,
    )
    (kept,) = list_consents(session, contact.id)
    assert kept == changed
    assert not kept.stands_on(today(session))
    remove_consent(session, consent.id)
    assert list_consents(session, contact.id) == []


def test_an_answer_that_contradicts_itself_is_not_recorded(session: Session) -> None:
    contact = add_contact(session, ContactDraft(alias="A"))
    with pytest.raises(ContactFieldMissing) as missing:
        record_consent(session, contact.id, replace(YES, decision=ConsentDecision.IMPOSSIBLE))
    assert missing.value.fields["field"] == "reason"
    with pytest.raises(ContactFieldsDisagree):
        record_consent(
            session, contact.id, replace(YES, given_on=date(2026, 3, 1), expires_on=date(2026, 2, 1))
        )
    assert list_consents(session, contact.id) == []


def test_parts_in_a_case_are_put_in_and_taken_out_one_by_one(session: Session) -> None:
    case = add_case(session, "C1", "Evictions")
    amina, bo = (add_contact(session, ContactDraft(alias=alias)) for alias in ("Amina", "Bo"))
    put_person_in_case(session, case.id, amina.id, CaseRole.VICTIM)
    put_person_in_case(session, case.id, amina.id, CaseRole.WITNESS, "saw the second one")
    put_person_in_case(session, case.id, bo.id, CaseRole.LAWYER)
    put_person_in_case(session, case.id, amina.id, CaseRole.WITNESS, "saw both")
    assert [(p.contact.alias, p.role, p.note) for p in people_of_case(session, case.id)] == [
        ("Amina", CaseRole.VICTIM, ""),
        ("Amina", CaseRole.WITNESS, "saw both"),
        ("Bo", CaseRole.LAWYER, ""),
    ]
    assert [(p.case.reference, p.role) for p in parts_of_contact(session, amina.id)] == [
        ("C1", CaseRole.VICTIM),
        ("C1", CaseRole.WITNESS),
    ]
    take_person_from_case(session, case.id, amina.id, CaseRole.VICTIM)
    take_person_from_case(session, case.id, amina.id, CaseRole.VICTIM)
    assert [p.role for p in parts_of_contact(session, amina.id)] == [CaseRole.WITNESS]
    delete_contact(session, amina.id)
    assert [p.contact.alias for p in people_of_case(session, case.id)] == ["Bo"]
    with pytest.raises(NotFoundError):
        put_person_in_case(session, case.id, amina.id, CaseRole.VICTIM)


def test_contacts_are_found_by_words_and_by_group(session: Session) -> None:
    yesterday = today(session) - timedelta(days=1)
    add_contact(session, ContactDraft(alias="Zoe", emergency_order=1, notes="Speaks for the fishermen"))
    channels = tuple(
        Channel(kind=ChannelKind.PHONE, value=str(number), safe=safe)
        for number, safe in enumerate((Safety.NO, Safety.YES, Safety.NO, Safety.UNKNOWN))
    )
    add_contact(session, ContactDraft(alias="Amina", emergency_order=2, channels=channels))
    add_contact(session, ContactDraft(alias="Clinic", kind=ContactKind.ORGANISATION, delete_on=yesterday))
    assert [c.alias for c in find_contacts(session).lines] == ["Amina", "Clinic", "Zoe"]
    assert [c.alias for c in find_contacts(session, group=ContactGroup.EMERGENCY).lines] == [
        "Zoe",
        "Amina",
    ]
    due = find_contacts(session, group=ContactGroup.DUE)
    assert ([c.alias for c in due.lines], len(due.due), due.total) == (["Clinic"], 1, 3)
    assert [c.alias for c in find_contacts(session, "fisher").lines] == ["Zoe"]
    assert find_contacts(session, "fisher", ContactGroup.ORGANISATIONS).lines == ()
    assert [c.alias for c in find_contacts(session, "fisher", ContactGroup.EMERGENCY).lines] == ["Zoe"]
    assert find_contacts(session, "fisher", ContactGroup.DUE).lines == ()
    assert [c.unsafe_channels for c in find_contacts(session).lines] == [2, 0, 0]
    assert [c.alias for c in find_contacts(session, group=ContactGroup.PEOPLE).lines] == ["Amina", "Zoe"]


def test_a_file_of_contacts_goes_out_and_comes_in(session: Session, tmp_path: Path) -> None:
    add_contact(
        session,
        ContactDraft(
            alias="Amina",
            real_name="A. Real",
            notes="secret meeting",
            channels=(Channel(kind=ChannelKind.PHONE, value="+34 600 000 000", safe=Safety.YES),),
            public_key=SSH_KEY,
            how_checked=KeyCheck.IN_PERSON,
        ),
    )
    for form, name in (
        (ContactsFormat.VCARD_4, "a"),
        (ContactsFormat.VCARD_3, "b"),
        (ContactsFormat.CSV, "c"),
    ):
        path = tmp_path / name
        assert export_contacts(session, str(path), form) == 1
        assert path.stat().st_mode & 0o777 == 0o600
        (draft,) = read_contacts_file(str(path)).drafts
        assert (draft.alias, draft.real_name, draft.channels[0].safe) == ("Amina", "A. Real", Safety.YES)
        (theirs,) = import_contacts(session, str(path), ours=False).added
        assert (theirs.channels[0].safe, theirs.how_checked) == (Safety.UNKNOWN, KeyCheck.NOT_CHECKED)
        delete_contact(session, theirs.id)
    assert os.listdir(tmp_path / "vault") and sorted(p.name for p in tmp_path.iterdir()) == [
        "a",
        "b",
        "c",
        "vault",
    ]


def test_an_export_leaves_out_what_it_is_told_to_and_replaces_nothing(
    session: Session, tmp_path: Path
) -> None:
    amina = add_contact(session, ContactDraft(alias="Amina", real_name="A. Real", notes="meeting"))
    add_contact(session, ContactDraft(alias="Bo"))
    path = tmp_path / "out.csv"
    assert export_contacts(session, str(path), ContactsFormat.CSV, only=[amina.id], bare=True) == 1
    written = path.read_text("utf-8-sig")
    assert "Amina" in written
    assert not any(word in written for word in ("Bo", "A. Real", "meeting"))
    with pytest.raises(BundleDestinationExists):
        export_contacts(session, str(path), ContactsFormat.CSV)
    assert path.read_text("utf-8-sig") == written


def test_what_is_no_file_of_contacts_is_refused(session: Session, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.vcf"
    os.mkfifo(pipe)
    (tmp_path / "other.txt").write_text("nothing of the kind")
    for name in ("none.vcf", "pipe.vcf", "other.txt", "."):
        with pytest.raises(ContactsFileError):
            read_contacts_file(str(tmp_path / name))
    (tmp_path / "card").write_bytes("BEGIN:VCARD\r\nVERSION:2.1\r\nFN:Bo\r\nEND:VCARD\r\n".encode("utf-16"))
    assert [draft.alias for draft in read_contacts_file(str(tmp_path / "card")).drafts] == ["Bo"]


def test_a_key_is_described_by_what_it_is(session: Session) -> None:
    assert describe_key("  ") is None
    described = describe_key(SSH_KEY + " bo@laptop")
    assert described is not None
    assert (described.fingerprint[:7], described.for_bundles) == ("SHA256:", True)
    other = describe_key("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    assert other is not None and not other.for_bundles


def test_an_empty_case_is_looked_at(session: Session) -> None:
    case = add_case(session, "C1", "Evictions")
    view = view_case(session, case.id)
    assert (view.case.title, view.entries, view.event_count) == ("Evictions", (), 0)
