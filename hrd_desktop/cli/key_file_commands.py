"""key-file VAULT make | show | drop: a key file that the program makes, outside the vault."""

from __future__ import annotations

import os

import click

from hrd_desktop.cli.context import (
    Invocation,
    VaultGroup,
    ask_passphrase,
    open_session,
    print_json,
    read_first_line,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.domain.errors.settings import SettingsFailedError
from hrd_desktop.domain.names import shown
from hrd_desktop.services.outside_share import drop_share, find_shares, make_share, opened_with_key_file
from hrd_desktop.services.settings_file import SettingsFile, find_settings_file

LIMITS = (
    "From now on this passphrase opens the vault only with the file: give it with --key-file. Copies of the "
    "vault made before still open without it. Deleting the file, or panic while it can be reached, closes "
    "every copy made from now on to everybody but whoever has the recovery code. Its place is written down "
    "in the settings file."
)


@click.group("key-file", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def key_file_group(context: click.Context, vault: str) -> None:
    """A key file that is needed beside the passphrase, on a stick for one."""
    context.meta["vault"] = vault


@key_file_group.command("make")
@click.argument("file", metavar="FILE")
@click.option(
    "--proof-file",
    metavar="CODE",
    help="Read the recovery code, which has to be proved, from the first line of CODE instead of asking.",
)
@vault_options
@click.pass_context
def make_command(context: click.Context, file: str, proof_file: str | None) -> int:
    """Make FILE and let the passphrase that is used now open the vault only with it.

    A recovery code that is kept elsewhere has to be typed first: without the file it is the only way in.
    """
    settings = _settings()
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        code = read_first_line(proof_file) if proof_file is not None else ask_passphrase("Recovery code: ")
        others = make_share(session, file, code, settings)
    warn(LIMITS)
    if others:
        warn(
            counted(
                others,
                "other passphrase opens the vault without the file.",
                "other passphrases open the vault without the file.",
            )
        )
    return EXIT_DONE


@key_file_group.command("show")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def show_command(context: click.Context, as_json: bool) -> int:
    """The key files that the program made for this vault, and whether each is where it was made."""
    settings = _settings()
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        shares = find_shares(session, settings)
        needed = opened_with_key_file(session)
    if as_json:
        files = [{"path": path, "there": there} for path, there in shares]
        print_json({"opened_with_key_file": needed, "files": files})
        return EXIT_DONE
    for path, there in shares:
        click.echo(f"{'there    ' if there else 'not there'}  {shown(path)}")
    if not shares:
        click.echo("none")
    return EXIT_DONE


@key_file_group.command("drop")
@vault_options
@click.pass_context
def drop_command(context: click.Context) -> int:
    """Let the passphrase open the vault without the file again, then delete the file.

    Only a file that the program made, and that is still what was made, is ever deleted.
    """
    settings = _settings()
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        drop_share(session, settings)
    return EXIT_DONE


def _settings() -> SettingsFile:
    found = find_settings_file(os.environ)
    if found is None:
        # Where it was made could not be remembered, and a wipe would not find it.
        raise SettingsFailedError(errno=None)
    return found


COMMANDS = (key_file_group,)
