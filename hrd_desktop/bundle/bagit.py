"""The text files of a BagIt 1.0 bag as this program writes them, source RFC 8493."""

from __future__ import annotations

import re
from collections.abc import Iterable

from hrd_desktop.domain.errors.bundle import BundlePlanInvalid

DECLARATION = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"
PAYLOAD_OXUM = "Payload-Oxum"
_LABEL = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,62}")


def encode_manifest_path(path: str) -> str:
    """The path as it stands in a manifest: CR, LF and % percent-encoded, nothing else (section 2.1.3)."""
    return path.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def format_manifest(entries: Iterable[tuple[str, bytes]]) -> bytes:
    """A manifest of (path, digest) pairs, sorted by path; ``sha256sum -c`` reads it."""
    return "".join(
        f"{digest.hex()}  {encode_manifest_path(path)}\n" for path, digest in sorted(entries)
    ).encode("utf-8")


def format_bag_info(fields: Iterable[tuple[str, str]], payload_bytes: int, payload_files: int) -> bytes:
    """``bag-info.txt`` with Payload-Oxum and the given fields, in order.

    Raises ``BundlePlanInvalid`` for a label of other characters than letters, digits and hyphens, for
    ``Payload-Oxum`` itself, and for an empty value.
    """
    lines = [f"{PAYLOAD_OXUM}: {payload_bytes}.{payload_files}\n"]
    for label, value in fields:
        # One line for each field: breaks of any sort, Unicode's own included, become blanks.
        text = " ".join(value.split())
        if not _LABEL.fullmatch(label) or label.lower() == PAYLOAD_OXUM.lower() or not text:
            raise BundlePlanInvalid(field="bag_info")
        lines.append(f"{label}: {text}\n")
    return "".join(lines).encode("utf-8", "replace")
