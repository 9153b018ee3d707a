"""A damaged vault held still while it is read: locked against use, watched for a wipe, never written."""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from hrd_desktop.domain.errors.vault import NotAVaultError, VaultInUseError, WipedError
from hrd_desktop.services.wipe_keys import overwrite_keys
from hrd_desktop.storage.disk import open_read
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import try_lock
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.storage.watch import WipeWatch


@contextmanager
def held_still(layout: VaultLayout, building: str, random: Callable[[int], bytes]) -> Iterator[None]:
    """Keep others from opening the vault meanwhile. When it is wiped, the process ends.

    The keys of the vault that is being built at ``building`` are overwritten first: a panic must not leave a
    copy that opens. The lock is the shared one, which a wipe does not take for a holder to be killed, so that
    there is time for this. Raises NotAVaultError, WipedError, VaultInUseError.
    """
    if not os.path.isdir(layout.root):
        raise NotAVaultError()
    if find_tombstone(layout):
        raise WipedError()
    fd = _lock(layout)
    try:
        watch = WipeWatch(layout, lambda: overwrite_new(building, random))
        watch.start()
        try:
            yield
        finally:
            watch.stop()
    finally:
        if fd is not None:
            os.close(fd)


def overwrite_new(building: str, random: Callable[[int], bytes]) -> None:
    """Overwrite the keys of the vault that is being built at ``building``; nothing opens it any more."""
    # The folder has another name, which begins so, while the empty vault is made.
    for folder in glob.glob(glob.escape(building) + "*"):
        overwrite_keys(VaultLayout(folder), random, read_back=False)


def _lock(layout: VaultLayout) -> int | None:
    """The shared lock, or None where there is no lock file: none is made in a damaged vault."""
    try:
        fd = open_read(layout.lock)
    except OSError:
        return None
    if not try_lock(fd, exclusive=False):
        os.close(fd)
        raise VaultInUseError()
    return fd
