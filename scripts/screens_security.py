"""Screens of what is seldom seen and must be right then: reserve, key file, wipe; drawn by screens.py."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.services.before_wiping import BeforeWiping
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.outside_share import make_share
from hrd_desktop.services.recovery_codes import make_recovery_code
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.services.slots import add_passphrase
from hrd_desktop.ui.opened import make_vault
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_report import PanicReport
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.arm_wipe_dialog import ArmWipeDialog
from hrd_desktop.ui.security.credential_dialogs import RekeyDialog
from hrd_desktop.ui.security.key_file_card import KeyFileCard, ProveCodeDialog
from hrd_desktop.ui.security.lock_card import LockCard
from hrd_desktop.ui.security.panic_card import PanicCard
from hrd_desktop.ui.security.reserve_card import ReserveCard
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.security.seen_dialog import SeenDialog
from hrd_desktop.ui.security.slots_card import SlotsCard
from hrd_desktop.ui.security.triggers_card import TriggersCard
from hrd_desktop.ui.shares.make_dialog import MakeSharesDialog

if TYPE_CHECKING:
    from scripts.screens import Pictures

_SMALL = (500, 360)


def draw_rare(pictures: Pictures) -> None:
    """A vault with a reserve, in a window of its own, beside the one that is shown."""
    home = Path(os.environ["HOME"])
    code = make_recovery_code(os.urandom)
    session = make_vault(
        str(home / "Second"),
        "seven words that nobody else knows here",
        code.code,
        parameters="minimum",
        reserve_bytes=64_000_000,
        random=os.urandom,
        clock=SystemClock(),
    )
    operations = Operations(session)
    settings = SettingsFile(str(home / "second.json"))
    preferences = Preferences(Settings().with_vault(str(home / "Second")), settings, operations)
    section = SecuritySection(operations, preferences, str(home / "Second"), os.urandom)
    before, pictures.window_shown = pictures.window_shown, section
    section.resize(1000, 720)
    section.show()
    pictures.until(lambda: section.is_whole)
    _draw_cards(pictures, section)
    _draw_reserve(pictures, section)
    _draw_key_file(pictures, section, operations, code.letters, settings)
    _draw_opening(pictures, section, operations)
    _draw_wiping(pictures, section, operations)
    section.hide()
    pictures.window_shown = before
    operations.forget()
    session.close()


def _draw_cards(pictures: Pictures, section: SecuritySection) -> None:
    for kind, name in (
        (SlotsCard, "slots"),
        (ReserveCard, "reserve"),
        (KeyFileCard, "key-file"),
        (LockCard, "locking"),
        (PanicCard, "panic"),
        (TriggersCard, "triggers"),
    ):
        section.ensureWidgetVisible(pictures.find(kind), 0, 24)
        pictures.rest(0.3)
        pictures.draw(f"card-{name}")
    before = section.size()
    section.resize(*_SMALL)
    pictures.rest(0.3)
    section.ensureWidgetVisible(pictures.find(TriggersCard), 0, 24)
    pictures.draw("card-triggers-small")
    section.resize(before)


def _draw_reserve(pictures: Pictures, section: SecuritySection) -> None:
    card = pictures.find(ReserveCard)
    for ask, name in (
        (card._ask_to_make, "reserve-make"),
        (card._ask_for_passphrase, "reserve-passphrase"),
        (card._ask_to_refresh, "reserve-overwrite"),
    ):
        ask()
        pictures.draw_dialog(name)


def _draw_key_file(
    pictures: Pictures, section: SecuritySection, operations: Operations, code: str, settings: SettingsFile
) -> None:
    pictures.draw_dialog("key-file-code", ProveCodeDialog(section))
    card = pictures.find(KeyFileCard)
    path = Path(os.environ["HOME"]) / "a stick with a rather long name" / "notes.bin"
    path.parent.mkdir()
    ready: list[object] = []
    operations.change(lambda session: make_share(session, str(path), code, settings), ready.append)
    pictures.until(lambda: bool(ready) and card._drop.isVisible())
    section.ensureWidgetVisible(card, 0, 24)
    pictures.draw("card-key-file-made")
    card._ask_to_drop()
    pictures.draw_dialog("key-file-delete")


def _draw_opening(pictures: Pictures, section: SecuritySection, operations: Operations) -> None:
    seen = SeenDialog(section)
    seen.open()
    seen._choices.button(2).click()
    pictures.draw_dialog("seen-both")
    seen = SeenDialog(section)
    seen.open()
    seen._choices.button(3).click()
    pictures.draw_dialog("seen-tampered")
    pictures.draw_dialog("rekey-alone", RekeyDialog(section, []))
    names = ["Recovery code (made 27 November 2026)", "Passphrase: Ana Example, for the office (made today)"]
    pictures.draw_dialog("rekey-others", RekeyDialog(section, [*names, "Passphrase (made today)"]))
    ready: list[object] = []

    def add(session: Session) -> None:
        add_passphrase(session, load_credential("another seven words for somebody else", None), "Ana")

    operations.change(add, ready.append)
    pictures.until(lambda: bool(ready))
    for size in (None, _SMALL):
        dialog = MakeSharesDialog(section, operations, os.urandom)
        dialog.open()
        pictures.rest(0.3)
        if size is not None:
            dialog.resize(*size)
        pictures.draw("shares-make" if size is None else "shares-make-small")
        if size is None:
            dialog._make()
            pictures.until(partial(_has_pages, dialog))
            pictures.draw("shares-one")
        dialog.close()


def _has_pages(dialog: MakeSharesDialog) -> bool:
    return bool(dialog._pages)


def _draw_wiping(pictures: Pictures, section: SecuritySection, operations: Operations) -> None:
    trigger = "Pulling out the stick “DataTraveler 3.0” destroys every vault that this program remembers."
    before = BeforeWiping(412, ("WATER-2026", "A case whose reference is long, 2025/117-B", "C-9"))
    pictures.draw_dialog("arm-wipe", ArmWipeDialog(section, operations, trigger, before))
    dialog = ArmWipeDialog(section, operations, trigger, BeforeWiping(None, ()))
    dialog.open()
    dialog._field.set_text("not this one")
    dialog._try()
    pictures.until(dialog._said.isVisible)
    dialog.resize(*_SMALL)
    pictures.draw_dialog("arm-wipe-wrong-small")
    card = pictures.find(PanicCard)
    card._rehearse()
    pictures.until(card._button.isEnabled)
    section.ensureWidgetVisible(card._found, 0, 24)
    pictures.draw("rehearsal")
    draw_report(pictures, FAILING, "panic-report-failed")


#: What a wipe says when a disk refuses in the middle of it, with a second vault that is not where it was.
FAILING = """{"steps": [
 {"step": "key-slots", "result": "overwritten", "detail": ""},
 {"step": "holder", "result": "not-found", "detail": ""},
 {"step": "key-slots-again", "result": "overwritten", "detail": ""},
 {"step": "objects", "result": "failed", "detail": "EIO: 3 of 117"},
 {"step": "databases", "result": "overwritten", "detail": ""},
 {"step": "journals", "result": "not-found", "detail": ""},
 {"step": "settings", "result": "failed", "detail": "EROFS"},
 {"step": "files", "result": "overwritten", "detail": "119"},
 {"step": "key-slots", "result": "overwritten", "detail": "", "vault": 2},
 {"step": "other-vault", "result": "not-found", "detail": "", "vault": 3},
 {"step": "older-copies", "result": "out-of-reach", "detail": ""},
 {"step": "backups", "result": "out-of-reach", "detail": ""},
 {"step": "bundles", "result": "out-of-reach", "detail": ""},
 {"step": "flash-storage", "result": "out-of-reach", "detail": ""}]}"""


def draw_report(pictures: Pictures, said: str, name: str) -> None:
    """The report of a wipe that says this, in a wide window and in the smallest."""
    before = pictures.window_shown
    report = PanicReport([sys.executable, "-I", "-c", f"print('''{said}''')"], lambda: None)
    pictures.window_shown = report
    for size, end in (((1180, 760), ""), (_SMALL, "-small")):
        report.resize(*size)
        report.show()
        if not report.is_complete:
            report.start()
            pictures.until(lambda: report.is_complete)
        pictures.draw(name + end)
    report.hide()
    pictures.window_shown = before
