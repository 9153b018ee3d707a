"""backup, backup-check."""

from __future__ import annotations

import os

import click

from hrd_desktop.cli.context import (
    Invocation,
    credential,
    interruptible,
    open_session,
    print_json,
    read_first_line,
    vault_beside,
    vault_beside_options,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted, counted_of
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_INTEGRITY, EXIT_PARTLY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.cli.secret_files import check_secret_file, write_secret_file
from hrd_desktop.crypto.recovery import format_digits, format_letters, make_code
from hrd_desktop.domain.backup import KeepRule, SnapshotInfo
from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.services.backup import LANES, Backup, BackupReport
from hrd_desktop.services.backup_check import CheckReport, check_backup, note_check
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.credentials import is_weak, load_credential
from hrd_desktop.services.find_item import reference_of
from hrd_desktop.services.places import synced_folder_name

_NOTICES = {
    "begun": "A new backup was begun. Check it with backup-check: only a checked backup counts.",
    "backup-older": "This backup is an older copy of the one that was made last: newer snapshots are missing."
    " A new snapshot was made.",
    "list-damaged": "A snapshot in this backup cannot be read, so nothing was removed from it."
    " See backup-check.",
}


class KeepRuleError(UsageError):
    """A rule is ``all``, ``thinned``, or a number of snapshots."""

    code = "keep-rule"


def parse_keep(text: str | None) -> KeepRule | None:
    """The rule that ``--keep`` names. Raises KeepRuleError."""
    if text is None:
        return None
    try:
        return KeepRule.parse(text)
    except ValueError:
        raise KeepRuleError() from None


def tell_synced(folder: str) -> None:
    """Say when a synchronising program carries the folder to other machines."""
    synced = synced_folder_name(folder)
    if synced is not None:
        warn(
            f"This folder is kept in step by {synced}: the encrypted files of the backup go to its server and"
            " to your other devices. Nobody reads them there without the passphrase; a wipe does not reach"
            " them."
        )


@click.command("backup")
@click.argument("vault")
@click.argument("dest")
@click.option(
    "--keep",
    metavar="RULE",
    help="Which snapshots to keep: a number, all, or thinned (the last 3, 7 days, 4 weeks, 12 months).",
)
@click.option(
    "--own-passphrase-file",
    metavar="FILE",
    help="A new backup opens with this passphrase and not with the vault's.",
)
@click.option("--own-key-file", metavar="FILE", help="The key file that goes with the backup's passphrase.")
@click.option(
    "--own-recovery-code-file", metavar="FILE", help="Make a recovery code for the backup and write it there."
)
@click.option("--lanes", type=click.IntRange(1, 16), default=LANES, help="Files copied at once.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def backup_command(
    invocation: Invocation,
    vault: str,
    dest: str,
    keep: str | None,
    own_passphrase_file: str | None,
    own_key_file: str | None,
    own_recovery_code_file: str | None,
    lanes: int,
    as_json: bool,
) -> int:
    """Back the vault up into the folder DEST: a stick, a second disk, or any folder."""
    rule = parse_keep(keep)
    own = _own(invocation, own_passphrase_file, own_key_file, own_recovery_code_file)
    tell_synced(dest)
    try:
        with open_session(invocation, vault) as session, interruptible(invocation.cancel):
            run = Backup(session, progress=terminal_progress(), cancel=invocation.cancel, work_lanes=lanes)
            report = run.run(dest, own=own, keep=rule)
            references = [reference_of(session, one.item_id) for one in report.failed]
    except BaseException:
        if own_recovery_code_file is not None:
            os.unlink(own_recovery_code_file)
        raise
    if own_recovery_code_file is not None and "begun" not in report.notices:
        # The backup was there already and opens as before: a code for nothing would be worse than none.
        os.unlink(own_recovery_code_file)
    for notice in report.notices:
        warn(_NOTICES[notice])
    _print_backup(report, references, as_json)
    return EXIT_PARTLY if report.failed else EXIT_DONE


def _own(
    invocation: Invocation, passphrase_file: str | None, key_file: str | None, code_file: str | None
) -> OwnCredential | None:
    if passphrase_file is None:
        if key_file is not None or code_file is not None:
            raise click.UsageError(
                "--own-key-file and --own-recovery-code-file go with --own-passphrase-file"
            )
        return None
    if code_file is not None:
        check_secret_file(code_file)
    text = read_first_line(passphrase_file)
    opening = load_credential(text, key_file)
    if not opening.is_recovery_code and is_weak(text):
        warn("The backup's passphrase is weak: whoever holds the backup could guess it.")
    code: bytes | None = None
    if code_file is not None:
        code = make_code(invocation.random)
        write_secret_file(code_file, f"{format_letters(code)}\n{format_digits(code)}\n")
    return OwnCredential(opening, code)


def _print_backup(report: BackupReport, references: list[str], as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "snapshot": report.number,
                "new": report.is_new,
                "items": report.item_count,
                "copied": report.copied,
                "copied_bytes": report.copied_bytes,
                "snapshots": report.snapshots,
                "removed_files": report.removed,
                "keep": report.place.keep,
                "failed": [
                    {"id": str(one.item_id), "ref": reference, "code": one.code}
                    for one, reference in zip(report.failed, references, strict=True)
                ],
                "notices": list(report.notices),
            }
        )
        return
    for one, reference in zip(report.failed, references, strict=True):
        click.echo(f"{reference}  {one.code}")
    if report.is_new:
        items = counted(report.item_count, "item", "items")
        copied = counted(report.copied, "file copied", "files copied")
        click.echo(f"snapshot {report.number}: {items}, {copied}")
    else:
        click.echo(f"nothing has changed since snapshot {report.number}; it is complete")
    click.echo(counted(report.snapshots, "snapshot is kept", "snapshots are kept"))


@click.command("backup-check")
@click.argument("dest")
@click.option("--tenth", is_flag=True, help="Read a random tenth only. Such a check does not count.")
@click.option("--vault", metavar="VAULT", help="Note the check in this vault, whose backup it is.")
@vault_beside_options
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def backup_check_command(
    invocation: Invocation,
    dest: str,
    tenth: bool,
    vault: str | None,
    vault_passphrase_file: str | None,
    vault_key_file: str | None,
    vault_shares_file: str | None,
    as_json: bool,
) -> int:
    """Open a backup, decrypt all of it and hash it again. Changes nothing in it."""
    opening = credential(invocation)
    with interruptible(invocation.cancel):
        report = check_backup(
            dest,
            opening,
            tenth=tenth,
            random=invocation.random,
            progress=terminal_progress(),
            cancel=invocation.cancel,
        )
    noted = False
    if vault is not None:
        given = vault_beside(opening, vault_passphrase_file, vault_key_file, vault_shares_file)
        with open_session(invocation, vault, given, vault_key_file) as session:
            noted = note_check(session, report) is not None and report.counts
    if vault is not None and not noted and report.counts:
        warn("This is no backup that the vault knows of; nothing was noted in it.")
    _print_check(report, noted, as_json)
    return EXIT_DONE if report.ok else EXIT_INTEGRITY


def _print_check(report: CheckReport, noted: bool, as_json: bool) -> None:
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "snapshots": [snapshot_json(one) for one in report.snapshots],
                "objects": report.objects,
                "checked": report.checked,
                "checked_bytes": report.checked_bytes,
                "tenth": report.tenth,
                "own": report.own,
                "absent": report.absent,
                "noted": noted,
                "bad": [
                    {
                        "part": one.part,
                        "snapshot": one.snapshot,
                        "id": None if one.item_id is None else str(one.item_id),
                        "code": one.code,
                    }
                    for one in report.bad
                ],
            }
        )
        return
    for one in report.snapshots:
        items = counted(one.item_count, "item", "items")
        click.echo(f"snapshot {one.number}  {stamp(one)}  epoch {one.epoch}  {items}")
    for bad in report.bad:
        click.echo(f"{bad.part} {bad.item_id or ''}  {bad.code}  (snapshot {bad.snapshot})")
    if report.absent:
        click.echo(
            counted(
                report.absent,
                "item was damaged in the vault and is not in the newest snapshot",
                "items were damaged in the vault and are not in the newest snapshot",
            )
        )
    what = "a random tenth" if report.tenth else "everything"
    good = report.checked - len(report.bad)
    whole = counted_of(good, report.checked, ("file", "is whole"), ("files", "are whole"))
    click.echo(f"{what} was read: {whole}")
    if report.tenth:
        click.echo("a check of a tenth does not count as a check of the backup")
    if noted:
        click.echo("the vault has noted it")


def stamp(snapshot: SnapshotInfo) -> str:
    """The time of a snapshot, UTC."""
    return snapshot.made_utc.strftime("%Y-%m-%dT%H:%M:%SZ")


def snapshot_json(snapshot: SnapshotInfo) -> dict[str, object]:
    """A snapshot for --json."""
    return {
        "number": snapshot.number,
        "epoch": snapshot.epoch,
        "items": snapshot.item_count,
        "made_at": stamp(snapshot),
    }


COMMANDS = (backup_command, backup_check_command)
