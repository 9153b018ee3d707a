"""What can be told of a place: the settings folder, the file system, a synchronising program."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import platformdirs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.storage.file_system import file_system_of, parse_mountinfo
from hrd_desktop.storage.settings_place import settings_file, settings_folder, settings_paths
from hrd_desktop.storage.synced_folder import find_synced_folder

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
    assert settings_paths(os.environ) == [settings_file(os.environ)]


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


@pytest.mark.parametrize(
    ("folder", "code"),
    [
        ("Dropbox/x/vault", "dropbox"),
        ("OneDrive - Org/vault", "onedrive"),
        ("Nextcloud/vault", "nextcloud"),
        ("Google Drive/vault", "google-drive"),
        ("iCloudDrive", "icloud"),
        ("droplets/vault", None),
        ("my-dropbox-notes", None),
        ("plain/vault", None),
    ],
)
def test_synced_folders_are_told_by_name(tmp_path: Path, folder: str, code: str | None) -> None:
    path = tmp_path / folder
    path.mkdir(parents=True)
    assert find_synced_folder(str(path)) == code


def test_synced_folders_are_told_by_their_marker_and_through_links(tmp_path: Path) -> None:
    (tmp_path / "shared" / "deep" / "vault").mkdir(parents=True)
    (tmp_path / "shared" / ".stfolder").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "shared" / "deep")
    assert find_synced_folder(str(tmp_path / "link" / "vault")) == "syncthing"
    assert find_synced_folder(str(tmp_path / "not" / "yet" / "there")) is None
