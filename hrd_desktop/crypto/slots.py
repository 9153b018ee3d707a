"""Key slot files: the public header and the sealed copies of compartment keys (vault format, section 2)."""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA512
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.vault import KeySlotsDamagedError, NewerFormatError, NotAVaultError
from hrd_desktop.domain.slots import FLAG_KEY_FILE, FLAG_REFRESH_RESERVE, SlotKind

MAGIC = b"SHEAFVLT"
FORMAT_VERSION = 1
KEY_SLOT_FILE_BYTES = 65_536
HEADER_BYTES = 4096
VAULT_ID_BYTES = 16
HEADER_SALT_BYTES = 32

SLOT_BYTES = 4096
SLOT_COUNT = 8
SLOTS_PER_COMPARTMENT = 4
SLOT_VERSION = 1

# magic, format version, zero, vault id, memory, passes, lanes, zero, salt
_HEADER = struct.Struct("<8sII16sIIII32s")
_CHECKSUM_AT = 4064

_SALT_BYTES = 32
_COMMITMENT_AT = 32
_NONCE_BYTES = 12
_NONCE_AT = 64
_SEALED_AT = 76
_CONTENT_BYTES = 4004
_INFO = b"sheaf/v1/slot"
# version, compartment, kind, flags, slot id, time made, key, re-key under way, key before, generation
_CONTENT = struct.Struct("<HBBI16sQ32sB32sQ")
_ZERO_KEY = bytes(32)
_KNOWN_FLAGS = FLAG_REFRESH_RESERVE | FLAG_KEY_FILE


@dataclass(frozen=True)
class KeySlotHeader:
    """Vault id (16 bytes), cost of the key derivation, and its salt (32 bytes). Never changes; not secret."""

    vault_id: bytes
    parameters: KdfParameters
    salt: bytes

    def pack(self) -> bytes:
        """The 4,096 bytes. Raises ``KdfParametersError``."""
        if len(self.vault_id) != VAULT_ID_BYTES or len(self.salt) != HEADER_SALT_BYTES:
            raise ValueError("a vault id has 16 bytes and a salt 32")
        self.parameters.verify_bounds()
        fields = _HEADER.pack(
            MAGIC,
            FORMAT_VERSION,
            0,
            self.vault_id,
            self.parameters.memory_kib,
            self.parameters.passes,
            self.parameters.lanes,
            0,
            self.salt,
        )
        checked = fields + bytes(_CHECKSUM_AT - len(fields))
        return checked + hashlib.sha256(checked).digest()


@dataclass(frozen=True, repr=False)
class SlotContent:
    """What a slot seals.

    ``compartment`` is 0 or 1; ``flags`` are those of ``hrd_desktop.domain.slots``; ``slot_id`` is 16 random
    bytes, the same in both copies; ``made_utc_us`` is microseconds since 1970-01-01 UTC; the keys have 32
    bytes each. ``generation`` counts the changes of the compartment's slots, from 1 on, and tells older
    records put back. ``old_compartment_key`` is there only while a re-key is under way.
    """

    compartment: int
    kind: SlotKind
    flags: int
    slot_id: bytes
    made_utc_us: int
    compartment_key: bytes
    generation: int
    old_compartment_key: bytes | None = None


@dataclass(frozen=True, repr=False)
class OpenedSlot:
    """A slot that opened: copy 0 (``keyslots.a``) or 1, number 0 to 7, and the SHA-256 of its 4,096 bytes."""

    copy: int
    number: int
    content: SlotContent
    slot_hash: bytes


def parse_header(untrusted_file: bytes) -> KeySlotHeader:
    """The header of a whole key slot file, checked before any memory is set aside for Argon2id.

    The tombstone is for the caller to look for first. Raises, in this order: ``KeySlotsDamagedError``
    (``reason`` *length*) unless there are 65,536 bytes, ``NotAVaultError``, ``KeySlotsDamagedError``
    (*checksum*), ``NewerFormatError``, ``KeySlotsDamagedError`` (*version*), ``KdfParametersError``,
    ``KeySlotsDamagedError`` (*zero*).
    """
    if len(untrusted_file) != KEY_SLOT_FILE_BYTES:
        raise KeySlotsDamagedError(reason="length")
    if not untrusted_file.startswith(MAGIC):
        raise NotAVaultError()
    checksum = hashlib.sha256(untrusted_file[:_CHECKSUM_AT]).digest()
    if checksum != untrusted_file[_CHECKSUM_AT:HEADER_BYTES]:
        raise KeySlotsDamagedError(reason="checksum")
    # Anybody can make the checksum, so every value is still bounded.
    fields = _HEADER.unpack_from(untrusted_file)
    _, version, zero, vault_id, memory_kib, passes, lanes, zero_too, salt = fields
    if version > FORMAT_VERSION:
        raise NewerFormatError(part="vault", found=version, known=FORMAT_VERSION)
    if version < FORMAT_VERSION:
        raise KeySlotsDamagedError(reason="version")
    parameters = KdfParameters(memory_kib, passes, lanes)
    parameters.verify_bounds()
    if zero or zero_too or any(untrusted_file[_HEADER.size : _CHECKSUM_AT]):
        raise KeySlotsDamagedError(reason="zero")
    return KeySlotHeader(vault_id, parameters, salt)


def seal_slot(content: SlotContent, root: bytes, header: bytes, number: int, random: Random) -> bytes:
    """The 4,096 bytes of slot ``number`` for one copy; each copy is sealed by a call of its own.

    ``root`` has 32 bytes, or 64 with a key file; ``header`` is the 4,096 bytes of the key slot header.
    """
    if not 0 <= number < SLOT_COUNT or number // SLOTS_PER_COMPARTMENT != content.compartment:
        raise ValueError("the compartment has no slot of this number")
    salt = random(_SALT_BYTES)
    nonce = random(_NONCE_BYTES)
    wrapping_key, commitment = _derive(root, salt)
    sealed = AESGCM(wrapping_key).encrypt(nonce, _pack(content), _additional_data(header, number))
    return salt + commitment + nonce + sealed


def open_slots(
    untrusted_copies: Sequence[bytes | None], root: bytes, header: bytes
) -> tuple[OpenedSlot, ...]:
    """The slots that ``root`` opens in the two key slot files, in order of number, then copy; often none.

    A copy that is missing is None; of one that is short, the slots that are wholly there count. All sixteen
    keys are derived and all sixteen commitments compared in constant time before the first slot is decrypted,
    so that right, wrong and duress credentials take the same time.

    A slot of this credential that does not authenticate is passed over when another opens: its hash is then
    not the recorded one, so it is mended and reported. When none opens, raises ``KeySlotsDamagedError``
    (``reason`` *slot*), or ``NewerFormatError`` when a newer program sealed it.
    """
    if len(untrusted_copies) != 2:
        raise ValueError("there are two copies of the key slots")
    candidates: list[tuple[int, int, bytes, bytes]] = []
    for number in range(SLOT_COUNT):
        for copy, untrusted_file in enumerate(untrusted_copies):
            untrusted_slot = _slot_at(untrusted_file, number)
            wrapping_key, commitment = _derive(root, untrusted_slot[:_SALT_BYTES])
            if hmac.compare_digest(commitment, untrusted_slot[_COMMITMENT_AT:_NONCE_AT]):
                candidates.append((copy, number, wrapping_key, untrusted_slot))
    opened: list[OpenedSlot] = []
    failures: list[KeySlotsDamagedError | NewerFormatError] = []
    for copy, number, wrapping_key, slot in candidates:
        try:
            content = _open(slot, wrapping_key, header, number)
        except (KeySlotsDamagedError, NewerFormatError) as failure:
            failures.append(failure)
        else:
            opened.append(OpenedSlot(copy, number, content, hashlib.sha256(slot).digest()))
    if failures and not opened:
        raise max(failures, key=lambda failure: isinstance(failure, NewerFormatError))
    return tuple(opened)


def _slot_at(untrusted_file: bytes | None, number: int) -> bytes:
    start = HEADER_BYTES + SLOT_BYTES * number
    if untrusted_file is None or len(untrusted_file) < start + SLOT_BYTES:
        # Never matches: the commitment would have to be 32 zero bytes of SHA-512's output.
        return bytes(SLOT_BYTES)
    return untrusted_file[start : start + SLOT_BYTES]


def _derive(root: bytes, salt: bytes) -> tuple[bytes, bytes]:
    """Wrapping key and commitment: AES-GCM does not commit to its key, so something else has to."""
    okm = HKDF(algorithm=SHA512(), length=64, salt=salt, info=_INFO).derive(root)
    return okm[:32], okm[32:]


def _additional_data(header: bytes, number: int) -> bytes:
    if len(header) != HEADER_BYTES:
        raise ValueError("a key slot header has 4,096 bytes")
    return header + bytes([number])


def _pack(content: SlotContent) -> bytes:
    old_key = content.old_compartment_key
    keys = [content.compartment_key] if old_key is None else [content.compartment_key, old_key]
    if len(content.slot_id) != 16 or any(len(key) != 32 for key in keys):
        raise ValueError("a slot id has 16 bytes and a compartment key 32")
    if not _flags_fit(content.flags, content.compartment):
        raise ValueError("a slot of this compartment has no such flags")
    if content.generation < 1:
        raise ValueError("generations of slots are counted from 1")
    packed = _CONTENT.pack(
        SLOT_VERSION,
        content.compartment,
        SlotKind(content.kind),
        content.flags,
        content.slot_id,
        content.made_utc_us,
        content.compartment_key,
        0 if old_key is None else 1,
        _ZERO_KEY if old_key is None else old_key,
        content.generation,
    )
    return packed + bytes(_CONTENT_BYTES - len(packed))


def _flags_fit(flags: int, compartment: int) -> bool:
    permitted = _KNOWN_FLAGS if compartment == 0 else FLAG_KEY_FILE
    return flags & ~permitted == 0


def _open(slot: bytes, wrapping_key: bytes, header: bytes, number: int) -> SlotContent:
    additional_data = _additional_data(header, number)
    try:
        data = AESGCM(wrapping_key).decrypt(slot[_NONCE_AT:_SEALED_AT], slot[_SEALED_AT:], additional_data)
    except InvalidTag:
        raise KeySlotsDamagedError(reason="slot") from None
    fields = _CONTENT.unpack_from(data)
    version, compartment, kind, flags, slot_id, made_utc_us, key, rekeying, old_key, generation = fields
    if version > SLOT_VERSION:
        raise NewerFormatError(part="slot", found=version, known=SLOT_VERSION)
    sound = (
        version == SLOT_VERSION
        and compartment == number // SLOTS_PER_COMPARTMENT
        and kind in tuple(SlotKind)
        and _flags_fit(flags, compartment)
        and (rekeying == 1 or (rekeying == 0 and old_key == _ZERO_KEY))
        and generation >= 1
        and not any(data[_CONTENT.size :])
    )
    if not sound:
        raise KeySlotsDamagedError(reason="slot")
    return SlotContent(
        compartment=compartment,
        kind=SlotKind(kind),
        flags=flags,
        slot_id=slot_id,
        made_utc_us=made_utc_us,
        compartment_key=key,
        generation=generation,
        old_compartment_key=old_key if rekeying else None,
    )
