"""Two processes and one vault: the second is told and changes nothing; a panic ends the first at once."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.cli import TRACEBACK, Place
from tests.faults.warm import Warm, WarmPlace

WAIT_S = 60
#: More than a pipe holds, so that whoever writes it to one that nobody reads stays where it is.
LARGE = os.urandom(1 << 20)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> Path:
    place = WarmPlace(tmp_path_factory.mktemp("two"), warm)
    place.create()
    place.take(place.original("large.bin", LARGE), place.original("small.txt", b"small"))
    return place.vault


@pytest.fixture
def place(tmp_path: Path, template: Path, warm: Warm) -> Place:
    return WarmPlace(tmp_path, warm).copy_of(template)


def wait_for(what: Callable[[], object]) -> None:
    deadline = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < deadline, "nothing happened"
        time.sleep(0.01)


@contextmanager
def held_open(place: Place) -> Iterator[subprocess.Popen[bytes]]:
    """A `cat` into a pipe that nobody reads: the vault stays open until the pipe is read or closed."""
    process = place.start("cat", place.vault, "E0001", "--passphrase-file", place.passfile)
    try:
        assert process.stdout is not None
        # The first bytes: the vault is open, and the rest does not fit into the pipe.
        assert os.read(process.stdout.fileno(), 1_000) == LARGE[:1_000]
        yield process
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def state(folder: Path) -> dict[Path, tuple[int, int, bytes]]:
    return {
        path: (path.stat().st_mtime_ns, path.stat().st_ino, path.read_bytes())
        for path in folder.rglob("*")
        if path.is_file()
    }


def test_the_second_is_told_and_harms_nothing(place: Place) -> None:
    new = place.original("new.txt", b"new")
    with held_open(place) as first:
        before = state(place.vault)
        for words in (
            ("list",),
            ("import", new),
            ("edit", "E0002", "--title", "x"),
            ("destroy", "E0002", "--yes"),
            ("verify",),
            ("export", "--all", "--plain-folder", "--out", place.folder / "out"),
        ):
            done = place.opened(*words, expect=5)
            assert (done.error_code, done.out) == ("in-use", b"")
        done = place.run("slots", place.vault, "rekey", "--passphrase-file", place.passfile, expect=5)
        assert done.error_code == "in-use"
        # Also for somebody with a wrong passphrase: nothing is tried at all.
        wrong = place.secret("wrong", "wrong")
        place.run("list", place.vault, "--passphrase-file", wrong, expect=5)
        done = place.run(
            "create", place.vault, "--kdf", "minimum", "--passphrase-file", place.passfile, expect=1
        )
        assert done.error_code == "exists"
        assert state(place.vault) == before
        assert first.poll() is None
        assert first.stdout is not None
        rest = first.stdout.read()
        assert LARGE[1_000:] == rest
        assert first.wait(WAIT_S) == 0
    assert len(place.json("list")["items"]) == 2


def test_the_lock_goes_with_the_process(place: Place) -> None:
    with held_open(place) as first:
        first.kill()
        first.wait(WAIT_S)
        assert len(place.json("list")["items"]) == 2


def children_of(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text("ascii").split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def is_running(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text("utf-8")
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_panic_ends_a_reader(place: Place) -> None:
    with held_open(place) as first:
        report = place.run("panic", place.vault, "--yes", "--json").document
        # It is gone when panic says so, and it had not been let go by anybody reading the pipe.
        assert first.wait(WAIT_S) != 0
        assert not place.vault.exists()
        assert report["keys_overwritten_ms"] is not None
        results = {step["step"]: step["result"] for step in report["steps"]}
        # Ended by the wipe, or by itself before the wipe came to it.
        assert results["holder"] in {"overwritten", "not-found"}
        assert "failed" not in results.values()
        _, err = first.communicate()
        assert TRACEBACK.encode() not in err
    assert place.opened("list", expect=3).error_code == "not-a-vault"


def test_panic_that_only_takes_the_keys_ends_it_too(place: Place) -> None:
    with held_open(place) as first:
        place.run("panic", place.vault, "--yes", "--keys-only")
        assert first.wait(WAIT_S) != 0
    assert place.opened("list", expect=3).error_code == "wiped"
    assert not place.vault.exists()


def test_a_tombstone_alone_ends_the_holder(place: Place) -> None:
    """Written by somebody else, from another machine for one: no signal ever comes, but the holder looks."""
    stopped_panic = place.folder / "stopped"
    with held_open(place) as first:
        other = Place(stopped_panic).copy_of(place.vault)
        other.run("panic", other.vault, "--yes", "--keys-only")
        (place.vault / "keyslots.a").write_bytes((other.vault / "keyslots.a").read_bytes())
        wait_for(lambda: first.poll() is not None)
        assert first.returncode != 0
    assert place.opened("list", expect=3).error_code == "wiped"


def test_panic_in_the_middle_of_an_import(place: Place) -> None:
    for number in range(12):
        place.original(f"{number}.bin", b"%d" % number + LARGE * 9)
    known = len(place.object_files())
    command = ("import", place.vault, place.originals, "--passphrase-file", place.passfile)
    first = place.start(*command, "--lanes", "1")
    wait_for(lambda: len(place.object_files()) > known + 1 or first.poll() is not None)
    assert first.poll() is None, "it ended before it could be disturbed"
    children = children_of(first.pid)
    report = place.run("panic", place.vault, "--yes", "--json").document
    out, err = first.communicate(timeout=WAIT_S)
    assert first.returncode != 0
    assert TRACEBACK.encode() not in out + err
    assert "failed" not in {step["result"] for step in report["steps"]}
    assert not place.vault.exists()
    wait_for(lambda: not any(map(is_running, children)))
    assert len(list(place.originals.iterdir())) == 12


def test_an_interrupted_cat_leaves_a_sound_vault(place: Place) -> None:
    with held_open(place) as first:
        first.send_signal(signal.SIGINT)
        first.communicate(timeout=WAIT_S)
        assert first.returncode == 130
    assert place.opened("list").err == ""
    assert len({path.lstat().st_mtime_ns for path in place.vault.rglob("*")}) == 1


def test_a_reader_that_goes_away(place: Place) -> None:
    with held_open(place) as first:
        assert first.stdout is not None
        assert first.stderr is not None
        first.stdout.close()
        assert first.wait(WAIT_S) == 1
        assert TRACEBACK.encode() not in first.stderr.read()
        first.stdout = None
    assert place.opened("list").err == ""
