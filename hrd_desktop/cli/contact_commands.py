"""contacts VAULT add | list | show | edit | delete | import | export | consent | consents."""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeVar

import click

from hrd_desktop.bundle.contacts_csv import read_contacts_csv, write_contacts_csv
from hrd_desktop.bundle.vcard_read import read_vcards
from hrd_desktop.bundle.vcard_write import VCardVersion, write_vcards
from hrd_desktop.cli.consent_commands import CONSENT_COMMANDS, parse_day
from hrd_desktop.cli.context import Invocation, VaultGroup, open_session, print_json, vault_options, warn
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_FAILED, EXIT_PARTLY
from hrd_desktop.cli.secret_files import check_secret_file, write_private_file
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    Contact,
    ContactDraft,
    ContactKind,
    KeyCheck,
    Safety,
    draft_of,
)
from hrd_desktop.domain.errors.base import SheafError, UsageError
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.names import shown
from hrd_desktop.services.contacts import (
    add_contact,
    delete_contact,
    edit_contact,
    list_contacts,
    load_contact,
    take_contacts,
)

F = TypeVar("F", bound=Callable[..., Any])


class ContactsFileMissing(SheafError):
    """The file of contacts cannot be opened. Field: ``errno``."""

    code = "contacts-file"


class ContactsFormatUnknown(UsageError):
    """The file's ending is neither .vcf nor .csv and no format was given."""

    code = "contacts-format"


def _field_options(command: F) -> F:
    for option in (
        click.option("--delete-on", metavar="YYYY-MM-DD", help="Remind to delete on this day; empty: never."),
        click.option("--notes"),
        click.option("--checked-on", metavar="YYYY-MM-DD"),
        click.option("--how-checked", type=click.Choice([check.value for check in KeyCheck])),
        click.option("--fingerprint"),
        click.option("--public-key", help="An age, SSH or OpenPGP public key as text."),
        click.option("--emergency-order", type=int, help="1 is called first; 0: not an emergency contact."),
        click.option(
            "--language", "languages", multiple=True, metavar="TAG", help="For example ar, fr, pt-BR."
        ),
        click.option(
            "--channel",
            "channels",
            multiple=True,
            metavar="KIND:VALUE[;safe=yes|no][;hours=TEXT][;note=TEXT][;preferred]",
            help="Kinds: " + " ".join(ChannelKind) + ".",
        ),
        click.option("--organisation"),
        click.option("--role"),
        click.option("--real-name"),
        click.option("--kind", type=click.Choice([kind.value for kind in ContactKind])),
        click.option("--tag", "tags", multiple=True),
    ):
        command = option(command)
    return command


def parse_channel(text: str) -> Channel:
    """``phone:+34 600 000 000;safe=no;hours=after 18:00``. Raises FieldValueError."""
    head, *settings = text.split(";")
    kind, colon, value = head.partition(":")
    try:
        channel = Channel(kind=ChannelKind(kind.strip().lower()), value=value.strip())
    except ValueError:
        raise FieldValueError(field="channel", reason="kinds: " + " ".join(ChannelKind)) from None
    if not colon:
        raise FieldValueError(field="channel", reason="KIND:VALUE")
    for setting in settings:
        name, _, content = setting.partition("=")
        name, content = name.strip().lower(), content.strip()
        if name == "preferred":
            channel = replace(channel, preferred=True)
        elif name == "safe" and content in set(Safety):
            channel = replace(channel, safe=Safety(content))
        elif name in {"hours", "note"}:
            channel = replace(channel, hours=content) if name == "hours" else replace(channel, note=content)
        else:
            raise FieldValueError(field="channel", reason="safe hours note preferred")
    return channel


def _with_options(draft: ContactDraft, options: dict[str, Any]) -> ContactDraft:
    """``draft`` with the options that were given; lists replace the whole list."""
    changes: dict[str, Any] = {
        name: options[name]
        for name in ("real_name", "role", "organisation", "notes", "fingerprint", "public_key")
        if options[name] is not None
    }
    if options["kind"] is not None:
        changes["kind"] = ContactKind(options["kind"])
    if options["how_checked"] is not None:
        changes["how_checked"] = KeyCheck(options["how_checked"])
    for name in ("checked_on", "delete_on"):
        if options[name] is not None:
            changes[name] = parse_day(name, options[name])
    if options["emergency_order"] is not None:
        changes["emergency_order"] = options["emergency_order"] or None
    if options["channels"]:
        changes["channels"] = tuple(parse_channel(text) for text in options["channels"])
    for name in ("languages", "tags"):
        if options[name]:
            changes[name] = tuple(options[name])
    return replace(draft, **changes)


def contact_document(contact: Contact) -> dict[str, Any]:
    """A contact as JSON, every field."""
    return {
        "id": str(contact.id),
        "alias": contact.alias,
        "kind": contact.kind.value,
        "real_name": contact.real_name,
        "role": contact.role,
        "organisation": contact.organisation,
        "channels": [
            {
                "kind": channel.kind.value,
                "value": channel.value,
                "safe": channel.safe.value,
                "hours": channel.hours,
                "note": channel.note,
                "preferred": channel.preferred,
            }
            for channel in contact.channels
        ],
        "languages": list(contact.languages),
        "emergency_order": contact.emergency_order,
        "public_key": contact.public_key,
        "fingerprint": contact.fingerprint,
        "how_checked": contact.how_checked.value,
        "checked_on": contact.checked_on.isoformat() if contact.checked_on else None,
        "notes": contact.notes,
        "delete_on": contact.delete_on.isoformat() if contact.delete_on else None,
        "tags": list(contact.tags),
    }


@click.group("contacts", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def contacts_group(context: click.Context, vault: str) -> None:
    """People and organisations to reach or protect."""
    context.meta["vault"] = vault


@contacts_group.command("add")
@click.option("--alias", required=True, help="The name that is shown.")
@_field_options
@vault_options
@click.pass_context
def add_command(context: click.Context, /, alias: str, **options: Any) -> int:
    """Add a contact."""
    draft = _with_options(ContactDraft(alias=alias), options)
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        contact = add_contact(session, draft)
    click.echo(str(contact.id))
    return EXIT_DONE


@contacts_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List the contacts by alias."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        contacts = list_contacts(session)
    if as_json:
        print_json({"contacts": [contact_document(contact) for contact in contacts]})
    else:
        for contact in contacts:
            click.echo(f"{contact.id}  {shown(contact.alias)}  {shown(contact.role)}".rstrip())
    return EXIT_DONE


@contacts_group.command("show")
@click.argument("reference", metavar="ALIAS_OR_ID")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def show_command(context: click.Context, reference: str, as_json: bool) -> int:
    """Show one contact."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        document = contact_document(load_contact(session, reference))
    if as_json:
        print_json(document)
        return EXIT_DONE
    for name, value in document.items():
        if name == "channels":
            for channel in value:
                details = "  ".join(
                    text
                    for text in (
                        f"safe: {channel['safe']}",
                        shown(channel["hours"]),
                        shown(channel["note"]),
                        "preferred" if channel["preferred"] else "",
                    )
                    if text
                )
                click.echo(f"  {channel['kind']:<16} {shown(channel['value'])}  ({details})")
        elif value:
            text = ", ".join(value) if isinstance(value, list) else str(value)
            click.echo(f"  {name.replace('_', ' '):<16} {shown(text)}")
    return EXIT_DONE


@contacts_group.command("edit")
@click.argument("reference", metavar="ALIAS_OR_ID")
@click.option("--alias", help="A new name to show.")
@_field_options
@vault_options
@click.pass_context
def edit_command(context: click.Context, /, reference: str, alias: str | None, **options: Any) -> int:
    """Change a contact; channels, languages and tags given replace all of theirs."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        contact = load_contact(session, reference)
        draft = _with_options(draft_of(contact), options)
        if alias is not None:
            draft = replace(draft, alias=alias)
        edit_contact(session, contact.id, draft)
    return EXIT_DONE


@contacts_group.command("delete")
@click.argument("reference", metavar="ALIAS_OR_ID")
@vault_options
@click.pass_context
def delete_command(context: click.Context, reference: str) -> int:
    """Delete a contact, with its consents and its part in cases."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        delete_contact(session, load_contact(session, reference).id)
    return EXIT_DONE


def _is_csv(path: str, form: str | None) -> bool:
    chosen = form or path.rsplit(".", 1)[-1].lower()
    if chosen in {"csv", "tsv"}:
        return True
    if chosen in {"vcf", "vcard"}:
        return False
    raise ContactsFormatUnknown()


@contacts_group.command("import")
@click.argument("file")
@click.option("--format", "form", type=click.Choice(["vcf", "csv"]))
@click.option(
    "--ours", is_flag=True, help="You wrote this file yourself: keep what it says was checked and is safe."
)
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def import_command(context: click.Context, file: str, form: str | None, ours: bool, as_json: bool) -> int:
    """Add the contacts of a vCard (2.1, 3.0, 4.0) or CSV file."""
    reader = read_contacts_csv if _is_csv(file, form) else read_vcards
    try:
        with open(file, "rb") as source:
            read = reader(source)
    except OSError as error:
        raise ContactsFileMissing(errno=error.errno) from None
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        taken = take_contacts(session, read, ours=ours)
    if as_json:
        print_json(
            {
                "contacts": [{"id": str(contact.id), "alias": contact.alias} for contact in taken.added],
                "refused": [
                    {
                        "index": refusal.index,
                        "line": refusal.line,
                        "code": refusal.code,
                        "field": refusal.field,
                    }
                    for refusal in read.refused
                ],
                "left_out": [
                    {"reason": left.reason.value, "name": left.name, "count": left.count}
                    for left in read.left_out
                ],
                "encoding": read.encoding,
            }
        )
    else:
        click.echo(counted(len(taken.added), "contact added", "contacts added"))
        for left in read.left_out:
            click.echo(f"left out ({left.reason.value}): {shown(left.name)} x {left.count}")
        if read.encoding == "windows-1252":
            warn("The file is not UTF-8; it was read as Windows-1252. Check names with accents.")
    for refusal in read.refused:
        warn(f"not taken in: entry {refusal.index}, line {refusal.line} ({refusal.code})")
    if not read.refused:
        return EXIT_DONE
    return EXIT_PARTLY if taken.added else EXIT_FAILED


@contacts_group.command("export")
@click.argument("file")
@click.option("--format", "form", type=click.Choice(["vcf", "csv"]))
@click.option("--version", type=click.Choice([version.value for version in VCardVersion]), default="4.0")
@vault_options
@click.pass_context
def export_command(context: click.Context, file: str, form: str | None, version: str) -> int:
    """Write all contacts to a new file, in the clear."""
    as_csv = _is_csv(file, form)
    check_secret_file(file)
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        contacts = list_contacts(session)
    out = io.BytesIO()
    if as_csv:
        write_contacts_csv(contacts, out)
    else:
        write_vcards(contacts, VCardVersion(version), out)
    write_private_file(file, out.getvalue())
    warn("This file is not encrypted. Keep it no longer than you need it.")
    return EXIT_DONE


for _command in CONSENT_COMMANDS:
    contacts_group.add_command(_command)

COMMANDS = (contacts_group,)
