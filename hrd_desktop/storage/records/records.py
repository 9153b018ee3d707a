"""The records of one compartment: its groups of tables, and the epoch that counts changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hrd_desktop.domain.clock import Clock, to_microseconds
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.domain.records import VaultState
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.records.cases import Cases
from hrd_desktop.storage.records.contacts import Contacts
from hrd_desktop.storage.records.custody import Custody
from hrd_desktop.storage.records.derivations import Derivations
from hrd_desktop.storage.records.drafts import Drafts
from hrd_desktop.storage.records.items import Items
from hrd_desktop.storage.records.names import Names
from hrd_desktop.storage.records.people import People
from hrd_desktop.storage.records.rekey import Rekey
from hrd_desktop.storage.records.reserve import Reserve
from hrd_desktop.storage.records.searches import SavedSearches
from hrd_desktop.storage.records.settings import Settings
from hrd_desktop.storage.records.slots import Slots
from hrd_desktop.storage.records.snapshots import Snapshots
from hrd_desktop.storage.records.tags import Tags
from hrd_desktop.storage.records.values import time_value

#: Pages that only what must be possible may take from records of a fixed length: a change of slots, a re-key,
#: destroying. The largest of them notes some eighty pages of slots and headers at a time.
KEPT_FREE_PAGES = 80

_EPOCH = "vault.epoch"
_CHANGED = "vault.changed"


class Records:
    """Reading needs no transaction; every change must be inside ``transaction`` or ``quiet_transaction``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self.settings = Settings(database)
        self.tags = Tags(database)
        self.items = Items(database, self.settings, self.tags)
        self.cases = Cases(database, clock.now_utc)
        self.contacts = Contacts(database)
        self.people = People(database)
        self.derivations = Derivations(database)
        self.custody = Custody(database)
        self.names = Names(database)
        self.slots = Slots(database)
        self.reserve = Reserve(database)
        self.snapshots = Snapshots(database)
        self.rekey = Rekey(database)
        self.drafts = Drafts(database)
        self.searches = SavedSearches(database)

    @contextmanager
    def transaction(self, *, essential: bool = False) -> Iterator[None]:
        """A change of records: everything inside or nothing, and the epoch one higher.

        Records of a fixed length keep a few pages free, which only an ``essential`` change may use:
        NoRoomError for any other. Raises what ``Database.transaction`` raises.
        """
        with self._database.transaction():
            before = self._database.free_pages()
            with self.custody.gathering():
                yield
            self.custody.tree.sign_heads()
            left = self._database.free_pages()
            if (
                before is not None
                and left is not None
                and left < min(before, KEPT_FREE_PAGES)
                and not essential
            ):
                raise NoRoomError(part="records")
            epoch = (self.settings.find_number(_EPOCH) or 0) + 1
            self.settings.set(_EPOCH, str(epoch))
            self.settings.set(_CHANGED, str(to_microseconds(self._clock.now_utc())))
        self.custody.tree.committed()

    @contextmanager
    def quiet_transaction(self) -> Iterator[None]:
        """The vault's own bookkeeping (names, intents, mends, drafts): all or nothing, the same epoch."""
        with self._database.transaction():
            yield

    def raise_epoch(self, above: int) -> None:
        """Inside a transaction: make the epoch at least ``above``; the transaction counts on from there."""
        self.settings.set(_EPOCH, str(max(self.settings.find_number(_EPOCH) or 0, above)))

    def state(self, compartment: int = 0) -> VaultState:
        """What is shown at unlock: the epoch, the time of the last change, the number of items."""
        changed_us = self.settings.find_number(_CHANGED)
        return VaultState(
            epoch=self.settings.find_number(_EPOCH) or 0,
            changed_utc=None if changed_us is None else time_value(changed_us),
            item_count=self.items.count(),
            compartment=compartment,
        )

    def verify(self) -> None:
        """Check every page, the structure and the references. Raises RecordsDamagedError."""
        self._database.verify()
