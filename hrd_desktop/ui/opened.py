"""What an open vault needs and the unlock screen does not: loaded while the passphrase is being typed.

Nothing that the first screen shows imports this module, so that the window is up before it is loaded.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.vault import WipedError
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.create import choose_parameters, create
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.wipe_all import finish_begun_wipe
from hrd_desktop.ui.operations import Operations
from hrd_desktop.ui.panic_button import PanicButton
from hrd_desktop.ui.preferences import Preferences
from hrd_desktop.ui.sections import Sections
from hrd_desktop.ui.workspace import Workspace


def answering(vault: str, opened: Callable[[AnswerTime], Session]) -> Session:
    """Open ``vault`` by ``opened``; a wipe that was begun is finished. Every answer takes its time.

    Raises what ``opened`` raises.
    """
    answer = AnswerTime()
    try:
        return opened(answer)
    except WipedError:
        finish_begun_wipe(vault, os.environ)
        raise
    finally:
        answer.wait()


def make_vault(
    vault: str,
    passphrase: str,
    recovery_code: bytes | None,
    *,
    parameters: str,
    reserve_bytes: int,
    random: Callable[[int], bytes],
    clock: Clock,
) -> Session:
    """Make a vault at this path and open it. Raises what ``create`` raises."""
    credential = load_credential(passphrase, None)
    create(
        vault,
        credential,
        parameters=choose_parameters(parameters),
        recovery_code=recovery_code,
        reserve_bytes=reserve_bytes,
        random=random,
        clock=clock,
    )
    return unlock(vault, credential, random=random, clock=clock)


@dataclass(frozen=True, repr=False)
class Opened:
    """The parts of the window that live as long as one vault is open."""

    operations: Operations
    preferences: Preferences
    workspace: Workspace
    sections: Sections


def show_opened(
    session: Session,
    vault: str,
    settings: Settings,
    settings_file: SettingsFile | None,
    holder: QWidget,
    panic_button: PanicButton,
    random: Callable[[int], bytes],
    parent: QObject,
) -> Opened:
    """Make them, with the first section shown. ``holder`` is the widget that the screen will stand in."""
    operations = Operations(session, parent)
    preferences = Preferences(settings, settings_file, operations, parent)
    sections = Sections(operations, preferences, vault, random, parent)
    workspace = Workspace(sections.plans(), panic_button, holder)
    sections.connect_bar(workspace)
    workspace.open_first()
    return Opened(operations, preferences, workspace, sections)
