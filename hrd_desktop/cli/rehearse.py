"""``hrd-vault rehearse``: the whole panic on a throw-away vault, timed and reported."""

from __future__ import annotations

import tempfile
import time
from dataclasses import asdict

import click

from hrd_desktop.cli.context import Invocation, interruptible, print_json
from hrd_desktop.cli.messages import EXIT_DONE, EXIT_PARTLY
from hrd_desktop.cli.progress import terminal_progress
from hrd_desktop.cli.vault_commands import parse_size
from hrd_desktop.process.spawn import isolated_command
from hrd_desktop.services.rehearse import DEFAULT_SIZE_BYTES, Rehearsal, rehearse
from hrd_desktop.services.wipe_report import FAILED, OUT_OF_REACH


def panic_command(root: str) -> list[str]:
    """The very command that a shortcut would run. The user's own settings are not part of a rehearsal."""
    return isolated_command("hrd_desktop.cli.entry", "panic", root, "--yes", "--json", "--keep-settings")


@click.command("rehearse")
@click.option(
    "--in",
    "folder",
    metavar="FOLDER",
    type=click.Path(exists=True, file_okay=False),
    help="Where to make the throw-away vault: on the disk your own lies on, for its times.",
)
@click.option("--size", metavar="SIZE", help="How much to take in first, for example 2G; 3 MB unless given.")
@click.option("--json", "as_json", is_flag=True)
@click.pass_obj
def rehearse_command(invocation: Invocation, folder: str | None, size: str | None, as_json: bool) -> int:
    """Try the whole panic on a throw-away vault that another program has open."""
    with interruptible(invocation.cancel):
        result = rehearse(
            folder or tempfile.gettempdir(),
            panic_command,
            monotonic_ns=time.monotonic_ns,
            size_bytes=parse_size(size) if size is not None else DEFAULT_SIZE_BYTES,
            progress=terminal_progress(),
            cancel=invocation.cancel,
        )
    if as_json:
        print_json({**asdict(result), "passed": result.passed})
    else:
        click.echo(describe(result), nl=False)
    return EXIT_DONE if result.passed else EXIT_PARTLY


def describe(result: Rehearsal) -> str:
    """The result in words."""
    lines = [
        f"A throw-away vault with {result.size_bytes / 1e6:.0f} MB was made and opened by another program:"
    ]
    if result.keys_overwritten_ms is not None:
        lines.append(f"  keys overwritten      {result.keys_overwritten_ms:7.1f} ms after the command began")
    if result.holder_ended_ms is not None:
        lines.append(f"  other program ended   {result.holder_ended_ms:7.1f} ms after the key was pressed")
    else:
        lines.append("  OTHER PROGRAM DID NOT END")
    lines.append(f"  everything done       {result.total_ms:7.1f} ms after the key was pressed")
    lines.append(
        f"  key files             {'nothing left in them' if result.keys_gone else 'NOT OVERWRITTEN'}"
    )
    lines.append(f"  files left            {result.files_left}")
    lines.append("Each step took:")
    lines += [f"  {line.step:20} {line.ms:9.1f} ms" for line in result.steps if line.ms is not None]
    failed = [f"  {line.step}: {line.detail}" for line in result.steps if line.result == FAILED]
    if failed:
        lines += ["NOT DONE:", *failed]
    reach = [line.step for line in result.steps if line.result == OUT_OF_REACH]
    lines.append("Out of reach in a real panic: " + ", ".join(reach) + ".")
    return "\n".join(lines) + "\n"


COMMANDS = (rehearse_command,)
