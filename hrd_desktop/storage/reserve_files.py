"""The files of a reserve: how large they are, and filling them with random bytes.

Method: docs/spec/vault-format.md, section 7.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.padding import random_fill
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.vault import ReserveSizeError
from hrd_desktop.storage.disk import create_file, disk_errors, fsync_file, open_write, sync_data, write_at
from hrd_desktop.storage.writeback import Writeback

KIB = 1024
MIB = 1024 * KIB
MINIMUM_BYTES = 16 * MIB
LADDER_BYTES = (64 * KIB, 256 * KIB, MIB, 4 * MIB, 16 * MIB, 64 * MIB, 256 * MIB)
_BLOCK_BYTES = 4096


@dataclass(frozen=True)
class ReservePlan:
    """Lengths of ``records.1``, ``derived.1`` and the objects, in the order in which they are made."""

    records_bytes: int
    derived_bytes: int
    object_bytes: tuple[int, ...]


def plan_reserve(size_bytes: int) -> ReservePlan:
    """Divide a reserve of ``size_bytes``; less than 64 KiB of it is left over. Raises ReserveSizeError."""
    if size_bytes < MINIMUM_BYTES or size_bytes % _BLOCK_BYTES:
        raise ReserveSizeError()
    database_bytes = min(max(size_bytes // 16 // MIB * MIB, MIB), 64 * MIB)
    left = size_bytes - 2 * database_bytes
    objects: list[int] = []
    while left >= LADDER_BYTES[0]:
        for size in LADDER_BYTES:
            if size <= left:
                objects.append(size)
                left -= size
    return ReservePlan(database_bytes, database_bytes, tuple(objects))


def fill(path: str, size_bytes: int, random: Random) -> None:
    """Make a new file of random bytes, and sync it. Raises DiskFullError, DiskFailedError."""
    with disk_errors("fill-reserve"):
        fd = create_file(path)
        try:
            _write_random(fd, size_bytes, random)
            fsync_file(fd)
        finally:
            os.close(fd)


def refill(path: str, random: Random, go_on: Callable[[], bool] = lambda: True) -> bool:
    """Overwrite every byte of a file of the reserve in place with fresh random bytes, and sync it.

    Its length and inode stay. ``go_on`` is asked before each MiB; False when it ended this half done. Raises
    DiskFailedError; also when there is no such regular file.
    """
    with disk_errors("refresh-reserve"):
        fd = open_write(path)
        try:
            found = os.fstat(fd)
            if not stat.S_ISREG(found.st_mode):
                raise FileNotFoundError
            whole = _write_random(fd, found.st_size, random, go_on)
            sync_data(fd)
        finally:
            os.close(fd)
    return whole


def _write_random(fd: int, size_bytes: int, random: Random, go_on: Callable[[], bool] = lambda: True) -> bool:
    writeback = Writeback(fd)
    end = 0
    for piece in random_fill(size_bytes, random):
        if not go_on():
            return False
        write_at(fd, end, piece)
        end += len(piece)
        writeback.written_to(end)
    return True
