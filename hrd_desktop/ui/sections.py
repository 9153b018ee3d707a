"""The sections of the window, in their order, and how each is connected to the bar above them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QWidget

from hrd_desktop.ui.help.section import HelpSection
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.security.section import SecuritySection
from hrd_desktop.ui.workspace import SectionPlan, Workspace


def section_plans(preferences: Preferences, vault: str, random: Callable[[int], bytes]) -> list[SectionPlan]:
    """What can be opened. The accessible names are promised to screen readers and scripts."""
    return [
        SectionPlan(
            "security",
            "Security",
            _text("Security"),
            "security",
            partial(_make_security, preferences, vault, random),
        ),
        SectionPlan("help", "Help", _text("Help"), "help", _make_help),
    ]


def _text(name: str) -> str:
    return QCoreApplication.translate("sections", name)


def _make_security(
    preferences: Preferences,
    vault: str,
    random: Callable[[int], bytes],
    operations: Operations,
    workspace: Workspace,
) -> QWidget:
    section = SecuritySection(operations, preferences, vault, random)
    section.job_started.connect(workspace.jobs.add)
    return section


def _make_help(operations: Operations, workspace: Workspace) -> QWidget:
    return HelpSection()
