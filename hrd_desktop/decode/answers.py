"""Collecting what a decoder sends, taking nothing on trust: each frame is checked before it is kept.

An honest decoder has cleaned and bounded everything already; whatever does not pass here comes from a decoder
that a hostile file has taken over, and ends it.
"""

from __future__ import annotations

import re
import struct
from typing import Protocol

from hrd_desktop.decode.frames import FIELD_VALUE_CHARS, SHAPE, FromChild
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.decode.validity import is_clean, is_valid_field
from hrd_desktop.domain.decoded import DecodedFile, Field, FieldName, Pixels
from hrd_desktop.domain.errors.decode import DecoderMisbehaved, Misbehaviour

_MEDIA_TYPE = re.compile(r"[a-z]{1,32}/[a-z0-9.+-]{1,96}")


class Answer(Protocol):
    """One kind of answer: takes frames, and knows when it may be over."""

    def take(self, kind: int, payload: bytes) -> None:
        """Check and keep one frame. Raises ``DecoderMisbehaved``."""

    def verify_complete(self) -> None:
        """The decoder says it is done. Raises ``DecoderMisbehaved`` when it cannot be."""


class TextAnswer:
    """Text in pieces, at most ``limit_chars`` in all."""

    def __init__(self, limit_chars: int) -> None:
        self._left = limit_chars
        self._parts: list[str] = []

    def take(self, kind: int, payload: bytes) -> None:
        """Accepts TEXT."""
        if kind != FromChild.TEXT:
            raise DecoderMisbehaved(Misbehaviour.OUT_OF_TURN)
        try:
            part = payload.decode("utf-8")
        except UnicodeDecodeError:
            raise DecoderMisbehaved(Misbehaviour.BAD_TEXT) from None
        if not part or not is_clean(part, lines=True):
            raise DecoderMisbehaved(Misbehaviour.BAD_TEXT)
        self._left -= len(part)
        if self._left < 0:
            raise DecoderMisbehaved(Misbehaviour.TOO_MUCH_OUTPUT)
        self._parts.append(part)

    def verify_complete(self) -> None:
        """Text may end anywhere."""

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(self._parts)


class ProbeAnswer:
    """The media type first, then fields, then text."""

    def __init__(self, limits: DecodeLimits, text_chars: int) -> None:
        self._limits = limits
        self._media_type: str | None = None
        self._fields: list[Field] = []
        self._text = TextAnswer(text_chars)

    def take(self, kind: int, payload: bytes) -> None:
        """Accepts FOUND once, then FIELD and TEXT."""
        if kind == FromChild.FOUND and self._media_type is None:
            self._media_type = self._media_type_from(payload)
        elif kind == FromChild.FIELD and self._media_type is not None:
            self._take_field(payload)
        elif self._media_type is not None:
            self._text.take(kind, payload)
        else:
            raise DecoderMisbehaved(Misbehaviour.OUT_OF_TURN)

    @staticmethod
    def _media_type_from(payload: bytes) -> str:
        media_type = payload.decode("ascii", "replace")
        if _MEDIA_TYPE.fullmatch(media_type) is None:
            raise DecoderMisbehaved(Misbehaviour.BAD_MEDIA_TYPE)
        return media_type

    def _take_field(self, payload: bytes) -> None:
        if len(self._fields) >= self._limits.fields:
            raise DecoderMisbehaved(Misbehaviour.TOO_MUCH_OUTPUT)
        if not payload or len(payload) < 1 + payload[0] or len(payload) > 1 + 255 + 4 * FIELD_VALUE_CHARS:
            raise DecoderMisbehaved(Misbehaviour.BAD_FIELD)
        try:
            name = FieldName(payload[1 : 1 + payload[0]].decode("utf-8"))
            value = payload[1 + payload[0] :].decode("utf-8")
        except ValueError:
            raise DecoderMisbehaved(Misbehaviour.BAD_FIELD) from None
        if not is_valid_field(name, value):
            raise DecoderMisbehaved(Misbehaviour.BAD_FIELD)
        self._fields.append(Field(name, value))

    def verify_complete(self) -> None:
        """The media type must have come."""
        if self._media_type is None:
            raise DecoderMisbehaved(Misbehaviour.OUT_OF_TURN)

    @property
    def decoded(self) -> DecodedFile:
        """All of it, after ``verify_complete``."""
        self.verify_complete()
        return DecodedFile(self._media_type or "", tuple(self._fields), self._text.text or None)


class PixelsAnswer:
    """The shape first, within what was asked for, then exactly its bytes."""

    def __init__(self, widest_px: int, tallest_px: int) -> None:
        self._widest_px = widest_px
        self._tallest_px = tallest_px
        self._shape: tuple[int, int, bool] | None = None
        self._rgba = bytearray()

    def take(self, kind: int, payload: bytes) -> None:
        """Accepts SHAPE once, then PIXELS."""
        if kind == FromChild.SHAPE and self._shape is None:
            self._shape = self._shape_from(payload)
        elif kind == FromChild.PIXELS and self._shape is not None:
            if not payload or len(self._rgba) + len(payload) > self._expected_bytes:
                raise DecoderMisbehaved(Misbehaviour.TOO_MUCH_OUTPUT)
            self._rgba += payload
        else:
            raise DecoderMisbehaved(Misbehaviour.OUT_OF_TURN)

    def _shape_from(self, payload: bytes) -> tuple[int, int, bool]:
        try:
            width, height, complete = SHAPE.unpack(payload)
        except struct.error:
            raise DecoderMisbehaved(Misbehaviour.MALFORMED) from None
        if not (0 < width <= self._widest_px and 0 < height <= self._tallest_px and complete in (0, 1)):
            raise DecoderMisbehaved(Misbehaviour.WRONG_SHAPE)
        return width, height, complete == 1

    @property
    def _expected_bytes(self) -> int:
        width, height, _ = self._shape or (0, 0, False)
        return 4 * width * height

    def verify_complete(self) -> None:
        """Every byte of the shape must have come."""
        if self._shape is None or len(self._rgba) != self._expected_bytes:
            raise DecoderMisbehaved(Misbehaviour.WRONG_SHAPE)

    @property
    def pixels(self) -> Pixels:
        """The picture, after ``verify_complete``."""
        self.verify_complete()
        width, height, complete = self._shape or (0, 0, False)
        return Pixels(width, height, 4 * width, bytes(self._rgba), complete)
