"""Contrast of all colours that meet, and a focus that is seen, by WCAG 2.2; published in the docs."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QStringListModel, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QComboBox,
    QLineEdit,
    QListView,
    QPlainTextEdit,
    QPushButton,
    QRadioButton,
    QTabBar,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from pytestqt.qtbot import QtBot

from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.theme import style
from hrd_desktop.ui.theme.tokens import DARK, LIGHT, Colours

_GROUNDS = ("window", "surface", "raised")
#: Text and signs on what they stand on (1.4.3: at least 4.5).
_TONES = ("text", "muted", "danger", "warning", "success", "accent")
TEXTS = (
    *[(tone, ground) for tone in _TONES for ground in _GROUNDS],
    *[(tone, "accent_soft") for tone in (*_TONES, "on_accent_soft")],
    *[(tone, f"{tone}_soft") for tone in ("danger", "warning", "success")],
    *[(tone, "preview") for tone in ("text", "muted")],
    ("on_accent", "accent"),
    ("on_accent", "focus"),
)
#: Edges of controls, and what tells focus (1.4.11: at least 3).
EDGES = (
    *[("control_border", ground) for ground in _GROUNDS],
    *[("accent", ground) for ground in _GROUNDS],
    *[("focus", ground) for ground in (*_GROUNDS, "accent_soft", "preview")],
    ("text", "danger_soft"),
)


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    """WCAG 2.2, contrast ratio: 1 to 21."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def ratios(pair: tuple[str, str]) -> list[float]:
    return [contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) for colours in (LIGHT, DARK)]


@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (EDGES, 3.0)], ids=["text", "edges"])
def test_what_meets_can_be_told_apart(pairs: tuple[tuple[str, str], ...], least: float) -> None:
    assert [(pair, found) for pair in pairs if min(found := ratios(pair)) < least] == []


def table() -> str:
    """The figures as the document has them."""
    lines = ["| what | on | needs | light | dark |", "| --- | --- | --- | --- | --- |"]
    for pairs, least in ((TEXTS, "4.5"), (EDGES, "3.0")):
        for pair in pairs:
            light, dark = ratios(pair)
            lines.append(f"| {pair[0]} | {pair[1]} | {least} | {light:.2f} | {dark:.2f} |")
    return "\n".join(lines)


def test_the_published_figures_are_these(project: Path) -> None:
    assert table() in (project / "docs" / "accessibility.md").read_text(encoding="utf-8")


# -- focus ------------------------------------------------------------------------------------------


def _button(role: str, checked: bool = False) -> Callable[[QWidget], QWidget]:
    def made(parent: QWidget) -> QWidget:
        button = QPushButton("A button", parent)
        button.setProperty("role", role)
        button.setCheckable(checked)
        button.setChecked(checked)
        return button

    return made


def _tool_button(role: str) -> Callable[[QWidget], QWidget]:
    def made(parent: QWidget) -> QWidget:
        button = QToolButton(parent)
        button.setText("A tool")
        button.setProperty("role", role)
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        return button

    return made


def _list(parent: QWidget) -> QWidget:
    view = QListView(parent)
    view.setModel(QStringListModel(["one", "two"], view))
    return view


def _tabs(parent: QWidget) -> QWidget:
    tabs = QTabBar(parent)
    tabs.addTab("One")
    tabs.addTab("Two")
    return tabs


CONTROLS: dict[str, Callable[[QWidget], QWidget]] = {
    "button": _button(""),
    "primary": _button("primary"),
    "danger": _button("danger"),
    "quiet": _button("quiet"),
    "quiet, chosen": _button("quiet", checked=True),
    "tool": _tool_button(""),
    "quiet tool": _tool_button("quiet"),
    "line": QLineEdit,
    "lines": QPlainTextEdit,
    "choice": QComboBox,
    "tick": lambda parent: QCheckBox("A tick", parent),
    "one of": lambda parent: QRadioButton("One of", parent),
    "list": _list,
    "tabs": _tabs,
    "panic": lambda parent: PanicButton(),
}


def _seen_change(before: QImage, after: QImage) -> int:
    """How many points have changed by a contrast of 3 or more."""
    changed = 0
    for y in range(after.height()):
        for x in range(after.width()):
            one, other = before.pixelColor(x, y).name(), after.pixelColor(x, y).name()
            if one != other and contrast(one, other) >= 3:
                changed += 1
    return changed


@pytest.mark.parametrize("colours", [LIGHT, DARK], ids=["light", "dark"])
def test_focus_is_seen_on_every_kind_of_control(
    application: QApplication, qtbot: QtBot, colours: Colours
) -> None:
    style.apply(application, colours)
    window = QWidget()
    window.setObjectName("screen")
    window.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    qtbot.addWidget(window)
    column = QVBoxLayout(window)
    elsewhere = QLineEdit(window)
    column.addWidget(elsewhere)
    controls = {name: make(window) for name, make in CONTROLS.items()}
    for control in controls.values():
        column.addWidget(control)
        control.setMaximumSize(160, 60)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    faint = {}
    for name, control in controls.items():
        elsewhere.setFocus()
        before = control.grab().toImage()
        control.setFocus(Qt.FocusReason.TabFocusReason)
        assert control.hasFocus(), name
        seen = _seen_change(before, control.grab().toImage())
        # Half of a line around the control at the least; of the tabs, one has the focus.
        needed = control.width() + control.height() if name != "tabs" else 60
        if seen < needed:
            faint[name] = (seen, needed)
    assert faint == {}
