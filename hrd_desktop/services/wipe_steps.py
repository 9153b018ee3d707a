"""The later steps of a wipe: what is left of objects, databases and settings, and the files themselves.

Method: docs/spec/vault-format.md, section 8. Only names of the vault's own layout are written to or removed,
and no link is followed. Part of the panic path; imported when the keys are overwritten.
"""

from __future__ import annotations

import os
import stat

from hrd_desktop.services.wipe_keys import grant_rights, open_to_overwrite
from hrd_desktop.services.wipe_report import FAILED, OUT_OF_REACH, OVERWRITTEN, Step, Tally, reason_code
from hrd_desktop.storage.disk import fsync_folder, open_read, sync_data, sync_filesystem, write_at
from hrd_desktop.storage.tombstone import has_tombstone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hrd_desktop.storage.layout import VaultLayout

END_BYTES = 4096
_PIECE_BYTES = 1024 * 1024
#: From this many files on, one syncfs(2) takes less than a sync for each, other programs' data included.
_SYNCFS_FROM = 64


class Rest:
    """Everything of one vault but the key slots; each method is one step and can be repeated."""

    def __init__(self, layout: VaultLayout, random: Callable[[int], bytes]) -> None:
        self._layout = layout
        self._random = random

    def overwrite_objects(self) -> list[Step]:
        """The first 4,096 bytes of every object, which hold the only copy of its key."""
        tally = Tally("objects", self._layout.root)
        paths: list[str] = []
        if os.path.islink(self._layout.objects_dir):
            tally.add_failure(self._layout.objects_dir, "ELOOP")
        for folder in self._layout.iter_object_folders():
            try:
                paths += self._list(folder)
            except FileNotFoundError:
                # Another wipe at the same time has removed it, with all that was in it overwritten before.
                continue
            except OSError as error:
                tally.add_failure(folder, error)
        self._overwrite(tally, paths, _head)
        return tally.steps()

    def overwrite_databases(self) -> list[Step]:
        """The first and last 4,096 bytes of each database."""
        tally = Tally("databases", self._layout.root)
        self._overwrite(tally, list(self._layout.iter_databases()), _both_ends)
        return tally.steps()

    def overwrite_journals(self) -> list[Step]:
        """The journals, all of them; idle ones are empty."""
        tally = Tally("journals", self._layout.root)
        paths = [self._layout.journal(database) for database in self._layout.iter_databases()]
        self._overwrite(tally, paths, _whole)
        return tally.steps()

    def remove_settings(self, paths: Sequence[str]) -> list[Step]:
        """Overwrite and unlink files outside the vault, and their folder where nothing else is in it."""
        tally = Tally("settings", self._layout.root)
        self._overwrite(tally, list(paths), _whole)
        for path in paths:
            self._unlink(tally, path)
            _remove_empty_folder(os.path.dirname(path))
        return tally.steps()

    def remove_files(self) -> list[Step]:
        """Unlink everything; the key slots last, and only when nothing else of the vault is left.

        As long as a tombstone is there, the next start goes on; so all other names must be gone from the
        device before it goes.
        """
        tally = Tally("files", self._layout.root)
        for folder in self._layout.iter_object_folders():
            for path in self._find_objects(folder):
                tally.count += self._unlink(tally, path)
            _remove_empty_folder(folder)
        _remove_empty_folder(self._layout.objects_dir)
        for database in self._layout.iter_databases():
            tally.count += self._unlink(tally, database)
            tally.count += self._unlink(tally, self._layout.journal(database))
        tally.count += self._unlink(tally, self._layout.lock)
        try:
            self._sync_names()
        except FileNotFoundError:
            # Another wipe at the same time has removed the folder, and all that was in it before.
            return tally.steps()
        except OSError as error:
            tally.add_failure(self._layout.root, error)
        for copy in (0, 1):
            # One that stays, for whatever reason, must not be the last word: it may be the one with the keys.
            if tally.has_failures():
                return tally.steps()
            tally.count += self._unlink(tally, self._layout.keyslots(copy))
        if tally.has_failures():
            return tally.steps()
        return [*tally.steps(), *self._remove_root()]

    def _overwrite(
        self, tally: Tally, paths: list[str], ranges: Callable[[int], list[tuple[int, int]]]
    ) -> None:
        """Overwrite ``ranges(file size)`` of each file that is there, and sync them."""
        written: list[str] = []
        # Opened before anything is written: it is told of every failure from then on.
        root = self._find_root() if len(paths) >= _SYNCFS_FROM else None
        try:
            for path in paths:
                try:
                    if self._overwrite_file(path, ranges, sync=root is None):
                        written.append(path)
                except (FileNotFoundError, NotADirectoryError):
                    continue
                except OSError as error:
                    tally.add_failure(path, error)
            if root is not None:
                tally.count += self._sync_together(tally, root, written)
            else:
                tally.count += len(written)
        finally:
            if root is not None:
                os.close(root)

    def _find_root(self) -> int | None:
        try:
            return os.open(self._layout.root, os.O_RDONLY)
        except OSError:
            return None

    def _overwrite_file(self, path: str, ranges: Callable[[int], list[tuple[int, int]]], sync: bool) -> bool:
        """Whether there was anything to overwrite. Nothing is written beyond the file's end."""
        fd = open_to_overwrite(self._layout.root, path)
        try:
            wanted = ranges(os.fstat(fd).st_size)
            for start, end in wanted:
                for offset in range(start, end, _PIECE_BYTES):
                    write_at(fd, offset, self._random(min(_PIECE_BYTES, end - offset)))
            if wanted and sync:
                sync_data(fd)
        finally:
            os.close(fd)
        return bool(wanted)

    def _sync_together(self, tally: Tally, root: int, written: list[str]) -> int:
        """Wait until many files are on the device, by one call where there is one; how many are."""
        try:
            if sync_filesystem(root):
                return len(written)
        except OSError as error:
            tally.add_failure(self._layout.root, error)
            return 0
        synced = 0
        for path in written:
            try:
                fd = open_read(path)
                try:
                    sync_data(fd)
                finally:
                    os.close(fd)
                synced += 1
            except FileNotFoundError:
                # Another wipe at the same time was faster, and did not unlink it before it was overwritten.
                continue
            except OSError as error:
                tally.add_failure(path, error)
        return synced

    def _list(self, folder: str) -> list[str]:
        try:
            return self._layout.object_paths_in(folder)
        except PermissionError:
            grant_rights(self._layout.root, folder)
            return self._layout.object_paths_in(folder)

    def _find_objects(self, folder: str) -> list[str]:
        try:
            return self._list(folder)
        except OSError:
            # Reported when its objects were to be overwritten; the folder stays, and so do the key slots.
            return []

    def _unlink(self, tally: Tally, path: str) -> bool:
        """Whether there was a file, and is none any more.

        A link or a folder of that name is left alone, and so is a file with several names.
        """
        try:
            found = os.lstat(path)
            if not stat.S_ISREG(found.st_mode):
                tally.add_failure(path, "not-a-file")
                return False
            if found.st_nlink > 1 and not has_tombstone(path):
                # Nothing of it was overwritten either: it may be somebody's only copy under this name.
                tally.add_failure(path, "EMLINK")
                return False
            try:
                os.unlink(path)
            except PermissionError:
                grant_rights(self._layout.root, os.path.dirname(path))
                os.unlink(path)
        except (FileNotFoundError, NotADirectoryError):
            return False
        except OSError as error:
            tally.add_failure(path, error)
            return False
        return True

    def _sync_names(self) -> None:
        """Wait until every name removed so far is gone from the device as well."""
        for folder in (*self._layout.iter_object_folders(), self._layout.objects_dir):
            if os.path.isdir(folder):
                fsync_folder(folder)
        fsync_folder(self._layout.root)

    def _remove_root(self) -> list[Step]:
        root = self._layout.root
        try:
            os.rmdir(root)
        except FileNotFoundError:
            return [Step("folder", OVERWRITTEN)]
        except OSError as error:
            # Files that are not the vault's are left alone, and nothing of the vault is in the folder.
            return [Step("folder", OUT_OF_REACH, reason_code(error))]
        try:
            fsync_folder(os.path.dirname(root))
        except OSError as error:
            return [Step("folder", FAILED, reason_code(error))]
        return [Step("folder", OVERWRITTEN)]


def steps_out_of_reach(layout: VaultLayout) -> list[Step]:
    """What no wipe of these files reaches; always reported, so that nobody counts on more than was done."""
    from hrd_desktop.services.places import synced_folder_name
    from hrd_desktop.storage.file_system import file_system_of

    steps = [Step(name, OUT_OF_REACH) for name in ("older-copies", "backups", "bundles", "flash-storage")]
    file_system = file_system_of(layout.root)
    if not file_system.writes_in_place:
        steps.append(Step("file-system", OUT_OF_REACH, file_system.kind))
    synced = synced_folder_name(layout.root)
    if synced is not None:
        steps.append(Step("synced-folder", OUT_OF_REACH, synced))
    return steps


def _remove_empty_folder(path: str) -> None:
    try:
        os.rmdir(path)
    except OSError:
        # Not empty, or not there: what else lies in it is not ours, and removing the vault's folder says so.
        return


def _head(size: int) -> list[tuple[int, int]]:
    return [(0, min(END_BYTES, size))] if size else []


def _both_ends(size: int) -> list[tuple[int, int]]:
    if size <= 2 * END_BYTES:
        return _whole(size)
    return [(0, END_BYTES), (size - END_BYTES, size)]


def _whole(size: int) -> list[tuple[int, int]]:
    return [(0, size)] if size else []
