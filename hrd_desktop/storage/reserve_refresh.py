"""Overwriting slots 4 to 7 and the reserve with fresh random bytes, in steps that a crash can interrupt.

Method: docs/spec/vault-format.md, section 7.5. No key is needed for it, and nothing of compartment 0 changes
but one setting that says how far it has come.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from hrd_desktop.domain.errors.vault import NoReserveError
from hrd_desktop.domain.slots import FLAG_REFRESH_RESERVE
from hrd_desktop.storage.disk import disk_errors, fsync_file, open_write
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.records.reserve import ReserveList
from hrd_desktop.storage.reserve_files import refill
from hrd_desktop.storage.slot_changes import SLOT_BYTES, SLOTS_OF_A_COMPARTMENT
from hrd_desktop.storage.sweep import REFRESH_STATE
from hrd_desktop.storage.vault import Randomness, Vault

#: Its value: the number of the next part; 0 is the slots, 1 and 2 the databases, then the objects.
STATE = REFRESH_STATE
_FIRST_SLOT = 4


def load_reserve(vault: Vault) -> ReserveList:
    """The reserve that the open compartment can give away. Raises NoReserveError."""
    reserve = vault.records.reserve.load() if vault.compartment == 0 else None
    if reserve is None:
        raise NoReserveError()
    return reserve


def refresh_is_due(vault: Vault) -> bool:
    """Whether the slot that was opened asks for a refresh, or one was begun and not finished."""
    if vault.compartment != 0 or vault.records.reserve.load() is None:
        return False
    if vault.records.settings.find_number(STATE) is not None:
        return True
    flags = {record.number: record.flags for record in vault.records.slots.load()}
    return bool(flags.get(vault.slot_number, 0) & FLAG_REFRESH_RESERVE)


def begin_refresh(vault: Vault, *, anew: bool) -> int:
    """Note that a refresh has begun, then overwrite the slots; the number of the next part.

    ``anew``: from the slots on, also where an earlier one is half done. On the vault lane. Raises
    NoReserveError, DiskFailedError, DiskFullError.
    """
    load_reserve(vault)
    vault.ensure_writable()
    number = 0 if anew else vault.records.settings.find_number(STATE) or 0
    if number > 0:
        return number
    _note(vault, 0)
    overwrite_second_slots(vault)
    _note(vault, 1)
    return 1


def overwrite_second_slots(vault: Vault) -> None:
    """Make slots 4 to 7 random in copy a, synced, then in copy b."""
    for copy in (0, 1):
        fresh = [vault.random(SLOT_BYTES) for _ in range(SLOTS_OF_A_COMPARTMENT)]
        vault.files.write_slots(copy, _FIRST_SLOT, fresh)


def parts_of(layout: VaultLayout, reserve: ReserveList) -> list[str]:
    """The files of the reserve in the order in which they are overwritten: part 1 is the first of them."""
    objects = [layout.object_path(name) for name, _ in reserve.objects]
    return [layout.records(1), layout.derived(1), *objects]


def refresh_file(layout: VaultLayout, path: str, random: Randomness, go_on: Callable[[], bool]) -> bool:
    """Overwrite one file of the reserve, any thread; False when ``go_on`` ended it half done.

    A file that is gone is passed over. The journal of a database is emptied first: what a crash left in it
    are pages of what was here.
    """
    if path in (layout.records(1), layout.derived(1)):
        _empty_journal(layout.journal(path))
    if not os.path.lexists(path):
        return True
    return refill(path, random, go_on)


def note_part(vault: Vault, number: int, count: int) -> None:
    """Part ``number`` is done; the last one ends the refresh. On the vault lane."""
    if vault.records.settings.find_number(STATE) is None:
        # Taken back in between: a compartment was made there.
        return
    if number >= count:
        forget_refresh(vault)
    else:
        _note(vault, number + 1)


def forget_refresh(vault: Vault) -> None:
    """There is nothing to go on with. On the vault lane."""
    if vault.records.settings.find(STATE) is not None:
        with vault.records.quiet_transaction():
            vault.records.settings.remove(STATE)


def _note(vault: Vault, number: int) -> None:
    with vault.records.quiet_transaction():
        vault.records.settings.set(STATE, str(number))


def _empty_journal(path: str) -> None:
    with disk_errors("refresh-reserve"):
        try:
            fd = open_write(path)
        except FileNotFoundError:
            return
        try:
            if os.fstat(fd).st_size:
                os.ftruncate(fd, 0)
                fsync_file(fd)
        finally:
            os.close(fd)
