"""Finding the numbered schema files and cutting them into statements."""

from __future__ import annotations

import re
from collections.abc import Iterator
from importlib import resources

from sqlcipher3 import dbapi2

_PACKAGE = "hrd_desktop.storage.migrations"


def known_version(part: str) -> int:
    """The newest schema number of ``records`` or ``derived``. Files are numbered from 1 without a gap."""
    numbers = sorted(_iter_numbers(part))
    if numbers != list(range(1, len(numbers) + 1)) or not numbers:
        raise RuntimeError(f"schema files of {part} are not numbered 1, 2, 3")
    return len(numbers)


def load_statements(part: str, version: int) -> list[str]:
    """The statements that lead from schema ``version - 1`` to ``version``."""
    text = resources.files(_PACKAGE).joinpath(f"{part}_{version:04d}.sql").read_text(encoding="utf-8")
    return split_statements(text)


def split_statements(text: str) -> list[str]:
    """Cut SQL into its statements; the body of a trigger stays whole. Raises ValueError for a rest."""
    statements: list[str] = []
    gathered = ""
    for line in text.splitlines(keepends=True):
        if not gathered and (not line.strip() or line.lstrip().startswith("--")):
            continue
        gathered += line
        if dbapi2.complete_statement(gathered):
            statements.append(gathered.strip())
            gathered = ""
    if gathered.strip():
        raise ValueError("a statement without an end")
    return statements


def _iter_numbers(part: str) -> Iterator[int]:
    for entry in resources.files(_PACKAGE).iterdir():
        found = re.fullmatch(rf"{part}_(\d{{4}})\.sql", entry.name)
        if found:
            yield int(found[1])
