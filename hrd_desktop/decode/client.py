"""The program's side of decoding: asks a process without rights and never parses a file itself.

The decoder is replaced after any failure of its own, after so much work, and whenever it was stopped.
"""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Callable
from typing import TypeVar

from hrd_desktop.decode.answers import Answer, PixelsAnswer, ProbeAnswer, TextAnswer
from hrd_desktop.decode.frames import Operation, Rights
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.decode.session import ByteReader, Session
from hrd_desktop.domain.decoded import DecodedFile, Pixels
from hrd_desktop.domain.errors.decode import DecoderDied, DecoderStopped
from hrd_desktop.process.children import ChildRegistry
from hrd_desktop.process.spawn import isolated_command

_LARGEST_ARGUMENT = 2**32 - 1
_T = TypeVar("_T")
_LARGEST_ARGUMENT = 2**32 - 1


def decoder_command(limits: DecodeLimits) -> list[str]:
    """The command of an isolated decoder within ``limits``."""
    return isolated_command("hrd_desktop.decode.child", str(limits.memory_bytes), str(limits.cpu_s))


def decoder_in(children: ChildRegistry, limits: DecodeLimits | None = None) -> Decoder:
    """A decoder whose processes belong to ``children``, so that locking kills and reaps them."""
    chosen = limits or DecodeLimits()
    return Decoder(lambda: children.spawn_command(decoder_command(chosen)), chosen)


class Decoder:
    """Answers one request at a time; safe to call from any thread, and to stop from any other.

    Every request raises, besides what its method says: ``DecoderTimedOut``, ``DecoderDied``,
    ``DecoderMisbehaved``, ``DecoderNotIsolated``, ``DecoderStopped``, ``FileTooDemanding``, and unchanged
    whatever the reader raises.
    """

    def __init__(
        self,
        spawn: Callable[[], subprocess.Popen[bytes]],
        limits: DecodeLimits,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._spawn = spawn
        self._limits = limits
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._guard = threading.Lock()
        self._session: Session | None = None
        self._closed = False
        self._stops = 0

    def start(self) -> Rights:
        """Have a decoder ready before the first file; the rights that it has given up."""
        with self._turn:
            return self._take_turn(lambda session: session.rights)

    def probe(self, reader: ByteReader, media_type: str, text_chars: int = 0) -> DecodedFile:
        """What the file is and says about itself, with the first ``text_chars`` characters of its text.

        ``media_type`` is what ``media_type_of`` said at import; it decides where the bytes leave a choice.
        A file that nobody here can read has a media type and no fields; damaged metadata is left out. Raises
        ``FileNotUnderstood`` only when nothing could be made of it.
        """
        self._verify_argument(text_chars, self._limits.text_chars)
        answer = ProbeAnswer(self._limits, text_chars)
        self._ask(Operation.PROBE, reader, media_type, text_chars, 0, answer)
        return answer.decoded

    def thumbnail(self, reader: ByteReader, media_type: str, edge_px: int) -> Pixels:
        """The picture, or the first page of a PDF, within ``edge_px`` by ``edge_px``, upright.

        Made from the picture itself, never from an embedded thumbnail, which may show something else. Raises
        ``FormatNotRead``, ``FileNotUnderstood``, ``FileLocked``.
        """
        return self._ask_pixels(Operation.THUMBNAIL, reader, media_type, edge_px)

    def picture(self, reader: ByteReader, media_type: str, max_edge_px: int) -> Pixels:
        """The picture within ``max_edge_px`` by ``max_edge_px``, upright, never enlarged.

        Raises ``FormatNotRead``, ``FileNotUnderstood``.
        """
        return self._ask_pixels(Operation.PICTURE, reader, media_type, max_edge_px)

    def pdf_page(self, reader: ByteReader, page: int, width_px: int) -> Pixels:
        """Page ``page`` (from 0) of a PDF on white, ``width_px`` wide, less where it would be too tall.

        Raises ``PageNotThere``, ``FileNotUnderstood``, ``FileLocked``.
        """
        self._verify_argument(page, _LARGEST_ARGUMENT)
        self._verify_argument(width_px, self._limits.edge_px, least=1)
        answer = PixelsAnswer(width_px, self._limits.edge_px)
        self._ask(Operation.PDF_PAGE, reader, "application/pdf", page, width_px, answer)
        return answer.pixels

    def text(self, reader: ByteReader, media_type: str, limit_chars: int) -> str:
        """The first ``limit_chars`` characters of the text of a text file, PDF or office document.

        Raises ``FormatNotRead``, ``FileNotUnderstood``, ``FileLocked``.
        """
        self._verify_argument(limit_chars, self._limits.text_chars, least=1)
        answer = TextAnswer(limit_chars)
        self._ask(Operation.TEXT, reader, media_type, limit_chars, 0, answer)
        return answer.text

    def codes(self, reader: ByteReader, limit_chars: int) -> str:
        """The texts of the QR codes in a picture, one a line; empty where there is none.

        Raises ``FormatNotRead``, ``FileNotUnderstood``.
        """
        self._verify_argument(limit_chars, self._limits.text_chars, least=1)
        answer = TextAnswer(limit_chars)
        self._ask(Operation.CODES, reader, "", limit_chars, 0, answer)
        return answer.text

    def stop(self) -> None:
        """Kill and reap the decoder at once; the request under way raises ``DecoderStopped``."""
        with self._guard:
            self._stops += 1
            if self._session is not None:
                self._session.kill()
        # The pipes are closed by whoever has the turn: a descriptor that is closed under a reading thread
        # may be another file's by the time it reads.
        if self._turn.acquire(blocking=False):
            try:
                self._drop_unfit_session()
            finally:
                self._turn.release()

    def close(self) -> None:
        """``stop``, for good."""
        with self._guard:
            self._closed = True
        self.stop()

    @staticmethod
    def _verify_argument(value: int, most: int, least: int = 0) -> None:
        if not least <= value <= most:
            raise ValueError("out of the limits of this decoder")

    def _ask_pixels(self, operation: Operation, reader: ByteReader, media_type: str, edge_px: int) -> Pixels:
        self._verify_argument(edge_px, self._limits.edge_px, least=1)
        answer = PixelsAnswer(edge_px, edge_px)
        self._ask(operation, reader, media_type, edge_px, 0, answer)
        return answer.pixels

    def _ask(
        self,
        operation: Operation,
        reader: ByteReader,
        media_type: str,
        first: int,
        second: int,
        answer: Answer,
    ) -> None:
        with self._turn:
            self._take_turn(lambda session: session.ask(operation, reader, media_type, first, second, answer))

    def _take_turn(self, act: Callable[[Session], _T]) -> _T:
        with self._guard:
            stops = self._stops
        try:
            return act(self._ready_session())
        except DecoderDied:
            # A death that we brought about ourselves is no fault of the file.
            if self._was_stopped_since(stops):
                raise DecoderStopped() from None
            raise
        finally:
            self._drop_unfit_session()

    def _was_stopped_since(self, stops: int) -> bool:
        with self._guard:
            return self._stops != stops

    def _ready_session(self) -> Session:
        # One that died or was killed while idle is no fault of the next file.
        self._drop_unfit_session()
        with self._guard:
            if self._closed:
                raise DecoderStopped()
            if self._session is None:
                self._session = Session(self._spawn(), self._limits, self._monotonic)
            session = self._session
        session.await_ready()
        return session

    def _drop_unfit_session(self) -> None:
        with self._guard:
            session = self._session
            if session is None or session.fit:
                return
            self._session = None
        session.close()
