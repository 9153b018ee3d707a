"""A whole session in a fresh home: what is left outside the vault says nothing about what is in it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.driving import PASSPHRASE

#: Words that are in names, titles, contents, the passphrase or a search; none may be found anywhere.
CANARIES = ("marigold", "tamarind", "quicklime", "horse battery", "sandpiper")

#: Runs in a program of its own, so that what Qt writes at the end of a process is written too.
SESSION = """
import os, sys, time
from pathlib import Path
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QFileDialog, QLineEdit
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.settings_file import find_settings_file
from hrd_desktop.ui.application import make_application
from hrd_desktop.ui.bug_report import BugReport
from hrd_desktop.ui.dialogs import choose_files, choose_folder
from hrd_desktop.ui.evidence.section import EvidenceSection
from hrd_desktop.ui.leaving import Leaving
from hrd_desktop.ui.main_window import MainWindow
from hrd_desktop.ui.program import Program
from hrd_desktop.ui.unlock_screen import UnlockScreen
from hrd_desktop.ui.workspace import Workspace

vault, passphrase, originals = sys.argv[1:]
application = make_application(os.environ)
window = MainWindow()
BugReport(window, application).install()
ended = []
leaving = Leaving(window, replace=ended.append, end=ended.append, silence=lambda: None)
program = Program(
    application, window, leaving, find_settings_file(os.environ), random=os.urandom, clock=SystemClock()
)

def until(what):
    end = time.monotonic() + 60
    while not what():
        if time.monotonic() > end:
            sys.exit("timed out")
        application.processEvents()
        time.sleep(0.01)

def press(name):
    buttons = window.findChildren(QAbstractButton)
    next(b for b in buttons if b.accessibleName() == name and b.isVisible()).click()

program.start(vault, new=False)
window.show()
screen = window.findChild(UnlockScreen)
screen._field.set_text(passphrase)
press("Unlock")
until(lambda: window.findChild(Workspace))
workspace = window.findChild(Workspace)
section = workspace.findChild(EvidenceSection)

chosen = []
for dialog in (choose_files(window, "Import", chosen.append), choose_folder(window, "Import", chosen.append)):
    dialog.setDirectory(originals)
    until(dialog.isVisible)
    for line in dialog.findChildren(QLineEdit):
        line.setText(os.path.join(originals, "marigold letter.txt"))
    dialog.done(QFileDialog.DialogCode.Accepted)
section.import_paths([os.fsencode(originals)])
until(lambda: section.model.rowCount() == 2)
until(lambda: workspace.jobs.running == 0)
section.pane.list.select_number(section.listed_numbers()[0])
search = next(f for f in window.findChildren(QLineEdit) if f.accessibleName() == "Search")
QTest.keyClicks(search, "sandpiper")
until(lambda: section.model.rowCount() == 0)
search.clear()
QGuiApplication.clipboard().setText("marigold letter")
for name in ("Contacts", "Security", "Help", "Evidence"):
    press(name)
    application.processEvents()
until(lambda: find_settings_file(os.environ).load().vaults)
press("Lock")
assert ended, "the vault was not locked"
application.quit()
print("done")
"""


@pytest.mark.skipif(sys.platform != "linux", reason="the folders are those of Linux")
def test_a_whole_session_leaves_nothing_about_the_files(
    project: Path, tmp_home: Path, tmp_path: Path, vault_path: Path
) -> None:
    originals = tmp_path / "sandpiper folder"
    originals.mkdir()
    (originals / "marigold letter.txt").write_text("tamarind " * 5000, "utf-8")
    (originals / "quicklime.html").write_text("<p>tamarind</p>", "utf-8")
    finished = subprocess.run(
        [sys.executable, "-c", SESSION, str(vault_path), PASSPHRASE, str(originals)],
        env={
            **os.environ,
            "PYTHONPATH": str(project),
            "PYTHONDONTWRITEBYTECODE": "1",
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert finished.stdout.splitlines()[-1:] == ["done"], finished.stdout + finished.stderr
    said = finished.stdout + finished.stderr
    left = {
        str(path.relative_to(tmp_home)): path.read_bytes()
        for path in tmp_home.rglob("*")
        if path.is_file() and not path.is_symlink()
    }
    for word in CANARIES:
        assert word not in said
        for name, content in left.items():
            assert word not in name
            assert word.encode() not in content, f"{word} is in {name}"
            assert word.encode("utf-16-le") not in content, f"{word} is in {name}"
    # The path of the vault is known to the one file that says so, and to no other.
    naming = [name for name, content in left.items() if str(vault_path).encode() in content]
    assert naming == [".config/sheaf/settings.json"]
    assert not [name for name in left if "qtproject" in name.lower() or "recent" in name.lower()]
    in_vault = b"".join(path.read_bytes() for path in vault_path.rglob("*") if path.is_file())
    for word in CANARIES:
        assert word.encode() not in in_vault


def test_the_canaries_would_be_found() -> None:
    """The words looked for are those that the session used."""
    assert all(word in SESSION + PASSPHRASE + "quicklime tamarind" for word in CANARIES)
