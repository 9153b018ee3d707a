"""Sentences with a number in them."""

from __future__ import annotations

from hrd_desktop.cli.counted import counted, counted_of, logs_go_on, the_first


def test_one_many_and_none() -> None:
    said = [counted(count, "snapshot is kept", "snapshots are kept") for count in (0, 1, 2)]
    assert said == ["0 snapshots are kept", "1 snapshot is kept", "2 snapshots are kept"]
    assert [logs_go_on(count) for count in (1, 2)] == [
        "1 custody log goes on under a new key, and says so",
        "2 custody logs go on under new keys, and say so",
    ]
    assert [the_first(count, "event is", "events are") for count in (1, 2)] == [
        "the first event is",
        "the first 2 events are",
    ]


def test_some_of_so_many() -> None:
    def said(part: int, whole: int) -> str:
        return counted_of(part, whole, ("file", "is whole"), ("files", "are whole"))

    assert [said(0, 1), said(1, 1)] == ["0 of 1 file is whole", "1 of 1 file is whole"]
    assert [said(0, 3), said(1, 3), said(2, 3)] == [
        "0 of 3 files are whole",
        "1 of 3 files is whole",
        "2 of 3 files are whole",
    ]
