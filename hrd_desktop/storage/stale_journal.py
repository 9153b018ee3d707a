"""Emptying a rollback journal that a crash left before it was complete.

A journal that has its header is played back by the library when the database is first read, and emptied. One
whose header was not yet written is no journal for the library: it passes it over, and would leave older pages
there until the next change.
"""

from __future__ import annotations

import os

from hrd_desktop.storage.disk import fsync_file, open_write, read_at


def empty_incomplete_journal(database_path: str) -> None:
    """Empty the journal if it has no header. Call with the database open, read from, and in no transaction.

    Safe: the library decides by the same byte whether there is anything to be played back. Raises OSError.
    """
    try:
        fd = open_write(database_path + "-journal")
    except FileNotFoundError:
        return
    try:
        if os.fstat(fd).st_size > 0 and read_at(fd, 0, 1) == b"\0":
            os.ftruncate(fd, 0)
            fsync_file(fd)
    finally:
        os.close(fd)
