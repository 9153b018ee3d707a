"""An open compartment of a vault: its files, keys, databases and objects, held by one process."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from hrd_desktop.crypto.keys import CompartmentKeys
from hrd_desktop.crypto.slots import KeySlotHeader
from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.vault import VaultReadOnlyError
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.disk import set_all_mtimes
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.records.records import Records

Randomness = Callable[[int], bytes]

#: ``application_id`` of the two databases, docs/spec/vault-format.md section 5.
RECORDS_APPLICATION_ID = 0x53484652
DERIVED_APPLICATION_ID = 0x53484644


@dataclass(repr=False)
class Vault:
    """Everything that is open while a vault is open.

    ``records`` and ``derived`` belong to the thread that opened the vault (the vault lane);
    ``objects`` may be used from any thread. ``slot_number`` is the slot that was opened with, and
    ``root`` the secret of that credential, kept because a re-key must seal it again. ``stale_items`` and
    ``stale_contacts`` have changed since the search index was last in step, ``new_items`` have not been
    looked into; ``index_is_current`` is None until somebody has asked.
    """

    layout: VaultLayout
    lock: VaultLock
    files: KeySlotFiles
    header: KeySlotHeader
    header_bytes: bytes
    compartment: int
    slot_number: int
    root: bytes
    compartment_key: bytes
    keys: CompartmentKeys
    records_database: Database
    records: Records
    derived: Derived
    objects: ObjectStore
    clock: Clock
    random: Randomness
    notices: list[str]
    read_only: bool = False
    index_is_current: bool | None = None
    stale_items: set[UUID] = field(default_factory=set)
    new_items: set[UUID] = field(default_factory=set)
    stale_contacts: set[UUID] = field(default_factory=set)

    @property
    def first_slot(self) -> int:
        """The lowest slot number of this compartment, 0 or 4."""
        return 4 * self.compartment

    def now_us(self) -> int:
        """The time now in microseconds since 1970-01-01 UTC."""
        return to_microseconds(self.clock.now_utc())

    def ensure_writable(self) -> None:
        """Raise VaultReadOnlyError after a failed sync or write, until the vault has been verified."""
        if self.read_only:
            raise VaultReadOnlyError()

    def close(self) -> None:
        """Close both databases, give every file one modification time, and let the lock go.

        Safe to call twice. Reads nothing and waits for nobody.
        """
        try:
            self.derived.close()
        finally:
            try:
                self.records_database.close()
            finally:
                try:
                    set_all_mtimes(self.layout, self.now_us() * 1000)
                finally:
                    self.lock.release()
