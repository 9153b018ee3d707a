"""What checking a bundle found: stable kinds of fault, where, and what was checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class FaultKind(StrEnum):
    """Stable codes of everything that can be wrong with a bundle; meanings in docs/spec/bundle.md."""

    NOT_A_BUNDLE = "not-a-bundle"
    AGE_HEADER = "age-header"
    AGE_PAYLOAD = "age-payload"
    OPENING_PAGE = "opening-page"
    ZIP_STRUCTURE = "zip-structure"
    ZIP_TRUNCATED = "zip-truncated"
    ZIP_TRAILING = "zip-trailing"
    ZIP_MISMATCH = "zip-mismatch"
    ZIP_ENCRYPTED = "zip-encrypted"
    ZIP_UNSUPPORTED = "zip-unsupported"
    ZIP_CHECKSUM = "zip-checksum"
    ZIP_NAME = "zip-name"
    LIMIT_FILES = "limit-files"
    LIMIT_BYTES = "limit-bytes"
    LIMIT_RATIO = "limit-ratio"
    LIMIT_TAG_FILE = "limit-tag-file"
    PATH_UNSAFE = "path-unsafe"
    PATH_RESERVED = "path-reserved"
    PATH_COLLISION = "path-collision"
    PATH_DUPLICATE = "path-duplicate"
    LINK = "link"
    SPECIAL_FILE = "special-file"
    FILE_UNREADABLE = "file-unreadable"
    BAG_MISSING = "bag-missing"
    BAG_DECLARATION = "bag-declaration"
    BAG_VERSION = "bag-version"
    BAG_ENCODING = "bag-encoding"
    BYTE_ORDER_MARK = "byte-order-mark"
    BAG_INFO = "bag-info"
    FETCH = "fetch"
    OUTSIDE_BAG = "outside-bag"
    MANIFEST_MISSING = "manifest-missing"
    MANIFEST_WEAK = "manifest-weak"
    MANIFEST_ALGORITHM = "manifest-algorithm"
    MANIFEST_LINE = "manifest-line"
    MANIFEST_PATH = "manifest-path"
    MANIFEST_DUPLICATE = "manifest-duplicate"
    FILE_MISSING = "file-missing"
    FILE_UNLISTED = "file-unlisted"
    FILE_CHANGED = "file-changed"
    TAG_FILE_UNLISTED = "tag-file-unlisted"
    OXUM = "oxum"
    EVENT_LEAF = "event-leaf"
    EVENT_DIGEST = "event-digest"
    EVENT_ORDER = "event-order"
    SIGNATURE_MISSING = "signature-missing"
    SIGNATURE_FORM = "signature-form"
    SIGNATURE = "signature"
    CUSTODY_MISSING = "custody-missing"
    RECEIPT = "receipt"
    CONSISTENCY = "consistency"
    COSIGNATURE = "cosignature"
    COSIGNATURE_UNKNOWN = "cosignature-unknown"
    PROOF_MISSING = "proof-missing"
    PROOF_EXTRA = "proof-extra"
    PROOF = "proof"
    EVENT_CONTENT = "event-content"
    TIMESTAMP = "timestamp"
    TIMESTAMP_UNREAD = "timestamp-unread"
    TIMESTAMP_UNCHECKED = "timestamp-unchecked"


@dataclass(frozen=True)
class Fault:
    """One thing that is wrong.

    ``path`` is where, inside the bundle, with everything but printable characters escaped; empty when
    it is about the whole. ``detail`` is a short code, never prose and never text from the bundle.
    """

    kind: FaultKind
    path: str = field(default="", repr=False)
    detail: str = ""


@dataclass(frozen=True)
class SeenBy:
    """A witness whose countersignature holds: when (its clock), and of how many events."""

    key_name: str
    spoken: str
    time: int
    size: int


@dataclass(frozen=True)
class Signed:
    """Whose signature holds for a bundle of our own, and what stands behind it.

    ``key_name`` is ``XXXX-XXXX``; ``spoken`` and ``fingerprint`` are for comparing. ``heads`` are the
    digits of each receipt in the bundle by its number of events. ``timestamp_utc`` is what an authority
    says, and ``timestamp_verified`` whether that held against a root that was chosen.
    """

    key_name: str
    spoken: str
    fingerprint: str
    events: int
    heads: tuple[tuple[int, str], ...] = field(default=(), repr=False)
    witnesses: tuple[SeenBy, ...] = ()
    timestamp_utc: datetime | None = None
    timestamp_verified: bool = False


@dataclass(frozen=True)
class BundleCheck:
    """The result of checking a bundle, a BagIt bag or a serialised bag.

    ``container`` is ``age``, ``zip`` or ``folder``; ``own_layout`` tells a bundle as
    docs/spec/bundle.md describes it from a bag of others. ``algorithms`` are the digests under which
    every payload file was found unchanged. ``faults_left_out`` counts faults after the first thousand.
    ``remarks`` are no faults. ``signed`` is None unless signature and custody hold.
    ``root`` is where the bag stands in the container, ``tagmanifest_sha512`` the digest of its list of lists.
    Sizes in bytes.
    """

    container: str
    own_layout: bool
    bag_version: str
    payload_files: int
    payload_bytes: int
    items: int
    algorithms: tuple[str, ...]
    faults: tuple[Fault, ...]
    faults_left_out: int
    remarks: tuple[Fault, ...]
    signed: Signed | None = None
    root: str = field(default="", repr=False)
    tagmanifest_sha512: bytes | None = field(default=None, repr=False)

    @property
    def sound(self) -> bool:
        """Complete and unchanged against its own strong manifests. It does not say who made it."""
        return not self.faults
