"""What an import did with each path it was given."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.domain.records import Item


@dataclass(frozen=True, repr=False)
class Ingested:
    """An original that is in: acknowledged, whatever happens next."""

    path: str
    item: Item


@dataclass(frozen=True, repr=False)
class Duplicate:
    """An original whose bytes are here already, as the item ``item_id``."""

    path: str
    item_id: UUID
    reference: str


@dataclass(frozen=True, repr=False)
class NotIngested:
    """A path that was refused or failed. ``code`` is stable:

    ``not-found``, ``no-permission``, ``link``, ``not-regular``, ``inside-vault``, ``path-too-long``,
    ``changed-while-read``, ``unreadable``, ``disk-full``, ``disk-failed``, ``read-only``, ``no-room``.
    """

    path: str
    code: str


@dataclass(frozen=True, repr=False)
class IngestReport:
    """All that an import was given, each path in exactly one list. ``cancelled``: the rest was not tried.

    ``no_room`` says how much is left where something did not fit into a reserve.
    """

    items: tuple[Ingested, ...]
    duplicates: tuple[Duplicate, ...]
    failed: tuple[NotIngested, ...]
    cancelled: bool = False
    no_room: NoRoomError | None = None
