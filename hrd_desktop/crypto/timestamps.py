"""Timestamps of an authority over a bundle's list of lists (RFC 3161): asking, reading, verifying offline."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime

import rfc3161_client
from cryptography import x509

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.custody import TimestampInvalid, TimestampUnread

LIMIT_BYTES = 256 * 1024
ROOT_LIMIT_BYTES = 1 << 20
NONCE_BYTES = 8
# AlgorithmIdentifier of SHA-512 with its NULL parameter, in DER.
_SHA512 = bytes.fromhex("300d0609608648016503040203 0500".replace(" ", ""))


@dataclass(frozen=True)
class TimestampRead:
    """What an answer says of itself: the time, and the digest it is over. Verified or not."""

    time_utc: datetime
    sha512: bytes


def make_request(message: bytes, random: Random) -> bytes:
    """A TimeStampReq over ``message``, as ``make_request_over`` its SHA-512."""
    return make_request_over(hashlib.sha512(message).digest(), random)


def make_request_over(sha512: bytes, random: Random) -> bytes:
    """A TimeStampReq over a digest, with a random nonce, that asks for the authority's certificate."""
    imprint = _der(0x30, _SHA512 + _der(0x04, sha512))
    # The first bit clear and the byte not zero: positive, and in its shortest form.
    nonce = random(NONCE_BYTES)
    nonce = bytes([nonce[0] & 0x7F | 0x40]) + nonce[1:]
    return _der(0x30, b"\x02\x01\x01" + imprint + _der(0x02, nonce) + b"\x01\x01\xff")


def request_is_over(untrusted: bytes, sha512: bytes) -> bool:
    """Whether a request is one as ``make_request`` writes it over content with this digest."""
    start = _der(0x30, _SHA512 + _der(0x04, sha512))
    head = b"\x02\x01\x01" + start
    return (
        len(untrusted) == 2 + len(head) + 2 + NONCE_BYTES + 3
        and untrusted[0] == 0x30
        and untrusted[1] == len(untrusted) - 2
        and untrusted[2 : 2 + len(head)] == head
        and untrusted[2 + len(head) : 4 + len(head)] == bytes([2, NONCE_BYTES])
        and untrusted.endswith(b"\x01\x01\xff")
    )


def read_answer(untrusted: bytes) -> TimestampRead:
    """What a TimeStampResp says. Raises TimestampUnread, which never means forged."""
    if len(untrusted) > LIMIT_BYTES:
        raise TimestampUnread(part="answer")
    try:
        info = _decode(untrusted).tst_info
        sha512 = info.message_imprint.message
        algorithm = info.message_imprint.hash_algorithm.dotted_string
        time = info.gen_time
    except ValueError:
        raise TimestampUnread(part="answer") from None
    if algorithm != "2.16.840.1.101.3.4.2.3":
        raise TimestampUnread(part="answer")
    return TimestampRead(time if time.tzinfo else time.replace(tzinfo=UTC), sha512)


def verify_answer(untrusted: bytes, sha512: bytes, untrusted_roots: bytes) -> TimestampRead:
    """Verify an answer over content with this digest against root certificates (PEM or DER) of one's choice.

    Raises TimestampUnread (the answer, or the roots, cannot be read here) and TimestampInvalid (``imprint``:
    it is over other content; ``invalid``: it does not hold against these roots).
    """
    read = read_answer(untrusted)
    roots = _read_roots(untrusted_roots)
    if read.sha512 != sha512:
        raise TimestampInvalid(detail="imprint")
    verifier = rfc3161_client.VerifierBuilder(roots=roots).build()
    try:
        verifier.verify(_decode(untrusted), sha512)
    except (rfc3161_client.VerificationError, ValueError):
        raise TimestampInvalid(detail="invalid") from None
    return read


def _decode(untrusted: bytes) -> rfc3161_client.TimeStampResponse:
    return rfc3161_client.decode_timestamp_response(untrusted)


def _read_roots(untrusted: bytes) -> list[x509.Certificate]:
    if len(untrusted) > ROOT_LIMIT_BYTES:
        raise TimestampUnread(part="root")
    try:
        if b"-----BEGIN CERTIFICATE-----" in untrusted:
            return x509.load_pem_x509_certificates(untrusted)
        return [x509.load_der_x509_certificate(untrusted)]
    except ValueError:
        raise TimestampUnread(part="root") from None


def _der(tag: int, content: bytes) -> bytes:
    """A DER value of fewer than 128 bytes."""
    return bytes([tag, len(content)]) + content
