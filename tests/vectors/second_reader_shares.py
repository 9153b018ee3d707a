"""The second reader's section 2.8 of vault-format.md: from shares of words to the bytes for Argon2id.

The list of words is data of SLIP-39; it is read from the package `shamir_mnemonic` without running it.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
import re
from importlib.util import find_spec
from pathlib import Path
from typing import NamedTuple

from second_reader_credentials import require

MULTIPLIERS = [0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009]
MULTIPLIERS += [0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120]


class Share(NamedTuple):
    identifier: int
    threshold: int
    index: int
    value: bytes


@functools.cache
def words() -> dict[str, int]:
    """Every word and its first four letters, with its place in the list."""
    spec = find_spec("shamir_mnemonic")
    require(spec is not None and spec.origin is not None, "no list of words")
    assert spec is not None and spec.origin is not None
    listed = Path(spec.origin).with_name("wordlist.txt").read_text("ascii").split()
    return {text: place for place, word in enumerate(listed) for text in (word, word[:4])}


def read_share(text: str) -> Share:
    typed = re.findall("[a-z]+", text.lower())
    require(all(word in words() for word in typed), "share-word")
    require(len(typed) == 33, "share-length")
    places = [words()[word] for word in typed]
    bits = functools.reduce(lambda number, place: number << 10 | place, places, 0)
    data = bits >> 30
    extendable = bits >> (330 - 16) & 1
    checksum = 1
    for value in [*(b"shamir_extendable" if extendable else b"shamir"), *places]:
        checksum, high = (checksum & 0xFFFFF) << 10 ^ value, checksum >> 20
        for bit in range(10):
            checksum ^= MULTIPLIERS[bit] * (high >> bit & 1)
    # 29 words hold 290 bits, of which 260 are the value: 4 of padding and 256.
    padding = data >> 256 & 0xF
    require(checksum == 1 and padding == 0, "share-checksum")
    head = data >> 260
    fields = head & 0xFFFFF
    group, index, threshold = fields >> 8, fields >> 4 & 0xF, (fields & 0xF) + 1
    require(bool(extendable) and head >> 20 & 0xF == 0 and group == 0 and threshold >= 2, "share-foreign")
    return Share(head >> 25, threshold, index, (data & (1 << 256) - 1).to_bytes(32, "big"))


def tables() -> tuple[list[int], list[int]]:
    power, log, value = [0] * 510, [0] * 256, 1
    for exponent in range(255):
        power[exponent] = power[exponent + 255] = value
        log[value] = exponent
        value ^= value << 1
        value ^= 0x11B * (value >> 8)
    return power, log


def value_at(shares: list[Share], x: int) -> bytes:
    power, log = tables()
    total = bytearray(32)
    for share in shares:
        weight = 0
        for other in shares:
            if other is not share:
                weight += log[x ^ other.index] - log[share.index ^ other.index]
        for place, byte in enumerate(share.value):
            if byte:
                total[place] ^= power[(log[byte] + weight) % 255]
    return bytes(total)


def shared_secret(texts: list[str]) -> bytes:
    shares = [read_share(text) for text in texts]
    require(len({(share.identifier, share.threshold) for share in shares}) == 1, "shares-mixed")
    known: dict[int, Share] = {}
    for share in shares:
        require(known.setdefault(share.index, share) == share, "shares-unfit")
    chosen = list(known.values())[: shares[0].threshold]
    require(len(chosen) == shares[0].threshold, "shares-missing")
    sealed, digest = value_at(chosen, 255), value_at(chosen, 254)
    require(hmac.digest(digest[4:], sealed, hashlib.sha256)[:4] == digest[:4], "shares-unfit")
    right, left = sealed[16:], sealed[:16]
    for number in (3, 2, 1, 0):
        mask = hashlib.pbkdf2_hmac("sha256", bytes([number]), right, 2_500, 16)
        left, right = right, bytes(a ^ b for a, b in zip(left, mask, strict=True))
    return right + left


def credential_of_shares(texts: list[str]) -> bytes:
    return b"\x01" + shared_secret(texts)
