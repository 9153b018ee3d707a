"""Panic: a press locks, only a hold of two seconds or the second chord wipes, and nothing is asked."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from hrd_desktop.services.settings_file import Settings
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import find_holder_pids
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.ui.dialogs import confirm
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.panic_button import HOLD_S, PanicButton
from hrd_desktop.ui.panic_chord import TOGETHER_S, PanicChord
from hrd_desktop.ui.panic_report import PanicReport
from tests.ui.driving import Started
from tests.unit.storage.vault_folder import make_vault_folder

CHORD = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


class Time:
    """A clock that is set by hand, in seconds."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Heard:
    """The names of signals in the order in which they came."""

    def __init__(self, source: PanicButton | PanicChord, *names: str) -> None:
        self.names: list[str] = []
        for name in names:
            getattr(source, name).connect(lambda name=name: self.names.append(name))


@pytest.fixture
def clock() -> Time:
    return Time()


@pytest.fixture
def panic(qtbot: QtBot, clock: Time) -> PanicButton:
    made = PanicButton(clock)
    qtbot.addWidget(made)
    made.show()
    return made


def heard_of(panic: PanicButton) -> Heard:
    return Heard(panic, "pressed_down", "completed", "let_go")


def send_key(target: QWidget, kind: QEvent.Type, key: Qt.Key, *, repeated: bool = False) -> None:
    modifiers = CHORD if key == Qt.Key.Key_Backspace else Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(target, QKeyEvent(kind, key, modifiers, "", repeated))


def test_a_press_is_told_at_once_and_letting_go_does_not_wipe(
    panic: PanicButton, clock: Time, qtbot: QtBot
) -> None:
    heard = heard_of(panic)
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    assert heard.names == ["pressed_down"]
    clock.now += HOLD_S - 0.1
    panic.look()
    qtbot.mouseRelease(panic, Qt.MouseButton.LeftButton)
    assert heard.names == ["pressed_down", "let_go"]


def test_two_seconds_of_holding_wipe_once(panic: PanicButton, clock: Time, qtbot: QtBot) -> None:
    heard = heard_of(panic)
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    clock.now += HOLD_S
    panic.look()
    panic.look()
    qtbot.mouseRelease(panic, Qt.MouseButton.LeftButton)
    assert heard.names == ["pressed_down", "completed"]


def test_the_keyboard_holds_it_too_and_its_repeats_are_no_presses(panic: PanicButton, clock: Time) -> None:
    heard = heard_of(panic)
    send_key(panic, QEvent.Type.KeyPress, Qt.Key.Key_Space)
    for _ in range(5):
        send_key(panic, QEvent.Type.KeyRelease, Qt.Key.Key_Space, repeated=True)
        send_key(panic, QEvent.Type.KeyPress, Qt.Key.Key_Space, repeated=True)
    assert heard.names == ["pressed_down"]
    clock.now += HOLD_S
    panic.look()
    assert heard.names == ["pressed_down", "completed"]


def test_pressed_by_name_it_only_locks(panic: PanicButton) -> None:
    """As a script or a screen reader presses it: down and up at once."""
    heard = heard_of(panic)
    panic.click()
    assert heard.names == ["pressed_down", "let_go"]
    assert panic.accessibleName() == "Panic"
    assert panic.text() == "Panic: destroy this vault"


@pytest.fixture
def chord(application: QApplication, clock: Time) -> PanicChord:
    return PanicChord(application, clock)


def press_chord(widget: QWidget, *, repeated: bool = False) -> None:
    send_key(widget, QEvent.Type.KeyPress, Qt.Key.Key_Backspace, repeated=repeated)


def test_the_chord_twice_wipes(chord: PanicChord, panic: PanicButton, clock: Time) -> None:
    heard = Heard(chord, "pressed", "completed", "released")
    press_chord(panic)
    assert heard.names == ["pressed"]
    clock.now += 1
    press_chord(panic)
    assert heard.names == ["pressed", "completed"]


def test_a_chord_held_down_is_one_press(chord: PanicChord, panic: PanicButton, clock: Time) -> None:
    heard = Heard(chord, "pressed", "completed", "released")
    press_chord(panic)
    for _ in range(50):
        clock.now += 0.03
        press_chord(panic, repeated=True)
    assert heard.names == ["pressed"]


def test_a_second_chord_too_late_or_too_soon_does_not_wipe(
    chord: PanicChord, panic: PanicButton, clock: Time
) -> None:
    heard = Heard(chord, "pressed", "completed", "released")
    press_chord(panic)
    # A switch that bounces.
    clock.now += 0.02
    press_chord(panic)
    clock.now += TOGETHER_S + 0.1
    press_chord(panic)
    assert "completed" not in heard.names


# -- in the program -------------------------------------------------------------------------------


def release_the_rest(command: list[str]) -> subprocess.CompletedProcess[bytes]:
    """Run the command that the process would have become."""
    return subprocess.run(command, capture_output=True, check=False, cwd="/")


def test_a_press_blanks_and_closes_and_letting_go_locks(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    panic = started.screen(PanicButton)
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    assert not any(section.isVisible() for section in workspace.findChildren(EvidenceSection))
    assert panic.isVisible()
    assert not started.leaving.is_open
    assert not find_tombstone(VaultLayout(str(vault_path)))
    qtbot.mouseRelease(panic, Qt.MouseButton.LeftButton)
    assert [command[3] for command in started.replaced_by] == ["hrd_desktop"]
    assert not find_tombstone(VaultLayout(str(vault_path)))


def test_a_hold_wipes_while_files_come_in(
    started: Started, vault_path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    files = tmp_path / "files"
    files.mkdir()
    for number in range(200):
        (files / f"{number}.bin").write_bytes(os.urandom(200_000))
    started.program.start(str(vault_path), new=False)
    workspace = started.unlock(qtbot)
    qtbot.waitUntil(lambda: started.settings_file.load().vaults == (str(vault_path),), timeout=30_000)
    section = workspace.findChildren(EvidenceSection)[0]
    section.import_paths([os.fsencode(files)])
    qtbot.waitUntil(lambda: workspace.jobs.running > 0, timeout=30_000)
    panic = started.screen(PanicButton)
    clock = Time()
    panic._seconds = clock
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    clock.now += HOLD_S
    panic.look()
    assert find_tombstone(VaultLayout(str(vault_path)))
    assert not started.window.isVisible()
    (command,) = started.replaced_by
    assert command == [
        *(sys.executable, "-I", "-m", "hrd_desktop.cli.entry"),
        *("panic", str(vault_path), "--yes"),
    ]
    started.leaving.wait()
    # The program is another one by now, and holds nothing. This process goes on, so it waits until threads of
    # its own have let the vault go: the command ends whoever still holds it.
    qtbot.waitUntil(lambda: not find_holder_pids(VaultLayout(str(vault_path))), timeout=60_000)
    assert release_the_rest(command).returncode == 0
    assert not vault_path.exists()
    assert not Path(started.settings_file.path).exists()
    assert len(list(files.iterdir())) == 200


def hold(started: Started, qtbot: QtBot) -> None:
    """Hold the button for as long as it takes."""
    panic = started.screen(PanicButton)
    clock = Time()
    panic._seconds = clock
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    clock.now += HOLD_S
    panic.look()


def test_every_remembered_vault_goes_and_the_button_says_so(
    started: Started, vault_path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    other = make_vault_folder(tmp_path / "other")
    started.settings_file.save(Settings(vaults=(other.root,)))
    started.program._settings = started.settings_file.load()
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    qtbot.waitUntil(lambda: len(started.settings_file.load().vaults) == 2, timeout=30_000)
    assert started.screen(PanicButton).text() == "Panic: destroy all \u20682\u2069 vaults"
    hold(started, qtbot)
    # At once, before the command runs that removes the rest.
    assert find_tombstone(VaultLayout(str(vault_path)))
    assert find_tombstone(other)
    (command,) = started.replaced_by
    started.leaving.wait()
    assert release_the_rest(command).returncode == 0
    assert not vault_path.exists()
    assert not Path(other.root).exists()
    assert not Path(started.settings_file.path).exists()


def test_a_step_that_fails_is_shown_as_failed(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    started.program._apply(replace(started.program._settings, panic_report=True))
    # A folder in the place of a file can be neither overwritten nor unlinked.
    (vault_path / "records.1").mkdir()
    hold(started, qtbot)
    report = started.screen(PanicReport)
    qtbot.waitUntil(report._timer.isActive, timeout=60_000)
    failed, _, done = report._lines.text().partition("\n\n")
    assert failed.startswith("NOT DONE\n")
    assert report._failed.isVisible()
    assert "Files removed: \u2068records.1: not-a-file\u2069" in failed
    assert "Keys: " in done


def test_the_chord_wipes_through_a_modal_dialog(started: Started, vault_path: Path, qtbot: QtBot) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    clock = Time()
    started.program._chord._seconds = clock
    dialog = confirm(started.window, "A question?", "Words.", "Do it", lambda: None)
    press_chord(dialog)
    assert not dialog.isVisible()
    assert not started.leaving.is_open
    clock.now += 1
    press_chord(started.window)
    assert find_tombstone(VaultLayout(str(vault_path)))


def test_before_a_vault_is_open_the_chord_does_nothing(started: Started, vault_path: Path) -> None:
    started.program.start(str(vault_path), new=False)
    clock = Time()
    started.program._chord._seconds = clock
    press_chord(started.window)
    clock.now += 1
    press_chord(started.window)
    assert not find_tombstone(VaultLayout(str(vault_path)))
    assert started.replaced_by == []


def test_the_report_is_shown_only_to_whom_wants_it_and_begins_with_the_warning(
    started: Started, vault_path: Path, qtbot: QtBot
) -> None:
    started.program.start(str(vault_path), new=False)
    started.unlock(qtbot)
    qtbot.waitUntil(lambda: started.settings_file.load().vaults == (str(vault_path),), timeout=30_000)
    started.program._apply(replace(Settings(), panic_report=True))
    panic = started.screen(PanicButton)
    clock = Time()
    panic._seconds = clock
    qtbot.mousePress(panic, Qt.MouseButton.LeftButton)
    clock.now += HOLD_S
    panic.look()
    report = started.screen(PanicReport)
    assert report._headline.text() == (
        "Your passphrase and recovery code may still open older copies. Keep them secret."
    )
    qtbot.waitUntil(report._timer.isActive, timeout=60_000)
    assert "Done\n    Keys: " in report._lines.text()
    assert "NOT DONE" not in report._lines.text()
    assert not report._failed.isVisible()
    assert "Backups" in report._lines.text()
    assert not Path(started.settings_file.path).exists()
    assert not vault_path.exists()
    report._left_s = 0
    report._tick()
    assert started.ended_with == [0]
