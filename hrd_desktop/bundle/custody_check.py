"""Checks the custody events of one item, line by line as they come; docs/spec/custody-event.md."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterator

from hrd_desktop.domain.bundle_report import Fault, FaultKind

LEAF_TYPE = "sheaf-custody-event/v1"
_DIGEST_CHARACTERS = 43


class CustodyLines:
    """The lines of one ``custody/NNNN.jsonl``; memory holds one line of at most ``max_line_bytes``.

    ``detail`` of a fault begins with the line's number, counted from 1.
    """

    def __init__(self, path: str, max_line_bytes: int) -> None:
        self._path = path
        self._max_line_bytes = max_line_bytes
        self._waiting = b""
        self._lines = 0
        self._previous: str | None = None
        self._too_long = False

    def take(self, data: bytes) -> Iterator[Fault]:
        """Take more bytes and give the faults of the lines they complete."""
        if self._too_long:
            return
        *complete, self._waiting = (self._waiting + data).split(b"\n")
        for line in complete:
            yield from self._check_line(line)
        if len(self._waiting) > self._max_line_bytes:
            self._too_long = True
            yield self._fault(FaultKind.EVENT_LEAF, "length", self._lines + 1)

    def finish(self) -> Iterator[Fault]:
        """The file has ended; a last line without an end is a fault."""
        if self._waiting and not self._too_long:
            yield self._fault(FaultKind.EVENT_LEAF, "line-end", self._lines + 1)

    def _fault(self, kind: FaultKind, detail: str, line: int) -> Fault:
        return Fault(kind, self._path, f"{line}:{detail}")

    def _check_line(self, untrusted_line: bytes) -> Iterator[Fault]:
        self._lines += 1
        try:
            leaf, told_hash, disclosures = _parse_event(untrusted_line)
            digests = _parse_leaf(leaf)
        except (ValueError, RecursionError):
            yield self._fault(FaultKind.EVENT_LEAF, "form", self._lines)
            self._previous = None
            return
        leaf_hash = hashlib.sha256(b"\x00" + leaf.encode("utf-8")).hexdigest()
        if told_hash != leaf_hash:
            yield self._fault(FaultKind.EVENT_LEAF, "hash", self._lines)
        values: dict[str, object] = {}
        try:
            for disclosure in disclosures:
                name, value = _open_disclosure(disclosure, digests)
                if values and name <= max(values):
                    raise ValueError("names out of order or told twice")
                values[name] = value
        except (ValueError, RecursionError):
            yield self._fault(FaultKind.EVENT_DIGEST, "disclosure", self._lines)
        expected = self._previous if self._lines > 1 else None
        # After a line that could not be read there is nothing to compare the next one with.
        comparable = self._lines == 1 or self._previous is not None
        if "previous" in values and comparable and values["previous"] != expected:
            yield self._fault(FaultKind.EVENT_ORDER, "previous", self._lines)
        self._previous = leaf_hash


def _parse_event(untrusted_line: bytes) -> tuple[str, str, list[str]]:
    """(leaf, leaf hash, disclosures); raises ``ValueError``."""
    event = _load_object(untrusted_line)
    leaf, leaf_hash, disclosures = (event.get(name) for name in ("leaf", "leaf_hash", "disclosures"))
    if len(event) != 3 or not isinstance(leaf, str) or not isinstance(leaf_hash, str):
        raise ValueError("fields")
    if not isinstance(disclosures, list) or not all(isinstance(text, str) for text in disclosures):
        raise ValueError("disclosures")
    leaf.encode("utf-8")  # a lone surrogate is a ValueError here
    return leaf, leaf_hash, disclosures


def _parse_leaf(leaf: str) -> dict[str, str]:
    """Digests by field name; raises ``ValueError`` for any other shape or spelling of the leaf."""
    found = _load_object(leaf)
    digests = found.get("digests")
    if set(found) != {"digests", "type"} or found["type"] != LEAF_TYPE or not isinstance(digests, dict):
        raise ValueError("leaf")
    if not all(isinstance(value, str) and len(value) == _DIGEST_CHARACTERS for value in digests.values()):
        raise ValueError("digests")
    # RFC 8785 for objects of ASCII names and ASCII strings, which these are, is exactly this.
    canonical = json.dumps(found, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    if canonical != leaf:
        raise ValueError("not canonical")
    return digests


def _open_disclosure(untrusted_text: str, digests: dict[str, str]) -> tuple[str, object]:
    """(field name, value) of a disclosure that the leaf commits to; raises ``ValueError``."""
    try:
        ascii_text = untrusted_text.encode("ascii")
        decoded = base64.b64decode(ascii_text + b"=" * (-len(ascii_text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError):
        raise ValueError("base64url") from None
    parts = json.loads(decoded, object_pairs_hook=_unique)
    if not isinstance(parts, list) or len(parts) != 3 or not isinstance(parts[1], str):
        raise ValueError("disclosure")
    digest = base64.urlsafe_b64encode(hashlib.sha256(ascii_text).digest()).rstrip(b"=").decode("ascii")
    if digests.get(parts[1]) != digest:
        raise ValueError("digest")
    return parts[1], parts[2]


def _load_object(untrusted_text: bytes | str) -> dict[str, object]:
    found = json.loads(untrusted_text, object_pairs_hook=_unique)
    if not isinstance(found, dict):
        raise ValueError("not an object")
    return found


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name told twice")
    return found
