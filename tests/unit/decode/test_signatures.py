"""The kind of a file from its first bytes."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.decode.signatures import DOCX, ODT, UNKNOWN, XLSX, media_type_of
from tests.unit.decode.made_files import SMALL_FILES, docx, picture, zipped


@pytest.mark.parametrize("media_type", sorted(SMALL_FILES))
def test_made_files_are_recognised_without_their_name(media_type: str) -> None:
    assert media_type_of(SMALL_FILES[media_type](), "") == media_type


@pytest.mark.parametrize(
    ("head", "suffix", "media_type"),
    [
        (b"", "", UNKNOWN),
        (b"", ".jpg", UNKNOWN),
        (b"\0\1\2\3", ".jpg", UNKNOWN),
        (b"just words", ".jpg", "text/plain"),
        (b"just words", ".exe", "text/plain"),
        (b"a,b\n1,2\n", ".csv", "text/csv"),
        (b"a,b\n1,2\n", ".CSV", "text/csv"),
        (b"BEGIN:VCARD\r\n", "", "text/vcard"),
        (b"<?xml version='1.0'?><svg/>", ".svg", "image/svg+xml"),
        (b"<?xml version='1.0'?><x/>", "", "application/xml"),
        (b"<!DOCTYPE HTML><p>", ".txt", "text/html"),
        (b"#!AMR\n", "", "audio/amr"),
        (b"#!/bin/sh\n", ".txt", "text/x-shellscript"),
        (b"MZ" + bytes(62), ".pdf", "application/vnd.microsoft.portable-executable"),
        (b"MZ is a nice pair of letters", ".txt", "text/plain"),
        (b"BM is too", ".txt", "text/plain"),
        (b"\x7fELF\x02", ".txt", "application/x-executable"),
        (b"junk\n%PDF-1.7", "", "application/pdf"),
        (b"II*\0" + bytes(9), ".dng", "image/x-adobe-dng"),
        (b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic", ".jpg", "image/heic"),
        (b"\0\0\0\x18ftypM4A ", "", "audio/mp4"),
        (b"\0\0\0\x18ftyp3gp5", "", "video/3gpp"),
        (b"\xff\xfb\x90\x64" + bytes(9), "", "audio/mpeg"),
        (b"\xff\xfeh\0i\0", "", "text/plain"),
        ("no mark".encode("utf-16-le"), "", "text/plain"),
        ("no mark".encode("utf-16-be"), "", "text/plain"),
        (bytes(16), ".txt", UNKNOWN),
        ("متن".encode("cp1256") * 9, ".txt", "text/plain"),
        (b"age-encryption.org/v1\n", "", "application/x-age"),
    ],
)
def test_the_bytes_decide_and_the_name_only_refines(head: bytes, suffix: str, media_type: str) -> None:
    assert media_type_of(head, suffix) == media_type


def test_office_documents_and_archives() -> None:
    assert media_type_of(docx(), "") == DOCX
    assert media_type_of(zipped({"mimetype": ODT, "content.xml": ""}, method=0), "") == ODT
    assert media_type_of(zipped({"a": "b"}), ".xlsx") == XLSX
    assert media_type_of(zipped({"a": "b"}), ".jpg") == "application/zip"


@given(head=st.binary(max_size=5000), suffix=st.text(max_size=20))
def test_it_answers_to_anything(head: bytes, suffix: str) -> None:
    answer = media_type_of(head, suffix)
    assert answer == media_type_of(head[:4096], suffix)
    assert answer.count("/") == 1 and answer.isascii()


def test_random_bytes_are_no_text() -> None:
    assert media_type_of(os.urandom(4096), ".txt") == UNKNOWN


def test_a_picture_under_a_false_name_stays_a_picture() -> None:
    assert media_type_of(picture("PNG"), ".txt") == "image/png"


def test_files_of_the_real_world(samples_dir: Path) -> None:
    expected = {
        ".heic": "image/heic",
        ".jpg": "image/jpeg",
        ".tiff": "image/tiff",
        ".pdf": "application/pdf",
        ".docx": DOCX,
        ".odt": ODT,
        ".mp3": "audio/mpeg",
        ".ogg": "audio/ogg",
        ".wav": "audio/wav",
        ".mov": "video/quicktime",
        ".mp4": "video/mp4",
    }
    paths = [path for path in samples_dir.glob("*/*") if path.is_file()]
    assert paths
    for path in paths:
        head = path.read_bytes()[:4096]
        wanted = expected[path.suffix.lower()]
        assert media_type_of(head, path.suffix) == wanted, path.name
        if wanted != DOCX:
            assert media_type_of(head, "") == wanted, path.name


def test_the_program_itself_loads_no_parser() -> None:
    code = (
        "import sys\n"
        "import hrd_desktop.decode.client, hrd_desktop.decode.signatures\n"
        "print([name for name in sys.modules if name.split('.')[0] in"
        " ('PIL', 'pillow_heif', 'pypdfium2', 'pypdfium2_raw', 'zipfile', 'xml', 'pyexpat')"
        " or name.startswith('hrd_desktop.decode.readers')])"
    )
    done = subprocess.run([sys.executable, "-I", "-c", code], capture_output=True, text=True)
    assert done.stdout == "[]\n", done.stderr
