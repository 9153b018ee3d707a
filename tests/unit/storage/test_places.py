"""What can be told of a place: the settings folder and the file system."""

from __future__ import annotations

import os
import sys

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.storage.file_system import file_system_of, parse_mountinfo
from hrd_desktop.storage.settings_place import settings_file, settings_folder, settings_paths

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere platformdirs itself is asked")


@linux
@pytest.mark.parametrize("config", [None, "", " ", "relative", "~/x", "/abs", "/abs/", "/a b", "//x//"])
@pytest.mark.parametrize("home", [None, "", "relative", "/home/somebody", "/home/somebody/"])
def test_the_settings_folder_is_that_of_platformdirs(
    monkeypatch: pytest.MonkeyPatch, config: str | None, home: str | None
) -> None:
    for name, value in (("XDG_CONFIG_HOME", config), ("HOME", home)):
        if value is None:
            monkeypatch.delenv(name, raising=False)
        else:
            monkeypatch.setenv(name, value)
    wanted = platformdirs.user_config_dir("sheaf", appauthor=False)
    assert os.path.normpath(settings_folder(os.environ)) == os.path.normpath(wanted)
    assert settings_file(os.environ) == os.path.join(settings_folder(os.environ), "settings.json")
    file = settings_file(os.environ)
    assert settings_paths(os.environ) == [file, file + ".new"]


@linux
def test_a_user_without_a_home_has_no_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    import pwd

    def unknown(_: int) -> None:
        raise KeyError

    monkeypatch.setattr(pwd, "getpwuid", unknown)
    assert settings_paths({}) == []


MOUNTS = [
    b"22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw,errors=remount-ro",
    b"30 22 0:25 / /home rw - btrfs /dev/sdb rw,subvol=/home",
    b"31 30 0:26 / /home/me/a\\040b rw - vfat /dev/sdc rw",
    b"32 22 0:27 / /journal rw - ext4 /dev/sdd rw,data=journal",
    b"33 22 0:28 / /over rw - ext4 /dev/sde rw",
    b"34 22 0:29 / /over rw - overlay overlay rw,lowerdir=/x",
    b"35 22 0:30 / /net rw - fuse.sshfs me@there:/ rw",
    b"broken line",
    b"36 22 0:31 / /empty rw - ",
]


@pytest.mark.parametrize(
    ("path", "kind", "in_place"),
    [
        (b"/", "ext4", True),
        (b"/etc", "ext4", True),
        (b"/home", "btrfs", False),
        (b"/homes/x", "ext4", True),
        (b"/home/me/x", "btrfs", False),
        (b"/home/me/a b/vault", "vfat", True),
        (b"/journal/v", "ext4", False),
        (b"/over/v", "overlay", False),
        (b"/net/v", "fuse.sshfs", False),
    ],
)
def test_the_mount_of_a_path(path: bytes, kind: str, in_place: bool) -> None:
    found = parse_mountinfo(MOUNTS, path)
    assert (found.kind, found.writes_in_place) == (kind, in_place)


@given(st.lists(st.binary(max_size=80)), st.binary(max_size=40))
def test_any_mountinfo_gives_an_answer(lines: list[bytes], path: bytes) -> None:
    parse_mountinfo(lines, path)


def test_without_mounts_nothing_is_promised() -> None:
    assert not parse_mountinfo([], b"/").writes_in_place


@linux
def test_the_root_has_a_file_system() -> None:
    assert file_system_of("/").kind != "unknown"
