"""The application object, made so that Qt leaves nothing about the user outside the vault.

Qt's file dialog keeps the folder last used in ``QtProject.conf``, a session manager keeps the command line,
and themes of desktops bring their own dialogs with their own lists of recent files. All of that is shut off
before the application exists.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from PySide6.QtCore import QCoreApplication, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.ui.accessible_areas import heed_missing_children
from hrd_desktop.ui.theme import style
from hrd_desktop.ui.theme.icons import icon


def make_application(environment: MutableMapping[str, str]) -> QApplication:
    """The one application of this process, under its neutral name. ``environment`` is the process's own."""
    # A desktop's theme would come with the desktop's file dialog; Qt's own has no memory.
    environment["QT_QPA_PLATFORMTHEME"] = "generic"
    # A session manager would write down the command line, and with it the vault's path.
    environment.pop("SESSION_MANAGER", None)
    for form in (QSettings.Format.NativeFormat, QSettings.Format.IniFormat):
        # Nothing can be made below a device: what Qt would keep cannot be written.
        QSettings.setPath(form, QSettings.Scope.UserScope, os.devnull)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeDialogs)
    QCoreApplication.setAttribute(Qt.ApplicationAttribute.AA_DontUseNativeMenuBar)
    QCoreApplication.setApplicationName(VISIBLE_NAME)
    QGuiApplication.setApplicationDisplayName("")
    QGuiApplication.setDesktopFileName(VISIBLE_NAME.lower())
    # The first word becomes the class of the window; nothing of the real command line is for Qt.
    application = QApplication([VISIBLE_NAME])
    heed_missing_children()
    application.setWindowIcon(icon("sheaf", "accent"))
    application.setQuitOnLastWindowClosed(False)
    return application


def apply_theme(application: QApplication, theme: str) -> None:
    """``light``, ``dark`` or ``system``; can be called again while the program runs."""
    dark = application.styleHints().colorScheme() is Qt.ColorScheme.Dark
    style.apply(application, style.colours_for(theme, dark))
