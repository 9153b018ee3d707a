"""contacts VAULT consent | consents: record what a person consents to, and list it."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from hrd_desktop.cli.context import Invocation, open_session, print_json, vault_options
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.people import (
    Consent,
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
)
from hrd_desktop.services.contacts import load_contact
from hrd_desktop.services.people import ConsentDraft, list_consents, record_consent, today

_AS_GIVEN = (
    "reason",
    "given_by_name",
    "language",
    "interpreter",
    "anonymity_asked",
    "risks_explained",
    "recorded_by",
    "note",
)


def parse_day(field: str, text: str | None) -> date | None:
    """``2027-03-01`` as a day; nothing for an empty text. Raises FieldValueError."""
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise FieldValueError(field=field, reason="date: YYYY-MM-DD") from None


def consent_document(consent: Consent, day: date) -> dict[str, Any]:
    """An answer as JSON, every field, and whether it is a yes that stands on ``day``."""
    return {
        "id": str(consent.id),
        "purpose": consent.purpose.value,
        "decision": consent.decision.value,
        "stands": consent.stands_on(day),
        "reason": consent.reason,
        "given_by": consent.given_by.value,
        "given_by_name": consent.given_by_name,
        "given_on": _day_text(consent.given_on),
        "language": consent.language,
        "interpreter": consent.interpreter,
        "form": consent.form.value,
        "anonymity_asked": consent.anonymity_asked,
        "expires_on": _day_text(consent.expires_on),
        "withdrawn_on": _day_text(consent.withdrawn_on),
        "capacity": consent.capacity.value,
        "risks_explained": consent.risks_explained,
        "recorded_by": consent.recorded_by,
        "note": consent.note,
    }


def _day_text(day: date | None) -> str | None:
    return day.isoformat() if day is not None else None


@click.command("consent")
@click.argument("reference", metavar="ALIAS_OR_ID")
@click.option("--purpose", required=True, type=click.Choice([one.value for one in ConsentPurpose]))
@click.option("--answer", required=True, type=click.Choice([one.value for one in ConsentDecision]))
@click.option("--reason", default="", help="Why nobody can be asked.")
@click.option(
    "--given-by", type=click.Choice([one.value for one in ConsentGiver]), default=ConsentGiver.SELF.value
)
@click.option("--given-by-name", default="", help="Who answered, when that was not the person.")
@click.option("--given-on", metavar="YYYY-MM-DD")
@click.option("--form", type=click.Choice([one.value for one in ConsentForm]), default=ConsentForm.ORAL.value)
@click.option("--language", default="", metavar="TAG")
@click.option("--interpreter", default="")
@click.option("--anonymity", "anonymity_asked", is_flag=True, help="Anonymity was asked for.")
@click.option("--risks-explained", is_flag=True)
@click.option(
    "--capacity",
    type=click.Choice([one.value for one in ConsentCapacity]),
    default=ConsentCapacity.NOT_ASSESSED.value,
)
@click.option("--expires-on", metavar="YYYY-MM-DD")
@click.option("--withdrawn-on", metavar="YYYY-MM-DD")
@click.option("--recorded-by", default="")
@click.option("--note", default="")
@vault_options
@click.pass_context
def consent_command(context: click.Context, /, reference: str, answer: str, **options: Any) -> int:
    """Record a person's answer about one purpose; it takes the place of an earlier one, which is kept."""
    draft = ConsentDraft(
        purpose=ConsentPurpose(options["purpose"]),
        decision=ConsentDecision(answer),
        given_by=ConsentGiver(options["given_by"]),
        form=ConsentForm(options["form"]),
        capacity=ConsentCapacity(options["capacity"]),
        given_on=parse_day("given_on", options["given_on"]),
        expires_on=parse_day("expires_on", options["expires_on"]),
        withdrawn_on=parse_day("withdrawn_on", options["withdrawn_on"]),
        **{name: options[name] for name in _AS_GIVEN},
    )
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        consent = record_consent(session, load_contact(session, reference).id, draft)
    click.echo(str(consent.id))
    return EXIT_DONE


@click.command("consents")
@click.argument("reference", metavar="ALIAS_OR_ID")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def consents_command(context: click.Context, reference: str, as_json: bool) -> int:
    """List a person's answers; of one purpose, the one recorded last comes first and counts."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        consents = list_consents(session, load_contact(session, reference).id)
        day = today(session)
    if as_json:
        print_json({"consents": [consent_document(consent, day) for consent in consents]})
        return EXIT_DONE
    for consent in consents:
        if consent.stands_on(day) or consent.decision is not ConsentDecision.YES:
            stands = ""
        else:
            stands = "no longer stands"
        parts = (
            f"{consent.purpose.value:<20}",
            consent.decision.value,
            _day_text(consent.given_on) or "",
            stands,
            shown(consent.reason),
        )
        click.echo("  ".join(part for part in parts if part).rstrip())
    return EXIT_DONE


#: Subcommands of ``contacts VAULT``.
CONSENT_COMMANDS = (consent_command, consents_command)
