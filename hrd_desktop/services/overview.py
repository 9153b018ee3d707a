"""What stands beside a list: how much there is, and the cases, tags and searches that narrow it."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.domain.records import Case, ItemState
from hrd_desktop.services.saved_searches import SavedSearch, searches_in
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class TagCount:
    """A tag and how many items carry it, those in the bin as well."""

    name: str
    item_count: int


@dataclass(frozen=True, repr=False)
class Overview:
    """Counts of items, and the ways to narrow a list. ``waiting`` items have not been looked into yet."""

    kept: int
    binned: int
    waiting: int
    cases: tuple[Case, ...]
    tags: tuple[TagCount, ...]
    saved: tuple[SavedSearch, ...]


def load_overview(session: Session) -> Overview:
    """Everything in one go; counts are kept by the database, so it is quick however many items there are."""

    def work(vault: Vault) -> Overview:
        records = vault.records
        return Overview(
            kept=records.items.count(ItemState.KEPT),
            binned=records.items.count(ItemState.BINNED),
            waiting=vault.derived.pending_count(),
            cases=tuple(records.cases.iter_cases()),
            tags=tuple(TagCount(tag.name, tag.item_count) for tag in records.tags.load()),
            saved=searches_in(vault),
        )

    return session.read(work)
