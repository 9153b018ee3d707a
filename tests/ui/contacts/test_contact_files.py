"""Contacts from files and to files, from the window."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from hrd_desktop.domain.contacts import Channel, ChannelKind, ContactDraft, Safety
from hrd_desktop.services.contacts import add_contact, list_contacts
from hrd_desktop.services.contacts_files import ContactsFormat, read_contacts_file
from hrd_desktop.services.session import Session
from hrd_desktop.ui.contacts.files import ExportDialog, ImportDialog, ImportResult
from hrd_desktop.ui.contacts.section import ContactsSection
from hrd_desktop.ui.contacts.two_lines import LINES
from hrd_desktop.ui.operations import Operations

CARDS = (
    "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:Noor\r\nPHOTO:data:image/png\\;base64\\,AAAA\r\nX-FOO:1\r\nEND:VCARD\r\n"
    "BEGIN:VCARD\r\nVERSION:9.0\r\nFN:Nobody\r\nEND:VCARD\r\n"
)


@pytest.fixture
def section(operations: Operations, qtbot: QtBot) -> Iterator[ContactsSection]:
    made = ContactsSection(operations)
    qtbot.addWidget(made)
    made.show()
    yield made
    # As a lock does: no answer reaches what is being destroyed.
    operations.forget()


def test_an_import_lists_what_came_in_what_was_refused_and_what_was_left_out(
    section: ContactsSection, operations: Operations, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    path = tmp_path / "cards.vcf"
    path.write_text(CARDS)
    dialog = ImportDialog(section, operations, str(path))
    dialog.open()
    assert dialog.theirs.isChecked()
    dialog.go_button.click()
    qtbot.waitUntil(lambda: section.findChild(ImportResult) is not None, timeout=10_000)
    result = section.findChild(ImportResult)
    assert isinstance(result, ImportResult)
    rows = [result.model.index(row, 0).data(LINES) for row in range(result.model.rowCount())]
    assert [row.first_badge.words for row in rows] == ["Refused", "Left out", "Left out", "Added"]
    assert "vcard-version" in rows[0].second
    assert {row.first for row in rows[1:3]} == {"\u2068PHOTO\u2069", "\u2068X-FOO\u2069"}
    assert [contact.alias for contact in list_contacts(vault_session)] == ["Noor"]
    assert any("not encrypted" in label.text() for label in result.findChildren(QLabel))
    result.close()


def test_a_file_that_cannot_be_read_is_reported(
    section: ContactsSection, operations: Operations, tmp_path: Path, qtbot: QtBot
) -> None:
    dialog = ImportDialog(section, operations, str(tmp_path / "none.vcf"))
    dialog.open()
    with qtbot.waitSignal(operations.failed, timeout=10_000) as failed:
        dialog.go_button.click()
    assert failed.args is not None
    assert failed.args[0].code == "contacts-file"


def test_an_export_warns_and_writes_what_was_chosen(
    section: ContactsSection, vault_session: Session, tmp_path: Path, qtbot: QtBot
) -> None:
    phone = Channel(kind=ChannelKind.PHONE, value="+1", safe=Safety.NO)
    add_contact(vault_session, ContactDraft(alias="Amina", real_name="A. Real", channels=(phone,)))
    add_contact(vault_session, ContactDraft(alias="Bo"))
    section.list.search.setText("amina")
    qtbot.waitUntil(lambda: len(section.list.shown_ids) == 1, timeout=10_000)
    section.list.export_button.click()
    dialog = section.findChild(ExportDialog)
    assert isinstance(dialog, ExportDialog)
    assert any("not be encrypted" in label.text() for label in dialog.findChildren(QLabel))
    assert dialog.those_shown.isChecked()
    dialog.form.choose(ContactsFormat.CSV)
    dialog.bare.click()
    dialog.go_button.click()
    files = section.findChild(QFileDialog)
    assert isinstance(files, QFileDialog)
    path = tmp_path / "out.csv"
    files.selectFile(str(path))
    files.accept()
    qtbot.waitUntil(path.exists, timeout=10_000)
    (draft,) = read_contacts_file(str(path)).drafts
    assert (draft.alias, draft.real_name, draft.channels) == ("Amina", "", (phone,))
