"""Emptying a rollback journal that the library has passed over.

A journal with a sound header is played back by the library when the database is first read, and emptied. One
without (a crash came before the header was written, or a power cut left the file's length without its bytes)
is no journal for the library: it passes it over, and would leave older pages there until the next change.
"""

from __future__ import annotations

import os

from hrd_desktop.storage.disk import fsync_file, open_write


def empty_passed_over_journal(database_path: str) -> None:
    """Empty the journal. Call with the database open, read from, and in no transaction.

    Safe: what the library took for a journal it has played back and emptied by then, or opening has failed.
    Raises OSError.
    """
    try:
        fd = open_write(database_path + "-journal")
    except FileNotFoundError:
        return
    try:
        if os.fstat(fd).st_size > 0:
            os.ftruncate(fd, 0)
            fsync_file(fd)
    finally:
        os.close(fd)
