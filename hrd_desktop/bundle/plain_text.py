"""Text of others made safe to show: nothing invisible, nothing that reorders, no formulas."""

from __future__ import annotations

import unicodedata

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
RISKY_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def escape_path(untrusted_path: str) -> str:
    """``untrusted_path`` with every character that is not plainly visible as ``\\u{hex}``.

    Reversible: a backslash is doubled. Names that came from undecodable bytes show those bytes.
    """
    return "".join(
        "\\\\"
        if character == "\\"
        else f"\\u{{{ord(character):x}}}"
        if unicodedata.category(character) in _HIDDEN_CATEGORIES
        else character
        for character in untrusted_path
    )


def visible_text(untrusted_text: str) -> str:
    """``untrusted_text`` with control characters, direction overrides and lone surrogates made visible.

    Line feeds and tabs stay. Other format characters stay too: joiners belong to the spelling of
    Persian, Arabic and Indic words, and direction marks to right-to-left text. Overrides only serve to
    show a text as another one.
    """
    return "".join(_visible(character) for character in untrusted_text.replace("\r\n", "\n"))


def _visible(character: str) -> str:
    code = ord(character)
    if character in "\n\t":
        return character
    if code < 0x20:
        return chr(0x2400 + code)
    if code == 0x7F:
        return "\u2421"
    if 0xDC80 <= code <= 0xDCFF:
        # How Python carries a byte of a file name that is not UTF-8.
        return f"\\x{code - 0xDC00:02x}"
    if character in "\u202d\u202e":
        return f"\\u{{{code:x}}}"
    if 0x80 <= code < 0xA0 or 0xD800 <= code <= 0xDFFF:
        return "\ufffd"
    return character


def spreadsheet_cell(untrusted_text: str) -> str:
    """``untrusted_text`` for one cell: it is never taken for a formula, and a line stays a line.

    An apostrophe goes before a first character that starts a formula in a spreadsheet (OWASP, CSV
    injection), the full-width forms that some of them accept included.
    """
    text = visible_text(untrusted_text)
    return "'" + text if text.startswith(RISKY_STARTS) else text
