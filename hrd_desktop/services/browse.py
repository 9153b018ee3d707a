"""What a long list on the screen shows: all numbers that match, then the rows in sight.

A list of a hundred thousand items holds numbers only and asks for rows as they come into sight.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from hrd_desktop.domain.export import date_text
from hrd_desktop.domain.names import shown
from hrd_desktop.domain.records import Item, ItemKind, ItemState
from hrd_desktop.services.index import item_document, refresh
from hrd_desktop.services.session import Session
from hrd_desktop.storage.derived.excerpt import Excerpt, excerpt_of, matches_in
from hrd_desktop.storage.derived.query import Query, parse_query
from hrd_desktop.storage.records.items import ItemFilter
from hrd_desktop.storage.vault import Vault

#: Up to here it is quicker to look at each item found than at the numbers of everything that passes.
_FEW = 400


@dataclass(frozen=True, repr=False)
class Browse:
    """What a list is to show. ``inbox`` asks for what is in no case; ``words`` without a word ask for all."""

    words: str = ""
    case: UUID | None = None
    tag: str | None = None
    kind: ItemKind | None = None
    state: ItemState = ItemState.KEPT
    inbox: bool = False


@dataclass(frozen=True, repr=False)
class BrowseRow:
    """One line of a list.

    ``title_marks`` and ``excerpt_marks`` are the (start, end) of matches in ``title`` and ``excerpt``, in
    characters; without a search there is no excerpt. ``thumbnail`` is a small JPEG that this program wrote.
    """

    number: int
    item_id: UUID
    reference: str
    state: ItemState
    kind: ItemKind
    title: str
    original_name: str
    media_type: str
    size_bytes: int
    imported_utc: datetime
    collected: str
    tags: tuple[str, ...]
    cases: tuple[str, ...]
    sealed: bool
    privileged: bool
    distressing: bool
    thumbnail: bytes | None
    title_marks: tuple[tuple[int, int], ...] = ()
    excerpt: str = ""
    excerpt_marks: tuple[tuple[int, int], ...] = ()


def find_numbers(session: Session, browse: Browse, *, hits: int | None = None) -> list[int]:
    """The running numbers of all items that match, the newest first.

    With ``hits``, of a search only that many of the newest hits are looked at: enough to fill a screen at
    once while the rest is still being counted.
    """

    def work(vault: Vault) -> list[int]:
        query = parse_query(browse.words)
        if query is None:
            return vault.records.items.numbers(_filter(browse))
        if not vault.read_only:
            refresh(vault)
        found = vault.derived.find_numbers(browse.words, limit=hits)
        if len(found) <= _FEW:
            return [
                item.number
                for item in vault.records.items.load_numbers(found)
                if _passes(vault, item, browse)
            ]
        passing = set(vault.records.items.numbers(_filter(browse)))
        return [number for number in found if number in passing]

    return session.read(work)


def _filter(browse: Browse) -> ItemFilter:
    return ItemFilter(
        state=browse.state, case=browse.case, tag=browse.tag, kind=browse.kind, inbox=browse.inbox
    )


def _passes(vault: Vault, item: Item, browse: Browse) -> bool:
    if item.state is not browse.state or (browse.kind is not None and item.details.kind is not browse.kind):
        return False
    if browse.inbox and item.cases:
        return False
    if browse.tag is not None and browse.tag.casefold() not in {tag.casefold() for tag in item.tags}:
        return False
    if browse.case is None:
        return True
    return any(entry.case_id == browse.case for entry in vault.records.cases.cases_of(item.id))


def load_rows(session: Session, numbers: Sequence[int], words: str = "") -> list[BrowseRow]:
    """The rows with these numbers, in this order; those that are gone are left out.

    With ``words``, what was found is marked in them.
    """

    def work(vault: Vault) -> list[BrowseRow]:
        query = parse_query(words)
        return [_row(vault, item, query) for item in vault.records.items.load_numbers(numbers)]

    return session.read(work)


def load_ids(session: Session, numbers: Sequence[int]) -> list[UUID]:
    """The ids of the items with these numbers, in this order; those that are gone are left out."""
    return [item.id for item in session.read(lambda vault: vault.records.items.load_numbers(numbers))]


def find_number(session: Session, item_id: UUID) -> int | None:
    """The running number of this item, or None when it is gone."""
    item = session.read(lambda vault: vault.records.items.find(item_id))
    return item.number if item is not None else None


def _row(vault: Vault, item: Item, query: Query | None) -> BrowseRow:
    details = item.details
    # What is marked must be what is shown: names from files are made safe to show first.
    title = shown(details.title)
    title_marks = tuple(matches_in(title, query)) if query is not None else ()
    excerpt = _excerpt(vault, item, query) if query is not None else Excerpt("")
    thumbnail = vault.derived.thumbnail(item.id)
    return BrowseRow(
        number=item.number,
        item_id=item.id,
        reference=item.reference,
        state=item.state,
        kind=details.kind,
        title=title,
        original_name=shown(item.original_name),
        media_type=item.media_type,
        size_bytes=item.size_bytes,
        imported_utc=item.imported_utc,
        collected=date_text(details.collected) if details.collected is not None else "",
        tags=item.tags,
        cases=item.cases,
        sealed=details.sealed,
        privileged=details.privileged,
        distressing=details.distressing,
        thumbnail=thumbnail.image if thumbnail is not None else None,
        title_marks=title_marks,
        excerpt=excerpt.text,
        excerpt_marks=excerpt.marks,
    )


def _excerpt(vault: Vault, item: Item, query: Query) -> Excerpt:
    """The piece of what was entered, or else of the file's text, around the first match."""
    found = excerpt_of(item_document(vault, item).body, query)
    if found is None:
        found = excerpt_of(vault.derived.text(item.id) or "", query)
    if found is None:
        return Excerpt("")
    # On one line and safe to show; each character stands for one, so that the marks stay right.
    safe = (character if shown(character) == character else " " for character in found.text)
    return Excerpt("".join(safe), found.marks)
