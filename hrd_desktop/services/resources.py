"""Where the program's data files lie: beside the package in a checkout, under the prefix when installed."""

from __future__ import annotations

import sys
from pathlib import Path


def resource_folder() -> Path:
    """The folder ``resources``. Raises FileNotFoundError when the installation is incomplete."""
    checkout = Path(__file__).resolve().parents[2] / "resources"
    installed = Path(sys.prefix) / "share" / "hrd-desktop"
    for folder in (checkout, installed):
        if (folder / "bundle").is_dir():
            return folder
    raise FileNotFoundError("resources")
