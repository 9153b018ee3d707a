"""Writing the page of one share to a file that the user chose, outside the vault."""

from __future__ import annotations

import os

from hrd_desktop.domain.errors.vault import VaultExistsError
from hrd_desktop.storage.disk import create_file, disk_errors, fsync_file, write_at


def write_share_page(path: str, data: bytes) -> None:
    """Write ``data`` to a new file, 0600, and wait until it is on the disk.

    Raises VaultExistsError (something is there), DiskFullError, DiskFailedError; then no file is left.
    """
    with disk_errors("share-page"):
        try:
            fd = create_file(path)
        except FileExistsError:
            raise VaultExistsError() from None
        try:
            write_at(fd, 0, data)
            fsync_file(fd)
        except OSError:
            os.unlink(path)
            raise
        finally:
            os.close(fd)
