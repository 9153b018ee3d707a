"""PDF through PDFium: what the document says of itself, its text, and pages as pixels.

The library is used through its C functions: the one callback it needs is made before the rights are given
up, since making one takes executable memory. Scripts are never run (this PDFium has no engine for them) and
links never followed.
"""

from __future__ import annotations

import ctypes
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pypdfium2.raw as pdfium

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers.findings import Findings, Refusal
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.decode.validity import clean
from hrd_desktop.domain.decoded import FieldName

_MOST_PAGES_OF_TEXT = 5_000
_LONGEST_TEXT_OF_A_PAGE = 500_000
_META_BYTES = 8192
# Points; PDF 2.0 Annex C allows 200 inches, and a page far beyond that is an attack on the arithmetic.
_LARGEST_PAGE_POINTS = 200_000.0
_PDF_TIME = re.compile(
    r"(?:D:)?(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?(?:(Z)|([+-]\d{2})'?(\d{2})?)?)?", re.ASCII
)
_TEXTS = (
    ("Title", FieldName.TITLE),
    ("Author", FieldName.AUTHOR),
    ("Subject", FieldName.SUBJECT),
    ("Keywords", FieldName.KEYWORDS),
    ("Creator", FieldName.SOFTWARE),
    ("Producer", FieldName.PRODUCER),
)
_SAMPLE = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R/AcroForm<</Fields[]>>>>endobj\n"
    b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]/Contents 4 0 R"
    b"/Resources<</Font<</F<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>"
    b"/G<</Type/Font/Subtype/TrueType/BaseFont/Arial>>/H<</Type/Font/Subtype/Type1/BaseFont/Times-Roman>>"
    b">>>>>>endobj\n"
    b"4 0 obj<</Length 75>>stream\n"
    b"BT /F 12 Tf 9 9 Td (Aa) Tj /G 12 Tf (Bb) Tj /H 12 Tf (Cc) Tj ET            \n"
    b"endstream endobj\n"
    b"trailer<</Root 1 0 R>>\n"
)


class PdfReader:
    """All documents, one at a time: the callback that PDFium reads through serves the current one."""

    def __init__(self) -> None:
        self._stream: RemoteStream | None = None
        self._access = pdfium.FPDF_FILEACCESS()
        self._callback = type(self._access.m_GetBlock)(self._get_block)
        self._access.m_GetBlock = self._callback

    def load(self) -> None:
        """Go every way once, so that nothing is left to be loaded on first use."""
        sample = RemoteStream(len(_SAMPLE), lambda offset, length: _SAMPLE[offset : offset + length])
        self.probe(sample, Findings(16))
        self.text(sample, 16)
        self.page(sample, 0, 16, 16)

    def _get_block(self, _parameter: Any, position: int, buffer: Any, size: int) -> int:
        # Nothing may be raised into C. A range beyond the end is what a damaged file asks for.
        if self._stream is None or position + size > self._stream.size_bytes:
            return 0
        data = self._stream.read_at(position, size)
        ctypes.memmove(buffer, data, len(data))
        return int(len(data) == size)

    @contextmanager
    def _document(self, stream: RemoteStream) -> Iterator[Any]:
        self._stream = stream
        self._access.m_FileLen = stream.size_bytes
        document = pdfium.FPDF_LoadCustomDocument(ctypes.byref(self._access), None)
        try:
            if not document:
                raise Refusal(_load_failure())
            yield document
        finally:
            if document:
                pdfium.FPDF_CloseDocument(document)
            self._stream = None

    def probe(self, stream: RemoteStream, findings: Findings) -> None:
        """Add the document's fields; one that needs a password says just that."""
        try:
            with self._document(stream) as document:
                _add_fields(document, findings)
        except Refusal as refusal:
            if refusal.code is not FailureCode.PROTECTED:
                raise
            findings.add(FieldName.ENCRYPTED, "password")

    def text(self, stream: RemoteStream, limit_chars: int) -> str:
        """The first ``limit_chars`` characters, with a form feed turned line feed between pages."""
        parts: list[str] = []
        left = limit_chars
        with self._document(stream) as document:
            for number in range(min(pdfium.FPDF_GetPageCount(document), _MOST_PAGES_OF_TEXT)):
                part = _page_text(document, number, min(left, _LONGEST_TEXT_OF_A_PAGE))
                parts.append(part)
                left -= len(part) + 1
                if left <= 0:
                    break
        return "\n".join(parts)[:limit_chars]

    def page(
        self, stream: RemoteStream, number: int, width_px: int, tallest_px: int
    ) -> tuple[int, int, bytes, bool]:
        """Width, height, RGBA bytes of page ``number`` on white, and True."""
        with self._document(stream) as document, _form(document) as form:
            if number >= pdfium.FPDF_GetPageCount(document):
                raise Refusal(FailureCode.NO_PAGE)
            page = pdfium.FPDF_LoadPage(document, number)
            if not page:
                raise Refusal(FailureCode.DAMAGED)
            try:
                return (*_render(page, form, width_px, tallest_px), True)
            finally:
                pdfium.FPDF_ClosePage(page)


def _load_failure() -> FailureCode:
    if pdfium.FPDF_GetLastError() in (pdfium.FPDF_ERR_PASSWORD, pdfium.FPDF_ERR_SECURITY):
        return FailureCode.PROTECTED
    return FailureCode.DAMAGED


def _add_fields(document: Any, findings: Findings) -> None:
    for key, name in _TEXTS:
        findings.add(name, _meta(document, key))
    findings.add(FieldName.CREATED, _time(_meta(document, "CreationDate")))
    findings.add(FieldName.MODIFIED, _time(_meta(document, "ModDate")))
    findings.add(FieldName.PAGES, max(0, pdfium.FPDF_GetPageCount(document)))
    for name, count in (
        (FieldName.ATTACHMENTS, pdfium.FPDFDoc_GetAttachmentCount(document)),
        (FieldName.SCRIPTS, pdfium.FPDFDoc_GetJavaScriptActionCount(document)),
        (FieldName.SIGNATURES, pdfium.FPDF_GetSignatureCount(document)),
    ):
        if count > 0:
            findings.add(name, count)
    if pdfium.FPDF_GetSecurityHandlerRevision(document) >= 0:
        findings.add(FieldName.ENCRYPTED, "no password needed to read")


def _utf16(fill: Callable[[Any, int], int], most_bytes: int) -> str:
    buffer = ctypes.create_string_buffer(most_bytes)
    # The answer is the length that there is, which may be more than was filled in.
    length = min(fill(buffer, most_bytes), most_bytes)
    return buffer.raw[: max(0, length)].decode("utf-16-le", "replace").split("\0", 1)[0]


def _meta(document: Any, key: str) -> str:
    name = key.encode("ascii")
    return _utf16(lambda buffer, size: pdfium.FPDF_GetMetaText(document, name, buffer, size), _META_BYTES)


def _time(untrusted_text: str) -> str:
    """PDF 2.0, 7.9.4: ``D:YYYYMMDDHHmmSSOHH'mm``, and less precise; no day is made up where there is none."""
    match = _PDF_TIME.match(untrusted_text.strip())
    if match is None:
        return untrusted_text
    year, month, day, hour, minute, second, zulu, zone_hours, zone_minutes = match.groups()
    date = f"{year}-{month}-{day}"
    if hour is None:
        return date
    zone = zulu or (f"{zone_hours}:{zone_minutes or '00'}" if zone_hours else "")
    return f"{date}T{hour}:{minute}:{second or '00'}{zone}"


def _page_text(document: Any, number: int, most_chars: int) -> str:
    page = pdfium.FPDF_LoadPage(document, number)
    if not page:
        return ""
    text_page = pdfium.FPDFText_LoadPage(page)
    try:
        if not text_page:
            return ""
        count = min(pdfium.FPDFText_CountChars(text_page), most_chars)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium.FPDFText_GetText(text_page, 0, count, buffer)
        raw = bytes(buffer)[: 2 * max(0, min(written, count))]
        return clean(raw.decode("utf-16-le", "replace").replace("\0", ""), lines=True)
    finally:
        if text_page:
            pdfium.FPDFText_ClosePage(text_page)
        pdfium.FPDF_ClosePage(page)


@contextmanager
def _form(document: Any) -> Iterator[Any]:
    # What is filled into a form shows only when the form is drawn too.
    environment = pdfium.FPDF_FORMFILLINFO(version=2)
    form = pdfium.FPDFDOC_InitFormFillEnvironment(document, ctypes.byref(environment))
    try:
        yield form
    finally:
        if form:
            pdfium.FPDFDOC_ExitFormFillEnvironment(form)


def _render(page: Any, form: Any, width_px: int, tallest_px: int) -> tuple[int, int, bytes]:
    across, down = pdfium.FPDF_GetPageWidthF(page), pdfium.FPDF_GetPageHeightF(page)
    if not (0 < across < _LARGEST_PAGE_POINTS and 0 < down < _LARGEST_PAGE_POINTS):
        raise Refusal(FailureCode.DAMAGED)
    scale = min(width_px / across, tallest_px / down)
    width = min(width_px, max(1, round(across * scale)))
    height = min(tallest_px, max(1, round(down * scale)))
    pixels = ctypes.create_string_buffer(4 * width * height)
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, pdfium.FPDFBitmap_BGRA, pixels, 4 * width)
    if not bitmap:
        raise Refusal(FailureCode.TOO_LARGE)
    flags = pdfium.FPDF_ANNOT | pdfium.FPDF_REVERSE_BYTE_ORDER
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, 0xFFFFFFFF)
        pdfium.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, flags)
        if form:
            pdfium.FPDF_FFLDraw(form, bitmap, page, 0, 0, width, height, 0, flags)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return width, height, pixels.raw
