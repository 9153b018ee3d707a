"""Text files: the encoding found out, control characters removed.

In this order: a byte order mark; UTF-8 if every byte fits; UTF-16 without a mark if every second byte is zero
in most of the beginning; else Windows-1252, in which every byte means something. The last is a guess, and the
field ``charset`` says ``windows-1252?``: text in another 8-bit set is then found under wrong letters.
"""

from __future__ import annotations

import codecs

from hrd_desktop.decode.readers.findings import Findings
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.decode.validity import clean
from hrd_desktop.domain.decoded import FieldName

_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # begins like the next one
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
GUESSED = "windows-1252?"
_SAMPLE_BYTES = 64 * 1024
_CODECS = ("utf-8", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "cp1252", "latin-1", "ascii")


def load() -> None:
    """Load the codecs, which are modules of their own."""
    for name in _CODECS:
        codecs.lookup(name)
        b"  ".decode(name, "replace")


def charset_of(untrusted_head: bytes, *, whole: bool) -> tuple[str, int]:
    """The name of the encoding, and how many bytes its mark takes."""
    for mark, name in _MARKS:
        if untrusted_head.startswith(mark):
            return name, len(mark)
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        decoder.decode(untrusted_head, whole)
    except UnicodeDecodeError:
        pass
    else:
        if b"\0" not in untrusted_head:
            return "utf-8", 0
    half = len(untrusted_head) // 2
    if half >= 2:
        if untrusted_head[1::2].count(0) * 10 > half * 7:
            return "utf-16-le", 0
        if untrusted_head[0::2].count(0) * 10 > half * 7:
            return "utf-16-be", 0
    return GUESSED, 0


def probe(stream: RemoteStream, findings: Findings) -> None:
    """Add the character set."""
    findings.add(FieldName.CHARSET, _charset(stream)[0])


def _charset(stream: RemoteStream) -> tuple[str, int]:
    head = stream.read_at(0, _SAMPLE_BYTES)
    return charset_of(head, whole=len(head) == stream.size_bytes)


def text(stream: RemoteStream, limit_chars: int) -> str:
    """The first ``limit_chars`` characters."""
    charset, skipped = _charset(stream)
    # No encoding here takes more than four bytes for a character.
    wanted = stream.read_at(skipped, 4 * limit_chars + 4)
    codec = "cp1252" if charset == GUESSED else charset
    return clean(wanted.decode(codec, "replace")[: limit_chars + 1], lines=True)[:limit_chars]
