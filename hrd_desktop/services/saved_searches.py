"""Searches that the user keeps: words and filters under a name, inside the vault."""

from __future__ import annotations

import json
from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.records import ItemKind, ItemState
from hrd_desktop.services.browse import Browse
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.session import Session
from hrd_desktop.storage.records.searches import SavedSearch as StoredSearch
from hrd_desktop.storage.vault import Vault

NAME_LIMIT = 100


@dataclass(frozen=True, repr=False)
class SavedSearch:
    """A search under the name that the user gave it."""

    id: UUID
    name: str
    browse: Browse


def save_search(session: Session, name: str, browse: Browse) -> SavedSearch:
    """Keep a search. Raises FieldValueError for a name that is empty, too long or has controls."""
    name = " ".join(name.split())
    if not name or len(name) > NAME_LIMIT or not name.isprintable():
        raise FieldValueError(field="name", reason="length-or-characters")

    def work(vault: Vault) -> SavedSearch:
        search = SavedSearch(new_uuid(vault.random), name, browse)
        vault.records.searches.insert(StoredSearch(search.id, name, query_of(browse), vault.clock.now_utc()))
        return search

    return session.write(work)


def remove_search(session: Session, search_id: UUID) -> None:
    """Drop a kept search; nothing happens when it is gone already."""
    session.write(lambda vault: vault.records.searches.remove(search_id))


def searches_in(vault: Vault) -> tuple[SavedSearch, ...]:
    """All kept searches in the order they were made; what this version cannot read is left out."""
    read = ((stored, find_browse(stored.query)) for stored in vault.records.searches.load())
    return tuple(SavedSearch(stored.id, stored.name, browse) for stored, browse in read if browse is not None)


def query_of(browse: Browse) -> str:
    """The words and filters of a search as text."""
    return json.dumps(
        {
            "words": browse.words,
            "case": str(browse.case) if browse.case is not None else None,
            "tag": browse.tag,
            "kind": browse.kind.value if browse.kind is not None else None,
            "state": browse.state.value,
            "inbox": browse.inbox,
        },
        ensure_ascii=False,
    )


def find_browse(query: str) -> Browse | None:
    """The search that ``query_of`` wrote; None for what this version cannot read."""
    try:
        found = json.loads(query)
        return Browse(
            words=str(found["words"]),
            case=UUID(found["case"]) if found["case"] is not None else None,
            tag=str(found["tag"]) if found["tag"] is not None else None,
            kind=ItemKind(found["kind"]) if found["kind"] is not None else None,
            state=ItemState(found["state"]),
            inbox=bool(found["inbox"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
