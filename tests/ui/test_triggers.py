"""What is armed does its deed: a stick that is pulled, a key, failed unlocks, days, and the tray."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.services.settings_file import Settings
from hrd_desktop.services.triggers import Triggers
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.ui.dialogs import confirm
from hrd_desktop.ui.triggers.armed import ArmedTriggers
from hrd_desktop.ui.triggers.hot_key import HotKey
from hrd_desktop.ui.triggers.usb_watch import UsbWatch
from hrd_desktop.ui.unlock_screen import UnlockScreen
from tests.ui.buses import needs_buses, run_on_buses
from tests.ui.driving import PASSPHRASE, Started, button, make_started

STICK = "usb-Maker_Stick_42-0:0"
NOW = datetime(2026, 11, 27, 12, tzinfo=UTC)
POWER_OFF = [sys.executable, "-I", "-m", "hrd_desktop.ui.triggers.power_off"]


@pytest.fixture
def sticks(tmp_path: Path) -> Path:
    """What the system would make in ``/dev/disk/by-id``, with one stick plugged in."""
    folder = tmp_path / "by-id"
    folder.mkdir()
    (folder / STICK).touch()
    return folder


class Heard:
    """What a watch has told, in order."""

    def __init__(self, watch: UsbWatch) -> None:
        self.names: list[str] = []
        for name in ("vanished", "removed", "came_back"):
            getattr(watch, name).connect(lambda name=name: self.names.append(name))


def test_a_pulled_stick_is_noticed(sticks: Path, qtbot: QtBot) -> None:
    watch = UsbWatch(str(sticks))
    heard = Heard(watch)
    watch.watch(STICK)
    assert watch.is_ready
    (sticks / STICK).unlink()
    qtbot.waitUntil(lambda: heard.names == ["vanished", "removed"], timeout=10_000)


def test_one_that_comes_back_at_once_was_not_pulled(sticks: Path, qtbot: QtBot) -> None:
    watch = UsbWatch(str(sticks))
    heard = Heard(watch)
    watch.watch(STICK)
    (sticks / STICK).unlink()
    watch.look()
    (sticks / STICK).touch()
    watch.look()
    qtbot.wait(900)
    assert heard.names == ["vanished", "came_back"]


def test_one_that_is_not_there_is_waited_for(sticks: Path, qtbot: QtBot) -> None:
    (sticks / STICK).unlink()
    sticks.rmdir()
    watch = UsbWatch(str(sticks))
    heard = Heard(watch)
    watch.watch(STICK)
    qtbot.wait(100)
    assert not watch.is_ready
    assert heard.names == []
    sticks.mkdir()
    (sticks / STICK).touch()
    qtbot.waitUntil(lambda: watch.is_ready, timeout=10_000)
    # Other devices come and go.
    (sticks / "usb-Other-0:0").touch()
    (sticks / "usb-Other-0:0").unlink()
    watch.look()
    assert heard.names == []


def press(target: QWidget, *, repeated: bool = False) -> None:
    modifiers = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    QApplication.sendEvent(target, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_F12, modifiers, "", repeated))


def test_the_key_does_nothing_until_it_is_armed(application: QApplication, qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    key = HotKey(application)
    heard: list[bool] = []
    key.pressed.connect(lambda: heard.append(True))
    press(widget)
    key.arm(True)
    press(widget, repeated=True)
    assert heard == []
    press(widget)
    assert heard == [True]


def test_days_fire_only_while_locked(application: QApplication) -> None:
    clock = [NOW]
    armed = ArmedTriggers(application, lambda: clock[0], sticks="/nonexistent")
    heard: list[str] = []
    armed.deed_wanted.connect(heard.append)
    armed.apply(Triggers(days=1).after_unlock(NOW))
    armed.set_locked(False)
    clock[0] = NOW + timedelta(days=2)
    armed.look()
    assert heard == []
    armed.set_locked(True)
    armed.look()
    assert heard == ["power-off"]


# -- in the program -------------------------------------------------------------------------------


def start(started: Started, vault: Path, sticks: Path, triggers: Triggers) -> None:
    """The program at the unlock screen, with these armed."""
    started.program._armed._stick._folder = str(sticks)
    started.settings_file.save(Settings(vaults=(str(vault),), triggers=triggers))
    started.program._settings = started.settings_file.load()
    started.program.start(str(vault), new=False)


@pytest.mark.parametrize(
    ("by", "deed"),
    [("stick", "lock"), ("stick", "power-off"), ("stick", "wipe"), ("key", "close"), ("key", "wipe")],
)
def test_the_ladder(
    started: Started, vault_path: Path, sticks: Path, qtbot: QtBot, by: str, deed: str
) -> None:
    triggers = Triggers(usb_device=STICK, usb_deed=deed) if by == "stick" else Triggers(key_deed=deed)
    start(started, vault_path, sticks, triggers)
    started.unlock(qtbot)
    dialog = confirm(started.window, "A question?", "Words.", "Do it", lambda: None)
    if by == "stick":
        (sticks / STICK).unlink()
        started.program._armed._stick.look()
    else:
        press(dialog)
    # Whatever follows, nothing is seen and nothing is open from here on.
    assert not dialog.isVisible()
    assert not started.leaving.is_open
    assert find_tombstone(VaultLayout(str(vault_path))) == (deed == "wipe" and by == "key")
    qtbot.waitUntil(lambda: bool(started.replaced_by or started.ended_with), timeout=10_000)
    assert find_tombstone(VaultLayout(str(vault_path))) == (deed == "wipe")
    if deed == "close":
        assert started.ended_with == [0]
    else:
        (command,) = started.replaced_by
        assert (
            command[:4]
            == {
                "lock": [*POWER_OFF[:3], "hrd_desktop"],
                "power-off": POWER_OFF,
                "wipe": [*POWER_OFF[:3], "hrd_desktop.cli.entry"],
            }[deed]
        )


def test_a_stick_that_was_only_named_anew_locks_and_no_more(
    started: Started, vault_path: Path, sticks: Path, qtbot: QtBot
) -> None:
    start(started, vault_path, sticks, Triggers(usb_device=STICK, usb_deed="wipe"))
    started.unlock(qtbot)
    (sticks / STICK).unlink()
    started.program._armed._stick.look()
    (sticks / STICK).touch()
    started.program._armed._stick.look()
    qtbot.wait(900)
    assert not find_tombstone(VaultLayout(str(vault_path)))
    assert [command[3] for command in started.replaced_by] == ["hrd_desktop"]


def test_an_armed_wipe_works_from_the_unlock_screen(
    started: Started, vault_path: Path, sticks: Path, qtbot: QtBot
) -> None:
    start(started, vault_path, sticks, Triggers(usb_device=STICK, usb_deed="wipe"))
    (sticks / STICK).unlink()
    qtbot.waitUntil(lambda: find_tombstone(VaultLayout(str(vault_path))), timeout=10_000)


def test_failed_unlocks_are_kept_across_starts_and_switch_off(
    application: QApplication, started: Started, vault_path: Path, sticks: Path, qtbot: QtBot
) -> None:
    start(started, vault_path, sticks, Triggers(failed_unlocks=3))
    fail(started, qtbot, 2)
    qtbot.waitUntil(lambda: started.settings_file.load().triggers.failed_so_far == 2, timeout=10_000)
    assert started.replaced_by == []
    again = make_started(application, started.settings_file)
    again.program.start(str(vault_path), new=False)
    # The last one closes the window, so that what is said may be gone before anybody looks.
    again.screen(UnlockScreen)._field.set_text("not " + PASSPHRASE)
    button(again.window, "Unlock").click()
    qtbot.waitUntil(lambda: bool(again.replaced_by), timeout=60_000)
    assert again.replaced_by == [POWER_OFF]
    assert not find_tombstone(VaultLayout(str(vault_path)))
    # The owner has as many attempts at the next start.
    assert started.settings_file.load().triggers == Triggers(failed_unlocks=3)


def test_an_unlock_ends_the_count(started: Started, vault_path: Path, sticks: Path, qtbot: QtBot) -> None:
    start(started, vault_path, sticks, Triggers(failed_unlocks=3, days=7))
    fail(started, qtbot, 2)
    qtbot.waitUntil(lambda: started.settings_file.load().triggers.failed_so_far == 2, timeout=10_000)
    started.unlock(qtbot)
    qtbot.waitUntil(lambda: started.settings_file.load().triggers.failed_so_far == 0, timeout=10_000)
    assert started.settings_file.load().triggers.unlocked_utc


def fail(started: Started, qtbot: QtBot, times: int) -> None:
    """Type a wrong passphrase, as often as that."""
    screen = started.screen(UnlockScreen)
    for _ in range(times):
        screen._said.hide()
        screen._field.set_text("not " + PASSPHRASE)
        button(started.window, "Unlock").click()
        qtbot.waitUntil(screen._said.isVisible, timeout=30_000)


def test_the_tray_locks_and_offers_panic_only_where_it_is_allowed(
    started: Started, vault_path: Path, sticks: Path, qtbot: QtBot
) -> None:
    start(started, vault_path, sticks, Triggers())
    tray = started.program._tray
    tray._look()
    assert not tray.panic.menuAction().isVisible()
    tray.panic.actions()[0].trigger()
    assert not find_tombstone(VaultLayout(str(vault_path)))
    started.unlock(qtbot)
    tray._look()
    assert tray.panic.menuAction().isVisible()
    tray.panic.actions()[0].trigger()
    assert find_tombstone(VaultLayout(str(vault_path)))


def test_the_tray_locks(started: Started, vault_path: Path, sticks: Path, qtbot: QtBot) -> None:
    start(started, vault_path, sticks, Triggers())
    started.unlock(qtbot)
    started.program._tray.menu.actions()[0].trigger()
    assert [command[3] for command in started.replaced_by] == ["hrd_desktop"]


def test_what_the_window_changes_is_armed_at_once(
    started: Started, vault_path: Path, sticks: Path, qtbot: QtBot
) -> None:
    start(started, vault_path, sticks, Triggers())
    started.unlock(qtbot)
    settings = started.program._settings
    started.program._apply(replace(settings, triggers=Triggers(usb_device=STICK, usb_deed="lock")))
    assert started.program._armed._stick.is_ready


@needs_buses
@pytest.mark.parametrize("answer", ["yes", "challenge"])
def test_the_session_manager_is_asked_to_switch_off(project: Path, tmp_home: Path, answer: str) -> None:
    said = run_on_buses(
        project,
        f"logind.can_power_off = {answer!r}\n"
        "import subprocess\n"
        "from hrd_desktop.ui.triggers.power_off import ask_whether_allowed\n"
        "ask_whether_allowed(os.environ, lambda may: say('may', may), application)\n"
        "until(lambda: 'may' in heard())\n"
        f"child = subprocess.Popen({POWER_OFF!r}, cwd='/')\n"
        "until(lambda: child.poll() is not None)\n"
        "say('exit', child.returncode)\n",
    )
    assert said == [f"may {answer == 'yes'}", "PowerOff False", "exit 0"]


def test_without_a_session_manager_nothing_hangs(tmp_home: Path) -> None:
    environment = {**os.environ, "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={tmp_home}/none"}
    assert subprocess.run(POWER_OFF, env=environment, cwd="/", timeout=60).returncode == 1
