"""Readers of what lies in a vault: key slots, object headers, bodies, intents, what a person types.

The seals would stop a fuzzer at once; so each target also puts the fuzzer's bytes *inside* the seal, where
only somebody with the key could put them. What is found there is no hole, but a crash all the same.
"""

from __future__ import annotations

import contextlib
import hashlib
import struct

from hrd_desktop.crypto import headers, slots
from hrd_desktop.crypto.body import (
    BODY_AT,
    BodyDecryptor,
    BodyEncryptor,
    RangeReader,
    body_context,
    body_size,
)
from hrd_desktop.crypto.headers import ObjectHeader, Role, open_header, seal_header
from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.normalise import normalise_passphrase
from hrd_desktop.crypto.recovery import find_code, format_digits, format_letters
from hrd_desktop.crypto.slots import KeySlotHeader, SlotContent, open_slots, parse_header
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import ObjectDamagedError
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.slot_changes import SlotSet, slot_set, unused_slot
from hrd_desktop.storage.tombstone import is_tombstone, make_tombstone
from tests.fuzz.target import Target, counted, fitted

KEY = bytes(range(32))
VAULT_ID = bytes(range(16))
NAME = bytes(range(16, 32))
HEADER = KeySlotHeader(VAULT_ID, KdfParameters(65_536, 1, 1), bytes(32)).pack()
CONTENT = bytes(range(256)) * 200  # more than three chunks
SLOT_FILE_BYTES = slots.KEY_SLOT_FILE_BYTES


def _content(**changes: object) -> SlotContent:
    known: dict[str, object] = {
        "compartment": 0,
        "kind": SlotKind.PASSPHRASE,
        "flags": 0,
        "slot_id": bytes(16),
        "made_utc_us": 1,
        "compartment_key": KEY,
        "generation": 1,
        "old_compartment_key": None,
    }
    return SlotContent(**(known | changes))  # type: ignore[arg-type]  # fields by name


def run_key_slots(data: bytes) -> None:
    """A whole file, then a header with a right checksum, then a slot sealed around the bytes."""
    with contextlib.suppress(SheafError):
        parse_header(fitted(data, SLOT_FILE_BYTES))
    head = fitted(data, slots.HEADER_BYTES - 32)
    with contextlib.suppress(SheafError):
        parse_header(fitted(head + hashlib.sha256(head).digest(), SLOT_FILE_BYTES))
    is_tombstone(data)
    random = counted()
    salt, nonce = random(32), random(12)
    wrapping_key, commitment = slots._derive(KEY, salt)
    sealed = slots.AESGCM(wrapping_key).encrypt(nonce, fitted(data, 4004), slots._additional_data(HEADER, 0))
    with contextlib.suppress(SheafError):
        open_slots((HEADER + salt + commitment + nonce + sealed, None), KEY, HEADER)


def key_slot_seeds() -> list[bytes]:
    """Headers, contents of slots, a tombstone."""
    old = _content(old_compartment_key=bytes(reversed(KEY)), kind=SlotKind.RECOVERY_CODE, flags=2)
    return [HEADER, slots._pack(_content())[:128], slots._pack(old)[:128], make_tombstone(counted())[:72]]


HEADER_SEED = ObjectHeader(
    name=NAME,
    role=Role.ORIGINAL,
    file_key=KEY,
    size_bytes=40_000,
    sha256=KEY,
    ingested_utc_us=1_795_000_000_000_000,
    modified_utc_us=-1,
    record_id=bytes(range(1, 17)),
    media_type="image/jpeg",
    original_name="Fotografía.jpg".encode(),
)


def run_object_header(data: bytes) -> None:
    """The bytes as two copies, and as what is sealed in both."""
    with contextlib.suppress(SheafError):
        open_header(fitted(data, headers.HEADER_BYTES), KEY, VAULT_ID, NAME)
    content = fitted(data, headers._CONTENT_BYTES)
    random = counted()
    both = b"".join(headers._seal_copy(content, KEY, VAULT_ID, random) for _ in (0, 1))
    try:
        opened = open_header(both, KEY, VAULT_ID, NAME)
    except SheafError:
        return
    # What is accepted says the same when it is written again.
    assert headers._pack(opened.header) == content


def object_header_seeds() -> list[bytes]:
    """Contents of headers."""
    return [headers._pack(HEADER_SEED)[:256], seal_header(HEADER_SEED, KEY, VAULT_ID, counted())]


def run_body(data: bytes) -> None:
    """A body with bytes changed by the fuzzer never gives a wrong byte, by stream or by range."""
    if len(data) < 8:
        return
    size, start, length, seek = struct.unpack_from("<HHHH", data)
    content = CONTENT[: size % len(CONTENT)]
    context = body_context(VAULT_ID, NAME)
    encryptor = BodyEncryptor(KEY, context)
    body = bytearray(encryptor.update(content) + encryptor.finalize())
    start %= len(body) + 1
    body[start : start + length % 4096] = data[8:]
    try:
        decryptor = BodyDecryptor(KEY, context)
        got = decryptor.update(bytes(body[: body_size(len(content))]))
        assert content.startswith(got)
        got += decryptor.finalize()
    except SheafError:
        pass
    else:
        assert got == content

    def read_at(offset: int, count: int) -> bytes:
        return bytes(body[offset - BODY_AT :][:count])

    reader = RangeReader(KEY, context, len(content), read_at)
    for offset in (seek, 0, len(content) // 2):
        try:
            part = reader.read(offset, 20_000)
        except ObjectDamagedError:
            continue
        assert part == content[offset : offset + 20_000]


def body_seeds() -> list[bytes]:
    """Sizes around a chunk, and changes at the start, in the middle, at the end."""
    sizes = (0, 1, 16_383, 16_384, 16_385, 40_000)
    return [struct.pack("<HHHH", size, place, 1, place) + b"x" for size in sizes for place in (0, 60, 16_456)]


def run_intent(data: bytes) -> None:
    """The payload of an intent, and the bytes as its JSON under a right digest."""
    for payload in (data, hashlib.sha256(data).digest() + data):
        with contextlib.suppress(SheafError):
            SlotSet.unpack(payload)


def intent_seeds() -> list[bytes]:
    """One whole intent, and the beginning of one."""
    whole = slot_set([unused_slot(number, counted()) for number in range(4)], 1).pack()[32:]
    return [whole, b'{"generation":1,"a":[],"b":[],"records":[]}']


def run_typed(data: bytes) -> None:
    """What a person types or pastes: a passphrase or a recovery code."""
    text = data.decode("utf-8", "replace")
    code = find_code(text)
    if code is not None:
        assert find_code(format_letters(code)) == code == find_code(format_digits(code))
    try:
        once = normalise_passphrase(text)
    except SheafError:
        return
    # A passphrase may be read from what normalising gave: it stays.
    assert normalise_passphrase(once.decode()) == once


def typed_seeds() -> list[bytes]:
    """Codes in both forms, and passphrases of several scripts."""
    code = bytes(range(20))
    texts = ["correct horse", "گذرواژه ۱۲۳", "пароль", "e\u0301", "\u200c\u0640 x", format_letters(code)]
    return [text.encode() for text in (*texts, format_digits(code), format_letters(code).replace("-", " "))]


TARGETS = (
    Target("key-slots", run_key_slots, key_slot_seeds),
    Target("object-header", run_object_header, object_header_seeds),
    Target("object-body", run_body, body_seeds),
    Target("slot-intent", run_intent, intent_seeds),
    Target("typed", run_typed, typed_seeds),
)
