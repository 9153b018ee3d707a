"""The decoder process: load everything, give every right up, then answer requests over the pipes.

Run as ``python -I -m hrd_desktop.decode.child MEMORY_BYTES CPU_SECONDS`` by ``decode.client``.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, NoReturn

from hrd_desktop.decode.frames import (
    EXIT_NOT_ISOLATED,
    NEED,
    PAYLOAD_BYTES,
    READY,
    REQUEST,
    SHAPE,
    VERSION,
    FailureCode,
    FromChild,
    Operation,
    Rights,
    ToChild,
    pack_frame,
    read_frame,
)
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.decode.rights import give_up_rights
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.process.spawn import begin_child

if TYPE_CHECKING:
    from hrd_desktop.decode.readers.dispatch import Readers, Shot

_EXIT_PIPE_LOST = 2
_TEXT_PIECE_CHARS = 200_000  # at most 800 000 bytes of UTF-8


class Pipes:
    """The two pipes to the program. Without them there is nothing to live for."""

    def __init__(self, source: int, sink: int) -> None:
        self._source = source
        self._sink = sink

    def send(self, kind: int, payload: bytes | memoryview = b"") -> None:
        """One frame."""
        view = memoryview(pack_frame(kind, bytes(payload)))
        try:
            while view:
                view = view[os.write(self._sink, view) :]
        except OSError:
            self._leave()

    def receive(self, kind: int) -> bytes:
        """The payload of the next frame, which must be of this ``kind``."""
        try:
            found, payload = read_frame(lambda count: os.read(self._source, count))
        except (EOFError, OSError):
            self._leave()
        if found != kind:
            self._leave()
        return payload

    def fetch(self, offset: int, length: int) -> bytes:
        """A range of the file of the current request."""
        self.send(FromChild.NEED, NEED.pack(offset, length))
        data = self.receive(ToChild.DATA)
        if len(data) != length:
            self._leave()
        return data

    @staticmethod
    def _leave() -> NoReturn:
        # Not an exception: parsers, and C code that calls back into Python, would swallow it.
        os._exit(_EXIT_PIPE_LOST)


def main() -> None:
    """Until the pipe ends."""
    state = begin_child()
    memory_bytes, cpu_s = int(sys.argv[1]), int(sys.argv[2])
    pipes = _take_pipes()
    # Only now: what is imported from here on runs hardened and without network already.
    from hrd_desktop.decode.readers.dispatch import Readers

    readers = Readers()
    readers.load()
    given_up = give_up_rights(memory_bytes, cpu_s)
    rights = given_up.rights
    if state.hardening.core_dumps_off and state.hardening.ptrace_off:
        rights |= Rights.HARDENED
    if sys.platform == "linux" and not rights & Rights.FILES:
        os._exit(EXIT_NOT_ISOLATED)
    pipes.send(FromChild.READY, READY.pack(VERSION, rights, given_up.landlock_abi))
    while True:
        _answer(pipes, readers, pipes.receive(ToChild.REQUEST))


def _take_pipes() -> Pipes:
    """The pipes under new numbers, so that a library that prints cannot speak in our name."""
    source, sink = os.dup(0), os.dup(1)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for standard in (0, 1, 2):
        os.dup2(nowhere, standard, inheritable=False)
    os.close(nowhere)
    return Pipes(source, sink)


def _answer(pipes: Pipes, readers: Readers, payload: bytes) -> None:
    from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Refusal  # loaded by main

    operation, size, first, second = REQUEST.unpack_from(payload)
    stream = RemoteStream(size, pipes.fetch)
    try:
        media_type = readers.media_type(stream, payload[REQUEST.size :].decode("ascii", "replace"))
        if operation == Operation.PROBE:
            _answer_probe(pipes, readers, stream, media_type, first)
        elif operation == Operation.TEXT:
            _send_text(pipes, readers.text(stream, media_type, first))
        elif operation == Operation.CODES:
            _send_text(pipes, readers.codes(stream, media_type, first))
        elif operation == Operation.PICTURE:
            _send_shot(pipes, readers.picture(stream, media_type, first))
        elif operation == Operation.THUMBNAIL:
            _send_shot(pipes, readers.thumbnail(stream, media_type, first))
        else:
            _send_shot(pipes, readers.pdf_page(stream, first, second, DecodeLimits().edge_px))
    except Refusal as refusal:
        pipes.send(FromChild.FAILED, bytes((refusal.code,)))
    except MemoryError:
        pipes.send(FromChild.FAILED, bytes((FailureCode.TOO_LARGE,)))
    except PARSER_FAILURES:
        pipes.send(FromChild.FAILED, bytes((FailureCode.DAMAGED,)))
    else:
        pipes.send(FromChild.DONE)


def _answer_probe(
    pipes: Pipes, readers: Readers, stream: RemoteStream, media_type: str, text_chars: int
) -> None:
    from hrd_desktop.decode.readers.findings import Findings, Refusal  # loaded by main

    findings = Findings(DecodeLimits().fields)
    better = readers.probe(stream, media_type, findings)
    pipes.send(FromChild.FOUND, better.encode("ascii"))
    for name, value in findings.fields:
        encoded = name.value.encode("ascii")
        pipes.send(FromChild.FIELD, bytes((len(encoded),)) + encoded + value.encode("utf-8"))
    if text_chars and readers.has_text(media_type):
        try:
            _send_text(pipes, readers.text(stream, media_type, text_chars))
        except Refusal:
            return  # the fields are an answer; asking for the text alone tells why there is none


def _send_text(pipes: Pipes, text: str) -> None:
    for start in range(0, len(text), _TEXT_PIECE_CHARS):
        pipes.send(FromChild.TEXT, text[start : start + _TEXT_PIECE_CHARS].encode("utf-8"))


def _send_shot(pipes: Pipes, shot: Shot) -> None:
    width, height, rgba, complete = shot
    pipes.send(FromChild.SHAPE, SHAPE.pack(width, height, complete))
    view = memoryview(rgba)
    for start in range(0, len(view), PAYLOAD_BYTES):
        pipes.send(FromChild.PIXELS, view[start : start + PAYLOAD_BYTES])


if __name__ == "__main__":
    main()
