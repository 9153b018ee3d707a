"""How long the path of a database may be: the library itself only says that the file does not open."""

from __future__ import annotations

import os

from hrd_desktop.domain.errors.vault import PathTooLongError

#: Measured, on the real path in bytes: MAX_PATHNAME of SQLite's os_unix.c is 512, and it adds ``-journal``.
LONGEST_BYTES = 504


def verify_length(path: str) -> None:
    """Raise PathTooLongError when the library could not open a database at ``path`` for its length alone."""
    if os.name == "posix" and len(os.fsencode(os.path.realpath(path))) > LONGEST_BYTES:
        raise PathTooLongError(longest=LONGEST_BYTES)
