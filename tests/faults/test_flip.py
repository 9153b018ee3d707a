"""One changed byte anywhere in a small vault: never wrong bytes, and noticed, but for what the format lists.

`unnoticeable` is section 9 of docs/spec/vault-format.md put into code; every test compares with it exactly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing

import pytest
from sqlcipher3 import dbapi2

from hrd_desktop.domain.errors.vault import (
    DerivedDamagedError,
    ObjectDamagedError,
    ObjectNotOursError,
    RecordsDamagedError,
)
from hrd_desktop.services.index import refresh
from hrd_desktop.storage.vault import Vault
from tests.faults.small_vault import CONTENTS, WORD, SmallVault, make_small_vault, read_all
from tests.faults.warm import Warm

BLOCK = 4096
COPIES = ("keyslots.a", "keyslots.b")
FIRST_FOREIGN_SLOT = BLOCK + 4 * BLOCK
DATABASES = ("records.0", "derived.0")
#: Where a page of 4,096 bytes holds its parts: rows, the cipher's own 16 bytes, and 64 of authentication.
PARTS_OF_A_PAGE = (0, 16, 17, 99, 2048, 4015, 4016, 4031, 4032, 4095)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> SmallVault:
    return make_small_vault(tmp_path_factory.mktemp("small"), warm)


@pytest.fixture(autouse=True)
def sound_afterwards(small: SmallVault) -> Iterator[None]:
    yield
    small.put_right()


def body_end(content_bytes: int) -> int:
    """Where the padding of an object begins (spec 4.2)."""
    return BLOCK + 56 + content_bytes + 16 * (content_bytes // 16_384 + 1)


def unnoticeable(name: str, position: int, content_bytes: int | None = None) -> bool:
    """Whether section 9 of the specification lists this byte of this file."""
    if name in COPIES:
        return position >= FIRST_FOREIGN_SLOT
    if name in DATABASES:
        return position < 16
    assert content_bytes is not None
    return position >= body_end(content_bytes)


def mask_of(position: int) -> int:
    """One bit, each of the eight in its turn."""
    return 1 << position % 8


def thinned(positions: Iterable[int], full: bool, sample: Iterable[int]) -> list[int]:
    return list(positions) if full else sorted(set(sample))


# -- key slots --------------------------------------------------------------------------------------


def key_slot_sample() -> list[int]:
    header = (0, 7, 8, 12, 16, 31, 32, 35, 36, 40, 44, 48, 79, 80, 2_000, 4_063, 4_064, 4_095)
    slot = (0, 31, 32, 63, 64, 75, 76, 2_000, 4_079, 4_080, 4_095)
    slots = [BLOCK + BLOCK * number + part for number in range(4) for part in slot]
    return [*header, *slots, *range(FIRST_FOREIGN_SLOT, 65_536, 4_093), 65_535]


@pytest.mark.parametrize("name", COPIES)
def test_key_slots(small: SmallVault, full: bool, name: str) -> None:
    own = thinned(
        range(FIRST_FOREIGN_SLOT), full, [p for p in key_slot_sample() if not unnoticeable(name, p)]
    )
    for position in own:
        small.change(name, position, mask_of(position))
        with small.open() as vault:
            notices = vault.notices
            if position % 16 == 0 or not full:
                assert read_all(vault) == small.content, position
        assert notices == ["key-slot-file-mended" if position < BLOCK else "slot-mended"], position
        if position < BLOCK:
            assert (small.root / name).read_bytes() == small.sound[name], position
        if position % 64 == 0 or not full:
            with small.open() as vault:
                assert vault.notices == [], f"{position} was not mended for good"
        small.put_right(objects=False)


@pytest.mark.parametrize("name", COPIES)
def test_unused_and_foreign_key_slots_and_the_tail_are_not_noticed(
    small: SmallVault, full: bool, name: str
) -> None:
    positions = thinned(
        range(FIRST_FOREIGN_SLOT, 65_536), full, [p for p in key_slot_sample() if unnoticeable(name, p)]
    )
    group = 64 if full else 1
    for start in range(0, len(positions), group):
        changed = positions[start : start + group]
        for position in changed:
            small.change(name, position, mask_of(position))
        before = (small.root / name).read_bytes()
        with small.open() as vault:
            assert vault.notices == [], changed
            assert start or read_all(vault) == small.content
        assert (small.root / name).read_bytes() == before
        small.put_right(objects=False)


def test_both_copies_damaged_alike_lose_what_is_lost_and_no_more(small: SmallVault) -> None:
    """The slot of the recovery code is gone in both copies: said at every unlock, and the rest works."""
    for name in COPIES:
        small.change(name, 2 * BLOCK + 100, 1)
    for _ in range(2):
        with small.open() as vault:
            assert vault.notices == ["slot-lost"]
            assert read_all(vault) == small.content


# -- databases --------------------------------------------------------------------------------------


def positions_in_pages(data: bytes) -> list[int]:
    """In each page one position, going round the parts of a page; and all of them in the first two."""
    pages = len(data) // BLOCK
    found = {page * BLOCK + PARTS_OF_A_PAGE[page % len(PARTS_OF_A_PAGE)] for page in range(pages)}
    return sorted(found | {page * BLOCK + part for page in (0, 1) for part in PARTS_OF_A_PAGE} | {15})


def test_records(small: SmallVault) -> None:
    name = "records.0"
    for position in positions_in_pages(small.sound[name]):
        small.change(name, position, mask_of(position))
        try:
            with small.open() as vault:
                assert read_all(vault) == small.content, position
                vault.records.verify()
                noticed = False
        except RecordsDamagedError:
            noticed = True
        assert noticed != unnoticeable(name, position), position
        small.put_right(objects=False)


def test_derived(small: SmallVault) -> None:
    name = "derived.0"
    expected = search(small)
    assert expected
    rebuilt = 0
    for position in positions_in_pages(small.sound[name]):
        small.change(name, position, mask_of(position))
        with small.open() as vault:
            noticed = vault.notices == ["derived-rebuilt"]
            rebuilt += noticed
            assert read_all(vault) == small.content, position
            try:
                found = find(vault)
                assert noticed or found == expected, position
                vault.derived.verify()
            except DerivedDamagedError:
                noticed = True
        assert noticed != unnoticeable(name, position), position
        small.put_right(objects=False)
    assert rebuilt


def find(vault: Vault) -> list[int]:
    return [item.number for item in vault.records.items.iter_items() if item.id in hits(vault)]


def hits(vault: Vault) -> set[object]:
    return {hit.record_id for hit in vault.derived.search(WORD)}


def search(small: SmallVault) -> list[int]:
    with small.open() as vault:
        return find(vault)


def test_a_rebuilt_index_finds_again(small: SmallVault) -> None:
    for fault in (b"", b"not a database" * 1000, None):
        path = small.root / "derived.0"
        if fault is None:
            path.unlink()
        else:
            path.write_bytes(fault)
        with small.open() as vault:
            assert vault.notices == ["derived-rebuilt"]
            refresh(vault)
            # Words of the records at once; the words inside files when they have been looked into again.
            assert {hit.kind for hit in vault.derived.search("heron")} == {"item"}
            assert {hit.kind for hit in vault.derived.search("stork")} == {"contact"}
            assert vault.derived.pending_count() == len(CONTENTS)
        assert path.stat().st_mode & 0o777 == 0o600
        small.put_right(objects=False)


@pytest.mark.parametrize("name", DATABASES)
def test_every_page_is_authenticated_to_its_last_byte(small: SmallVault, full: bool, name: str) -> None:
    """The same place of every page is changed at once, and the library names the pages that do not hold."""
    with small.open() as vault:
        keys = vault.keys.records if name == "records.0" else vault.keys.derived
    pages = len(small.sound[name]) // BLOCK
    assert len(small.sound[name]) % BLOCK == 0
    for part in thinned(range(BLOCK), full, PARTS_OF_A_PAGE):
        for page in range(pages):
            small.change(name, page * BLOCK + part, mask_of(part))
        # Nothing of the package comes between: it would refuse the file before all of it was looked at.
        with closing(dbapi2.connect(str(small.root / name), isolation_level=None)) as connection:
            connection.execute("PRAGMA cipher_log_level = NONE")
            connection.execute(f"PRAGMA key = \"x'{keys.key.hex()}{keys.salt.hex()}'\"")
            rows = connection.execute("PRAGMA cipher_integrity_check").fetchall()
        named = {int(row[0].rsplit(" ", 1)[1]) for row in rows}
        expected = {page + 1 for page in range(pages) if not unnoticeable(name, page * BLOCK + part)}
        assert named == expected, part
        for page in range(pages):
            small.change(name, page * BLOCK + part, 0)


# -- objects ----------------------------------------------------------------------------------------


def object_sample(content_bytes: int, length: int) -> list[int]:
    copy = (0, 31, 32, 1_000, 2_031, 2_032, 2_047)
    headers = [part + start for start in (0, 2_048) for part in copy]
    body = [4_096, 4_119, 4_120, 4_151, 4_152]
    ends = [
        4_152 + 16_400 * (k + 1) + step for k in range(content_bytes // 16_384) for step in (-17, -16, -1, 0)
    ]
    end = body_end(content_bytes)
    return [p for p in (*headers, *body, *ends, end - 17, end - 16, end - 1, end, length - 1) if p < length]


@pytest.mark.parametrize("title", CONTENTS)
def test_objects_of_items(small: SmallVault, full: bool, title: str) -> None:
    name, content = small.names[title], CONTENTS[title]
    path = small.path_of(name)
    with small.open() as vault:
        objects = vault.objects
        expected = next(
            (item.size_bytes, item.sha256)
            for item in vault.records.items.iter_items()
            if item.object_name == name
        )
        length = len(small.sound[path])
        for position in thinned(range(length), full, object_sample(len(content), length)):
            small.change(path, position, mask_of(position))
            given = b""
            try:
                with objects.open(name, expected) as reader:
                    bad_copies = reader.bad_header_copies
                    for piece in reader.iter_content():
                        given += piece
                noticed = bool(bad_copies)
                assert given == content, position
            except ObjectDamagedError:
                noticed = True
                bad_copies = ()
                assert content.startswith(given), position
                assert position >= BLOCK, position
            assert noticed != unnoticeable(path, position, len(content)), position
            if position < BLOCK:
                assert bad_copies == (position // 2_048,)
                if position % 64 == 0 or not full:
                    assert objects.mend_header(name) == bad_copies
                    assert objects.verify(name, expected).bad_header_copies == ()
            restore(small, path, position)


def restore(small: SmallVault, path: str, position: int) -> None:
    if position < BLOCK:
        # Mending seals the header anew.
        (small.root / path).write_bytes(small.sound[path])
    else:
        small.change(path, position, 0)


def test_both_headers_of_an_object(small: SmallVault) -> None:
    path = small.path_of(small.names["short"])
    for position in (0, 2_048):
        small.change(path, position + 77, 1)
    with small.open() as vault, pytest.raises(ObjectNotOursError):
        vault.objects.verify(small.names["short"])


def test_snapshots_of_the_records(small: SmallVault, full: bool) -> None:
    name = small.snapshots[-1]
    path = small.path_of(name)
    with small.open() as vault, vault.objects.open(name) as sound:
        size = sound.size_bytes
        length = len(small.sound[path])
        for position in thinned(range(length), full, object_sample(size, length)[:40]):
            small.change(path, position, mask_of(position))
            try:
                with vault.objects.open(name) as reader:
                    noticed = bool(reader.bad_header_copies)
                    # The chunk that the byte lies in; sizes and digests are compared in the tests of items.
                    chunk = max(0, min(position - BLOCK - 56, size - 1)) // 16_400
                    reader.read_at(chunk * 16_384, min(16_384, size - chunk * 16_384))
                    if position >= body_end(size) - 16 - size % 16_384:
                        reader.read_at(size - 1, 1)
            except ObjectDamagedError:
                noticed = True
            assert noticed != unnoticeable(path, position, size), position
            small.change(path, position, 0)
