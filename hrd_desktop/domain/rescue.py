"""What a rescue brought back, and what it could not."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, repr=False)
class LostItem:
    """An item whose bytes could not be brought back. ``code`` is a kind of refusal of the vault format.

    ``reference`` is None for one that only its object tells of. ``has_record`` says whether its record and
    custody are in the new vault all the same.
    """

    id: UUID
    reference: str | None
    original_name: str
    sha256: bytes
    size_bytes: int
    code: str
    has_record: bool


@dataclass(frozen=True, repr=False)
class UnknownFile:
    """A file in the object folders that does not open: another vault's, the reserve's, or destroyed.

    With the code ``disk-failed``, a file or folder of which the disk does not give out what is in it.
    """

    name: str
    code: str


@dataclass(frozen=True, repr=False)
class RescuedRecords:
    """Where the records came from: ``database``, ``snapshot``, ``salvaged`` (read around damage), ``none``.

    ``epoch`` and ``changed_utc`` are those of their last change; ``newest_epoch`` is the largest that
    anything in the vault told of. ``incomplete`` names the tables of which rows may be lost.
    """

    origin: str
    epoch: int = 0
    changed_utc: datetime | None = None
    newest_epoch: int = 0
    incomplete: tuple[str, ...] = ()


@dataclass(frozen=True, repr=False)
class RescueReport:
    """The whole of it. ``from_records`` and ``from_headers`` count items that are back with their bytes."""

    records: RescuedRecords
    from_records: int
    from_headers: int
    lost: tuple[LostItem, ...]
    unknown: tuple[UnknownFile, ...]
    misplaced: int
    logs_continued: int
    notices: tuple[str, ...] = field(default=())

    @property
    def unreadable(self) -> tuple[str, ...]:
        """Files and folders, by their paths inside the vault, in which there may be more."""
        return tuple(unknown.name for unknown in self.unknown if unknown.code == "disk-failed")

    @property
    def complete(self) -> bool:
        """Whether nothing is known or feared to be lost: every item with its bytes and its record."""
        records_whole = self.records.origin in ("database", "snapshot") and not self.records.incomplete
        return not self.lost and not self.unreadable and records_whole and self.from_headers == 0
