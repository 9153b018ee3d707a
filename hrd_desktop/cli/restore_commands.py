"""backup-list, restore, backup-drill."""

from __future__ import annotations

import tempfile
import uuid

import click

from hrd_desktop.cli.backup_commands import snapshot_json, stamp
from hrd_desktop.cli.context import (
    Invocation,
    credential,
    interruptible,
    open_session,
    print_json,
    vault_beside,
    vault_beside_options,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted, counted_of, logs_go_on
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_INTEGRITY, EXIT_PARTLY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.crypto.credential import Credential
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Item
from hrd_desktop.services.backup_drill import Drill
from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.services.restore import LANES, Restore, RestoreReport
from hrd_desktop.services.restore_items import ItemBack, read_backup

_RESULTS = {
    "bytes-back": "its bytes are back",
    "new": "came in as a new item",
    "already-here": "is in the vault already, whole",
}


@click.command("backup-list")
@click.argument("dest")
@click.option("--snapshot", type=int, metavar="N", help="The snapshot to list; by default the newest.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def backup_list_command(invocation: Invocation, dest: str, snapshot: int | None, as_json: bool) -> int:
    """List the items in a snapshot of a backup."""
    opening = credential(invocation)
    with read_backup(
        dest, opening, random=invocation.random, clock=invocation.clock, number=snapshot
    ) as reader:
        if as_json:
            print_json(
                {
                    "items": [
                        {
                            "id": str(one.item.id),
                            "ref": one.item.reference,
                            "title": one.item.details.title,
                            "size": one.item.size_bytes,
                            "sha256": one.item.sha256.hex(),
                            "here": one.here,
                        }
                        for one in reader.items
                    ]
                }
            )
        else:
            for one in reader.items:
                missing = "" if one.here else "  (its bytes are not in this snapshot)"
                click.echo(f"{one.item.reference}  {shown(one.item.details.title)}{missing}")
    return EXIT_DONE


@click.command("restore")
@click.argument("dest")
@click.argument("new_vault", metavar="NEW_VAULT")
@click.option("--snapshot", type=int, metavar="N", help="The snapshot to restore; by default the newest.")
@click.option(
    "--item", "items", multiple=True, metavar="ID", help="Bring this item back into the vault NEW_VAULT."
)
@vault_beside_options
@click.option("--lanes", type=click.IntRange(1, 16), default=LANES, help="Files copied at once.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def restore_command(
    invocation: Invocation,
    dest: str,
    new_vault: str,
    snapshot: int | None,
    items: tuple[str, ...],
    vault_passphrase_file: str | None,
    vault_key_file: str | None,
    vault_shares_file: str | None,
    lanes: int,
    as_json: bool,
) -> int:
    """Make a new vault from the backup DEST; or bring single items back into a vault.

    The new vault opens with the passphrase that opened the backup.
    """
    opening = credential(invocation)
    if items:
        given = vault_beside(opening, vault_passphrase_file, vault_key_file, vault_shares_file)
        return _bring_back(
            invocation, dest, new_vault, opening, given, vault_key_file, snapshot, items, as_json
        )
    synced = synced_folder_name(new_vault)
    if synced is not None:
        warn(f"This folder is kept in step by {synced}: copies of the vault will lie out of reach of a wipe.")
    with interruptible(invocation.cancel):
        report = Restore(
            dest,
            new_vault,
            opening,
            random=invocation.random,
            clock=invocation.clock,
            progress=terminal_progress(),
            cancel=invocation.cancel,
            work_lanes=lanes,
        ).run(snapshot)
    _print_restore(report, as_json)
    return EXIT_PARTLY if report.failed or report.reserve_lost else EXIT_DONE


def _print_restore(report: RestoreReport, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "snapshot": snapshot_json(report.snapshot),
                "items": report.items,
                "files": report.files,
                "left_out": report.left_out,
                "logs_continued": report.logs,
                "own": report.own,
                "reserve_lost": report.reserve_lost,
                "failed": [
                    {"id": str(one.item_id), "ref": one.reference, "code": one.code} for one in report.failed
                ],
            }
        )
        return
    for one in report.failed:
        click.echo(f"{one.reference}  {one.code}")
    snapshot = report.snapshot
    items, files = counted(report.items, "item", "items"), counted(report.files, "file", "files")
    click.echo(f"snapshot {snapshot.number} of {stamp(snapshot)} is back: {items}, {files}")
    if report.left_out:
        click.echo(
            counted(
                report.left_out,
                "item was destroyed since and was left out",
                "items were destroyed since and were left out",
            )
        )
    if report.reserve_lost:
        click.echo("the reserve in the backup is damaged; the new vault has none")
    click.echo(logs_go_on(report.logs))
    if report.own:
        click.echo(
            "the new vault opens with the backup's passphrase; make a recovery code for it with slots add"
        )


def _bring_back(
    invocation: Invocation,
    dest: str,
    vault: str,
    opening: Credential,
    given: Credential,
    key_file: str | None,
    snapshot: int | None,
    references: tuple[str, ...],
    as_json: bool,
) -> int:
    with (
        interruptible(invocation.cancel),
        read_backup(
            dest, opening, random=invocation.random, clock=invocation.clock, number=snapshot
        ) as reader,
    ):
        wanted: list[Item] = []
        for position, reference in enumerate(references):
            item = reader.find(reference)
            if item is None:
                raise NotFoundError(kind="item", position=position)
            wanted.append(item)
        with open_session(invocation, vault, given, key_file) as session:
            done = reader.bring_back(
                session,
                wanted,
                new_id=lambda: uuid.UUID(bytes=invocation.random(16), version=4),
                progress=terminal_progress(),
                cancel=invocation.cancel,
            )
    _print_items(done, as_json)
    return EXIT_DONE if all(one.ok for one in done) else EXIT_PARTLY


def _print_items(done: list[ItemBack], as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "items": [
                    {
                        "asked": str(one.asked_id),
                        "ref": one.reference,
                        "result": one.result,
                        "id": None if one.item_id is None else str(one.item_id),
                    }
                    for one in done
                ]
            }
        )
        return
    for one in done:
        click.echo(f"{one.reference}  {_RESULTS.get(one.result, one.result)}")


@click.command("backup-drill")
@click.argument("dest")
@click.option("--in", "folder", metavar="FOLDER", help="Where the throw-away vault is made.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def backup_drill_command(invocation: Invocation, dest: str, folder: str | None, as_json: bool) -> int:
    """Prove a restore on a throw-away vault: records, logs and a random sample of items."""
    opening = credential(invocation)
    with interruptible(invocation.cancel):
        report = Drill(
            dest,
            opening,
            folder=folder or tempfile.gettempdir(),
            random=invocation.random,
            clock=invocation.clock,
            progress=terminal_progress(),
            cancel=invocation.cancel,
        ).run()
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "snapshot": snapshot_json(report.restored.snapshot),
                "items": report.items,
                "sample": report.sample,
                "read": report.read,
                "logs": report.logs,
                "logs_ok": report.logs_ok,
            }
        )
    else:
        items = counted(report.items, "item", "items")
        logs = counted(report.logs, "custody log", "custody logs")
        click.echo(
            f"a throw-away vault was made from snapshot {report.restored.snapshot.number} and opened: "
            f"{items}, {logs}"
        )
        tried = "tried at random gave"
        click.echo(
            counted_of(
                report.read,
                report.sample,
                ("item", f"{tried} its bytes again"),
                ("items", f"{tried} their bytes again"),
            )
        )
        click.echo("it was destroyed again")
    return EXIT_DONE if report.ok else EXIT_INTEGRITY


COMMANDS = (backup_list_command, restore_command, backup_drill_command)
