"""Vectors of docs/spec/custody.md: trees, names of keys, checkpoints, receipts, witnesses, SSH signatures."""

from __future__ import annotations

import base64
import struct
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from vector_bytes import KIND_NOTE, Json, b64, fill, sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LOG, WITNESS = 1, 4
PREFIX = {LOG: "sheaf-log/", WITNESS: "sheaf-witness/"}


# -- RFC 6962, 2.1, as it is written there --------------------------------------------------------


def split(size: int) -> int:
    k = 1
    while 2 * k < size:
        k *= 2
    return k


def root(leaves: list[bytes]) -> bytes:
    """MTH over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\1" + root(leaves[:k]) + root(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return [*path(m, leaves[:k]), root(leaves[k:])]
    return [*path(m - k, leaves[k:]), root(leaves[:k])]


def subproof(m: int, leaves: list[bytes], whole: bool) -> list[bytes]:
    if m == len(leaves):
        return [] if whole else [root(leaves)]
    k = split(len(leaves))
    if m <= k:
        return [*subproof(m, leaves[:k], whole), root(leaves[k:])]
    return [*subproof(m - k, leaves[k:], False), root(leaves[:k])]


def consistency(m: int, leaves: list[bytes]) -> list[bytes]:
    return [] if m == 0 else subproof(m, leaves, True)


# -- keys, notes, receipts -------------------------------------------------------------------------


class Key:
    def __init__(self, seed: str, kind: int) -> None:
        self.seed = fill(seed, 32)
        self.kind = kind
        self._private = Ed25519PrivateKey.from_private_bytes(self.seed)
        self.public = self._private.public_key().public_bytes_raw()
        self.blob = string(b"ssh-ed25519") + string(self.public)
        self.hash = sha256(self.blob)
        self.name = PREFIX[kind] + self.hash[:16].hex()
        self.id = sha256(self.name.encode() + b"\n" + bytes([kind]) + self.public)[:4]

    @property
    def vkey(self) -> str:
        return f"{self.name}+{self.id.hex()}+{b64(bytes([self.kind]) + self.public)}"

    @property
    def short(self) -> str:
        bits = int.from_bytes(self.hash[:5], "big")
        text = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
        return f"{text[:4]}-{text[4:]}"

    def sign(self, message: bytes) -> bytes:
        return self._private.sign(message)


def string(data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + data


def digits(data: bytes) -> str:
    number = f"{int.from_bytes(data, 'big') % 10**40:040d}"
    return " ".join(number[start : start + 5] for start in range(0, 40, 5))


def body(log: Key, leaves: list[bytes]) -> str:
    return f"{log.name}\n{len(leaves)}\n{b64(root(leaves))}\n"


def cosignature(witness: Key, text: str, time: int) -> str:
    signed = witness.sign(f"cosignature/v1\ntime {time}\n{text}".encode())
    return f"— {witness.name} {b64(witness.id + struct.pack('>Q', time) + signed)}\n"


def checkpoint(log: Key, leaves: list[bytes], witnesses: list[tuple[Key, int]] | None = None) -> str:
    text = body(log, leaves)
    signatures = f"— {log.name} {b64(log.id + log.sign(text.encode()))}\n"
    for witness, time in witnesses or []:
        signatures += cosignature(witness, text, time)
    return f"{text}\n{signatures}"


def receipt(
    log: Key,
    leaves: list[bytes],
    old: list[int] | None = None,
    witnesses: list[tuple[Key, int]] | None = None,
) -> str:
    text = f"sheaf-receipt/v1\nkey {log.vkey}\n"
    for witness, _ in witnesses or []:
        text += f"key {witness.vkey}\n"
    text += f"spoken {len(leaves)} {digits(sha256(body(log, leaves).encode()))}\n\n"
    for size in [0, *(old or [])]:
        text += f"old {size}\n" + "".join(f"{b64(entry)}\n" for entry in consistency(size, leaves))
    return f"{text}\n{checkpoint(log, leaves, witnesses)}"


def proof(index: int, leaves: list[bytes], note: str) -> str:
    hashes = "".join(f"{b64(entry)}\n" for entry in path(index, leaves))
    return f"c2sp.org/tlog-proof@v1\nindex {index}\n{hashes}\n{note}"


def ssh_signature(key: Key, message: bytes, namespace: str = "sheaf-bundle") -> str:
    import hashlib

    signed = b"SSHSIG" + string(namespace.encode()) + string(b"") + string(b"sha512")
    signed += string(hashlib.sha512(message).digest())
    blob = b"SSHSIG" + struct.pack(">I", 1) + string(key.blob) + string(namespace.encode()) + string(b"")
    blob += string(b"sha512") + string(string(b"ssh-ed25519") + string(key.sign(signed)))
    text = base64.b64encode(blob).decode()
    lines = "".join(text[start : start + 70] + "\n" for start in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}-----END SSH SIGNATURE-----\n"


def signer_line(key: Key) -> str:
    return f"signer ssh-ed25519 {b64(key.blob)} {key.name}\n"


# -- vectors ---------------------------------------------------------------------------------------


def leaves_of(count: int) -> list[bytes]:
    return [sha256(b"\0" + f"leaf {number}".encode()) for number in range(count)]


def log() -> Json:
    key, other, witness = Key("log", LOG), Key("other log", LOG), Key("witness", WITNESS)
    trees: list[Json] = []
    for size in (0, 1, 2, 3, 4, 5, 6, 7, 8, 13, 64, 65, 100):
        leaves = leaves_of(size)
        picked = sorted({0, 1, size // 2, size - 1} & set(range(size)))
        olds = sorted({0, 1, 2, size // 2, size - 1, size} & set(range(size + 1)))
        trees.append(
            {
                "size": size,
                "root": root(leaves).hex(),
                "inclusion": [[m, [h.hex() for h in path(m, leaves)]] for m in picked],
                "consistency": [[m, [h.hex() for h in consistency(m, leaves)]] for m in olds],
            }
        )
    keys = [
        {
            "seed": entry.seed.hex(),
            "public": entry.public.hex(),
            "fingerprint": "SHA256:" + b64(entry.hash).rstrip("="),
            "key_name": entry.short,
            "spoken": digits(entry.hash),
            "name": entry.name,
            "verifier": entry.vkey,
        }
        for entry in (key, other, witness)
    ]
    return {
        "_format": "custody.md. Leaf n of 'trees' is the text 'leaf n'. 'receipts' are whole files;"
        " 'signatures' are over 'message' by the first of 'keys'. " + KIND_NOTE,
        "trees": trees,
        "keys": keys,
        "receipts": receipts(key, other, witness),
        "signatures": [
            {
                "message": message,
                "signer_pub": signer_line(key),
                "signature": ssh_signature(key, message.encode()),
            }
            for message in ("", "one\n")
        ],
    }


def receipts(key: Key, other: Key, witness: Key) -> list[Json]:
    leaves = leaves_of(13)
    good = receipt(key, leaves, [5, 8])
    signed = receipt(key, leaves, [5], [(witness, 1_795_000_000)])
    vectors: list[Json] = []

    def add(note: str, text: str, **more: Any) -> None:
        vectors.append({"note": note, "text": text, **more})

    def swap(note: str, before: str, after: str, kind: str, text: str = good) -> None:
        assert text.count(before) >= 1, note
        add(note, text.replace(before, after, 1), kind=kind)

    add("no event", receipt(key, []))
    add("thirteen events, two older sizes", good)
    add("countersigned", signed)
    unlisted = "\n".join(line for line in signed.split("\n") if not line.startswith(f"key {witness.name}"))
    add("countersigned by a key that is not listed", unlisted)
    first_hash = b64(consistency(5, leaves)[0])
    flipped = b64(bytes([consistency(5, leaves)[0][0] ^ 1]) + consistency(5, leaves)[0][1:])
    swap("another version", "sheaf-receipt/v1", "sheaf-receipt/v2", "receipt-form")
    resized = good.replace("\n13\n", "\n12\n")
    other_body = body(key, leaves).replace("\n13\n", "\n12\n")
    told = f"spoken 12 {digits(sha256(other_body.encode()))}"
    swap("another size in the body", good.split("\n")[2], told, "receipt-signature", resized)
    swap("a digit of the spoken form", good.split("spoken 13 ")[1][:5], "00000", "receipt-spoken")
    swap("an older size that is larger", "old 8\n", "old 14\n", "receipt-form")
    swap("older sizes in disorder", "old 5\n", "old 9\n", "receipt-form")
    swap("no block for 0", "old 0\n", "", "receipt-form")
    swap("a consistency proof altered", first_hash, flipped, "consistency")
    swap("the end cut off", "\n", "", "receipt-form", good[::-1])
    vectors[-1]["text"] = good[:-1]
    swap("lines ended by CR LF", "key ", "key ", "receipt-form")
    vectors[-1]["text"] = good.replace("\n", "\r\n")
    swap("the key of another log", f"key {key.vkey}", f"key {other.vkey}", "receipt-key")
    forged = f"{key.name}+{key.id.hex()}+{b64(bytes([LOG]) + other.public)}"
    swap("a key that does not fit its name", f"key {key.vkey}", f"key {forged}", "receipt-key")
    line = good.rstrip("\n").rsplit(" ", 1)[1]
    raw = base64.b64decode(line)
    swap("the signature altered", line, b64(raw[:-1] + bytes([raw[-1] ^ 1])), "receipt-signature")
    co = signed.rstrip("\n").rsplit(" ", 1)[1]
    raw = base64.b64decode(co)
    later = b64(raw[:11] + bytes([raw[11] ^ 1]) + raw[12:])
    swap("the time of a cosignature altered", co, later, "cosignature", signed)
    return vectors
