"""SSH signatures that stock ``ssh-keygen -Y verify`` accepts (OpenSSH's PROTOCOL.sshsig, version 1)."""

from __future__ import annotations

import base64
import hashlib
import re
import struct

from hrd_desktop.crypto.log_keys import LogKey, SigningKey, ssh_string, to_base64
from hrd_desktop.domain.errors.custody import SignatureInvalid

NAMESPACE = "sheaf-bundle"
PRINCIPAL = "signer"
LIMIT_BYTES = 4096
_MAGIC = b"SSHSIG"
_HASH = b"sha512"
_TYPE = b"ssh-ed25519"
_ARMOR = re.compile(
    r"-----BEGIN SSH SIGNATURE-----\n((?:[A-Za-z0-9+/=]{1,76}\n)+)-----END SSH SIGNATURE-----\n"
)
_SIGNER = re.compile(r"signer ssh-ed25519 ([A-Za-z0-9+/]{68}) (sheaf-log/[0-9a-f]{32})\n")


def signer_line(key: LogKey) -> str:
    """``signer.pub``: one line of an allowed-signers file."""
    return f"{PRINCIPAL} ssh-ed25519 {to_base64(key.blob)} {key.name}\n"


def parse_signer(untrusted: bytes) -> LogKey:
    """The key of a ``signer.pub`` whose comment fits it. Raises SignatureInvalid (``signature-form``)."""
    match = _SIGNER.fullmatch(untrusted[:LIMIT_BYTES].decode("ascii", "replace"))
    if match is None:
        raise SignatureInvalid(kind="signature-form", detail="key")
    key = LogKey(base64.b64decode(match[1])[-32:])
    if to_base64(key.blob) != match[1] or key.name != match[2]:
        raise SignatureInvalid(kind="signature-form", detail="key")
    return key


def sign_ssh(key: SigningKey, message: bytes, namespace: str = NAMESPACE) -> str:
    """An armoured signature over ``message``."""
    signature = ssh_string(_TYPE) + ssh_string(key.sign(_signed(message, namespace)))
    blob = _MAGIC + struct.pack(">I", 1) + ssh_string(key.public.blob) + ssh_string(namespace.encode("ascii"))
    blob += ssh_string(b"") + ssh_string(_HASH) + ssh_string(signature)
    text = to_base64(blob)
    lines = "".join(text[start : start + 70] + "\n" for start in range(0, len(text), 70))
    return f"-----BEGIN SSH SIGNATURE-----\n{lines}-----END SSH SIGNATURE-----\n"


def verify_ssh(key: LogKey, message: bytes, untrusted: bytes, namespace: str = NAMESPACE) -> None:
    """Raise SignatureInvalid unless ``untrusted`` is an armoured signature by ``key`` over ``message``.

    Details of ``signature-form``: ``armor``, ``blob``, ``algorithm``, ``namespace``, ``hash``; of
    ``signature``: ``other-key``, ``mismatch``.
    """
    match = _ARMOR.fullmatch(untrusted[: LIMIT_BYTES + 1].decode("ascii", "replace"))
    if match is None:
        raise SignatureInvalid(kind="signature-form", detail="armor")
    text = match[1].replace("\n", "")
    try:
        blob = base64.b64decode(text, validate=True)
    except ValueError:
        raise SignatureInvalid(kind="signature-form", detail="armor") from None
    if to_base64(blob) != text:
        raise SignatureInvalid(kind="signature-form", detail="armor")
    if not blob.startswith(_MAGIC + struct.pack(">I", 1)):
        raise SignatureInvalid(kind="signature-form", detail="blob")
    public, space, reserved, hash_name, signature = _strings(blob[len(_MAGIC) + 4 :], 5)
    kind, raw = _strings(signature, 2)
    if kind != _TYPE or not public.startswith(ssh_string(_TYPE)) or len(raw) != 64:
        raise SignatureInvalid(kind="signature-form", detail="algorithm")
    if space != namespace.encode("ascii"):
        raise SignatureInvalid(kind="signature-form", detail="namespace")
    if hash_name != _HASH or reserved:
        raise SignatureInvalid(kind="signature-form", detail="hash")
    if public != key.blob:
        raise SignatureInvalid(kind="signature", detail="other-key")
    if not key.holds(raw, _signed(message, namespace)):
        raise SignatureInvalid(kind="signature", detail="mismatch")


def _signed(message: bytes, namespace: str) -> bytes:
    digest = hashlib.sha512(message).digest()
    return (
        _MAGIC
        + ssh_string(namespace.encode("ascii"))
        + ssh_string(b"")
        + ssh_string(_HASH)
        + ssh_string(digest)
    )


def _strings(data: bytes, count: int) -> list[bytes]:
    """Exactly ``count`` SSH strings."""
    found: list[bytes] = []
    for _ in range(count):
        if len(data) < 4:
            raise SignatureInvalid(kind="signature-form", detail="blob")
        size_bytes = int.from_bytes(data[:4], "big")
        if len(data) < 4 + size_bytes:
            raise SignatureInvalid(kind="signature-form", detail="blob")
        found.append(data[4 : 4 + size_bytes])
        data = data[4 + size_bytes :]
    if data:
        raise SignatureInvalid(kind="signature-form", detail="blob")
    return found
