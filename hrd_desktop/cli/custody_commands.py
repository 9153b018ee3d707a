"""receipt, check-receipt and countersign."""

from __future__ import annotations

from datetime import datetime

import click

from hrd_desktop.cli.context import Invocation, open_session, print_json, vault_options
from hrd_desktop.cli.counted import counted, the_first
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.cli.secret_files import check_secret_file, write_secret_file
from hrd_desktop.domain.errors.custody import ReceiptFileUnreadable
from hrd_desktop.domain.names import shown
from hrd_desktop.services.cases import load_case
from hrd_desktop.services.countersign import countersign
from hrd_desktop.services.qr_code import qr_svg
from hrd_desktop.services.receipts import (
    RECEIPT_LIMIT_BYTES,
    ReceiptCheck,
    ShownReceipt,
    WitnessSaid,
    add_countersignature,
    check_receipt,
    check_spoken,
    give_receipt,
)


def read_receipt_file(path: str) -> bytes:
    """The bytes of a receipt, one more than is allowed at most. Raises ReceiptFileUnreadable."""
    try:
        with open(path, "rb") as file:
            return file.read(RECEIPT_LIMIT_BYTES + 1)
    except OSError as error:
        raise ReceiptFileUnreadable(errno=error.errno) from None


def _time(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _echo_witnesses(witnesses: tuple[WitnessSaid, ...]) -> None:
    for said in witnesses:
        click.echo(f"countersigned by key {said.key_name} on {_time(said.time_utc)} (that witness's clock)")
        click.echo(f"  that key by telephone: {said.spoken}")


def _echo_receipt(receipt: ShownReceipt) -> None:
    events = counted(receipt.size, "event", "events")
    click.echo(f"{events}, signed by key {receipt.key_name}")
    click.echo(f"the receipt by telephone: {events}, {receipt.spoken}")
    click.echo(f"the key by telephone: {receipt.key_spoken}")
    _echo_witnesses(receipt.witnesses)


def _check_document(check: ReceiptCheck) -> dict[str, object]:
    return {
        "ok": True,
        "case": check.case_reference,
        "events": check.size,
        "events_now": check.events_now,
        "earlier_key": check.earlier_key,
        "witnesses": [
            {"key": said.key_name, "spoken": said.spoken, "time": said.time_utc.isoformat()}
            for said in check.witnesses
        ],
    }


def _echo_check(check: ReceiptCheck) -> None:
    events = counted(check.events_now, "event", "events")
    first = the_first(check.size, "is the one of this receipt", "are those of this receipt")
    click.echo(f"The log of {shown(check.case_reference)} has {events}; {first}.")
    if check.earlier_key:
        click.echo("The receipt is of a key the log had before this vault was restored or rescued.")
    _echo_witnesses(check.witnesses)


@click.command("receipt")
@click.argument("vault")
@click.option("--case", "case", metavar="REF", help="Whose log the receipt is of.")
@click.option("--out", metavar="FILE", help="Where to write the receipt.")
@click.option("--qr", metavar="FILE", help="Also write it as a QR code (SVG).")
@click.option("--to", "given_to", default="", metavar="TEXT", help="Who gets it: kept in the vault only.")
@click.option("--add", "add", metavar="FILE", help="Take in what a witness countersigned and sent back.")
@vault_options
@click.pass_obj
def receipt_command(
    invocation: Invocation,
    vault: str,
    case: str | None,
    out: str | None,
    qr: str | None,
    given_to: str,
    add: str | None,
) -> int:
    """Give a receipt of a case's custody log, or add a countersignature that came back.

    Whoever holds the receipt can check later that nothing before it was rewritten.
    """
    if add is not None:
        if case or out or qr or given_to:
            raise click.UsageError("--add stands alone")
        content = read_receipt_file(add)
        with open_session(invocation, vault) as session:
            check = add_countersignature(session, content)
        _echo_check(check)
        return EXIT_DONE
    if case is None or out is None:
        raise click.UsageError("give --case and --out, or --add")
    for path in (out, *([qr] if qr is not None else [])):
        check_secret_file(path)
    with open_session(invocation, vault) as session:
        receipt = give_receipt(session, load_case(session, case), given_to=given_to)
    write_secret_file(out, receipt.text)
    if qr is not None:
        write_secret_file(qr, qr_svg(receipt.short_text))
    _echo_receipt(receipt)
    return EXIT_DONE


@click.command("check-receipt")
@click.argument("vault")
@click.argument("file", required=False)
@click.option("--case", "case", metavar="REF", help="With --spoken: whose log it is of.")
@click.option("--spoken", metavar="DIGITS", help="Forty digits that were taken down; blanks do not matter.")
@click.option("--events", type=int, metavar="N", help="With --spoken: the number of events that was told.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def check_receipt_command(
    invocation: Invocation,
    vault: str,
    file: str | None,
    case: str | None,
    spoken: str | None,
    events: int | None,
    as_json: bool,
) -> int:
    """Hold an older receipt against the log as it is now."""
    if (file is None) == (spoken is None) or (spoken is not None and (case is None or events is None)):
        raise click.UsageError("give a FILE, or --case, --events and --spoken")
    content = read_receipt_file(file) if file is not None else b""
    with open_session(invocation, vault) as session:
        if spoken is not None and case is not None and events is not None:
            check = check_spoken(session, load_case(session, case), events, spoken)
        else:
            check = check_receipt(session, content)
    if as_json:
        print_json(_check_document(check))
    else:
        _echo_check(check)
    return EXIT_DONE


@click.command("countersign")
@click.argument("vault")
@click.argument("file")
@click.option("--out", required=True, metavar="FILE", help="Where to write the answer.")
@vault_options
@click.pass_obj
def countersign_command(invocation: Invocation, vault: str, file: str, out: str) -> int:
    """Countersign a receipt of somebody else's log, and write the answer for them.

    This vault remembers what it signed last of each log and refuses whatever goes back on it.
    """
    content = read_receipt_file(file)
    check_secret_file(out)
    with open_session(invocation, vault) as session:
        done = countersign(session, content)
    write_secret_file(out, done.receipt.text)
    events = counted(done.receipt.size, "event", "events")
    if done.size_before is None:
        click.echo(f"Seen for the first time: {events}, key {done.receipt.key_name}")
        click.echo(f"Compare the key with its holder by voice: {done.receipt.key_spoken}")
    else:
        click.echo(f"Grown from {done.size_before} to {events}; nothing was rewritten.")
    click.echo(f"Countersigned with key {done.witness_key_name}, by telephone: {done.witness_spoken}")
    return EXIT_DONE


COMMANDS = (receipt_command, check_receipt_command, countersign_command)
