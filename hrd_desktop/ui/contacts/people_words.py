"""The words of consent and of parts in cases."""

from __future__ import annotations

from datetime import date

from hrd_desktop.domain.people import (
    CaseRole,
    Consent,
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
)
from hrd_desktop.ui.contacts.two_lines import Badge
from hrd_desktop.ui.contacts.words import SEPARATOR
from hrd_desktop.ui.text import isolated, translated


def role_words(role: CaseRole) -> str:
    """The part that a contact plays in a case."""
    return {
        CaseRole.VICTIM: translated("people", "Victim"),
        CaseRole.WITNESS: translated("people", "Witness"),
        CaseRole.SOURCE: translated("people", "Source"),
        CaseRole.LAWYER: translated("people", "Lawyer"),
        CaseRole.ALLEGED_PERPETRATOR: translated("people", "Alleged perpetrator"),
        CaseRole.OFFICIAL: translated("people", "Official"),
        CaseRole.FAMILY: translated("people", "Family"),
        CaseRole.DEFENDER: translated("people", "Defender"),
        CaseRole.INTERPRETER: translated("people", "Interpreter"),
        CaseRole.OTHER: translated("people", "Other"),
    }[role]


def purpose_words(purpose: ConsentPurpose) -> str:
    """What was asked."""
    return {
        ConsentPurpose.KEEP: translated("people", "Keep what concerns them"),
        ConsentPurpose.SHARE_WITH_LAWYER: translated("people", "Share with a lawyer"),
        ConsentPurpose.NAME_TO_GOVERNMENT: translated("people", "Give the name to a government"),
        ConsentPurpose.PUBLISH_NAME: translated("people", "Publish the name"),
        ConsentPurpose.PUBLISH_IMAGE: translated("people", "Publish pictures and voice"),
        ConsentPurpose.UN_BODY: translated("people", "Submit to a body of the United Nations"),
        ConsentPurpose.REGIONAL_BODY: translated("people", "Submit to a regional body"),
        ConsentPurpose.POLICE_OR_COURT: translated("people", "Give to police or a court"),
    }[purpose]


def decision_words(decision: ConsentDecision) -> str:
    """The answer."""
    return {
        ConsentDecision.YES: translated("people", "Yes"),
        ConsentDecision.NO: translated("people", "No"),
        ConsentDecision.IMPOSSIBLE: translated("people", "Cannot be asked"),
    }[decision]


def giver_words(giver: ConsentGiver) -> str:
    """Who answered."""
    return {
        ConsentGiver.SELF: translated("people", "The person"),
        ConsentGiver.GUARDIAN: translated("people", "A guardian"),
        ConsentGiver.NEXT_OF_KIN: translated("people", "The next of kin"),
    }[giver]


def form_words(form: ConsentForm) -> str:
    """In what form the answer was given."""
    return {
        ConsentForm.WRITTEN: translated("people", "In writing"),
        ConsentForm.ORAL: translated("people", "Orally"),
        ConsentForm.RECORDED: translated("people", "On a recording"),
    }[form]


def capacity_words(capacity: ConsentCapacity) -> str:
    """Whether the person was able to decide."""
    return {
        ConsentCapacity.ABLE: translated("people", "Able to decide"),
        ConsentCapacity.ABLE_WITH_SUPPORT: translated("people", "Able with support"),
        ConsentCapacity.DOUBTFUL: translated("people", "Doubtful"),
        ConsentCapacity.NOT_ABLE: translated("people", "Not able"),
        ConsentCapacity.NOT_ASSESSED: translated("people", "Not assessed"),
    }[capacity]


def day_words(day: date) -> str:
    """A day, isolated: ``2026-11-22``."""
    return isolated(day.isoformat())


def about_consent(consent: Consent) -> str:
    """Who answered, how, when and until when, on one line."""
    if consent.decision is ConsentDecision.IMPOSSIBLE:
        return isolated(" ".join(consent.reason.split()))
    parts = [giver_words(consent.given_by), form_words(consent.form)]
    if consent.given_on is not None:
        parts.append(day_words(consent.given_on))
    if consent.expires_on is not None:
        parts.append(translated("people", "until {day}", day=day_words(consent.expires_on)))
    if consent.anonymity_asked:
        parts.append(translated("people", "anonymity asked for"))
    return SEPARATOR.join(parts)


def consent_badge(consent: Consent, today: date) -> Badge:
    """What the answer is worth on ``today``."""
    if consent.withdrawn_on is not None and consent.withdrawn_on <= today:
        return Badge(translated("people", "Withdrawn"), "close", "danger")
    if consent.decision is ConsentDecision.NO:
        return Badge(decision_words(consent.decision), "close", "danger")
    if consent.decision is ConsentDecision.IMPOSSIBLE:
        return Badge(decision_words(consent.decision), "warning", "warning")
    if not consent.stands_on(today):
        return Badge(translated("people", "Expired"), "warning", "warning")
    return Badge(decision_words(consent.decision), "check", "success")
