"""Argon2id in a short-lived process of its own, and how costly to make it."""

from __future__ import annotations

import errno
import math
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from hrd_desktop.crypto.kdf_frames import ANSWER_BYTES, DONE, NO_MEMORY, pack_request, unpack_answer
from hrd_desktop.domain.errors.process import ChildNotStarted
from hrd_desktop.domain.errors.vault import KdfFailedError, KdfParametersError, NotEnoughMemoryError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.process.spawn import spawn_isolated

_CHILD = "hrd_desktop.crypto.kdf_child"
_CANCEL_POLL_S = 0.05
_MEMORY_KIB = (65_536, 4_194_304)
_PASSES = (1, 64)
_LANES = (1, 16)

_CALIBRATED_LANES = 4
_CALIBRATED_MEMORY_KIB = (131_072, 524_288)
_SHORTEST_S = 1.0
_LONGEST_S = 2.0
_WANTED_S = 1.25


@dataclass(frozen=True)
class KdfParameters:
    """The cost of Argon2id (RFC 9106): memory in KiB, passes over it, lanes."""

    memory_kib: int
    passes: int
    lanes: int

    def verify_bounds(self) -> None:
        """Raise ``KdfParametersError``, naming the parameter, unless the vault format permits the values.

        With these bounds memory is always at least the 8 KiB for each lane that Argon2 needs.
        """
        for name, value, (lowest, highest) in (
            ("memory", self.memory_kib, _MEMORY_KIB),
            ("passes", self.passes, _PASSES),
            ("lanes", self.lanes, _LANES),
        ):
            if not lowest <= value <= highest:
                raise KdfParametersError(parameter=name)


MINIMUM = KdfParameters(memory_kib=65_536, passes=1, lanes=1)
"""For tests and for very old machines; the program says so where it is chosen."""


class Spawn(Protocol):
    """Starts a module isolated: ``spawn_isolated``, or a registry's that can kill the child at lock."""

    def __call__(self, module: str, /) -> subprocess.Popen[bytes]: ...


def stretch(
    secret: bytes,
    salt: bytes,
    parameters: KdfParameters,
    *,
    spawn: Spawn = spawn_isolated,
    cancel: CancelToken | None = None,
) -> bytes:
    """Argon2id version 0x13 of ``secret`` (1 to 4,096 bytes) with a salt of 32 bytes; 32 bytes out.

    It runs in a child process, because CPython and the library leave copies behind that nothing can clear.
    The child is dead and reaped when this returns or raises.

    Raises ``KdfParametersError`` before anything is started, ``NotEnoughMemoryError``, ``KdfFailedError``
    (the child ended without an answer), ``Cancelled``, ``ChildNotStarted``.
    """
    parameters.verify_bounds()
    request = pack_request(parameters.memory_kib, parameters.passes, parameters.lanes, salt, secret)
    try:
        child = spawn(_CHILD)
    except ChildNotStarted as failure:
        if failure.fields.get("errno") == errno.ENOMEM:
            raise NotEnoughMemoryError(needed_kib=parameters.memory_kib) from None
        raise
    try:
        untrusted_answer = _exchange(child, request, cancel)
        status = child.wait()
    finally:
        _end(child)
    if len(untrusted_answer) == ANSWER_BYTES:
        outcome, stretched = unpack_answer(untrusted_answer)
        if outcome == DONE:
            return stretched
        if outcome == NO_MEMORY:
            raise NotEnoughMemoryError(needed_kib=parameters.memory_kib)
    if cancel is not None:
        # Whoever cancels may kill the child as well, and sooner than the token is looked at.
        cancel.raise_if_cancelled()
    if status == -signal.SIGKILL:
        # By the kernel, for want of memory: Linux grants memory that it does not have.
        raise NotEnoughMemoryError(needed_kib=parameters.memory_kib)
    raise KdfFailedError(status=status)


def calibrate(
    free_bytes: int,
    clock: Callable[[], float] = time.monotonic,
    *,
    spawn: Spawn = spawn_isolated,
    cancel: CancelToken | None = None,
) -> KdfParameters:
    """Parameters that take one to two seconds on this machine, memory first.

    ``clock`` counts seconds and is read around whole derivations, the child's start included: what the user
    waits for. Takes some seconds. How it chooses: ``choose_parameters``. Raises like ``stretch``.
    """

    def measure(parameters: KdfParameters) -> float:
        begin = clock()
        stretch(b"calibration", bytes(32), parameters, spawn=spawn, cancel=cancel)
        return clock() - begin

    return choose_parameters(free_bytes, measure)


def choose_parameters(free_bytes: int, measure: Callable[[KdfParameters], float]) -> KdfParameters:
    """The parameters that ``measure`` finds to take one to two seconds; it may raise NotEnoughMemoryError.

    Memory is half of ``free_bytes``, at most 512 MiB and at least 128 MiB, and halved, down to 128 MiB, where
    one pass over it takes more than two seconds or it is not to be had. Then as many passes as are needed.
    """
    lowest, highest = _CALIBRATED_MEMORY_KIB
    half_kib = free_bytes // 2048
    # Whole MiB, so that the number means something to whoever reads it.
    memory_kib = max(lowest, min(highest, half_kib - half_kib % 1024))
    while True:
        parameters = KdfParameters(memory_kib, 1, _CALIBRATED_LANES)
        try:
            taken_s = measure(parameters)
        except NotEnoughMemoryError:
            if memory_kib == lowest:
                raise
        else:
            if taken_s <= _LONGEST_S or memory_kib == lowest:
                break
        memory_kib = max(lowest, memory_kib // 2)
    while taken_s < _SHORTEST_S and parameters.passes < _PASSES[1]:
        # The first pass also pays for the pages and the start; so go on measuring, growing by no more than
        # four times, which a machine that was busy for a moment cannot turn into a minute.
        growth = min(4.0, _WANTED_S / max(taken_s, 0.001))
        passes = min(_PASSES[1], max(parameters.passes + 1, math.floor(parameters.passes * growth)))
        parameters = KdfParameters(memory_kib, passes, _CALIBRATED_LANES)
        taken_s = measure(parameters)
    return parameters


def _exchange(child: subprocess.Popen[bytes], request: bytes, cancel: CancelToken | None) -> bytes:
    """Send the request and wait for the answer; what comes is cut at one byte more than an answer has."""
    if child.stdin is None or child.stdout is None:
        raise ValueError("the child must be started with pipes")
    try:
        # Less than a pipe holds: the child need not have come to reading.
        child.stdin.write(request)
        child.stdin.close()
    except BrokenPipeError:
        return b""
    while cancel is not None:
        cancel.raise_if_cancelled()
        try:
            # The answer fits into the pipe: the child can end before it is read.
            child.wait(_CANCEL_POLL_S)
        except subprocess.TimeoutExpired:
            continue
        break
    answer = b""
    while len(answer) <= ANSWER_BYTES:
        piece = child.stdout.read(ANSWER_BYTES + 1 - len(answer))
        if not piece:
            break
        answer += piece
    return answer


def _end(child: subprocess.Popen[bytes]) -> None:
    """Kill the child if it still runs, reap it and close its pipes."""
    child.kill()
    child.wait()
    for pipe in (child.stdin, child.stdout):
        if pipe is not None:
            pipe.close()
