"""Runs `hrd-vault` as a user would: a process of its own, in a home of its own, with nothing else around."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import pty
import select
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = Path(sys.executable).with_name("hrd-vault")
PASSPHRASE = "steady copper umbrella orbit walnut fifteen kite"
WAIT_S = 120

#: What a shell starts in the background ignores SIGINT, and so does all that it starts: these tests, for one.
HEED_INTERRUPTS = ("env", "--default-signal=INT")

#: A traceback is never an answer, whatever was done to the vault.
TRACEBACK = "Traceback (most recent call last)"

Argument = str | bytes | Path


@dataclass(frozen=True)
class Done:
    """How a command ended."""

    code: int
    out: bytes
    err: str

    @property
    def text(self) -> str:
        return self.out.decode()

    @property
    def document(self) -> Any:
        """Standard output as exactly one JSON document."""
        return json.loads(self.out)

    @property
    def error_code(self) -> str:
        """The code that the message quotes in its last line, without its fields."""
        last = self.err.strip().splitlines()[-1] if self.err.strip() else ""
        return last[1:-1].split(" ")[0] if last.startswith("[") else ""


class Place:
    """A home with its XDG and temporary folders, a folder of originals and one for vaults, all empty."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.home = folder / "home"
        self.originals = folder / "originals"
        self.vault = folder / "vaults" / "v"
        self.environment = {
            "PATH": os.environ["PATH"],
            "LANG": "C.UTF-8",
            "HOME": str(self.home),
            "TMPDIR": str(self.home / "tmp"),
            "XDG_CONFIG_HOME": str(self.home / ".config"),
            "XDG_DATA_HOME": str(self.home / ".local" / "share"),
            "XDG_STATE_HOME": str(self.home / ".local" / "state"),
            "XDG_CACHE_HOME": str(self.home / ".cache"),
            "XDG_RUNTIME_DIR": str(self.home / "run"),
        }
        for name, value in self.environment.items():
            if name in {"HOME", "TMPDIR"} or name.startswith("XDG_"):
                Path(value).mkdir(mode=0o700, parents=True, exist_ok=True)
        self.originals.mkdir(exist_ok=True)
        self.vault.parent.mkdir(exist_ok=True)
        self.passfile = self.secret("passphrase", PASSPHRASE)

    def secret(self, name: str, text: str) -> Path:
        """A file with one line, for its owner only."""
        path = self.folder / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    def original(self, name: str | bytes, content: bytes) -> Path:
        """A file among the originals."""
        path = Path(os.fsdecode(os.path.join(os.fsencode(self.originals), os.fsencode(name))))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        return path

    # -- running --------------------------------------------------------------------------------

    def run(
        self,
        *arguments: Argument,
        expect: int | None = 0,
        stdin: bytes | None = None,
        cwd: Path | None = None,
        extra: Mapping[str, str] | None = None,
        before: Sequence[str] = (),
    ) -> Done:
        """Run a command without a terminal; by default it must succeed. ``before``: what it is run under."""
        done = self.done([*before, PROGRAM, *arguments], stdin or b"", cwd or self.folder, extra or {})
        assert TRACEBACK not in done.err, done.err
        assert TRACEBACK.encode() not in done.out
        if expect is not None:
            assert done.code == expect, (done.code, done.text, done.err)
        return done

    def done(self, command: Sequence[Argument], stdin: bytes, cwd: Path, extra: Mapping[str, str]) -> Done:
        """Start a process and wait for it."""
        process = subprocess.run(
            command,
            input=stdin,
            capture_output=True,
            cwd=cwd,
            env={**self.environment, **extra},
            timeout=WAIT_S,
            check=False,
        )
        return Done(process.returncode, process.stdout, process.stderr.decode("utf-8", "backslashreplace"))

    def opened(self, command: str, *arguments: Argument, vault: Path | None = None, **options: Any) -> Done:
        """Run a command on the vault with its passphrase from the file."""
        return self.run(
            command, vault or self.vault, *arguments, "--passphrase-file", self.passfile, **options
        )

    def json(self, command: str, *arguments: Argument, **options: Any) -> Any:
        """Like ``opened`` with ``--json``; standard output is one document and nothing else."""
        return self.opened(command, *arguments, "--json", **options).document

    def start(self, *arguments: Argument, **options: Any) -> subprocess.Popen[bytes]:
        """Start a command and go on while it runs."""
        return subprocess.Popen(
            [*HEED_INTERRUPTS, PROGRAM, *arguments],
            cwd=self.folder,
            env=self.environment,
            **{
                "stdin": subprocess.DEVNULL,
                "stdout": subprocess.PIPE,
                "stderr": subprocess.PIPE,
                **options,
            },
        )

    def create(self, *arguments: Argument, vault: Path | None = None) -> Done:
        """Make the vault, at the least cost."""
        return self.opened("create", "--kdf", "minimum", *arguments, vault=vault)

    def take(self, *paths: Argument, **options: Any) -> Any:
        """Import and return the report."""
        return self.json("import", *paths, **options)

    def copy_of(self, template: Path) -> Place:
        """Put a copy of a vault made earlier in this place."""
        shutil.copytree(template, self.vault)
        return self

    # -- looking --------------------------------------------------------------------------------

    def object_files(self) -> dict[str, Path]:
        """Every object file by its name in hexadecimal digits."""
        return {path.parent.name + path.name: path for path in self.vault.glob("objects/??/*")}


def on_terminal(
    place: Place,
    arguments: Sequence[Argument],
    answers: Sequence[tuple[bytes, bytes]],
    program: str | Path = PROGRAM,
) -> tuple[int, bytes]:
    """Run a command on a terminal of its own; for each (prompt, answer) wait for the prompt, then type.

    Returns the exit code and all that the terminal showed.
    """
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(place.folder)
        command = [os.fsencode(word) for word in (*HEED_INTERRUPTS, program, *arguments)]
        os.execvpe(command[0], command, place.environment)
    shown = b""
    answered = 0
    waiting = list(answers)
    deadline = time.monotonic() + WAIT_S
    while time.monotonic() < deadline:
        if not select.select([terminal], [], [], 1)[0]:
            continue
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break
        if not data:
            break
        shown += data
        if waiting and waiting[0][0] in shown[answered:]:
            answered = len(shown)
            os.write(terminal, waiting.pop(0)[1])
    os.close(terminal)
    code = os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])
    assert not waiting, shown
    return code, shown


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def files_under(folder: Path) -> Iterator[Path]:
    """Every regular file, links not followed."""
    for parent, _, names in os.walk(folder):
        for name in names:
            path = Path(parent, name)
            if stat.S_ISREG(path.lstat().st_mode):
                yield path


def traces_of(text: str) -> dict[str, bytes]:
    """The ways in which ``text`` could lie in a file: three encodings of Unicode, hexadecimal, base 64."""
    plain = text.encode()
    found = {
        "UTF-8": plain,
        "UTF-16LE": text.encode("utf-16-le"),
        "UTF-16BE": text.encode("utf-16-be"),
        "hex": plain.hex().encode(),
        "HEX": plain.hex().upper().encode(),
    }
    # Bytes can be aligned in three ways in base 64; of each, the characters that no neighbour changes.
    for shift in range(3):
        whole = base64.b64encode(bytes(shift) + plain)
        found[f"base64 {shift}"] = whole[(shift * 8 + 5) // 6 : (shift + len(plain)) * 8 // 6]
    return found
