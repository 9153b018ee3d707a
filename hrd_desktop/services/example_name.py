"""Where an example lies and what opens it; known before anything of a vault is loaded."""

from __future__ import annotations

import os

#: No secret: it stands on the screen.
PASSPHRASE = "example"  # noqa: S105  # no secret: it is shown
_FOLDER = "Sheaf example"


def example_path(home: str) -> str:
    """A path in ``home`` at which nothing is yet."""
    path, number = os.path.join(home, _FOLDER), 1
    while os.path.lexists(path):
        number += 1
        path = os.path.join(home, f"{_FOLDER} {number}")
    return path


def is_example_path(path: str) -> bool:
    """Whether a vault here is likely an example, as far as its name says."""
    return os.path.basename(path.rstrip(os.sep)).rstrip("0123456789 ") == _FOLDER
