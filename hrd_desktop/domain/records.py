"""What a vault records about evidence: items, cases, tags, people shown, derivations, custody."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID


class ItemKind(enum.StrEnum):
    """What sort of thing an item is."""

    PHOTOGRAPH = "photograph"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    MESSAGE = "message"
    WEB_CAPTURE = "web-capture"
    TESTIMONY = "testimony"
    PHYSICAL = "physical"
    DATA = "data"
    OTHER = "other"


class ItemState(enum.StrEnum):
    """Where an item stands in its life. ``DESTROYING`` is seen only between two steps or after a crash."""

    KEPT = "kept"
    BINNED = "binned"
    DESTROYING = "destroying"


class DatePrecision(enum.StrEnum):
    """How exactly a date is known."""

    EXACT = "exact"
    MINUTE = "minute"
    DAY = "day"
    UNKNOWN_DAY = "unknown-day"
    UNKNOWN_MONTH_AND_DAY = "unknown-month-and-day"
    ESTIMATE = "estimate"


class PlacePrecision(enum.StrEnum):
    """How exactly a place is known."""

    EXACT = "exact"
    STREET = "street"
    TOWN = "town"
    REGION = "region"
    COUNTRY = "country"
    UNKNOWN = "unknown"


class Reliability(enum.StrEnum):
    """How far the source is to be relied on, as the user judges it."""

    HIGHLY_RELIABLE = "highly-reliable"
    RELIABLE = "reliable"
    UNRELIABLE = "unreliable"
    HIGHLY_UNRELIABLE = "highly-unreliable"
    UNKNOWN = "unknown"


class Verification(enum.StrEnum):
    """How far the content has been checked, and with what result."""

    NOT_VERIFIED = "not-verified"
    IN_PROGRESS = "in-progress"
    LIKELY = "likely"
    CONFIRMED = "confirmed"
    DISPUTED = "disputed"
    REFUTED = "refuted"


class Confidentiality(enum.StrEnum):
    """Who may see an item."""

    OPEN = "open"
    RESTRICTED = "restricted"
    CONFIDENTIAL = "confidential"
    STRICTLY_CONFIDENTIAL = "strictly-confidential"


class HowReceived(enum.StrEnum):
    """The way an item came to the user."""

    OWN_CAPTURE = "own-capture"
    IN_PERSON = "in-person"
    MESSENGER = "messenger"
    EMAIL = "email"
    POST = "post"
    DOWNLOAD = "download"
    OTHER_BUNDLE = "bundle"
    OTHER = "other"
    UNKNOWN = "unknown"


class CaseStatus(enum.StrEnum):
    """Whether a matter is still being worked on."""

    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, repr=False)
class WhenTaken:
    """A date as far as it is known.

    ``at`` is local wall-clock time in ISO 8601, cut to what is known (``2026``, ``2026-03``,
    ``2026-03-14``, ``2026-03-14T09:30``, ``2026-03-14T09:30:05``). ``zone`` is an offset
    (``+01:00``) or an IANA name, or None when it is not known.
    """

    at: str
    zone: str | None = None
    precision: DatePrecision = DatePrecision.EXACT


@dataclass(frozen=True, repr=False)
class Place:
    """A place in words, with a position in decimal degrees (WGS 84) where one is known."""

    name: str = ""
    latitude: float | None = None
    longitude: float | None = None
    precision: PlacePrecision = PlacePrecision.UNKNOWN


@dataclass(frozen=True, repr=False)
class ItemDetails:
    """The evidence fields of an item, all of them the user's to edit."""

    kind: ItemKind = ItemKind.OTHER
    title: str = ""
    description: str = ""
    note: str = ""
    collected_by: str = ""
    collected: WhenTaken | None = None
    how_received: HowReceived = HowReceived.UNKNOWN
    source: str = ""
    device: str = ""
    capture_tool: str = ""
    place: Place = field(default_factory=Place)
    language: str = ""
    reliability: Reliability = Reliability.UNKNOWN
    verification: Verification = Verification.NOT_VERIFIED
    confidentiality: Confidentiality = Confidentiality.RESTRICTED
    privileged: bool = False
    sealed: bool = False
    distressing: bool = False
    review_on: date | None = None


@dataclass(frozen=True, repr=False)
class Item:
    """An evidence item: the user's details, and what was measured at ingest and never changes.

    ``number`` is the vault's own running number, shown as ``E0001``. ``object_name`` is 16 bytes,
    ``sha256`` 32 bytes. ``original_name`` is the file's name as text, undecodable bytes kept as
    surrogate escapes. ``original_modified_utc`` is None where the file system gave none.
    """

    id: UUID
    number: int
    state: ItemState
    details: ItemDetails
    original_name: str
    media_type: str
    size_bytes: int
    sha256: bytes
    object_name: bytes
    imported_utc: datetime
    original_modified_utc: datetime | None
    changed_utc: datetime
    tags: tuple[str, ...] = ()
    cases: tuple[str, ...] = ()

    @property
    def reference(self) -> str:
        """The short reference, ``E0001``."""
        return f"E{self.number:04d}"


@dataclass(frozen=True, repr=False)
class Case:
    """A matter. ``reference`` is the user's own and unique without regard to case."""

    id: UUID
    reference: str
    title: str
    status: CaseStatus
    summary: str
    to_be_preserved: bool
    opened_utc: datetime
    changed_utc: datetime
    item_count: int = 0


@dataclass(frozen=True, repr=False)
class CaseItem:
    """An item's place in a case; ``number`` is the exhibit number there, never used again."""

    case_id: UUID
    item_id: UUID
    number: int
    registered_utc: datetime


@dataclass(frozen=True, repr=False)
class CasePerson:
    """A contact's role in a case (``people.CaseRole``)."""

    case_id: UUID
    contact_id: UUID
    role: str
    note: str = ""


@dataclass(frozen=True, repr=False)
class ItemPerson:
    """A contact shown in, heard in or author of an item."""

    item_id: UUID
    contact_id: UUID
    how: str = "shown"


@dataclass(frozen=True, repr=False)
class Derivation:
    """Item ``derived_id`` was made from ``source_id``: redaction, transcript, translation, extract."""

    source_id: UUID
    derived_id: UUID
    action: str
    tool: str
    reason: str
    parameters_json: str
    made_utc: datetime


@dataclass(frozen=True, repr=False)
class CustodyEvent:
    """One stored event of a log: ``leaf`` and disclosures as docs/spec/custody-event.md fixes them.

    ``values`` holds the fields whose disclosures are still kept; a forgotten field is absent.
    """

    log_id: UUID
    sequence: int
    item_number: int
    leaf: bytes
    leaf_hash: bytes
    disclosures: dict[str, str]
    values: dict[str, str | int | None]


@dataclass(frozen=True, repr=False)
class VaultState:
    """What is shown at unlock, so that an old copy put back is noticed by the person."""

    epoch: int
    changed_utc: datetime | None
    item_count: int
    compartment: int = 0
