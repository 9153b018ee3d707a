"""Databases that never change their length: those of compartment 1, made in place over files of the reserve.

Method: docs/spec/vault-format.md, section 7. Every page of the file is a real one from the start, all but the
first on SQLite's list of free pages, so that the library re-keys and checks the file at the length it has.
"""

from __future__ import annotations

import os
import stat
import struct
from collections.abc import Iterator

from hrd_desktop.crypto.database_pages import PAGE_BYTES, RESERVED_BYTES, USABLE_BYTES, DatabasePages
from hrd_desktop.crypto.keys import DatabaseKey
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.storage.disk import (
    disk_errors,
    fsync_file,
    open_read,
    open_write,
    read_at,
    sync_data,
    write_at,
)
from hrd_desktop.storage.writeback import Writeback

#: Leaves that SQLite itself puts on one trunk page of its free list (a few less than would fit).
LEAVES_A_TRUNK = USABLE_BYTES // 4 - 8
_SQLITE_VERSION = 3_045_000
_FIRST_TRUNK_AT = 32
_MOST_LEAVES = USABLE_BYTES // 4 - 2


def make_fixed_database(path: str, key: DatabaseKey, application_id: int, random: Random) -> None:
    """Overwrite the file at ``path``, its journal emptied before, with an empty database of the same length.

    Nothing is truncated and nothing grows; the first page comes last, so that a database that was begun is
    none. Synced. Raises DiskFullError, DiskFailedError, also where there is no such regular file.
    """
    with disk_errors("fixed-database"):
        _empty_journal(path)
        fd = open_write(path)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise FileNotFoundError
            count = found.st_size // PAGE_BYTES
            pages = DatabasePages(key)
            # What was here before must not open any more, whatever becomes of the rest.
            write_at(fd, 0, random(PAGE_BYTES))
            sync_data(fd)
            writeback = Writeback(fd)
            for number, content in _iter_contents(count, application_id):
                if number > 1:
                    write_at(fd, (number - 1) * PAGE_BYTES, pages.seal(number, content, random))
                    writeback.written_to(number * PAGE_BYTES)
            sync_data(fd)
            first = _first_page(count, application_id)
            write_at(fd, 0, pages.seal(1, first, random))
            sync_data(fd)
        finally:
            os.close(fd)


def used_bytes(path: str, key: DatabaseKey) -> int:
    """The length of the beginning of the file that holds every page in use and the whole free list.

    What follows are pages whose content nobody needs. With the journal empty and no transaction open. The
    whole length where the list cannot be followed. Raises DiskFailedError.
    """
    with disk_errors("read-database"):
        fd = open_read(path)
        try:
            return _last_needed(fd, DatabasePages(key), os.fstat(fd).st_size // PAGE_BYTES) * PAGE_BYTES
        finally:
            os.close(fd)


def fill_up(path: str, key: DatabaseKey, random: Random) -> None:
    """Give a file that holds the beginning of such a database (``used_bytes``) the pages that it lacks.

    Does nothing where the first page does not open with ``key``. Raises DiskFullError, DiskFailedError.
    """
    pages = DatabasePages(key)
    with disk_errors("fixed-database"):
        fd = open_write(path)
        try:
            first = pages.find_content(1, read_at(fd, 0, PAGE_BYTES))
            if first is None:
                return
            there = os.fstat(fd).st_size // PAGE_BYTES
            for number in range(there + 1, int.from_bytes(first[28:32], "big") + 1):
                write_at(fd, (number - 1) * PAGE_BYTES, pages.seal(number, bytes(USABLE_BYTES), random))
            sync_data(fd)
        finally:
            os.close(fd)


def _iter_contents(count: int, application_id: int) -> Iterator[tuple[int, bytes]]:
    """Number and content of every page of an empty database of ``count`` pages."""
    yield 1, _first_page(count, application_id)
    trunks = _trunk_count(count)
    leaf = trunks + 2
    for trunk in range(2, trunks + 2):
        leaves = range(leaf, min(leaf + LEAVES_A_TRUNK, count + 1))
        leaf = leaves.stop
        following = trunk + 1 if trunk < trunks + 1 else 0
        content = struct.pack(f">{2 + len(leaves)}I", following, len(leaves), *_in_order_of_use(leaves))
        yield trunk, content.ljust(USABLE_BYTES, b"\0")
    for number in range(trunks + 2, count + 1):
        yield number, bytes(USABLE_BYTES)


def _in_order_of_use(leaves: range) -> list[int]:
    """The lowest page first, then the others from the highest down.

    SQLite takes the first of the list where it does not matter to it, and puts the last in its place. So what
    is used stays together at the beginning of the file, which is all that a snapshot holds.
    """
    return [*leaves[:1], *reversed(leaves[1:])]


def _trunk_count(count: int) -> int:
    free = count - 1
    return -(-free // (LEAVES_A_TRUNK + 1))


def _first_page(count: int, application_id: int) -> bytes:
    """SQLite's file header (https://sqlite.org/fileformat.html, 1.3) and an empty schema.

    The change counter and the number it is valid for are both 1: only so is the length in pages believed.
    """
    header = struct.pack(
        ">16sHBBBBBB",
        b"SQLite format 3\0",
        PAGE_BYTES,
        1,
        1,
        RESERVED_BYTES,
        64,
        32,
        32,
    )
    # Counter, length, first trunk, free pages; schema cookie and format, cache, largest root, encoding,
    # user version, incremental vacuum, application id.
    header += struct.pack(">12I", 1, count, 2, count - 1, 0, 0, 0, 0, 1, 0, 0, application_id)
    header += bytes(20) + struct.pack(">2I", 1, _SQLITE_VERSION)
    # An empty leaf of the table of the schema: no cell, the cells' area begins where the usable bytes end.
    header += struct.pack(">BHHHB", 0x0D, 0, 0, USABLE_BYTES, 0)
    return header.ljust(USABLE_BYTES, b"\0")


def _last_needed(fd: int, pages: DatabasePages, count: int) -> int:
    """The number of the last page that is in use or part of the free list."""
    free: set[int] = set()
    first = pages.find_content(1, read_at(fd, 0, PAGE_BYTES))
    if first is None:
        return count
    trunk = int.from_bytes(first[_FIRST_TRUNK_AT : _FIRST_TRUNK_AT + 4], "big")
    seen: set[int] = set()
    while trunk:
        content = pages.find_content(trunk, read_at(fd, (trunk - 1) * PAGE_BYTES, PAGE_BYTES))
        if content is None or trunk in seen:
            return count
        seen.add(trunk)
        trunk, leaves = struct.unpack_from(">2I", content)
        if leaves > _MOST_LEAVES:
            return count
        free.update(struct.unpack_from(f">{leaves}I", content, 8))
    last = count
    while last > 1 and last in free:
        last -= 1
    return last


def _empty_journal(path: str) -> None:
    """Played back over the new pages, an old journal would bring back what was there before."""
    fd = os.open(path + "-journal", os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        os.ftruncate(fd, 0)
        fsync_file(fd)
    finally:
        os.close(fd)
