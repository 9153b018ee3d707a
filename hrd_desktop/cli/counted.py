"""Sentences with a number in them, right for one as for many."""

from __future__ import annotations


def counted(count: int, one: str, many: str) -> str:
    """The number, and what is said of one or of many: "1 snapshot is kept", "3 snapshots are kept"."""
    return f"{count} {one if count == 1 else many}"


def the_first(count: int, one: str, many: str) -> str:
    """So many from the beginning: "the first event is", "the first 3 events are"."""
    return f"the first {one}" if count == 1 else f"the first {count} {many}"


def counted_of(part: int, whole: int, one: tuple[str, str], many: tuple[str, str]) -> str:
    """Some of so many, given as noun and rest: "1 of 1 file is whole", "1 of 3 files is whole"."""
    noun = counted(whole, one[0], many[0])
    return f"{part} of {noun} {one[1] if 1 in (part, whole) else many[1]}"


def logs_go_on(count: int) -> str:
    """What becomes of the custody logs in a vault that was restored or rescued."""
    return counted(
        count,
        "custody log goes on under a new key, and says so",
        "custody logs go on under new keys, and say so",
    )
