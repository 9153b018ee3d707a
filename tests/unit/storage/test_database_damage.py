"""One flipped byte on any page, and files cut anywhere: never a wrong value, and nothing goes unnoticed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import DerivedDamagedError, DiskFailedError, RecordsDamagedError
from hrd_desktop.domain.records import ItemDetails
from hrd_desktop.storage.database import PAGE_BYTES, Database
from hrd_desktop.storage.derived.search_index import SearchDocument
from hrd_desktop.storage.disk import is_unreadable
from tests.unit.storage.databases import made_case, made_id, made_item, open_derived, open_records

# Longer than a page by so much that its last overflow page is short: the one that the library hands out
# as zeros, without an error, when it does not authenticate.
LONG = "It was a dark evening. " * 700


def _fill(folder: Path) -> None:
    database, records, _ = open_records(folder)
    with records.transaction():
        records.cases.insert(made_case("one"))
        for number in range(1, 21):
            item = made_item(number, details=ItemDetails(title=str(number), note=LONG[: number * 800]))
            records.items.insert(item)
            records.cases.register(made_id("case one"), item.id)
        records.settings.set("gone", "x" * 40_000)
    with records.transaction():
        # Leaves free pages behind, which no statement ever reads.
        records.settings.remove("gone")
    database.close()


def _everything(database: Database) -> Iterator[tuple[str, list[tuple[object, ...]]]]:
    """Every row of every table, one statement for each row that is large."""
    names = [
        row[0] for row in database.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    ]
    for name in names:
        yield name, database.query(f"SELECT * FROM {name}")
    for number in range(1, 21):
        yield f"item {number}", database.query("SELECT note FROM item WHERE number = ?", (number,))


def _read(folder: Path) -> dict[str, list[tuple[object, ...]]]:
    database, _, _ = open_records(folder, must_exist=True)
    try:
        return dict(_everything(database))
    finally:
        database.close()


def _is_noticed_by_verify(folder: Path) -> bool:
    try:
        database, records, _ = open_records(folder, must_exist=True)
    except RecordsDamagedError:
        return True
    try:
        records.verify()
    except RecordsDamagedError:
        return True
    finally:
        database.close()
    return False


def test_a_flipped_byte_on_any_page(tmp_path: Path) -> None:
    _fill(tmp_path)
    path = tmp_path / "records.0"
    whole, truth = path.read_bytes(), _read(tmp_path)
    pages = len(whole) // PAGE_BYTES
    assert pages > 100
    chance = random.Random(7)
    refused = 0
    for page in range(pages):
        # The first bytes of the file are the salt, which is not read; the last ones of a page are its tag.
        edges = {16 if page == 0 else 0, PAGE_BYTES - 1} if page % 8 == 0 else set()
        for offset in edges | {chance.randrange(16, PAGE_BYTES)}:
            damaged = bytearray(whole)
            damaged[page * PAGE_BYTES + offset] ^= 1 << chance.randrange(8)
            path.write_bytes(damaged)
            try:
                assert _read(tmp_path) == truth, f"page {page + 1}: a wrong value"
            except RecordsDamagedError:
                refused += 1
                continue
            assert _is_noticed_by_verify(tmp_path), f"page {page + 1}: unnoticed"
    # What was read without a refusal are free pages and indexes that no statement above needed.
    assert refused > pages // 2


def test_the_salt_in_the_file_is_never_read(tmp_path: Path) -> None:
    _fill(tmp_path)
    path = tmp_path / "records.0"
    truth = _read(tmp_path)
    path.write_bytes(bytes(16) + path.read_bytes()[16:])
    assert _read(tmp_path) == truth


def test_one_row_alone_whose_last_page_is_damaged(tmp_path: Path) -> None:
    """The library returns zeros for the end of this value and no error: the case that must not be trusted."""
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.items.insert(made_item(1, details=ItemDetails(note=LONG)))
    database.close()
    path = tmp_path / "records.0"
    whole = path.read_bytes()
    wrong = 0
    for page in range(1, len(whole) // PAGE_BYTES):
        damaged = bytearray(whole)
        damaged[page * PAGE_BYTES + 2000] ^= 1
        path.write_bytes(damaged)
        try:
            database, records, _ = open_records(tmp_path, must_exist=True)
        except RecordsDamagedError:
            continue
        try:
            assert database.query("SELECT note FROM item") == [(LONG,)]
        except RecordsDamagedError:
            wrong += 1
            with pytest.raises(RecordsDamagedError):
                records.settings.find("anything")
            with pytest.raises(RecordsDamagedError), records.transaction():
                pytest.fail("a damaged database took a change")
        finally:
            database.close()
    assert wrong >= len(LONG) // PAGE_BYTES


def test_a_file_cut_anywhere(tmp_path: Path) -> None:
    _fill(tmp_path)
    path = tmp_path / "records.0"
    whole = path.read_bytes()
    sizes = [0, 1, 15, 16, 100, 512, 1024, PAGE_BYTES - 1, PAGE_BYTES, PAGE_BYTES + 1]
    sizes += range(2 * PAGE_BYTES, len(whole), 7 * PAGE_BYTES)
    for size in sizes:
        path.write_bytes(whole[:size])
        with pytest.raises(RecordsDamagedError):
            open_records(tmp_path, must_exist=True)
    # Cut in its last page the file opens, as after a crash while it grew; the page does not.
    path.write_bytes(whole[:-1])
    assert _is_noticed_by_verify(tmp_path)
    path.write_bytes(whole)
    assert not _is_noticed_by_verify(tmp_path)


def test_pages_that_changed_places(tmp_path: Path) -> None:
    _fill(tmp_path)
    path = tmp_path / "records.0"
    whole, truth = path.read_bytes(), _read(tmp_path)
    chance = random.Random(11)
    for _ in range(20):
        one, other = chance.sample(range(1, len(whole) // PAGE_BYTES), 2)
        swapped = bytearray(whole)
        first, second = (slice(page * PAGE_BYTES, (page + 1) * PAGE_BYTES) for page in (one, other))
        swapped[first], swapped[second] = whole[second], whole[first]
        path.write_bytes(swapped)
        try:
            assert _read(tmp_path) == truth
        except RecordsDamagedError:
            continue
        assert _is_noticed_by_verify(tmp_path)


def test_a_damaged_index_is_refused_and_not_searched(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    with derived.transaction():
        for number in range(1, 120):
            derived.index(SearchDocument("item", made_id(str(number)), f"word{number} common", "", number))
            derived.put_text(made_id(str(number)), f"text{number} " * 80)
    truth = [derived.search(words, limit=200) for words in ("common", "text7", "word9")]
    database.close()
    path = tmp_path / "derived.0"
    whole = path.read_bytes()
    refused = 0
    for page in range(1, len(whole) // PAGE_BYTES, 2):
        damaged = bytearray(whole)
        damaged[page * PAGE_BYTES + 1234] ^= 0x10
        path.write_bytes(damaged)
        try:
            database, derived = open_derived(tmp_path, must_exist=True)
        except DerivedDamagedError:
            refused += 1
            continue
        try:
            found = [derived.search(words, limit=200) for words in ("common", "text7", "word9")]
        except DerivedDamagedError:
            refused += 1
        else:
            assert found == truth
            with pytest.raises(DerivedDamagedError):
                derived.verify()
        finally:
            database.close()
    assert refused >= 5


def test_a_disk_that_does_not_answer_is_not_told_as_damage(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library tells both alike; whoever pulled out a stick must not be told to restore a backup."""
    _fill(tmp_path)
    path = tmp_path / "records.0"
    data = bytearray(path.read_bytes())
    data[3 * PAGE_BYTES :] = bytes(len(data) - 3 * PAGE_BYTES)
    path.write_bytes(data)
    monkeypatch.setattr("hrd_desktop.storage.database.is_unreadable", lambda path: True)
    with pytest.raises(DiskFailedError):
        _read(tmp_path)
    monkeypatch.undo()
    with pytest.raises(RecordsDamagedError):
        _read(tmp_path)
    assert not is_unreadable(str(path))
    assert is_unreadable(str(tmp_path / "gone"))
