"""The composition root: reads the command line, makes the parts of the window and joins them."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.process.hardening import harden_process
from hrd_desktop.process.network import give_up_network

USAGE = """\
Usage: hrd-desktop [VAULT] | --new VAULT

Opens the window: at the unlock screen of VAULT, or at its creation with --new.
"""


@dataclass(frozen=True, repr=False)
class Request:
    """What was asked for on the command line. ``vault`` is an absolute path or empty."""

    vault: str = ""
    new: bool = False
    place: str = ""
    help: bool = False


class WrongUsage(Exception):
    """The command line is wrong."""


def parse(arguments: Sequence[str]) -> Request:
    """Read the command line. ``--place X,Y,WIDTH,HEIGHT`` is where the window before this one was.

    Raises WrongUsage.
    """
    left = list(arguments)
    places: list[str] = []
    new = False
    place = ""
    while left:
        argument = left.pop(0)
        if argument == "--":
            places += left
            break
        if argument in ("-h", "--help"):
            return Request(help=True)
        if argument == "--new":
            new = True
        elif argument == "--place" and left:
            place = left.pop(0)
        elif argument.startswith("-"):
            raise WrongUsage()
        else:
            places.append(argument)
    if len(places) > 1 or (new and not places) or places == [""]:
        raise WrongUsage()
    return Request(os.path.abspath(places[0]) if places else "", new, place)


def run(arguments: Sequence[str]) -> int:
    """Open the window and stay until it is closed. Returns the exit code: 0, or 2 for wrong usage."""
    # First of all: nothing is read, and no library loaded, by a process that others can look into.
    harden_process()
    give_up_network()
    try:
        request = parse(arguments)
    except WrongUsage:
        sys.stderr.write(USAGE)
        return 2
    if request.help:
        sys.stdout.write(USAGE)
        return 0
    os.chdir("/")
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    return _show(request)


def _show(request: Request) -> int:
    from PySide6.QtCore import QTimer

    from hrd_desktop.services.settings_file import find_settings_file
    from hrd_desktop.ui.application import make_application
    from hrd_desktop.ui.bug_report import BugReport
    from hrd_desktop.ui.capture_systems import find_capture_system
    from hrd_desktop.ui.garbage import MainThreadGarbage
    from hrd_desktop.ui.leaving import Leaving
    from hrd_desktop.ui.main_window import MainWindow
    from hrd_desktop.ui.process_lock import end_process, replace_process, silence_streams
    from hrd_desktop.ui.program import Program

    application = make_application(os.environ)
    # Before any other thread runs.
    garbage = MainThreadGarbage(application)
    window = MainWindow()
    BugReport(window, application).install()
    if request.place:
        window.set_place(request.place)
    leaving = Leaving(
        window, replace=replace_process, end=end_process, silence=silence_streams, parent=application
    )
    program = Program(
        application,
        window,
        leaving,
        find_settings_file(os.environ),
        random=os.urandom,
        clock=SystemClock(),
        capture=find_capture_system(),
    )
    program.entered.connect(garbage.settle)
    program.start(request.vault, new=request.new)
    window.show()
    # After the window is there: it has a bus to wait for.
    QTimer.singleShot(0, garbage.settle)
    QTimer.singleShot(0, lambda: program.heed_system(os.environ))
    QTimer.singleShot(0, program.load_rest)
    return application.exec()
