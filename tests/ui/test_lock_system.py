"""When the system locks, sleeps, changes users or closes its lid, the vault locks: over private buses."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from hrd_desktop.ui.system_locks import SystemLocks
from tests.ui.buses import needs_buses, run_on_buses

LISTEN = """
from hrd_desktop.ui.system_locks import SystemLocks
LOGIN = "/org/freedesktop/login1"
locks = SystemLocks()
locks.lock_wanted.connect(lambda reason: say("lock for", reason))
locks.listen({**os.environ, "XDG_SESSION_ID": "c7"})
until(lambda: logind.asked == {"Inhibit", "GetSession c7"})
wait(0.1)
"""

#: For each reason: what must not lock, and what must.
CASES = {
    "screen": (
        'send(session, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", False)',
        'send(session, "/org/gnome/ScreenSaver", "org.gnome.ScreenSaver", "ActiveChanged", True)',
    ),
    "screen of freedesktop": (
        'send(session, "/x", "org.freedesktop.ScreenSaver", "SessionIdleChanged", True)',
        'send(session, "/x", "org.freedesktop.ScreenSaver", "ActiveChanged", True)',
    ),
    "session-lock": (
        'send(system, LOGIN + "/session/_1", "org.freedesktop.login1.Session", "Unlock")',
        'send(system, LOGIN + "/session/_1", "org.freedesktop.login1.Session", "Lock")',
    ),
    "sleep": (
        'send(system, LOGIN, "org.freedesktop.login1.Manager", "PrepareForSleep", False)',
        'send(system, LOGIN, "org.freedesktop.login1.Manager", "PrepareForSleep", True)',
    ),
    "sleep for good": (
        'send(system, LOGIN, "org.freedesktop.login1.Manager", "PrepareForShutdown", False)',
        'send(system, LOGIN, "org.freedesktop.login1.Manager", "PrepareForShutdown", True)',
    ),
    "user-switch": (
        # That of another session, and one of ours that keeps the screen.
        """
ours.active = False
tell_change(LOGIN + "/session/_2", "org.freedesktop.login1.Session")
wait(0.1)
ours.active = True
tell_change(LOGIN + "/session/_1", "org.freedesktop.login1.Session")
""",
        """
ours.active = False
tell_change(LOGIN + "/session/_1", "org.freedesktop.login1.Session")
""",
    ),
    "lid": (
        'tell_change("/org/freedesktop/UPower", "org.freedesktop.UPower")',
        'power.closed = True\ntell_change("/org/freedesktop/UPower", "org.freedesktop.UPower")',
    ),
}


@needs_buses
def test_each_reason_of_the_system_locks_and_its_end_does_not(project: Path, tmp_home: Path) -> None:
    steps = [
        f"{quiet}\nwait(0.15)\nsay('nothing yet')\n{loud}\nuntil(lambda: _heard[-1].startswith('lock'))\n"
        for quiet, loud in CASES.values()
    ]
    said = run_on_buses(project, LISTEN + "".join(steps))
    reasons = [name.split(" ")[0] for name in CASES]
    assert said == [line for reason in reasons for line in ("nothing yet", f"lock for {reason}")]


@needs_buses
def test_sleep_waits_for_the_lock(project: Path, tmp_home: Path) -> None:
    """A delay is asked for, and held until this process goes."""
    said = run_on_buses(
        project,
        LISTEN
        + "import gc\n"
        + "gc.collect()\n"
        + "wait(0.2)\n"
        + "say(*logind.inhibited)\n"
        + "say('held', logind.is_held())\n"
        + "import shiboken6\n"
        + "shiboken6.delete(locks)\n"
        + "del locks\n"
        + "gc.collect()\n"
        + "until(lambda: not logind.is_held())\n"
        + "say('let go')\n",
    )
    assert said == ["sleep Sheaf delay", "held True", "let go"]


@pytest.mark.parametrize("place", ["", "run"])
def test_a_bus_that_is_not_there_is_not_started(
    application: QApplication, tmp_home: Path, place: str
) -> None:
    SystemLocks().listen({"XDG_RUNTIME_DIR": str(tmp_home / place) if place else ""})
    assert not [path for path in tmp_home.rglob("*") if path.is_file()]
