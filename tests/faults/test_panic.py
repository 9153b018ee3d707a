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

from hrd_desktop.services.wipe_all import finish_begun_wipe
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import find_tombstone, make_tombstone
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
    """A vault and a settings file in a home of their own; ``others`` are remembered beside it."""

    def __init__(self, folder: Path, others: int = 0) -> None:
        self.folder = folder
        self.layout = make_vault_folder(folder / "v", objects=2, folders=FOLDERS)
        self.others = [
            make_vault_folder(folder / f"other{number}", objects=1, folders=1) for number in range(others)
        ]
        self.settings = folder / "config" / "sheaf" / "settings.json"
        self.settings.parent.mkdir(parents=True)
        known = [layout.root for layout in [*self.others, self.layout]] if others else []
        self.settings.write_text(json.dumps({"vaults": known}) if known else "{}")
        self.before = read_tree(self.layout.root)
        self.others_before = [read_tree(layout.root) for layout in self.others]

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

    @property
    def mark(self) -> Path:
        return Path(f"{self.settings}.wiping")

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
        assert finish_begun_wipe(place.layout.root, place.environment) is None
        assert read_tree(place.layout.root) == place.before, where
        assert place.settings.exists()
        return "untouched"
    # As any start would: nobody is asked, and nothing is said where there is nothing left.
    finished = finish_begun_wipe(place.layout.root, place.environment)
    if not tombstoned:
        assert place.own_files() == [], f"{where}: no tombstone, and something is left"
    else:
        assert finished is not None
        assert not finished.failed, f"{where}: {finished.steps}"
        assert not os.path.lexists(place.layout.root), where
    assert_others_are_whole_or_gone(place, where)
    return "tombstone" if tombstoned else "gone"


def assert_others_are_whole_or_gone(place: Place, where: str) -> None:
    """After the next start no vault is half there; one that is left is remembered, and untouched."""
    left = []
    for layout, before in zip(place.others, place.others_before, strict=True):
        # An empty folder is what a kill at the very last step leaves (docs/adr/0060).
        if read_tree(layout.root):
            assert read_tree(layout.root) == before, f"{where}: half of another vault is left"
            left.append(layout.root)
    if left:
        assert json.loads(place.settings.read_text())["vaults"] == left, where
        assert not place.mark.exists(), where
    else:
        # Killed when only the empty folder was left to be removed, that stays.
        assert not place.settings.parent.exists() or not list(place.settings.parent.iterdir()), where


@needs_strace
@pytest.mark.strace
def test_killed_at_any_call_no_remembered_vault_is_left_half_wiped(
    places: Iterator[Place], full: bool, tmp_path: Path
) -> None:
    def make() -> Place:
        return Place(Path(tempfile.mkdtemp(dir=tmp_path)), others=2)

    counts = count_calls(make())
    # Otherwise the calls between which one vault is gone and the others are not yet, and one of each kind.
    some = [("pwrite64", n) for n in range(3, 9)] + [(call, 1) for call in INJECTED if counts[call]]
    sample = every_call(counts, full) if full else some
    left: Counter[int] = Counter()
    for call, number in sample:
        place = make()
        where = f"{call} {number}"
        result = place.panic(trace=traced(place.folder / "log", f"{call}:signal=KILL:when={number}"))
        assert result.returncode in (-9, 137), f"{where}: was never killed"
        check_after_kill(place, where)
        left[sum(os.path.lexists(layout.root) for layout in place.others)] += 1
    # Killed before the mark, the others stay; killed after it, the next start takes them along.
    assert left[2] >= 1
    assert left[0] >= 6


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
        if (call, number) == ("fsync", 1):
            # That of the mark for the next start: nobody was killed, so it is not needed.
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
        assert set(step) == {"step", "result", "detail", "vault", "ms"}
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


def test_every_vault_that_is_remembered_goes(tmp_path: Path) -> None:
    place = Place(tmp_path, others=2)
    missing = str(tmp_path / "on a stick")
    known = json.loads(place.settings.read_text())["vaults"]
    place.settings.write_text(json.dumps({"vaults": [missing, *known]}))
    report = json.loads(place.panic("--json").stdout)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config"]
    assert not place.settings.parent.exists()
    done = {(step["vault"], step["step"]) for step in report["steps"] if step["result"] == "overwritten"}
    assert {(vault, "key-slots") for vault in (1, 3, 4)} <= done
    assert (0, "settings") in done
    # One that is not there is not called done.
    assert {"step": "other-vault", "result": "out-of-reach", "detail": "", "vault": 2, "ms": None} in report[
        "steps"
    ]
    names = [step["step"] for step in report["steps"] if step["vault"] == 1]
    assert len(names) == len(set(names))
    assert str(tmp_path) not in json.dumps(report)


def test_a_step_that_fails_on_another_vault_is_told_as_failed(tmp_path: Path) -> None:
    place = Place(tmp_path, others=1)
    # A folder in the place of a file can be neither overwritten nor unlinked.
    os.unlink(place.others[0].records(0))
    os.mkdir(place.others[0].records(0))
    result = place.panic()
    assert result.returncode == 6
    assert "NOT DONE:" in result.stdout
    assert "Vault 2: Databases: records.0" in result.stdout
    assert not os.path.lexists(place.layout.root)
    # What stays of it opens with nothing, and is remembered by its tombstone.
    assert find_tombstone(place.others[0])


def test_a_wrong_path_wipes_no_remembered_vault(tmp_path: Path) -> None:
    place = Place(tmp_path, others=1)
    command = [*RUN, str(tmp_path / "no vault"), "--yes"]
    result = subprocess.run(
        command, env=place.environment, capture_output=True, text=True, cwd="/", check=False
    )
    assert "no vault at this place" in result.stdout
    assert read_tree(place.layout.root) == place.before
    assert read_tree(place.others[0].root) == place.others_before[0]
    assert place.settings.exists()


def test_a_tombstone_from_somebody_else_destroys_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    place = Place(tmp_path / "home", others=1)
    given = make_vault_folder(tmp_path / "given", objects=1, folders=1)
    with open(given.keyslots(0), "r+b") as file:
        file.write(make_tombstone(os.urandom))
    settings = place.settings.read_bytes()
    assert finish_begun_wipe(given.root, place.environment) is not None
    assert not os.path.lexists(given.root)
    assert read_tree(place.layout.root) == place.before
    assert read_tree(place.others[0].root) == place.others_before[0]
    assert place.settings.read_bytes() == settings


def test_settings_are_kept_on_demand(place: Place) -> None:
    assert place.panic("--keep-settings").returncode == 0
    assert place.own_files() == []
    assert place.settings.read_bytes() == b"{}"


def test_with_the_settings_kept_other_vaults_are_kept_too(tmp_path: Path) -> None:
    place = Place(tmp_path, others=1)
    assert place.panic("--keep-settings").returncode == 0
    assert place.own_files() == []
    assert read_tree(place.others[0].root) == place.others_before[0]


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
