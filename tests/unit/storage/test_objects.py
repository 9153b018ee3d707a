"""Objects: what goes in comes out, and what was changed in between is refused by its kind."""

from __future__ import annotations

import hashlib
import os
import stat
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.crypto.body import BODY_AT, body_size, object_size
from hrd_desktop.crypto.headers import Role
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    ObjectDamagedError,
    ObjectMisplacedError,
    ObjectMissingError,
    ObjectNotOursError,
)
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.objects import HeaderFields, ObjectStore, StoredObject
from tests.unit.storage.vault_folder import read_tree

VAULT_ID = bytes(range(16))
HEADER_KEY = bytes(range(32))
RECORD = bytes(range(100, 116))
SIZES = (0, 1, 4096, 16_383, 16_384, 16_385, 32_768, 100_000)
KINDS = (ObjectDamagedError, ObjectMisplacedError, ObjectNotOursError, ObjectMissingError)


@pytest.fixture
def layout(tmp_path: Path) -> VaultLayout:
    root = tmp_path / "v"
    root.mkdir()
    return VaultLayout(str(root))


@pytest.fixture
def store(layout: VaultLayout) -> ObjectStore:
    return ObjectStore(layout, VAULT_ID, HEADER_KEY, os.urandom)


def fields(**changes: object) -> HeaderFields:
    values: dict[str, object] = {
        "role": Role.ORIGINAL,
        "record_id": RECORD,
        "media_type": "image/jpeg",
        "original_name": "протокол.jpg".encode(),
        "ingested_us": 1_700_000_000_000_000,
        "modified_us": -5,
        "sequence": 0,
    }
    return HeaderFields(**{**values, **changes})  # type: ignore[arg-type]  # a test's own table


def put(store: ObjectStore, content: bytes, **changes: object) -> StoredObject:
    writer = store.create(store.new_name())
    writer.write(content)
    return writer.finish(fields(**changes))


def path_of(layout: VaultLayout, stored: StoredObject) -> Path:
    return Path(layout.object_path(stored.name))


# -- in and out ------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [*SIZES, 3_000_000])
def test_content_comes_back(store: ObjectStore, layout: VaultLayout, size: int) -> None:
    content = os.urandom(size)
    stored = put(store, content)
    assert (stored.size_bytes, stored.sha256) == (size, hashlib.sha256(content).digest())
    assert path_of(layout, stored).stat().st_size == stored.padded_bytes == object_size(size)
    with store.open(stored.name, (size, stored.sha256)) as reader:
        assert b"".join(reader.iter_content()) == content
        assert reader.size_bytes == size
        assert reader.read_at(0, size + 5) == content
        assert reader.read_at(max(0, size - 3), 100) == content[max(0, size - 3) :]
    assert store.verify(stored.name).bad_header_copies == ()


@settings(max_examples=25)
@given(st.data())
def test_any_cut_of_the_stream_gives_the_same(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    store = ObjectStore(VaultLayout(str(tmp_path_factory.mktemp("v"))), VAULT_ID, HEADER_KEY, os.urandom)
    content = os.urandom(data.draw(st.sampled_from([*SIZES, 700_000, 1_500_000])))
    writer = store.create(store.new_name())
    left = memoryview(content)
    while left:
        length = data.draw(st.integers(5_000, 2_000_000))
        # A buffer that the caller overwrites as soon as write returns.
        piece = bytearray(left[:length])
        writer.write(piece)
        piece[:] = bytes(len(piece))
        left = left[length:]
    assert writer.size_bytes == len(content)
    stored = writer.finish(fields())
    with store.open(stored.name, (len(content), hashlib.sha256(content).digest())) as reader:
        chunk = data.draw(st.integers(1000, 300_000))
        assert b"".join(reader.iter_content(chunk)) == content
        offset, length = data.draw(st.integers(0, 1_600_000)), data.draw(st.integers(0, 100_000))
        assert reader.read_at(offset, length) == content[offset : offset + length]


def test_a_header_says_all_about_its_object(store: ObjectStore) -> None:
    stored = put(store, b"abc", sequence=7, role=Role.SNAPSHOT)
    with store.open(stored.name) as reader:
        header = reader.header
    assert (header.name, header.role, header.record_id) == (stored.name, Role.SNAPSHOT, RECORD)
    assert (header.media_type, header.original_name) == ("image/jpeg", "протокол.jpg".encode())
    assert (header.ingested_utc_us, header.modified_utc_us) == (1_700_000_000_000_000, -5)
    assert (header.sequence, header.size_bytes, header.name_not_utf8) == (7, 3, False)


def test_odd_names_and_absent_fields(store: ObjectStore) -> None:
    stored = put(store, b"", original_name=b"\xff\xfe" + b"x" * 2000, modified_us=None, record_id=bytes(16))
    with store.open(stored.name) as reader:
        assert reader.header.name_not_utf8
        assert reader.header.original_name == b"\xff\xfe" + b"x" * 1022
        assert reader.header.modified_utc_us is None
        assert reader.header.record_id is None


def test_nothing_of_the_content_is_in_the_file(store: ObjectStore, layout: VaultLayout) -> None:
    canary = b"CANARY-4711-CANARY"
    stored = put(store, canary * 3000, original_name=canary, media_type="text/canary")
    data = path_of(layout, stored).read_bytes()
    for form in (canary, canary.hex().encode(), canary.decode().encode("utf-16-le"), stored.sha256):
        assert form not in data
    assert stored.name not in data


def test_files_and_folders_are_private(store: ObjectStore, layout: VaultLayout) -> None:
    path = path_of(layout, put(store, b"x"))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_each_object_and_copy_has_its_own_randomness(store: ObjectStore, layout: VaultLayout) -> None:
    first, second = (path_of(layout, put(store, b"same")).read_bytes() for _ in range(2))
    assert first[:2048] != first[2048:4096]
    blocks = [data[at : at + 16] for data in (first, second) for at in range(0, len(data), 16)]
    assert len(set(blocks)) == len(blocks)


def test_many_objects_at_once_from_many_threads(store: ObjectStore) -> None:
    kept: dict[bytes, bytes] = {}

    def work(seed: int) -> None:
        content = bytes([seed]) * (seed * 40_000 + 1)
        writer = store.create(store.new_name())
        for at in range(0, len(content), 50_000):
            writer.write(content[at : at + 50_000])
        kept[writer.finish(fields(), sync=False).name] = content

    threads = [threading.Thread(target=work, args=(seed,)) for seed in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    store.sync(kept)
    assert sorted(store.iter_names()) == sorted(kept)
    for name, content in kept.items():
        with store.open(name) as reader:
            assert b"".join(reader.iter_content()) == content


@pytest.mark.parametrize("count", [1, 7, 8, 70])
def test_a_group_is_synced_and_leaves_no_file_open(store: ObjectStore, count: int) -> None:
    before = len(os.listdir("/proc/self/fd"))
    names = []
    for _ in range(count):
        writer = store.create(store.new_name())
        writer.write(b"x")
        names.append(writer.finish(fields(), sync=False).name)
    store.sync(names)
    store.sync(names)
    assert len(os.listdir("/proc/self/fd")) == before
    with pytest.raises(ObjectMissingError):
        store.sync([store.new_name()])


# -- not finished ----------------------------------------------------------------------------


@pytest.mark.parametrize("size", [0, 10, 2_000_000])
def test_an_aborted_object_is_gone(store: ObjectStore, layout: VaultLayout, size: int) -> None:
    threads = threading.active_count()
    writer = store.create(store.new_name())
    writer.write(bytes(size))
    writer.abort()
    writer.abort()
    assert read_tree(layout.root) == {}
    assert threading.active_count() == threads
    with pytest.raises(ValueError):
        writer.write(b"x")
    with pytest.raises(ValueError):
        writer.finish(fields())


def test_abort_after_finish_does_nothing(store: ObjectStore) -> None:
    writer = store.create(store.new_name())
    stored = writer.finish(fields())
    writer.abort()
    store.verify(stored.name)


def test_an_object_without_its_header_is_not_ours(store: ObjectStore, layout: VaultLayout) -> None:
    name = store.new_name()
    writer = store.create(name)
    writer.write(bytes(100_000))
    # What a crash before the header leaves.
    left = Path(layout.object_path(name)).read_bytes()
    assert left[:4096] == bytes(4096)
    with pytest.raises((ObjectNotOursError, ObjectDamagedError)):
        store.open(name)
    writer.abort()


def test_a_name_that_is_taken_is_not_written_over(store: ObjectStore, layout: VaultLayout) -> None:
    stored = put(store, b"first")
    before = read_tree(layout.root)
    with pytest.raises(DiskFailedError):
        store.create(stored.name)
    assert read_tree(layout.root) == before


def test_a_failed_write_aborts_and_is_told_without_a_path(store: ObjectStore, layout: VaultLayout) -> None:
    writer = store.create(store.new_name())
    writer.write(bytes(2_000_000))
    descriptor = writer._fd
    assert descriptor is not None
    read_only = os.open(layout.object_path(writer._name), os.O_RDONLY)
    os.dup2(read_only, descriptor)
    os.close(read_only)
    with pytest.raises(DiskFailedError) as caught:
        writer.write(bytes(100_000))
    assert caught.value.fields["step"] == "write-object"
    assert layout.root not in str(caught.value)
    assert read_tree(layout.root) == {}
    with pytest.raises(ValueError):
        writer.finish(fields())


# -- one fault at a time ---------------------------------------------------------------------


def refusal(store: ObjectStore, stored: StoredObject, content: bytes) -> type[Exception] | None:
    """Read in every way; the kind of refusal, or None. Wrong bytes fail the test."""
    kinds: list[type[Exception] | None] = []
    expected = (stored.size_bytes, stored.sha256)

    def whole() -> bytes:
        with store.open(stored.name, expected) as reader:
            return b"".join(reader.iter_content(5000))

    def by_ranges() -> bytes:
        with store.open(stored.name) as reader:
            return b"".join(reader.read_at(at, 7000) for at in range(0, stored.size_bytes, 7000))

    for read in (whole, by_ranges):
        try:
            assert read() == content
            kinds.append(None)
        except KINDS as error:
            kinds.append(type(error))
    assert kinds[0] == kinds[1] or (content == b"" and kinds[1] is None)
    return kinds[0]


def regions(size: int, padded: int) -> list[tuple[str, int, int]]:
    """(what, begin, end) of every region of an object's file."""
    end = BODY_AT + body_size(size)
    parts = [
        ("header", 0, 32), ("header", 32, 2032), ("header", 2032, 2048),
        ("header", 2048, 2080), ("header", 2080, 4080), ("header", 4080, 4096),
        ("body", BODY_AT, BODY_AT + 24), ("body", BODY_AT + 24, BODY_AT + 56),
    ]  # fmt: skip
    parts += [("body", at, min(at + 16_400, end)) for at in range(BODY_AT + 56, end, 16_400)]
    parts += [("body", end - 16, end), ("padding", end, padded)]
    return [part for part in parts if part[1] < part[2]]


@pytest.mark.parametrize("size", [0, 1, 16_384, 40_000])
def test_one_flipped_byte_in_each_region(store: ObjectStore, layout: VaultLayout, size: int) -> None:
    content = os.urandom(size)
    stored = put(store, content)
    path = path_of(layout, stored)
    whole = path.read_bytes()
    for what, begin, end in regions(size, len(whole)):
        for at in {begin, (begin + end) // 2, end - 1}:
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x40]) + whole[at + 1 :])
            kind = refusal(store, stored, content)
            if what == "body":
                assert kind is ObjectDamagedError, at
                continue
            assert kind is None, at
            bad = store.verify(stored.name).bad_header_copies
            assert bad == ((at // 2048,) if what == "header" else ())
    path.write_bytes(whole)
    assert refusal(store, stored, content) is None


def test_every_single_byte_of_a_tiny_object(store: ObjectStore, layout: VaultLayout) -> None:
    content = b"x"
    stored = put(store, content)
    path = path_of(layout, stored)
    whole = path.read_bytes()
    for at in range(0, 8192, 61):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        in_body = BODY_AT <= at < BODY_AT + body_size(1)
        assert refusal(store, stored, content) is (ObjectDamagedError if in_body else None), at


def cut_to(length: int) -> Callable[[bytes], bytes]:
    return lambda whole: whole[:length]


@pytest.mark.parametrize(
    "damage",
    [
        cut_to(0), cut_to(4096), cut_to(8191), cut_to(8192), cut_to(40_960), cut_to(-1), cut_to(-4096),
        lambda whole: whole + b"\0",
        lambda whole: whole + bytes(4096),
        lambda whole: whole[:4096] + bytes(4096) + whole[8192:],
        lambda whole: whole[:4096] + whole[4096 + 16_400 :] + whole[4096 : 4096 + 16_400],
        lambda whole: whole[:4152] + whole[4152 + 16_400 : 4152 + 32_800] + whole[4152 : 4152 + 16_400]
        + whole[4152 + 32_800 :],
        lambda whole: whole[:4152] + whole[4152 : 4152 + 16_400] * 2 + whole[4152 + 32_800 :],
    ],
    ids=["empty", "header-only", "odd-short", "8192", "40960", "byte-short", "block-short", "byte-long",
         "block-long", "hole", "rotated", "swapped-chunks", "doubled-chunk"],
)  # fmt: skip
def test_cut_extended_and_reordered_objects_are_damaged(
    store: ObjectStore, layout: VaultLayout, damage: Callable[[bytes], bytes]
) -> None:
    content = os.urandom(60_000)
    stored = put(store, content)
    path = path_of(layout, stored)
    path.write_bytes(damage(path.read_bytes()))
    assert refusal(store, stored, content) is ObjectDamagedError


def test_a_real_hole_is_damaged(store: ObjectStore, layout: VaultLayout) -> None:
    content = os.urandom(60_000)
    stored = put(store, content)
    path = path_of(layout, stored)
    whole = path.read_bytes()
    with path.open("wb") as file:
        file.write(whole[:20_480])
        file.seek(24_576)
        file.write(whole[24_576:])
    assert refusal(store, stored, content) is ObjectDamagedError


def test_swapped_objects_are_misplaced(store: ObjectStore, layout: VaultLayout) -> None:
    contents = [os.urandom(5000), os.urandom(5000)]
    stored = [put(store, content) for content in contents]
    paths = [path_of(layout, one) for one in stored]
    data = [path.read_bytes() for path in paths]
    for place in (0, 1):
        paths[place].write_bytes(data[1 - place])
        assert refusal(store, stored[place], contents[place]) is ObjectMisplacedError


def test_a_body_under_another_objects_header_is_damaged(store: ObjectStore, layout: VaultLayout) -> None:
    first, second = put(store, b"a" * 5000), put(store, b"b" * 5000)
    paths = [path_of(layout, one) for one in (first, second)]
    paths[0].write_bytes(paths[0].read_bytes()[:4096] + paths[1].read_bytes()[4096:])
    assert refusal(store, first, b"a" * 5000) is ObjectDamagedError


@pytest.mark.parametrize("part", ["vault", "key"])
def test_an_object_of_another_vault_or_compartment_is_not_ours(
    store: ObjectStore, layout: VaultLayout, part: str
) -> None:
    stored = put(store, b"abc")
    other = ObjectStore(
        layout,
        bytes(16) if part == "vault" else VAULT_ID,
        bytes(32) if part == "key" else HEADER_KEY,
        os.urandom,
    )
    assert refusal(other, stored, b"abc") is ObjectNotOursError


@pytest.mark.parametrize("what", ["absent", "folder", "link", "fifo"])
def test_what_is_not_there_is_missing(
    store: ObjectStore, layout: VaultLayout, tmp_path: Path, what: str
) -> None:
    stored = put(store, b"abc")
    path = path_of(layout, stored)
    moved = tmp_path / "moved"
    path.rename(moved)
    if what == "folder":
        path.mkdir()
    elif what == "link":
        path.symlink_to(moved)
    elif what == "fifo":
        os.mkfifo(path)
    assert not store.exists(stored.name)
    assert refusal(store, stored, b"abc") is ObjectMissingError
    for act in (store.verify, store.destroy, store.mend_header, store.read_header_bytes):
        with pytest.raises(ObjectMissingError):
            act(stored.name)
    before = moved.read_bytes()
    with pytest.raises(ObjectMissingError):
        store.rewrite_header(stored.name, bytes(4096))
    assert moved.read_bytes() == before


def test_another_content_than_the_records_know_is_damaged(store: ObjectStore) -> None:
    stored = put(store, b"abc")
    for expected in ((4, stored.sha256), (3, bytes(32))):
        with pytest.raises(ObjectDamagedError) as caught:
            store.open(stored.name, expected)
        assert caught.value.fields["part"] == "digest"


def test_the_last_piece_is_held_back_until_the_digest_agrees(store: ObjectStore, layout: VaultLayout) -> None:
    content = os.urandom(60_000)
    stored = put(store, content)
    with store.open(stored.name) as reader:
        header = reader.header
    wrong = type(header)(**{**vars(header), "sha256": bytes(32)})
    store.rewrite_header(stored.name, store.seal(wrong))
    released = b""
    with store.open(stored.name) as reader, pytest.raises(ObjectDamagedError) as caught:
        for piece in reader.iter_content(5000):
            released += piece
    assert caught.value.fields["part"] == "digest"
    assert len(released) < len(content)


def test_a_reader_left_half_way_ends_its_thread(store: ObjectStore) -> None:
    stored = put(store, bytes(5_000_000))
    threads = threading.active_count()
    with store.open(stored.name) as reader:
        pieces = reader.iter_content()
        for _ in range(3):
            next(pieces)
        assert threading.active_count() > threads
        pieces.close()  # type: ignore[attr-defined]  # it is a generator
    assert threading.active_count() == threads
    reader.close()
    with pytest.raises(ValueError):
        reader.read_at(0, 1)


# -- headers: two copies ---------------------------------------------------------------------


@pytest.mark.parametrize("copy", [0, 1])
def test_a_bad_copy_is_mended_from_the_good_one(store: ObjectStore, layout: VaultLayout, copy: int) -> None:
    stored = put(store, b"abc")
    path = path_of(layout, stored)
    whole = path.read_bytes()
    path.write_bytes(whole[: copy * 2048] + bytes(2048) + whole[(copy + 1) * 2048 :])
    assert store.verify(stored.name).bad_header_copies == (copy,)
    assert store.mend_header(stored.name) == (copy,)
    mended = path.read_bytes()
    assert store.verify(stored.name).bad_header_copies == ()
    good = 1 - copy
    assert mended[good * 2048 :][:2048] == whole[good * 2048 :][:2048]
    assert mended[4096:] == whole[4096:]
    assert mended[:32] != mended[2048:2080]
    assert store.mend_header(stored.name) == ()


def test_of_two_copies_that_differ_the_records_choose(store: ObjectStore, layout: VaultLayout) -> None:
    stored = put(store, b"abc")
    with store.open(stored.name) as reader:
        header = reader.header
    other = store.seal(type(header)(**{**vars(header), "sha256": bytes(32)}))
    for copy in (0, 1):
        store.rewrite_header(stored.name, store.seal(header))
        with path_of(layout, stored).open("r+b") as file:
            file.seek(copy * 2048)
            file.write(other[:2048])
        with store.open(stored.name, (3, stored.sha256)) as reader:
            assert b"".join(reader.iter_content()) == b"abc"
            assert reader.bad_header_copies == (copy,)
        for expected in (None, (3, bytes([1]) * 32)):
            with pytest.raises(ObjectDamagedError):
                store.open(stored.name, expected)
        with pytest.raises(ObjectDamagedError):
            store.mend_header(stored.name)


def test_a_rewritten_header_keeps_the_body(store: ObjectStore, layout: VaultLayout) -> None:
    content = os.urandom(50_000)
    stored = put(store, content)
    before = path_of(layout, stored).read_bytes()
    new = ObjectStore(layout, VAULT_ID, bytes(32), os.urandom)
    with store.open(stored.name) as reader:
        sealed = new.seal(reader.header)
    for _ in range(2):
        new.rewrite_header(stored.name, sealed)
        assert path_of(layout, stored).read_bytes() == sealed + before[4096:]
    assert refusal(new, stored, content) is None
    assert refusal(store, stored, content) is ObjectNotOursError
    with pytest.raises(ValueError):
        new.rewrite_header(stored.name, sealed[:-1])


def test_a_rekey_stopped_between_the_copies_reads_under_both_keys(
    store: ObjectStore, layout: VaultLayout
) -> None:
    stored = put(store, b"abc")
    new = ObjectStore(layout, VAULT_ID, bytes(32), os.urandom)
    with store.open(stored.name) as reader:
        sealed = new.seal(reader.header)
    with path_of(layout, stored).open("r+b") as file:
        file.write(sealed[:2048])
    assert store.verify(stored.name).bad_header_copies == (0,)
    assert new.verify(stored.name).bad_header_copies == (1,)


def test_a_destroyed_object_is_nobodys(store: ObjectStore, layout: VaultLayout) -> None:
    stored = put(store, b"abc")
    before = path_of(layout, stored).read_bytes()
    store.destroy(stored.name)
    after = path_of(layout, stored).read_bytes()
    assert all(before[at : at + 8] != after[at : at + 8] for at in range(0, 4096, 8))
    assert after[4096:] == before[4096:]
    assert refusal(store, stored, b"abc") is ObjectNotOursError
    store.destroy(stored.name)
    store.unlink(stored.name)
    store.unlink(stored.name)
    assert not store.exists(stored.name)
