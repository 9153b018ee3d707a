"""The tombstone says that a wipe was begun, and nothing else does."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto import slots
from hrd_desktop.storage.tombstone import (
    KEY_SLOTS_MAGIC,
    PROOF_BYTES,
    TOMBSTONE_BYTES,
    find_tombstone,
    is_tombstone,
    make_tombstone,
)
from tests.unit.storage.vault_folder import make_vault_folder


def test_it_is_as_specified() -> None:
    data = make_tombstone(os.urandom)
    assert len(data) == TOMBSTONE_BYTES == 65_536
    assert data[:8] == b"SHEAFEND"
    assert data[40:72] == hashlib.sha256(data[:40]).digest()
    assert is_tombstone(data)
    assert is_tombstone(data[:PROOF_BYTES])


def test_it_is_fresh_each_time() -> None:
    first, second = make_tombstone(os.urandom), make_tombstone(os.urandom)
    assert first[8:40] != second[8:40]
    assert first[72:] != second[72:]


@given(st.integers(0, PROOF_BYTES * 8 - 1))
def test_one_changed_bit_in_the_proof_makes_it_none(bit: int) -> None:
    data = bytearray(make_tombstone(os.urandom)[:PROOF_BYTES])
    data[bit // 8] ^= 1 << bit % 8
    assert not is_tombstone(bytes(data))


@given(st.integers(0, PROOF_BYTES - 1))
def test_a_part_of_the_proof_is_none(length: int) -> None:
    assert not is_tombstone(make_tombstone(os.urandom)[:length])


@given(st.binary(max_size=200))
def test_other_bytes_are_none(data: bytes) -> None:
    assert not is_tombstone(data)


def test_the_magic_of_key_slots_is_that_of_crypto() -> None:
    assert KEY_SLOTS_MAGIC == slots.MAGIC


@pytest.mark.parametrize("copy", [0, 1])
def test_either_copy_counts(tmp_path: Path, copy: int) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=0)
    assert not find_tombstone(layout)
    Path(layout.keyslots(copy)).write_bytes(make_tombstone(os.urandom))
    assert find_tombstone(layout)
    os.unlink(layout.keyslots(1 - copy))
    assert find_tombstone(layout)


def test_missing_empty_linked_and_odd_files_are_none(tmp_path: Path) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=0)
    (tmp_path / "elsewhere").write_bytes(make_tombstone(os.urandom))
    os.unlink(layout.keyslots(0))
    os.symlink(tmp_path / "elsewhere", layout.keyslots(0))
    os.unlink(layout.keyslots(1))
    assert not find_tombstone(layout)
    Path(layout.keyslots(1)).write_bytes(b"")
    assert not find_tombstone(layout)
    os.unlink(layout.keyslots(1))
    os.mkdir(layout.keyslots(1))
    assert not find_tombstone(layout)
