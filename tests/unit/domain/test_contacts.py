"""The rules for the fields of contacts, and for consent."""

from __future__ import annotations

import uuid
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest

from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    Contact,
    ContactDraft,
    KeyCheck,
    KeyKind,
    Safety,
    draft_of,
    edited_contact,
    new_contact,
    public_key_kind,
    verify_contact,
)
from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.domain.errors.contacts import (
    ContactFieldCharacters,
    ContactFieldError,
    ContactFieldMalformed,
    ContactFieldMissing,
    ContactFieldsDisagree,
    ContactFieldTooLong,
    ContactFieldTooMany,
    ContactSecretKey,
)
from hrd_desktop.domain.people import (
    Consent,
    ConsentDecision,
    ConsentPurpose,
    verify_consent,
    verify_person_note,
)

NOW = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
ID = uuid.UUID("12345678-1234-4678-9234-567812345678")
PHONE = Channel(kind=ChannelKind.PHONE, value="+1 555 0100")
FULL = ContactDraft(
    alias="Heron",
    real_name="Amina Yusuf",
    role="Lawyer",
    organisation="Lake Watch",
    channels=(PHONE, replace(PHONE, safe=Safety.NO, hours="nights", note="her\nsister's", preferred=True)),
    languages=("fr", "zh-Hant-TW", "x-private", "i-klingon"),
    emergency_order=1,
    public_key="age1xyz",
    fingerprint="AB CD",
    how_checked=KeyCheck.IN_PERSON,
    checked_on=date(2026, 1, 2),
    notes="one\n\ttwo\u2028three \u200f\u202e",
    delete_on=date(2027, 1, 1),
    tags=("a", "A"),
)


def test_a_full_contact_is_accepted() -> None:
    verify_contact(FULL)
    verify_contact(ContactDraft(alias="x"))


@pytest.mark.parametrize(
    ("changes", "error", "fields"),
    [
        ({"alias": ""}, ContactFieldMissing, {"field": "alias"}),
        ({"alias": " \u00a0"}, ContactFieldMissing, {"field": "alias"}),
        ({"alias": "a" * 201}, ContactFieldTooLong, {"field": "alias", "limit": 200}),
        ({"alias": "a\nb"}, ContactFieldCharacters, {"field": "alias"}),
        ({"alias": "a\tb"}, ContactFieldCharacters, {"field": "alias"}),
        ({"alias": "a\u2028b"}, ContactFieldCharacters, {"field": "alias"}),
        ({"real_name": "a\x00"}, ContactFieldCharacters, {"field": "real_name"}),
        ({"role": "a\x7f"}, ContactFieldCharacters, {"field": "role"}),
        ({"organisation": "\ud800"}, ContactFieldCharacters, {"field": "organisation"}),
        ({"notes": "a\rb"}, ContactFieldCharacters, {"field": "notes"}),
        ({"notes": "a" * 50_001}, ContactFieldTooLong, {"field": "notes", "limit": 50_000}),
        ({"channels": (PHONE,) * 51}, ContactFieldTooMany, {"field": "channels", "limit": 50}),
        (
            {"channels": (PHONE, replace(PHONE, value="\n"))},
            ContactFieldMissing,
            {"field": "channel-value", "index": 1},
        ),
        (
            {"channels": (replace(PHONE, hours="a\nb"),)},
            ContactFieldCharacters,
            {"field": "channel-hours", "index": 0},
        ),
        (
            {"channels": (replace(PHONE, note="n" * 1_001),)},
            ContactFieldTooLong,
            {"field": "channel-note", "index": 0, "limit": 1_000},
        ),
        ({"languages": ("en", "e")}, ContactFieldMalformed, {"field": "languages", "index": 1}),
        ({"languages": ("en", "EN")}, ContactFieldMalformed, {"field": "languages", "index": 1}),
        ({"languages": ("en\n",)}, ContactFieldMalformed, {"field": "languages", "index": 0}),
        ({"languages": ("en-",)}, ContactFieldMalformed, {"field": "languages", "index": 0}),
        ({"languages": ("x",)}, ContactFieldMalformed, {"field": "languages", "index": 0}),
        ({"languages": ("français",)}, ContactFieldMalformed, {"field": "languages", "index": 0}),
        ({"languages": ("en-" + "-".join(["abcdefgh"] * 4),)}, ContactFieldMalformed, {"index": 0}),
        ({"emergency_order": 0}, ContactFieldMalformed, {"field": "emergency_order", "limit": 999}),
        ({"emergency_order": 1_000}, ContactFieldMalformed, {"field": "emergency_order", "limit": 999}),
        ({"public_key": " "}, ContactFieldMissing, {"field": "public_key"}),
        ({"public_key": "age-secret-key-1qqq"}, ContactSecretKey, {"field": "public_key"}),
        ({"public_key": "-----BEGIN OPENSSH PRIVATE KEY-----"}, ContactSecretKey, {"field": "public_key"}),
        ({"public_key": "-----BEGIN PGP PRIVATE KEY BLOCK-----"}, ContactSecretKey, {"field": "public_key"}),
        ({"how_checked": KeyCheck.NOT_CHECKED}, ContactFieldsDisagree, {"field": "how_checked"}),
        ({"public_key": "", "fingerprint": ""}, ContactFieldsDisagree, {"field": "how_checked"}),
        ({"tags": ("a", " ")}, ContactFieldMissing, {"field": "tags", "index": 1}),
        ({"tags": ("a", "b", "a")}, ContactFieldMalformed, {"field": "tags", "index": 2}),
        ({"tags": tuple(map(str, range(65)))}, ContactFieldTooMany, {"field": "tags", "limit": 64}),
    ],
)
def test_a_field_against_the_rules(
    changes: dict[str, Any], error: type[ContactFieldError], fields: dict[str, object]
) -> None:
    with pytest.raises(error) as raised:
        verify_contact(replace(FULL, **changes))
    assert type(raised.value) is error
    assert fields.items() <= raised.value.fields.items()
    assert isinstance(raised.value, UsageError)


def test_an_error_names_the_field_and_never_its_value() -> None:
    with pytest.raises(ContactFieldError) as raised:
        verify_contact(replace(FULL, alias="Canary\x00"))
    assert str(raised.value) == "contact-field-characters field=alias"
    assert "Canary" not in repr(raised.value)


def test_nothing_is_in_a_repr_but_the_id() -> None:
    contact = new_contact(FULL, ID, NOW)
    assert repr(contact) == f"<Contact {ID}>"
    assert repr(FULL) == "<ContactDraft>"
    assert repr(FULL.channels) == "(<Channel>, <Channel>)"


def test_a_contact_is_made_edited_and_turned_back_into_a_draft() -> None:
    contact = new_contact(FULL, ID, NOW)
    assert draft_of(contact) == FULL
    changed = edited_contact(contact, replace(draft_of(contact), alias="Ibis"), LATER)
    assert changed == replace(contact, alias="Ibis", changed_utc=LATER)
    assert (contact.alias, contact.changed_utc) == ("Heron", NOW)
    with pytest.raises(FrozenInstanceError):
        contact.alias = "x"  # type: ignore[misc]  # the point of the test
    with pytest.raises(ContactFieldMissing):
        new_contact(replace(FULL, alias=""), ID, NOW)
    with pytest.raises(ContactFieldMissing):
        edited_contact(contact, replace(FULL, alias=""), NOW)


@pytest.mark.parametrize("field", ["created_utc", "changed_utc"])
@pytest.mark.parametrize(
    "when",
    [NOW.replace(tzinfo=None), NOW.astimezone(timezone(timedelta(hours=1)))],
)
def test_times_are_utc(field: str, when: datetime) -> None:
    contact: Contact = replace(new_contact(FULL, ID, NOW), **{field: when})  # type: ignore[arg-type]  # one of two
    with pytest.raises(ContactFieldMalformed) as raised:
        verify_contact(contact)
    assert raised.value.fields == {"field": field}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("", None),
        (" \n", None),
        ("age1qqq", KeyKind.AGE),
        ("\n-----BEGIN PGP PUBLIC KEY BLOCK-----\n", KeyKind.PGP),
        ("ssh-ed25519 AAAA", KeyKind.SSH),
        ("sk-ssh-ed25519@openssh.com AAAA", KeyKind.SSH),
        ("ecdsa-sha2-nistp256 AAAA", KeyKind.SSH),
        ("RWQ minisign", KeyKind.OTHER),
    ],
)
def test_the_kind_of_a_key(text: str, kind: KeyKind | None) -> None:
    assert public_key_kind(text) is kind


CONSENT = Consent(
    id=ID,
    person_id=ID,
    purpose=ConsentPurpose.PUBLISH_NAME,
    decision=ConsentDecision.YES,
    given_on=date(2026, 3, 1),
    language="am",
    created_utc=NOW,
    changed_utc=NOW,
)


@pytest.mark.parametrize(
    ("changes", "day", "stands"),
    [
        ({}, date(2026, 3, 1), True),
        ({"decision": ConsentDecision.NO}, date(2026, 3, 1), False),
        ({"decision": ConsentDecision.IMPOSSIBLE, "reason": "detained"}, date(2026, 3, 1), False),
        ({"expires_on": date(2026, 3, 9)}, date(2026, 3, 9), True),
        ({"expires_on": date(2026, 3, 9)}, date(2026, 3, 10), False),
        ({"withdrawn_on": date(2026, 3, 9)}, date(2026, 3, 8), True),
        ({"withdrawn_on": date(2026, 3, 9)}, date(2026, 3, 9), False),
    ],
)
def test_a_consent_stands_until_it_ends(changes: dict[str, Any], day: date, stands: bool) -> None:
    consent = replace(CONSENT, **changes)
    verify_consent(consent)
    assert consent.stands_on(day) is stands


@pytest.mark.parametrize(
    ("changes", "error", "field"),
    [
        ({"decision": ConsentDecision.IMPOSSIBLE}, ContactFieldMissing, "reason"),
        ({"language": "?"}, ContactFieldMalformed, "language"),
        ({"interpreter": "a\nb"}, ContactFieldCharacters, "interpreter"),
        ({"given_by_name": "a" * 301}, ContactFieldTooLong, "given_by_name"),
        ({"expires_on": date(2026, 2, 28)}, ContactFieldsDisagree, "expires_on"),
        ({"withdrawn_on": date(2026, 2, 28)}, ContactFieldsDisagree, "withdrawn_on"),
        ({"changed_utc": NOW.replace(tzinfo=None)}, ContactFieldMalformed, "changed_utc"),
    ],
)
def test_a_consent_against_the_rules(
    changes: dict[str, Any], error: type[ContactFieldError], field: str
) -> None:
    with pytest.raises(error) as raised:
        verify_consent(replace(CONSENT, **changes))
    assert raised.value.fields["field"] == field


def test_a_consent_shows_its_id_only() -> None:
    assert repr(replace(CONSENT, note="Canary")) == f"<Consent {ID}>"


def test_the_note_to_a_person_in_a_case_is_bounded() -> None:
    verify_person_note("saw it\nfrom the bridge")
    with pytest.raises(ContactFieldTooLong):
        verify_person_note("n" * 5_001)
