"""The program's version and the neutral name it signs its work with."""

from __future__ import annotations

VERSION = "0.1.0"

#: The visible name is neutral: it helps against a glance, not against a search.
VISIBLE_NAME = "Sheaf"

TOOL = f"{VISIBLE_NAME} {VERSION}"
