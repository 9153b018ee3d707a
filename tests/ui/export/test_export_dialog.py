"""Letting a bundle out: nothing leaves that was not listed, and what is written opens and checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import segno
from PIL import Image
from PySide6.QtCore import QObject, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QLabel, QTableView
from pytestqt.qtbot import QtBot

from hrd_desktop.crypto.timestamps import request_is_over
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.services.browse import load_ids
from hrd_desktop.services.bulk import register_items
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.check import check
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.edit import edit
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.view import view_item
from hrd_desktop.ui.export.dialog import ExportDialog, Scope, scopes_for
from hrd_desktop.ui.export.leaves_model import LeavesModel
from hrd_desktop.ui.operations import Operations

AGE_KEY = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p"


@pytest.fixture
def three(vault_session: Session, tmp_path: Path) -> Session:
    """Three texts in the vault; the first is privileged, the second has a note."""
    folder = tmp_path / "in"
    folder.mkdir()
    for name in ("one", "two", "three"):
        (folder / f"{name}.txt").write_text(name, encoding="utf-8")
    Ingest(
        vault_session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(vault_session.random),
    ).run([bytes(folder / f"{name}.txt") for name in ("one", "two", "three")])
    first, second, _ = load_ids(vault_session, [1, 2, 3])
    edit(vault_session, first, {"privileged": "yes"})
    edit(vault_session, second, {"note": "Only for me"})
    return vault_session


@pytest.fixture
def dialog(operations: Operations, three: Session, qtbot: QtBot) -> ExportDialog:
    return opened(operations, [Scope("all three", numbers=(1, 2, 3))], qtbot)


def opened(operations: Operations, scopes: list[Scope], qtbot: QtBot) -> ExportDialog:
    made = ExportDialog(operations, scopes)
    # It deletes itself when it is closed; the test still asks it questions.
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.open()
    qtbot.waitUntil(lambda: made._job is None and not made._plans.busy, timeout=60_000)
    return made


def leaving(dialog: ExportDialog) -> list[tuple[str, str]]:
    (table,) = dialog.what.findChildren(QTableView)
    model = table.model()
    return [
        (_plain(model.index(row, 1).data()), _plain(model.index(row, 2).data()))
        for row in range(model.rowCount())
    ]


def texts(parent: QObject) -> str:
    return _plain("\n".join(label.text() for label in parent.findChildren(QLabel) if not label.isHidden()))


def _plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def planned(dialog: ExportDialog, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dialog._plan is not None and not dialog._plans.busy)


def test_what_leaves_is_listed_and_what_stays_is_named(dialog: ExportDialog, qtbot: QtBot) -> None:
    planned(dialog, qtbot)
    assert ("Name of the original", "two.txt") in leaving(dialog)
    assert ("Note or hidden content", "Only for me") not in leaving(dialog)
    assert "one.txt" not in [value for _, value in leaving(dialog)]
    assert "E0001 · privileged" in texts(dialog.what)
    dialog.what.notes.setChecked(True)
    planned(dialog, qtbot)
    assert ("Note or hidden content", "Only for me") in leaving(dialog)
    dialog.what.include_held.setChecked(True)
    planned(dialog, qtbot)
    assert "one.txt" in [value for _, value in leaving(dialog)]


def test_nothing_left_says_so_and_writes_nothing(
    operations: Operations, three: Session, qtbot: QtBot
) -> None:
    dialog = opened(operations, [Scope("one", numbers=(1,))], qtbot)
    assert "Nothing is left to export" in texts(dialog.what)
    assert not dialog._next.isEnabled()
    dialog.what.include_held.setChecked(True)
    planned(dialog, qtbot)
    assert dialog._next.isEnabled()


def test_a_bundle_with_a_passphrase_opens_and_checks(
    dialog: ExportDialog, three: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    planned(dialog, qtbot)
    out = tmp_path / "out"
    out.mkdir()
    dialog._next.click()
    assert not dialog._next.isEnabled()
    dialog.whom._forms[1].click()
    qtbot.waitUntil(lambda: len(dialog.whom.passphrase.split()) == 7)
    first = dialog.whom.passphrase
    dialog.whom.another_asked.emit()
    qtbot.waitUntil(lambda: dialog.whom.passphrase != first)
    dialog.whom.folder_chosen.emit(str(out))
    qtbot.waitUntil(lambda: dialog.whom.folder == str(out))
    with qtbot.waitSignal(dialog.exported, timeout=60_000) as exported:
        dialog._next.click()
    result = exported.args[0]
    found = check(
        str(result.path),
        identity_files=[],
        passphrase=dialog.whom.passphrase,
        progress=NoProgress(),
        cancel=CancelToken(),
    )
    assert found.sound and found.items == 2
    assert result.sha256.hex() in texts(dialog)
    request = tmp_path / "timestamp.tsq"
    dialog.save_request(str(request))
    qtbot.waitUntil(lambda: "Take it to a timestamp authority" in texts(dialog))
    assert request_is_over(request.read_bytes(), result.tagmanifest_sha512)
    dialog.save_request(str(request))
    qtbot.waitUntil(lambda: "Take it to a timestamp authority" not in texts(dialog))
    actions = [event["action"] for event in view_item(three, load_ids(three, [2])[0]).custody]
    assert actions[-1] == "exported"


def test_a_page_that_opens_itself_in_the_language_of_the_recipient(
    dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    planned(dialog, qtbot)
    out = tmp_path / "out"
    out.mkdir()
    language = dialog.what.language
    language.setCurrentIndex(language.findText("العربية"))
    language.activated.emit(language.currentIndex())
    planned(dialog, qtbot)
    dialog._next.click()
    dialog.whom._forms[1].click()
    qtbot.waitUntil(lambda: len(dialog.whom.passphrase.split()) == 7)
    drawn = dialog.whom.passphrase
    qtbot.keyClicks(dialog.whom._words, "password")
    dialog.whom._forms[2].click()
    # What a person makes up is not strong enough for a file that anybody may try for ever.
    assert dialog.whom.passphrase == drawn
    dialog.whom.folder_chosen.emit(str(out))
    qtbot.waitUntil(lambda: dialog.whom.folder == str(out))
    with qtbot.waitSignal(dialog.exported, timeout=60_000) as exported:
        dialog._next.click()
    path = exported.args[0].path
    assert '<html lang="ar" dir="rtl">' in path.read_text("utf-8")
    words = dialog.whom.passphrase
    done = check(str(path), identity_files=[], passphrase=words, progress=NoProgress(), cancel=CancelToken())
    assert done.sound and done.items == 2


def test_for_contacts_and_pasted_keys(
    operations: Operations, three: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    add_contact(three, ContactDraft(alias="Lawyer", public_key=AGE_KEY))
    add_contact(three, ContactDraft(alias="Nobody"))
    dialog = opened(operations, [Scope("all", numbers=(2, 3))], qtbot)
    planned(dialog, qtbot)
    dialog._next.click()
    people = dialog.whom._people
    qtbot.waitUntil(lambda: people.rowCount() == 1)
    assert _plain(people.item(0).text()) == "Lawyer"
    dialog.whom.folder_chosen.emit(str(tmp_path))
    qtbot.waitUntil(lambda: bool(dialog.whom.folder))
    assert not dialog._next.isEnabled()
    people.item(0).setCheckState(Qt.CheckState.Checked)
    assert dialog._next.isEnabled()
    dialog.whom.keys.setPlainText("age1notakey")
    dialog._next.click()
    qtbot.waitUntil(lambda: dialog._job is None)
    assert "not a public key" in texts(dialog.whom)
    dialog.whom.keys.clear()
    with qtbot.waitSignal(dialog.exported, timeout=60_000) as exported:
        dialog._next.click()
    assert exported.args[0].path.suffix == ".age"
    assert exported.args[0].path.read_bytes().startswith(b"age-encryption.org/v1\n-> X25519 ")


def test_the_vault_is_no_destination(
    dialog: ExportDialog, vault_path: Path, tmp_path: Path, qtbot: QtBot
) -> None:
    planned(dialog, qtbot)
    link = tmp_path / "link"
    link.symlink_to(vault_path)
    for folder in (vault_path, link, vault_path / "objects"):
        dialog.whom.show_note("")
        dialog.whom.folder_chosen.emit(str(folder))
        qtbot.waitUntil(lambda: "inside the vault" in texts(dialog.whom))
    assert dialog.whom.folder == ""


def test_a_synced_folder_is_named(dialog: ExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    synced = tmp_path / "Dropbox"
    synced.mkdir()
    dialog.whom.folder_chosen.emit(str(synced))
    qtbot.waitUntil(lambda: "Dropbox copies this folder" in texts(dialog.whom))
    assert dialog.whom.folder == str(synced)


def test_a_plain_folder_only_on_purpose(dialog: ExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    planned(dialog, qtbot)
    assert dialog.whom.form == 0
    dialog._next.click()
    dialog.whom._forms[3].click()
    out = tmp_path / "out"
    out.mkdir()
    dialog.whom.folder_chosen.emit(str(out))
    qtbot.waitUntil(lambda: bool(dialog.whom.folder))
    with qtbot.waitSignal(dialog.exported, timeout=60_000) as exported:
        dialog._next.click()
    assert list(exported.args[0].path.rglob("bagit.txt"))


def test_what_cannot_be_written_is_told_and_can_be_tried_again(
    dialog: ExportDialog, tmp_path: Path, qtbot: QtBot
) -> None:
    planned(dialog, qtbot)
    dialog._next.click()
    dialog.whom._forms[3].click()
    missing = tmp_path / "not" / "there"
    dialog.whom.folder_chosen.emit(str(missing))
    qtbot.waitUntil(lambda: bool(dialog.whom.folder))
    dialog._next.click()
    qtbot.waitUntil(lambda: dialog._job is None)
    assert "The destination cannot be written." in texts(dialog.whom)
    assert dialog._next.isEnabled() and dialog.whom.isVisible()


def test_closing_stops_it(dialog: ExportDialog, tmp_path: Path, qtbot: QtBot) -> None:
    planned(dialog, qtbot)
    out = tmp_path / "out"
    out.mkdir()
    dialog._next.click()
    dialog.whom._forms[3].click()
    dialog.whom.folder_chosen.emit(str(out))
    qtbot.waitUntil(lambda: bool(dialog.whom.folder))
    dialog._next.click()
    job = dialog._job
    assert job is not None
    ended: list[Any] = []
    job.ended.connect(lambda: ended.append(True))
    dialog.reject()
    qtbot.waitUntil(lambda: bool(ended))
    assert job.cancelled


def test_scopes(three: Session) -> None:
    case = add_case(three, "2026-01")
    register_items(three, load_ids(three, [2]), case.id, progress=NoProgress(), cancel=CancelToken())
    assert [scope.numbers for scope in scopes_for([3, 1], None, [3, 2, 1])] == [(1, 3), (1, 2, 3)]
    with_case = scopes_for([2], case, [2])
    assert [(scope.case, scope.numbers) for scope in with_case] == [(case, None), (None, (2,))]
    assert scopes_for(None, None, []) == []


def test_the_list_is_a_sound_model(dialog: ExportDialog, qtbot: QtBot) -> None:
    planned(dialog, qtbot)
    model = LeavesModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.show_plan(dialog._plan)
    assert model.rowCount() == len(dialog._plan.disclosures if dialog._plan is not None else ())
    model.show_plan(None)
    assert model.rowCount() == 0 and tester is not None


def test_a_recipient_gets_what_it_got_before_and_knows_people_by_the_same_names(
    operations: Operations, three: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    lawyer = add_contact(three, ContactDraft(alias="Lawyer", public_key=AGE_KEY))
    shown = add_contact(three, ContactDraft(alias="Amira"))
    (item,) = load_ids(three, [2])
    three.write(lambda vault: vault.records.people.set_persons(item, [ItemPerson(item, shown.id)]))
    names = []
    for again in (False, True):
        dialog = opened(operations, [Scope("two", numbers=(2,))], qtbot)
        combo = dialog.what.recipient
        qtbot.waitUntil(lambda combo=combo: combo.count() == 3)  # type: ignore[misc]  # a default argument binds it
        assert dialog.what.pseudonyms.isChecked() is False
        combo.setCurrentIndex(combo.findData(str(lawyer.id)))
        combo.activated.emit(combo.currentIndex())
        assert not dialog._next.isEnabled()
        qtbot.waitUntil(lambda dialog=dialog: bool(dialog.whom.recipient_texts()))  # type: ignore[misc]  # as above
        assert dialog.what.pseudonyms.isChecked() is again
        dialog.what.pseudonyms.setChecked(True)
        dialog.what.include_held.setChecked(True)
        planned(dialog, qtbot)
        assert "Amira" not in [value for _, value in leaving(dialog)]
        names.append([value for kind, value in leaving(dialog) if value.startswith("P-")])
        dialog._next.click()
        assert dialog.whom.recipient_texts() == [str(lawyer.id)]
        folder = tmp_path / str(again)
        folder.mkdir()
        dialog.whom.folder_chosen.emit(str(folder))
        qtbot.waitUntil(lambda dialog=dialog: bool(dialog.whom.folder))  # type: ignore[misc]  # as above
        with qtbot.waitSignal(dialog.exported, timeout=60_000):
            dialog._next.click()
    assert len(names[0]) == 1 and names[0] == names[1]


def test_a_key_from_a_qr_picture_and_what_to_compare(
    operations: Operations, three: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = opened(operations, [Scope("all", numbers=(2, 3))], qtbot)
    picture = tmp_path / "key.png"
    segno.make(AGE_KEY).save(str(picture), scale=4)
    dialog.read_key_picture(str(picture))
    qtbot.waitUntil(lambda: dialog.whom.recipient_texts() == [AGE_KEY], timeout=60_000)
    assert "Compare with the owner" in texts(dialog.whom) and AGE_KEY in texts(dialog.whom)
    empty = tmp_path / "empty.png"
    Image.new("L", (64, 64), 255).save(empty)
    for path, said in ((empty, "No QR code was found"), (tmp_path / "gone.png", "picture cannot be read")):
        dialog.read_key_picture(str(path))
        qtbot.waitUntil(lambda said=said: said in texts(dialog.whom), timeout=60_000)  # type: ignore[misc]  # a default argument binds it
    assert dialog.whom.recipient_texts() == [AGE_KEY]
