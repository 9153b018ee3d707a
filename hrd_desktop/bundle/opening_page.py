"""A self-opening page as bytes: put together around sealed chunks, and taken apart without running it."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from hrd_desktop.crypto.self_opening import (
    ID_BYTES,
    TAG_BYTES,
    OpeningHeader,
    OpeningKeys,
    iter_open,
    iter_seal,
    parse_header,
)
from hrd_desktop.domain.errors.bundle import OpeningPageInvalid

#: A larger content lies beside the page: browsers take long and much memory for large pages.
INSIDE_LIMIT_BYTES = 8 << 20
START = b"<!DOCTYPE html>"
_MAX_PAGE_BYTES = 48 << 20
_HEADER = re.compile(rb'^<script type="application/json" id="header">([^<]*)</script>$', re.M)
_CHUNK = re.compile(
    rb'^<script type="application/octet-stream" class="chunk">([A-Za-z0-9+/=]*)</script>$', re.M
)
_PLAIN_NAME = re.compile(r"[A-Za-z0-9._-]{1,200}")


def beside_name(page: Path, inner: str) -> str:
    """The name of the file beside ``page``: the same but for its end, or random where that needs escaping."""
    stem = page.name.removesuffix(".html")
    return f"{stem if _PLAIN_NAME.fullmatch(stem) else inner}.data"


def write_opening(
    pieces: Iterable[bytes],
    header: OpeningHeader,
    keys: OpeningKeys,
    frame: tuple[bytes, bytes],
    write_page: Callable[[bytes], object],
    write_beside: Callable[[bytes], object],
) -> None:
    """Write the page and, where the header says so, the file beside it; memory holds one chunk."""
    before, after = frame
    write_page(before)
    write_page(b'<script type="application/json" id="header">' + header.text + b"</script>\n")
    if header.beside:
        write_beside(header.ident)
    for chunk in iter_seal(pieces, header, keys):
        if header.beside:
            write_beside(chunk)
        else:
            opening = b'<script type="application/octet-stream" class="chunk">'
            write_page(opening + base64.b64encode(chunk) + b"</script>\n")
    write_page(after)


def read_page(page: BinaryIO) -> tuple[OpeningHeader, tuple[bytes, ...]] | None:
    """The header and the chunks inside the page; None when it is some other page.

    Raises ``OpeningPageInvalid`` for a page of ours that breaks the format.
    """
    untrusted = page.read(_MAX_PAGE_BYTES + 1)
    headers = _HEADER.findall(untrusted)
    if not headers:
        return None
    if len(headers) != 1 or len(untrusted) > _MAX_PAGE_BYTES:
        raise OpeningPageInvalid(detail="page")
    header = parse_header(headers[0])
    try:
        chunks = tuple(base64.b64decode(text, validate=True) for text in _CHUNK.findall(untrusted))
    except binascii.Error:
        raise OpeningPageInvalid(detail="chunk") from None
    if len(chunks) != (0 if header.beside else header.chunks):
        raise OpeningPageInvalid(detail="chunks")
    return header, chunks


def iter_opened(
    header: OpeningHeader, inside: tuple[bytes, ...], beside: BinaryIO | None, passphrase: str
) -> Iterator[bytes]:
    """The content, chunk by chunk, each after it was authenticated.

    Raises ``BundleWrongPassphrase`` and ``OpeningPageInvalid``; only an iteration that ends by itself has
    given the whole.
    """
    yield from iter_open(inside if beside is None else _iter_beside(header, beside), header, passphrase)


def _iter_beside(header: OpeningHeader, beside: BinaryIO) -> Iterator[bytes]:
    if beside.read(ID_BYTES) != header.ident:
        raise OpeningPageInvalid(detail="other-file")
    while chunk := beside.read(header.chunk_bytes + TAG_BYTES):
        yield chunk
