"""Bytes to and from the disk, and its failures without paths."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError
from hrd_desktop.storage import disk
from hrd_desktop.storage.layout import VaultLayout
from tests.unit.storage.vault_folder import make_vault_folder, write_file


def test_writing_in_place_changes_those_bytes_and_no_others(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    inode = path.stat().st_ino
    disk.write_in_place(str(path), 3, b"abc")
    assert path.read_bytes() == b"012abc6789"
    assert path.stat().st_ino == inode


def test_writing_in_place_makes_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        disk.write_in_place(str(tmp_path / "f"), 0, b"x")
    assert list(tmp_path.iterdir()) == []


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "target").write_bytes(b"mine")
    os.symlink(tmp_path / "target", tmp_path / "link")
    link = str(tmp_path / "link")
    for act in (
        lambda: disk.write_in_place(link, 0, b"X"),
        lambda: disk.read_exact(link, 0, 1),
        lambda: disk.create_file(link),
    ):
        with pytest.raises(OSError) as caught:
            act()
        assert caught.value.errno in (errno.ELOOP, errno.EEXIST)
    assert (tmp_path / "target").read_bytes() == b"mine"


def test_a_fifo_does_not_block(tmp_path: Path) -> None:
    path = str(tmp_path / "fifo")
    os.mkfifo(path)
    with pytest.raises(OSError):
        disk.read_exact(path, 0, 1)


def test_reading_too_far_is_an_end_of_file(tmp_path: Path) -> None:
    path = tmp_path / "f"
    path.write_bytes(b"0123456789")
    assert disk.read_exact(str(path), 2, 8) == b"23456789"
    with pytest.raises(EOFError):
        disk.read_exact(str(path), 3, 8)


def test_new_files_and_folders_are_private(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        os.close(disk.create_file(str(tmp_path / "f")))
        disk.make_folder(str(tmp_path / "d"))
    finally:
        os.umask(before)
    assert (tmp_path / "f").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "d").stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_is_told_apart(number: int) -> None:
    with pytest.raises(DiskFullError), disk.disk_errors("step"):
        raise OSError(number, "text", "/secret/path")


def test_other_failures_carry_number_and_step_and_no_path() -> None:
    with pytest.raises(DiskFailedError) as caught, disk.disk_errors("step"):
        raise OSError(errno.EIO, "text", "/secret/path")
    assert caught.value.fields == {"errno": errno.EIO, "step": "step"}
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__
    assert "secret" not in f"{caught.value} {caught.value!r}"


def test_what_is_no_disk_error_passes() -> None:
    with pytest.raises(KeyError), disk.disk_errors("step"):
        raise KeyError


def test_a_whole_file_system_is_synced_or_the_failure_told(tmp_path: Path) -> None:
    fd = os.open(tmp_path, os.O_RDONLY)
    done = disk.sync_filesystem(fd)
    os.close(fd)
    if not done:
        pytest.skip("this system has no syncfs that reports failures")
    with pytest.raises(OSError) as caught:
        disk.sync_filesystem(fd)
    assert caught.value.errno == errno.EBADF


@pytest.mark.parametrize(("release", "able"), [("5.7.19-old", False), ("5.8-rc1", True), ("odd", False)])
def test_an_old_kernel_whose_syncfs_hides_failures_is_not_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, release: str, able: bool
) -> None:
    names = os.uname()
    monkeypatch.setattr(disk.os, "uname", lambda: os.uname_result((*names[:2], release, *names[3:])))
    fd = os.open(tmp_path, os.O_RDONLY)
    try:
        assert disk.sync_filesystem(fd) is (able and disk.sys.platform == "linux")
    finally:
        os.close(fd)


def test_everything_gets_one_time_and_foreign_files_keep_theirs(tmp_path: Path) -> None:
    layout = make_vault_folder(tmp_path / "v", reserve=True)
    foreign = tmp_path / "v" / "notes.txt"
    foreign.write_bytes(b"x")
    os.symlink(foreign, tmp_path / "v" / "link")
    os.utime(foreign, ns=(5, 5))
    when = 1_700_000_000_123_456_789
    disk.set_all_mtimes(layout, when)
    times = set()
    for folder, folders, files in os.walk(layout.root):
        for name in [*folders, *files]:
            if name not in ("notes.txt", "link"):
                times.add(os.lstat(os.path.join(folder, name)).st_mtime_ns)
    assert times | {os.stat(layout.root).st_mtime_ns} == {when}
    assert foreign.stat().st_mtime_ns == 5


def test_times_of_a_vault_that_is_gone_are_no_error(tmp_path: Path) -> None:
    disk.set_all_mtimes(VaultLayout(str(tmp_path / "gone")), 1)


def test_a_long_write_that_the_system_takes_in_parts_is_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = str(tmp_path / "f")
    write_file(path, b"")
    whole = os.pwrite
    monkeypatch.setattr(disk.os, "pwrite", lambda fd, data, offset: whole(fd, bytes(data)[:7], offset))
    fd = disk.open_write(path)
    try:
        disk.write_at(fd, 2, b"abcdefghijklmnopqrstuvwxyz")
        assert disk.read_at(fd, 0, 100) == b"\0\0abcdefghijklmnopqrstuvwxyz"
    finally:
        os.close(fd)
