"""shares VAULT make | list | prove | note | remove."""

from __future__ import annotations

import os

import click

from hrd_desktop.cli.context import Invocation, VaultGroup, open_session, print_json, vault_options, warn
from hrd_desktop.cli.item_commands import utc_text
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.cli.secret_files import SecretFileExists, SecretFileFailed, write_secret_file
from hrd_desktop.cli.slot_commands import OLDER_COPIES
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.share_sets import ShareSet
from hrd_desktop.services.shares import (
    NewShares,
    Share,
    add_share_set,
    ensure_slot_is_free,
    list_share_sets,
    make_shares,
    note_opened_with_shares,
    remove_share_set,
    set_holder,
)

UNPROVED = (
    "This set is not proved yet. Collect the shares that are needed, as their holders wrote them down, and"
    " run: shares VAULT prove --shares-file FILE"
)


@click.group("shares", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def shares_group(context: click.Context, vault: str) -> None:
    """A way in for several people together: any K of N shares open the vault."""
    context.meta["vault"] = vault


@shares_group.command("make")
@click.option(
    "--needed", type=int, required=True, metavar="K", help="How many shares open the vault (2 to 16)."
)
@click.option(
    "--of", "count", type=int, required=True, metavar="N", help="How many shares are made (up to 16)."
)
@click.option("--out", required=True, metavar="FOLDER", help="A new folder for the shares, a file each.")
@click.option("--holder", "holders", multiple=True, metavar="NAME", help="Who is to have the next share.")
@vault_options
@click.pass_context
def make_command(context: click.Context, needed: int, count: int, out: str, holders: tuple[str, ...]) -> int:
    """Make a set of shares, and write each to a file of its own in FOLDER."""
    invocation = context.ensure_object(Invocation)
    with open_session(invocation, context.meta["vault"]) as session:
        ensure_slot_is_free(session)
        made = make_shares(needed, count, session.random)
        # Written first: a slot whose shares nobody has would be a way in for nobody.
        paths = _write(out, made)
        try:
            added = add_share_set(session, made, holders)
        except BaseException:
            _remove(out, paths)
            raise
    click.echo(f"slot {added.slot_number}")
    warn(
        "Give each file to one person and then delete it here; deleting does not erase it from a flash disk,"
        " so write to a file system in memory where you can."
    )
    warn(UNPROVED)
    return EXIT_DONE


@shares_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List the sets, who has which share, and whether the set is proved."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        sets = list_share_sets(session)
    if as_json:
        print_json({"sets": [_document(found) for found in sets]})
        return EXIT_DONE
    for found in sets:
        proved = f"proved {utc_text(found.proved_utc)}" if found.proved_utc is not None else "NOT PROVED"
        if not found.count:
            click.echo(f"{found.slot_number}  nothing is noted of this set  {proved}")
            continue
        click.echo(f"{found.slot_number}  any {found.needed} of {found.count}  set {found.set_id}  {proved}")
        for number, holder in enumerate(found.holders, start=1):
            click.echo(f"   share {number}  {shown(holder) or '-'}")
    return EXIT_DONE


@shares_group.command("prove")
@vault_options
@click.pass_context
def prove_command(context: click.Context) -> int:
    """Open the vault with the shares of --shares-file, and note that the set opens it."""
    invocation = context.ensure_object(Invocation)
    if invocation.shares_file is None:
        raise click.UsageError("Give the shares with --shares-file.")
    with open_session(invocation, context.meta["vault"]) as session:
        found = note_opened_with_shares(session)
    if found is None:
        raise NotFoundError(kind="slot")
    click.echo(f"slot {found.slot_number}: any {found.needed} of {found.count} shares open this vault")
    return EXIT_DONE


@shares_group.command("note")
@click.argument("slot", type=int)
@click.argument("share", type=int)
@click.argument("name")
@vault_options
@click.pass_context
def note_command(context: click.Context, slot: int, share: int, name: str) -> int:
    """Note, inside the vault only, that NAME has share number SHARE of the set in SLOT."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        set_holder(session, slot, share, name)
    return EXIT_DONE


@shares_group.command("remove")
@click.argument("slot", type=int)
@vault_options
@click.pass_context
def remove_command(context: click.Context, slot: int) -> int:
    """Take a set out: its shares open the vault no more."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        remove_share_set(session, slot)
    warn(OLDER_COPIES)
    return EXIT_DONE


def _document(found: ShareSet) -> dict[str, object]:
    return {
        "slot": found.slot_number,
        "set": found.set_id,
        "needed": found.needed,
        "count": found.count,
        "holders": list(found.holders),
        "made_at": utc_text(found.made_utc),
        "proved": found.proved_utc is not None,
        "proved_at": None if found.proved_utc is None else utc_text(found.proved_utc),
    }


def _write(folder: str, made: NewShares) -> list[str]:
    try:
        os.mkdir(folder, 0o700)
    except FileExistsError:
        raise SecretFileExists() from None
    except OSError as error:
        raise SecretFileFailed(errno=error.errno) from None
    paths: list[str] = []
    try:
        for share in made.shares:
            path = os.path.join(folder, f"share-{share.number}.txt")
            write_secret_file(path, _page(share))
            paths.append(path)
    except BaseException:
        _remove(folder, paths)
        raise
    return paths


def _page(share: Share) -> str:
    """The 33 words on one line, so that the file is a line of a shares file as it is."""
    return " ".join(share.words) + "\n"


def _remove(folder: str, paths: list[str]) -> None:
    for path in paths:
        os.unlink(path)
    os.rmdir(folder)


COMMANDS = (shares_group,)
