"""Opening a database: pinned settings, keys, files that are not what they should be, nothing disclosed."""

from __future__ import annotations

import stat
import traceback
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import (
    DatabaseUnsafeError,
    DerivedDamagedError,
    DiskFailedError,
    NewerFormatError,
    RecordsDamagedError,
)
from hrd_desktop.storage import database_settings
from hrd_desktop.storage.database import DatabaseBug, open_database
from hrd_desktop.storage.migrations.migrate import known_version
from hrd_desktop.storage.pins import PINS, Pin
from tests.unit.storage.databases import DERIVED_ID, KEY, RECORDS_ID, SALT, open_derived, open_records

SPECIFIED = {
    "cipher_page_size": "4096",
    "cipher_hmac_algorithm": "HMAC_SHA512",
    "cipher_kdf_algorithm": "PBKDF2_HMAC_SHA512",
    "cipher_memory_security": "1",
    "cipher_plaintext_header_size": "0",
    "temp_store": 2,
    "secure_delete": 1,
    "journal_mode": "truncate",
    "synchronous": 3,
    "fullfsync": 1,
    "checkpoint_fullfsync": 1,
    "locking_mode": "exclusive",
    "trusted_schema": 0,
    "foreign_keys": 1,
    "cell_size_check": 1,
    "mmap_size": 0,
    "auto_vacuum": 0,
    "cache_size": -32768,
    "cipher_log_level": "NONE",
    "encoding": "UTF-8",
}


@pytest.mark.parametrize("reopened", [False, True])
def test_every_setting_holds(tmp_path: Path, reopened: bool) -> None:
    database, _, _ = open_records(tmp_path)
    if reopened:
        database.close()
        database, _, _ = open_records(tmp_path, must_exist=True)
    answers = {name: database.query(f"PRAGMA {name}")[0][0] for name in SPECIFIED}
    assert answers == SPECIFIED
    assert database.query("PRAGMA application_id") == [(RECORDS_ID,)]
    assert {pin.name for pin in PINS} <= set(SPECIFIED)
    database.close()


@pytest.mark.parametrize("name", [pin.name for pin in PINS])
def test_another_answer_is_fatal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    pins = tuple(Pin(pin.name, pin.value, "another") if pin.name == name else pin for pin in PINS)
    monkeypatch.setattr(database_settings, "PINS", pins)
    with pytest.raises(DatabaseUnsafeError) as raised:
        open_records(tmp_path)
    assert raised.value.fields == {"setting": name}


def test_an_index_that_would_remember_is_fatal(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    with derived.transaction():
        database.execute("INSERT INTO word (word, rank) VALUES ('secure-delete', 0)")
    database.close()
    with pytest.raises(DatabaseUnsafeError) as raised:
        open_derived(tmp_path)
    assert raised.value.fields == {"setting": "fts-secure-delete"}


def test_the_file_is_private_and_begins_with_the_salt(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.settings.set("a", "b")
    database.close()
    for name in ("records.0", "records.0-journal"):
        assert stat.S_IMODE((tmp_path / name).stat().st_mode) == 0o600
    assert (tmp_path / "records.0").read_bytes()[:16] == SALT
    assert (tmp_path / "records.0-journal").read_bytes() == b""


@pytest.mark.parametrize(
    ("key", "salt"),
    [(bytes(32), SALT), (KEY, bytes(16)), (KEY[:31] + b"\xff", SALT)],
    ids=["key", "salt", "bit"],
)
def test_a_wrong_key_opens_nothing(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], key: bytes, salt: bytes
) -> None:
    open_records(tmp_path)[0].close()
    before = (tmp_path / "records.0").read_bytes()
    with pytest.raises(RecordsDamagedError):
        open_database(str(tmp_path / "records.0"), key, salt, RECORDS_ID)
    assert (tmp_path / "records.0").read_bytes() == before
    assert capfd.readouterr() == ("", "")


def test_damage_is_named_after_the_database(tmp_path: Path) -> None:
    open_derived(tmp_path)[0].close()
    with pytest.raises(DerivedDamagedError):
        open_database(str(tmp_path / "derived.0"), bytes(32), SALT, DERIVED_ID)


def test_one_database_is_not_taken_for_the_other(tmp_path: Path) -> None:
    open_derived(tmp_path)[0].close()
    with pytest.raises(RecordsDamagedError):
        open_database(str(tmp_path / "derived.0"), KEY, SALT, RECORDS_ID)


@pytest.mark.parametrize("content", [None, b""], ids=["missing", "empty"])
def test_a_database_that_must_exist_is_never_made(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "records.0"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(RecordsDamagedError):
        open_records(tmp_path, must_exist=True)
    assert (path.read_bytes() if path.exists() else None) == content


def test_a_link_in_the_place_of_a_database_makes_nothing_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "records.0").symlink_to(tmp_path / "elsewhere")
    with pytest.raises((DiskFailedError, RecordsDamagedError)):
        open_records(tmp_path)
    assert not (tmp_path / "elsewhere").exists()


def test_a_newer_schema_is_refused_by_its_number(tmp_path: Path) -> None:
    database, _, _ = open_records(tmp_path)
    with database.transaction():
        database.execute("PRAGMA user_version = 4711")
    database.close()
    with pytest.raises(NewerFormatError) as raised:
        open_records(tmp_path)
    assert raised.value.fields == {"part": "records-schema", "found": 4711, "known": known_version("records")}


@pytest.mark.parametrize("statement", ["ATTACH 'x.db' AS other", "VACUUM", "VACUUM INTO 'x.db'"])
def test_attach_and_vacuum_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    database, _, _ = open_records(tmp_path)
    with pytest.raises(DatabaseBug):
        database.query(statement)
    database.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["records.0", "records.0-journal"]


def test_no_frame_of_a_failure_holds_the_key(tmp_path: Path) -> None:
    open_records(tmp_path)[0].close()
    wrong = bytes(range(200, 232))
    try:
        open_database(str(tmp_path / "records.0"), wrong, SALT, RECORDS_ID)
    except RecordsDamagedError as error:
        told = traceback.TracebackException.from_exception(error, capture_locals=True)
        # The first frame is this test's own, which has to know the key.
        inner = [
            frame for frame in told.stack if frame.name != test_no_frame_of_a_failure_holds_the_key.__name__
        ]
        assert inner
        shown = "".join(str(frame.locals) for frame in inner)
        assert wrong.hex() not in shown
        assert repr(wrong) not in shown
        assert error.__context__ is None
        assert error.__cause__ is None
    else:
        pytest.fail("a wrong key opened the database")


def test_lengths_of_key_and_salt_are_checked(tmp_path: Path) -> None:
    for key, salt in ((KEY[:-1], SALT), (KEY, SALT + b"x")):
        with pytest.raises(DatabaseBug) as raised:
            open_database(str(tmp_path / "records.0"), key, salt, RECORDS_ID)
        assert "x'" not in str(raised.value)
