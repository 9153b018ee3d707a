"""Checking a bundle that somebody gave us: which, what opens it, and what was found."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QLineEdit,
    QPushButton,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from hrd_desktop.domain.bundle_report import BundleCheck, Fault
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.check import check
from hrd_desktop.services.drafts import drop_draft
from hrd_desktop.services.session import Session
from hrd_desktop.ui.check.receive_dialog import RECEIVE_DRAFT, ReceiveDialog
from hrd_desktop.ui.check.words import contents_text, fault_text, meaning_text, verdict_text
from hrd_desktop.ui.dialogs import PlainDialog, choose_file, choose_folder, sized
from hrd_desktop.ui.job_bar import JobBar
from hrd_desktop.ui.jobs import Job
from hrd_desktop.ui.messages import describe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.passphrase_field import PassphraseField
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label, set_tone
from hrd_desktop.ui.theme.icons import icon
from hrd_desktop.ui.theme.tokens import Size, Space, Type

Index = QModelIndex | QPersistentModelIndex
_ASKING, _CHECKING, _FOUND = range(3)


class FaultModel(QAbstractTableModel):
    """What is wrong, where, and the code of it; remarks, which are no faults, come last."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._faults: tuple[Fault, ...] = ()
        self._titles = (self.tr("What"), self.tr("Where"), self.tr("Code"))

    def show_faults(self, faults: tuple[Fault, ...]) -> None:
        """Show these."""
        self.beginResetModel()
        self._faults = faults
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's signature
        return 0 if parent.isValid() else len(self._faults)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: N802, B008  # Qt's signature
        return 0 if parent.isValid() else len(self._titles)

    def headerData(  # noqa: N802  # Qt's name
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section] if section < len(self._titles) else None
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return None
        fault = self._faults[index.row()]
        code = f"{fault.kind.value} {fault.detail}".strip()
        return (fault_text(fault.kind), isolated(fault.path), code)[index.column()]


class CheckDialog(PlainDialog):
    """Reads the bundle and changes nothing. Closing it stops the check."""

    def __init__(self, operations: Operations, parent: QWidget | None = None) -> None:
        super().__init__(parent, self.tr("Open a bundle"), icon_name="check")
        self._operations = operations
        self._job: Job | None = None
        self._sound = False
        self._passphrase: str | None = None
        self._unfinished: Mapping[str, Any] | None = None
        self.resize(680, 560)
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._make_asking())
        self._pages.addWidget(self._make_checking())
        self._pages.addWidget(self._make_found())
        self.body.addWidget(self._pages, 1)
        self._close = self.add_button(self.tr("Close"), QDialogButtonBox.ButtonRole.RejectRole)
        self._close.clicked.connect(self.reject)
        self._again = self.add_button(self.tr("Check another"), QDialogButtonBox.ButtonRole.ActionRole)
        self._again.clicked.connect(lambda: self._turn_to(_ASKING))
        self._take = self.add_button(self.tr("Take into the vault"), QDialogButtonBox.ButtonRole.ActionRole)
        self._take.clicked.connect(self._receive)
        self._go = self.add_button(self.tr("Check"), QDialogButtonBox.ButtonRole.AcceptRole, look="primary")
        self._go.clicked.connect(self._check)
        self._turn_to(_ASKING)

    @property
    def path(self) -> str:
        """The bundle that was chosen; empty until then."""
        return str(self._path.property("path") or "")

    def show_path(self, path: str) -> None:
        """Check this file or folder."""
        _show(self._path, path)
        self._note.hide()
        self._judge()

    def go_on(self, state: Mapping[str, Any]) -> None:
        """The bundle that was being taken in when the vault was locked: checked again, and then taken in."""
        self.show_path(state["path"])
        for identity in state["identities"]:
            self.show_identity(identity)
        self._unfinished = state

    def show_identity(self, path: str) -> None:
        """Open it with the private key in this file."""
        _show(self._identity, path)

    def show_timestamp(self, path: str) -> None:
        """Check this answer of a timestamp authority with the bundle."""
        _show(self._timestamp, path)

    def show_root(self, path: str) -> None:
        """Trust the root certificates in this file for timestamps."""
        _show(self._root, path)

    def done(self, result: int) -> None:
        """Closing stops the check."""
        if self._job is not None:
            self._job.cancel()
        if self._unfinished is not None:
            self._operations.read(lambda session: drop_draft(session, RECEIVE_DRAFT), lambda nothing: None)
        super().done(result)

    # -- checking -------------------------------------------------------------------------------

    def _check(self) -> None:
        path, passphrase = self.path, self.passphrase.text
        identity, timestamp, root = map(_shown, (self._identity, self._timestamp, self._root))
        if not self._stamped.isChecked():
            timestamp = root = ""

        def work(session: Session, progress: Progress, cancel: CancelToken) -> BundleCheck:
            return check(
                path,
                identity_files=[identity] if identity else [],
                passphrase=passphrase or None,
                progress=progress,
                cancel=cancel,
                timestamp_file=timestamp or None,
                roots_file=root or None,
            )

        job = self._job = Job(self.tr("Checking"), self)
        job.succeeded.connect(self._show_result)
        job.failed.connect(self._refused)
        job.stopped.connect(partial(self._turn_to, _ASKING))
        job.ended.connect(self._ended)
        self._turn_to(_CHECKING)
        job.start(self._operations, work, changes=False)
        self._bar.add(job)

    def _ended(self) -> None:
        self._job = None

    def _refused(self, error: SheafError) -> None:
        self._note.setText(" ".join(part for part in describe(error) if part))
        self._note.show()
        self._turn_to(_ASKING)
        if error.code in ("bundle-needs-passphrase", "bundle-wrong-passphrase"):
            self.passphrase.setFocus()

    def _receive(self) -> None:
        dialog = ReceiveDialog(self._operations, self.path, self._identities(), self._passphrase, self)
        state, self._unfinished = self._unfinished, None
        if state is not None:
            dialog.kept.put(state)
        dialog.open()

    def _identities(self) -> tuple[str, ...]:
        identity = _shown(self._identity)
        return (identity,) if identity else ()

    def _show_result(self, result: BundleCheck) -> None:
        # Kept until the next one is asked for: to take it in it has to be opened again.
        self._passphrase = self.passphrase.text or None
        self._sound = result.sound
        self.passphrase.clear()
        self._verdict.setText(verdict_text(result))
        set_tone(self._verdict, "notice" if result.sound else "warning")
        self._meaning.setText(meaning_text(result))
        self._contents.setText(contents_text(result))
        self._faults.show_faults(result.faults + result.remarks)
        self._table.setVisible(self._faults.rowCount() > 0)
        more = self.tr("{count} more faults are not shown.")
        self._more.setText(filled(more, count=number_text(result.faults_left_out)))
        self._more.setVisible(result.faults_left_out > 0)
        self._turn_to(_FOUND)

    # -- pages ----------------------------------------------------------------------------------

    def _turn_to(self, page: int) -> None:
        self._pages.setCurrentIndex(page)
        self._go.setVisible(page == _ASKING)
        self._again.setVisible(page == _FOUND)
        self._take.setVisible(page == _FOUND and self._sound)
        if page == _ASKING:
            self._passphrase = None
        self._close.setText(self.tr("Cancel") if page == _CHECKING else self.tr("Close"))
        self._judge()

    def _judge(self) -> None:
        self._go.setEnabled(bool(self.path))

    def _make_asking(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.S)
        self._path = _place(self.tr("Bundle"), self.tr("An .age or .zip file, or a folder"), page)
        file = _button(self.tr("&File"), self.tr("Choose a file to check"), "file", page)
        file.clicked.connect(lambda: choose_file(self, self.tr("Choose a bundle"), self.show_path))
        folder = _button(self.tr("F&older"), self.tr("Choose a folder to check"), "folder", page)
        folder.clicked.connect(lambda: choose_folder(self, self.tr("Choose a bundle"), self.show_path))
        column.addWidget(QLabel(self.tr("Bundle"), page))
        column.addLayout(_row(self._path, file, folder))
        column.addSpacing(Space.S)
        label = QLabel(self.tr("&Passphrase of the bundle, if it has one"), page)
        self.passphrase = PassphraseField(self.tr("Passphrase of the bundle"), page, with_pad=False)
        label.setBuddy(self.passphrase)
        column.addWidget(label)
        column.addWidget(self.passphrase)
        column.addSpacing(Space.S)
        self._identity = _place(self.tr("Private key"), self.tr("An age or SSH private key file"), page)
        key = _button(self.tr("&Key"), self.tr("Choose a private key file"), "key", page)
        key.clicked.connect(lambda: choose_file(self, self.tr("Choose a private key"), self.show_identity))
        column.addWidget(QLabel(self.tr("Or your private key, if it was made for you"), page))
        column.addLayout(_row(self._identity, key))
        column.addSpacing(Space.S)
        self._stamped = QCheckBox(self.tr("There is a &timestamp to check as well"), page)
        self._stamped.setAccessibleName(self.tr("There is a timestamp to check as well"))
        column.addWidget(self._stamped)
        stamp = self._make_timestamp(page)
        stamp.hide()
        self._stamped.toggled.connect(stamp.setVisible)
        column.addWidget(stamp)
        self._note = plain_label(parent=page, tone="warning", wrap=True)
        self._note.hide()
        column.addWidget(self._note)
        column.addStretch(1)
        return page

    def _make_timestamp(self, parent: QWidget) -> QWidget:
        """The answer may be in the bundle itself or kept beside it; whom to trust is chosen in any case."""
        part = QWidget(parent)
        column = QVBoxLayout(part)
        column.setContentsMargins(Space.XL, 0, 0, 0)
        column.setSpacing(Space.S)
        self._timestamp = _place(
            self.tr("Timestamp"), self.tr("A .tsr file, unless it is in the bundle"), part
        )
        answer = _button(self.tr("T&imestamp"), self.tr("Choose a timestamp"), "file", part)
        answer.clicked.connect(lambda: choose_file(self, self.tr("Choose a timestamp"), self.show_timestamp))
        column.addLayout(_row(self._timestamp, answer))
        self._root = _place(
            self.tr("Root certificate"), self.tr("The authority's root, from a source you trust"), part
        )
        root = _button(self.tr("&Root"), self.tr("Choose a root certificate"), "key", part)
        root.clicked.connect(lambda: choose_file(self, self.tr("Choose a root certificate"), self.show_root))
        column.addLayout(_row(self._root, root))
        return part

    def _make_checking(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.addStretch(1)
        self._bar = JobBar(page)
        column.addWidget(self._bar)
        column.addStretch(2)
        return page

    def _make_found(self) -> QWidget:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.M)
        self._verdict = sized(plain_label(parent=page, tone="notice", wrap=True), Type.TITLE, bold=True)
        self._meaning = plain_label(parent=page, wrap=True)
        self._meaning.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._contents = plain_label(parent=page, tone="muted", wrap=True)
        self._faults = FaultModel(page)
        self._table = QTableView(page)
        self._table.setModel(self._faults)
        self._table.setAccessibleName(self.tr("Faults"))
        self._table.setShowGrid(False)
        self._table.setWordWrap(False)
        self._table.setTabKeyNavigation(False)
        self._table.verticalHeader().hide()
        self._table.verticalHeader().setDefaultSectionSize(Size.CONTROL - 6)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.ResizeToContents)
        self._more = plain_label(parent=page, tone="muted")
        for widget in (self._verdict, self._meaning, self._contents):
            column.addWidget(widget)
        column.addWidget(self._table, 1)
        column.addWidget(self._more)
        column.addStretch(0)
        return page


def _place(name: str, hint: str, parent: QWidget) -> QLineEdit:
    field = QLineEdit(parent)
    field.setReadOnly(True)
    field.setAccessibleName(name)
    field.setPlaceholderText(hint)
    return field


def _button(text: str, name: str, icon_name: str, parent: QWidget) -> QPushButton:
    button = QPushButton(icon(icon_name), text, parent)
    button.setAccessibleName(name)
    return button


def _row(*widgets: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(Space.S)
    for widget in widgets:
        row.addWidget(widget, 1 if isinstance(widget, QLineEdit) else 0)
    return row


def _shown(field: QLineEdit) -> str:
    return str(field.property("path") or "")


def _show(field: QLineEdit, path: str) -> None:
    field.setProperty("path", path)
    field.setText(isolated(path))
