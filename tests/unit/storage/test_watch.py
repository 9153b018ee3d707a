"""A process that has a vault open ends when somebody else wipes it."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import make_tombstone
from hrd_desktop.storage.watch import EXIT_WIPED, WipeWatch
from tests.unit.storage.vault_folder import make_vault_folder

WAIT_S = 20

HOLD = """
import sys, time
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.watch import WipeWatch
WipeWatch(VaultLayout(sys.argv[1]), LAST).start()
print("watching", flush=True)
try:
    time.sleep(60)
finally:
    print("unwound", flush=True)
"""


@pytest.fixture
def layout(tmp_path: Path) -> VaultLayout:
    return make_vault_folder(tmp_path / "v", objects=0)


def wipe(path: str) -> None:
    with open(path, "r+b") as file:
        file.write(make_tombstone(os.urandom))


def watching(layout: VaultLayout) -> tuple[WipeWatch, threading.Event]:
    ended = threading.Event()
    watch = WipeWatch(layout, interval_s=0.005, end=ended.set)
    watch.start()
    return watch, ended


@pytest.mark.parametrize("copy", [0, 1])
def test_a_tombstone_in_either_copy_ends_the_process(layout: VaultLayout, copy: int) -> None:
    watch, ended = watching(layout)
    wipe(layout.keyslots(copy))
    assert ended.wait(WAIT_S)
    watch.stop()


def test_a_wipe_that_has_already_unlinked_the_file_is_seen(layout: VaultLayout) -> None:
    watch, ended = watching(layout)
    descriptor = os.open(layout.keyslots(0), os.O_RDWR)
    os.unlink(layout.keyslots(0))
    os.unlink(layout.keyslots(1))
    os.pwrite(descriptor, make_tombstone(os.urandom), 0)
    os.close(descriptor)
    assert ended.wait(WAIT_S)
    watch.stop()


def test_a_file_that_was_replaced_is_watched(layout: VaultLayout) -> None:
    watch, ended = watching(layout)
    Path(layout.root, "new").write_bytes(make_tombstone(os.urandom))
    os.rename(Path(layout.root, "new"), layout.keyslots(0))
    assert ended.wait(WAIT_S)
    watch.stop()


def test_other_changes_end_nothing(layout: VaultLayout) -> None:
    watch, ended = watching(layout)
    with open(layout.keyslots(0), "r+b") as file:
        file.write(b"SHEAFEND" + bytes(64))
    os.unlink(layout.keyslots(1))
    assert not ended.wait(0.2)
    watch.stop()
    watch.stop()


def test_after_stop_nothing_ends(layout: VaultLayout) -> None:
    watch, ended = watching(layout)
    watch.stop()
    wipe(layout.keyslots(0))
    assert not ended.wait(0.1)


@pytest.mark.parametrize(
    "last",
    ["None", "lambda: time.sleep(60)", "lambda: 1 / 0", "lambda: print('blank', flush=True)"],
    ids=["nothing", "hangs", "fails", "blanks"],
)
def test_the_process_ends_without_unwinding(layout: VaultLayout, last: str) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD.replace("LAST", last), layout.root],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == b"watching\n"
        wipe(layout.keyslots(0))
        assert process.wait(WAIT_S) == EXIT_WIPED
        assert process.stdout.read() == (b"blank\n" if "blank" in last else b"")
    finally:
        process.kill()
        process.communicate()
