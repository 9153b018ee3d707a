"""Recovery codes: 160 random bits with a checksum, written in letters or in digits."""

from __future__ import annotations

import hashlib
import unicodedata

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.unicode14 import find_unassigned

CODE_BYTES = 20
_LABEL = b"sheaf/v1/recovery-code"
_CHECKSUM_BITS = 20
_NUMBER_BITS = 8 * CODE_BYTES + _CHECKSUM_BITS
# Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U.
_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_LETTERS = 36
_DIGITS = 55
# Hyphens and dashes that keyboards and word processors put for "-".
_DASHES = frozenset("-\u2010\u2011\u2012\u2013\u2014\u2015\u2212")
# What a copy from a page, a message or two lines brings along and nobody sees; with categories Zs and Cf.
_UNSEEN = frozenset("\t\n\r\ufe0f")


def make_code(random: Random) -> bytes:
    """A new recovery code, 20 bytes."""
    return random(CODE_BYTES)


def format_letters(code: bytes) -> str:
    """The code as 9 groups of 4 characters of Crockford's base 32."""
    number = _number(code)
    shifts = range(_NUMBER_BITS - 5, -1, -5)
    return _grouped("".join(_ALPHABET[(number >> shift) & 31] for shift in shifts), 4)


def format_digits(code: bytes) -> str:
    """The code as 11 groups of 5 decimal digits, for keyboards without Latin letters."""
    return _grouped(f"{_number(code):0{_DIGITS}d}", 5)


def find_code(text: str) -> bytes | None:
    """The 20 bytes of the recovery code that ``text`` is, in either form, or None when it is none.

    Spaces, line ends, dashes, unseen format characters, the case of ASCII letters and the script of digits do
    not matter. A text with a character that Unicode 14.0 does not assign is none: what is a space or a digit
    must not depend on the version at hand.
    """
    if find_unassigned(text) is not None:
        return None
    characters = "".join(_mapped(character) for character in text)
    if len(characters) == _LETTERS:
        return _checked(_from_letters(characters))
    if len(characters) == _DIGITS and characters.isascii() and characters.isdigit():
        return _checked(int(characters))
    return None


def _mapped(character: str) -> str:
    if character in _DASHES or character in _UNSEEN or unicodedata.category(character) in ("Zs", "Cf"):
        return ""
    decimal = unicodedata.decimal(character, None)
    if decimal is not None:
        return str(decimal)
    # Only ASCII: upper() of other letters can become an ASCII letter, or two letters.
    return character.upper() if character.isascii() else character


def _from_letters(characters: str) -> int | None:
    number = 0
    for character in characters:
        value = _ALPHABET.find({"O": "0", "I": "1", "L": "1"}.get(character, character))
        if value < 0:
            return None
        number = number << 5 | value
    return number


def _checked(number: int | None) -> bytes | None:
    if number is None or number >> _NUMBER_BITS:
        return None
    code = (number >> _CHECKSUM_BITS).to_bytes(CODE_BYTES, "big")
    return code if _number(code) == number else None


def _number(code: bytes) -> int:
    if len(code) != CODE_BYTES:
        raise ValueError("a recovery code has 20 bytes")
    digest = hashlib.sha256(_LABEL + code).digest()
    checksum = int.from_bytes(digest[:3], "big") >> (24 - _CHECKSUM_BITS)
    return int.from_bytes(code, "big") << _CHECKSUM_BITS | checksum


def _grouped(characters: str, size: int) -> str:
    return "-".join(characters[start : start + size] for start in range(0, len(characters), size))
