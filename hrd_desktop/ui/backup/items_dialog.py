"""Looking into the snapshots of a backup, and choosing which items are to come back."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QListWidget, QListWidgetItem, QWidget

from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.restore_items import BackupReader
from hrd_desktop.ui.backup.dialogs import DecidingDialog
from hrd_desktop.ui.backup.restore_words import snapshot_text
from hrd_desktop.ui.dialogs import tell
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.text import filled, isolated, number_text, plain_label, size_text
from hrd_desktop.ui.theme.tokens import Space

_ITEM = Qt.ItemDataRole.UserRole + 1
_LIST_HEIGHT = 280


class ItemsDialog(DecidingDialog):
    """Lists what is in a snapshot, by default the newest; emits its reader and the items to come back."""

    decided = Signal(object, list)

    def __init__(self, parent: QWidget, reader: BackupReader, operations: Operations) -> None:
        super().__init__(
            parent, self.tr("Which items are to come back?"), self.tr("Bring them back"), "restore"
        )
        self.resize(600, 600)
        self._reader = reader
        self._operations = operations
        self.add_text(
            self.tr(
                "An item that is in the vault and damaged gets its bytes back. One that is not in the vault "
                "comes in as a new item, with what was written about it."
            ),
            tone="muted",
        )
        row = QHBoxLayout()
        row.setSpacing(Space.M)
        self._snapshots = QComboBox(self)
        self._snapshots.setAccessibleName(self.tr("Snapshot"))
        for found in reader.snapshots:
            self._snapshots.addItem(snapshot_text(found), found.number)
        self._snapshots.activated.connect(self._look_into)
        label = plain_label(self.tr("The vault as it was on"), self)
        label.setBuddy(self._snapshots)
        row.addWidget(label)
        row.addWidget(self._snapshots, 1)
        self.body.addLayout(row)
        self._filter = QLineEdit(self)
        self._filter.setPlaceholderText(self.tr("Show only items with these words"))
        self._filter.setAccessibleName(self.tr("Show only items with these words"))
        self._filter.textChanged.connect(self._narrow)
        self.body.addWidget(self._filter)
        self._list = QListWidget(self)
        # The boxes to tick are higher than a line of text.
        self._list.setSpacing(Space.XS)
        self._list.setAccessibleName(self.tr("Items in the backup"))
        self._list.setMinimumHeight(_LIST_HEIGHT)
        self.body.addWidget(self._list)
        self._count = self.add_text("", tone="muted")
        self._list.itemChanged.connect(lambda entry: self._look())
        self.accepted.connect(lambda: self.decided.emit(self._reader, self._chosen()))
        self._fill()

    def _look_into(self, row: int) -> None:
        number = int(self._snapshots.itemData(row))
        if number == self._reader.snapshot.number:
            return
        self._list.setEnabled(False)
        self.action.setEnabled(False)

        def seen(reader: BackupReader) -> None:
            self._reader = reader
            self._fill()

        def failed(error: SheafError) -> None:
            self._snapshots.setCurrentIndex(self._snapshots.findData(self._reader.snapshot.number))
            self._list.setEnabled(True)
            self._look()
            tell(self, error)

        self._operations.read(lambda session: self._reader.look_into(number, session.clock), seen, failed)

    def _fill(self) -> None:
        self._list.blockSignals(True)
        self._list.clear()
        for one in self._reader.items:
            item = one.item
            entry = QListWidgetItem(
                f"{item.reference}  {isolated(item.details.title)}  ·  {size_text(item.size_bytes)}"
            )
            entry.setData(_ITEM, item)
            if one.here:
                entry.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsUserCheckable)
                entry.setCheckState(Qt.CheckState.Unchecked)
            else:
                entry.setFlags(Qt.ItemFlag.NoItemFlags)
                entry.setToolTip(self.tr("Its bytes are not in this backup."))
            self._list.addItem(entry)
        self._list.blockSignals(False)
        self._list.setEnabled(True)
        self._narrow()
        self._look()

    def _narrow(self) -> None:
        words = self._filter.text().casefold().split()
        for row in range(self._list.count()):
            entry = self._list.item(row)
            text = entry.text().casefold()
            entry.setHidden(not all(word in text for word in words))

    def _chosen(self) -> list[object]:
        entries = [self._list.item(row) for row in range(self._list.count())]
        return [entry.data(_ITEM) for entry in entries if entry.checkState() is Qt.CheckState.Checked]

    def _look(self) -> None:
        chosen = len(self._chosen())
        self.action.setEnabled(bool(chosen))
        self._count.setText(
            filled(
                self.tr("Chosen: {chosen} of {count}"),
                chosen=number_text(chosen),
                count=number_text(self._list.count()),
            )
        )
