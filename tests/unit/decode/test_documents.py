"""PDF, office documents and text files through the real decoder."""

from __future__ import annotations

from pathlib import Path

import pytest

from hrd_desktop.decode.client import Decoder
from hrd_desktop.decode.signatures import DOCX, ODT, XLSX, media_type_of
from hrd_desktop.domain.decoded import FieldName
from hrd_desktop.domain.errors.decode import FileLocked, FileNotUnderstood, FormatNotRead, PageNotThere
from tests.unit.decode.made_files import Bytes, docx, pdf, zipped

N = FieldName
PDF = "application/pdf"


def _fields(decoder: Decoder, data: bytes, media_type: str) -> dict[FieldName, str]:
    return {field.name: field.value for field in decoder.probe(Bytes(data), media_type).fields}


def test_a_pdf_says_what_it_is(decoder: Decoder) -> None:
    assert _fields(decoder, pdf(), PDF) == {
        N.TITLE: "T",
        N.AUTHOR: "Ann",
        N.CREATED: "2020-01-02T03:04:05+02:00",
        N.PAGES: "2",
    }


def test_the_text_of_all_pages_up_to_the_limit(decoder: Decoder) -> None:
    assert decoder.text(Bytes(pdf()), PDF, 1000) == "Hello page 0\nHello page 1"
    assert decoder.text(Bytes(pdf()), PDF, 7) == "Hello p"
    assert decoder.text(Bytes(pdf(pages=50)), PDF, 100_000).count("Hello") == 50


def test_a_page_becomes_pixels_on_white(decoder: Decoder) -> None:
    pixels = decoder.pdf_page(Bytes(pdf()), 1, 400)
    assert (pixels.width, pixels.height) == (400, 200)
    assert pixels.rgba[:4] == bytes((255, 255, 255, 255))
    assert min(pixels.rgba[0::4]) < 100, "no ink on the page"
    small = decoder.thumbnail(Bytes(pdf()), PDF, 100)
    assert (small.width, small.height) == (100, 50)


def test_a_page_that_is_not_there(decoder: Decoder) -> None:
    for page in (2, 2**32 - 1):
        with pytest.raises(PageNotThere):
            decoder.pdf_page(Bytes(pdf()), page, 100)


def test_a_day_that_the_file_does_not_tell_is_not_made_up(decoder: Decoder) -> None:
    for written in ("D:2020", "D:202005", "yesterday"):
        fields = _fields(decoder, pdf().replace(b"D:20200102030405+02'00'", written.encode()), PDF)
        assert N.CREATED not in fields
    iso = _fields(decoder, pdf().replace(b"D:20200102030405+02'00'", b"2020-05-06"), PDF)
    assert iso[N.CREATED] == "2020-05-06"


def test_documents_of_the_real_world(samples_dir: Path, decoder: Decoder) -> None:
    folder = samples_dir / "documents"
    attached = _fields(decoder, (folder / "fileAttachment.pdf").read_bytes(), PDF)
    assert attached[N.ATTACHMENTS] == "1"
    locked = Bytes((samples_dir / "documents-damaged" / "encryption_openpassword.pdf").read_bytes())
    assert decoder.probe(locked, PDF).find(N.ENCRYPTED) == "password"
    with pytest.raises(FileLocked):
        decoder.text(locked, PDF, 100)
    text = decoder.text(Bytes((folder / "layout.docx").read_bytes()), DOCX, 100_000)
    assert "This is a sample document" in text
    odt = Bytes((folder / "demoLibreOfficeImagePastedAsBitmap.odt").read_bytes())
    assert decoder.text(odt, ODT, 1000).startswith("Test document that demonstrates LibreOffice")
    for path in sorted(folder.glob("*")):
        reader = Bytes(path.read_bytes())
        media_type = media_type_of(reader.data, path.suffix)
        assert decoder.probe(reader, media_type, 100).text, path.name


def test_a_word_document(decoder: Decoder) -> None:
    assert decoder.text(Bytes(docx()), DOCX, 100) == "Hello\tthere"
    assert _fields(decoder, docx(), DOCX) == {
        N.AUTHOR: "Ann",
        N.TITLE: "Notes",
        N.LAST_MODIFIED_BY: "Bob",
        N.CREATED: "2020-01-02T03:04:05Z",
        N.ORGANISATION: "Org",
        N.SOFTWARE: "Writer",
        N.PAGES: "3",
    }


def test_an_open_document(decoder: Decoder) -> None:
    text = "urn:oasis:names:tc:opendocument:xmlns:text:1.0"
    data = zipped(
        {
            "mimetype": ODT,
            "content.xml": f'<d xmlns:t="{text}"><t:h>Head</t:h><t:p>A<t:s/>b<t:line-break/>c</t:p></d>',
            "meta.xml": '<m xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:creator>Ann</dc:creator></m>',
        },
        method=0,
    )
    assert decoder.text(Bytes(data), ODT, 100) == "Head\nA b\nc"
    found = decoder.probe(Bytes(data), "application/zip")
    assert found.media_type_found == ODT
    assert found.find(N.AUTHOR) == "Ann"


def test_a_spreadsheet(decoder: Decoder) -> None:
    data = zipped(
        {
            "[Content_Types].xml": "<Types/>",
            "xl/sharedStrings.xml": "<sst><si><t>one</t></si><si><t>two</t></si></sst>",
        }
    )
    assert decoder.text(Bytes(data), XLSX, 100) == "one\ntwo"


def test_a_broken_archive_is_refused(decoder: Decoder) -> None:
    with pytest.raises(FileNotUnderstood):
        decoder.text(Bytes(docx()[:200]), DOCX, 100)


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("Zoë ☺".encode(), "utf-8", "Zoë ☺"),
        (b"\xef\xbb\xbfmark", "utf-8", "mark"),
        ("Zoë".encode("utf-16"), "utf-16-le", "Zoë"),
        (b"\xfe\xff" + "Zoë".encode("utf-16-be"), "utf-16-be", "Zoë"),
        ("Zoë".encode("utf-32"), "utf-32-le", "Zoë"),
        ("plain words without mark".encode("utf-16-le"), "utf-16-le", "plain words without mark"),
        ("Zoë Müller".encode("cp1252"), "windows-1252?", "Zoë Müller"),
        ("متن فارسی".encode(), "utf-8", "متن فارسی"),
        (b"a\r\nb\rc\x1b[2Jd\x7f", "utf-8", "a\nb\nc[2Jd"),
        ("x\u202egpj.exe".encode(), "utf-8", "xgpj.exe"),
    ],
)
def test_text_in_every_encoding(data: bytes, charset: str, text: str, decoder: Decoder) -> None:
    found = decoder.probe(Bytes(data), "text/plain", 100)
    assert (found.media_type_found, found.find(N.CHARSET), found.text) == ("text/plain", charset, text)
    assert decoder.text(Bytes(data), "text/plain", 3) == text[:3]


def test_what_has_no_text_is_refused(decoder: Decoder) -> None:
    with pytest.raises(FormatNotRead):
        decoder.text(Bytes(b"\x89PNG\r\n\x1a\n"), "text/plain", 100)
    assert decoder.probe(Bytes(bytes(100)), "text/plain", 100).text is None
