"""What can be wrong with a bundle, in words; the stable codes stay beside them."""

from __future__ import annotations

from hrd_desktop.domain.bundle_report import BundleCheck, FaultKind
from hrd_desktop.ui.custody.words import limits_text, signed_text
from hrd_desktop.ui.text import filled, isolated, number_text, size_text, translated

_CHANGED = frozenset(
    {
        FaultKind.FILE_CHANGED,
        FaultKind.ZIP_CHECKSUM,
        FaultKind.AGE_PAYLOAD,
        FaultKind.AGE_HEADER,
        FaultKind.EVENT_DIGEST,
        FaultKind.EVENT_LEAF,
        FaultKind.EVENT_ORDER,
    }
)
_DANGEROUS = frozenset(
    {
        FaultKind.PATH_UNSAFE,
        FaultKind.PATH_RESERVED,
        FaultKind.PATH_COLLISION,
        FaultKind.LINK,
        FaultKind.SPECIAL_FILE,
        FaultKind.ZIP_NAME,
        FaultKind.LIMIT_BYTES,
        FaultKind.LIMIT_FILES,
        FaultKind.LIMIT_RATIO,
        FaultKind.LIMIT_TAG_FILE,
        FaultKind.FETCH,
    }
)


def fault_text(kind: FaultKind) -> str:
    """One fault in words."""
    known = {
        FaultKind.NOT_A_BUNDLE: translated("check", "This is not a bundle"),
        FaultKind.FILE_MISSING: translated("check", "A file is missing"),
        FaultKind.FILE_CHANGED: translated("check", "A file was changed"),
        FaultKind.FILE_UNLISTED: translated("check", "A file that no list names"),
        FaultKind.TAG_FILE_UNLISTED: translated("check", "A file that no list names"),
        FaultKind.FILE_UNREADABLE: translated("check", "A file cannot be read"),
        FaultKind.MANIFEST_MISSING: translated("check", "The list of digests is missing"),
        FaultKind.MANIFEST_WEAK: translated("check", "The only digests are of a kind that can be forged"),
        FaultKind.ZIP_TRUNCATED: translated("check", "The bundle is cut off"),
        FaultKind.ZIP_TRAILING: translated("check", "Something was added to the end of the bundle"),
        FaultKind.ZIP_CHECKSUM: translated("check", "A file was damaged"),
        FaultKind.AGE_PAYLOAD: translated("check", "The encrypted content was changed or cut off"),
        FaultKind.OPENING_PAGE: translated("check", "The page, or the file that goes with it, was changed"),
        FaultKind.AGE_HEADER: translated("check", "The beginning of the encrypted file was changed"),
        FaultKind.EVENT_LEAF: translated("check", "A custody event was changed"),
        FaultKind.EVENT_DIGEST: translated("check", "A custody event does not match its digest"),
        FaultKind.EVENT_ORDER: translated("check", "Custody events are missing or out of order"),
        FaultKind.OXUM: translated("check", "The bundle has another size than it says"),
        FaultKind.SIGNATURE_MISSING: translated("check", "The signature or its key was taken away"),
        FaultKind.SIGNATURE_FORM: translated("check", "The signature cannot be read"),
        FaultKind.SIGNATURE: translated("check", "The signature does not fit"),
        FaultKind.CUSTODY_MISSING: translated("check", "An item has no custody events"),
        FaultKind.RECEIPT: translated("check", "A receipt of the log is missing, changed or of another key"),
        FaultKind.CONSISTENCY: translated("check", "The log was rewritten after one of its receipts"),
        FaultKind.COSIGNATURE: translated("check", "A witness's countersignature does not fit"),
        FaultKind.COSIGNATURE_UNKNOWN: translated("check", "A countersignature by a key that is not known"),
        FaultKind.PROOF_MISSING: translated("check", "A custody event has no proof"),
        FaultKind.PROOF_EXTRA: translated("check", "A proof of an event that is not there"),
        FaultKind.PROOF: translated("check", "The proof of a custody event does not hold"),
        FaultKind.EVENT_CONTENT: translated("check", "A file is not the one its events speak of"),
        FaultKind.TIMESTAMP: translated("check", "The timestamp is over other content or does not hold"),
        FaultKind.TIMESTAMP_UNREAD: translated("check", "The timestamp cannot be read here; not a fault"),
        FaultKind.TIMESTAMP_UNCHECKED: translated("check", "The timestamp was not checked; not a fault"),
        FaultKind.OUTSIDE_BAG: translated("check", "A file lies outside the bundle's own folder"),
    }.get(kind)
    if known is not None:
        return known
    if kind in _DANGEROUS:
        return translated("check", "Something that could do harm when it is unpacked")
    if kind in _CHANGED:
        return translated("check", "Something was changed")
    return translated("check", "The bundle breaks its own format")


def verdict_text(result: BundleCheck) -> str:
    """The headline of a result."""
    if result.sound and result.signed is not None:
        sentence = translated("check", "Unchanged since it was signed by key {key}")
        return filled(sentence, key=isolated(result.signed.key_name))
    if result.sound:
        return translated("check", "Complete and unchanged")
    return translated("check", "This bundle does not check")


def meaning_text(result: BundleCheck) -> str:
    """What the verdict means, and what it does not."""
    if not result.sound:
        return translated(
            "check", "Do not rely on it. Ask for it again by another way, and keep this copy as it is."
        )
    if result.signed is not None:
        return signed_text(result.signed) + "\n\n" + limits_text()
    return translated(
        "check",
        "Every file is there and matches the bundle's own lists of digests. Nobody signed it, so it does not"
        " say who made it: compare its SHA-256 with what the sender tells you by another way.",
    )


def contents_text(result: BundleCheck) -> str:
    """What was looked at."""
    sentence = translated("check", "{files} files, {size}; digests: {algorithms}")
    return filled(
        sentence,
        files=number_text(result.payload_files),
        size=size_text(result.payload_bytes),
        algorithms=", ".join(result.algorithms) or "–",
    )
