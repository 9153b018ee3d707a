import os
from pathlib import Path

import pytest

from hrd_desktop.crypto.database_pages import PAGE_BYTES, USABLE_BYTES, DatabasePages
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.domain.errors.vault import NoRoomError, RecordsDamagedError
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.fixed_database import fill_up, make_fixed_database, used_bytes
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID

KEYS = derive_keys(bytes(range(32)), bytes(16))
NEW_KEYS = derive_keys(bytes(32), bytes(16))


def made(path: Path, pages: int) -> Path:
    path.write_bytes(os.urandom(pages * PAGE_BYTES))
    make_fixed_database(str(path), KEYS.records, RECORDS_APPLICATION_ID, os.urandom)
    return path


def open_it(path: Path, *, new: bool = False, fixed: bool = True) -> Database:
    key = NEW_KEYS.records if new else KEYS.records
    return open_database(str(path), key.key, key.salt, RECORDS_APPLICATION_ID, must_exist=True, fixed=fixed)


@pytest.mark.parametrize("pages", [256, 1100])
def test_every_page_is_real_and_it_can_be_given_another_key_at_its_length(tmp_path: Path, pages: int) -> None:
    path = made(tmp_path / "db", pages)
    before = path.stat()
    database = open_it(path)
    database.verify()
    database.rekey(NEW_KEYS.records.key, NEW_KEYS.records.salt)
    database.verify()
    database.close()
    database = open_it(path, new=True)
    assert database.page_count() == pages
    database.close()
    after = path.stat()
    assert (after.st_size, after.st_ino) == (before.st_size, before.st_ino)
    assert (tmp_path / "db-journal").stat().st_size == 0


def test_it_never_grows_and_says_so(tmp_path: Path) -> None:
    path = made(tmp_path / "db", 128)
    database = open_it(path)
    with pytest.raises(NoRoomError) as refused, database.transaction():
        for number in range(200):
            database.execute("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 4000))
    assert refused.value.fields == {"part": "records"}
    assert database.query("SELECT count(*) FROM setting") == [(0,)]
    with database.transaction():
        database.execute("INSERT INTO setting VALUES ('a', 'b')")
    database.verify()
    database.close()
    assert path.stat().st_size == 128 * PAGE_BYTES


def test_one_that_was_not_finished_is_none(tmp_path: Path) -> None:
    path = made(tmp_path / "db", 128)
    data = bytearray(path.read_bytes())
    data[:PAGE_BYTES] = os.urandom(PAGE_BYTES)
    path.write_bytes(data)
    with pytest.raises(RecordsDamagedError):
        open_it(path)


def test_an_old_journal_is_not_played_back_over_it(tmp_path: Path) -> None:
    (tmp_path / "db-journal").write_bytes(os.urandom(20_000))
    path = made(tmp_path / "db", 128)
    assert (tmp_path / "db-journal").stat().st_size == 0
    open_it(path).close()


def test_its_beginning_holds_all_that_is_in_it(tmp_path: Path) -> None:
    path = made(tmp_path / "db", 2100)
    database = open_it(path)
    for number in range(300):
        with database.transaction():
            database.execute("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 3000))
    with database.transaction():
        database.execute("DELETE FROM setting WHERE name LIKE '1%'")
    kept = database.query("SELECT count(*), max(name) FROM setting")
    database.close()
    needed = used_bytes(str(path), KEYS.records)
    assert 300 * 3000 / 2 < needed < 2_000_000
    copy = tmp_path / "copy"
    copy.write_bytes(path.read_bytes()[:needed])
    fill_up(str(copy), NEW_KEYS.records, os.urandom)
    assert copy.stat().st_size == needed
    os.truncate(copy, 2100 * PAGE_BYTES)
    open_it(copy).close()
    copy.write_bytes(path.read_bytes()[:needed])
    fill_up(str(copy), KEYS.records, os.urandom)
    database = open_it(copy)
    database.verify()
    assert database.query("SELECT count(*), max(name) FROM setting") == kept
    assert database.query("PRAGMA integrity_check") == [("ok",)]
    with database.transaction():
        for number in range(1000, 1300):
            database.execute("INSERT INTO setting VALUES (?, ?)", (str(number), "x" * 3000))
    database.close()


def test_a_page_that_was_changed_or_moved_is_none() -> None:
    pages = DatabasePages(KEYS.records)
    content = os.urandom(USABLE_BYTES)
    sealed = pages.seal(7, content, os.urandom)
    assert pages.find_content(7, sealed) == content
    assert pages.find_content(8, sealed) is None
    assert pages.find_content(7, sealed[:-1]) is None
    for place in (0, 2000, USABLE_BYTES, PAGE_BYTES - 1):
        changed = bytearray(sealed)
        changed[place] ^= 1
        assert pages.find_content(7, bytes(changed)) is None
