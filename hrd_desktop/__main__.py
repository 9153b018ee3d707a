"""Starts the window."""

from __future__ import annotations

import sys

from hrd_desktop.app import run


def main() -> int:
    """Open the window of ``sys.argv``. Returns the exit code."""
    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
