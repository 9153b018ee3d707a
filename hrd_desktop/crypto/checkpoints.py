"""Signed heads of logs and what witnesses add to them (C2SP tlog-checkpoint, tlog-cosignature)."""

from __future__ import annotations

import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from hrd_desktop.crypto.log_keys import LogKey, SigningKey, from_base64, key_name_of, to_base64
from hrd_desktop.domain.errors.custody import ReceiptInvalid

MAX_COSIGNATURES = 15
_BODY = re.compile(r"(sheaf-log/[0-9a-f]{32})\n(0|[1-9][0-9]{0,15})\n([A-Za-z0-9+/]{43}=)\n")
_SIGNATURE = re.compile("\u2014 ([!-*,-~]{1,200}) ([A-Za-z0-9+/=]{8,8000})\n")


@dataclass(frozen=True)
class Cosignature:
    """That a witness saw this head, and when (seconds since 1970, by the witness's clock)."""

    key: LogKey
    time: int


@dataclass(frozen=True)
class Checkpoint:
    """A head: ``text`` is the whole note, ``body`` what the log signed.

    ``cosignatures`` are those that were verified; ``unknown`` counts signatures by keys not at hand.
    """

    origin: str
    size: int
    root: bytes
    text: str = field(repr=False)
    cosignatures: tuple[Cosignature, ...] = ()
    unknown: int = 0

    @property
    def body(self) -> str:
        """The three lines."""
        return self.text[: self.text.index("\n\n") + 1]


def body_text(origin: str, size: int, root: bytes) -> str:
    """The three lines that are signed."""
    return f"{origin}\n{size}\n{to_base64(root)}\n"


def sign_checkpoint(key: SigningKey, size: int, root: bytes) -> str:
    """A checkpoint with the log's signature alone."""
    public = key.public
    body = body_text(public.name, size, root)
    return f"{body}\n{_line(public.name, public.id + key.sign(body.encode('ascii')))}"


def cosign(key: SigningKey, body: str, time: int) -> str:
    """The witness's signature line over ``body``; ``time`` in seconds since 1970."""
    public = key.public
    signature = key.sign(_cosigned(body, time))
    return _line(public.name, public.id + struct.pack(">Q", time) + signature)


def parse_checkpoint(untrusted: str, key: LogKey, witnesses: Sequence[LogKey] = ()) -> Checkpoint:
    """Read and verify a checkpoint of the log with this key.

    Signatures by keys that are not among ``witnesses`` are counted and ignored. Raises ReceiptInvalid:
    ``receipt-form``, ``receipt-key`` (another log's), ``receipt-signature``, ``cosignature``.
    """
    match = _BODY.match(untrusted)
    if match is None:
        raise ReceiptInvalid(kind="receipt-form")
    body, origin, size = match[0], match[1], int(match[2])
    root = from_base64(match[3], "receipt-form")
    lines = untrusted[len(body) :]
    if not lines.startswith("\n"):
        raise ReceiptInvalid(kind="receipt-form")
    signatures = list(_SIGNATURE.finditer(lines, 1))
    if "".join(line[0] for line in signatures) != lines[1:] or not signatures:
        raise ReceiptInvalid(kind="receipt-form")
    if len(signatures) > 1 + MAX_COSIGNATURES:
        raise ReceiptInvalid(kind="receipt-form")
    if origin != key.name:
        raise ReceiptInvalid(kind="receipt-key")
    first = from_base64(signatures[0][2], "receipt-form")
    if signatures[0][1] != key.name or first[:4] != key.id:
        raise ReceiptInvalid(kind="receipt-signature")
    if not key.holds(first[4:], body.encode("ascii")):
        raise ReceiptInvalid(kind="receipt-signature")
    known = {(witness.name, witness.id): witness for witness in witnesses}
    found: list[Cosignature] = []
    unknown = 0
    for line in signatures[1:]:
        signature = from_base64(line[2], "receipt-form")
        witness = known.get((line[1], signature[:4]))
        if witness is None:
            unknown += 1
        else:
            found.append(_verified(witness, signature, body))
    return Checkpoint(origin, size, root, untrusted, tuple(found), unknown)


def _verified(witness: LogKey, signature: bytes, body: str) -> Cosignature:
    if len(signature) != 4 + 8 + 64:
        raise ReceiptInvalid(kind="cosignature", key=witness.key_name)
    time = int.from_bytes(signature[4:12], "big")
    if time >= 1 << 63 or not witness.holds(signature[12:], _cosigned(body, time)):
        raise ReceiptInvalid(kind="cosignature", key=witness.key_name)
    return Cosignature(witness, time)


def origin_of(untrusted: str) -> tuple[str, int]:
    """Origin and size of a checkpoint that is only spoken of. Raises ReceiptInvalid (``receipt-form``)."""
    match = _BODY.match(untrusted)
    if match is None:
        raise ReceiptInvalid(kind="receipt-form")
    return match[1], int(match[2])


def log_name(origin: str) -> str:
    """The key name of the log with this origin."""
    return key_name_of(origin)


def _cosigned(body: str, time: int) -> bytes:
    return f"cosignature/v1\ntime {time}\n{body}".encode("ascii")


def _line(name: str, signature: bytes) -> str:
    return f"\u2014 {name} {to_base64(signature)}\n"
