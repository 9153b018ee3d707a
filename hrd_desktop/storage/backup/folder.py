"""The folder of a backup: which files it has, and putting whole files there under their names.

Method: docs/spec/backup-format.md, sections 1 and 6.
"""

from __future__ import annotations

import os
from collections.abc import Iterable

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.slots import KEY_SLOT_FILE_BYTES
from hrd_desktop.domain.errors.backup import BackupDiskFailed
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.disk import (
    create_file,
    fsync_file,
    fsync_folder,
    make_folder,
    open_read,
    read_at,
    sync_filesystem,
    write_at,
)
from hrd_desktop.storage.layout import VaultLayout, is_object_name

_HEX = frozenset("0123456789abcdef")
#: From so many files on, one syncfs(2) is cheaper than one sync for each.
_SYNCFS_FROM = 8


class BackupFolder:
    """Knows names and lengths, and no key."""

    def __init__(self, root: str, random: Random) -> None:
        self.root = root
        self.layout = VaultLayout(root)
        self._random = random

    @property
    def keys_dir(self) -> str:
        """Where the key files are."""
        return os.path.join(self.root, "keys")

    def looks_like_one(self) -> bool:
        """Whether there is a key file or an object."""
        return bool(self.key_file_names()) or os.path.isdir(self.layout.objects_dir)

    def ensure_answers(self) -> None:
        """Raise BackupDiskFailed where the medium itself is gone, and not one place on it bad."""
        for name in self.key_file_names():
            try:
                self.read_key_file(name)
            except BackupDiskFailed:
                continue
            return
        raise BackupDiskFailed(errno=None, step="list")

    def prepare(self) -> None:
        """Make the folders that are not there. Raises BackupDiskFull, BackupDiskFailed."""
        with backup_errors("make-folder"):
            for folder in (self.root, self.keys_dir, self.layout.objects_dir):
                if not os.path.isdir(folder):
                    make_folder(folder)
                    fsync_folder(os.path.dirname(os.path.abspath(folder)))

    # -- key files --------------------------------------------------------------------------

    def key_file_names(self) -> list[str]:
        """The names of what could be key files, in order. Raises BackupDiskFailed."""
        with backup_errors("list"):
            try:
                entries = list(os.scandir(self.keys_dir))
            except (FileNotFoundError, NotADirectoryError):
                return []
            return sorted(
                entry.name
                for entry in entries
                if len(entry.name) == 32
                and _HEX.issuperset(entry.name)
                and entry.is_file(follow_symlinks=False)
            )

    def read_key_file(self, name: str) -> bytes:
        """The file, cut after 65,537 bytes; unchecked. Raises BackupDiskFailed."""
        with backup_errors("read-key-file"):
            fd = open_read(os.path.join(self.keys_dir, name))
            try:
                return read_at(fd, 0, KEY_SLOT_FILE_BYTES + 1)
            finally:
                os.close(fd)

    def write_key_file(self, data: bytes) -> str:
        """Put a key file there under a new random name, which is returned; synced."""
        name = self._random(16).hex()
        temporary = os.path.join(self.keys_dir, self._random(16).hex())
        with backup_errors("write-key-file"):
            fd = create_file(temporary)
            try:
                write_at(fd, 0, data)
                fsync_file(fd)
            except BaseException:
                _remove_quietly(temporary)
                raise
            finally:
                os.close(fd)
            os.rename(temporary, os.path.join(self.keys_dir, name))
            fsync_folder(self.keys_dir)
        return name

    def remove_key_file(self, name: str) -> None:
        """Remove one; nothing happens when it is not there. Raises BackupDiskFailed."""
        with backup_errors("remove"):
            try:
                os.unlink(os.path.join(self.keys_dir, name))
            except FileNotFoundError:
                return
            fsync_folder(self.keys_dir)

    # -- objects ----------------------------------------------------------------------------

    def sizes(self) -> dict[bytes, int]:
        """The length of every file with an object's name. Raises BackupDiskFailed."""
        found: dict[bytes, int] = {}
        with backup_errors("list"):
            for folder in self.layout.iter_object_folders():
                prefix = os.path.basename(folder)
                with os.scandir(folder) as entries:
                    for entry in entries:
                        if is_object_name(prefix, entry.name) and entry.is_file(follow_symlinks=False):
                            size_bytes = entry.stat(follow_symlinks=False).st_size
                            found[bytes.fromhex(prefix + entry.name)] = size_bytes
        return found

    def remove(self, names: Iterable[bytes]) -> int:
        """Remove these files and sync their folders; how many were there. Raises BackupDiskFailed."""
        removed = 0
        folders: set[str] = set()
        with backup_errors("remove"):
            for name in names:
                path = self.layout.object_path(name)
                try:
                    os.unlink(path)
                except FileNotFoundError:
                    continue
                removed += 1
                folders.add(os.path.dirname(path))
            for folder in sorted(folders):
                fsync_folder(folder)
        return removed

    def begin(self, name: bytes) -> IncomingFile:
        """Open a file under a random name in the folder where ``name`` is going to be.

        Raises BackupDiskFull, BackupDiskFailed.
        """
        path = self.layout.object_path(name)
        folder = os.path.dirname(path)
        temporary = os.path.join(folder, self._random(15).hex())
        with backup_errors("write-object"):
            try:
                fd = create_file(temporary)
            except FileNotFoundError:
                try:
                    make_folder(folder)
                    fsync_folder(os.path.dirname(folder))
                except FileExistsError:
                    pass
                fd = create_file(temporary)
        return IncomingFile(fd, temporary, path)

    def settle(self, files: list[IncomingFile]) -> None:
        """Sync these files, give them their names, and sync the folders; a name that is taken is replaced.

        Raises BackupDiskFull, BackupDiskFailed; then none of them counts.
        """
        with backup_errors("sync-objects"):
            try:
                together = len(files) >= _SYNCFS_FROM and sync_filesystem(min(file.fd for file in files))
                if not together:
                    for file in files:
                        fsync_file(file.fd)
            finally:
                for file in files:
                    os.close(file.fd)
            for file in files:
                os.rename(file.temporary, file.path)
            for folder in sorted({os.path.dirname(file.path) for file in files}):
                fsync_folder(folder)


class IncomingFile:
    """A file that is being written under a random name."""

    __slots__ = ("fd", "path", "temporary")

    def __init__(self, fd: int, temporary: str, path: str) -> None:
        self.fd = fd
        self.temporary = temporary
        self.path = path

    def abandon(self) -> None:
        """Close and remove it."""
        os.close(self.fd)
        _remove_quietly(self.temporary)


def _remove_quietly(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        # It is in no list: the next backup removes it.
        return
