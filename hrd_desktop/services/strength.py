"""How long a passphrase would hold against somebody with an image of the disk, in words for people."""

from __future__ import annotations

from enum import Enum

from hrd_desktop.services.credentials import WEAK_BELOW_GUESSES, ZXCVBN_LIMIT


class Strength(Enum):
    """Against guessing offline, with the default cost of the key derivation."""

    NONE = 0
    WEAK = 1
    FAIR = 2
    GOOD = 3


#: Ten thousand machines need more than a century for this many guesses at the default cost.
GOOD_FROM_GUESSES = 10**15


def judge(text: str) -> Strength:
    """The strength of a passphrase that a person made up; zxcvbn (Wheeler, USENIX Security 2016).

    Takes some milliseconds, the first call more.
    """
    if not text:
        return Strength.NONE
    from zxcvbn import zxcvbn

    guesses = int(zxcvbn(text[:ZXCVBN_LIMIT])["guesses"])
    if guesses < WEAK_BELOW_GUESSES:
        return Strength.WEAK
    return Strength.GOOD if guesses >= GOOD_FROM_GUESSES else Strength.FAIR
