"""DOCX, XLSX, PPTX and OpenDocument: core properties and running text.

Sources: ECMA-376 (Office Open XML), OASIS ODF 1.3. Members are inflated as a stream and read as events, so
that neither a bomb nor a deep document takes memory.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import BinaryIO, cast

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Findings, Refusal
from hrd_desktop.decode.readers.xml_events import LONGEST_BYTES, Enough, read_xml
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.decode.validity import clean
from hrd_desktop.domain.decoded import FieldName

_MOST_MEMBERS = 10_000
_CHUNK_BYTES = 64 * 1024
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_BIT = 1

# Members with text, in reading order.
_TEXT_MEMBERS = (
    re.compile(r"word/document\.xml"),
    re.compile(r"word/(footnotes|endnotes|comments|header\d*|footer\d*)\.xml"),
    re.compile(r"xl/sharedStrings\.xml"),
    re.compile(r"ppt/slides/slide\d+\.xml"),
    re.compile(r"ppt/notesSlides/notesSlide\d+\.xml"),
    re.compile(r"content\.xml"),
)
_PROPERTY_MEMBERS = ("docProps/core.xml", "docProps/app.xml", "meta.xml")

_PROPERTIES = {
    "creator": FieldName.AUTHOR,
    "initial-creator": FieldName.AUTHOR,
    "lastModifiedBy": FieldName.LAST_MODIFIED_BY,
    "title": FieldName.TITLE,
    "subject": FieldName.SUBJECT,
    "description": FieldName.DESCRIPTION,
    "keywords": FieldName.KEYWORDS,
    "keyword": FieldName.KEYWORDS,
    "language": FieldName.LANGUAGE,
    "created": FieldName.CREATED,
    "creation-date": FieldName.CREATED,
    "modified": FieldName.MODIFIED,
    "date": FieldName.MODIFIED,
    "Application": FieldName.SOFTWARE,
    "generator": FieldName.SOFTWARE,
    "Company": FieldName.ORGANISATION,
    "Manager": FieldName.AUTHOR,
    "Pages": FieldName.PAGES,
}
_STATISTICS = "document-statistic"
_OPEN_DOCUMENT_TEXT = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
_OFFICE_TEXT_ELEMENT = "t"
_BREAKS = {"tab": "\t", "br": "\n", "cr": "\n", "line-break": "\n", "s": " "}
_PARAGRAPHS = frozenset(("p", "h", "si"))


@contextmanager
def _archive(stream: RemoteStream) -> Iterator[zipfile.ZipFile]:
    stream.seek(0)
    buffered = io.BufferedReader(stream, _CHUNK_BYTES)
    try:
        with zipfile.ZipFile(cast(BinaryIO, buffered)) as archive:
            if len(archive.infolist()) > _MOST_MEMBERS:
                raise Refusal(FailureCode.TOO_LARGE)
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, *PARSER_FAILURES):
        raise Refusal(FailureCode.DAMAGED) from None
    finally:
        buffered.detach()


def _chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    if member.compress_type not in _METHODS:
        raise Refusal(FailureCode.UNSUPPORTED)
    if member.flag_bits & _ENCRYPTED_BIT:
        raise Refusal(FailureCode.PROTECTED)
    # The announced size may lie; read_xml counts what really comes.
    if member.file_size > LONGEST_BYTES:
        raise Refusal(FailureCode.TOO_LARGE)
    with archive.open(member) as opened:
        while chunk := opened.read(_CHUNK_BYTES):
            yield chunk


def load() -> None:
    """Inflate and read one sample, so that nothing is left to be loaded on first use."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("content.xml", "<?xml version='1.0' encoding='UTF-8'?><p>sample</p>")
        archive.writestr("meta.xml", "<m><title>sample</title></m>")
    data = packed.getvalue()
    sample = RemoteStream(len(data), lambda offset, length: data[offset : offset + length])
    probe(sample, Findings(4))
    text(sample, 16)
    zlib.crc32(b"")


class _Properties:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._name: FieldName | None = None
        self._text = ""

    def start(self, element: str, attributes: Mapping[str, str]) -> None:
        local = element.rpartition(" ")[2]
        self._name, self._text = _PROPERTIES.get(local), ""
        if local == _STATISTICS:
            for attribute, value in attributes.items():
                if attribute.rpartition(" ")[2] == "page-count":
                    self._add(FieldName.PAGES, value)

    def data(self, text: str) -> None:
        if self._name is not None and len(self._text) < _CHUNK_BYTES:
            self._text += text

    def end(self, _element: str) -> None:
        if self._name is not None and self._text.strip():
            self._add(self._name, self._text)
        self._name = None

    def _add(self, name: FieldName, untrusted_value: str) -> None:
        if name is FieldName.PAGES:
            digits = untrusted_value.strip()
            if digits.isascii() and digits.isdigit() and len(digits) < 8:
                self._findings.add_first(name, int(digits))
        else:
            self._findings.add(name, untrusted_value)


def probe(stream: RemoteStream, findings: Findings) -> None:
    """Add the core properties; a damaged member does not hide the others."""
    with _archive(stream) as archive:
        members = {member.filename: member for member in archive.infolist()}
        for name in _PROPERTY_MEMBERS:
            if name in members:
                properties = _Properties(findings)
                try:
                    read_xml(
                        _chunks(archive, members[name]), properties.start, properties.end, properties.data
                    )
                except Refusal:
                    continue


class _RunningText:
    def __init__(self, limit_chars: int) -> None:
        self._limit_chars = limit_chars
        self._parts: list[str] = []
        self._length = 0
        self._inside = 0

    def start(self, element: str, _attributes: Mapping[str, str]) -> None:
        namespace, _, local = element.rpartition(" ")
        if self._holds_text(namespace, local):
            self._inside += 1
        elif local in _BREAKS:
            self._append(_BREAKS[local])

    def data(self, text: str) -> None:
        if self._inside:
            self._append(text)

    def end(self, element: str) -> None:
        namespace, _, local = element.rpartition(" ")
        if self._holds_text(namespace, local):
            self._inside -= 1
        if local in _PARAGRAPHS:
            self._append("\n")

    @staticmethod
    def _holds_text(namespace: str, local: str) -> bool:
        if namespace == _OPEN_DOCUMENT_TEXT:
            return local in ("p", "h")
        return local == _OFFICE_TEXT_ELEMENT

    def _append(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)
        if self._length >= self._limit_chars:
            raise Enough

    @property
    def full(self) -> bool:
        return self._length >= self._limit_chars

    @property
    def text(self) -> str:
        return clean("".join(self._parts), lines=True).strip("\n")[: self._limit_chars]


def text(stream: RemoteStream, limit_chars: int) -> str:
    """The first ``limit_chars`` characters of the running text, a line for each paragraph or cell."""
    running = _RunningText(limit_chars)
    with _archive(stream) as archive:
        for pattern in _TEXT_MEMBERS:
            matching = [member for member in archive.infolist() if pattern.fullmatch(member.filename)]
            for member in sorted(matching, key=lambda member: (len(member.filename), member.filename)):
                if running.full:
                    return running.text
                read_xml(_chunks(archive, member), running.start, running.end, running.data)
    return running.text
