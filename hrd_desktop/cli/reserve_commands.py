"""reserve VAULT show | use | refresh: the same in every vault that has one, used or not."""

from __future__ import annotations

import os

import click

from hrd_desktop.cli.context import (
    Invocation,
    VaultGroup,
    interruptible,
    open_session,
    print_json,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.item_commands import ConfirmationNeeded
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.cli.secret_files import check_secret_file, write_secret_file
from hrd_desktop.cli.slot_commands import new_credential, new_key_file_option, new_passphrase_option
from hrd_desktop.crypto.recovery import format_digits, format_letters, make_code
from hrd_desktop.services.reserve import ReserveView, look_at_reserve, make_compartment, refresh_reserve

LIMITS = (
    "This holds against somebody who makes you open the vault and looks around. It does not hold against "
    "forensic examination: read docs/guide/hidden.md before you rely on it."
)


_yes_option = click.option(
    "--yes",
    is_flag=True,
    help="Required: a compartment that is in the reserve, if there is one, is destroyed.",
)


@click.group("reserve", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def reserve_group(context: click.Context, vault: str) -> None:
    """Space that was set aside when the vault was made, used or not."""
    context.meta["vault"] = vault


@reserve_group.command("show")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def show_command(context: click.Context, as_json: bool) -> int:
    """How large it is; from inside a compartment in it, how much is left."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        view = look_at_reserve(session)
    if as_json:
        print_json(_document(view))
        return EXIT_DONE
    for line in _lines(view):
        click.echo(line)
    return EXIT_DONE


def _document(view: ReserveView) -> dict[str, object]:
    room = view.room
    return {
        "reserve": None
        if view.size_bytes is None
        else {"size": view.size_bytes, "files": view.files, "refreshing": view.refreshing},
        "room": None
        if room is None
        else {
            "size": room.size_bytes,
            "left": room.left_bytes,
            "largest": room.largest_bytes,
            "records_left": round(room.records_left, 3),
            "derived_left": round(room.derived_left, 3),
        },
    }


def _lines(view: ReserveView) -> list[str]:
    room = view.room
    if room is not None:
        return [
            f"room for items {counted(room.size_bytes, 'byte', 'bytes')}, left {room.left_bytes}",
            f"largest file that fits {counted(room.largest_bytes, 'byte', 'bytes')}",
            f"records {round(100 * room.records_left)} % free",
            f"search and previews {round(100 * room.derived_left)} % free",
        ]
    if view.size_bytes is None:
        return ["no reserve"]
    lines = [
        f"reserve {counted(view.size_bytes, 'byte', 'bytes')} in {counted(view.files or 0, 'file', 'files')}",
        "It is filled with random bytes; whether there is a compartment in it cannot be told from here.",
    ]
    return [*lines, "a refresh was begun and goes on while the vault is open"] if view.refreshing else lines


@reserve_group.command("use")
@new_passphrase_option
@new_key_file_option
@click.option(
    "--recovery-code-file", metavar="FILE", help="Make a recovery code for it as well and write it to FILE."
)
@_yes_option
@vault_options
@click.pass_context
def use_command(
    context: click.Context,
    new_passphrase_file: str | None,
    new_key_file: str | None,
    recovery_code_file: str | None,
    yes: bool,
) -> int:
    """Make a second compartment in the reserve, with a passphrase of its own."""
    if not yes:
        raise ConfirmationNeeded()
    if recovery_code_file is not None:
        check_secret_file(recovery_code_file)
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        credential = new_credential(new_passphrase_file, new_key_file)
        code: bytes | None = None
        if recovery_code_file is not None:
            code = make_code(session.random)
            write_secret_file(recovery_code_file, f"{format_letters(code)}\n{format_digits(code)}\n")
        try:
            make_compartment(session, credential, code)
        except BaseException:
            if recovery_code_file is not None:
                os.unlink(recovery_code_file)
            raise
    warn(LIMITS)
    return EXIT_DONE


@reserve_group.command("refresh")
@_yes_option
@vault_options
@click.pass_context
def refresh_command(context: click.Context, yes: bool) -> int:
    """Overwrite all of the reserve with fresh random bytes now."""
    if not yes:
        raise ConfirmationNeeded()
    invocation = context.ensure_object(Invocation)
    with open_session(invocation, context.meta["vault"]) as session, interruptible(invocation.cancel):
        refresh_reserve(session, progress=terminal_progress(), cancel=invocation.cancel)
    return EXIT_DONE


COMMANDS = (reserve_group,)
