"""A process that has imported the program already, and forks itself for each command (``program.py``)."""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.e2e.cli import PROGRAM as INSTALLED
from tests.e2e.cli import Argument, Done
from tests.e2e.cli import Place as CliPlace

PROGRAM = Path(__file__).with_name("program.py")
WAIT_S = 240


@dataclass(frozen=True)
class Ended:
    """How a command ended; a negative code is the signal that ended it. ``fired``: the fault was put in."""

    code: int
    out: bytes
    err: str
    writes: int = 0
    fired: bool = False


class Warm:
    """The server, started when it is first asked.

    ``home`` is an empty folder for the commands; ``memory`` one for stretched passphrases.
    """

    def __init__(self, home: Path, memory: Path) -> None:
        self.home = home
        self.memory = memory
        self._server: subprocess.Popen[bytes] | None = None

    def run(
        self,
        commands: Sequence[Sequence[Argument]],
        environment: Mapping[str, str],
        *,
        folder: str | Path = "/",
        seed: str = "",
        stdin: bytes = b"",
        strace: Sequence[str] = (),
        short: int = 0,
        fault: Mapping[str, object] | None = None,
        kill_after_s: float | None = None,
    ) -> list[Ended]:
        """Run commands one after another in one forked process; those after a death have no answer."""
        request = {
            "commands": [[os.fsdecode(word) for word in command] for command in commands],
            "seed": seed,
            "environment": dict(environment),
            "folder": str(folder),
            "stdin": base64.b64encode(stdin).decode(),
            "strace": list(strace),
            "short": short,
            "fault": fault,
            "wait_s": WAIT_S if kill_after_s is None else kill_after_s,
            "killed": kill_after_s is not None,
        }
        answers = json.loads(self._ask(json.dumps(request).encode() + b"\n"))
        return [
            Ended(
                answer["code"],
                base64.b64decode(answer["out"]),
                base64.b64decode(answer["err"]).decode("utf-8", "backslashreplace"),
                answer["writes"],
                answer["fired"],
            )
            for answer in answers
        ]

    def _ask(self, line: bytes) -> bytes:
        if self._server is None:
            self._server = subprocess.Popen(
                [sys.executable, "-I", "-B", str(PROGRAM), "serve", str(self.memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C.UTF-8"},
                cwd="/",
            )
        assert self._server.stdin is not None and self._server.stdout is not None
        self._server.stdin.write(line)
        self._server.stdin.flush()
        if not select.select([self._server.stdout], [], [], WAIT_S + 30)[0]:
            self.close()
            raise TimeoutError("the server of commands does not answer")
        answer = self._server.stdout.readline()
        assert answer, "the server of commands has ended"
        return answer

    def close(self) -> None:
        """End the server, if it was ever started."""
        if self._server is not None:
            self._server.kill()
            self._server.communicate()
            self._server = None


class WarmPlace(CliPlace):
    """A home and a vault of its own. Commands are run by ``warm``, except those under another program."""

    def __init__(self, folder: Path, warm: Warm) -> None:
        super().__init__(folder)
        self.warm = warm

    def done(self, command: Sequence[Argument], stdin: bytes, cwd: Path, extra: Mapping[str, str]) -> Done:
        if command[0] != INSTALLED or sys.platform != "linux":
            return super().done(command, stdin, cwd, extra)
        (ended,) = self.warm.run([command[1:]], {**self.environment, **extra}, folder=cwd, stdin=stdin)
        return Done(ended.code, ended.out, ended.err)
