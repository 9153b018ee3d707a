"""The first step of a wipe: the tombstone over both key slot files.

Method: docs/spec/vault-format.md, section 8. Part of the panic path: nothing may be imported here that is not
needed before the keys are gone.
"""

from __future__ import annotations

import errno
import os
import stat

from hrd_desktop.storage.disk import open_read, open_write, read_at, sync_data, write_at
from hrd_desktop.storage.tombstone import (
    KEY_SLOTS_MAGIC,
    PROOF_BYTES,
    TOMBSTONE_BYTES,
    is_tombstone,
    make_tombstone,
)

#: The tombstone and the header that it covers; the slots come after it.
BLOCK_BYTES = 4096
READ_BACK_TRIES = 3

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from hrd_desktop.storage.layout import VaultLayout


class KeyOverwrite:
    """One pass over both files: how many were overwritten, and (path, reason) for each that was not."""

    __slots__ = ("failures", "written")

    def __init__(self) -> None:
        self.written = 0
        self.failures: list[tuple[str, OSError | str]] = []


def may_be_entered(root: str) -> bool:
    """Whether the folder can be looked into, after giving ourselves the right to where we own it.

    Somebody took it away, or a copy lost it; it must not save the keys. True where nothing is there.
    """
    inside = os.path.join(root, os.curdir)
    try:
        os.lstat(inside)
    except PermissionError:
        try:
            if stat.S_ISDIR(os.lstat(root).st_mode):
                os.chmod(root, 0o700)
            os.lstat(inside)
        except OSError:
            return False
    except OSError:
        return True
    return True


def is_vault(layout: VaultLayout) -> bool:
    """Whether the folder is a vault whose owner may wipe it.

    A key slot file says so by its magic or its tombstone. Where both are damaged, the rest must look like a
    vault; where both are missing or empty, nothing is one: see docs/adr/0060.
    """
    damaged = False
    for copy in (0, 1):
        head = _read_head(layout.keyslots(copy))
        if head.startswith(KEY_SLOTS_MAGIC) or is_tombstone(head):
            return True
        damaged = damaged or bool(head)
    return damaged and os.path.isfile(layout.records(0)) and os.path.isdir(layout.objects_dir)


def _read_head(path: str) -> bytes:
    try:
        fd = open_read(path)
    except PermissionError:
        # Ours, with its rights taken away: it is there, and that is all that is asked of a damaged one.
        return b"?" if _is_regular(path) else b""
    except OSError:
        return b""
    try:
        return read_at(fd, 0, PROOF_BYTES)
    except OSError:
        return b"?"
    finally:
        os.close(fd)


def _is_regular(path: str) -> bool:
    try:
        return stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def overwrite_keys(layout: VaultLayout, random: Callable[[int], bytes], read_back: bool) -> KeyOverwrite:
    """Write a fresh tombstone over each key slot file that is there.

    First the block with the tombstone over a and over b, each synced; then the rest of both. So whoever has
    the vault open sees in either file that the wipe has begun before a slot of the other one is gone, and
    does not mend what is being overwritten. With ``read_back`` the files are read again from the device and
    compared. A file that fails does not keep the other one from being overwritten.
    """
    outcome = KeyOverwrite()
    files: list[tuple[str, int, bytes]] = []
    try:
        for copy in (0, 1):
            path = layout.keyslots(copy)
            try:
                files.append((path, _open_keys(layout.root, path), make_tombstone(random)))
            except FileNotFoundError:
                continue
            except OSError as error:
                outcome.failures.append((path, error))
        failed: dict[str, OSError | str] = {}
        for start, end in ((0, BLOCK_BYTES), (BLOCK_BYTES, TOMBSTONE_BYTES)):
            for path, fd, data in files:
                try:
                    write_at(fd, start, data[start:end])
                    sync_data(fd)
                except OSError as error:
                    # The rest is tried all the same: the slots lie in it.
                    failed.setdefault(path, error)
        for path, fd, data in files:
            if read_back and path not in failed:
                try:
                    if not _reads_back(fd, data):
                        failed[path] = "read-back"
                except OSError as error:
                    failed[path] = error
        outcome.written = len(files) - len(failed)
        outcome.failures += failed.items()
    finally:
        for _, fd, _ in files:
            os.close(fd)
    return outcome


def _open_keys(root: str, path: str) -> int:
    """Like ``open_to_overwrite``; a file that begins as key slots or a tombstone may have other names too.

    A name that somebody gave it elsewhere must not save the keys. Raises OSError.
    """
    try:
        return open_to_overwrite(root, path)
    except OSError as error:
        if error.errno != errno.EMLINK:
            raise
    fd = open_write(path)
    try:
        head = read_at(fd, 0, PROOF_BYTES)
        if not (head.startswith(KEY_SLOTS_MAGIC) or is_tombstone(head)):
            raise OSError(errno.EMLINK, "several names")
        _verify_ours(root, path, fd, several_names=True)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _reads_back(fd: int, data: bytes) -> bool:
    """Whether the file carries ``data``, or the tombstone of another wipe that came after it."""
    for _ in range(READ_BACK_TRIES):
        if _carries(fd, data):
            return True
        # Two wipes at once can leave the block of one before the rest of the other.
        write_at(fd, 0, data)
        sync_data(fd)
    return _carries(fd, data)


def _carries(fd: int, data: bytes) -> bool:
    if hasattr(os, "posix_fadvise"):
        # Drops the clean pages, so that the bytes come from the device and not from what we just wrote.
        os.posix_fadvise(fd, 0, 0, os.POSIX_FADV_DONTNEED)
    found = read_at(fd, 0, TOMBSTONE_BYTES)
    # A valid tombstone that is not ours is that of another wipe at the same time, written after ours.
    return found == data or (found[:PROOF_BYTES] != data[:PROOF_BYTES] and is_tombstone(found))


def open_to_overwrite(root: str, path: str) -> int:
    """Open a regular file of the vault for writing, giving ourselves the right to where we own it.

    Never follows a link, and never opens anything but a regular file with one name on the vault's own device:
    whoever can put a file into the folder must not have another one overwritten. Raises OSError.
    """
    try:
        fd = open_write(path)
    except PermissionError:
        grant_rights(root, path)
        fd = open_write(path)
    try:
        _verify_ours(root, path, fd)
    except BaseException:
        os.close(fd)
        raise
    return fd


def _verify_ours(root: str, path: str, fd: int, *, several_names: bool = False) -> None:
    found = os.fstat(fd)
    if not stat.S_ISREG(found.st_mode):
        raise OSError(errno.EINVAL, "not a regular file")
    if found.st_nlink > 1 and not several_names:
        raise OSError(errno.EMLINK, "several names")
    # Settings lie outside the vault, and may lie on another device.
    if path.startswith(root + os.sep) and found.st_dev != os.lstat(root).st_dev:
        raise OSError(errno.EXDEV, "another device")


def grant_rights(root: str, path: str) -> None:
    """Give the owner all rights to the folders from ``root`` down to ``path``, and to ``path``.

    Somebody took them away, or a copy lost them; it must not save the keys. Links are left alone, and so are
    a file with several names and every folder outside the vault. Raises OSError.
    """
    chain = [path]
    while chain[-1].startswith(root + os.sep):
        chain.append(os.path.dirname(chain[-1]))
    for step in reversed(chain):
        mode = os.lstat(step).st_mode
        if stat.S_ISDIR(mode):
            os.chmod(step, 0o700)
        elif stat.S_ISREG(mode) and os.lstat(step).st_nlink == 1:
            os.chmod(step, 0o600)
