"""People in cases: the part each plays, and the consent each gives for each purpose."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Final

from hrd_desktop.domain.contacts import verify_filled, verify_language, verify_line, verify_text, verify_time
from hrd_desktop.domain.errors.contacts import ContactFieldsDisagree

MAX_PERSON_NOTE: Final = 5_000
MAX_CONSENT_NAME: Final = 300
MAX_CONSENT_REASON: Final = 2_000
MAX_CONSENT_NOTE: Final = 5_000


class CaseRole(StrEnum):
    """The part a contact plays in one case; a contact may play several."""

    VICTIM = "victim"
    WITNESS = "witness"
    SOURCE = "source"
    LAWYER = "lawyer"
    ALLEGED_PERPETRATOR = "alleged-perpetrator"
    OFFICIAL = "official"
    FAMILY = "family"
    DEFENDER = "defender"
    INTERPRETER = "interpreter"
    OTHER = "other"


class ConsentPurpose(StrEnum):
    """What a consent is about; each purpose is asked for and recorded by itself."""

    KEEP = "keep"
    SHARE_WITH_LAWYER = "share-with-lawyer"
    NAME_TO_GOVERNMENT = "name-to-government"
    PUBLISH_NAME = "publish-name"
    PUBLISH_IMAGE = "publish-image"
    UN_BODY = "un-body"
    REGIONAL_BODY = "regional-body"
    POLICE_OR_COURT = "police-or-court"


class ConsentDecision(StrEnum):
    """The answer. ``IMPOSSIBLE``: the person cannot be asked, and the reason is recorded."""

    YES = "yes"
    NO = "no"
    IMPOSSIBLE = "impossible"


class ConsentGiver(StrEnum):
    """Who answered."""

    SELF = "self"
    GUARDIAN = "guardian"
    NEXT_OF_KIN = "next-of-kin"


class ConsentForm(StrEnum):
    """In what form the answer was given."""

    WRITTEN = "written"
    ORAL = "oral"
    RECORDED = "recorded"


class ConsentCapacity(StrEnum):
    """Whether the person was able to decide, as far as whoever asked could tell."""

    ABLE = "able"
    ABLE_WITH_SUPPORT = "able-with-support"
    DOUBTFUL = "doubtful"
    NOT_ABLE = "not-able"
    NOT_ASSESSED = "not-assessed"


@dataclass(frozen=True, kw_only=True, repr=False)
class Consent:
    """One person's answer about one purpose.

    ``person_id`` is the contact's id. ``reason`` says why consent is impossible. ``given_by_name`` is who
    answered when that was not the person. ``language`` is a BCP 47 tag or empty. ``given_on`` is the day
    of the answer where it is known. The answer ends after the day ``expires_on``, and on the day
    ``withdrawn_on``.
    """

    id: uuid.UUID
    person_id: uuid.UUID
    purpose: ConsentPurpose
    decision: ConsentDecision
    reason: str = ""
    given_by: ConsentGiver = ConsentGiver.SELF
    given_by_name: str = ""
    given_on: date | None = None
    language: str = ""
    interpreter: str = ""
    form: ConsentForm = ConsentForm.ORAL
    anonymity_asked: bool = False
    expires_on: date | None = None
    withdrawn_on: date | None = None
    capacity: ConsentCapacity = ConsentCapacity.NOT_ASSESSED
    risks_explained: bool = False
    recorded_by: str = ""
    note: str = ""
    created_utc: datetime
    changed_utc: datetime

    def __repr__(self) -> str:
        return f"<Consent {self.id}>"

    def stands_on(self, day: date) -> bool:
        """Return whether this is a *yes* that is neither withdrawn nor expired on ``day``."""
        if self.decision is not ConsentDecision.YES:
            return False
        if self.withdrawn_on is not None and self.withdrawn_on <= day:
            return False
        return self.expires_on is None or day <= self.expires_on


def verify_person_note(note: str) -> None:
    """Raise a ``ContactFieldError`` when the note to a person's part in a case is not acceptable."""
    verify_text("note", note, MAX_PERSON_NOTE)


def verify_consent(consent: Consent) -> None:
    """Raise the first ``ContactFieldError`` that ``consent`` gives cause for."""
    verify_text("reason", consent.reason, MAX_CONSENT_REASON)
    if consent.decision is ConsentDecision.IMPOSSIBLE:
        verify_filled("reason", consent.reason)
    verify_line("given_by_name", consent.given_by_name, MAX_CONSENT_NAME)
    if consent.language:
        verify_language("language", consent.language)
    verify_line("interpreter", consent.interpreter, MAX_CONSENT_NAME)
    verify_line("recorded_by", consent.recorded_by, MAX_CONSENT_NAME)
    verify_text("note", consent.note, MAX_CONSENT_NOTE)
    given = consent.given_on
    if given is not None and consent.expires_on is not None and consent.expires_on < given:
        raise ContactFieldsDisagree("expires_on")
    if given is not None and consent.withdrawn_on is not None and consent.withdrawn_on < given:
        raise ContactFieldsDisagree("withdrawn_on")
    verify_time("created_utc", consent.created_utc)
    verify_time("changed_utc", consent.changed_utc)
