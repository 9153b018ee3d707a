"""Recovery codes as a person writes them down and types them back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.recovery import find_code, format_digits, format_letters, make_code


@dataclass(frozen=True, repr=False)
class RecoveryCode:
    """One code, 20 bytes, and its two written forms; ``digits`` is for keyboards without Latin letters."""

    code: bytes
    letters: str
    digits: str

    def matches(self, text: str) -> bool:
        """Whether somebody typed this code back, in either form."""
        return find_code(text) == self.code


def make_recovery_code(random: Callable[[int], bytes]) -> RecoveryCode:
    """A new code, 160 bits."""
    code = make_code(random)
    return RecoveryCode(code, format_letters(code), format_digits(code))
