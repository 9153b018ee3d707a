"""Checks the custody events of one item, line by line as they come; docs/spec/custody-event.md."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from hrd_desktop.crypto.custody import Value, leaf_hash, next_sequence, parse_line, verify_event
from hrd_desktop.domain.bundle_report import Fault, FaultKind
from hrd_desktop.domain.errors.vault import CustodyError

_DETAILS = {FaultKind.EVENT_LEAF: "form", FaultKind.EVENT_DIGEST: "disclosure"}

#: After these the bytes of an item are what ``sha256_after`` says.
_TAKES_IN = frozenset({"collected", "received", "imported", "derived", "redacted"})


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What of one event other files of the bundle are held against; None where withheld or unreadable.

    ``content`` is the SHA-256 that the item has from this event on, ``continued`` the checkpoint that an
    event of this name carries.
    """

    leaf_hash: bytes | None = None
    sequence: int | None = None
    content: str | None = None
    continued: str | None = None


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
        self._sequence = -1
        self._too_long = False
        self.facts: list[LineFacts] = []

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
        follows_unread = self._lines > 1 and self._previous is None
        before, self._previous = self._previous, None
        self.facts.append(LineFacts())
        try:
            leaf, disclosures = parse_line(untrusted_line)
        except CustodyError as error:
            kind = FaultKind(str(error.fields["kind"]))
            yield self._fault(kind, str(error.fields.get("detail", _DETAILS[kind])), self._lines)
            return
        self._previous = leaf_hash(leaf).hex()
        try:
            values = verify_event(leaf, disclosures)
        except CustodyError as error:
            kind = FaultKind(str(error.fields["kind"]))
            yield self._fault(kind, _DETAILS[kind], self._lines)
            return
        self.facts[-1] = _facts_of(leaf_hash(leaf), values)
        # After a line that could not be read there is nothing to compare the next one with.
        if "previous" in values and not follows_unread and values["previous"] != before:
            yield self._fault(FaultKind.EVENT_ORDER, "previous", self._lines)
        elif "sequence" in values:
            try:
                self._sequence = next_sequence(values["sequence"], self._sequence, self._lines)
            except CustodyError:
                yield self._fault(FaultKind.EVENT_ORDER, "sequence", self._lines)


def _facts_of(found: bytes, values: dict[str, Value]) -> LineFacts:
    sequence, action = values.get("sequence"), values.get("action")
    content, note = values.get("sha256_after"), values.get("note")
    return LineFacts(
        leaf_hash=found,
        sequence=sequence if isinstance(sequence, int) else None,
        content=content if isinstance(content, str) and action in _TAKES_IN else None,
        continued=note if isinstance(note, str) and action == "continued" else None,
    )
