"""The three sentences of a message on the terminal."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Message:
    """Three sentences. ``safe`` and ``do`` are empty where there is nothing to say."""

    happened: str
    safe: str = ""
    do: str = ""
