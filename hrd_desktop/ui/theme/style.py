"""The Fusion style with a palette and a style sheet made from the tokens, for light and dark alike.

``QStyleHints.setColorScheme`` does nothing offscreen and on bare X, so the palette is our own.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from hrd_desktop.services.resources import resource_folder
from hrd_desktop.ui.theme.tokens import DARK, LIGHT, Colours, Size, Space

_SHEET = Template("""

QMainWindow, QDialog, QWizard, QWidget#screen { background: $window; }
QWidget[surface="true"], QFrame[surface="true"] { background: $surface;
  border: 1px solid $border; border-radius: ${radius}px; }
QWidget#notice { background: $raised; border-top: 1px solid $border; }
QLabel { background: transparent; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="danger"] { color: $danger; }
QLabel[tone="warning"] { color: $warning; background: $warning_soft; border-radius: ${radius}px;
  padding: ${s}px ${m}px; }
QLabel[tone="notice"] { color: $on_accent_soft; background: $accent_soft; border-radius: ${radius}px;
  padding: ${s}px ${m}px; }

QPushButton, QToolButton { background: $surface; border: 1px solid $control_border;
  border-radius: ${radius}px; padding: ${xs}px ${m}px; min-height: ${control_inner}px; }
QPushButton:hover, QToolButton:hover { background: $raised; border-color: $accent; }
QPushButton:pressed, QToolButton:pressed { background: $accent_soft; }
QPushButton:disabled, QToolButton:disabled { color: $muted; border-color: $border; background: $window; }
QPushButton:focus, QToolButton:focus { border: 2px solid $focus; padding: ${xs_less}px ${m_less}px; }
QPushButton[role="primary"] { background: $accent; color: $on_accent; border-color: $accent;
  font-weight: 600; }
QPushButton[role="primary"]:hover { background: $focus; }
QPushButton[role="primary"]:focus { border: 4px double $on_accent; padding: ${ring_y}px ${ring_x}px; }
QPushButton[role="primary"]:disabled { background: $border; color: $muted; border-color: $border; }
QPushButton[role="danger"] { color: $danger; border-color: $danger; background: $surface; }
QPushButton[role="danger"]:hover { background: $danger_soft; }
QPushButton[role="danger"]:focus { border: 2px solid $text; }
QToolButton[role="quiet"], QPushButton[role="quiet"] { border-color: transparent; background: transparent; }
QToolButton[role="quiet"]:hover, QPushButton[role="quiet"]:hover { background: $accent_soft; }
QToolButton[role="quiet"]:checked, QPushButton[role="quiet"]:checked { background: $accent_soft;
  color: $on_accent_soft; font-weight: 600; }
QToolButton[role="quiet"]:focus, QPushButton[role="quiet"]:focus { border: 2px solid $focus; }
QToolButton::menu-indicator { image: none; width: 0; }

QLineEdit, QPlainTextEdit, QTextEdit, QSpinBox, QComboBox, QDateEdit { background: $surface;
  border: 1px solid $control_border; border-radius: ${radius}px; padding: ${xs}px ${s}px;
  selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QSpinBox, QComboBox, QDateEdit { min-height: ${control_inner}px; }
QLineEdit:focus, QPlainTextEdit:focus, QTextEdit:focus, QSpinBox:focus, QComboBox:focus, QDateEdit:focus {
  border: 2px solid $focus; padding: ${xs_less}px ${s_less}px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QComboBox:disabled { color: $muted; background: $window;
  border-color: $border; }
QLineEdit QToolButton { border: none; background: transparent; padding: 0; min-height: 0; }
QComboBox::drop-down { border: none; width: ${xl}px; }
QComboBox::down-arrow { image: url("$controls/down-$theme.svg"); width: 16px; height: 16px; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { border: none; background: transparent;
  width: ${xl}px; }
QAbstractSpinBox::up-arrow { image: url("$controls/up-$theme.svg"); width: 14px; height: 14px; }
QAbstractSpinBox::down-arrow { image: url("$controls/down-$theme.svg"); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $surface; border: 1px solid $border; outline: none; }

QCheckBox, QRadioButton { spacing: ${s}px; padding: ${xs}px; background: transparent; }
QCheckBox::indicator, QRadioButton::indicator, QListWidget::indicator { width: 16px; height: 16px;
  border: 1px solid $control_border; background: $surface; }
QCheckBox::indicator, QListWidget::indicator { border-radius: 4px; }
QRadioButton::indicator { border-radius: 9px; }
QCheckBox::indicator:hover, QRadioButton::indicator:hover { border-color: $accent; }
QCheckBox::indicator:checked, QRadioButton::indicator:checked, QListWidget::indicator:checked {
  background: $accent; border-color: $accent; }
QCheckBox::indicator:checked, QListWidget::indicator:checked { image: url("$controls/check-$theme.svg"); }
QRadioButton::indicator:checked { image: url("$controls/dot-$theme.svg"); }
QCheckBox::indicator:disabled, QRadioButton::indicator:disabled { border-color: $border;
  background: $window; }
QCheckBox::indicator:checked:disabled, QRadioButton::indicator:checked:disabled { background: $muted; }
QCheckBox:focus, QRadioButton:focus { border: 2px solid $focus; border-radius: ${radius}px; padding: 2px; }

QAbstractItemView { background: $surface; alternate-background-color: $raised; border: none; outline: none;
  selection-background-color: $accent_soft; selection-color: $on_accent_soft; }
QAbstractItemView:focus { border: 2px solid $focus; }
QHeaderView::section { background: $window; color: $muted; border: none; border-bottom: 1px solid $border;
  padding: ${xs}px ${s}px; font-weight: 600; }
QTabWidget::pane { border: none; border-top: 1px solid $border; }
QTabBar::tab { background: transparent; color: $muted; padding: ${s}px ${m}px;
  border-bottom: 2px solid transparent; }
QTabBar::tab:selected { color: $text; border-bottom: 2px solid $accent; font-weight: 600; }
QTabBar::tab:focus { border: 2px solid $focus; }
QSplitter::handle { background: $border; }
QSplitter::handle:horizontal { width: 1px; }
QSplitter::handle:vertical { height: 1px; }
QScrollArea { border: none; background: transparent; }
QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar:horizontal { background: transparent; height: 12px; margin: 0; }
QScrollBar::handle { background: $border; border-radius: 5px; min-height: 32px; min-width: 32px;
  margin: 1px; }
QScrollBar::handle:hover { background: $control_border; }
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page { background: none;
  border: none; width: 0; height: 0; }
QProgressBar { background: $border; border: none; border-radius: 4px; min-height: 8px; max-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }
QMenu { background: $surface; border: 1px solid $border; padding: ${xs}px; }
QMenu::item { padding: ${s}px ${xl}px; border-radius: ${radius}px; }
QMenu::item:selected { background: $accent_soft; color: $on_accent_soft; }
QMenu::separator { height: 1px; background: $border; margin: ${xs}px ${s}px; }
QToolTip { background: $raised; color: $text; border: 1px solid $border; padding: ${xs}px; }
""")


def style_sheet(colours: Colours) -> str:
    """The style sheet for one set of colours."""
    return _SHEET.substitute(
        vars(colours),
        controls=(resource_folder() / "icons" / "controls").as_posix(),
        theme="dark" if colours == DARK else "light",
        radius=Size.RADIUS,
        xs=Space.XS,
        s=Space.S,
        m=Space.M,
        xl=Space.XL,
        xs_less=Space.XS - 1,
        s_less=Space.S - 1,
        m_less=Space.M - 1,
        # A border of four instead of one takes three from the room around the text.
        ring_y=Space.XS - 3,
        ring_x=Space.M - 3,
        control_inner=Size.CONTROL - 2 * Space.XS - 2,
    )


def palette(colours: Colours) -> QPalette:
    """The palette for what the style sheet does not paint: views, placeholders, the text cursor."""
    made = QPalette()
    for role, colour in (
        (QPalette.ColorRole.Window, colours.window),
        (QPalette.ColorRole.WindowText, colours.text),
        (QPalette.ColorRole.Base, colours.surface),
        (QPalette.ColorRole.AlternateBase, colours.raised),
        (QPalette.ColorRole.Text, colours.text),
        (QPalette.ColorRole.Button, colours.surface),
        (QPalette.ColorRole.ButtonText, colours.text),
        (QPalette.ColorRole.BrightText, colours.danger),
        (QPalette.ColorRole.Highlight, colours.accent_soft),
        (QPalette.ColorRole.HighlightedText, colours.on_accent_soft),
        (QPalette.ColorRole.Link, colours.accent),
        (QPalette.ColorRole.LinkVisited, colours.accent),
        (QPalette.ColorRole.PlaceholderText, colours.muted),
        (QPalette.ColorRole.ToolTipBase, colours.raised),
        (QPalette.ColorRole.ToolTipText, colours.text),
        (QPalette.ColorRole.Mid, colours.border),
        (QPalette.ColorRole.Dark, colours.control_border),
        (QPalette.ColorRole.Light, colours.raised),
        (QPalette.ColorRole.Accent, colours.accent),
    ):
        made.setColor(role, QColor(colour))
    for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text, QPalette.ColorRole.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, role, QColor(colours.muted))
    return made


def colours_for(theme: str, system_is_dark: bool) -> Colours:
    """``light``, ``dark``, or anything else for what the system prefers."""
    if theme == "light":
        return LIGHT
    if theme == "dark":
        return DARK
    return DARK if system_is_dark else LIGHT


def apply(application: QApplication, colours: Colours) -> None:
    """Give the whole application these colours; can be called again while it runs."""
    sheet = style_sheet(colours)
    if application.styleSheet() == sheet:
        return  # every widget would be dressed again, for the same looks
    application.setStyle("Fusion")
    application.setPalette(palette(colours))
    application.setStyleSheet(sheet)
    application.setProperty("colours", colours)
