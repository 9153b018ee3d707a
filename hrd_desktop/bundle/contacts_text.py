"""Text of contact files made by others: its encoding, its control characters, and the tally of losses."""

from __future__ import annotations

import re
from collections import Counter
from typing import Final

from hrd_desktop.domain.contacts import is_clean, is_clean_character
from hrd_desktop.domain.contacts_read import LeftOut, LeftOutReason

# The encodings a file may name. A closed list: looking up a codec by an untrusted name would import
# a module of that name, and some of Python's codecs (idna, unicode_escape) are no character sets.
_CHARSETS: Final = {
    "utf-8": "utf-8", "utf8": "utf-8", "us-ascii": "ascii", "ascii": "ascii",
    "iso-8859-1": "cp1252", "latin1": "cp1252",  # as WHATWG: what says Latin-1 is Windows-1252
    **{f"iso-8859-{part}": f"iso8859-{part}" for part in (2, 3, 4, 5, 6, 7, 8, 9, 10, 13, 14, 15, 16)},
    **{f"windows-{page}": f"cp{page}" for page in range(1250, 1259)},
    **{f"cp{page}": f"cp{page}" for page in range(1250, 1259)},
    "koi8-r": "koi8-r", "koi8-u": "koi8-u", "shift_jis": "cp932", "shift-jis": "cp932",
    "euc-jp": "euc-jp", "iso-2022-jp": "iso2022-jp", "euc-kr": "euc-kr", "gb2312": "gb18030",
    "gbk": "gb18030", "gb18030": "gb18030", "big5": "big5", "tis-620": "tis-620", "windows-874": "cp874",
}  # fmt: skip

_MAX_NAME: Final = 60
_MAX_NAMES: Final = 200
_LINE_BREAK: Final = re.compile("\r\n|[\r\u0085]")


class Tally:
    """Counts what a file loses on the way in, under a bounded number of bounded names."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[LeftOutReason, str]] = Counter()

    def add(self, reason: LeftOutReason, untrusted_name: str = "") -> None:
        """Count one loss; a name past the first 200 is counted without its name."""
        name = "".join(c for c in untrusted_name[:_MAX_NAME] if c.isprintable()).strip()
        if (reason, name) not in self._counts and len(self._counts) >= _MAX_NAMES:
            name = ""
        self._counts[reason, name] += 1

    def left_out(self) -> tuple[LeftOut, ...]:
        """Return the counts in a stable order."""
        return tuple(
            LeftOut(reason=reason, name=name, count=count)
            for (reason, name), count in sorted(self._counts.items())
        )

    def clean_text(self, untrusted_text: str, name: str) -> str:
        """Return the text with line feeds as its only line breaks, and without control characters."""
        if is_clean(untrusted_text, lines=True):
            return untrusted_text
        text = _LINE_BREAK.sub("\n", untrusted_text)
        kept = "".join(c for c in text if is_clean_character(c, lines=True))
        if len(kept) != len(text):
            self.add(LeftOutReason.CHARACTERS, name)
        return kept

    def clean_line(self, untrusted_text: str, name: str) -> str:
        """As ``clean_text``, with each run of line breaks and tabs made one space."""
        if is_clean(untrusted_text, lines=False):
            return untrusted_text
        return re.sub(r"[\n\t\u2028\u2029]+", " ", self.clean_text(untrusted_text, name))


def decode_bytes(untrusted_data: bytes, charset: str = "") -> tuple[str, str]:
    """Return the text and the encoding it was in: ``charset``, else UTF-8, else Windows-1252.

    A named charset that is unknown, or that does not fit the bytes, is passed over: phones name
    UTF-8 and write something else, and the other way round. Raises UnicodeDecodeError when the
    bytes are no Windows-1252 either (five byte values are undefined there).
    """
    named = _CHARSETS.get(charset.strip().lower())
    if named is not None:
        try:
            return untrusted_data.decode(named), named
        except UnicodeDecodeError:
            pass
    try:
        return untrusted_data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        return untrusted_data.decode("cp1252"), "windows-1252"


def sniff_utf16(start: bytes) -> str | None:
    """Return the Python codec when a file that begins with ``start`` is UTF-16, else ``None``.

    Without a byte order mark, two ASCII characters at the start give it away.
    """
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    if len(start) >= 4 and start[1] == start[3] == 0 and start[0] and start[2]:
        return "utf-16-le"
    if len(start) >= 4 and start[0] == start[2] == 0 and start[1] and start[3]:
        return "utf-16-be"
    return None
