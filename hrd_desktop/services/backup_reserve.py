"""The reserve on its way into a backup: whole, every time, whether it is used or not.

Method: docs/spec/backup-format.md, section 5.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from hrd_desktop.domain.errors.vault import ObjectDamagedError, RecordsDamagedError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.storage.backup.lists import ReservePart
from hrd_desktop.storage.disk import disk_errors, open_read, read_at
from hrd_desktop.storage.records.reserve import ReserveList
from hrd_desktop.storage.slot_changes import SLOT_BYTES, SLOTS_OF_A_COMPARTMENT, slots_of
from hrd_desktop.storage.vault import Vault

PIECE_BYTES = 1 << 20
_FIRST_HIDDEN_SLOT = 4


@dataclass(frozen=True, repr=False)
class _Source:
    part: ReservePart
    path: str | None
    data: bytes = b""


class ReserveContent:
    """The parts of the reserve and their bytes, as they are now."""

    def __init__(self, vault: Vault, reserve: ReserveList, cancel: CancelToken) -> None:
        self._cancel = cancel
        layout = vault.layout
        self._sources: list[_Source] = []
        for kind, copy in zip(("slots-a", "slots-b"), vault.files.read(), strict=True):
            if copy is None:
                raise RecordsDamagedError(part="key-slots")
            data = b"".join(slots_of(copy, _FIRST_HIDDEN_SLOT))
            if len(data) != SLOT_BYTES * SLOTS_OF_A_COMPARTMENT:
                raise RecordsDamagedError(part="key-slots")
            self._sources.append(_Source(ReservePart(kind, None, len(data)), None, data))
        with disk_errors("read-reserve"):
            for kind, path in (("records", layout.records(1)), ("derived", layout.derived(1))):
                for suffix, file in (("", path), ("-journal", layout.journal(path))):
                    size_bytes = os.lstat(file).st_size
                    self._sources.append(_Source(ReservePart(kind + suffix, None, size_bytes), file))
            for name, _ in reserve.objects:
                file = layout.object_path(name)
                self._sources.append(_Source(ReservePart("object", name, os.lstat(file).st_size), file))

    @property
    def parts(self) -> tuple[ReservePart, ...]:
        """What the content consists of, in order."""
        return tuple(source.part for source in self._sources)

    @property
    def size_bytes(self) -> int:
        """All of it together."""
        return sum(part.size_bytes for part in self.parts)

    def iter_content(self) -> Iterator[bytes]:
        """The bytes in order. Raises DiskFailedError, ObjectDamagedError when a file is shorter by now."""
        for source in self._sources:
            if source.path is None:
                yield source.data
                continue
            with disk_errors("read-reserve"):
                fd = open_read(source.path)
            try:
                offset = 0
                while offset < source.part.size_bytes:
                    self._cancel.raise_if_cancelled()
                    with disk_errors("read-reserve"):
                        piece = read_at(fd, offset, min(PIECE_BYTES, source.part.size_bytes - offset))
                    if not piece:
                        raise ObjectDamagedError(part="length")
                    offset += len(piece)
                    yield piece
            finally:
                os.close(fd)
