"""Looking at one item: pixels, text or bytes of it, decoded without rights and never written to a disk."""

from __future__ import annotations

import enum
from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from hrd_desktop.decode.client import Decoder, decoder_in
from hrd_desktop.domain.decoded import Pixels
from hrd_desktop.domain.records import Item
from hrd_desktop.services.session import Session
from hrd_desktop.storage.objects import ObjectReader

T = TypeVar("T")

TEXT_CHARS = 200_000


class PreviewKind(enum.StrEnum):
    """How an item is shown; ``BYTES`` is the hexadecimal view that is left for everything else."""

    PICTURE = "picture"
    PDF = "pdf"
    TEXT = "text"
    BYTES = "bytes"


_OFFICE = "application/vnd.openxmlformats-officedocument."
_OPEN_DOCUMENT = "application/vnd.oasis.opendocument."

#: What is not ``text/…`` and still has a text that the decoder can give.
_WITH_TEXT = frozenset(
    {
        _OFFICE + "wordprocessingml.document",
        _OFFICE + "spreadsheetml.sheet",
        _OFFICE + "presentationml.presentation",
        _OPEN_DOCUMENT + "text",
        _OPEN_DOCUMENT + "spreadsheet",
        _OPEN_DOCUMENT + "presentation",
        "application/gpx+xml",
        "application/json",
        "application/rtf",
        "application/vnd.google-earth.kml+xml",
        "application/x-subrip",
        "application/xhtml+xml",
        "application/xml",
        "application/yaml",
        # Drawings are programs more than pictures: their text is shown, and nothing is drawn from it.
        "image/svg+xml",
        "message/rfc822",
    }
)


def preview_kind(media_type: str) -> PreviewKind:
    """How an item of this media type is shown first."""
    if media_type == "application/pdf":
        return PreviewKind.PDF
    if media_type.startswith("text/") or media_type in _WITH_TEXT:
        return PreviewKind.TEXT
    if media_type.startswith("image/"):
        return PreviewKind.PICTURE
    return PreviewKind.BYTES


def preview_kinds(media_type: str) -> tuple[PreviewKind, ...]:
    """Every way to look at an item of this media type, the first one first; its bytes are always one."""
    first = preview_kind(media_type)
    if first is PreviewKind.PDF:
        return (first, PreviewKind.TEXT, PreviewKind.BYTES)
    return (first,) if first is PreviewKind.BYTES else (first, PreviewKind.BYTES)


class Previewer:
    """Draws items through one decoder of its own. Every call blocks: never call it on the main thread.

    Each call raises NotFoundError, the kinds of refusal of objects (``domain.errors.vault``) and of decoding
    (``domain.errors.decode``).
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._decoder: Decoder = decoder_in(session.children)

    def picture(self, item_id: UUID, max_edge_px: int) -> Pixels:
        """The picture upright, within a square of ``max_edge_px``."""
        return self._with(
            item_id, lambda item, reader: self._decoder.picture(reader, item.media_type, max_edge_px)
        )

    def picture_size(self, item_id: UUID) -> tuple[int, int] | None:
        """Width and height of the whole picture in pixels, as the file says; None where it does not."""

        def probe(item: Item, reader: ObjectReader) -> tuple[int, int] | None:
            found = self._decoder.probe(reader, item.media_type)
            return None if not found.width or not found.height else (found.width, found.height)

        return self._with(item_id, probe)

    def pdf_page(self, item_id: UUID, page: int, width_px: int) -> Pixels:
        """Page ``page`` (from 0), ``width_px`` wide."""
        return self._with(item_id, lambda item, reader: self._decoder.pdf_page(reader, page, width_px))

    def pdf_page_count(self, item_id: UUID) -> int:
        """How many pages a PDF has; 0 where it does not tell."""
        return self._with(
            item_id, lambda item, reader: self._decoder.probe(reader, item.media_type).page_count or 0
        )

    def text(self, item_id: UUID, limit_chars: int = TEXT_CHARS) -> str:
        """The beginning of the item's text."""
        return self._with(
            item_id, lambda item, reader: self._decoder.text(reader, item.media_type, limit_chars)
        )

    def read_bytes(self, item_id: UUID, offset: int, length: int) -> bytes:
        """``length`` bytes of the content from ``offset``, authenticated; fewer at the end."""

        def read(item: Item, reader: ObjectReader) -> bytes:
            available = max(0, min(length, item.size_bytes - offset))
            return reader.read_at(offset, available) if available else b""

        return self._with(item_id, read)

    def stop(self) -> None:
        """End what is being drawn; the call under way raises DecoderStopped."""
        self._decoder.stop()

    def close(self) -> None:
        """End the decoder for good."""
        self._decoder.close()

    def _with(self, item_id: UUID, look: Callable[[Item, ObjectReader], T]) -> T:
        item = self._session.read(lambda vault: vault.records.items.load(item_id))
        with self._session.vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            return look(item, reader)
