"""Key slots: list, add, change, remove, and a new key for the vault."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.crypto.credential import Credential, credential_from_code, root_of
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.crypto.slots import open_slots
from hrd_desktop.domain.errors.vault import CredentialInUseError, KeySlotsDamagedError, WrongCredentialError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, FLAG_REFRESH_RESERVE, SlotKind, SlotRecord
from hrd_desktop.services.session import Session
from hrd_desktop.services.shares import forget_stale_notes
from hrd_desktop.storage.rekey import KeptSlot, rekey
from hrd_desktop.storage.reserve_refresh import load_reserve
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.vault import Vault


def list_slots(session: Session) -> tuple[tuple[SlotRecord, ...], int]:
    """The four slots of the open compartment, and the number of the one it was opened with."""
    return session.read(lambda vault: (SlotChanges(vault).load(), vault.slot_number))


def add_passphrase(
    session: Session, credential: Credential, label: str = "", *, refreshes_reserve: bool = False
) -> SlotRecord:
    """Let another passphrase (or recovery code) open the vault; whoever uses it may refresh the reserve.

    Raises SlotsFullError, NotEnoughMemoryError, NoReserveError, CredentialInUseError.
    """
    root = _root(session, credential)

    def work(vault: Vault) -> SlotRecord:
        flags = _flags(credential)
        if refreshes_reserve:
            load_reserve(vault)
            flags |= FLAG_REFRESH_RESERVE
        _ensure_reachable(vault, root)
        return SlotChanges(vault).add(root=root, kind=_kind(credential), label=label, flags=flags)

    return session.change(work)


def add_recovery_code(session: Session, code: bytes, label: str = "") -> SlotRecord:
    """Let the recovery code ``code`` (20 bytes) open the vault.

    Raises SlotsFullError, NotEnoughMemoryError.
    """
    return add_passphrase(session, credential_from_code(code), label)


def change_passphrase(
    session: Session, number: int, credential: Credential, *, refreshes_reserve: bool | None = None
) -> SlotRecord:
    """Replace what opens slot ``number``; whether it refreshes the reserve stays as it was where not given.

    The old credential is out; an older copy of the vault still knows it. Raises NotFoundError,
    NoReserveError, CredentialInUseError.
    """
    root = _root(session, credential)

    def work(vault: Vault) -> SlotRecord:
        changes = SlotChanges(vault)
        known = {record.number: record for record in changes.load()}
        label, flags = (known[number].label, known[number].flags) if number in known else ("", 0)
        refreshes = bool(flags & FLAG_REFRESH_RESERVE) if refreshes_reserve is None else refreshes_reserve
        if refreshes:
            load_reserve(vault)
        _ensure_reachable(vault, root)
        record = changes.change(
            number,
            root=root,
            kind=_kind(credential),
            label=label,
            flags=_flags(credential) | (FLAG_REFRESH_RESERVE if refreshes else 0),
        )
        if number == vault.slot_number:
            vault.root = root
        return record

    return session.change(work)


def remove_slot(session: Session, number: int) -> None:
    """Take a credential out. Raises NotFoundError, LastSlotError."""

    def work(vault: Vault) -> None:
        SlotChanges(vault).remove(number)
        forget_stale_notes(vault)

    session.change(work)


def verify_opens(session: Session, credential: Credential) -> None:
    """Prove that whoever asks knows what opens this vault.

    Raises WrongCredentialError, NotEnoughMemoryError.
    """
    root = _root(session, credential)
    session.read(lambda vault: _number_of(vault, root))


def rekey_vault(session: Session, others: Sequence[Credential]) -> tuple[SlotRecord, ...]:
    """Give the vault a new key. Kept: the credential it was opened with, and ``others``; the rest is out.

    Whoever had the old key may have kept the file keys of what is in the vault, which stay as they are.
    Raises WrongCredentialError when one of ``others`` opens no slot; then nothing has changed.
    """
    roots = [_root(session, credential) for credential in others]

    def work(vault: Vault) -> tuple[SlotRecord, ...]:
        kept = {vault.slot_number: vault.root}
        for root in roots:
            kept[_number_of(vault, root)] = root
        rekey(vault, [KeptSlot(number, root) for number, root in kept.items()])
        forget_stale_notes(vault)
        return SlotChanges(vault).load()

    return session.change(work)


def _ensure_reachable(vault: Vault, root: bytes) -> None:
    """In compartment 1 raise CredentialInUseError for what opens compartment 0, and would always do that."""
    if vault.compartment == 0:
        return
    opened = open_slots(vault.files.read(), root, vault.header_bytes)
    if any(slot.content.compartment == 0 for slot in opened):
        raise CredentialInUseError()


def _number_of(vault: Vault, root: bytes) -> int:
    copies = vault.files.read()
    if copies[0] is None or copies[1] is None:
        raise KeySlotsDamagedError()
    for slot in open_slots(copies, root, vault.header_bytes):
        if slot.content.compartment == vault.compartment:
            return slot.number
    raise WrongCredentialError()


def _root(session: Session, credential: Credential) -> bytes:
    header = session.vault.header
    return root_of(stretch(credential.secret, header.salt, header.parameters), credential.key_file_digest)


def _kind(credential: Credential) -> SlotKind:
    if credential.is_share_set:
        return SlotKind.SHARES
    return SlotKind.RECOVERY_CODE if credential.is_recovery_code else SlotKind.PASSPHRASE


def _flags(credential: Credential) -> int:
    return FLAG_KEY_FILE if credential.key_file_digest is not None else 0
