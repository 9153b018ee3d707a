"""Failures of the medium that a backup lies on, told apart from those of the vault's own disk."""

from __future__ import annotations

import errno
from types import TracebackType

from hrd_desktop.domain.errors.backup import BackupDiskFailed, BackupDiskFull, BackupFileTooLarge
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError


class backup_errors:  # noqa: N801 - a context manager, used like a function
    """``with backup_errors("step"):`` raises what happened inside as a failure of the backup's medium."""

    __slots__ = ("_step",)

    def __init__(self, step: str) -> None:
        self._step = step

    def __enter__(self) -> None:
        return None

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # From None: an OSError carries the path, and no failure of ours does.
        if isinstance(error, OSError):
            raise self._of(error.errno) from None
        if isinstance(error, DiskFullError):
            raise BackupDiskFull() from None
        if isinstance(error, DiskFailedError):
            number = error.fields.get("errno")
            raise self._of(number if isinstance(number, int) else None) from None

    def _of(self, number: int | None) -> SheafError:
        if number in (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)):
            return BackupDiskFull()
        if number == errno.EFBIG:
            return BackupFileTooLarge()
        return BackupDiskFailed(errno=number, step=self._step)
