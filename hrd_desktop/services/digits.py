"""Passphrases of digits, for keyboards of any script and for the pad on the screen."""

from __future__ import annotations

from collections.abc import Callable

COUNT = 25
_GROUP = 5
#: The largest multiple of ten that a byte can be below.
_EVEN_BELOW = 250


def make_digits(random: Callable[[int], bytes]) -> str:
    """Twenty-five digits drawn evenly (83 bits), in groups of five."""
    digits = ""
    while len(digits) < COUNT:
        # Rejection: a plain remainder would favour the digits 0 to 5.
        digits += "".join(str(byte % 10) for byte in random(COUNT) if byte < _EVEN_BELOW)
    return " ".join(digits[start : start + _GROUP] for start in range(0, COUNT, _GROUP))
