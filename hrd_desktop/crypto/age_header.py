"""The header of an age file: strict reading and writing, source c2sp.org/age."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from typing import Protocol

from cryptography.hazmat.primitives import constant_time, hashes, hmac
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hrd_desktop.domain.errors.bundle import AgeHeaderInvalid

INTRO = b"age-encryption.org/v1\n"
FILE_KEY_BYTES = 16
MAC_BYTES = 32
MAX_STANZAS = 1000
MAX_STANZA_BODY_BYTES = 4096
# The longest line that is written anywhere is that of a hybrid stanza, about 1,510 bytes.
_LINE_BYTES = 2048
_COLUMNS = 64


class LineSource(Protocol):
    """What a header is read from: a binary file."""

    def read(self, size: int, /) -> bytes: ...

    def readline(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class Stanza:
    """One recipient's share: ``-> kind arguments`` and a body that wraps the file key."""

    kind: str
    arguments: tuple[str, ...]
    body: bytes


@dataclass(frozen=True)
class AgeHeader:
    """A parsed header. ``authenticated`` is what the MAC covers: everything up to and with ``---``."""

    stanzas: tuple[Stanza, ...]
    authenticated: bytes
    mac: bytes
    size_bytes: int


def encode_base64(data: bytes) -> bytes:
    """Standard base64 without padding (RFC 4648 section 4, as age uses it)."""
    return base64.b64encode(data).rstrip(b"=")


def decode_base64(untrusted_text: bytes) -> bytes:
    """The inverse of ``encode_base64``; raises ``AgeHeaderInvalid`` for anything it would not write.

    Encoding again catches padding, foreign characters and stray low bits at once, so that one header
    has exactly one spelling.
    """
    try:
        data = base64.b64decode(untrusted_text + b"=" * (-len(untrusted_text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise AgeHeaderInvalid(detail="base64") from None
    if encode_base64(data) != untrusted_text:
        raise AgeHeaderInvalid(detail="base64")
    return data


def header_mac(file_key: bytes, authenticated: bytes) -> bytes:
    """HMAC-SHA-256 of the header under HKDF-SHA-256(file key, no salt, ``header``)."""
    key = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"header").derive(file_key)
    mac = hmac.HMAC(key, hashes.SHA256())
    mac.update(authenticated)
    return mac.finalize()


def verify_header_mac(file_key: bytes, header: AgeHeader) -> None:
    """Raise ``AgeHeaderInvalid`` when the header is not the one made with this file key."""
    if not constant_time.bytes_eq(header_mac(file_key, header.authenticated), header.mac):
        raise AgeHeaderInvalid(detail="mac")


def format_header(stanzas: tuple[Stanza, ...], file_key: bytes) -> bytes:
    """The bytes of a header with these stanzas, MAC and final line end included."""
    lines = [INTRO]
    for stanza in stanzas:
        lines.append(" ".join(("->", stanza.kind, *stanza.arguments)).encode("ascii") + b"\n")
        body = encode_base64(stanza.body)
        # The last line is always shorter than 64 columns, empty when the body fills its lines.
        for start in range(0, len(body) + 1, _COLUMNS):
            lines.append(body[start : start + _COLUMNS] + b"\n")
    authenticated = b"".join(lines) + b"---"
    return authenticated + b" " + encode_base64(header_mac(file_key, authenticated)) + b"\n"


def read_header(source: LineSource) -> AgeHeader:
    """Read a header and leave ``source`` at the first byte of the payload.

    Raises ``AgeHeaderInvalid`` for any deviation from the format and for more than 1,000 stanzas or
    4 KiB in one, so that a hostile header costs neither time nor memory.
    """
    if source.read(len(INTRO)) != INTRO:
        raise AgeHeaderInvalid(detail="intro")
    seen = [INTRO]
    stanzas: list[Stanza] = []
    while True:
        line = _read_line(source)
        if line.startswith(b"--- "):
            mac = decode_base64(line[4:-1])
            if len(mac) != MAC_BYTES:
                raise AgeHeaderInvalid(detail="mac-size")
            seen.append(b"---")
            break
        seen.append(line)
        if len(stanzas) == MAX_STANZAS:
            raise AgeHeaderInvalid(detail="stanzas")
        kind, arguments = _parse_stanza_line(line)
        stanzas.append(Stanza(kind, arguments, _read_body(source, seen)))
    if not stanzas:
        raise AgeHeaderInvalid(detail="no-stanza")
    authenticated = b"".join(seen)
    return AgeHeader(tuple(stanzas), authenticated, mac, len(authenticated) + len(line) - 3)


def _read_line(source: LineSource) -> bytes:
    line = source.readline(_LINE_BYTES)
    if not line.endswith(b"\n"):
        raise AgeHeaderInvalid(detail="line")
    return line


def _parse_stanza_line(line: bytes) -> tuple[str, tuple[str, ...]]:
    words = line[:-1].split(b" ")
    if words[0] != b"->" or len(words) < 2:
        raise AgeHeaderInvalid(detail="stanza")
    if any(not word or not all(33 <= byte <= 126 for byte in word) for word in words):
        raise AgeHeaderInvalid(detail="stanza")
    kind, *arguments = (word.decode("ascii") for word in words[1:])
    return kind, tuple(arguments)


def _read_body(source: LineSource, seen: list[bytes]) -> bytes:
    text = b""
    while True:
        line = _read_line(source)
        seen.append(line)
        text += line[:-1]
        if len(line) > _COLUMNS + 1 or len(text) > MAX_STANZA_BODY_BYTES:
            raise AgeHeaderInvalid(detail="stanza-body")
        if len(line) <= _COLUMNS:
            return decode_base64(text)
