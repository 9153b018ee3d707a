"""A journal that the library passes over is emptied once the database is open."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.stale_journal import empty_passed_over_journal
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID

MAGIC = bytes.fromhex("d9d505f920a163d7")


@pytest.mark.parametrize(
    "content",
    [
        bytes(512) + os.urandom(4096),
        b"other bytes " * 400,
        MAGIC + bytes(504) + os.urandom(4096),
        MAGIC + b"\xff" * 600,
        MAGIC[:5],
        b"x",
        b"",
    ],
    ids=["no header", "another header", "nothing in it", "nonsense in it", "cut", "a byte", "empty"],
)
def test_what_the_library_passes_over_is_emptied(tmp_path: Path, content: bytes) -> None:
    path, key, salt = str(tmp_path / "records.0"), os.urandom(32), os.urandom(16)
    open_database(path, key, salt, RECORDS_APPLICATION_ID).close()
    before = Path(path).read_bytes()
    journal = tmp_path / "records.0-journal"
    journal.write_bytes(content)
    database = open_database(path, key, salt, RECORDS_APPLICATION_ID, must_exist=True)
    database.verify()
    assert journal.stat().st_size == 0
    database.close()
    assert journal.stat().st_size == 0
    assert Path(path).read_bytes() == before


def test_no_journal_is_made(tmp_path: Path) -> None:
    empty_passed_over_journal(str(tmp_path / "records.0"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(600))
    (tmp_path / "records.0-journal").symlink_to(outside)
    with pytest.raises(OSError, match=r"symbolic|ELOOP"):
        empty_passed_over_journal(str(tmp_path / "records.0"))
    assert outside.stat().st_size == 600
