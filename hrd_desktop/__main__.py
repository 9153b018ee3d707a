"""Starts the window."""

from __future__ import annotations

import sys


def main() -> int:
    """Say that this version has no window yet, and what does the whole job. Returns the exit code, 1."""
    sys.stderr.write(
        "This version has no window yet. hrd-vault does the whole job in a terminal: hrd-vault --help\n"
    )
    return 1


if __name__ == "__main__":
    sys.exit(main())
