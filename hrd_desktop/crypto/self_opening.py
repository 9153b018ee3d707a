"""Sealing and opening the content of a self-opening page; source docs/spec/self-opening.md."""

from __future__ import annotations

import base64
import binascii
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import constant_time, hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

from hrd_desktop.domain.errors.bundle import (
    BundleWrongPassphrase,
    OpeningPageInvalid,
    PassphraseRefused,
)

TYPE = "sheaf-self-opening/v1"
CHUNK_BYTES = 1 << 20
ITERATIONS = 600_000
ID_BYTES = 16
TAG_BYTES = 16
_SALT_BYTES = 32
_CHECK_BYTES = 32
_CHUNK_BOUNDS = range(1 << 12, (1 << 24) + 1)
_ITERATION_BOUNDS = range(100_000, 10_000_001)
_MAX_SIZE = (1 << 53) - 1
_MEMBERS = {
    "check": str,
    "chunk_bytes": int,
    "file": str,
    "id": str,
    "iterations": int,
    "name": str,
    "place": str,
    "salt": str,
    "size": int,
    "type": str,
}


@dataclass(frozen=True)
class OpeningHeader:
    """The header of one page. ``text`` are its exact bytes, which the key depends on."""

    text: bytes
    name: str = field(repr=False)
    file: str = field(repr=False)
    size_bytes: int
    chunk_bytes: int
    iterations: int
    ident: bytes = field(repr=False)
    salt: bytes = field(repr=False)
    check: bytes = field(repr=False)

    @property
    def beside(self) -> bool:
        """True when the content lies in a file beside the page."""
        return self.file != ""

    @property
    def chunks(self) -> int:
        """How many chunks hold the content; an empty content has one."""
        return max(1, -(-self.size_bytes // self.chunk_bytes))

    @property
    def payload_bytes(self) -> int:
        """Size of the file beside the page."""
        return ID_BYTES + self.size_bytes + self.chunks * TAG_BYTES


def normal_passphrase(text: str) -> str:
    """The passphrase as both ends use it: NFKC, lower case, single blanks."""
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


class OpeningKeys:
    """The keys of one page, from its passphrase; they show nothing of themselves."""

    def __init__(self, passphrase: str, salt: bytes, iterations: int) -> None:
        kdf = PBKDF2HMAC(algorithm=hashes.SHA512(), length=64, salt=salt, iterations=iterations)
        self._base = kdf.derive(normal_passphrase(passphrase).encode("utf-8"))

    def __repr__(self) -> str:
        return "<OpeningKeys>"

    def check(self) -> bytes:
        """What tells a wrong passphrase from damage; stands in the header."""
        return self._derive(b"check")

    def cipher(self, header_text: bytes) -> AESGCM:
        """The cipher for the chunks under this header."""
        return AESGCM(self._derive(b"key\n" + header_text))

    def _derive(self, label: bytes) -> bytes:
        info = TYPE.encode("ascii") + b" " + label
        return HKDF(algorithm=hashes.SHA512(), length=32, salt=None, info=info).derive(self._base)


def make_header(
    keys: OpeningKeys,
    *,
    name: str,
    file: str,
    size_bytes: int,
    salt: bytes,
    iterations: int,
    ident: bytes,
    chunk_bytes: int = CHUNK_BYTES,
) -> OpeningHeader:
    """The header for a content of ``size_bytes``; with ``file`` it lies beside the page."""
    document = {
        "check": _encode(keys.check()),
        "chunk_bytes": chunk_bytes,
        "file": file,
        "id": _encode(ident),
        "iterations": iterations,
        "name": name,
        "place": "beside" if file else "inside",
        "salt": _encode(salt),
        "size": size_bytes,
        "type": TYPE,
    }
    text = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode("ascii")
    return parse_header(text)


def new_keys(
    passphrase: str, randomness: Callable[[int], bytes], iterations: int = ITERATIONS
) -> tuple[OpeningKeys, bytes]:
    """Keys under a fresh salt, and the salt. Raises ``PassphraseRefused`` for other than seven words."""
    if len(normal_passphrase(passphrase).split(" ")) != 7:
        raise PassphraseRefused()
    salt = randomness(_SALT_BYTES)
    return OpeningKeys(passphrase, salt, iterations), salt


def parse_header(untrusted_text: bytes) -> OpeningHeader:
    """Read a header; raises ``OpeningPageInvalid`` for anything the specification does not allow."""
    try:
        document = json.loads(untrusted_text.decode("ascii"))
    except (ValueError, RecursionError):
        raise OpeningPageInvalid(detail="header") from None
    if not isinstance(document, dict) or {name: type(value) for name, value in document.items()} != _MEMBERS:
        raise OpeningPageInvalid(detail="header")
    spelled = json.dumps(document, separators=(",", ":"), sort_keys=True, ensure_ascii=True).encode("ascii")
    beside = {"inside": False, "beside": True}.get(document["place"])
    allowed = (
        spelled == untrusted_text
        and document["type"] == TYPE
        and beside is (document["file"] != "")
        and document["chunk_bytes"] in _CHUNK_BOUNDS
        and document["iterations"] in _ITERATION_BOUNDS
        and 0 <= document["size"] <= _MAX_SIZE
    )
    if not allowed:
        raise OpeningPageInvalid(detail="header")
    return OpeningHeader(
        text=untrusted_text,
        name=document["name"],
        file=document["file"],
        size_bytes=document["size"],
        chunk_bytes=document["chunk_bytes"],
        iterations=document["iterations"],
        ident=_decode(document["id"], ID_BYTES),
        salt=_decode(document["salt"], _SALT_BYTES),
        check=_decode(document["check"], _CHECK_BYTES),
    )


def iter_seal(pieces: Iterable[bytes], header: OpeningHeader, keys: OpeningKeys) -> Iterator[bytes]:
    """Yield the sealed chunks of a content that has exactly the header's size."""
    cipher = keys.cipher(header.text)
    waiting = bytearray()
    index = 0
    for piece in pieces:
        waiting += piece
        # The last chunk is marked, so one is kept back until a byte after it is known.
        while len(waiting) > header.chunk_bytes:
            chunk = bytes(waiting[: header.chunk_bytes])
            yield cipher.encrypt(_nonce(index, last=False), chunk, None)
            del waiting[: header.chunk_bytes]
            index += 1
    if index * header.chunk_bytes + len(waiting) != header.size_bytes:
        raise OpeningPageInvalid(detail="size")
    yield cipher.encrypt(_nonce(index, last=True), bytes(waiting), None)


def iter_open(chunks: Iterable[bytes], header: OpeningHeader, passphrase: str) -> Iterator[bytes]:
    """Yield the content, each chunk after it was authenticated.

    Raises ``BundleWrongPassphrase`` before the first and ``OpeningPageInvalid`` at any damage; only an
    iteration that ends by itself has given the whole.
    """
    keys = OpeningKeys(passphrase, header.salt, header.iterations)
    if not constant_time.bytes_eq(keys.check(), header.check):
        raise BundleWrongPassphrase()
    cipher = keys.cipher(header.text)
    seen = 0
    index = -1
    for index, chunk in enumerate(chunks):
        try:
            opened = cipher.decrypt(_nonce(index, last=index == header.chunks - 1), chunk, None)
        except (InvalidTag, ValueError):
            raise OpeningPageInvalid(detail="chunk") from None
        seen += len(opened)
        yield opened
    if index != header.chunks - 1 or seen != header.size_bytes:
        raise OpeningPageInvalid(detail="size")


def _nonce(index: int, *, last: bool) -> bytes:
    return index.to_bytes(11, "big") + (b"\x01" if last else b"\x00")


def _encode(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _decode(untrusted_text: str, size_bytes: int) -> bytes:
    try:
        data = base64.b64decode(untrusted_text, validate=True)
    except (binascii.Error, ValueError):
        raise OpeningPageInvalid(detail="header") from None
    if len(data) != size_bytes or _encode(data) != untrusted_text:
        raise OpeningPageInvalid(detail="header")
    return data
