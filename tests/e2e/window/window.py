"""The program as its user has it: started by its launcher, pressed by name, typed at with real keys."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from tests.e2e.window.desk import Desk, NotThere

LAUNCHER = Path(sys.executable).with_name("hrd-desktop")
_CLASS = "Sheaf"
_PAUSE_S = 0.02
_LONGEST_S = 40


class Window:
    """One running program. Every method waits for what it needs and fails when it does not come."""

    def __init__(self, desk: Desk, *arguments: str | Path, log: Path) -> None:
        self.desk = desk
        self._log = log
        with log.open("wb") as stream:
            self.process = subprocess.Popen(
                [str(LAUNCHER), *map(str, arguments)],
                env=desk.environment,
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=stream,
                # Whatever it starts can be told from everything else by its session.
                start_new_session=True,
            )

    # -- looking --------------------------------------------------------------------------------

    def wait(self, name: str | None = None, **wanted: Any) -> dict[str, Any]:
        """Wait until something of this name (and ``role``, ``contains``, ``states``) is shown."""
        return dict(self._ask("wait", name, wanted))

    def gone(self, name: str | None = None, **wanted: Any) -> None:
        """Wait until nothing of this name is shown."""
        self._ask("gone", name, wanted)

    def text(self, name: str, **wanted: Any) -> str:
        """What is written in a field; ``equals`` waits until it is that."""
        return str(self._ask("text", name, wanted))

    def rows(self, name: str) -> list[str]:
        """What a list says of its first rows."""
        return list(self._ask("rows", name, {})["names"])

    def tree(self) -> list[dict[str, Any]]:
        """Every control that is shown."""
        return list(self._ask("tree", None, {}))

    def wait_for_rows(self, name: str, fits: Callable[[list[str]], bool]) -> None:
        """Wait until the first rows of a list are what is wanted."""

        def look() -> bool:
            with contextlib.suppress(NotThere):
                return fits(
                    list(self.desk.ask("rows", pid=self.process.pid, name=name, timeout_s=0)["names"])
                )
            return False

        self.wait_until(look)

    def wait_until(self, holds: Callable[[], bool]) -> None:
        """Wait until something holds, in the window or outside it."""
        ends = time.monotonic() + _LONGEST_S
        while not holds():
            if time.monotonic() > ends:
                raise NotThere(f"shown:\n{self._shown()}\nsaid:\n{self.said}")
            time.sleep(_PAUSE_S)

    @property
    def said(self) -> str:
        """What the program wrote on its standard streams."""
        return self._log.read_text(encoding="utf-8", errors="replace")

    # -- doing ----------------------------------------------------------------------------------

    def press(self, name: str, **wanted: Any) -> None:
        """Press what has this name, as soon as it can be pressed."""
        self._ask("press", name, wanted)

    def type_into(self, name: str, text: str, **wanted: Any) -> None:
        """Give the keyboard to a field, and type over what is in it."""
        self.focus(name, **wanted)
        self.keys("ctrl+a")
        self.type(text)

    def focus(self, name: str, **wanted: Any) -> None:
        """Give the keyboard to a control."""
        self.take_keyboard()
        self._ask("focus", name, wanted)

    def choose(self, path: Path) -> None:
        """Type a path into the dialog that asks for one."""
        self.wait(role="dialog", contains="Choose")
        self.take_keyboard()
        self.wait(role="text", contains="Directory", states=["focused"])
        self.type(str(path))
        self.keys("Return")
        self.gone(role="dialog", contains="Choose")

    def type(self, text: str) -> None:
        """Type where the keyboard is."""
        self.desk.xdotool("type", "--delay", "4", text)

    def keys(self, *keys: str) -> None:
        """Press keys such as ``ctrl+l``, one after the other."""
        self.desk.xdotool("key", *keys)

    def take_keyboard(self) -> None:
        """Give the keyboard to the window on top, which a window manager does by itself."""
        ends = time.monotonic() + _LONGEST_S
        while time.monotonic() < ends:
            found = subprocess.run(
                ["xdotool", "search", "--onlyvisible", "--class", _CLASS],
                env=self.desk.environment,
                capture_output=True,
                text=True,
                check=False,
            ).stdout.split()
            if found:
                self.desk.xdotool("windowfocus", "--sync", found[-1])
                return
            time.sleep(_PAUSE_S)
        raise NotThere("no window took the keyboard")

    def hold(self, name: str, seconds: float) -> None:
        """Keep the mouse pressed on something. The only wait that is a time: the hold itself."""
        x, y, width, height = self.wait(name)["place"]
        self.desk.xdotool("mousemove", str(x + width // 2), str(y + height // 2))
        self.desk.xdotool("mousedown", "1")
        time.sleep(seconds)
        self.desk.xdotool("mouseup", "1")

    def unlock(self, passphrase: str) -> None:
        """Type the passphrase at the unlock screen and wait for the vault."""
        self.wait("Unlock")
        self.take_keyboard()
        self.wait("Passphrase", states=["focused"])
        self.type(passphrase)
        self.keys("Return")
        self.wait("Lock")

    def lock(self) -> None:
        """Ctrl+L, until the unlock screen of the fresh process is there."""
        self.take_keyboard()
        self.keys("ctrl+l")
        self.gone("Lock")
        self.wait("Unlock")

    # -- ending ---------------------------------------------------------------------------------

    def wait_for_end(self) -> int:
        """Wait until the program has ended by itself. Returns its exit code."""
        return self.process.wait(30)

    def end(self) -> None:
        """End it however it is."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def _ask(self, do: str, name: str | None, wanted: dict[str, Any]) -> Any:
        request = {"pid": self.process.pid, **wanted}
        if name is not None:
            request["name"] = name
        try:
            return self.desk.ask(do, **request)
        except NotThere as error:
            if self.process.poll() is not None:
                raise AssertionError(f"the program ended: {self.process.returncode}\n{self.said}") from error
            raise NotThere(f"{error}\nshown:\n{self._shown()}\nsaid:\n{self.said}") from error

    def _shown(self) -> str:
        tree = self.desk.ask("tree", pid=self.process.pid)
        return "\n".join(
            f"  {each['role']} {each['name']!r}" for each in tree if each["name"] or each["focusable"]
        )
