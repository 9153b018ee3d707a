"""create, unlock-test, verify."""

from __future__ import annotations

import os
import re

import click

from hrd_desktop.cli.context import (
    Invocation,
    interruptible,
    open_session,
    passphrase_text,
    print_json,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted, counted_of
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_INTEGRITY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.cli.secret_files import check_secret_file, write_secret_file
from hrd_desktop.crypto.recovery import format_digits, format_letters, make_code
from hrd_desktop.domain.errors.vault import ReserveSizeError
from hrd_desktop.domain.names import shown
from hrd_desktop.services.create import choose_parameters, create
from hrd_desktop.services.credentials import is_weak, load_credential
from hrd_desktop.services.find_item import load_items
from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.services.verify import verify

_SIZE = re.compile(r"(\d{1,12})\s*([KMGT]?)(?:i?B)?\Z", re.IGNORECASE | re.ASCII)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}

WEAK = (
    "This passphrase is weak: somebody who copies the disk could guess it. "
    "Seven words chosen by dice are not."
)


def parse_size(text: str) -> int:
    """Bytes from ``64M``, ``1G``, ``268435456``. Raises ReserveSizeError."""
    match = _SIZE.match(text.strip())
    if match is None:
        raise ReserveSizeError()
    return int(match.group(1)) * _UNITS[match.group(2).upper()]


@click.command("create")
@click.argument("vault")
@click.option(
    "--kdf", type=click.Choice(["default", "minimum"]), default="default", help="How costly guessing is."
)
@click.option("--reserve", metavar="SIZE", help="Set space aside, for example 256M.")
@click.option("--recovery-code-file", metavar="FILE", help="Make a recovery code and write it to FILE.")
@vault_options
@click.pass_obj
def create_command(
    invocation: Invocation, vault: str, kdf: str, reserve: str | None, recovery_code_file: str | None
) -> int:
    """Make a new vault."""
    reserve_bytes = parse_size(reserve) if reserve is not None else 0
    if reserve is not None and reserve_bytes == 0:
        raise ReserveSizeError()
    if recovery_code_file is not None:
        check_secret_file(recovery_code_file)
    text = passphrase_text(invocation, new=True)
    opening = load_credential(text, invocation.key_file)
    if not opening.is_recovery_code and is_weak(text):
        warn(WEAK)
    if kdf == "minimum":
        warn("The key derivation is the cheapest allowed (64 MiB): for tests and very old machines.")
    synced = synced_folder_name(vault)
    if synced is not None:
        warn(
            f"This folder is kept in step by {synced}."
            " Copies of the vault will lie there, out of reach of a wipe."
        )
    parameters = choose_parameters(kdf)
    code: bytes | None = None
    if recovery_code_file is not None:
        # Written before the vault is made: a vault with a recovery code that nobody has would be worse than
        # a file with a code for no vault, and that file is removed again.
        code = make_code(invocation.random)
        write_secret_file(recovery_code_file, f"{format_letters(code)}\n{format_digits(code)}\n")
    try:
        create(
            vault,
            opening,
            parameters=parameters,
            recovery_code=code,
            reserve_bytes=reserve_bytes,
            random=invocation.random,
            clock=invocation.clock,
        )
    except BaseException:
        if recovery_code_file is not None:
            os.unlink(recovery_code_file)
        raise
    return EXIT_DONE


@click.command("unlock-test")
@click.argument("vault")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def unlock_test_command(invocation: Invocation, vault: str, as_json: bool) -> int:
    """Open and close; print epoch, last change and number of items."""
    with open_session(invocation, vault) as session:
        state = session.read(lambda opened: opened.records.state())
    changed = state.changed_utc.strftime("%Y-%m-%dT%H:%M:%SZ") if state.changed_utc else None
    if as_json:
        print_json({"epoch": state.epoch, "changed_at": changed, "items": state.item_count})
    else:
        click.echo(f"epoch {state.epoch}\nlast change {changed or 'none'}\nitems {state.item_count}")
    return EXIT_DONE


@click.command("verify")
@click.argument("vault")
@click.argument("ids", nargs=-1, metavar="[ID]...")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def verify_command(invocation: Invocation, vault: str, ids: tuple[str, ...], as_json: bool) -> int:
    """Re-hash every item and check the custody logs."""
    with open_session(invocation, vault) as session:
        wanted = [item.id for item in load_items(session, ids)] if ids else None
        with interruptible(invocation.cancel):
            report = verify(session, wanted, progress=terminal_progress(), cancel=invocation.cancel)
    if as_json:
        print_json(
            {
                "ok": report.ok,
                "items": report.item_count,
                "bad": [
                    {"id": str(bad.item_id), "ref": bad.reference, "code": bad.code} for bad in report.bad
                ],
                "logs": [
                    {
                        "case": log.case,
                        "events": log.events,
                        "ok": log.fault is None,
                        "code": log.fault,
                        "sequence": log.sequence,
                    }
                    for log in report.logs
                ],
                "mended": report.mended,
                "derived": report.derived,
                "snapshots": report.snapshots,
            }
        )
    else:
        for bad in report.bad:
            click.echo(f"{bad.reference}  {bad.code}")
        for log in report.logs:
            if log.fault is not None:
                click.echo(f"log of {shown(log.case)}: {log.fault} at event {log.sequence}")
        if report.mended:
            click.echo(
                counted(
                    report.mended,
                    "damaged header was mended from its other copy",
                    "damaged headers were mended from their other copy",
                )
            )
        if report.derived == "rebuilt":
            click.echo("the search index and previews were damaged; they are made again")
        elif report.derived == "damaged":
            click.echo("the search index and previews are damaged; they are made again when the rest is well")
        if report.snapshots == "rebuilt":
            click.echo("a copy of the records was damaged; a new one was taken")
        elif report.snapshots == "damaged":
            click.echo("a copy of the records is damaged; a new one is taken when the rest is well")
        good = report.item_count - len(report.bad)
        click.echo(counted_of(good, report.item_count, ("item", "is unchanged"), ("items", "are unchanged")))
    return EXIT_DONE if report.ok else EXIT_INTEGRITY


COMMANDS = (create_command, unlock_test_command, verify_command)
