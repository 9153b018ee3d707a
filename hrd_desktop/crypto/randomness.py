"""The type of a source of randomness, which the caller gives: ``os.urandom`` outside tests."""

from __future__ import annotations

from collections.abc import Callable

Random = Callable[[int], bytes]
"""Called with a number of bytes, answers as many unpredictable ones."""
