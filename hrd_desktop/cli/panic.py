"""``hrd-vault panic``: wipe a vault at once, without a passphrase and without a question.

Reads its arguments itself: importing click takes longer than overwriting the keys.
"""

from __future__ import annotations

import os
import sys
import time

from hrd_desktop.services.wipe import wipe_vault
from hrd_desktop.services.wipe_all import wipe_all

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import TextIO

EXIT_DONE = 0
EXIT_USAGE = 2
EXIT_PARTLY = 6

USAGE = """\
Usage: hrd-vault panic VAULT --yes [--keys-only] [--keep-settings] [--json]

Overwrites the keys of a vault, and of every other vault that the window remembers; ends every program
that has one of them open, and removes their files and the settings.
This cannot be undone. No passphrase is needed and no question is asked.

  --yes            needed, so that nothing is wiped by a slip
  --keys-only      overwrite the keys and stop there; the next command finishes
  --keep-settings  only this vault: leave the settings file and the other vaults that it names
  --json           print the report as one JSON document
  --help           print this
"""

_SWITCHES = {
    "--yes": "yes",
    "--keys-only": "keys_only",
    "--keep-settings": "keep_settings",
    "--json": "as_json",
    "--help": "help",
    "-h": "help",
}
# Accepted, because they are accepted by every command; nothing is opened with them.
_IGNORED_WITH_VALUE = ("--passphrase-file", "--key-file")


class Request:
    """What was asked for on the command line."""

    __slots__ = ("as_json", "help", "keep_settings", "keys_only", "vault", "yes")

    def __init__(self) -> None:
        self.vault = ""
        self.yes = False
        self.keys_only = False
        self.keep_settings = False
        self.as_json = False
        self.help = False


class WrongUsage(Exception):
    """The command line is wrong. Carries one sentence."""


def main(arguments: Sequence[str]) -> int:
    """Run ``panic`` with what follows it on the command line; the exit code."""
    try:
        request = parse(arguments)
    except WrongUsage as error:
        _say(sys.stderr, f"{error}\n{USAGE}")
        return EXIT_USAGE
    if request.help:
        _say(sys.stdout, USAGE)
        return EXIT_DONE
    if request.keep_settings:
        report = wipe_vault(
            request.vault,
            random=os.urandom,
            clock_ns=time.monotonic_ns,
            settings_paths=(),
            keys_only=request.keys_only,
            on_keys_overwritten=_go_on_whatever_happens,
        )
    else:
        report = wipe_all(
            request.vault,
            random=os.urandom,
            clock_ns=time.monotonic_ns,
            environment=os.environ,
            keys_only=request.keys_only,
            on_keys_overwritten=_go_on_whatever_happens,
        )
    if request.as_json:
        import json

        _say(sys.stdout, json.dumps(report.fields(), indent=2) + "\n")
    else:
        from hrd_desktop.cli.panic_text import describe

        _say(sys.stdout, describe(report))
    return EXIT_PARTLY if report.failed else EXIT_DONE


def parse(arguments: Sequence[str]) -> Request:
    """Read the command line. Raises WrongUsage."""
    request = Request()
    places: list[str] = []
    left = list(arguments)
    while left:
        argument = left.pop(0)
        if argument == "--":
            places += left
            break
        if argument in _SWITCHES:
            setattr(request, _SWITCHES[argument], True)
        elif argument in _IGNORED_WITH_VALUE:
            if not left:
                raise WrongUsage(f"{argument} needs a value.")
            left.pop(0)
        elif argument.startswith("-"):
            if not argument.startswith(tuple(option + "=" for option in _IGNORED_WITH_VALUE)):
                raise WrongUsage("An option is not known.")
        else:
            places.append(argument)
    if request.help:
        return request
    if len(places) != 1 or not places[0]:
        raise WrongUsage("Name one vault.")
    if not request.yes:
        raise WrongUsage("Nothing was wiped: --yes is missing.")
    request.vault = places[0]
    return request


def _go_on_whatever_happens() -> None:
    """Closing the terminal, or Ctrl+C by habit, must not stop what is left to do."""
    import signal

    for name in ("SIGHUP", "SIGINT", "SIGQUIT", "SIGTERM"):
        number = getattr(signal, name, None)
        if number is not None:
            signal.signal(number, signal.SIG_IGN)


def _say(stream: TextIO | None, text: str) -> None:
    """Write, if there is anywhere to: a keyboard shortcut has no terminal, and a pipe may be gone."""
    if stream is None:
        return
    try:
        stream.write(text)
        stream.flush()
    except OSError:
        # What is left in the buffer would fail once more at exit and change the exit code.
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
