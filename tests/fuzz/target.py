"""What a fuzzing target is: one reader of untrusted bytes, what it may answer, and where to begin."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count


@dataclass(frozen=True)
class Target:
    """``run`` takes any bytes and returns; whatever it raises is a finding.

    ``seeds`` gives valid inputs: without them a fuzzer would spend its time on the magic numbers.
    """

    name: str
    run: Callable[[bytes], None]
    seeds: Callable[[], Sequence[bytes]]


def counted() -> Callable[[int], bytes]:
    """A source of randomness that is the same in every run, so that a finding can be had again."""
    numbers = count(1)
    return lambda size: (next(numbers).to_bytes(4, "little") * (size // 4 + 1))[:size]


def fitted(data: bytes, size: int) -> bytes:
    """``data`` cut or filled with zeros to ``size`` bytes."""
    return data[:size].ljust(size, b"\0")
