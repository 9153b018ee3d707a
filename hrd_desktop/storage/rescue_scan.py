"""Every object in a vault's folder by what it says itself, wherever it lies and whatever it is called.

Method: docs/spec/vault-format.md, sections 4.1 and 4.4. Writes nothing and follows no link.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from hrd_desktop.crypto.body import body_context
from hrd_desktop.crypto.headers import HEADER_BYTES, ObjectHeader, Role, find_headers
from hrd_desktop.domain.errors.vault import NewerFormatError
from hrd_desktop.storage.disk import disk_errors, open_read, read_at
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.object_reader import ObjectReader

#: Kinds of file in the object folders that no key at hand opens.
NOT_OURS, NEWER, UNREADABLE = "not-ours", "newer-format", "disk-failed"


@dataclass(frozen=True, repr=False)
class FoundObject:
    """One file whose header opened. Two of the same name are copies, or differ in their header copies."""

    path: str
    header: ObjectHeader
    vault_id: bytes

    def open(self) -> ObjectReader:
        """A reader of this file; the content authenticates itself. Raises DiskFailedError."""
        with disk_errors("read-object"):
            fd = open_read(self.path)
        return ObjectReader(fd, self.header, body_context(self.vault_id, self.header.name), ())


@dataclass(frozen=True, repr=False)
class Stranger:
    """A file in an object folder that no key at hand opens; ``name`` is its path inside the vault.

    Or, with the code ``UNREADABLE``, a folder that the disk does not list, or not to its end.
    """

    name: str
    code: str


@dataclass(repr=False)
class Scan:
    """What was found under the keys of one compartment. ``misplaced`` counts files under a wrong name."""

    objects: dict[bytes, list[FoundObject]] = field(default_factory=dict)
    strangers: list[Stranger] = field(default_factory=list)
    misplaced: int = 0

    def of_role(self, role: Role) -> Iterator[list[FoundObject]]:
        """The objects of a role, each with all its files, in order of ingest and then of name."""
        found = [files for files in self.objects.values() if files[0].header.role == role]
        found.sort(key=lambda files: (files[0].header.ingested_utc_us, files[0].header.original_name))
        return iter(found)


def scan_objects(
    layout: VaultLayout,
    keys: dict[bytes, tuple[bytes, ...]],
    *,
    on_file: Callable[[], None] = lambda: None,
) -> dict[bytes, Scan]:
    """Look at every file once; a Scan for each vault id in ``keys``, which has header keys by vault id.

    ``on_file`` is called for each file and may raise to stop. A file that none of the keys opens is a
    stranger in every Scan, and so is a folder that cannot be read.
    """
    scans = {vault_id: Scan() for vault_id in keys}
    unreadable: list[str] = []
    for path in _iter_files(layout, unreadable):
        on_file()
        name = os.path.relpath(path, layout.root)
        try:
            data = _head(path)
            opened = _open_under(data, keys) if data is not None else None
        except NewerFormatError:
            _add_stranger(layout, scans, path, Stranger(name, NEWER))
            continue
        except OSError:
            _add_stranger(layout, scans, path, Stranger(name, UNREADABLE))
            continue
        if opened is None:
            _add_stranger(layout, scans, path, Stranger(name, NOT_OURS))
            continue
        vault_id, headers = opened
        for other, scan in scans.items():
            if other != vault_id:
                scan.strangers.append(Stranger(name, NOT_OURS))
        scan = scans[vault_id]
        scan.misplaced += path != layout.object_path(headers[0].name)
        for header in headers:
            scan.objects.setdefault(header.name, []).append(FoundObject(path, header, vault_id))
    for folder in unreadable:
        for scan in scans.values():
            scan.strangers.append(Stranger(_name_of(folder, layout), UNREADABLE))
    return scans


def _iter_files(layout: VaultLayout, unreadable: list[str]) -> Iterator[str]:
    """Files anywhere in the folder but the vault's own at its top, those of a folder before its folders.

    Folders that cannot be read are added to ``unreadable``; what was read of them before that counts.
    """
    own = {layout.lock, layout.keyslots(0), layout.keyslots(1)}
    for database in layout.iter_databases():
        own |= {database, layout.journal(database)}
    waiting = [layout.root]
    while waiting:
        folder = waiting.pop()
        folders: list[str] = []
        names: list[str] = []
        try:
            with os.scandir(folder) as entries:
                for entry in entries:
                    (folders if entry.is_dir(follow_symlinks=False) else names).append(entry.path)
        except OSError:
            unreadable.append(folder)
        waiting += sorted(folders, reverse=True)
        yield from (path for path in sorted(names) if path not in own)


def _name_of(folder: str, layout: VaultLayout) -> str:
    """Its path inside the vault; of the vault's own folder, its name."""
    return os.path.basename(folder) if folder == layout.root else os.path.relpath(folder, layout.root)


def _head(path: str) -> bytes | None:
    """The bytes of a header, None for what is no regular file. Raises OSError."""
    if not stat.S_ISREG(os.lstat(path).st_mode):
        return None
    fd = open_read(path)
    try:
        return read_at(fd, 0, HEADER_BYTES)
    finally:
        os.close(fd)


def _open_under(
    data: bytes, keys: dict[bytes, tuple[bytes, ...]]
) -> tuple[bytes, tuple[ObjectHeader, ...]] | None:
    newer: NewerFormatError | None = None
    for vault_id, header_keys in keys.items():
        for key in header_keys:
            try:
                headers = find_headers(data, key, vault_id)
            except NewerFormatError as error:
                newer = error
                continue
            if headers:
                return vault_id, headers
    if newer is not None:
        raise newer
    return None


def _add_stranger(layout: VaultLayout, scans: dict[bytes, Scan], path: str, stranger: Stranger) -> None:
    # What lies elsewhere and opens is an object that was moved; what does not is somebody's other file.
    if path.startswith(layout.objects_dir + os.sep):
        for scan in scans.values():
            scan.strangers.append(stranger)
