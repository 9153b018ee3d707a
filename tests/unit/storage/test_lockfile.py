"""One process has a vault open, and the kernel knows which."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import VaultInUseError
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock, find_holder_pids
from tests.unit.storage.vault_folder import make_vault_folder

HOLD = """
import sys
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
lock = VaultLock()
lock.acquire(VaultLayout(sys.argv[1]))
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def holder(layout: VaultLayout, program: str = HOLD) -> Iterator[subprocess.Popen[bytes]]:
    """Another process that holds the lock until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", program, layout.root], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@pytest.fixture
def layout(tmp_path: Path) -> VaultLayout:
    return make_vault_folder(tmp_path / "v", objects=0)


def test_a_second_lock_is_refused_and_a_released_one_is_free(layout: VaultLayout) -> None:
    first, second = VaultLock(), VaultLock()
    first.acquire(layout)
    assert first.held
    with pytest.raises(VaultInUseError):
        second.acquire(layout)
    with pytest.raises(VaultInUseError):
        first.acquire(layout)
    assert not second.held
    first.release()
    first.release()
    second.acquire(layout)
    second.release()


def test_the_lock_of_a_process_that_was_killed_is_free(layout: VaultLayout) -> None:
    lock = VaultLock()
    with holder(layout) as process:
        with pytest.raises(VaultInUseError):
            lock.acquire(layout)
        process.kill()
        process.wait()
        lock.acquire(layout)
    lock.release()


def test_a_missing_lock_file_is_made_empty_and_private(layout: VaultLayout) -> None:
    os.unlink(layout.lock)
    lock = VaultLock()
    lock.acquire(layout)
    assert os.stat(layout.lock).st_mode & 0o777 == 0o600
    assert os.stat(layout.lock).st_size == 0
    lock.release()


def test_a_linked_lock_file_is_refused(layout: VaultLayout, tmp_path: Path) -> None:
    os.unlink(layout.lock)
    os.symlink(tmp_path / "elsewhere", layout.lock)
    with pytest.raises(OSError):
        VaultLock().acquire(layout)
    assert not (tmp_path / "elsewhere").exists()


def test_a_child_does_not_inherit_the_lock(layout: VaultLayout) -> None:
    lock = VaultLock()
    lock.acquire(layout)
    child = subprocess.Popen(["/bin/sh", "-c", "read line"], stdin=subprocess.PIPE, close_fds=False)
    try:
        lock.release()
        again = VaultLock()
        again.acquire(layout)
        again.release()
    finally:
        child.communicate()


def test_a_released_lock_is_free_although_a_fork_still_has_the_descriptor(layout: VaultLayout) -> None:
    lock = VaultLock()
    lock.acquire(layout)
    assert lock._fd is not None
    # What a thread that is just starting a process looks like from here: a second descriptor of the one lock.
    copy = os.dup(lock._fd)
    try:
        lock.release()
        again = VaultLock()
        again.acquire(layout)
        again.release()
    finally:
        os.close(copy)


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's")
def test_the_holder_is_found_by_its_process_id(layout: VaultLayout) -> None:
    assert find_holder_pids(layout) == []
    with holder(layout) as process:
        assert find_holder_pids(layout) == [process.pid]
    assert find_holder_pids(layout) == []


@pytest.mark.skipif(sys.platform != "linux", reason="/proc/locks is Linux's")
def test_holders_of_other_locks_are_not_named(layout: VaultLayout, tmp_path: Path) -> None:
    other = make_vault_folder(tmp_path / "other", objects=0)
    shared = HOLD.replace(
        "lock.acquire(VaultLayout(sys.argv[1]))",
        "import fcntl; f = open(VaultLayout(sys.argv[1]).lock); fcntl.flock(f, fcntl.LOCK_SH)",
    )
    # fcntl locks are of another kind: nobody who opens a vault takes one.
    ranges = HOLD.replace(
        "lock.acquire(VaultLayout(sys.argv[1]))",
        "import fcntl; f = open(VaultLayout(sys.argv[1]).lock, 'r+'); fcntl.lockf(f, fcntl.LOCK_EX)",
    )
    with holder(other), holder(layout, shared), holder(layout, ranges):
        assert find_holder_pids(layout) == []


def test_a_vault_without_a_lock_file_has_no_holder(layout: VaultLayout) -> None:
    os.unlink(layout.lock)
    assert find_holder_pids(layout) == []
