"""The frames of the pipe between the program and its decoder; docs/spec/decoder-protocol.md has the offsets.

A frame is one byte of kind, four bytes of length (big-endian), and the payload.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from enum import IntEnum, IntFlag

VERSION = 1
PAYLOAD_BYTES = 1024 * 1024
FIELD_VALUE_CHARS = 1000
EXIT_NOT_ISOLATED = 77  # the exit status of a decoder that could not give its rights up

HEADER = struct.Struct(">BI")
READY = struct.Struct(">HBB")  # version, rights given up, Landlock ABI
REQUEST = struct.Struct(">BQII")  # operation, size of the file, two arguments; then the media type
NEED = struct.Struct(">QI")  # offset, length
SHAPE = struct.Struct(">IIB")  # width, height, complete


class FromChild(IntEnum):
    """Kinds of frames that the decoder sends."""

    READY = 0x01
    NEED = 0x02
    FOUND = 0x03
    FIELD = 0x04
    TEXT = 0x05
    SHAPE = 0x06
    PIXELS = 0x07
    DONE = 0x08
    FAILED = 0x09


class ToChild(IntEnum):
    """Kinds of frames that the program sends."""

    REQUEST = 0x81
    DATA = 0x82


class Operation(IntEnum):
    """What a request asks for; the arguments are those of ``REQUEST``."""

    PROBE = 1  # characters of text wanted, 0
    PICTURE = 2  # largest edge in pixels, 0
    THUMBNAIL = 3  # largest edge in pixels, 0
    PDF_PAGE = 4  # page from 0, width in pixels
    TEXT = 5  # characters wanted, 0
    CODES = 6  # characters wanted, 0


class FailureCode(IntEnum):
    """Why the decoder could not answer; one byte."""

    UNSUPPORTED = 1
    DAMAGED = 2
    PROTECTED = 3
    TOO_LARGE = 4
    NO_PAGE = 5


class Rights(IntFlag):
    """Rights that the decoder says it has given up."""

    NETWORK = 1
    FILES = 2  # no system call that opens a file is let through
    LANDLOCK = 4
    MEMORY = 8
    HARDENED = 16


class FrameTooLarge(ValueError):
    """A frame announces more than ``PAYLOAD_BYTES``."""


def pack_frame(kind: int, payload: bytes = b"") -> bytes:
    """The bytes of one frame."""
    if len(payload) > PAYLOAD_BYTES:
        raise FrameTooLarge
    return HEADER.pack(kind, len(payload)) + payload


def read_frame(read: Callable[[int], bytes]) -> tuple[int, bytes]:
    """The next frame, where ``read(n)`` gives 1 to n bytes, or none at the end.

    Nothing is allocated before the announced length was found to be within bounds. Raises ``EOFError``,
    ``FrameTooLarge``.
    """
    kind, length = HEADER.unpack(read_exactly(read, HEADER.size))
    if length > PAYLOAD_BYTES:
        raise FrameTooLarge
    return kind, read_exactly(read, length)


def read_exactly(read: Callable[[int], bytes], count: int) -> bytes:
    """``count`` bytes. Raises ``EOFError`` when the stream ends before."""
    parts = bytearray()
    while len(parts) < count:
        part = read(count - len(parts))
        if not part:
            raise EOFError
        parts += part
    return bytes(parts)
