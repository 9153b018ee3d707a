"""A program that has copied something: owns the clipboard of its display until it is ended.

Takes the text from standard input, to the end; says ``ready`` when it can be pasted.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication


def main() -> int:
    """Own the clipboard until somebody ends this."""
    text = sys.stdin.read()
    application = QGuiApplication(["clipboard"])
    application.clipboard().setText(text)

    def tell() -> None:
        sys.stdout.write("ready\n")
        sys.stdout.flush()

    QTimer.singleShot(0, tell)
    return application.exec()


if __name__ == "__main__":
    sys.exit(main())
