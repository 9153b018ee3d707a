"""A secret split into shares of words, k of which make it again (SLIP-39; vault format, section 2.8).

The library's exceptions quote words of the share. None of them is passed on: what is wrong is found out
first, or noted inside the handler and raised outside it, so that no exception of ours holds a share.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from shamir_mnemonic.shamir import EncryptedMasterSecret, ShareGroup, recover_ems, split_ems
from shamir_mnemonic.share import Share as LibraryShare
from shamir_mnemonic.utils import MnemonicError
from shamir_mnemonic.wordlist import WORDLIST

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.shares import (
    ShareChecksumError,
    ShareForeignError,
    ShareLengthError,
    SharesMissingError,
    SharesMixedError,
    SharesUnfitError,
    ShareWordError,
)

SECRET_BYTES = 32
WORDS = 33
FEWEST_NEEDED = 2
MOST_SHARES = 16

# A passphrase of SLIP-39's own would never be wrong, only give another secret; and the stretching that it
# brings is done once, by the vault's Argon2id.
_NO_PASSPHRASE = b""
_EXPONENT = 0
_SET_ID_BITS = 15
_SHORT = 4
_BY_SHORT = {word[:_SHORT]: word for word in WORDLIST}
_LETTERS = re.compile(r"[a-z]+")


@dataclass(frozen=True, repr=False)
class Share:
    """One share. ``set_id`` (0 to 32,767) is what shares of one set have in common; ``number`` counts from 1.

    ``needed``: how many shares of the set make the secret. ``words`` are 33.
    """

    set_id: int
    number: int
    needed: int
    words: tuple[str, ...]


def split_secret(secret: bytes, needed: int, count: int, random: Random) -> tuple[Share, ...]:
    """``count`` shares of a secret of 32 bytes, any ``needed`` of which make it again.

    2 ≤ needed ≤ count ≤ 16, else ValueError. What the polynomial is made of comes from ``secrets`` of the
    standard library, where SLIP-39's library takes it from; the number of the set comes from ``random``.
    """
    if len(secret) != SECRET_BYTES or not FEWEST_NEEDED <= needed <= count <= MOST_SHARES:
        raise ValueError("a secret has 32 bytes; 2 ≤ needed ≤ count ≤ 16")
    set_id = int.from_bytes(random(2), "big") % (1 << _SET_ID_BITS)
    sealed = EncryptedMasterSecret.from_master_secret(secret, _NO_PASSPHRASE, set_id, True, _EXPONENT)
    (group,) = split_ems(1, [(needed, count)], sealed)
    return tuple(Share(set_id, share.index + 1, needed, tuple(share.words())) for share in group)


def parse_share(untrusted_text: str) -> Share:
    """The share that somebody typed or copied, checked by its own checksum.

    Everything but the letters a to z separates words; a word may be given by its first four letters. Raises
    ShareWordError (field ``position``, from 1), ShareLengthError (``found``), ShareChecksumError,
    ShareForeignError (another program's share, which is no part of a set of ours).
    """
    words = _words(untrusted_text)
    if len(words) != WORDS:
        raise ShareLengthError(found=len(words))
    parsed: LibraryShare | None
    try:
        parsed = LibraryShare.from_mnemonic(" ".join(words))
    except MnemonicError:
        parsed = None
    if parsed is None:
        raise ShareChecksumError()
    ours = (
        parsed.extendable
        and parsed.iteration_exponent == _EXPONENT
        and (parsed.group_index, parsed.group_threshold, parsed.group_count) == (0, 1, 1)
        and parsed.member_threshold >= FEWEST_NEEDED
        and len(parsed.value) == SECRET_BYTES
    )
    if not ours:
        raise ShareForeignError()
    return Share(parsed.identifier, parsed.index + 1, parsed.member_threshold, words)


def combine_shares(shares: Sequence[Share]) -> bytes:
    """The secret of 32 bytes. More shares than are needed do no harm, nor does one given twice.

    Raises SharesMixedError (of more than one set), SharesMissingError (``missing``), SharesUnfitError (one
    set by their number, and yet they do not fit together).
    """
    if len({(share.set_id, share.needed) for share in shares}) > 1:
        raise SharesMixedError()
    by_number: dict[int, Share] = {}
    for share in shares:
        if by_number.setdefault(share.number, share).words != share.words:
            # Two that say they are the same one: they are of two sets that came to the same number.
            raise SharesUnfitError()
    needed = shares[0].needed if shares else FEWEST_NEEDED
    if len(by_number) < needed:
        raise SharesMissingError(missing=needed - len(by_number), needed=needed)
    secret: bytes | None
    try:
        group = ShareGroup()
        for share in list(by_number.values())[:needed]:
            group.add(LibraryShare.from_mnemonic(" ".join(share.words)))
        secret = recover_ems({0: group}).decrypt(_NO_PASSPHRASE)
    except MnemonicError:
        secret = None
    if secret is None:
        raise SharesUnfitError()
    return secret


def _words(untrusted_text: str) -> tuple[str, ...]:
    found = _LETTERS.findall(untrusted_text.lower())
    words: list[str] = []
    for position, text in enumerate(found, start=1):
        word = _BY_SHORT.get(text[:_SHORT])
        # The first four letters are enough, and more must be the word itself; the list has no shorter one.
        if word is None or text not in (word[:_SHORT], word):
            raise ShareWordError(position=position)
        words.append(word)
    return tuple(words)
