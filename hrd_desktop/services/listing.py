"""Lists of items: everything, a case, a tag, the bin; and what a search finds among them."""

from __future__ import annotations

from dataclasses import dataclass

from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.index import refresh
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault

#: More matches than anybody reads; a search that finds more is narrowed by its own words, a case or a tag.
SEARCH_LIMIT = 100_000


@dataclass(frozen=True, repr=False)
class ListRequest:
    """What is wanted. ``words`` are looked for everywhere; case and tag must match without regard to case."""

    words: str | None = None
    case: str | None = None
    tag: str | None = None
    state: ItemState = ItemState.KEPT
    limit: int | None = None


def list_items(session: Session, request: ListRequest) -> list[Item]:
    """The items, newest first; with words, the best matches first.

    Raises NotFoundError for an unknown case.
    """

    def work(vault: Vault) -> list[Item]:
        if request.words is not None and not vault.read_only:
            refresh(vault)
        case = None
        if request.case is not None:
            case = vault.records.cases.find(request.case)
            if case is None:
                raise NotFoundError(kind="case")
        if request.words is None or not request.words.strip():
            found = vault.records.items.iter_items(
                state=request.state, case=case.id if case else None, tag=request.tag
            )
            items = list(found)
        else:
            items = _search(vault, request, case.reference if case else None)
        return items if request.limit is None else items[: request.limit]

    return session.read(work)


def _search(vault: Vault, request: ListRequest, case: str | None) -> list[Item]:
    wanted_tag = request.tag.casefold() if request.tag is not None else None
    items = []
    for hit in vault.derived.search(request.words or "", kind="item", limit=SEARCH_LIMIT):
        item = vault.records.items.find(hit.record_id)
        if item is None or item.state is not request.state:
            continue
        if case is not None and case not in item.cases:
            continue
        if wanted_tag is not None and wanted_tag not in {tag.casefold() for tag in item.tags}:
            continue
        items.append(item)
    return items
