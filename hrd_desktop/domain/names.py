"""Names from file systems made safe to show: control characters, direction marks and stray bytes escaped."""

from __future__ import annotations

import unicodedata

#: Marks that reorder or hide what follows them; a name may not play tricks with the line it stands in.
_DIRECTION_MARKS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def shown(untrusted_text: str) -> str:
    """``untrusted_text`` on one line, with what cannot be seen or would act written out.

    Control characters, line separators, direction marks and undecodable bytes (surrogate escapes)
    become ``\\x1b`` or ``\\u202e``; everything else, right-to-left letters too, stays as it is.
    """
    pieces = []
    for character in untrusted_text:
        code = ord(character)
        if 0xDC80 <= code <= 0xDCFF:
            pieces.append(f"\\x{code - 0xDC00:02x}")
        elif unicodedata.category(character) in {"Cc", "Zl", "Zp", "Cs"} or character in _DIRECTION_MARKS:
            pieces.append(f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}")
        else:
            pieces.append(character)
    return "".join(pieces)


def title_from_name(untrusted_name: str) -> str:
    """A first title for a file of that name: its stem, safe to show and valid Unicode."""
    stem, dot, _ = untrusted_name.rpartition(".")
    return shown(stem if dot and stem else untrusted_name)
