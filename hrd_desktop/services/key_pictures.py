"""A public key from a picture of its QR code: a photograph of a screen or of a card."""

from __future__ import annotations

import os
import stat

from hrd_desktop.decode.client import decoder_in
from hrd_desktop.domain.contacts import KeyKind, public_key_kind
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.session import Session

_CODE_CHARS = 20_000
_LARGEST_BYTES = 256 << 20


class KeyPictureUnreadable(SheafError):
    """The picture cannot be opened or read, is no ordinary file or too large. Field: ``errno``, if any."""

    code = "key-picture-file"


class KeyPictureEmpty(SheafError):
    """No QR code with a text was found in the picture."""

    code = "key-picture-empty"


def read_key_picture(session: Session, path: str) -> str:
    """The text of the QR code in this picture; of several codes, that of the first one that looks like a key.

    Whether it is a public key is judged where it is used, as of text that was pasted. Blocks until the
    decoder is done. Raises KeyPictureUnreadable, KeyPictureEmpty and the failures of decoding.
    """
    try:
        # O_NONBLOCK: opening a pipe must not wait for somebody to write into it.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    except OSError as error:
        raise KeyPictureUnreadable(errno=error.errno) from None
    decoder = decoder_in(session.children)
    try:
        found = os.fstat(handle)
        if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST_BYTES:
            raise KeyPictureUnreadable()
        text = decoder.codes(_OpenFile(handle, found.st_size), _CODE_CHARS)
    except OSError as error:
        raise KeyPictureUnreadable(errno=error.errno) from None
    finally:
        decoder.close()
        os.close(handle)
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not lines:
        raise KeyPictureEmpty()
    return next((line for line in lines if public_key_kind(line) not in (None, KeyKind.OTHER)), text.strip())


class _OpenFile:
    def __init__(self, handle: int, size_bytes: int) -> None:
        self._handle = handle
        self._size_bytes = size_bytes

    @property
    def size_bytes(self) -> int:
        return self._size_bytes

    def read_at(self, offset: int, length: int) -> bytes:
        os.lseek(self._handle, offset, os.SEEK_SET)
        data = b""
        while len(data) < length and (more := os.read(self._handle, length - len(data))):
            data += more
        if len(data) != length:
            # It was cut since it was opened.
            raise KeyPictureUnreadable()
        return data
