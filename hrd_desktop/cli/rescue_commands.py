"""rescue: a new vault of all that a damaged one still has."""

from __future__ import annotations

import os
import uuid

import click

from hrd_desktop.cli.context import Invocation, credential, interruptible, print_json, vault_options, warn
from hrd_desktop.cli.counted import counted, logs_go_on
from hrd_desktop.cli.item_commands import utc_text
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_PARTLY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.domain.errors.vault import WipedError
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.rescue import LostItem, RescueReport
from hrd_desktop.services.rescue import Rescue
from hrd_desktop.services.wipe_all import finish_begun_wipe

_RECORDS = {
    "database": "Records, contacts and custody are from the vault's own records, which are whole.",
    "snapshot": "Records, contacts and custody are from the spare copy inside the vault, as they were at"
    " the time above. What was changed after that is not in them.",
    "salvaged": "The records are damaged and there is no whole copy of them. What could be read of them is in"
    " the new vault; rows are lost of what is named here.",
    "none": "No records could be read: titles, notes, cases, tags, contacts and custody are lost. Each file"
    " is back with its name, hash and times.",
}

_WHY = {
    "missing": "its file is not there",
    "not-ours": "its file's header is destroyed, or another file lies in its place",
    "damaged": "its file is damaged",
    "disk-failed": "the disk does not give it out",
    "not-permitted": "this account may not read it",
    "newer-format": "a newer version of the program wrote it",
}


@click.command("rescue")
@click.argument("vault")
@click.argument("new_vault")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def rescue_command(invocation: Invocation, vault: str, new_vault: str, as_json: bool) -> int:
    """Make a new vault of all that a damaged one still has.

    The damaged vault is only read. The new one opens with the passphrase that opened the old one.
    """
    if finish_begun_wipe(vault, os.environ):
        raise WipedError()
    opening = credential(invocation)
    try:
        with interruptible(invocation.cancel):
            report = Rescue(
                vault,
                new_vault,
                opening,
                random=invocation.random,
                clock=invocation.clock,
                new_id=lambda: uuid.UUID(bytes=invocation.random(16), version=4),
                progress=terminal_progress(),
                cancel=invocation.cancel,
            ).run()
    except WipedError:
        finish_begun_wipe(vault, os.environ)
        raise
    finally:
        del opening
    if as_json:
        print_json(_document(report))
    else:
        _tell(report)
    warn(
        "Other passphrases, recovery codes and shares of the old vault do not open the new one. Make new"
        " ones, then a backup. Keep the damaged vault until you have looked through the new one."
    )
    return EXIT_DONE if report.complete else EXIT_PARTLY


def _document(report: RescueReport) -> dict[str, object]:
    records = report.records
    return {
        "complete": report.complete,
        "items": report.from_records + report.from_headers,
        "from_records": report.from_records,
        "from_headers": report.from_headers,
        "records": {
            "from": records.origin,
            "epoch": records.epoch,
            "newest_epoch": records.newest_epoch,
            "changed_at": None if records.changed_utc is None else utc_text(records.changed_utc),
            "incomplete": list(records.incomplete),
        },
        "lost": [
            {
                "id": str(lost.id),
                "ref": lost.reference,
                "name": lost.original_name,
                "sha256": lost.sha256.hex(),
                "size": lost.size_bytes,
                "code": lost.code,
                "record": lost.has_record,
            }
            for lost in report.lost
        ],
        "unknown": [{"file": unknown.name, "code": unknown.code} for unknown in report.unknown],
        "misplaced": report.misplaced,
        "logs_continued": report.logs_continued,
        "notices": list(report.notices),
    }


def _tell(report: RescueReport) -> None:
    records = report.records
    click.echo(
        counted(
            report.from_records + report.from_headers,
            "item is in the new vault, read and checked",
            "items are in the new vault, each read and checked",
        )
    )
    if records.changed_utc is not None:
        click.echo(f"records of {utc_text(records.changed_utc)} (epoch {records.epoch})")
    click.echo(_RECORDS[records.origin])
    if records.incomplete:
        click.echo("incomplete: " + ", ".join(records.incomplete))
    if report.from_headers:
        click.echo(
            counted(
                report.from_headers,
                "of the items is not in the records: it has its name, hash and times and nothing else",
                "of the items are not in the records: they have their name, hash and times and nothing else",
            )
        )
    if report.misplaced:
        click.echo(
            counted(
                report.misplaced,
                "file had another name or lay in another folder",
                "files had other names or lay in other folders",
            )
        )
    for lost in report.lost:
        click.echo(_lost_line(lost))
    if report.lost:
        click.echo(
            counted(
                len(report.lost),
                "item is lost; a backup may have it",
                "items are lost; a backup may have them",
            )
        )
    for name in report.unreadable:
        click.echo(f"unreadable  {shown(name)}  the disk does not give it out; there may be items in it")
    strangers = len(report.unknown) - len(report.unreadable)
    if strangers:
        click.echo(
            counted(
                strangers,
                "other file does not open with this key: of another vault, of the reserve, or destroyed",
                "other files do not open with this key: of another vault, of the reserve, or destroyed",
            )
        )
    if "other-vault" in report.notices:
        click.echo(
            "files of another vault that opens with the same passphrase lie here too; they were left out"
        )
    if report.logs_continued:
        click.echo(logs_go_on(report.logs_continued))


def _lost_line(lost: LostItem) -> str:
    kept = "; its record is kept" if lost.has_record else ""
    why = _WHY.get(lost.code, lost.code)
    return f"lost  {lost.reference or lost.id}  {shown(lost.original_name)}  {why}{kept}"


COMMANDS = (rescue_command,)
