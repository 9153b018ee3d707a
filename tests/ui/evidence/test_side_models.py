"""The list beside the list, the list of an import, and the words of both."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QApplication

from hrd_desktop.domain.ingest import Duplicate, Ingested, IngestReport, NotIngested
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import ItemKind, ItemState
from hrd_desktop.services.browse import Browse
from hrd_desktop.services.bulk import tag_items
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.outside import list_outside
from hrd_desktop.services.overview import load_overview
from hrd_desktop.services.saved_searches import save_search
from hrd_desktop.services.session import Session
from hrd_desktop.ui.evidence.empty import emptiness_of
from hrd_desktop.ui.evidence.import_report import ReportModel, outside_text, refusal_text, summary_text
from hrd_desktop.ui.evidence.kinds import kind_icon, kind_name
from hrd_desktop.ui.evidence.model import ItemModel
from hrd_desktop.ui.evidence.sidebar import ENTRY, SidebarModel
from hrd_desktop.ui.theme.icons import icon
from tests.unit.services.many_items import insert_items, plain_item

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


def plain(text: str) -> str:
    return text.replace("\u2068", "").replace("\u2069", "")


def test_the_number_of_rows_is_counted_by_qt(application: QApplication) -> None:
    """A view asks for it once for each row; see the class."""
    assert ItemModel.rowCount is QStringListModel.rowCount
    assert ItemModel.index is QStringListModel.index


def test_the_sidebar_lists_what_narrows(application: QApplication, vault_session: Session) -> None:
    items = insert_items(vault_session, 2)
    case = add_case(vault_session, "2026-\u202e01", "At the bridge")
    tag_items(vault_session, [items[0].id], add=["night"], progress=NoProgress(), cancel=CancelToken())
    saved = save_search(vault_session, "rivers", Browse(words="river"))
    model = SidebarModel()
    tester = QAbstractItemModelTester(model, FATAL)
    model.show_overview(load_overview(vault_session))
    entries = [model.index(row).data(ENTRY) for row in range(model.rowCount())]
    assert [entry.text for entry in entries] == [
        "All evidence",
        "Not in any case",
        "Bin",
        "Cases",
        "2026-\\u202e01",
        "Tags",
        "night",
        "Saved searches",
        "rivers",
    ]
    for row, entry in enumerate(entries):
        can_choose = bool(model.flags(model.index(row)) & Qt.ItemFlag.ItemIsSelectable)
        assert can_choose is (entry.browse is not None) is not entry.heading
    assert model.row_of(Browse(case=case.id), None) == 4
    assert model.row_of(Browse(), saved) == 8
    assert model.row_of(Browse(words="river"), None) is None
    assert plain(model.index(0).data(Qt.ItemDataRole.AccessibleTextRole)) == "All evidence, 2"
    assert tester is not None


def test_the_report_names_each_path_once(application: QApplication, tmp_path: Path) -> None:
    report = IngestReport(
        (Ingested(str(tmp_path / "a.jpg"), plain_item(7)),),
        (Duplicate(str(tmp_path / "b\u202egpj.exe"), plain_item(3).id, "E0003"),),
        (NotIngested("/x/c.jpg", "link"), NotIngested("/x/d.jpg", "code-of-the-future")),
        cancelled=True,
    )
    model = ReportModel()
    tester = QAbstractItemModelTester(model, FATAL)
    model.show_report(report)
    lines = [[plain(model.index(row, column).data()) for column in range(3)] for row in range(4)]
    assert lines == [
        ["c.jpg", "Refused: it is a link to something else", "/x"],
        ["d.jpg", "Refused", "/x"],
        ["a.jpg", "In, as E0007", str(tmp_path)],
        ["b\\u202egpj.exe", "Already here, as E0003", str(tmp_path)],
    ]
    assert plain(summary_text(report)) == "1 in · 1 already here · 2 refused · cancelled before the rest"
    outside = list_outside(report)
    assert [(place.folder, place.files, place.synced_by) for place in outside] == [(str(tmp_path), 2, None)]
    assert str(tmp_path) in outside_text(outside) and outside_text(()) == ""
    model.show_report(IngestReport((), (), ()))
    assert model.rowCount() == 0 and tester is not None


def test_every_promised_code_has_a_reason() -> None:
    assert NotIngested.__doc__ is not None
    codes = [word.strip("`,.\n ") for word in NotIngested.__doc__.split() if word.startswith("``")]
    assert len(codes) == 13, "the word code itself, and twelve of them"
    assert all(refusal_text(code) != "Refused" for code in codes if code != "code")


def test_every_kind_has_a_name_and_an_icon(application: QApplication) -> None:
    assert len({kind_name(kind) for kind in ItemKind}) == len(ItemKind)
    assert all(not icon(kind_icon(kind)).isNull() for kind in ItemKind)


def test_each_emptiness_says_something_else() -> None:
    case = plain_item(1).id
    said = [
        emptiness_of(browse, kept, 0).title
        for browse, kept in (
            (Browse(), 0),
            (Browse(words="x"), 3),
            (Browse(state=ItemState.BINNED), 3),
            (Browse(case=case), 3),
            (Browse(kind=ItemKind.VIDEO), 3),
            (Browse(inbox=True), 3),
        )
    ]
    assert len(set(said)) == len(said)
    assert "2 files are still being looked into" in plain(emptiness_of(Browse(words="x"), 3, 2).text)
