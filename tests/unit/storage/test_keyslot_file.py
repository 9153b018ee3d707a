"""Key slot files: read as they are, written in place, never over a tombstone."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import DiskFailedError, WipedError
from hrd_desktop.storage.keyslot_file import KEYSLOT_FILE_BYTES, SLOT_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import make_tombstone
from tests.unit.storage.vault_folder import HEADER, make_vault_folder


@pytest.fixture
def layout(tmp_path: Path) -> VaultLayout:
    return make_vault_folder(tmp_path / "v", objects=0)


def test_a_new_file_has_the_header_and_random_slots() -> None:
    first, second = (KeySlotFiles.new_file(HEADER, os.urandom) for _ in range(2))
    assert len(first) == KEYSLOT_FILE_BYTES
    assert first[:4096] == second[:4096] == HEADER
    blocks = [data[start : start + 16] for data in (first, second) for start in range(4096, 65_536, 16)]
    assert len(set(blocks)) == len(blocks)


def test_slots_are_written_where_they_belong_and_nothing_else_changes(layout: VaultLayout) -> None:
    files = KeySlotFiles(layout)
    before_a, before_b = files.read()
    assert before_a is not None
    inode = os.stat(layout.keyslots(0)).st_ino
    slots = [os.urandom(SLOT_BYTES) for _ in range(4)]
    files.write_slots(0, 4, slots)
    assert os.stat(layout.keyslots(0)).st_ino == inode
    after_a, after_b = files.read()
    assert after_a == before_a[: 4096 * 5] + b"".join(slots) + before_a[4096 * 9 :]
    assert after_b == before_b


@pytest.mark.parametrize(
    ("first", "sizes"), [(-1, [4096]), (8, [4096]), (5, [4096] * 4), (0, [4095]), (0, [4096, 4097])]
)
def test_what_is_not_slots_is_not_written(layout: VaultLayout, first: int, sizes: list[int]) -> None:
    files = KeySlotFiles(layout)
    before = files.read()
    with pytest.raises(ValueError):
        files.write_slots(0, first, [bytes(size) for size in sizes])
    with pytest.raises(ValueError):
        files.write_whole(0, bytes(KEYSLOT_FILE_BYTES - 1))
    with pytest.raises(ValueError):
        files.new_file(HEADER[:-1], os.urandom)
    assert files.read() == before


def test_a_missing_short_or_long_file_is_read_as_it_is_and_made_whole_in_place(layout: VaultLayout) -> None:
    files = KeySlotFiles(layout)
    path = Path(layout.keyslots(0))
    whole = files.new_file(HEADER, os.urandom)
    for damage in (b"", whole[:5000], whole + bytes(100)):
        path.write_bytes(damage)
        inode = path.stat().st_ino
        assert files.read()[0] == damage[: KEYSLOT_FILE_BYTES + 1]
        files.write_whole(0, whole)
        assert path.read_bytes() == whole
        assert path.stat().st_ino == inode
    path.unlink()
    assert files.read()[0] is None
    assert files.read()[1] is not None
    files.write_whole(0, whole)
    assert path.read_bytes() == whole
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_without_end_is_read_to_just_past_its_length(layout: VaultLayout) -> None:
    with open(layout.keyslots(0), "r+b") as file:
        file.truncate(1 << 40)
    copy = KeySlotFiles(layout).read()[0]
    assert copy is not None
    assert len(copy) == KEYSLOT_FILE_BYTES + 1


def test_a_link_is_no_copy_and_is_not_written_through(layout: VaultLayout, tmp_path: Path) -> None:
    files = KeySlotFiles(layout)
    elsewhere = tmp_path / "elsewhere"
    os.rename(layout.keyslots(0), elsewhere)
    before = elsewhere.read_bytes()
    os.symlink(elsewhere, layout.keyslots(0))
    assert files.read()[0] is None
    for write in (
        lambda: files.write_slots(0, 0, [bytes(SLOT_BYTES)]),
        lambda: files.write_whole(0, bytes(KEYSLOT_FILE_BYTES)),
    ):
        with pytest.raises(DiskFailedError):
            write()
    assert elsewhere.read_bytes() == before


def test_both_missing_is_told_apart_from_both_unreadable(layout: VaultLayout) -> None:
    files = KeySlotFiles(layout)
    for copy in (0, 1):
        os.unlink(layout.keyslots(copy))
    assert files.read() == (None, None)
    assert KeySlotFiles(VaultLayout(layout.lock)).read() == (None, None)
    for copy in (0, 1):
        os.mkdir(layout.keyslots(copy))
    with pytest.raises(DiskFailedError) as caught:
        files.read()
    assert caught.value.fields["step"] == "read-key-slots"


@pytest.mark.parametrize("copy", [0, 1])
def test_a_tombstone_is_never_overwritten_by_slots(layout: VaultLayout, copy: int) -> None:
    tombstone = make_tombstone(os.urandom)
    Path(layout.keyslots(copy)).write_bytes(tombstone)
    files = KeySlotFiles(layout)
    with pytest.raises(WipedError):
        files.write_slots(copy, 0, [bytes(SLOT_BYTES)] * 4)
    with pytest.raises(WipedError):
        files.write_whole(copy, files.new_file(HEADER, os.urandom))
    assert Path(layout.keyslots(copy)).read_bytes() == tombstone
