"""Bodies: streamed and read by ranges alike, and no byte of a changed one is released."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hrd_desktop.crypto.body import (
    BODY_AT,
    CHUNK_BYTES,
    PREFIX_BYTES,
    SEALED_CHUNK_BYTES,
    BodyDecryptor,
    BodyEncryptor,
    RangeReader,
    body_context,
    body_size,
    buffer_size,
    object_size,
    verify_object_size,
)
from hrd_desktop.domain.errors.vault import ObjectDamagedError

KEY = bytes(range(32))
CONTEXT = body_context(bytes(16), bytes(range(16)))
CONTENT = bytes((place * 7 + place // 251) % 256 for place in range(3 * CHUNK_BYTES + 500))

# Around the ends of chunks, where everything that goes wrong goes wrong.
SIZES = st.integers(0, 3 * CHUNK_BYTES + 500) | st.builds(
    lambda chunks, near: max(0, chunks * CHUNK_BYTES + near), st.integers(0, 3), st.integers(-2, 2)
)


def encrypt(content: bytes, key: bytes = KEY, context: bytes = CONTEXT) -> bytes:
    encryptor = BodyEncryptor(key, context)
    return encryptor.update(content) + encryptor.finalize()


def decrypt(body: bytes, step: int = 10_000) -> tuple[bytes, ObjectDamagedError | None]:
    """What is released, and the failure that ended it."""
    decryptor = BodyDecryptor(KEY, CONTEXT)
    released = b""
    try:
        for start in range(0, len(body), step):
            released += decryptor.update(body[start : start + step])
        return released + decryptor.finalize(), None
    except ObjectDamagedError as failure:
        return released, failure


def flipped(data: bytes, place: int, bit: int = 0) -> bytes:
    return data[:place] + bytes([data[place] ^ 1 << bit]) + data[place + 1 :]


class ObjectFile:
    """The file of an object in memory, padding included, that remembers what was read of it."""

    def __init__(self, body: bytes) -> None:
        self._data = bytes(BODY_AT) + body + b"\xaa" * 9000
        self.reads: list[tuple[int, int]] = []

    def read_at(self, offset: int, length: int) -> bytes:
        self.reads.append((offset, length))
        return self._data[offset : offset + length]


def reader_of(body: bytes, size: int) -> RangeReader:
    return RangeReader(KEY, CONTEXT, size, ObjectFile(body).read_at)


BODY = encrypt(CONTENT)


@given(SIZES)
def test_the_length_of_a_body_is_known_before(size: int) -> None:
    assert len(encrypt(CONTENT[:size])) == body_size(size)


@given(SIZES, st.lists(st.integers(0, 40_000), max_size=6), st.integers(1, 30_000))
def test_pieces_do_not_matter(size: int, cuts: list[int], step: int) -> None:
    encryptor = BodyEncryptor(KEY, CONTEXT)
    content, body, start = CONTENT[:size], b"", 0
    for cut in [*sorted(cuts), size]:
        body += encryptor.update(content[start:cut])
        start = max(start, cut)
    body += encryptor.finalize()
    assert decrypt(body, step) == (content, None)


@given(SIZES, st.integers(1, 60_000))
@example(CHUNK_BYTES, 1)
def test_reused_buffers_of_the_stated_size_are_enough(size: int, step: int) -> None:
    step = max(step, size // 50 + 1)
    content = memoryview(CONTENT)[:size]
    encryptor, decryptor = BodyEncryptor(KEY, CONTEXT), BodyDecryptor(KEY, CONTEXT)
    sealed, opened = bytearray(buffer_size(step)), bytearray(buffer_size(buffer_size(step)))
    result = b""
    for start in range(0, size, step):
        sealed_bytes = encryptor.update_into(content[start : start + step], sealed)
        opened_bytes = decryptor.update_into(memoryview(sealed)[:sealed_bytes], opened)
        result += opened[:opened_bytes]
    result += decryptor.update(encryptor.finalize()) + decryptor.finalize()
    assert result == content


def test_each_body_has_a_salt_of_its_own() -> None:
    assert len({encrypt(b"the same")[:24] for _ in range(20)}) == 20


@given(st.integers(0, len(BODY) - 1), st.integers(0, 7), st.integers(1, 60_000))
def test_one_changed_bit_ends_a_stream_before_its_chunk(place: int, bit: int, step: int) -> None:
    released, failure = decrypt(flipped(BODY, place, bit), max(step, 500))
    chunk = max(0, (place - PREFIX_BYTES) // SEALED_CHUNK_BYTES)
    assert failure is not None
    assert CONTENT.startswith(released)
    assert len(released) <= chunk * CHUNK_BYTES
    assert failure.fields == {"part": "body", "chunk": len(released) // CHUNK_BYTES}


@given(st.integers(0, len(BODY) - 1), st.integers(0, 7))
def test_a_failed_update_into_does_not_count_what_it_wrote(place: int, bit: int) -> None:
    decryptor = BodyDecryptor(KEY, CONTEXT)
    buffer = bytearray(buffer_size(len(BODY)))
    with pytest.raises(ObjectDamagedError):
        decryptor.update_into(flipped(BODY, place, bit), buffer)
        decryptor.finalize()


@given(st.integers(0, len(BODY) - 1))
def test_a_cut_body_is_damaged(end: int) -> None:
    released, failure = decrypt(BODY[:end])
    assert failure is not None
    assert CONTENT.startswith(released)
    assert released != CONTENT


@given(st.binary(min_size=1, max_size=2 * SEALED_CHUNK_BYTES))
def test_a_body_that_goes_on_is_damaged(more: bytes) -> None:
    assert decrypt(BODY + more)[1] is not None


@pytest.mark.parametrize(
    ("key", "context"),
    [
        (flipped(KEY, 0), CONTEXT),
        (KEY, body_context(bytes(15) + b"\x01", bytes(range(16)))),
        (KEY, body_context(bytes(16), bytes(16))),
    ],
    ids=["another key", "another vault", "another object"],
)
def test_a_body_is_bound_to_key_vault_and_object(key: bytes, context: bytes) -> None:
    body = encrypt(CONTENT, key, context)
    assert decrypt(body)[0] == b""
    with pytest.raises(ObjectDamagedError):
        reader_of(body, len(CONTENT)).read(0, 1)


@given(
    SIZES, st.lists(st.tuples(st.integers(0, 4 * CHUNK_BYTES), st.integers(0, 4 * CHUNK_BYTES)), max_size=6)
)
@example(0, [(0, 10)])
@example(CHUNK_BYTES, [(CHUNK_BYTES - 1, 5), (CHUNK_BYTES, 1)])
def test_ranges_are_slices(size: int, ranges: list[tuple[int, int]]) -> None:
    content = CONTENT[:size]
    reader = reader_of(encrypt(content), size)
    for offset, length in ranges:
        assert reader.read(offset, length) == content[offset : offset + length]
    assert reader.read(0, size) == content


def test_ranges_of_a_larger_body_are_slices() -> None:
    content = os.urandom(3_000_000)
    file = ObjectFile(encrypt(content))
    reader = RangeReader(KEY, CONTEXT, len(content), file.read_at)
    assert reader.read(1_000_001, 1_900_000) == content[1_000_001:2_900_001]
    assert max(length for _, length in file.reads) <= 64 * SEALED_CHUNK_BYTES
    assert reader.size_bytes == len(content)


@given(st.integers(0, len(BODY) - 1), st.integers(0, 7), st.integers(0, 3))
def test_ranges_release_no_byte_of_a_changed_chunk(place: int, bit: int, wanted: int) -> None:
    changed = max(0, place - PREFIX_BYTES) // SEALED_CHUNK_BYTES
    reader = reader_of(flipped(BODY, place, bit), len(CONTENT))
    expected = CONTENT[wanted * CHUNK_BYTES : (wanted + 1) * CHUNK_BYTES]
    if place < PREFIX_BYTES or changed in (wanted, 3):
        with pytest.raises(ObjectDamagedError) as failure:
            reader.read(wanted * CHUNK_BYTES, CHUNK_BYTES)
        assert failure.value.fields == {"part": "body", "chunk": changed}
    else:
        assert reader.read(wanted * CHUNK_BYTES, CHUNK_BYTES) == expected
    with pytest.raises(ObjectDamagedError):
        reader.read(0, len(CONTENT))


@pytest.mark.parametrize("size", [0, CHUNK_BYTES, 2 * CHUNK_BYTES, len(CONTENT) - 1, len(CONTENT) + 1, 2**40])
def test_a_length_that_is_not_the_bodys_is_noticed_before_the_first_byte(size: int) -> None:
    with pytest.raises(ObjectDamagedError):
        reader_of(BODY, size).read(0, 1)


def test_a_refused_reader_refuses_again() -> None:
    reader = reader_of(flipped(BODY, len(BODY) - 1), len(CONTENT))
    for _ in range(2):
        with pytest.raises(ObjectDamagedError):
            reader.read(0, 1)


def test_commitment_and_length_are_checked_once_and_first() -> None:
    file = ObjectFile(BODY)
    reader = RangeReader(KEY, CONTEXT, len(CONTENT), file.read_at)
    assert file.reads == []
    reader.read(0, 10)
    chunks_at = BODY_AT + PREFIX_BYTES
    last = (chunks_at + 3 * SEALED_CHUNK_BYTES, 516)
    assert file.reads == [(BODY_AT, PREFIX_BYTES), last, (chunks_at, SEALED_CHUNK_BYTES)]
    reader.read(10, 10)
    assert len(file.reads) == 3
    reader.read(CHUNK_BYTES, 1)
    assert file.reads[3:] == [(chunks_at + SEALED_CHUNK_BYTES, SEALED_CHUNK_BYTES)]


def test_a_small_content_is_read_once() -> None:
    file = ObjectFile(encrypt(b"short"))
    reader = RangeReader(KEY, CONTEXT, 5, file.read_at)
    assert (reader.read(0, 5), reader.read(2, 9), reader.read(5, 1)) == (b"short", b"ort", b"")
    assert len(file.reads) == 2


@pytest.mark.parametrize(
    "read_at",
    [
        lambda offset, length: b"",
        lambda offset, length: (bytes(BODY_AT) + BODY)[offset : offset + length - 1],
    ],
    ids=["nothing", "one byte short"],
)
def test_a_file_that_ends_early_is_damaged(read_at: Callable[[int, int], bytes]) -> None:
    with pytest.raises(ObjectDamagedError):
        RangeReader(KEY, CONTEXT, len(CONTENT), read_at).read(0, 1)


@pytest.mark.parametrize(("offset", "length"), [(-1, 1), (0, -1)])
def test_ranges_are_not_negative(offset: int, length: int) -> None:
    with pytest.raises(ValueError, match="negative"):
        reader_of(BODY, len(CONTENT)).read(offset, length)


def test_a_context_has_its_lengths() -> None:
    assert body_context(b"v" * 16, b"o" * 16) == b"sheaf/v1/object-body" + b"v" * 16 + b"o" * 16
    for vault_id, name in ((bytes(15), bytes(16)), (bytes(16), bytes(17))):
        with pytest.raises(ValueError, match="16 bytes"):
            body_context(vault_id, name)


@given(st.integers(0, 2**50))
def test_the_length_of_an_object(size: int) -> None:
    whole = object_size(size)
    assert whole >= BODY_AT + body_size(size)
    verify_object_size(whole, size)
    verify_object_size(whole + 4096, size, in_reserve=True)
    for wrong, in_reserve in (
        (whole - 4096, True),
        (whole + 4096, False),
        (whole + 1, True),
        (whole - 1, False),
    ):
        with pytest.raises(ObjectDamagedError) as failure:
            verify_object_size(wrong, size, in_reserve=in_reserve)
        assert failure.value.fields == {"part": "length"}


def test_a_failure_does_not_hold_key_or_content() -> None:
    _, failure = decrypt(flipped(BODY, 60))
    assert failure is not None
    told = "".join(traceback.format_exception(failure)) + repr(failure) + repr(failure.args)
    assert repr(KEY)[2:-1] not in told
    assert failure.__suppress_context__
