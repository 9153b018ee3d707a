"""What every process of the whole job does, seen from outside: sockets, what is started, how, and with what.

The job is done once under strace, in a folder full of modules that wait to be imported by mistake.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.e2e.cli import PROGRAM, Place
from tests.faults.journey import CANARIES, Journey, find_traces

pytestmark = pytest.mark.strace

#: Modules that the program, its libraries or the interpreter import at some time.
WAITING = (
    "json", "re", "os", "click", "hrd_desktop", "sqlcipher3", "cryptography", "sitecustomize",
    "usercustomize", "encodings", "PIL", "jinja2", "zipfile", "hashlib", "tempfile", "subprocess", "readline",
)  # fmt: skip
LINE = re.compile(r"(?P<pid>\d+) +(?P<call>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+|\?)")
CALLS = "execve,chdir,prctl,prlimit64,setrlimit,%network"


@dataclass
class Process:
    """One image that was started: its words, its environment, and what it did after that, in order."""

    words: list[str]
    environment: list[str]
    folder: str
    raw: str
    did: list[tuple[str, str]] = field(default_factory=list)


@dataclass
class Seen:
    """All that the trace tells."""

    journey: Journey
    processes: list[Process]
    sockets: list[tuple[str, str]]
    text: str


def strings(text: str) -> list[str]:
    """The quoted strings of a list as strace prints it."""
    return [
        part.encode("latin-1").decode("unicode_escape").encode("latin-1").decode("utf-8", "backslashreplace")
        for part in re.findall(r'"((?:[^"\\]|\\.)*)"', text)
    ]


def read_trace(text: str) -> tuple[list[Process], list[tuple[str, str]]]:
    folder_of: dict[str, str] = {}
    current: dict[str, Process] = {}
    processes: list[Process] = []
    sockets: list[tuple[str, str]] = []
    for match in map(LINE.match, whole_lines(text)):
        if match is None:
            continue
        pid, call, arguments, result = match.groups()
        if call == "chdir" and result == "0":
            folder_of[pid] = strings(arguments)[0]
        elif call == "execve" and result == "0":
            words, _, environment = arguments.partition("], [")
            started = Process(strings(words)[1:], strings(environment), folder_of.get(pid, ""), arguments)
            processes.append(started)
            current[pid] = started
        elif call in {"prctl", "prlimit64", "setrlimit"}:
            if pid in current:
                current[pid].did.append((call, arguments + " = " + result))
        elif call not in {"chdir", "execve"}:
            sockets.append((call, arguments + " = " + result))
    return processes, sockets


def whole_lines(text: str) -> Iterator[str]:
    """Calls that were interrupted by another process's line, put together again."""
    begun: dict[str, str] = {}
    for line in text.splitlines():
        pid = line.split(" ", 1)[0]
        if line.endswith("<unfinished ...>"):
            begun[pid] = line.removesuffix("<unfinished ...>").rstrip()
        elif resumed := re.match(r"\d+ +<\.\.\. \w+ resumed>(.*)", line):
            yield begun.pop(pid, pid + " ") + resumed[1]
        else:
            yield line


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    place = Place(tmp_path_factory.mktemp("traced"))
    log, marker = place.folder / "trace", place.folder / "a hostile module was imported"
    for name in WAITING:
        place.original(f"{name}.py", f"open({str(marker)!r}, 'a').write({name!r})\n".encode())
    place.environment["PYTHONPATH"] = str(place.originals)
    place.environment["PYTHONSTARTUP"] = str(place.originals / "json.py")
    place.environment["PYTHONHOME"] = ""
    strace = (
        "strace",
        "-f",
        "--seccomp-bpf",
        "-qq",
        "-v",
        "-A",
        "-s",
        "100000",
        "-o",
        str(log),
        "-e",
        f"trace={CALLS}",
    )
    journey = Journey(place, place.folder / "out", before=(*strace, "-e", "signal=none"))
    assert journey.cwd == place.originals
    journey.go()
    journey.panic()
    text = log.read_text("utf-8", "backslashreplace")
    processes, sockets = read_trace(text)
    return Seen(journey, processes, sockets, text)


def test_no_socket_but_local_ones(seen: Seen) -> None:
    assert [entry for entry in seen.sockets if "AF_UNIX" not in entry[1]] == []
    # As it happens there is none at all; a local one would be a change worth knowing of.
    assert seen.sockets == []


def test_the_trace_sees_what_it_should(seen: Seen, tmp_path: Path) -> None:
    """The tests here can fail: every command is there, and a socket would be."""
    started = [process for process in seen.processes if str(PROGRAM) in process.words]
    assert len(started) >= 16
    assert {process.words[3].rsplit(".", 1)[-1] for process in children(seen)} == {"kdf_child", "child"}
    log = tmp_path / "log"
    code = "import socket; socket.socket(socket.AF_INET).close()"
    traced = ("strace", "-f", "-o", log, "-e", f"trace={CALLS}", sys.executable, "-I", "-c", code)
    subprocess.run(traced, check=True)
    assert [call for call, what in read_trace(log.read_text("utf-8"))[1] if "AF_INET" in what] == ["socket"]


def children(seen: Seen) -> list[Process]:
    """What the program itself started."""
    return [process for process in seen.processes if str(PROGRAM) not in process.words]


def test_every_process_is_isolated(seen: Seen) -> None:
    assert children(seen)
    for process in seen.processes:
        interpreter, isolated, *rest = process.words
        if str(PROGRAM) in process.words:
            # The launcher that set-up wrote says -I in its first line; the kernel starts it with that.
            assert "-I" in PROGRAM.read_text("utf-8").splitlines()[0]
            continue
        assert interpreter == sys.executable
        assert (isolated, rest[0]) == ("-I", "-m")
        assert rest[1].startswith("hrd_desktop.")
        assert process.folder == "/", process.words
        assert not [entry for entry in process.environment if entry.startswith(("PYTHON", "PATH", "XDG"))]


def test_no_module_beside_the_files_was_imported(seen: Seen) -> None:
    assert not (seen.journey.place.folder / "a hostile module was imported").exists()


def test_no_secret_is_in_any_argument_or_environment(seen: Seen) -> None:
    made = {
        name: CANARIES[name]
        for name in ("passphrase", "new passphrase", "picture's own words", "destroyed text")
    }
    made["recovery code"] = (seen.journey.out / "code").read_text("utf-8").split()[0]
    made["words of the bundle"] = (seen.journey.out / "words").read_text("utf-8").strip()
    for process in seen.processes:
        everything = "\0".join([*process.words, *process.environment, process.raw]).encode()
        assert find_traces(everything, made) == []
    # What the program starts knows nothing at all of the user: no path, no name, no home.
    for process in children(seen):
        everything = "\0".join([*process.words[2:], *process.environment]).encode()
        assert find_traces(everything, CANARIES) == []
        assert str(seen.journey.place.folder).encode() not in everything


def test_every_process_with_a_secret_leaves_no_core_and_cannot_be_traced(seen: Seen) -> None:
    for process in seen.processes:
        if "panic" in process.words:
            continue  # it opens nothing and reads no secret
        assert any("PR_SET_DUMPABLE, SUID_DUMP_DISABLE" in what and what.endswith("= 0")
                   for call, what in process.did if call == "prctl"), process.words  # fmt: skip
        assert any("RLIMIT_CORE, {rlim_cur=0, rlim_max=0}" in what and what.endswith("= 0")
                   for call, what in process.did if call != "prctl"), process.words  # fmt: skip
