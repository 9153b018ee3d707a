"""Vectors of docs/spec/self-opening.md: headers, keys and sealed chunks."""

from __future__ import annotations

import hashlib
import hmac
import json
from typing import Any

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from vector_bytes import KIND_NOTE, Json, b64, fill, sha256

TYPE = "sheaf-self-opening/v1"
WORDS = "abacus drop-down abide zoology yo-yo unwed armful"


def hkdf(base: bytes, info: bytes) -> bytes:
    """HKDF-SHA-512 with an empty salt, 32 bytes (RFC 5869)."""
    extracted = hmac.digest(bytes(64), base, "sha512")
    return hmac.digest(extracted, info + b"\x01", "sha512")[:32]


def seal(content: bytes, seed: str, **changes: Any) -> tuple[Json, list[bytes]]:
    """The header and the chunks for a content; ``changes`` to the header come before it is used."""
    salt = fill(f"{seed} salt", 32)
    base = hashlib.pbkdf2_hmac("sha512", WORDS.encode(), salt, 100_000)
    header: Json = {
        "check": b64(hkdf(base, f"{TYPE} check".encode())),
        "chunk_bytes": 4096,
        "file": "",
        "id": b64(fill(f"{seed} id", 16)),
        "iterations": 100_000,
        "name": "content.zip",
        "place": "inside",
        "salt": b64(salt),
        "size": len(content),
        "type": TYPE,
    } | changes
    cipher = AESGCM(hkdf(base, f"{TYPE} key\n{spell(header)}".encode()))
    step = header["chunk_bytes"]
    cut = [content[start : start + step] for start in range(0, len(content), step)] or [b""]
    chunks = [
        cipher.encrypt(index.to_bytes(11, "big") + bytes([index == len(cut) - 1]), piece, None)
        for index, piece in enumerate(cut)
    ]
    return header, chunks


def spell(header: Json) -> str:
    return json.dumps(header, sort_keys=True, separators=(",", ":"))


def opening() -> Json:
    vectors: list[Json] = []

    def add(
        note: str, header: Json | str, chunks: list[bytes], content: bytes | None = None, **more: str
    ) -> None:
        text = header if isinstance(header, str) else spell(header)
        vector: Json = {"note": note, "header": text, "chunks": [b64(chunk) for chunk in chunks]}
        if content is not None:
            vector |= {"content_sha256": sha256(content).hex()}
        vectors.append(vector | more)

    for size in (0, 1, 4095, 4096, 4097, 8192, 10_000):
        content = fill(f"content {size}", size)
        add(f"{size} bytes", *seal(content, f"good {size}"), content=content)
    content = fill("content", 10_000)
    header, chunks = seal(content, "bad")
    say = {"passphrase": "Abacus  DROP-DOWN abide\tzoology yo-yo unwed armful "}
    add("typed otherwise", header, chunks, content, **say)
    wrong = {"passphrase": WORDS.replace("abide", "abode"), "kind": "wrong-passphrase"}
    add("another word", header, chunks, **wrong)
    flipped = [bytes([chunks[0][0] ^ 1]) + chunks[0][1:], *chunks[1:]]
    add("a bit of a chunk", header, flipped, kind="damaged")
    add("chunks exchanged", header, [chunks[1], chunks[0], chunks[2]], kind="damaged")
    add("the last chunk left out", header, chunks[:-1], kind="damaged")
    add("a chunk too many", header, [*chunks, chunks[-1]], kind="damaged")
    add("another name in the header", {**header, "name": "other.zip"}, chunks, kind="damaged")
    add("another size in the header", {**header, "size": 9_999}, chunks, kind="damaged")
    add("another type", {**header, "type": "sheaf-self-opening/v2"}, [], kind="header")
    add("too few iterations", {**header, "iterations": 99_999}, [], kind="header")
    add("chunks too large", {**header, "chunk_bytes": 1 << 25}, [], kind="header")
    add("a member too many", {**header, "x": 1}, [], kind="header")
    add(
        "a member missing",
        {name: value for name, value in header.items() if name != "id"},
        [],
        kind="header",
    )
    add("beside, without a file", {**header, "place": "beside"}, [], kind="header")
    add("spelled otherwise", json.dumps(header, sort_keys=True), [], kind="header")
    add("a short salt", {**header, "salt": b64(bytes(31))}, [], kind="header")
    return {
        "_format": "self-opening.md. Chunks are base64, without the ID in front; 'content_sha256' is that of"
        " the content; 'passphrase' where it is not the common one. " + KIND_NOTE,
        "passphrase": WORDS,
        "vectors": vectors,
    }
