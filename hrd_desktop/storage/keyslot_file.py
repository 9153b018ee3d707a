"""The two key slot files: read whole, written in place, never by replacing the file.

Replacing by rename would leave the old bytes, and with them a removed passphrase, on the disk. What the bytes
mean is the business of ``crypto.slots``. Method: docs/spec/vault-format.md, section 2.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from hrd_desktop.domain.errors.vault import WipedError
from hrd_desktop.storage.disk import (
    OPEN_FLAGS,
    disk_errors,
    fsync_folder,
    map_os_error,
    open_read,
    open_write,
    read_at,
    sync_data,
    write_at,
)
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import PROOF_BYTES, has_tombstone, is_tombstone

KEYSLOT_FILE_BYTES = 65_536
HEADER_BYTES = 4_096
SLOT_BYTES = 4_096
SLOT_COUNT = 8


class KeySlotFiles:
    """Copies 0 (a) and 1 (b) of the key slots of one vault."""

    def __init__(self, layout: VaultLayout) -> None:
        self._layout = layout

    def read(self) -> tuple[bytes | None, bytes | None]:
        """Both files as they are, each cut after 65,537 bytes so that too long a one shows; unchecked.

        None for a copy that is missing, is a link, or cannot be read while the other can. Raises
        DiskFailedError when neither can be read and for one of them the reason is not that it is missing.
        """
        copies: list[bytes | None] = []
        failure: OSError | None = None
        for copy in (0, 1):
            try:
                copies.append(self._read_copy(copy))
            except (FileNotFoundError, NotADirectoryError):
                copies.append(None)
            except OSError as error:
                copies.append(None)
                failure = error
        if failure is not None and copies == [None, None]:
            raise map_os_error(failure, "read-key-slots") from None
        return copies[0], copies[1]

    def _read_copy(self, copy: int) -> bytes:
        fd = open_read(self._layout.keyslots(copy))
        try:
            return read_at(fd, 0, KEYSLOT_FILE_BYTES + 1)
        finally:
            os.close(fd)

    def write_slots(self, copy: int, first: int, slots: Sequence[bytes]) -> None:
        """Write consecutive slots from number ``first`` (0 to 7) on into one copy, and sync it.

        Raises WipedError when a wipe has begun, DiskFailedError, DiskFullError.
        """
        fits = 0 <= first <= first + len(slots) <= SLOT_COUNT
        if not fits or any(len(slot) != SLOT_BYTES for slot in slots):
            raise ValueError("up to eight slots of 4,096 bytes")
        with disk_errors("write-key-slots"):
            fd = open_write(self._layout.keyslots(copy))
            try:
                self._write(copy, fd, HEADER_BYTES + first * SLOT_BYTES, b"".join(slots))
            finally:
                os.close(fd)

    def write_header(self, copy: int, header: bytes) -> None:
        """Write the 4,096 bytes of the header into one copy, and not one byte of its slots. Synced.

        Raises WipedError when a wipe has begun, DiskFailedError, DiskFullError.
        """
        if len(header) != HEADER_BYTES:
            raise ValueError("a key slot header has 4,096 bytes")
        with disk_errors("write-key-slots"):
            fd = open_write(self._layout.keyslots(copy))
            try:
                self._write(copy, fd, 0, header)
            finally:
                os.close(fd)

    def write_whole(self, copy: int, data: bytes) -> None:
        """Make one copy consist of these 65,536 bytes, in place; a missing file is made. Synced.

        Raises WipedError when a wipe has begun, DiskFailedError, DiskFullError.
        """
        if len(data) != KEYSLOT_FILE_BYTES:
            raise ValueError("a key slot file has 65,536 bytes")
        with disk_errors("write-key-slots"):
            fd = os.open(self._layout.keyslots(copy), os.O_RDWR | os.O_CREAT | OPEN_FLAGS, 0o600)
            try:
                self._write(copy, fd, 0, data)
            finally:
                os.close(fd)
            fsync_folder(self._layout.root)

    def _write(self, copy: int, fd: int, offset: int, data: bytes) -> None:
        # A wipe by another process overwrites these files while we have the vault open. It repeats that once
        # we are gone; this look at both copies keeps us from undoing it even if it is killed in between.
        if is_tombstone(read_at(fd, 0, PROOF_BYTES)) or has_tombstone(self._layout.keyslots(1 - copy)):
            raise WipedError()
        write_at(fd, offset, data)
        if os.fstat(fd).st_size > KEYSLOT_FILE_BYTES:
            os.ftruncate(fd, KEYSLOT_FILE_BYTES)
        sync_data(fd)

    @staticmethod
    def new_file(header: bytes, random: Callable[[int], bytes]) -> bytes:
        """A whole file with this header and nothing but unused slots."""
        if len(header) != HEADER_BYTES:
            raise ValueError("a key slot header has 4,096 bytes")
        return header + random(KEYSLOT_FILE_BYTES - HEADER_BYTES)
