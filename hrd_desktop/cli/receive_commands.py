"""receive."""

from __future__ import annotations

import click

from hrd_desktop.cli.bundle_commands import print_verdict, signed_document
from hrd_desktop.cli.context import (
    Invocation,
    interruptible,
    open_session,
    print_json,
    read_first_line,
    vault_options,
)
from hrd_desktop.cli.messages import EXIT_DONE
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.domain.names import shown
from hrd_desktop.services.cases import find_or_add_case
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.receive import ReceiveChoices, receive


@click.command("receive")
@click.argument("vault")
@click.argument("bundle", metavar="FILE_OR_FOLDER")
@click.option(
    "--identity", "identities", multiple=True, metavar="FILE", help="An age or SSH private key file."
)
@click.option("--bundle-passphrase-file", metavar="FILE", help="The passphrase that opens the bundle.")
@click.option("--case", "case", metavar="REF", help="Register what comes in a case; opened if there is none.")
@click.option("--sender", default="", metavar="TEXT", help="Who gave it to you, for the custody log.")
@click.option("--json", "as_json", is_flag=True)
@vault_options
@click.pass_obj
def receive_command(
    invocation: Invocation,
    vault: str,
    bundle: str,
    identities: tuple[str, ...],
    bundle_passphrase_file: str | None,
    case: str | None,
    sender: str,
    as_json: bool,
) -> int:
    """Check a bundle of this program or a BagIt bag of others, and take it in, history and all."""
    passphrase = read_first_line(bundle_passphrase_file) if bundle_passphrase_file is not None else None
    with open_session(invocation, vault) as session, interruptible(invocation.cancel):
        case_id = find_or_add_case(session, case).id if case is not None else None
        report = receive(
            session,
            bundle,
            ReceiveChoices(case_id=case_id, sender=sender),
            identity_files=identities,
            passphrase=passphrase,
            new_id=lambda: new_uuid(session.random),
            progress=terminal_progress(),
            cancel=invocation.cancel,
        )
    if as_json:
        print_json(
            {
                "items": [
                    {
                        "id": str(done.item.id),
                        "ref": done.item.reference,
                        "sha256": done.item.sha256.hex(),
                        "size": done.item.size_bytes,
                        "path": done.path,
                    }
                    for done in report.items
                ],
                "duplicates": [
                    {"id": str(known.item_id), "ref": known.reference, "path": known.path}
                    for known in report.duplicates
                ],
                "signed": signed_document(report.check.signed),
            }
        )
        return EXIT_DONE
    for done in report.items:
        click.echo(f"{done.item.reference}  {shown(done.item.details.title)}")
    for known in report.duplicates:
        click.echo(f"{known.reference}  was here already ({shown(known.path)})")
    print_verdict(report.check.signed)
    return EXIT_DONE


COMMANDS = (receive_command,)
