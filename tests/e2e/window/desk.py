"""A desk of its own for one test: a display, a session bus and a registry of accessible programs."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any

#: The system's Python, which has AT-SPI; ours has only what the program needs.
SYSTEM_PYTHON = "/usr/bin/python3"
LAUNCHERS = ("/usr/libexec/at-spi-bus-launcher", "/usr/lib/at-spi2-core/at-spi-bus-launcher")
DRIVER = Path(__file__).with_name("driver.py")

_BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:dir={folder}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


def missing_tools() -> str:
    """What is not on this machine and has to be; the empty text when nothing lacks."""
    lacking = [name for name in ("Xvfb", "xdotool", "dbus-daemon") if shutil.which(name) is None]
    if not any(Path(each).exists() for each in LAUNCHERS):
        lacking.append("at-spi-bus-launcher")
    asked = "import gi; gi.require_version('Atspi', '2.0'); from gi.repository import Atspi"
    if subprocess.run([SYSTEM_PYTHON, "-c", asked], capture_output=True, check=False).returncode != 0:
        lacking.append("gir1.2-atspi-2.0")
    return ", ".join(lacking)


class NotThere(AssertionError):
    """The window does not have what was looked for."""


class Desk:
    """What a program needs to be seen, in ``environment``; and who looks at it."""

    def __init__(self, environment: dict[str, str], driver: subprocess.Popen[str]) -> None:
        self.environment = environment
        self._driver = driver

    def ask(self, do: str, **request: Any) -> Any:
        """One request to the one who looks. Raises NotThere."""
        assert self._driver.stdin is not None
        assert self._driver.stdout is not None
        self._driver.stdin.write(json.dumps({"do": do, **request}) + "\n")
        self._driver.stdin.flush()
        answer = json.loads(self._driver.stdout.readline())
        if "error" in answer:
            raise NotThere(f"{do} {request}: {answer['error']}")
        return answer["answer"]

    def xdotool(self, *arguments: str) -> str:
        """Keys and mouse, as the X server gets them from a keyboard and a mouse."""
        done = subprocess.run(
            ["xdotool", *arguments], env=self.environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (arguments, done.stderr)
        return done.stdout

    def screenshot(self, path: Path) -> None:
        """What is on the screen now, for whoever has to find out why a test failed."""
        if shutil.which("import") is not None:
            subprocess.run(["import", "-window", "root", str(path)], env=self.environment, check=False)


@contextmanager
def open_desk(folder: Path, environment: dict[str, str]) -> Iterator[Desk]:
    """Set the desk up in an empty folder, and clear it away. ``environment`` is the user's own."""
    folder.mkdir(mode=0o700)
    with ExitStack() as stack:
        # As Qt asks of a session without a desktop that would tell it that somebody listens.
        env = {**environment, "QT_LINUX_ACCESSIBILITY_ALWAYS_ON": "1"}
        read_end, write_end = os.pipe()
        stack.callback(
            _end,
            subprocess.Popen(
                # 24 bits deep, and with nobody let in from another machine.
                ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x900x24", "-nolisten", "tcp"],
                pass_fds=[write_end],
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ),
        )
        os.close(write_end)
        env["DISPLAY"] = f":{_first_line(read_end)}"

        configuration = folder / "bus.conf"
        configuration.write_text(_BUS.format(folder=folder))
        bus_read, bus_write = os.pipe()
        stack.callback(
            _end,
            subprocess.Popen(
                [
                    "dbus-daemon",
                    f"--config-file={configuration}",
                    "--nofork",
                    "--nopidfile",
                    f"--print-address={bus_write}",
                ],
                pass_fds=[bus_write],
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ),
        )
        os.close(bus_write)
        env["DBUS_SESSION_BUS_ADDRESS"] = _first_line(bus_read)
        launcher = next(each for each in LAUNCHERS if Path(each).exists())
        stack.callback(
            _end,
            subprocess.Popen(
                [launcher, "--launch-immediately"],
                env=env,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ),
        )
        driver = subprocess.Popen(
            [SYSTEM_PYTHON, str(DRIVER)],
            env=env,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        stack.callback(_end, driver)
        yield Desk(env, driver)


def _first_line(descriptor: int) -> str:
    with os.fdopen(descriptor) as stream:
        line = stream.readline().strip()
    assert line, "it ended before it said where it listens"
    return line


def _end(process: subprocess.Popen[Any]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        if isinstance(stream, IO) or stream is not None:
            stream.close()
