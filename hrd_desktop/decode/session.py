"""One decoder process, from its start to its death: the conversation with it, within its limits."""

from __future__ import annotations

import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import Protocol

from hrd_desktop.decode.answers import Answer
from hrd_desktop.decode.deadline import Deadline
from hrd_desktop.decode.frames import (
    EXIT_NOT_ISOLATED,
    NEED,
    PAYLOAD_BYTES,
    READY,
    REQUEST,
    VERSION,
    FailureCode,
    FrameTooLarge,
    FromChild,
    Operation,
    Rights,
    ToChild,
    pack_frame,
    read_frame,
)
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.domain.errors.decode import (
    DecodeError,
    DecoderDied,
    DecoderMisbehaved,
    DecoderNotIsolated,
    DecoderTimedOut,
    FileLocked,
    FileNotUnderstood,
    FileTooDemanding,
    FormatNotRead,
    Misbehaviour,
    PageNotThere,
)

_FAILURES: dict[int, type[DecodeError]] = {
    FailureCode.UNSUPPORTED: FormatNotRead,
    FailureCode.DAMAGED: FileNotUnderstood,
    FailureCode.PROTECTED: FileLocked,
    FailureCode.TOO_LARGE: FileTooDemanding,
    FailureCode.NO_PAGE: PageNotThere,
}
_ANSWERS = frozenset((FromChild.FOUND, FromChild.FIELD, FromChild.TEXT, FromChild.SHAPE, FromChild.PIXELS))
_REAP_S = 5.0
# What the kernel must have taken away before a file is given to the decoder. Other systems have no such means
# yet, and the decoder then says so in its rights.
REQUIRED_RIGHTS = (
    Rights.NETWORK | Rights.FILES | Rights.MEMORY | Rights.HARDENED if sys.platform == "linux" else Rights(0)
)


class ByteReader(Protocol):
    """Random access to the decrypted bytes of one file."""

    @property
    def size_bytes(self) -> int:
        """The length of the whole file."""

    def read_at(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``; only ranges within the file are asked for."""


class Session:
    """A decoder process and its pipes. Requests go through one thread at a time; ``kill`` from any."""

    def __init__(
        self, child: subprocess.Popen[bytes], limits: DecodeLimits, monotonic: Callable[[], float]
    ) -> None:
        if child.stdin is None or child.stdout is None:
            raise ValueError("a decoder needs both pipes")
        self._child = child
        self._to_child = child.stdin
        self._from_child = child.stdout
        self._limits = limits
        self._monotonic = monotonic
        self._rights: Rights | None = None
        self._in_step = False
        self._requests = 0
        self._busy_s = 0.0
        self._timed_out = threading.Event()
        self._deadline = Deadline(self._expire)

    @property
    def rights(self) -> Rights:
        """What the process has given up, after ``await_ready``."""
        return self._rights or Rights(0)

    @property
    def fit(self) -> bool:
        """Whether another request may go to this process."""
        return (
            self._in_step
            and not self._timed_out.is_set()
            and self._child.poll() is None
            and self._requests < self._limits.requests
            and self._busy_s < self._limits.busy_s
        )

    def await_ready(self) -> None:
        """Wait until the process has given up its rights, once."""
        if self._rights is not None:
            return
        with self._deadline.within(self._limits.start_s):
            kind, payload = self._receive()
        if kind != FromChild.READY or len(payload) != READY.size:
            raise DecoderMisbehaved(Misbehaviour.OUT_OF_TURN)
        version, rights, _abi = READY.unpack(payload)
        if version != VERSION:
            raise DecoderMisbehaved(Misbehaviour.WRONG_VERSION)
        # Said before it saw any file, so it can be believed.
        if REQUIRED_RIGHTS & ~Rights(rights):
            raise DecoderNotIsolated()
        self._rights = Rights(rights)
        self._in_step = True

    def ask(
        self,
        operation: Operation,
        reader: ByteReader,
        media_type: str,
        first: int,
        second: int,
        answer: Answer,
    ) -> None:
        """One request, to its end; the process is out of step until then, whatever happens."""
        began = self._monotonic()
        self._in_step = False
        self._requests += 1
        size = reader.size_bytes
        request = REQUEST.pack(operation, size, first, second) + media_type.encode("ascii", "replace")[:128]
        with self._deadline.within(self._limits.request_s):
            self._send(pack_frame(ToChild.REQUEST, request))
            self._serve(reader, size, answer)
        self._busy_s += max(0.0, self._monotonic() - began)

    def _serve(self, reader: ByteReader, size: int, answer: Answer) -> None:
        needs = needed_bytes = 0
        while True:
            kind, payload = self._receive()
            if kind == FromChild.NEED:
                offset, length = _need_from(payload, size)
                needs += 1
                needed_bytes += length
                if needs > self._limits.needs or needed_bytes > self._limits.need_bytes:
                    raise DecoderMisbehaved(Misbehaviour.TOO_MANY_NEEDS)
                data = reader.read_at(offset, length)
                if len(data) != length:
                    raise ValueError("the reader gave another length than asked for")
                self._send(pack_frame(ToChild.DATA, data))
            elif kind == FromChild.DONE:
                if payload:
                    raise DecoderMisbehaved(Misbehaviour.MALFORMED)
                answer.verify_complete()
                self._in_step = True
                return
            elif kind == FromChild.FAILED:
                failure = _failure_from(payload)
                self._in_step = True
                raise failure
            elif kind in _ANSWERS:
                answer.take(kind, payload)
            else:
                raise DecoderMisbehaved(Misbehaviour.UNKNOWN_FRAME)

    def _receive(self) -> tuple[int, bytes]:
        try:
            return read_frame(lambda count: self._from_child.read(count) or b"")
        except FrameTooLarge:
            raise DecoderMisbehaved(Misbehaviour.FRAME_TOO_LARGE) from None
        except (EOFError, OSError):
            raise self._death() from None

    def _send(self, frame: bytes) -> None:
        try:
            view = memoryview(frame)
            while view:
                view = view[self._to_child.write(view) or 0 :]
        except OSError:
            raise self._death() from None

    def _death(self) -> DecodeError:
        self.kill()
        if self._timed_out.is_set():
            return DecoderTimedOut()
        if self._child.returncode == EXIT_NOT_ISOLATED:
            return DecoderNotIsolated()
        return DecoderDied(self._child.returncode)

    def _expire(self) -> None:
        self._timed_out.set()
        self._child.kill()

    def kill(self) -> None:
        """Kill and reap; may be called from any thread, more than once."""
        self._child.kill()
        with suppress(subprocess.TimeoutExpired):
            self._child.wait(_REAP_S)

    def close(self) -> None:
        """``kill``, and close the pipes; only for the thread whose turn it is."""
        self.kill()
        self._deadline.close()
        for pipe in (self._to_child, self._from_child):
            with suppress(OSError):
                pipe.close()


def _need_from(payload: bytes, size: int) -> tuple[int, int]:
    try:
        offset, length = NEED.unpack(payload)
    except struct.error:
        raise DecoderMisbehaved(Misbehaviour.MALFORMED) from None
    if not 0 < length <= PAYLOAD_BYTES or offset + length > size:
        raise DecoderMisbehaved(Misbehaviour.NEED_OUT_OF_RANGE)
    return offset, length


def _failure_from(payload: bytes) -> DecodeError:
    if len(payload) != 1 or payload[0] not in _FAILURES:
        raise DecoderMisbehaved(Misbehaviour.MALFORMED)
    return _FAILURES[payload[0]]()
