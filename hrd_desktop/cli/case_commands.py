"""cases VAULT add | list | show."""

from __future__ import annotations

import click

from hrd_desktop.cli.context import Invocation, VaultGroup, open_session, print_json, vault_options
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.item_commands import item_document, utc_text
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Case
from hrd_desktop.services.cases import add_case, items_of_case, list_cases, load_case


def _case_document(case: Case) -> dict[str, object]:
    return {
        "id": str(case.id),
        "ref": case.reference,
        "title": case.title,
        "status": case.status.value,
        "to_be_preserved": case.to_be_preserved,
        "items": case.item_count,
        "opened_at": utc_text(case.opened_utc),
    }


@click.group("cases", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def cases_group(context: click.Context, vault: str) -> None:
    """Open cases and look at them."""
    context.meta["vault"] = vault


@cases_group.command("add")
@click.argument("reference", metavar="REF")
@click.option("--title", default="", metavar="T")
@vault_options
@click.pass_context
def add_command(context: click.Context, reference: str, title: str) -> int:
    """Open a case."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        add_case(session, reference, title)
    return EXIT_DONE


@cases_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List the cases."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        cases = list_cases(session)
    if as_json:
        print_json({"cases": [_case_document(case) for case in cases]})
    else:
        for case in cases:
            items = counted(case.item_count, "item", "items")
            click.echo(f"{shown(case.reference)}  {items}  {case.status.value}  {shown(case.title)}")
    return EXIT_DONE


@cases_group.command("show")
@click.argument("reference", metavar="REF")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def show_command(context: click.Context, reference: str, as_json: bool) -> int:
    """Show a case and its exhibits."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        case = load_case(session, reference)
        entries = items_of_case(session, case)
    if as_json:
        print_json(
            {
                **_case_document(case),
                "summary": case.summary,
                "exhibits": [{"number": entry.number, **item_document(item)} for entry, item in entries],
            }
        )
    else:
        click.echo(f"{shown(case.reference)}  {shown(case.title)}  ({case.status.value})")
        for entry, item in entries:
            click.echo(f"  {entry.number:>5}  {item.reference}  {shown(item.details.title)}")
    return EXIT_DONE


COMMANDS = (cases_group,)
