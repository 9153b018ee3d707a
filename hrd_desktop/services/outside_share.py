"""A key file that the program makes, mixed into the passphrase that the vault was opened with.

Deleting it is the only wipe that reaches copies of the vault made from then on: they open with the passphrase
and the file, or with the recovery code, which therefore has to be proved first.
"""

from __future__ import annotations

import errno
import os

from hrd_desktop.crypto.credential import credential_from_text, digest_key_file, root_of
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.crypto.slots import open_slots
from hrd_desktop.domain.errors.vault import (
    KeyFileInUseError,
    RecoveryNotProvedError,
    ShareNotHereError,
    ShareNotWrittenError,
)
from hrd_desktop.domain.slots import FLAG_KEY_FILE, SlotKind, SlotRecord
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile
from hrd_desktop.services.share_records import (
    SHARE_BYTES,
    Share,
    check_of,
    delete_share,
    is_ours,
)
from hrd_desktop.services.share_search import shares_of
from hrd_desktop.storage.disk import fsync_folder
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.vault import Vault

_STRETCHED_BYTES = 32


def make_share(session: Session, path: str, code_text: str, settings: SettingsFile) -> int:
    """Make a key file at ``path`` and let the passphrase of this session open the vault only with it.

    ``code_text`` is the recovery code, typed: it has to open this vault without a key file. Returns how many
    other passphrases open the vault without the file. Raises RecoveryNotProvedError, KeyFileInUseError,
    ShareNotWrittenError, SettingsFailedError, DiskFullError, DiskFailedError; then nothing has changed, but
    for a disk that failed in the middle (the next unlock finishes the change).
    """
    number, others = session.read(_ready)
    _prove_code(session, code_text)
    content = session.random(SHARE_BYTES)
    share = (os.path.realpath(session.vault.layout.root), os.path.abspath(path), check_of(content))
    if os.path.commonpath([share[0], os.path.realpath(share[1])]) == share[0]:
        raise ShareNotWrittenError(errno=errno.EINVAL)
    _write_new(share[1], content)
    try:
        settings.update(lambda found: found.with_share(share))
        digest = _digest(content)
        session.change(lambda vault: _mix_in(vault, number, vault.root + digest, with_file=True))
    except BaseException:
        if not session.vault.read_only:
            # Otherwise the slot may be changed already, and the file be all that opens it.
            delete_share(share, session.random)
            settings.update(lambda found: found.without_share(share))
        raise
    return others


def find_shares(session: Session, settings: SettingsFile) -> list[tuple[str, bool]]:
    """The key files that were made for this vault, and whether each lies where it was made."""
    shares = shares_of(settings.load().shares, [session.vault.layout.root])
    return [(share[1], is_ours(share)) for share in shares]


def opened_with_key_file(session: Session) -> bool:
    """Whether the vault was opened with a key file, whoever made it."""
    return session.read(lambda vault: bool(_own_slot(vault).flags & FLAG_KEY_FILE))


def drop_share(session: Session, settings: SettingsFile) -> None:
    """Let the passphrase open the vault without the file again, then delete the file if the program made it.

    Raises ShareNotHereError where the vault was not opened with such a file.
    """
    shares = shares_of(settings.load().shares, [session.vault.layout.root])
    ours = [share for share in shares if _opened_by(session, share)]
    if not ours:
        raise ShareNotHereError()
    number = session.vault.slot_number
    session.change(lambda vault: _mix_in(vault, number, vault.root[:_STRETCHED_BYTES], with_file=False))
    for share in ours:
        try:
            delete_share(share, session.random)
        except OSError as error:
            raise ShareNotWrittenError(errno=error.errno) from None
        settings.update(lambda found, share=share: found.without_share(share))  # type: ignore[misc]  # bound now


def _ready(vault: Vault) -> tuple[int, int]:
    """The slot to be changed, and how many other passphrases stay without the file."""
    own = _own_slot(vault)
    if own.flags & FLAG_KEY_FILE or own.kind != SlotKind.PASSPHRASE:
        raise KeyFileInUseError()
    others = [
        slot
        for slot in SlotChanges(vault).load()
        if slot.used and slot.number != own.number and slot.kind == SlotKind.PASSPHRASE
    ]
    return own.number, sum(not slot.flags & FLAG_KEY_FILE for slot in others)


def _own_slot(vault: Vault) -> SlotRecord:
    return next(slot for slot in SlotChanges(vault).load() if slot.number == vault.slot_number)


def _prove_code(session: Session, code_text: str) -> None:
    """The typed text has to be a recovery code that opens this compartment by itself."""
    credential = credential_from_text(code_text)
    if not credential.is_recovery_code:
        raise RecoveryNotProvedError()
    vault = session.vault
    root = root_of(stretch(credential.secret, vault.header.salt, vault.header.parameters), None)
    opened = open_slots(vault.files.read(), root, vault.header_bytes)
    if not any(
        slot.content.compartment == vault.compartment and slot.content.kind == SlotKind.RECOVERY_CODE
        for slot in opened
    ):
        raise RecoveryNotProvedError()


def _mix_in(vault: Vault, number: int, root: bytes, *, with_file: bool) -> None:
    record = _own_slot(vault)
    flags = record.flags | FLAG_KEY_FILE if with_file else record.flags & ~FLAG_KEY_FILE
    SlotChanges(vault).change(number, root=root, kind=SlotKind(record.kind), label=record.label, flags=flags)
    vault.root = root


def _opened_by(session: Session, share: Share) -> bool:
    """Whether the file of this share is what the vault was opened with."""
    root = session.vault.root
    if len(root) == _STRETCHED_BYTES or not is_ours(share):
        return False
    with open(share[1], "rb") as file:
        return root[_STRETCHED_BYTES:] == _digest(file.read(SHARE_BYTES))


def _digest(content: bytes) -> bytes:
    return digest_key_file([content])


def _write_new(path: str, content: bytes) -> None:
    """A new file, 0600, on the device before this returns; one that is there is left alone."""
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except OSError as error:
        raise ShareNotWrittenError(errno=error.errno) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fsync_folder(os.path.dirname(path))
    except OSError as error:
        os.unlink(path)
        raise ShareNotWrittenError(errno=error.errno) from None
