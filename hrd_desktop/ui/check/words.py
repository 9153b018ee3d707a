"""What can be wrong with a bundle, in words; the stable codes stay beside them."""

from __future__ import annotations

from hrd_desktop.domain.bundle_report import BundleCheck, FaultKind
from hrd_desktop.ui.text import filled, number_text, size_text, translated

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
    if result.sound:
        return translated("check", "Complete and unchanged")
    return translated("check", "This bundle does not check")


def meaning_text(result: BundleCheck) -> str:
    """What the verdict means, and what it does not."""
    if not result.sound:
        return translated(
            "check", "Do not rely on it. Ask for it again by another way, and keep this copy as it is."
        )
    return translated(
        "check",
        "Every file is there and matches the bundle's own lists of digests. This does not say who made it:"
        " compare its SHA-256 with what the sender tells you by another way.",
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
