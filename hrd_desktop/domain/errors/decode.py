"""Failures of looking into an untrusted file, and of the process that does it."""

from __future__ import annotations

from enum import StrEnum

from hrd_desktop.domain.errors.base import SheafError


class DecodeError(SheafError):
    """A file could not be looked into. Its bytes are safe all the same: decoding never changes them."""

    code = "decode"


class FormatNotRead(DecodeError):
    """No reader for this kind of file, or not for what was asked of it."""

    code = "decode-unsupported"


class FileNotUnderstood(DecodeError):
    """The file is damaged, or not what it claims to be."""

    code = "decode-damaged"


class FileLocked(DecodeError):
    """The file itself needs a password to be read."""

    code = "decode-protected"


class FileTooDemanding(DecodeError):
    """Reading the file would take more memory or output than is allotted."""

    code = "decode-too-large"


class PageNotThere(DecodeError):
    """The document has no page with the number asked for."""

    code = "decode-no-page"


class DecoderError(DecodeError):
    """The decoding process itself failed; it was killed and reaped, and the next request gets a new one."""

    code = "decoder"


class DecoderDied(DecoderError):
    """The decoder ended in the middle of a request; ``status`` is its exit code, negative for a signal."""

    code = "decoder-died"

    def __init__(self, status: int | None) -> None:
        super().__init__(status=status)


class DecoderTimedOut(DecoderError):
    """The decoder did not answer within the time allotted."""

    code = "decoder-timeout"


class Misbehaviour(StrEnum):
    """What a decoder did that no honest one does."""

    FRAME_TOO_LARGE = "frame-too-large"
    UNKNOWN_FRAME = "unknown-frame"
    OUT_OF_TURN = "out-of-turn"
    MALFORMED = "malformed"
    NEED_OUT_OF_RANGE = "need-out-of-range"
    TOO_MANY_NEEDS = "too-many-needs"
    TOO_MUCH_OUTPUT = "too-much-output"
    WRONG_SHAPE = "wrong-shape"
    BAD_TEXT = "bad-text"
    BAD_FIELD = "bad-field"
    BAD_MEDIA_TYPE = "bad-media-type"
    WRONG_VERSION = "wrong-version"


class DecoderMisbehaved(DecoderError):
    """The decoder broke the protocol, as a program that was taken over would; ``reason`` says how."""

    code = "decoder-misbehaved"

    def __init__(self, reason: Misbehaviour) -> None:
        super().__init__(reason=reason.value)
        self.reason = reason


class DecoderStopped(DecoderError):
    """The decoder was stopped from our side: the program is locking or ending."""

    code = "decoder-stopped"


class DecoderNotIsolated(DecoderError):
    """The rights of the decoder could not be taken away on this system, so no file was given to it."""

    code = "decoder-not-isolated"
