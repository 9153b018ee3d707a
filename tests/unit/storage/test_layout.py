"""Where everything lies, and what is not taken for the vault's."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.storage.layout import VaultLayout, is_object_name
from tests.unit.storage.vault_folder import make_vault_folder, write_file


def test_the_paths_are_those_of_the_specification() -> None:
    layout = VaultLayout("/v")
    assert [layout.keyslots(0), layout.keyslots(1)] == ["/v/keyslots.a", "/v/keyslots.b"]
    assert list(layout.iter_databases()) == ["/v/records.0", "/v/derived.0", "/v/records.1", "/v/derived.1"]
    assert layout.journal(layout.records(0)) == "/v/records.0-journal"
    assert layout.lock == "/v/lock"
    assert layout.object_folder(10) == "/v/objects/0a"
    name = bytes.fromhex("0a" + "f0" * 15)
    assert layout.object_path(name) == "/v/objects/0a/" + "f0" * 15


@pytest.mark.parametrize("length", [0, 15, 17])
def test_a_name_of_another_length_has_no_path(length: int) -> None:
    with pytest.raises(ValueError):
        VaultLayout("/v").object_path(bytes(length))


@given(st.binary(min_size=16, max_size=16))
def test_every_name_has_a_path_that_is_an_objects(name: bytes) -> None:
    folder, file = VaultLayout("/v").object_path(name).split("/")[-2:]
    assert is_object_name(folder, file)
    assert bytes.fromhex(folder + file) == name


@pytest.mark.parametrize(
    ("folder", "file"),
    [
        ("0A", "0" * 30),
        ("0a", "0" * 29),
        ("0a", "0" * 31),
        ("0a", "0" * 29 + "G"),
        ("0a", "0" * 29 + "F"),
        ("00a", "0" * 29),
        ("0a", "0" * 26 + ".tmp"),
        ("0a", "٠" * 30),
    ],
)
def test_foreign_names_are_no_objects(folder: str, file: str) -> None:
    assert not is_object_name(folder, file)


def test_objects_are_found_in_order_and_nothing_else(tmp_path: Path) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=0, folders=256)
    names = sorted(os.urandom(16) for _ in range(20))
    for name in names:
        write_file(layout.object_path(name), b"x")
    write_file(layout.object_folder(3) + "/.DS_Store", b"x")
    write_file(layout.object_folder(3) + "/" + "0" * 30 + ".bak", b"x")
    os.mkdir(layout.object_folder(4) + "/" + "1" * 30)
    os.symlink(layout.lock, layout.object_folder(5) + "/" + "2" * 30)
    write_file(layout.objects_dir + "/" + "3" * 30, b"x")
    assert list(layout.iter_object_names()) == names
    assert list(layout.iter_object_paths()) == [layout.object_path(name) for name in names]


def test_missing_and_linked_folders_are_passed_over(tmp_path: Path) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=5, folders=256)
    outside = tmp_path / "ff"
    outside.mkdir()
    (outside / ("0" * 30)).write_bytes(b"x")
    for number in (254, 255):
        for path in layout.object_paths_in(layout.object_folder(number)):
            os.unlink(path)
        os.rmdir(layout.object_folder(number))
    os.symlink(outside, layout.object_folder(255))
    assert all(not path.startswith(layout.object_folder(255)) for path in layout.iter_object_paths())
    assert layout.object_folder(255) not in list(layout.iter_object_folders())
    assert len(list(layout.iter_object_folders())) == 254


def test_a_linked_objects_folder_holds_no_objects(tmp_path: Path) -> None:
    other = make_vault_folder(tmp_path / "other")
    root = tmp_path / "v"
    root.mkdir()
    os.symlink(other.objects_dir, root / "objects")
    assert list(VaultLayout(str(root)).iter_object_paths()) == []
    assert list(VaultLayout(str(tmp_path / "nowhere")).iter_object_paths()) == []


@pytest.mark.parametrize("reserve", [False, True])
def test_the_reserve_is_seen(tmp_path: Path, reserve: bool) -> None:
    assert make_vault_folder(tmp_path / "v", objects=0, reserve=reserve).has_reserve() is reserve
