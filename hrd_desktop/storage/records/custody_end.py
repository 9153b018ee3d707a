"""The end of a log while a transaction adds to it: what was added is known here, and written in one go.

An import adds hundreds of events to one log. Without this each of them would ask the database for what the
one before it has just said.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(repr=False)
class LogEnd:
    """One log in one transaction.

    ``number`` is its key in the database, ``size`` its events, those added included. ``highest`` is the
    largest number of an item that had an event in it when the transaction began; every event of an item above
    it is in ``added``, by the number of the item, as rows of the table.
    """

    number: int
    size: int
    highest: int
    last_time: str | None
    added: dict[int, list[tuple[Any, ...]]] = field(default_factory=dict)
