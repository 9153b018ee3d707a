"""Vectors of section 2.8 of vault-format.md: shares of words and the secret that they make (SLIP-39).

The list of words is data of the standard; it is read from the package `shamir_mnemonic` without running it.
"""

from __future__ import annotations

import hashlib
import hmac
from importlib.util import find_spec
from pathlib import Path

from vector_bytes import KIND_NOTE, Json, fill

GENERATOR = (
    0xE0E040, 0x1C1C080, 0x3838100, 0x7070200, 0xE0E0009,
    0x1C0C2412, 0x38086C24, 0x3090FC48, 0x21B1F890, 0x3F3F120,
)  # fmt: skip
AT_SECRET, AT_DIGEST = 255, 254


def word_list() -> list[str]:
    spec = find_spec("shamir_mnemonic")
    assert spec is not None and spec.origin is not None
    return Path(spec.origin).with_name("wordlist.txt").read_text("ascii").split()


def multiply(a: int, b: int) -> int:
    """In GF(256) with x^8 + x^4 + x^3 + x + 1."""
    product = 0
    while b:
        if b & 1:
            product ^= a
        a = (a << 1) ^ (0x11B if a & 0x80 else 0)
        b >>= 1
    return product


def inverse(a: int) -> int:
    result = a
    for _ in range(253):
        result = multiply(result, a)
    return result


def evaluate(points: dict[int, bytes], at: int) -> bytes:
    """Lagrange: the value at ``at`` of the polynomials through ``points``."""
    if at in points:
        return points[at]
    result = bytes(len(next(iter(points.values()))))
    for x, y in points.items():
        basis = 1
        for other in points:
            if other != x:
                basis = multiply(basis, multiply(at ^ other, inverse(x ^ other)))
        result = bytes(a ^ multiply(b, basis) for a, b in zip(result, y, strict=True))
    return result


def split(secret: bytes, needed: int, count: int, seed: str) -> list[bytes]:
    random_part = fill(f"{seed}/digest", 28)
    points = {x: fill(f"{seed}/{x}", 32) for x in range(needed - 2)}
    points[AT_DIGEST] = hmac.digest(random_part, secret, "sha256")[:4] + random_part
    points[AT_SECRET] = secret
    return [evaluate(points, x) for x in range(count)]


def encrypt(
    secret: bytes, identifier: int, extendable: bool, exponent: int, passphrase: bytes = b""
) -> bytes:
    salt = b"" if extendable else b"shamir" + identifier.to_bytes(2, "big")
    left, right = secret[:16], secret[16:]
    for number in range(4):
        key = hashlib.pbkdf2_hmac(
            "sha256", bytes([number]) + passphrase, salt + right, (10_000 << exponent) // 4, len(right)
        )
        left, right = right, bytes(a ^ b for a, b in zip(left, key, strict=True))
    return right + left


def polymod(values: list[int]) -> int:
    check = 1
    for value in values:
        top = check >> 20
        check = (check & 0xFFFFF) << 10 ^ value
        for bit, generator in enumerate(GENERATOR):
            check ^= generator if top >> bit & 1 else 0
    return check


def numbers(value: int, length: int) -> list[int]:
    return [value >> 10 * (length - 1 - place) & 1023 for place in range(length)]


def words(
    value: bytes,
    identifier: int,
    index: int,
    needed: int,
    *,
    extendable: bool = True,
    exponent: int = 0,
    group: tuple[int, int, int] = (0, 1, 1),
) -> str:
    head = identifier << 5 | extendable << 4 | exponent
    fields = group[0] << 16 | (group[1] - 1) << 12 | (group[2] - 1) << 8 | index << 4 | (needed - 1)
    data = (
        numbers(head, 2)
        + numbers(fields, 2)
        + numbers(int.from_bytes(value, "big"), (len(value) * 8 + 9) // 10)
    )
    customization = list(b"shamir_extendable" if extendable else b"shamir")
    checksum = numbers(polymod([*customization, *data, 0, 0, 0]) ^ 1, 3)
    listed = word_list()
    return " ".join(listed[number] for number in data + checksum)


def make(seed: str, needed: int, count: int, identifier: int, **options: object) -> tuple[bytes, list[str]]:
    """A secret and its shares; ``options`` are those of ``words``."""
    secret = fill(f"{seed}/secret", 32)
    extendable = bool(options.get("extendable", True))
    sealed = encrypt(secret, identifier, extendable, int(str(options.get("exponent", 0))))
    values = split(sealed, needed, count, seed)
    made = [words(value, identifier, index, needed, **options) for index, value in enumerate(values)]  # type: ignore[arg-type]  # those of words
    return secret, made


def shares() -> Json:
    secret, three = make("three", 2, 3, 18_501)
    other_secret, other = make("other", 2, 3, 4_711)
    many_secret, many = make("many", 16, 16, 0)
    five_secret, five = make("five", 3, 5, 32_767)
    _, twin = make("twin", 2, 3, 18_501)
    _, third = make("third", 3, 3, 18_501)
    good = [
        {"note": "2 of 3", "shares": [three[0], three[1]], "secret": secret.hex()},
        {"note": "2 of 3, others, in another order", "shares": [three[2], three[0]], "secret": secret.hex()},
        {"note": "more than needed", "shares": three, "secret": secret.hex()},
        {"note": "one twice", "shares": [three[0], three[0], three[2]], "secret": secret.hex()},
        {"note": "another set", "shares": other[1:], "secret": other_secret.hex()},
        {"note": "16 of 16", "shares": many, "secret": many_secret.hex()},
        {"note": "3 of 5", "shares": [five[4], five[0], five[2]], "secret": five_secret.hex()},
        {
            "note": "upper case, numbers, commas, first four letters",
            "shares": [
                ", ".join(f"{n}. {word.upper()}" for n, word in enumerate(three[0].split(), 1)),
                "\t".join(word[:4] for word in three[1].split()),
            ],
            "secret": secret.hex(),
        },
    ]
    swapped = three[0].split()
    swapped[10], swapped[11] = swapped[11], swapped[10]
    listed = word_list()
    changed = three[0].split()
    changed[20] = listed[(listed.index(changed[20]) + 1) % 1024]
    bad = [
        {
            "note": "a word that is none",
            "shares": [three[0].replace(swapped[0], "zebrafinch", 1)],
            "kind": "share-word",
        },
        {
            "note": "a word of five letters that begins like one",
            "shares": ["acadx " + three[0]],
            "kind": "share-word",
        },
        {"note": "three letters of a word", "shares": ["aca " + three[0]], "kind": "share-word"},
        {"note": "32 words", "shares": [three[0].rsplit(" ", 1)[0]], "kind": "share-length"},
        {"note": "34 words", "shares": [three[0] + " academic"], "kind": "share-length"},
        {"note": "nothing", "shares": [""], "kind": "share-length"},
        {"note": "another word", "shares": [" ".join(changed)], "kind": "share-checksum"},
        {"note": "two words in the other order", "shares": [" ".join(swapped)], "kind": "share-checksum"},
        {
            "note": "not extendable",
            "shares": make("plain", 2, 2, 5, extendable=False)[1],
            "kind": "share-foreign",
        },
        {
            "note": "iteration exponent 1",
            "shares": make("slow", 2, 2, 5, exponent=1)[1],
            "kind": "share-foreign",
        },
        {
            "note": "two groups",
            "shares": make("groups", 2, 2, 5, group=(0, 1, 2))[1],
            "kind": "share-foreign",
        },
        {"note": "threshold 1", "shares": [words(fill("one", 32), 5, 0, 1)], "kind": "share-foreign"},
        {"note": "two sets", "shares": [three[0], other[1]], "kind": "shares-mixed"},
        {"note": "one identifier, two thresholds", "shares": [three[0], third[1]], "kind": "shares-mixed"},
        {"note": "one missing", "shares": [three[0]], "kind": "shares-missing"},
        {"note": "one twice is one", "shares": [three[0], three[0]], "kind": "shares-missing"},
        {"note": "two missing", "shares": [five[0]], "kind": "shares-missing"},
        {
            "note": "two sets that came to one identifier",
            "shares": [three[0], twin[1]],
            "kind": "shares-unfit",
        },
        {"note": "the same share of two such sets", "shares": [three[0], twin[0]], "kind": "shares-unfit"},
    ]
    return {
        "_format": "`shares`, lines as typed, make `secret` (hexadecimal); the credential is 01 and this."
        f" {KIND_NOTE}",
        "vectors": good + bad,
    }
