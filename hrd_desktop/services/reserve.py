"""The reserve: looking at it, making a compartment in it, refreshing it now."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.crypto.credential import Credential, credential_from_code, root_of
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.services.session import Session
from hrd_desktop.storage.allocation import Room, find_room
from hrd_desktop.storage.creating import NewSlot
from hrd_desktop.storage.reserve_refresh import (
    STATE,
    begin_refresh,
    load_reserve,
    note_part,
    parts_of,
    refresh_file,
)
from hrd_desktop.storage.second_compartment import make_second_compartment
from hrd_desktop.storage.vault import Vault

__all__ = ["ReserveView", "Room", "look_at_reserve", "make_compartment", "refresh_reserve"]


@dataclass(frozen=True)
class ReserveView:
    """What the open compartment knows of a reserve.

    ``size_bytes`` and ``files`` are None where it has none to give away. ``room`` is there for a compartment
    that lives in one itself. ``refreshing``: a refresh was begun and is not finished.
    """

    size_bytes: int | None
    files: int | None
    refreshing: bool
    room: Room | None


def look_at_reserve(session: Session) -> ReserveView:
    """What is listed in the records; the files themselves are not looked at, and would tell nothing."""

    def look(vault: Vault) -> ReserveView:
        room = find_room(vault)
        reserve = vault.records.reserve.load() if room is None else None
        if reserve is None:
            return ReserveView(None, None, False, room)
        refreshing = vault.records.settings.find(STATE) is not None
        return ReserveView(reserve.size_bytes, len(reserve.objects) + 2, refreshing, None)

    return session.read(look)


def make_compartment(session: Session, credential: Credential, recovery_code: bytes | None) -> None:
    """Make a compartment in the reserve that opens with ``credential``, and with a code (20 bytes) if given.

    Whatever was in the reserve is destroyed. Raises NoReserveError, CredentialInUseError,
    NotEnoughMemoryError, DiskFullError, DiskFailedError.
    """
    session.read(load_reserve)
    slots = [_slot(session, credential)]
    if recovery_code is not None:
        slots.append(_slot(session, credential_from_code(recovery_code)))
    session.stop_refreshing()
    session.change(lambda vault: make_second_compartment(vault, slots))


def refresh_reserve(session: Session, *, progress: Progress, cancel: CancelToken) -> None:
    """Overwrite slots 4 to 7 and all of the reserve now. Whatever was in it is destroyed.

    Cancelled after the slots, it goes on when the vault is next opened. Raises NoReserveError, Cancelled,
    DiskFullError, DiskFailedError.
    """
    reserve = session.read(load_reserve)
    session.stop_refreshing()
    session.change(lambda vault: begin_refresh(vault, anew=True))
    vault = session.vault
    parts = parts_of(vault.layout, reserve)
    sizes = [reserve.records_bytes, reserve.derived_bytes, *(size for _, size in reserve.objects)]
    progress.begin(len(parts), sum(sizes))
    try:
        for number, (path, size) in enumerate(zip(parts, sizes, strict=True), start=1):
            cancel.raise_if_cancelled()
            whole = refresh_file(vault.layout, path, vault.random, lambda: not cancel.cancelled)
            if whole:
                session.change(lambda vault, done=number: note_part(vault, done, len(parts)))  # type: ignore[misc]  # mypy cannot type a lambda's defaults
                progress.advance(size)
                progress.finish_item()
        cancel.raise_if_cancelled()
    finally:
        progress.end()


def _slot(session: Session, credential: Credential) -> NewSlot:
    header = session.vault.header
    stretched = stretch(credential.secret, header.salt, header.parameters)
    return NewSlot(
        root=root_of(stretched, credential.key_file_digest),
        kind=SlotKind.RECOVERY_CODE if credential.is_recovery_code else SlotKind.PASSPHRASE,
        with_key_file=credential.key_file_digest is not None,
    )
