"""The lines of a vCard file: bounded physical lines, and the logical lines they unfold to.

Unfolding works on bytes (RFC 6350, section 3.2): writers that fold inside a UTF-8 sequence exist, and
joining the bytes first mends them.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from hrd_desktop.bundle.contacts_text import sniff_utf16
from hrd_desktop.domain.errors.contacts import (
    ContactsFileEncoding,
    ContactsFileTooLarge,
    ContactsFileTooMany,
)

MAX_FILE_BYTES: Final = 256 * 1024 * 1024  # a telephone's export with a photograph in every card
MAX_LINES: Final = 5_000_000
MAX_LINE_BYTES: Final = 1024 * 1024  # the longest note, escaped; photographs are not kept
_CHUNK_BYTES: Final = 64 * 1024

_BREAK: Final = re.compile(rb"\r\n|\n|\r")
_HEAD: Final = re.compile(rb"(?:[A-Za-z0-9-]{1,64}\.)?([A-Za-z0-9-]{1,64})([;:][^\r\n]{0,512})", re.ASCII)
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_STRUCTURE: Final = frozenset({"BEGIN", "END", "VERSION"})


@dataclass(frozen=True)
class LogicalLine:
    """One property as bytes. ``number`` is its first physical line, from 1.

    A ``skipped`` line is a property that nobody wants: only its ``name`` is known. A ``too_long`` line
    is cut at ``MAX_LINE_BYTES``.
    """

    number: int
    data: bytes
    name: str
    skipped: bool
    too_long: bool


class LineSource:
    """Physical lines of a stream in UTF-8 or UTF-16, with bounds on the whole and on each line."""

    def __init__(self, untrusted_file: BinaryIO) -> None:
        self._file = untrusted_file
        self.utf16 = False

    def iter_lines(self) -> Iterator[tuple[int, bytes, bool]]:
        """Yield number (from 1), bytes without the line break, and whether bytes were cut off.

        CRLF, LF and CR end a line. Raises ContactsFileTooLarge, ContactsFileTooMany,
        ContactsFileEncoding.
        """
        number = 0
        rest = bytearray()
        cut = False
        for chunk, last in self._iter_chunks():
            scanned = max(0, len(rest) - 1)  # all but a last CR is known to hold no line break
            rest += chunk
            start = 0
            for match in _BREAK.finditer(rest, scanned):
                if match.end() == len(rest) and match.group() == b"\r" and not last:
                    break  # the line feed may be the first byte of the next chunk
                number += 1
                if number > MAX_LINES:
                    raise ContactsFileTooMany(kind="lines", limit=MAX_LINES)
                size = match.start() - start
                yield (
                    number,
                    bytes(rest[start : start + min(size, MAX_LINE_BYTES)]),
                    (cut or size > MAX_LINE_BYTES),
                )
                cut = False
                start = match.end()
            del rest[:start]
            if len(rest) > MAX_LINE_BYTES + 1:
                # Keep a last CR, which with the next chunk's LF may be one line break.
                del rest[MAX_LINE_BYTES : len(rest) - 1]
                cut = True
        if rest:
            yield number + 1, bytes(rest[:MAX_LINE_BYTES]), cut or len(rest) > MAX_LINE_BYTES

    def _iter_chunks(self) -> Iterator[tuple[bytes, bool]]:
        """Yield UTF-8 (or whatever the file has) and whether it is the last of it."""
        total = 0
        start = _read_full(self._file, _CHUNK_BYTES)
        codec = sniff_utf16(start[:4])
        decoder = None if codec is None else codecs.getincrementaldecoder(codec)("strict")
        self.utf16 = decoder is not None
        if decoder is None and start.startswith(codecs.BOM_UTF8):
            start = start[len(codecs.BOM_UTF8) :]
        chunk = start
        while True:
            following = _read_full(self._file, _CHUNK_BYTES) if chunk else b""
            total += len(chunk)
            if total > MAX_FILE_BYTES:
                raise ContactsFileTooLarge(limit_bytes=MAX_FILE_BYTES)
            last = not following
            if decoder is None:
                yield chunk, last
            else:
                try:
                    yield decoder.decode(chunk, last).encode("utf-8"), last
                except UnicodeError:
                    raise ContactsFileEncoding() from None
            if last:
                return
            chunk = following


def iter_logical_lines(source: LineSource, wanted: frozenset[str]) -> Iterator[LogicalLine]:
    """Yield the unfolded lines; of a property not in ``wanted`` (upper case) only its name.

    Handles the two foldings of vCard 2.1 as well: there the white space of a continuation belongs to
    the text, and a quoted-printable value goes on after a line that ends in ``=``.
    """
    builder: _Builder | None = None
    version_21 = False
    for number, line, cut in source.iter_lines():
        if builder is not None and builder.soft_break:
            builder.add_soft(line, cut, keep_space=version_21)
            continue
        if builder is not None and line[:1] in (b" ", b"\t"):
            builder.add_fold(line if version_21 else line[1:], cut)
            continue
        if builder is not None and builder.base64 and _BASE64.fullmatch(line):
            builder.add_fold(line, cut)  # vCard 2.1 pictures come without any white space at the fold
            continue
        first = line.removeprefix(codecs.BOM_UTF8)  # of a file that was appended to another
        if not first.strip():
            continue  # writers that end lines with CR CR LF leave an empty line after each
        if builder is not None:
            yield builder.finish()
        beginning = first[:16].strip().upper()
        if beginning == b"BEGIN:VCARD":
            version_21 = False
        elif beginning == b"VERSION:2.1":
            version_21 = True
        builder = _Builder(number, first, cut, wanted)
    if builder is not None:
        yield builder.finish()


class _Builder:
    """Collects one logical line, or only its name when nobody wants it."""

    def __init__(self, number: int, line: bytes, cut: bool, wanted: frozenset[str]) -> None:
        self._number = number
        head = _HEAD.match(line)
        self._name = head.group(1).decode("ascii").upper() if head else ""
        self._skipped = bool(head) and self._name not in wanted and self._name not in _STRUCTURE
        parameters = head.group(2).split(b":", 1)[0].upper() if head else b""
        self._quoted_printable = b"QUOTED-PRINTABLE" in parameters
        self.base64 = b"BASE64" in parameters or b"ENCODING=B" in parameters
        self._data = bytearray()
        self._cut = False
        self.soft_break = False
        self._append(line, cut)

    def add_fold(self, line: bytes, cut: bool) -> None:
        """Append a continuation whose folding white space is already off."""
        self._append(line, cut)

    def add_soft(self, line: bytes, cut: bool, *, keep_space: bool) -> None:
        """Append the line after a soft line break; some writers fold it as well."""
        if not keep_space and line[:1] in (b" ", b"\t"):
            line = line[1:]
        self._append(line, cut)

    def finish(self) -> LogicalLine:
        """Return what was collected."""
        data = b"" if self._skipped else bytes(self._data)
        return LogicalLine(self._number, data, self._name, self._skipped, self._cut and not self._skipped)

    def _append(self, line: bytes, cut: bool) -> None:
        self.soft_break = self._quoted_printable and line.endswith(b"=") and not cut
        if self.soft_break:
            line = line[:-1]
        room = MAX_LINE_BYTES - len(self._data)
        self._cut = self._cut or cut or len(line) > room
        if not self._skipped:
            self._data += line[:room]


def _read_full(file: BinaryIO, size: int) -> bytes:
    """Read ``size`` bytes, less only at the end: a pipe may give less at a time."""
    parts = bytearray()
    while len(parts) < size:
        part = file.read(size - len(parts))
        if not part:
            break
        parts += part
    return bytes(parts)
