"""slots VAULT list | add | change | remove | rekey."""

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
    read_lines,
    vault_options,
    warn,
)
from hrd_desktop.cli.counted import counted
from hrd_desktop.cli.item_commands import utc_text
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.cli.secret_files import check_secret_file, write_secret_file
from hrd_desktop.cli.vault_commands import WEAK
from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.recovery import format_digits, format_letters, make_code
from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.slots import FLAG_KEY_FILE, FLAG_REFRESH_RESERVE, SlotKind, SlotRecord
from hrd_desktop.services.credentials import is_weak, load_credential
from hrd_desktop.services.shares import credential_of, parse_shares
from hrd_desktop.services.slots import (
    add_passphrase,
    add_recovery_code,
    change_passphrase,
    list_slots,
    rekey_vault,
    remove_slot,
)

_KINDS = {
    SlotKind.PASSPHRASE: "passphrase",
    SlotKind.RECOVERY_CODE: "recovery-code",
    SlotKind.SHARES: "shares",
}

OLDER_COPIES = (
    "Whoever has an older copy of this vault and the old passphrase can still open that copy. "
    "If somebody saw the passphrase, use: slots rekey."
)

REKEY_LIMITS = (
    "Who could open this vault before may have kept the keys of what was in it: the new key shuts them out "
    "of what is added from now on, not out of that. "
    "An older copy of the vault still opens with what opened it then."
)

new_passphrase_option = click.option(
    "--new-passphrase-file", metavar="FILE", help="Read the new passphrase from the first line of FILE."
)
new_key_file_option = click.option(
    "--new-key-file", metavar="FILE", help="The key file that is to go with the new passphrase."
)


@click.group("slots", cls=VaultGroup)
@click.argument("vault")
@vault_options
@click.pass_context
def slots_group(context: click.Context, vault: str) -> None:
    """What opens the vault: passphrases and recovery codes."""
    context.meta["vault"] = vault


def _document(record: SlotRecord, opened_with: int) -> dict[str, object]:
    return {
        "slot": record.number,
        "used": record.used,
        "kind": _KINDS.get(SlotKind(record.kind)) if record.used else None,
        "label": record.label or None,
        "key_file": bool(record.flags & FLAG_KEY_FILE),
        "refreshes_reserve": bool(record.flags & FLAG_REFRESH_RESERVE),
        "made_at": utc_text(from_microseconds(record.made_us)) if record.used else None,
        "opened_with": record.number == opened_with,
    }


def new_credential(file: str | None, key_file: str | None) -> Credential:
    """A new credential from a file or the prompt; a weak one is warned about."""
    text = read_first_line(file) if file is not None else ask_passphrase("New passphrase: ", twice=True)
    new = load_credential(text, key_file)
    if not new.is_recovery_code and is_weak(text):
        warn(WEAK)
    return new


@slots_group.command("list")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_context
def list_command(context: click.Context, as_json: bool) -> int:
    """List the four slots."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        records, opened_with = list_slots(session)
    documents = [_document(record, opened_with) for record in records]
    if as_json:
        print_json({"slots": documents})
    else:
        for document in documents:
            if not document["used"]:
                click.echo(f"{document['slot']}  unused")
                continue
            parts = [
                str(document["kind"]),
                "with key file" if document["key_file"] else "",
                "refreshes the reserve" if document["refreshes_reserve"] else "",
                str(document["made_at"]),
            ]
            parts += [shown(str(document["label"] or "")), "(opened with)" if document["opened_with"] else ""]
            click.echo(f"{document['slot']}  " + "  ".join(part for part in parts if part))
    return EXIT_DONE


@slots_group.command("add")
@new_passphrase_option
@new_key_file_option
@click.option(
    "--recovery-code-file", metavar="FILE", help="Add a recovery code instead, and write it to FILE."
)
@click.option("--label", default="", metavar="TEXT")
@click.option(
    "--refresh-reserve", is_flag=True, help="Whenever it is used, overwrite the reserve afterwards."
)
@vault_options
@click.pass_context
def add_command(
    context: click.Context,
    new_passphrase_file: str | None,
    new_key_file: str | None,
    recovery_code_file: str | None,
    label: str,
    refresh_reserve: bool,
) -> int:
    """Let another passphrase or a recovery code open the vault."""
    if recovery_code_file is not None:
        if refresh_reserve:
            raise click.UsageError("A recovery code does not refresh the reserve: it is for coming back.")
        check_secret_file(recovery_code_file)
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        if recovery_code_file is not None:
            # Written first: a slot whose code nobody has would only be a way in for nobody.
            code = make_code(session.random)
            write_secret_file(recovery_code_file, f"{format_letters(code)}\n{format_digits(code)}\n")
            try:
                record = add_recovery_code(session, code, label)
            except BaseException:
                os.unlink(recovery_code_file)
                raise
        else:
            record = add_passphrase(
                session,
                new_credential(new_passphrase_file, new_key_file),
                label,
                refreshes_reserve=refresh_reserve,
            )
    click.echo(f"slot {record.number}")
    return EXIT_DONE


@slots_group.command("change")
@click.argument("number", type=int, required=False)
@new_passphrase_option
@new_key_file_option
@click.option(
    "--refresh-reserve/--no-refresh-reserve",
    default=None,
    help="Whether using it overwrites the reserve; as it was where not given.",
)
@vault_options
@click.pass_context
def change_command(
    context: click.Context,
    number: int | None,
    new_passphrase_file: str | None,
    new_key_file: str | None,
    refresh_reserve: bool | None,
) -> int:
    """Change the passphrase of a slot; without NUMBER, of the one that opened the vault."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        new = new_credential(new_passphrase_file, new_key_file)
        number = session.vault.slot_number if number is None else number
        change_passphrase(session, number, new, refreshes_reserve=refresh_reserve)
    warn(OLDER_COPIES)
    return EXIT_DONE


@slots_group.command("remove")
@click.argument("number", type=int)
@vault_options
@click.pass_context
def remove_command(context: click.Context, number: int) -> int:
    """Take a passphrase or recovery code out."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        remove_slot(session, number)
    warn(OLDER_COPIES)
    return EXIT_DONE


@slots_group.command("rekey")
@click.option(
    "--keep-passphrase-file",
    "kept_files",
    multiple=True,
    metavar="FILE",
    help="Another passphrase or recovery code that is to stay (may be given several times).",
)
@click.option(
    "--keep-shares-file",
    "kept_shares",
    multiple=True,
    metavar="FILE",
    help="Shares, one a line, of a set that is to stay (may be given several times).",
)
@vault_options
@click.pass_context
def rekey_command(context: click.Context, kept_files: tuple[str, ...], kept_shares: tuple[str, ...]) -> int:
    """Give the vault a new key. Only the passphrase used now, and those kept, open it afterwards."""
    with open_session(context.ensure_object(Invocation), context.meta["vault"]) as session:
        kept = [load_credential(read_first_line(file), None) for file in kept_files]
        kept += [credential_of(parse_shares(read_lines(file))) for file in kept_shares]
        records = rekey_vault(session, kept)
    click.echo(counted(sum(record.used for record in records), "slot was kept", "slots were kept"))
    warn(REKEY_LIMITS)
    return EXIT_DONE


COMMANDS = (slots_group,)
