"""Which reader answers what, by media type."""

from __future__ import annotations

from collections.abc import Callable

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers import codes, iso_media, office, pictures, plain_text, sound
from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Findings, Refusal
from hrd_desktop.decode.readers.pdf import PdfReader
from hrd_desktop.decode.signatures import (
    DOCX,
    HEAD_BYTES,
    ODP,
    ODS,
    ODT,
    PLAIN_TEXT,
    PPTX,
    UNKNOWN,
    XLSX,
    ZIP,
    media_type_of,
)
from hrd_desktop.decode.stream import RemoteStream

Shot = tuple[int, int, bytes, bool]

_PDF = "application/pdf"
_OFFICE = frozenset((DOCX, XLSX, PPTX, ODT, ODS, ODP))
_PICTURES = frozenset(
    (
        *pictures.MEDIA_TYPES.values(),
        "image/heif",
        "image/x-adobe-dng",
        "image/x-nikon-nef",
        "image/x-canon-cr2",
    )
)
_ISO_MEDIA = frozenset(("video/mp4", "video/quicktime", "video/3gpp", "audio/mp4"))
_TEXT_TYPES = frozenset(
    (
        "application/json",
        "application/xml",
        "application/xhtml+xml",
        "application/yaml",
        "application/rtf",
        "application/gpx+xml",
        "application/vnd.google-earth.kml+xml",
        "application/x-subrip",
        "image/svg+xml",
        "message/rfc822",
    )
)
_SOUND: dict[str, Callable[[RemoteStream, Findings], None]] = {
    "audio/wav": sound.probe_wav,
    "audio/mpeg": sound.probe_mp3,
    "audio/ogg": sound.probe_ogg,
    "audio/flac": sound.probe_flac,
}
_REFINED = frozenset((UNKNOWN, PLAIN_TEXT, ZIP, "application/x-ole-storage", "application/xml", "image/tiff"))


def _is_text(media_type: str) -> bool:
    return media_type.startswith("text/") or media_type in _TEXT_TYPES


class Readers:
    """Every reader, loaded; one request at a time."""

    def __init__(self) -> None:
        self._pdf = PdfReader()

    def load(self) -> None:
        """Load modules, fonts and codecs; afterwards no file can be opened any more."""
        pictures.load()
        codes.load()
        plain_text.load()
        office.load()
        self._pdf.load()

    def media_type(self, stream: RemoteStream, hint: str) -> str:
        """What the bytes say; ``hint`` decides only where they leave a choice."""
        found = media_type_of(stream.read_at(0, HEAD_BYTES), "")
        if found == hint or found not in _REFINED:
            return found
        refined = {
            PLAIN_TEXT: _is_text(hint),
            "application/xml": hint.endswith("xml"),
            ZIP: hint in _OFFICE or hint.endswith(("+zip", ".kmz", "java-archive", "package-archive")),
            "image/tiff": hint.startswith("image/x-"),
            "application/x-ole-storage": hint.startswith("application/"),
            UNKNOWN: False,
        }
        return hint if refined[found] else found

    def probe(self, stream: RemoteStream, media_type: str, findings: Findings) -> str:
        """Add the fields; the media type, corrected where the reader knows better.

        Raises ``Refusal`` when the file cannot be understood at all, or takes too much.
        """
        try:
            if media_type in _PICTURES:
                better = pictures.probe(stream, findings)
                return (
                    better
                    if better and media_type not in ("image/heif",) and not _is_raw(media_type)
                    else media_type
                )
            if media_type == _PDF:
                self._pdf.probe(stream, findings)
            elif media_type in _OFFICE:
                office.probe(stream, findings)
            elif media_type in _ISO_MEDIA:
                iso_media.probe(stream, findings)
            elif media_type in _SOUND:
                _SOUND[media_type](stream, findings)
            elif _is_text(media_type):
                plain_text.probe(stream, findings)
        except PARSER_FAILURES:
            raise Refusal(FailureCode.DAMAGED) from None
        return media_type

    def text(self, stream: RemoteStream, media_type: str, limit_chars: int) -> str:
        """The beginning of the text. Raises ``Refusal``."""
        if media_type == _PDF:
            return self._pdf.text(stream, limit_chars)
        if media_type in _OFFICE:
            return office.text(stream, limit_chars)
        if _is_text(media_type):
            return plain_text.text(stream, limit_chars)
        raise Refusal(FailureCode.UNSUPPORTED)

    def has_text(self, media_type: str) -> bool:
        """Whether ``text`` has a reader for this."""
        return media_type == _PDF or media_type in _OFFICE or _is_text(media_type)

    def picture(self, stream: RemoteStream, media_type: str, edge_px: int) -> Shot:
        """The picture within ``edge_px``. Raises ``Refusal``."""
        if media_type in _PICTURES:
            return pictures.picture(stream, edge_px)
        raise Refusal(FailureCode.UNSUPPORTED)

    def codes(self, stream: RemoteStream, media_type: str, limit_chars: int) -> str:
        """The texts of the QR codes in a picture. Raises ``Refusal``."""
        if media_type in _PICTURES:
            return codes.texts(stream, limit_chars)
        raise Refusal(FailureCode.UNSUPPORTED)

    def thumbnail(self, stream: RemoteStream, media_type: str, edge_px: int) -> Shot:
        """The picture, or a document's first page, within ``edge_px``. Raises ``Refusal``."""
        if media_type == _PDF:
            return self._pdf.page(stream, 0, edge_px, edge_px)
        return self.picture(stream, media_type, edge_px)

    def pdf_page(self, stream: RemoteStream, number: int, width_px: int, tallest_px: int) -> Shot:
        """One page. Raises ``Refusal``."""
        return self._pdf.page(stream, number, width_px, tallest_px)


def _is_raw(media_type: str) -> bool:
    return media_type.startswith("image/x-")
