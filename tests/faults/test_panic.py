"""`hrd-vault panic` through the command line: killed anywhere, refused by the disk, beside a program in use.

The kill is delivered by strace at the entry of the n-th call of a kind, so that all calls before it have
happened and this one has not. The command has one thread, and only calls about the vault are of these kinds.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.services.wipe import finish_wipe_if_tombstoned
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import find_tombstone
from tests.unit.storage.test_lockfile import holder
from tests.unit.storage.vault_folder import make_vault_folder, read_tree

WAIT_S = 30
RUN = [
    sys.executable,
    "-I",
    # A first start after a change would write bytecode files, and their calls would be counted.
    "-B",
    "-c",
    "import sys; from hrd_desktop.cli.entry import main; sys.exit(main())",
    "panic",
]
# Everything that changes a file or a name, or waits for the device.
CALLS = (
    "pwrite64", "write", "ftruncate", "fsync", "fdatasync", "syncfs", "unlink", "unlinkat", "rmdir",
    "rename", "renameat", "renameat2", "fchmod", "chmod",
)  # fmt: skip
# Printing the report is a write as well; nothing depends on it.
INJECTED = tuple(call for call in CALLS if call != "write")
FOLDERS = 2


def can_trace() -> bool:
    strace = shutil.which("strace")
    if strace is None:
        return False
    return (
        subprocess.run([strace, "-o", os.devnull, "true"], capture_output=True, check=False).returncode == 0
    )


needs_strace = pytest.mark.skipif(not can_trace(), reason="needs strace and the right to trace")


class Place:
    """A vault and a settings file in a home of their own."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.layout = make_vault_folder(folder / "v", objects=2, folders=FOLDERS)
        self.settings = folder / "config" / "sheaf" / "settings.json"
        self.settings.parent.mkdir(parents=True)
        self.settings.write_bytes(b"{}")
        self.before = read_tree(self.layout.root)

    @property
    def environment(self) -> dict[str, str]:
        return {"PATH": os.environ["PATH"], "XDG_CONFIG_HOME": str(self.folder / "config"), "LANG": "C.UTF-8"}

    def panic(self, *options: str, trace: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*trace, *RUN, self.layout.root, "--yes", *options],
            env=self.environment,
            cwd="/",
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=WAIT_S,
            check=False,
        )

    def own_files(self) -> list[str]:
        return [path for path in self.before if os.path.lexists(path)]


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Iterator[Place]]:
    """As many fresh places as a test wants, gone afterwards."""

    def make() -> Iterator[Place]:
        while True:
            yield Place(Path(tempfile.mkdtemp(dir=tmp_path)))

    yield make()
    shutil.rmtree(tmp_path)


@pytest.fixture
def place(places: Iterator[Place]) -> Place:
    return next(places)


def traced(log: Path, *injections: str) -> tuple[str, ...]:
    """The beginning of a command line that traces, and injects, our calls of interest."""
    inject = [part for injection in injections for part in ("-e", f"inject={injection}")]
    return ("strace", "-f", "-qq", "-o", str(log), "-e", "trace=" + ",".join(CALLS), *inject)


def count_calls(place: Place) -> Counter[str]:
    """How often a whole panic makes each call."""
    log = place.folder / "calls"
    assert place.panic(trace=traced(log)).returncode == 0
    return Counter(re.findall(r"^\d+ +(\w+)\(", log.read_text("utf-8", "replace"), re.MULTILINE))


def every_call(counts: Counter[str], full: bool) -> list[tuple[str, int]]:
    """(call, n) of all that is to be injected; of the many removals of names a sample unless ``full``."""
    found = []
    for call in INJECTED:
        last = counts[call]
        for number in range(1, last + 1):
            if full or last <= 8 or number <= 4 or number > last - 4:
                found.append((call, number))
    return found


# -- killed ----------------------------------------------------------------------------------


@needs_strace
@pytest.mark.strace
def test_killed_at_any_call_it_is_untouched_or_finished_by_the_next_start(
    places: Iterator[Place], full: bool
) -> None:
    counts = count_calls(next(places))
    injections = every_call(counts, full)
    # Two passes over two key slot files alone are four writes and four syncs.
    assert counts["pwrite64"] > 4
    assert counts["fdatasync"] > 4
    assert counts["unlink"] + counts["unlinkat"] > 8
    outcomes: Counter[str] = Counter()
    for call, number in injections:
        place = next(places)
        where = f"{call} {number}"
        result = place.panic(trace=traced(place.folder / "log", f"{call}:signal=KILL:when={number}"))
        assert result.returncode in (-9, 137), f"{where}: was never killed"
        outcomes[check_after_kill(place, where)] += 1
    # Before the first write, between, and after the last key slot file is gone.
    assert outcomes["untouched"] >= 1
    assert outcomes["tombstone"] >= 20
    assert outcomes["gone"] >= 1


def check_after_kill(place: Place, where: str) -> str:
    """Check what a kill has left; *untouched*, *tombstone* or *gone*."""
    tree = read_tree(place.layout.root)
    tombstoned = find_tombstone(place.layout)
    if tree == place.before:
        assert not tombstoned
        assert place.settings.exists()
        assert finish_wipe_if_tombstoned(place.layout.root, settings_paths=[str(place.settings)]) is None
        assert read_tree(place.layout.root) == place.before, where
        return "untouched"
    if not tombstoned:
        assert place.own_files() == [], f"{where}: no tombstone, and something is left"
        assert not place.settings.exists()
        return "gone"
    finished = finish_wipe_if_tombstoned(place.layout.root, settings_paths=[str(place.settings)])
    assert finished is not None
    assert not finished.failed, f"{where}: {finished.steps}"
    assert not os.path.lexists(place.layout.root), where
    assert not place.settings.parent.exists()
    return "tombstone"


@needs_strace
@pytest.mark.strace
def test_a_kill_in_the_middle_of_finishing_is_finished_too(places: Iterator[Place]) -> None:
    for number in range(1, 9):
        place = next(places)
        for call in ("fdatasync", "unlink"):
            when = f"{call}:signal=KILL:when={number}"
            assert place.panic(trace=traced(place.folder / "log", when)).returncode in (-9, 137)
        assert place.panic().returncode == 0
        assert place.own_files() == []


@needs_strace
@pytest.mark.strace
@pytest.mark.parametrize("signal", ["HUP", "INT", "TERM", "QUIT"])
def test_closing_the_terminal_does_not_stop_it_once_the_keys_are_gone(place: Place, signal: str) -> None:
    # The fifth sync is in the second pass over the keys; the first pass takes four.
    when = f"fdatasync:signal={signal}:when=5"
    assert place.panic(trace=traced(place.folder / "log", when)).returncode == 0
    assert not os.path.lexists(place.layout.root)


# -- refused by the disk ---------------------------------------------------------------------


@needs_strace
@pytest.mark.strace
@pytest.mark.parametrize("error", ["EIO", "ENOSPC"])
def test_what_the_disk_refuses_is_reported_and_never_stops_the_rest(
    places: Iterator[Place], error: str, full: bool
) -> None:
    counts = count_calls(next(places))
    for call, number in every_call(counts, full):
        if call == "rmdir" or (error == "ENOSPC" and call not in ("pwrite64", "fdatasync")):
            continue
        place = next(places)
        where = f"{call} {number}"
        when = f"{call}:error={error}:when={number}"
        result = place.panic("--json", trace=traced(place.folder / "log", when))
        assert "INJECTED" in (place.folder / "log").read_text("utf-8", "replace"), where
        assert result.returncode == 6, where
        report = json.loads(result.stdout)
        failed = [step for step in report["steps"] if step["result"] == "failed"]
        assert failed, where
        assert all(error in step["detail"] for step in failed if step["detail"] != "keyslots.a: read-back"), (
            where
        )
        # One failing call leaves no key: every key slot file is written twice and unlinked.
        assert not any(
            place.before[path][4096:36_864] in data for path in place.own_files()
            for data in [Path(path).read_bytes()] if "keyslots" in path
        ), where  # fmt: skip
        if place.own_files():
            assert find_tombstone(place.layout), where
            assert place.panic().returncode == 0
        assert place.own_files() == [], where


@needs_strace
@pytest.mark.strace
def test_a_disk_that_takes_no_write_at_all_is_reported(place: Place) -> None:
    injections = [f"{call}:error=EROFS" for call in INJECTED]
    result = place.panic("--json", trace=traced(place.folder / "log", *injections))
    assert result.returncode == 6
    report = json.loads(result.stdout)
    assert report["keys_overwritten_ms"] is None
    assert not any(step["result"] == "overwritten" for step in report["steps"])
    failed = {(step["step"], step["detail"]) for step in report["steps"] if step["result"] == "failed"}
    assert {("key-slots", "keyslots.a: EROFS"), ("key-slots", "keyslots.b: EROFS")} <= failed
    assert read_tree(place.layout.root) == place.before


# -- beside a program that has it open -------------------------------------------------------

HOLD_AND_WATCH = """
import sys, time
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.storage.watch import WipeWatch
layout = VaultLayout(sys.argv[1])
lock = VaultLock()
lock.acquire(layout)
WipeWatch(layout).start()
print("held", flush=True)
time.sleep(600)
"""
# Sees nothing and listens to nothing but the one signal that cannot be refused.
HOLD_AND_RESIST = """
import signal, sys, time
for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(number, signal.SIG_IGN)
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
lock = VaultLock()
lock.acquire(VaultLayout(sys.argv[1]))
print("held", flush=True)
while True:
    time.sleep(600)
"""
# Writes its slots back as fast as it can.
HOLD_AND_WRITE = """
import os, sys
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
layout = VaultLayout(sys.argv[1])
lock = VaultLock()
lock.acquire(layout)
files = [os.open(layout.keyslots(copy), os.O_RDWR) for copy in (0, 1)]
slots = [os.pread(file, 65536, 0) for file in files]
print("held", flush=True)
while True:
    for file, data in zip(files, slots):
        os.pwrite(file, data, 0)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the holder is found through /proc/locks")
@pytest.mark.parametrize(
    "program", [HOLD_AND_WATCH, HOLD_AND_RESIST, HOLD_AND_WRITE], ids=["watches", "resists", "writes"]
)
def test_the_program_that_has_it_open_ends(place: Place, program: str) -> None:
    with holder(place.layout, program) as process:
        result = place.panic()
        assert process.wait(WAIT_S) in (-9, 3)
    assert result.returncode == 0
    assert not os.path.lexists(place.layout.root)


def test_a_holder_that_only_watches_ends_by_itself(place: Place) -> None:
    # Without its lock nobody can find it.
    program = HOLD_AND_WATCH.replace("lock.acquire(layout)", "")
    with holder(place.layout, program) as process:
        assert place.panic().returncode == 0
        assert process.wait(WAIT_S) == 3


# -- the command line ------------------------------------------------------------------------


def test_the_report_is_the_one_that_is_promised(place: Place) -> None:
    result = place.panic("--json")
    assert result.returncode == 0
    assert result.stderr == ""
    report = json.loads(result.stdout)
    assert set(report) == {"keys_overwritten_ms", "steps"}
    assert report["keys_overwritten_ms"] > 0
    for step in report["steps"]:
        assert set(step) == {"step", "result", "detail"}
        assert step["result"] in ("overwritten", "not-found", "failed", "out-of-reach")
    assert not os.path.lexists(place.layout.root)
    assert not place.settings.parent.exists()


def test_the_words_claim_no_more_than_was_done(place: Place) -> None:
    text = place.panic().stdout
    assert "overwritten in" in text
    assert "Out of reach:" in text
    assert "Copies of this vault made earlier" in text
    assert str(place.folder) not in text


def test_a_second_panic_is_quiet(place: Place) -> None:
    assert place.panic().returncode == 0
    for options in ((), ("--json",), ("--keys-only",)):
        again = place.panic(*options)
        assert (again.returncode, again.stderr) == (0, "")


def test_keys_only_then_all(place: Place) -> None:
    assert place.panic("--keys-only").returncode == 0
    assert find_tombstone(place.layout)
    assert len(place.own_files()) == len(place.before)
    assert place.panic().returncode == 0
    assert place.own_files() == []


def test_settings_are_kept_on_demand(place: Place) -> None:
    assert place.panic("--keep-settings").returncode == 0
    assert place.own_files() == []
    assert place.settings.read_bytes() == b"{}"


@pytest.mark.parametrize(
    "arguments",
    [
        (),
        ("VAULT",),
        ("--yes",),
        ("VAULT", "VAULT", "--yes"),
        ("VAULT", "--yes", "--force"),
        ("VAULT", "--yes", "--passphrase-file"),
        ("", "--yes"),
        ("--", "VAULT", "--yes"),
    ],
)
def test_wrong_usage_wipes_nothing(place: Place, arguments: tuple[str, ...]) -> None:
    command = [part.replace("VAULT", place.layout.root) for part in arguments]
    result = subprocess.run([*RUN, *command], capture_output=True, text=True, cwd="/", check=False)
    assert result.returncode == 2
    assert "Usage:" in result.stderr
    assert result.stdout == ""
    assert read_tree(place.layout.root) == place.before


def test_options_may_stand_anywhere_and_a_passphrase_is_not_asked_for(place: Place) -> None:
    result = subprocess.run(
        [*RUN, "--json", "--yes", "--passphrase-file", "-", "--key-file=x", "--", place.layout.root],
        env=place.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        check=False,
    )
    assert result.returncode == 0
    assert not os.path.lexists(place.layout.root)


def test_help_wipes_nothing(place: Place) -> None:
    result = place.panic("--help")
    assert result.returncode == 0
    assert "--keys-only" in result.stdout
    assert read_tree(place.layout.root) == place.before


@pytest.mark.parametrize("closed", ["1>&-", "0<&- 1>&- 2>&-", "| true", "1>/dev/full"])
@pytest.mark.parametrize("options", ["", "--json"])
def test_nobody_needs_to_read_the_report(place: Place, closed: str, options: str) -> None:
    import shlex

    command = f"{shlex.join([*RUN, place.layout.root, '--yes'])} {options} {closed}"
    result = subprocess.run(
        ["/bin/sh", "-c", command], env=place.environment, capture_output=True, text=True, check=False
    )
    assert (result.returncode, result.stderr) == (0, "")
    assert not os.path.lexists(place.layout.root)


def test_a_vault_whose_name_is_not_text(tmp_path: Path) -> None:
    root = os.fsdecode(os.fsencode(tmp_path) + b"/\xff\xfe vault\n")
    layout = make_vault_folder(Path(root), objects=1)
    result = subprocess.run([*RUN, layout.root, "--yes"], capture_output=True, cwd="/", check=False)
    assert (result.returncode, result.stderr) == (0, b"")
    assert not os.path.lexists(layout.root)


def test_a_relative_path_and_a_slash_at_its_end(place: Place) -> None:
    result = subprocess.run(
        [*RUN, "v/", "--yes"], cwd=place.folder, env=place.environment, capture_output=True, check=False
    )
    assert result.returncode == 0
    assert VaultLayout(str(place.folder / "v")).root == place.layout.root
    assert not os.path.lexists(place.layout.root)
