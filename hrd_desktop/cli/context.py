"""What every command shares: the passphrase, the open vault, progress, interruption, output."""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from types import FrameType
from typing import Any, TypeVar

import click

from hrd_desktop.cli.messages import render
from hrd_desktop.crypto.credential import Credential
from hrd_desktop.domain.clock import Clock, SystemClock
from hrd_desktop.domain.errors.base import SheafError, UsageError
from hrd_desktop.domain.errors.settings import SettingsFailedError
from hrd_desktop.domain.errors.shares import TwoCredentialsError
from hrd_desktop.domain.errors.vault import (
    AfterworkFailedError,
    DiskFailedError,
    DiskFullError,
    UnusablePassphraseError,
    VaultReadOnlyError,
    WipedError,
)
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.key_file_place import find_moved, follow_key_file
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import find_settings_file
from hrd_desktop.services.shares import credential_of, parse_shares
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.wipe_all import finish_begun_wipe

FIRST_LINE_LIMIT_BYTES = 65_536

F = TypeVar("F", bound=Callable[..., Any])


class PassphraseNeeded(UsageError):
    """No passphrase was given and nobody can be asked."""

    code = "passphrase-needed"


class PassphraseFileUnreadable(UsageError):
    """The passphrase file cannot be read. Field: ``errno``."""

    code = "passphrase-file"


class PassphrasesDiffer(UsageError):
    """The passphrase was not typed the same way twice."""

    code = "passphrases-differ"


@dataclass
class Invocation:
    """Options given anywhere on the line; a subcommand's own override those of its group."""

    passphrase_file: str | None = None
    shares_file: str | None = None
    key_file: str | None = None
    cancel: CancelToken = field(default_factory=CancelToken)
    clock: Clock = field(default_factory=SystemClock)
    random: Callable[[int], bytes] = os.urandom
    afterwork_failed: bool = False


_VAULT_OPTIONS = ("--passphrase-file", "--key-file", "--shares-file")


class VaultGroup(click.Group):
    """A command with a vault and a subcommand; its options may stand between the two as well.

    By itself click ends a group's options at the first word that is none.
    """

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        options: list[str] = []
        vault: list[str] = []
        rest = list(args)
        while rest:
            if rest[0] in _VAULT_OPTIONS:
                options += rest[:2]
                del rest[:2]
            elif rest[0].startswith(tuple(option + "=" for option in _VAULT_OPTIONS)):
                options.append(rest.pop(0))
            elif vault or rest[0].startswith("-"):
                break
            else:
                vault.append(rest.pop(0))
        return super().parse_args(ctx, [*options, *vault, *rest])


def vault_options(command: F) -> F:
    """What opens the vault: options that are accepted on a group and on each of its subcommands."""

    def keep(attribute: str) -> Callable[[click.Context, click.Parameter, str | None], None]:
        def callback(context: click.Context, _: click.Parameter, value: str | None) -> None:
            if value is not None:
                setattr(context.ensure_object(Invocation), attribute, value)

        return callback

    for option in (
        click.option(
            "--key-file",
            metavar="FILE",
            expose_value=False,
            callback=keep("key_file"),
            help="The key file that goes with the passphrase.",
        ),
        click.option(
            "--shares-file",
            metavar="FILE",
            expose_value=False,
            callback=keep("shares_file"),
            help="Open with shares instead, one a line of FILE; - is standard input.",
        ),
        click.option(
            "--passphrase-file",
            metavar="FILE",
            expose_value=False,
            callback=keep("passphrase_file"),
            help="Read the passphrase from the first line of FILE; - is standard input.",
        ),
    ):
        command = option(command)
    return command


def vault_beside_options(command: F) -> F:
    """What opens the vault, in a command that opens a backup too and where the two open differently."""
    for name, words in (
        ("--vault-key-file", "The key file that goes with the vault's passphrase."),
        ("--vault-shares-file", "Open the vault with shares, one a line of FILE."),
        ("--vault-passphrase-file", "The vault's passphrase, where the backup has one of its own."),
    ):
        command = click.option(name, metavar="FILE", help=words)(command)
    return command


def vault_beside(
    opening: Credential, passphrase_file: str | None, key_file: str | None, shares_file: str | None
) -> Credential:
    """The credential of ``vault_beside_options``, or ``opening`` when none was given.

    Raises TwoCredentialsError.
    """
    if passphrase_file is None and key_file is None and shares_file is None:
        return opening
    return credential(Invocation(passphrase_file, shares_file, key_file))


def read_first_line(path: str) -> str:
    """The first line of a passphrase file, without its line end. Raises PassphraseFileUnreadable."""
    try:
        if path == "-":
            line = sys.stdin.buffer.readline(FIRST_LINE_LIMIT_BYTES)
        else:
            with open(path, "rb") as file:
                line = file.readline(FIRST_LINE_LIMIT_BYTES)
    except OSError as error:
        raise PassphraseFileUnreadable(errno=error.errno) from None
    try:
        return line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError:
        # From None: the exception would carry the bytes.
        raise UnusablePassphraseError(position=None) from None


def read_lines(path: str) -> list[str]:
    """The lines of a shares file. Raises PassphraseFileUnreadable."""
    try:
        if path == "-":
            data = sys.stdin.buffer.read(FIRST_LINE_LIMIT_BYTES)
        else:
            with open(path, "rb") as file:
                data = file.read(FIRST_LINE_LIMIT_BYTES)
    except OSError as error:
        raise PassphraseFileUnreadable(errno=error.errno) from None
    # What is no letter of a word separates words, so it does not matter what bytes that are no text become.
    return data.decode("utf-8-sig", "replace").splitlines()


def ask_passphrase(prompt: str, *, twice: bool = False) -> str:
    """Ask on the terminal without echo. Raises PassphraseNeeded where there is nobody to ask."""
    if not sys.stdin.isatty():
        raise PassphraseNeeded()
    import getpass

    text = getpass.getpass(prompt)
    if twice and getpass.getpass("Again: ") != text:
        raise PassphrasesDiffer()
    return text


def passphrase_text(invocation: Invocation, *, new: bool = False) -> str:
    """The passphrase from the file or the prompt."""
    if invocation.passphrase_file is not None:
        return read_first_line(invocation.passphrase_file)
    return ask_passphrase("New passphrase: " if new else "Passphrase: ", twice=new)


def credential(invocation: Invocation) -> Credential:
    """The credential that the options and the prompt give. Raises TwoCredentialsError."""
    if invocation.shares_file is not None:
        if invocation.passphrase_file is not None or invocation.key_file is not None:
            raise TwoCredentialsError()
        return credential_of(parse_shares(read_lines(invocation.shares_file)))
    if invocation.key_file is not None and not os.path.lexists(invocation.key_file):
        settings = find_settings_file(os.environ)
        moved = find_moved(invocation.key_file, settings) if settings is not None else None
        if moved is not None:
            warn("The key file is not at that path. It was found where its stick hangs now, and used.")
            invocation.key_file = moved
    return load_credential(passphrase_text(invocation), invocation.key_file)


@contextmanager
def open_session(
    invocation: Invocation, vault: str, given: Credential | None = None, key_file: str | None = None
) -> Iterator[Session]:
    """The vault, open for one command: with ``given``, or with what the options and the prompt give.

    ``key_file`` is that of ``given``; where it or the vault was moved, that is written down for a wipe.
    A vault that was wiped is finished, and WipedError raised.
    """
    if finish_begun_wipe(vault, os.environ):
        raise WipedError()
    opening = credential(invocation) if given is None else given
    answer = AnswerTime()
    try:
        session = unlock(vault, opening, random=invocation.random, clock=invocation.clock, answer=answer)
    except WipedError:
        finish_begun_wipe(vault, os.environ)
        raise
    except SheafError:
        answer.wait()
        raise
    finally:
        del opening
    told = _tell(session.vault.notices, 0)
    try:
        with session:
            _note_key_file(session, key_file or invocation.key_file)
            yield session
    except AfterworkFailedError as error:
        # The command goes on to say what it did; its exit code tells of this.
        warn(render(error))
        invocation.afterwork_failed = True
    finally:
        # A command answers when it is over; until then, and here, right and duress are to look the same.
        answer.wait()
        # Damage may be met long after opening, and while closing.
        _tell(session.vault.notices, told)


def _note_key_file(session: Session, key_file: str | None) -> None:
    settings = find_settings_file(os.environ) if key_file is not None else None
    if key_file is not None and settings is not None:
        # A record that cannot be kept now is no reason not to do what was asked.
        with suppress(SettingsFailedError):
            follow_key_file(session, key_file, settings)


def _tell(notices: list[str], told: int) -> int:
    """Say the notices from number ``told`` on, none twice. Returns how many there are now."""
    for notice in dict.fromkeys(notices[told:]):
        if notice not in notices[:told]:
            warn(_NOTICES.get(notice, notice))
    return len(notices)


@contextmanager
def afterwork() -> Iterator[None]:
    """What is done inside is of use but was not asked for: a disk that refuses it is told of as such."""
    try:
        yield
    except (DiskFailedError, DiskFullError, VaultReadOnlyError) as error:
        raise AfterworkFailedError(cause=error.code) from None


_NOTICES = {
    "slot-change-finished": "A change of passphrase that was interrupted has been finished.",
    "rekey-continued": "The renewal of the vault's key that was interrupted has been finished.",
    "key-slot-file-mended": "A damaged key slot file was mended from its other copy.",
    "slot-mended": "A damaged key slot was mended from its other copy.",
    "slot-lost": "A key slot is damaged in both copies: its passphrase or recovery code no longer opens"
    " the vault.",
    "derived-rebuilt": "The search index was damaged or missing and is being made again.",
    "object-not-rekeyed": "A damaged item could not be taken along to the new key.",
}


def warn(text: str) -> None:
    """A line on standard error."""
    click.echo(text, err=True)


def print_json(document: object) -> None:
    """One JSON document on standard output; names that are not UTF-8 keep their bytes as escapes."""
    click.echo(json.dumps(document, ensure_ascii=True, indent=2))


@contextmanager
def interruptible(token: CancelToken) -> Iterator[None]:
    """While open, Ctrl+C cancels the work in order; a second one ends the command at once."""

    def on_signal(number: int, frame: FrameType | None) -> None:
        if token.cancelled:
            raise KeyboardInterrupt
        token.cancel()

    previous = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
