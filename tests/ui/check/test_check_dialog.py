"""Checking a bundle that somebody gave us: sound, altered, locked, and no bundle at all."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QTableView
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.bundle_report import BundleCheck, Fault, FaultKind
from hrd_desktop.domain.export import BundleForm, PlainFolder, WithPassphrase
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.export import ExportChoices, export, plan_export
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.ui.check.dialog import CheckDialog, FaultModel
from hrd_desktop.ui.check.words import fault_text, meaning_text, verdict_text
from hrd_desktop.ui.operations import Operations
from tests.unit.crypto.test_timestamps import Authority

PASSPHRASE = "a passphrase of the bundle"


@pytest.fixture
def dialog(operations: Operations, qtbot: QtBot) -> CheckDialog:
    made = CheckDialog(operations)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    return made


def bundle(session: Session, folder: Path, form: BundleForm) -> Path:
    """A bundle of one text, written into ``folder``."""
    (folder / "one.txt").write_text("one", encoding="utf-8")
    Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([bytes(folder / "one.txt")])
    plan = plan_export(session, choices=ExportChoices())
    result = export(
        session, plan, str(folder), form, recipients="test", progress=NoProgress(), cancel=CancelToken()
    )
    return result.path


def checked(dialog: CheckDialog, path: Path, qtbot: QtBot, passphrase: str = "") -> str:
    """What the dialog says after checking ``path``."""
    dialog.show_path(str(path))
    dialog.passphrase.set_text(passphrase)
    dialog._go.click()
    qtbot.waitUntil(lambda: dialog._job is None, timeout=60_000)
    return texts(dialog)


def texts(parent: QObject) -> str:
    return "\n".join(label.text() for label in parent.findChildren(QLabel) if label.isVisible())


def test_nothing_is_checked_until_something_is_chosen(dialog: CheckDialog) -> None:
    assert not dialog._go.isEnabled()


def test_a_sound_bundle(dialog: CheckDialog, vault_session: Session, tmp_path: Path, qtbot: QtBot) -> None:
    path = bundle(vault_session, tmp_path, PlainFolder())
    said = checked(dialog, path, qtbot)
    assert "Unchanged since it was signed by key" in said and "does not say whose key it is" in said
    assert "genuine" not in said.lower()
    assert not dialog._table.isVisible()


def test_a_timestamp_is_checked_against_the_root_that_was_chosen(
    dialog: CheckDialog, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (scripts/packages-test.txt)")
    path = bundle(vault_session, tmp_path, PlainFolder())
    place = tmp_path / "authority"
    place.mkdir()
    authority = Authority(place)
    authority.answer((path / "timestamp.tsq").read_bytes())
    dialog._stamped.click()
    dialog.show_timestamp(str(place / "answer.tsr"))
    said = checked(dialog, path, qtbot)
    assert "it was not checked against a root" in said
    dialog._again.click()
    dialog.show_root(str(place / "ca.pem"))
    said = checked(dialog, path, qtbot)
    assert "A timestamp authority saw it on" in said and "Unchanged since" in said
    dialog._again.click()
    dialog.show_root(str(place / "tsa.csr"))
    assert "root" in checked(dialog, path, qtbot) and dialog._go.isVisible()
    dialog._stamped.click()
    assert "timestamp" not in checked(dialog, path, qtbot).replace("receipt, timestamp or", "")


def test_an_altered_file_is_named(
    dialog: CheckDialog, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    path = bundle(vault_session, tmp_path, PlainFolder())
    (exhibit,) = (found for found in path.rglob("*.txt") if found.read_bytes() == b"one")
    exhibit.write_text("two", encoding="utf-8")
    said = checked(dialog, path, qtbot)
    assert "This bundle does not check" in said
    (table,) = dialog.findChildren(QTableView)
    found = [table.model().index(0, column).data() for column in range(3)]
    assert found[0] == "A file was changed" and exhibit.name in found[1] and "file-changed" in found[2]


def test_a_passphrase_is_asked_for_and_may_be_wrong(
    dialog: CheckDialog, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    path = bundle(vault_session, tmp_path, WithPassphrase(PASSPHRASE))
    assert "opens with a passphrase" in checked(dialog, path, qtbot)
    assert "Wrong passphrase" in checked(dialog, path, qtbot, "another")
    said = checked(dialog, path, qtbot, PASSPHRASE)
    assert "Unchanged since it was signed by key" in said
    assert dialog.passphrase.text == "", "it is not kept longer than it is needed"
    dialog._again.click()
    assert dialog._go.isVisible() and dialog._go.isEnabled()


def test_what_cannot_be_read_is_told(dialog: CheckDialog, tmp_path: Path, qtbot: QtBot) -> None:
    assert "cannot be read" in checked(dialog, tmp_path / "gone.zip.age", qtbot)
    (tmp_path / "x.bin").write_bytes(b"no bundle at all")
    assert "does not check" in checked(dialog, tmp_path / "x.bin", qtbot)


def test_every_fault_has_words() -> None:
    for kind in FaultKind:
        assert fault_text(kind)


def test_a_verdict_never_says_more_than_it_knows() -> None:
    def result(*faults: Fault) -> BundleCheck:
        return BundleCheck("zip", True, "1.0", 1, 1, 1, ("sha256",), faults, 0, ())

    assert verdict_text(result()) == "Complete and unchanged"
    assert "does not say who made it" in meaning_text(result())
    bad = result(Fault(FaultKind.OXUM))
    assert verdict_text(bad) == "This bundle does not check" and "Do not rely on it" in meaning_text(bad)


def test_faults_are_a_sound_model(operations: Operations) -> None:
    model = FaultModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_faults((Fault(FaultKind.LINK, "a\u202eb", "x"), Fault(FaultKind.OXUM)))
    assert model.rowCount() == 2 and tester is not None
    assert "\u202e" not in model.index(0, 1).data()
    model.show_faults(())
    assert model.rowCount() == 0
