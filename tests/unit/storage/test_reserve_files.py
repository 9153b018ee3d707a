"""How a reserve is divided, and that it is random to its last byte."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.domain.errors.vault import DiskFailedError, ReserveSizeError
from hrd_desktop.storage.reserve_files import LADDER_BYTES, fill, plan_reserve, refill

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30


def test_the_smallest_reserve_as_the_specification_says() -> None:
    plan = plan_reserve(16 * MIB)
    assert plan.records_bytes == plan.derived_bytes == MIB
    # Rounds over the ladder in what is left, 14 MiB: 64 K, 256 K, 1 M, 4 M; and again; and what still fits.
    round_bytes = [64 * KIB, 256 * KIB, MIB, 4 * MIB]
    assert list(plan.object_bytes[:8]) == round_bytes * 2
    assert list(plan.object_bytes[8:12]) == [64 * KIB, 256 * KIB, MIB, 64 * KIB]


@pytest.mark.parametrize(
    ("size", "databases"),
    [(16 * MIB, MIB), (33 * MIB, 2 * MIB), (GIB, 64 * MIB), (64 * GIB, 64 * MIB), (GIB - 4096, 63 * MIB)],
)
def test_the_databases_take_a_sixteenth_within_bounds(size: int, databases: int) -> None:
    plan = plan_reserve(size)
    assert (plan.records_bytes, plan.derived_bytes) == (databases, databases)


@given(st.integers(16 * MIB // 4096, 8 * GIB // 4096))
def test_a_reserve_is_used_up_to_its_smallest_step(blocks: int) -> None:
    size = blocks * 4096
    plan = plan_reserve(size)
    used = plan.records_bytes + plan.derived_bytes + sum(plan.object_bytes)
    assert size - LADDER_BYTES[0] < used <= size
    assert set(plan.object_bytes) <= set(LADDER_BYTES)


@pytest.mark.parametrize("size", [-4096, 0, 4096, 16 * MIB - 4096, 16 * MIB + 1, 16 * MIB + 2048])
def test_other_sizes_are_refused(size: int) -> None:
    with pytest.raises(ReserveSizeError):
        plan_reserve(size)


@pytest.mark.parametrize("size", [4096, 5 * MIB + 4096])
def test_files_are_random_and_refilled_in_place(tmp_path: Path, size: int) -> None:
    path = tmp_path / "f"
    fill(str(path), size, os.urandom)
    first = path.read_bytes()
    assert len(first) == size
    assert path.stat().st_mode & 0o777 == 0o600
    assert len({first[at : at + 16] for at in range(0, size, 16)}) == size // 16
    inode = path.stat().st_ino
    refill(str(path), os.urandom)
    second = path.read_bytes()
    assert len(second) == size
    assert path.stat().st_ino == inode
    assert all(first[at : at + 16] != second[at : at + 16] for at in range(0, size, 16))


def test_what_is_there_is_not_written_over_and_no_link_is_followed(tmp_path: Path) -> None:
    path, link = tmp_path / "f", tmp_path / "link"
    path.write_bytes(b"mine")
    link.symlink_to(path)
    for act in (
        lambda: fill(str(path), 4096, os.urandom),
        lambda: fill(str(link), 4096, os.urandom),
        lambda: refill(str(link), os.urandom),
        lambda: refill(str(tmp_path), os.urandom),
        lambda: refill(str(tmp_path / "none"), os.urandom),
    ):
        with pytest.raises(DiskFailedError):
            act()
    assert path.read_bytes() == b"mine"
