"""The second reader's sections 2.4 and 2.5 of vault-format.md: from a text to the bytes for Argon2id.

Characters that Unicode 14.0 does not assign are to be refused; here that holds under Python 3.11, whose
`unicodedata` is 14.0, and a later Python takes some of them.
"""

from __future__ import annotations

import hashlib
import unicodedata


class RefusedError(Exception):
    """What was found is refused, with the specification's word for it."""

    def __init__(self, kind: str, number: int | None = None) -> None:
        super().__init__(kind)
        self.kind = kind
        self.number = number


def require(condition: bool, kind: str = "damaged") -> None:
    if not condition:
        raise RefusedError(kind)


DROPPED = "\u0640\u200c\u200d"
HYPHENS = "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"
UNSEEN = "\t\n\r\ufe0f"
CROCKFORD = {c: i for i, c in enumerate("0123456789ABCDEFGHJKMNPQRSTVWXYZ")} | {"O": 0, "I": 1, "L": 1}
DISALLOWED = "\u07fa\u302e\u302f\u3031\u3032\u3033\u3034\u3035\u303b\u0640"
IGNORABLE_RANGES = (
    "00AD 034F 061C 115F-1160 17B4-17B5 180B-180F 200B-200F 202A-202E 2060-206F 3164 FE00-FE0F FEFF FFA0"
    " FFF0-FFF8 1BCA0-1BCA3 1D173-1D17A E0000-E0FFF"
    " 1100-11FF A960-A97C D7B0-D7C6 D7CB-D7FB"  # and conjoining Hangul that NFC has left
)


def in_ranges(code: int, ranges: str) -> bool:
    for text in ranges.split():
        low, _, high = text.partition("-")
        if int(low, 16) <= code <= int(high or low, 16):
            return True
    return False


def script_is(char: str, *names: str) -> bool:
    return unicodedata.name(char, "").startswith(names)


def context_holds(text: str, at: int) -> bool:
    """RFC 5892, appendix A, for the characters of FreeformClass that need it."""
    before, after = text[:at][-1:], text[at + 1 :][:1]
    match text[at]:
        case "\u00b7":
            return before == after == "l"
        case "\u0375":
            return after != "" and script_is(after, "GREEK")
        case "\u05f3" | "\u05f4":
            return before != "" and script_is(before, "HEBREW")
        case _:
            return any(
                script_is(c, "HIRAGANA LETTER", "KATAKANA LETTER", "CJK UNIFIED", "CJK COMPAT") for c in text
            )


def freeform(text: str, at: int) -> bool:
    char = text[at]
    if char in "\u00b7\u0375\u05f3\u05f4\u30fb":
        return context_holds(text, at)
    if char in DISALLOWED or in_ranges(ord(char), IGNORABLE_RANGES):
        return False
    return unicodedata.category(char) not in ("Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp")


def normalise_passphrase(text: str) -> bytes:
    text = unicodedata.normalize("NFC", text)
    text = "".join(map(ascii_digit, text))
    text = text.replace("\u06cc", "\u064a").replace("\u0649", "\u064a").replace("\u06a9", "\u0643")
    text = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text if c not in DROPPED)
    text = unicodedata.normalize("NFC", text)
    require(text != "" and all(freeform(text, i) for i in range(len(text))), "unusable-passphrase")
    require(len(text.encode("utf-8")) <= 4096, "unusable-passphrase")
    return text.encode("utf-8")


def ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if unicodedata.category(char) == "Nd" else char


def find_recovery_code(text: str) -> bytes | None:
    seen = [c for c in text if unicodedata.category(c) not in ("Zs", "Cf") and c not in HYPHENS + UNSEEN]
    rest = [ascii_digit(c) for c in seen]
    if not all(c.isascii() for c in rest):
        return None
    plain = "".join(rest).upper()
    if len(plain) == 36 and all(c in CROCKFORD for c in plain):
        number = 0
        for c in plain:
            number = number * 32 + CROCKFORD[c]
    elif len(plain) == 55 and plain.isdigit() and int(plain) < 2**180:
        number = int(plain)
    else:
        return None
    code = (number >> 20).to_bytes(20, "big")
    checksum = int.from_bytes(hashlib.sha256(b"sheaf/v1/recovery-code" + code).digest(), "big") >> 236
    return code if checksum == number & 0xFFFFF else None


def credential_bytes(text: str) -> bytes:
    code = find_recovery_code(text)
    return normalise_passphrase(text) if code is None else b"\0" + code
