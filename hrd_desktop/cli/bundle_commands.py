"""export and check-bundle."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import click

from hrd_desktop.cli.context import (
    Invocation,
    interruptible,
    open_session,
    print_json,
    read_first_line,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted, the_first
from hrd_desktop.cli.custody_commands import read_receipt_file
from hrd_desktop.cli.fault_words import FAULT_WORDS
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_INTEGRITY, EXIT_PARTLY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.cli.secret_files import check_secret_file, write_private_file, write_secret_file
from hrd_desktop.domain.bundle_report import BundleCheck, Signed
from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.domain.export import (
    BundleForm,
    BundleResult,
    PlainFolder,
    SelfOpening,
    ToRecipients,
    WithPassphrase,
)
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.people import ConsentPurpose
from hrd_desktop.services.cases import load_case
from hrd_desktop.services.check import check, hold_against
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.export import ExportChoices, ExportPlan, export, plan_export
from hrd_desktop.services.find_item import load_items
from hrd_desktop.services.passphrases import make_passphrase
from hrd_desktop.services.recipients import load_recipients
from hrd_desktop.services.session import Session
from hrd_desktop.services.timestamp_request import timestamp_request as request_for

#: A witness may sign any time there is; what no calendar has is shown as the last day of it.
_LAST_TIME = 253_402_300_799
_EXTRAS = ("notes", "sources", "custodian")

VERDICT_OF_OTHERS = (
    "Complete and unchanged against its own lists of digests. Nobody signed it: whoever could change the "
    "files could make new lists. Compare its SHA-256 with what the sender tells you by another way."
)
LIMITS = (
    "This does not say whose key it is: compare the digits with the sender, in person or by voice, or hold\n"
    "a receipt or a countersignature of somebody you know. A log signed by its holder proves nothing before\n"
    "its first receipt, timestamp or countersignature, nothing of what happened before an item was taken\n"
    "in, and not that an event is the last one."
)


class DestinationInVault(UsageError):
    """A bundle is written outside the vault."""

    code = "destination-in-vault"


def _choices(extras: str, purpose: str, held_back: bool, language: str, title: str | None) -> ExportChoices:
    chosen = {part.strip() for part in extras.split(",") if part.strip()}
    unknown = chosen - set(_EXTRAS)
    if unknown:
        raise click.UsageError("--with takes " + ", ".join(_EXTRAS))
    return ExportChoices(
        with_notes="notes" in chosen,
        with_sources="sources" in chosen,
        with_custodian="custodian" in chosen,
        include_held_back=held_back,
        purpose=ConsentPurpose(purpose),
        language=language,
        title=title,
    )


def _print_plan(plan: ExportPlan) -> None:
    """The list of what leaves, before anything is written."""
    references = {str(item.id): item.reference for item in plan.items}
    leaving = counted(
        len(plan.items), "item, byte for byte, and about it:", "items, byte for byte, and about them:"
    )
    click.echo(f"What leaves: {leaving}")
    for disclosure in plan.disclosures:
        of_item = references.get(disclosure.item_id or "", "bundle")
        click.echo(
            f"  {of_item:<8} {disclosure.kind.value:<14}"
            f" in the {disclosure.where.value:<9} {shown(disclosure.value)}"
        )
    for held in plan.held_back:
        click.echo(f"Held back: {held.reference} ({held.reason})")


def _form(
    session: Session,
    invocation: Invocation,
    recipients: tuple[str, ...],
    passphrase_out: str | None,
    self_opening: bool,
) -> tuple[BundleForm, str]:
    if recipients:
        keys, label = load_recipients(session, recipients)
        if any(key.recognisable for key in keys):
            warn("An SSH recipient can be recognised from outside by anybody who knows that public key.")
        return ToRecipients(keys), label
    if passphrase_out is not None:
        passphrase = make_passphrase(invocation.random)
        write_secret_file(passphrase_out, passphrase + "\n")
        form = SelfOpening(passphrase) if self_opening else WithPassphrase(passphrase)
        return form, "whoever has the passphrase"
    return PlainFolder(), "plain folder"


def _check_new_files(*paths: str | None) -> None:
    for path in paths:
        if path is not None:
            check_secret_file(path)


def _write_request(path: str | None, result: BundleResult, invocation: Invocation) -> None:
    if path is not None:
        write_private_file(path, request_for(result, invocation.random))


@click.command("export")
@click.argument("vault")
@click.option("--out", required=True, metavar="FILE", help="The bundle's name, or a folder for a random one.")
@click.option("--case", "case", metavar="REF", help="One case, under its own numbers and custody log.")
@click.option("--item", "items", multiple=True, metavar="ID")
@click.option("--all", "everything", is_flag=True, help="Every item that is not in the bin.")
@click.option(
    "--recipient", "recipients", multiple=True, metavar="KEY", help="An age or SSH public key, or a contact."
)
@click.option("--passphrase-out", metavar="FILE", help="Make a seven-word passphrase and write it to FILE.")
@click.option(
    "--self-opening",
    is_flag=True,
    help="A web page that opens in a browser, for somebody who can install nothing; with --passphrase-out.",
)
@click.option("--plain-folder", is_flag=True, help="In the clear. Anybody who finds it can read it.")
@click.option("--with", "extras", default="", metavar="LIST", help="Also let out: notes,sources,custodian.")
@click.option(
    "--purpose",
    type=click.Choice([purpose.value for purpose in ConsentPurpose]),
    default=ConsentPurpose.SHARE_WITH_LAWYER.value,
    help="What the people shown must have agreed to.",
)
@click.option("--include-held-back", is_flag=True, help="Privileged, sealed and not consented items as well.")
@click.option("--language", default="en", metavar="TAG")
@click.option("--title", metavar="TEXT", help="Heads the exhibit list; otherwise the case's title.")
@click.option("--timestamp-request", metavar="FILE", help="Write a request for a timestamp authority.")
@click.option("--list-only", is_flag=True, help="Say what would leave, and write nothing.")
@vault_options
@click.pass_obj
def export_command(
    invocation: Invocation,
    vault: str,
    out: str,
    case: str | None,
    items: tuple[str, ...],
    everything: bool,
    recipients: tuple[str, ...],
    passphrase_out: str | None,
    self_opening: bool,
    plain_folder: bool,
    extras: str,
    purpose: str,
    include_held_back: bool,
    language: str,
    title: str | None,
    timestamp_request: str | None,
    list_only: bool,
) -> int:
    """Let a bundle out that the recipient can open and check without this program."""
    if (case is not None) + bool(items) + everything != 1:
        raise click.UsageError("give one of --case, --item and --all")
    if bool(recipients) + (passphrase_out is not None) + plain_folder != 1 and not list_only:
        raise click.UsageError("give one of --recipient, --passphrase-out and --plain-folder")
    if self_opening and passphrase_out is None:
        raise click.UsageError("--self-opening needs --passphrase-out FILE for its seven words")
    choices = _choices(extras, purpose, include_held_back, language, title)
    if os.path.realpath(out).startswith(os.path.realpath(vault) + os.sep):
        raise DestinationInVault()
    _check_new_files(passphrase_out, timestamp_request)
    with open_session(invocation, vault) as session, interruptible(invocation.cancel):
        # What the files say of themselves must be known before anybody can be told what leaves.
        derive_pending(session, cancel=invocation.cancel)
        plan = plan_export(
            session,
            case=load_case(session, case) if case is not None else None,
            item_ids=[item.id for item in load_items(session, items)] if items else None,
            choices=choices,
        )
        _print_plan(plan)
        if list_only:
            return EXIT_DONE
        form, label = _form(session, invocation, recipients, passphrase_out, self_opening)
        try:
            result = export(
                session,
                plan,
                out,
                form,
                recipients=label,
                progress=terminal_progress(),
                cancel=invocation.cancel,
            )
        except BaseException:
            if passphrase_out is not None:
                os.unlink(passphrase_out)
            raise
    click.echo(f"Written and checked: {shown(str(result.path))}")
    if result.beside_path is not None:
        click.echo(f"The page needs the file beside it: {shown(str(result.beside_path))}")
    click.echo(f"SHA-256 {result.sha256.hex()}")
    _write_request(timestamp_request, result, invocation)
    if plain_folder:
        warn("This folder is not encrypted: whoever finds it can read everything in it.")
    return EXIT_PARTLY if plan.held_back else EXIT_DONE


@click.command("check-bundle")
@click.argument("bundle", metavar="FILE_OR_FOLDER")
@click.option(
    "--identity", "identities", multiple=True, metavar="FILE", help="An age or SSH private key file."
)
@click.option("--bundle-passphrase-file", metavar="FILE", help="The passphrase that opens the bundle.")
@click.option("--receipt", metavar="FILE", help="Also hold it against a receipt of its log.")
@click.option("--timestamp", metavar="FILE", help="An authority's answer kept beside the bundle (.tsr).")
@click.option("--timestamp-root", metavar="FILE", help="Root certificates you trust for timestamps.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def check_command(
    invocation: Invocation,
    bundle: str,
    identities: tuple[str, ...],
    bundle_passphrase_file: str | None,
    receipt: str | None,
    timestamp: str | None,
    timestamp_root: str | None,
    as_json: bool,
) -> int:
    """Check a bundle of this program or a BagIt bag of others."""
    held = read_receipt_file(receipt) if receipt is not None else None
    passphrase = read_first_line(bundle_passphrase_file) if bundle_passphrase_file is not None else None
    with interruptible(invocation.cancel):
        result = check(
            bundle,
            identity_files=identities,
            passphrase=passphrase,
            progress=terminal_progress(),
            cancel=invocation.cancel,
            timestamp_file=timestamp,
            roots_file=timestamp_root,
        )
    agreed = hold_against(result, held) if held is not None and result.sound else None
    if as_json:
        print_json({**_check_document(result), "receipt_events": agreed})
    else:
        for fault in result.faults:
            click.echo(f"{fault.kind.value}  {shown(fault.path)}  {fault.detail}".rstrip())
            click.echo(f"    {FAULT_WORDS[fault.kind.value]}")
        if result.faults_left_out:
            click.echo(f"and {result.faults_left_out} more")
        for remark in result.remarks:
            click.echo(f"note: {remark.kind.value}  {shown(remark.path)}".rstrip())
        if result.sound:
            files = counted(result.payload_files, "file", "files")
            size = counted(result.payload_bytes, "byte", "bytes")
            click.echo(f"{files}, {size}, under {', '.join(result.algorithms)}.")
            print_verdict(result.signed)
            if agreed is not None:
                first = the_first(agreed, "event is the one it is of", "events are those it is of")
                click.echo(f"The receipt fits: {first}.")
        else:
            click.echo("This bundle does NOT check. The first fault is named above.")
    return EXIT_DONE if result.sound else EXIT_INTEGRITY


def print_verdict(signed: Signed | None) -> None:
    """What a sound bundle's signature says, and what it does not."""
    if signed is None:
        click.echo(VERDICT_OF_OTHERS)
        return
    click.echo(f"Unchanged since it was signed by key {signed.key_name}.")
    click.echo(f"  that key by telephone: {signed.spoken}")
    for size, spoken in signed.heads:
        click.echo(f"  its log by telephone: {counted(size, 'event', 'events')}, {spoken}")
    for seen in signed.witnesses:
        when = datetime.fromtimestamp(min(seen.time, _LAST_TIME), UTC).strftime("%Y-%m-%d %H:%M UTC")
        click.echo(
            f"  {the_first(seen.size, 'event', 'events')} countersigned by key {seen.key_name} on {when}"
            f" (that witness's clock): {seen.spoken}"
        )
    if signed.timestamp_utc is not None:
        when = signed.timestamp_utc.strftime("%Y-%m-%d %H:%M UTC")
        if signed.timestamp_verified:
            click.echo(f"  timestamp: {when}, holds against the root you chose")
        else:
            click.echo(f"  timestamp: says {when}; not checked, give --timestamp-root")
    click.echo(LIMITS)


def signed_document(signed: Signed | None) -> dict[str, object] | None:
    """The same for other programs."""
    if signed is None:
        return None
    return {
        "key": signed.key_name,
        "spoken": signed.spoken,
        "fingerprint": signed.fingerprint,
        "events": signed.events,
        "heads": [{"events": size, "spoken": spoken} for size, spoken in signed.heads],
        "witnesses": [
            {"key": seen.key_name, "spoken": seen.spoken, "time": seen.time, "events": seen.size}
            for seen in signed.witnesses
        ],
        "timestamp": signed.timestamp_utc.isoformat() if signed.timestamp_utc is not None else None,
        "timestamp_verified": signed.timestamp_verified,
    }


def _check_document(result: BundleCheck) -> dict[str, object]:
    return {
        "ok": result.sound,
        "container": result.container,
        "own_layout": result.own_layout,
        "bag_version": result.bag_version,
        "items": result.items,
        "files": result.payload_files,
        "bytes": result.payload_bytes,
        "algorithms": list(result.algorithms),
        "faults": [
            {"code": fault.kind.value, "path": fault.path, "detail": fault.detail} for fault in result.faults
        ],
        "faults_left_out": result.faults_left_out,
        "signed": signed_document(result.signed),
        "remarks": [{"code": remark.kind.value, "path": remark.path} for remark in result.remarks],
    }


COMMANDS = (export_command, check_command)
