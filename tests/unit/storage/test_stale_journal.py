"""A journal without its header is emptied; one with it is the library's to play back."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.storage.stale_journal import empty_incomplete_journal

MAGIC = bytes.fromhex("d9d505f920a163d7")


@pytest.mark.parametrize(
    ("content", "left"),
    [
        (bytes(512) + os.urandom(4096), 0),
        (MAGIC + bytes(504) + os.urandom(4096), 4608),
        (b"", 0),
    ],
    ids=["incomplete", "complete", "empty"],
)
def test_only_what_is_no_journal_is_emptied(tmp_path: Path, content: bytes, left: int) -> None:
    journal = tmp_path / "records.0-journal"
    journal.write_bytes(content)
    empty_incomplete_journal(str(tmp_path / "records.0"))
    assert journal.read_bytes() == content[:left]


def test_no_journal_is_made(tmp_path: Path) -> None:
    empty_incomplete_journal(str(tmp_path / "records.0"))
    assert list(tmp_path.iterdir()) == []


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(bytes(600))
    (tmp_path / "records.0-journal").symlink_to(outside)
    with pytest.raises(OSError, match=r"symbolic|ELOOP"):
        empty_incomplete_journal(str(tmp_path / "records.0"))
    assert outside.stat().st_size == 600
