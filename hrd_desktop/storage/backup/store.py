"""The objects of a backup, read and written under its keys (backup format, sections 2 to 4)."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from hrd_desktop.crypto.backup_keys import BackupKeys, derive_backup_keys
from hrd_desktop.crypto.body import BODY_AT, body_context
from hrd_desktop.crypto.headers import ObjectHeader, Role, seal_header
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.backup import BackupDamagedError, BackupDiskFailed
from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.vault import ObjectDamagedError, ObjectNotOursError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.backup.folder import BackupFolder, IncomingFile
from hrd_desktop.storage.backup.lists import LIST_MEDIA_TYPE, BackupList, parse_list
from hrd_desktop.storage.disk import write_at
from hrd_desktop.storage.object_reader import ObjectReader
from hrd_desktop.storage.object_writer import HeaderFields, ObjectWriter, StoredObject
from hrd_desktop.storage.objects import ObjectStore
from hrd_desktop.storage.writeback import Writeback

FILE_KEY_BYTES = 32
#: A list of a million objects has 80 MB; what claims more is no list.
LIST_LIMIT_BYTES = 1 << 30


@dataclass(frozen=True, repr=False)
class _Ring:
    """One backup key of the ring: what it derives, and the objects it opens."""

    backup_key: bytes
    keys: BackupKeys
    objects: ObjectStore


@dataclass(frozen=True, repr=False)
class FoundLists:
    """The lists that can be read, the newest first; the names of all by number; the damaged numbers."""

    lists: tuple[BackupList, ...]
    names: dict[int, bytes]
    damaged: tuple[int, ...]


class BackupStore:
    """Reads under every key of the ring, the newest first; writes under the newest.

    Objects may be read and written from any thread, a name by one at a time.
    """

    def __init__(
        self, folder: BackupFolder, vault_id: bytes, backup_keys: Sequence[bytes], random: Random
    ) -> None:
        self.folder = folder
        self.vault_id = vault_id
        self._random = random
        self._ring: list[_Ring] = []
        self.add_keys(backup_keys)

    @property
    def backup_keys(self) -> tuple[bytes, ...]:
        """The ring, the newest key first."""
        return tuple(entry.backup_key for entry in self._ring)

    def add_keys(self, backup_keys: Iterable[bytes]) -> None:
        """Add older keys that are not in the ring yet."""
        known = set(self.backup_keys)
        for backup_key in backup_keys:
            if backup_key in known:
                continue
            keys = derive_backup_keys(backup_key, self.vault_id)
            objects = ObjectStore(self.folder.layout, self.vault_id, keys.headers, self._random)
            self._ring.append(_Ring(backup_key, keys, objects))

    # -- reading ----------------------------------------------------------------------------

    def open(self, name: bytes, expected: tuple[int, bytes] | None = None) -> ObjectReader:
        """Open an object under the newest key that opens its header.

        Raises what ``ObjectStore.open`` raises, disk failures as those of the backup.
        """
        with backup_errors("read-object"):
            for number, entry in enumerate(self._ring):
                try:
                    return entry.objects.open(name, expected)
                except ObjectNotOursError:
                    if number + 1 == len(self._ring):
                        raise
        raise ObjectNotOursError()

    def has_lists(self, names: Collection[bytes]) -> bool:
        """Whether one of these names is that of a list of this backup."""
        return any(entry.keys.find_lists(names) for entry in self._ring)

    def load_lists(self, names: Collection[bytes]) -> FoundLists:
        """Every list among these names; the earlier keys they name join the ring.

        Raises BackupDiskFailed, NewerFormatError.
        """
        found: dict[int, bytes] = {}
        loaded: dict[int, BackupList] = {}
        looked = 0
        while looked < len(self._ring):
            for number, name in self._ring[looked].keys.find_lists(names).items():
                if number in found:
                    continue
                found[number] = name
                try:
                    loaded[number] = self.load_list(number, name)
                except BackupDamagedError:
                    continue
                except BackupDiskFailed:
                    # A bad place on the medium is a damaged list; a medium that is gone is none.
                    self.folder.ensure_answers()
                    continue
                self.add_keys(loaded[number].earlier_keys)
            looked += 1
        lists = tuple(loaded[number] for number in sorted(loaded, reverse=True))
        return FoundLists(lists, found, tuple(sorted(found.keys() - loaded.keys(), reverse=True)))

    def load_list(self, number: int, name: bytes) -> BackupList:
        """One list. Raises BackupDamagedError, BackupDiskFailed, NewerFormatError."""
        try:
            with self.open(name) as reader, backup_errors("read-list"):
                header = reader.header
                if header.media_type != LIST_MEDIA_TYPE or header.size_bytes > LIST_LIMIT_BYTES:
                    raise BackupDamagedError(part="list")
                found = parse_list(b"".join(reader.iter_content()))
        except BackupDamagedError:
            raise
        except IntegrityError:
            raise BackupDamagedError(part="list") from None
        if found.number != number:
            raise BackupDamagedError(part="list")
        return found

    # -- writing ----------------------------------------------------------------------------

    def copy_in(
        self,
        reader: ObjectReader,
        *,
        cancel: CancelToken,
        advance: Callable[[int], None] = lambda size_bytes: None,
    ) -> IncomingFile:
        """Copy an open object of the vault: body as it is, tags checked, header sealed anew.

        Raises ObjectDamagedError, DiskFailedError (the vault's), BackupDiskFull, BackupDiskFailed, Cancelled.
        """
        header = reader.header
        incoming = self.folder.begin(header.name)
        try:
            copy_sealed(
                reader,
                incoming.fd,
                self.seal(header),
                errors=lambda: backup_errors("write-object"),
                cancel=cancel,
                advance=advance,
            )
        except BaseException:
            incoming.abandon()
            raise
        return incoming

    def seal(self, header: ObjectHeader) -> bytes:
        """The 4,096 bytes of both header copies under the newest key."""
        return seal_header(header, self._ring[0].keys.headers, self.vault_id, self._random)

    def write(self, name: bytes, pieces: Iterable[bytes], media_type: str, number: int, now_us: int) -> None:
        """Write an object of the backup's own, synced and under its name.

        Raises BackupDiskFull, BackupDiskFailed, and what ``pieces`` raises.
        """
        incoming = self.folder.begin(name)
        taken = False

        def settle(fd: int, sync: bool) -> None:
            nonlocal taken
            taken = True
            self.folder.settle([incoming])

        def discard() -> None:
            with contextlib.suppress(OSError):
                os.unlink(incoming.temporary)

        writer = ObjectWriter(
            fd=incoming.fd,
            capacity_bytes=None,
            discard=discard,
            name=name,
            file_key=self._random(FILE_KEY_BYTES),
            context=body_context(self.vault_id, name),
            random=self._random,
            seal=self.seal,
            settle=settle,
        )
        try:
            for piece in pieces:
                with backup_errors("write-object"):
                    writer.write(piece)
            with backup_errors("write-object"):
                self._finish(writer, media_type, number, now_us)
        except BaseException:
            if not taken:
                writer.abort()
            raise

    @staticmethod
    def _finish(writer: ObjectWriter, media_type: str, number: int, now_us: int) -> StoredObject:
        return writer.finish(
            HeaderFields(
                role=Role.DERIVATIVE,
                record_id=None,
                media_type=media_type,
                original_name=b"",
                ingested_us=now_us,
                modified_us=None,
                sequence=number,
            )
        )

    def write_list(self, new: BackupList) -> None:
        """Write a list under the newest key and read it back.

        Raises BackupDiskFull, BackupDiskFailed; BackupDamagedError when the medium gives back something else.
        """
        name = self._ring[0].keys.list_name(new.number)
        self.write(name, [new.pack()], LIST_MEDIA_TYPE, new.number, new.made_us)
        if self.load_list(new.number, name) != new:
            raise BackupDamagedError(part="list")

    def list_name(self, number: int) -> bytes:
        """The name that list ``number`` has or would have under the newest key."""
        return self._ring[0].keys.list_name(number)

    def new_name(self) -> bytes:
        """16 random bytes."""
        return self._random(16)


def copy_sealed(
    reader: ObjectReader,
    fd: int,
    header_bytes: bytes,
    *,
    errors: Callable[[], AbstractContextManager[None]],
    cancel: CancelToken,
    advance: Callable[[int], None],
    reading: Callable[[], AbstractContextManager[None]] = contextlib.nullcontext,
    hashed: bool = False,
) -> None:
    """Write an object with another header into ``fd``: the body and padding as they are, the header last.

    ``errors`` and ``reading`` name the medium that is written and the one that is read, where one fails.
    With ``hashed`` the SHA-256 of the content is checked besides the tags.
    """
    offset = BODY_AT
    writeback = Writeback(fd)
    pieces = reader.iter_sealed(hashed=hashed)
    while True:
        with reading():
            piece = next(pieces, None)
        if piece is None:
            break
        cancel.raise_if_cancelled()
        with errors():
            write_at(fd, offset, piece)
            offset += len(piece)
            writeback.written_to(offset)
        advance(len(piece))
    if offset != os.fstat(fd).st_size:
        raise ObjectDamagedError(part="length")
    with errors():
        write_at(fd, 0, header_bytes)
