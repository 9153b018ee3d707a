"""What a bundle is to hold, in which form, and everything that leaves with it, as plain values.

A ``BundlePlan`` is complete: the writer of a bundle adds nothing that is not in it, so a list of
what leaves that is made from the plan is a list of all that leaves.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from hrd_desktop.domain.records import Place, WhenTaken


class RecipientKind(StrEnum):
    """Sorts of public key a bundle can be encrypted to."""

    X25519 = "x25519"
    HYBRID = "mlkem768x25519"
    SSH_ED25519 = "ssh-ed25519"
    SSH_RSA = "ssh-rsa"


@dataclass(frozen=True)
class Recipient:
    """A public key that was parsed and can be encrypted to.

    ``text`` is the canonical text of the key without a comment. ``fingerprint`` is what two people
    compare: the key itself for ``X25519``, OpenSSH's ``SHA256:...`` for SSH keys.
    """

    kind: RecipientKind
    text: str = field(repr=False)
    fingerprint: str = field(repr=False)

    @property
    def recognisable(self) -> bool:
        """True when the file shows to which known key it was encrypted (SSH keys; age's own do not)."""
        return self.kind in (RecipientKind.SSH_ED25519, RecipientKind.SSH_RSA)


@dataclass(frozen=True)
class ToRecipients:
    """``.zip.age`` that the holders of these keys can open; at least one."""

    recipients: tuple[Recipient, ...]


@dataclass(frozen=True)
class WithPassphrase:
    """``.zip.age`` that opens with this passphrase, and nothing else."""

    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class SelfOpening:
    """A web page that opens with this generated passphrase of seven words, in a browser."""

    passphrase: str = field(repr=False)


@dataclass(frozen=True)
class PlainFolder:
    """A folder in the clear."""


BundleForm = ToRecipients | WithPassphrase | SelfOpening | PlainFolder


class DisclosureKind(StrEnum):
    """Sorts of knowledge that leave with a bundle and that the user must see before."""

    TITLE = "title"
    ORIGINAL_NAME = "original-name"
    DATE = "date"
    PERSON = "person"
    PLACE = "place"
    POSITION = "position"
    DEVICE_SERIAL = "device-serial"
    SOURCE = "source"
    NOTE = "note"
    CONTACT = "contact"
    CUSTODY = "custody"
    BAG_INFO = "bag-info"


class DisclosureWhere(StrEnum):
    """Where in the bundle a disclosed value stands."""

    INDEX = "index"
    FILE = "file"
    CUSTODY = "custody"
    CONTACTS = "contacts"
    BAG_INFO = "bag-info"


@dataclass(frozen=True)
class Disclosure:
    """One value that leaves: what it is, where it stands, of which item (None: of the bundle)."""

    kind: DisclosureKind
    where: DisclosureWhere
    item_id: str | None
    value: str = field(repr=False)


@dataclass(frozen=True)
class BundleItem:
    """One exhibit.

    ``item_id`` is the vault's own and never leaves; errors name the item by it. ``number`` is the
    exhibit number, 1 or more, unique in the plan. ``sha256`` (32 bytes) and ``size_bytes`` are those
    recorded when the item was taken in: bytes that do not match them never become a bundle.

    ``sources`` and ``note`` are None unless they were chosen to leave; a ``place`` whose position is to
    stay has none. ``custody_lines`` are JSON documents, one event each, without line ends, as
    docs/spec/custody-event.md fixes them, and ``custody_proofs`` the proof of each. ``carried`` is what
    the caller knows to be inside the item's bytes and custody lines (position, device, people): nobody
    else can list it.
    """

    item_id: str
    number: int
    sha256: bytes = field(repr=False)
    size_bytes: int
    media_type: str
    title: str = field(repr=False)
    original_name: str | None = field(default=None, repr=False)
    description: str | None = field(default=None, repr=False)
    when: WhenTaken | None = field(default=None, repr=False)
    place: Place | None = field(default=None, repr=False)
    persons: tuple[str, ...] = field(default=(), repr=False)
    sources: tuple[str, ...] | None = field(default=None, repr=False)
    note: str | None = field(default=None, repr=False)
    custody_lines: tuple[bytes, ...] = field(default=(), repr=False)
    custody_proofs: tuple[bytes, ...] = field(default=(), repr=False)
    carried: tuple[Disclosure, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class BundlePlan:
    """Everything that a bundle will hold.

    ``language`` is the language of README, cover sheet and labels. ``title`` heads the exhibit list.
    ``prepared_on`` is a date as text, shown only when given. ``bag_info`` are (label, value) pairs
    that the user filled in. ``tool`` is one neutral line about the program, shown in the README only.
    ``receipts`` are those of the custody log by their number of events, ``log_lines`` and ``log_proofs`` the
    events about the log itself.
    """

    items: tuple[BundleItem, ...]
    language: str = "en"
    title: str | None = field(default=None, repr=False)
    prepared_on: str | None = field(default=None, repr=False)
    bag_info: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    contacts_vcf: bytes | None = field(default=None, repr=False)
    contacts: tuple[str, ...] = field(default=(), repr=False)
    tool: str | None = None
    receipts: tuple[tuple[int, bytes], ...] = field(default=(), repr=False)
    log_lines: tuple[bytes, ...] = field(default=(), repr=False)
    log_proofs: tuple[bytes, ...] = field(default=(), repr=False)


def date_text(when: WhenTaken) -> str:
    """The date as it stands in lists: as far as it is known, with its zone."""
    if when.zone is None or "T" not in when.at:
        return when.at
    return when.at + when.zone if when.zone[0] in "+-Z" else f"{when.at} {when.zone}"


def position_text(place: Place) -> str | None:
    """``latitude, longitude`` in decimal degrees (WGS 84), or None where no position is known."""
    if place.latitude is None or place.longitude is None:
        return None
    return f"{place.latitude:.6f}, {place.longitude:.6f}"


def list_disclosures(plan: BundlePlan) -> tuple[Disclosure, ...]:
    """Everything that leaves with ``plan``, in the order of its items, the bundle's own values first."""
    found: list[Disclosure] = []
    if plan.title:
        found.append(Disclosure(DisclosureKind.TITLE, DisclosureWhere.INDEX, None, plan.title))
    if plan.prepared_on:
        found.append(Disclosure(DisclosureKind.DATE, DisclosureWhere.INDEX, None, plan.prepared_on))
    for label, value in plan.bag_info:
        found.append(Disclosure(DisclosureKind.BAG_INFO, DisclosureWhere.BAG_INFO, None, f"{label}: {value}"))
    for contact in plan.contacts:
        found.append(Disclosure(DisclosureKind.CONTACT, DisclosureWhere.CONTACTS, None, contact))
    for item in plan.items:
        found.extend(_disclosures_of(item))
    return tuple(found)


def _disclosures_of(item: BundleItem) -> list[Disclosure]:
    single = (
        (DisclosureKind.TITLE, item.title),
        (DisclosureKind.ORIGINAL_NAME, item.original_name),
        (DisclosureKind.NOTE, item.description),
        (DisclosureKind.DATE, item.when and date_text(item.when)),
        (DisclosureKind.PLACE, item.place and item.place.name),
        (DisclosureKind.POSITION, item.place and position_text(item.place)),
        (DisclosureKind.NOTE, item.note),
    )
    several = ((DisclosureKind.PERSON, item.persons), (DisclosureKind.SOURCE, item.sources or ()))
    found = [Disclosure(kind, DisclosureWhere.INDEX, item.item_id, value) for kind, value in single if value]
    found += [
        Disclosure(kind, DisclosureWhere.INDEX, item.item_id, value)
        for kind, values in several
        for value in values
    ]
    return found + list(item.carried)


@dataclass(frozen=True)
class BundleResult:
    """A finished bundle that was read back and checked.

    ``path`` is the file or folder, ``cover_path`` the cover sheet beside it (None for a folder and for a
    self-opening page, which says itself how it is opened). ``beside_path`` is the file that goes with a
    self-opening page whose content is not in the page; then ``sha256`` is that of this file.
    ``sha256`` is that of the file; of a folder it is that of its ``tagmanifest-sha512.txt``, which
    names everything else. ``tagmanifest_sha512`` is the SHA-512 of that same file in every form.
    ``size_bytes`` is the size of the file, or of all files of the folder.
    """

    path: Path = field(repr=False)
    cover_path: Path | None = field(repr=False)
    items: int
    size_bytes: int
    sha256: bytes = field(repr=False)
    tagmanifest_sha512: bytes = field(repr=False)
    beside_path: Path | None = field(default=None, repr=False)
