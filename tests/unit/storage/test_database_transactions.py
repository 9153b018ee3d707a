"""Transactions, failures and what they say, re-keying, interrupting."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.records import ExistsError, FieldValueError
from hrd_desktop.domain.errors.vault import DiskFullError, RecordsDamagedError
from hrd_desktop.storage.database import ConstraintBroken, DatabaseBug, open_database
from tests.unit.storage.databases import KEY, RECORDS_ID, SALT, made_item, open_records

CANARY = "canary-Zq81"


def test_an_exception_rolls_back_and_goes_on(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.settings.set("kept", "yes")
    with pytest.raises(KeyboardInterrupt), records.transaction():
        records.settings.set("kept", "no")
        raise KeyboardInterrupt
    assert records.settings.find("kept") == "yes"
    assert records.state().epoch == 1
    assert not database.in_transaction
    with records.transaction():
        records.settings.set("kept", "again")
    assert records.settings.find("kept") == "again"
    database.close()


def test_the_journal_is_empty_when_idle(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    journal = tmp_path / "records.0-journal"
    assert journal.read_bytes() == b""
    with records.transaction():
        for number in range(1, 50):
            records.items.insert(made_item(number))
    assert journal.read_bytes() == b""
    with pytest.raises(ZeroDivisionError), records.transaction():
        records.items.insert(made_item(60))
        raise ZeroDivisionError
    assert journal.read_bytes() == b""
    database.close()
    assert journal.read_bytes() == b""


def test_transactions_are_not_nested(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with pytest.raises(DatabaseBug), records.transaction():
        records.settings.set("a", "b")
        with records.quiet_transaction():
            pytest.fail("a transaction began in another")
    assert records.settings.find("a") is None
    database.close()


def test_a_change_outside_a_transaction_is_refused(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with pytest.raises(DatabaseBug):
        records.settings.set("a", "b")
    with pytest.raises(DatabaseBug):
        records.names.reserve([bytes(16)])
    assert records.settings.find("a") is None
    database.close()


def test_a_full_disk_rolls_back_and_leaves_the_database_writable(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    pages = database.query("PRAGMA page_count")[0][0]
    database.query(f"PRAGMA max_page_count = {pages + 4}")
    with pytest.raises(DiskFullError), records.transaction():
        records.settings.set("long", "x" * 1_000_000)
    assert records.settings.find("long") is None
    database.query("PRAGMA max_page_count = 1000000")
    with records.transaction():
        records.settings.set("long", "x" * 1_000_000)
    records.verify()
    database.close()


def test_after_the_library_dropped_a_transaction_nothing_is_changed_bit_by_bit(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with pytest.raises(DatabaseBug), records.transaction():
        database.query("ROLLBACK")
        records.settings.set("a", "b")
    assert records.settings.find("a") is None
    database.close()


def test_failures_disclose_no_value(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    failures: list[BaseException] = []

    def collect(statement: str, *values: object) -> None:
        with pytest.raises((DatabaseBug, FieldValueError)) as raised, records.quiet_transaction():
            database.execute(statement, values)  # type: ignore[arg-type]  # values of any type, wrong ones too
        failures.append(raised.value)

    with records.transaction():
        records.settings.set(CANARY, CANARY)
    collect("INSERT INTO setting (name, value) VALUES (?, ?)", CANARY, CANARY)
    collect("INSERT INTO setting (name, value) VALUES (?, ?)", "\udcff" + CANARY, "")
    collect("INSERT INTO snapshot (name, epoch, made_utc) VALUES (?, ?, ?)", bytes(16), CANARY, 1)
    collect("INSERT INTO snapshot (name, epoch, made_utc) VALUES (?, ?, ?)", bytes(16), 2**80, 1)
    collect("INSERT INTO setting (name, value) VALUES (?, ?)", object(), CANARY)
    collect(f"SELECT {CANARY!r} FROM nowhere")
    for failure in failures:
        assert CANARY not in str(failure)
        assert CANARY not in repr(failure)
        assert failure.__cause__ is None
        assert failure.__context__ is None
    assert isinstance(failures[0], ConstraintBroken)
    database.close()


def test_an_item_twice_is_told_as_such(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with pytest.raises(ExistsError) as raised, records.transaction():
        records.items.insert(made_item(1))
        records.items.insert(made_item(1))
    assert raised.value.__context__ is None
    assert records.items.count() == 0
    database.close()


def test_rekey_changes_key_and_salt_and_no_record(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        for number in range(1, 200):
            records.items.insert(made_item(number))
    new_key, new_salt = KEY[::-1], SALT[::-1]
    database.rekey(new_key, new_salt)
    with records.transaction():
        records.settings.set("after", "yes")
    database.close()
    path = str(tmp_path / "records.0")
    assert (tmp_path / "records.0").read_bytes()[:16] == new_salt
    assert (tmp_path / "records.0-journal").read_bytes() == b""
    with pytest.raises(RecordsDamagedError):
        open_database(path, KEY, SALT, RECORDS_ID)
    reopened = open_database(path, new_key, new_salt, RECORDS_ID, must_exist=True)
    assert reopened.query("SELECT count(*) FROM item") == [(199,)]
    reopened.verify()
    reopened.close()


def test_rekey_in_a_transaction_is_refused(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with pytest.raises(DatabaseBug), records.transaction():
        database.rekey(KEY[::-1], SALT)
    database.close()
    open_records(tmp_path, must_exist=True)[0].close()


def test_interrupting_from_another_thread_cancels_what_runs(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    running = threading.Event()
    stop = threading.Event()

    def interrupt_until_stopped() -> None:
        running.wait()
        while not stop.is_set():
            database.interrupt()

    thread = threading.Thread(target=interrupt_until_stopped)
    thread.start()
    endless = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n"
    try:
        running.set()
        with pytest.raises(Cancelled):
            database.query(endless)
    finally:
        stop.set()
        thread.join()
    with records.transaction():
        records.settings.set("still", "usable")
    database.close()
    database.interrupt()


def test_closing_twice_and_in_a_transaction(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        records.settings.set("a", "kept")
    transaction = records.transaction()
    transaction.__enter__()
    records.settings.set("a", "lost")
    database.close()
    database.close()
    database, records, _ = open_records(tmp_path, must_exist=True)
    assert records.settings.find("a") == "kept"
    database.close()
