"""Public keys a bundle is encrypted to, and the streamed encryption to them."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

# pyrage ships no type information.
import pyrage
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.hazmat.primitives.serialization import load_ssh_public_key

from hrd_desktop.crypto.age_hybrid import (
    RECIPIENT_PREFIX,
    encrypt_to_hybrid,
    hybrid_fingerprint,
    parse_hybrid_recipient,
)
from hrd_desktop.domain.errors.bundle import (
    RecipientInvalid,
    RecipientIsSecret,
    RecipientsMixed,
    RecipientUnsupported,
    RecipientWeak,
)
from hrd_desktop.domain.export import Recipient, RecipientKind

MIN_RSA_BITS = 2048
_MAX_TEXT = 16384
_SSH_LINE = re.compile(r"(ssh-ed25519|ssh-rsa)[ \t]+([A-Za-z0-9+/]+={0,2})(?:[ \t].*)?")


def parse_recipient(untrusted_text: str) -> Recipient:
    """The public key in ``untrusted_text``: an age recipient, X25519 or hybrid, or an OpenSSH public key.

    Raises ``RecipientIsSecret`` for a private key pasted by mistake, ``RecipientUnsupported`` for other
    sorts of key, ``RecipientWeak`` for RSA below 2,048 bits, ``RecipientInvalid`` for everything else.
    """
    text = untrusted_text.strip()
    if len(text) > _MAX_TEXT:
        raise RecipientInvalid()
    if text.upper().startswith("AGE-SECRET-KEY-") or "PRIVATE KEY-----" in text:
        raise RecipientIsSecret()
    if text.lower().startswith("age1"):
        return _parse_age(text)
    if text.startswith(("ssh-", "ecdsa-", "sk-")):
        return _parse_ssh(text)
    raise RecipientInvalid()


def verify_recipients(recipients: Sequence[Recipient]) -> None:
    """Raise ``RecipientInvalid`` for none, ``RecipientsMixed`` for post-quantum beside other keys.

    The format advises against the mixture: such a file is only as strong as its weakest recipient, while
    the others would think that it outlasts quantum computers.
    """
    if not recipients:
        raise RecipientInvalid()
    if len({recipient.kind is RecipientKind.HYBRID for recipient in recipients}) > 1:
        raise RecipientsMixed()


def encrypt_to_recipients(
    pieces: Iterable[bytes],
    sink: Callable[[bytes], object],
    recipients: Sequence[Recipient],
    *,
    randomness: Callable[[int], bytes] = os.urandom,
) -> None:
    """Write an age file that the holder of any of ``recipients``' keys opens; memory stays constant.

    Raises ``RecipientInvalid``, ``RecipientsMixed`` and whatever ``pieces`` and ``sink`` raise. pyrage loses
    an error raised by its sink at the last write and hides the class of the others, so both ends keep the
    first one and it is raised here.
    """
    verify_recipients(recipients)
    if recipients[0].kind is RecipientKind.HYBRID:
        encrypt_to_hybrid(pieces, sink, [recipient.text for recipient in recipients], randomness)
        return
    keys = [_load_recipient(recipient) for recipient in recipients]
    source = _Source(pieces)
    target = _Target(sink)
    try:
        pyrage.encrypt_io(source, target, keys)
    except (pyrage.EncryptError, OSError):
        if source.error is None and target.error is None:
            raise
    for error in (source.error, target.error):
        if error is not None:
            raise error


class _Source:
    """A readable end for pyrage over an iteration of pieces."""

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces: Iterator[bytes] = iter(pieces)
        self._waiting = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        if self.error is not None:
            raise self.error
        try:
            while not self._waiting:
                self._waiting = memoryview(next(self._pieces))
        except StopIteration:
            return b""
        except BaseException as error:  # kept and raised again by encrypt_to_recipients
            self.error = error
            raise
        # pyrage asks for 8 KiB at a time: a view keeps the rest of a large piece from being copied each time.
        part, self._waiting = bytes(self._waiting[:size]), self._waiting[size:]
        return part


class _Target:
    """A writable end for pyrage that never writes again after a failure."""

    def __init__(self, sink: Callable[[bytes], object]) -> None:
        self._sink = sink
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        if self.error is not None:
            raise self.error
        try:
            self._sink(data)
        except BaseException as error:  # kept and raised again by encrypt_to_recipients
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        return None


def _load_recipient(recipient: Recipient) -> object:
    module = pyrage.x25519 if recipient.kind is RecipientKind.X25519 else pyrage.ssh
    try:
        return module.Recipient.from_str(recipient.text)
    except pyrage.RecipientError:
        raise RecipientInvalid() from None


def _parse_age(text: str) -> Recipient:
    lowered = text.lower()
    if lowered.startswith(RECIPIENT_PREFIX + "1"):
        canonical = parse_hybrid_recipient(text)
        return Recipient(RecipientKind.HYBRID, canonical, hybrid_fingerprint(canonical))
    # age1tag1... are hardware keys; age1<name>1... belongs to a plugin. The characters of an X25519 key
    # never include a second 1.
    if "1" in lowered[4:]:
        raise RecipientUnsupported()
    if text not in (lowered, text.upper()):
        raise RecipientInvalid()
    try:
        canonical = str(pyrage.x25519.Recipient.from_str(lowered))
    except pyrage.RecipientError:
        raise RecipientInvalid() from None
    return Recipient(RecipientKind.X25519, canonical, canonical)


def _parse_ssh(text: str) -> Recipient:
    if not text.startswith(("ssh-ed25519", "ssh-rsa")):
        raise RecipientUnsupported()
    match = _SSH_LINE.fullmatch(text)
    if match is None:
        raise RecipientInvalid()
    kind, blob = match.groups()
    canonical = f"{kind} {blob}"
    try:
        wire = base64.b64decode(blob, validate=True)
        key = load_ssh_public_key(canonical.encode("ascii"))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        raise RecipientInvalid() from None
    if isinstance(key, rsa.RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            raise RecipientWeak(bits=key.key_size)
    elif not isinstance(key, ed25519.Ed25519PublicKey):
        raise RecipientInvalid()
    digest = base64.b64encode(hashlib.sha256(wire).digest()).rstrip(b"=").decode("ascii")
    recipient = Recipient(RecipientKind(kind), canonical, f"SHA256:{digest}")
    _load_recipient(recipient)
    return recipient
