"""Readers of what strangers send: zip files, bags, age files, custody lines, contacts."""

from __future__ import annotations

import contextlib
import hashlib
import io
import zipfile
from collections.abc import Iterator

from hrd_desktop.bundle.check import judge
from hrd_desktop.bundle.contacts_csv import read_contacts_csv
from hrd_desktop.bundle.intake import STRONG_DIGESTS, Intake
from hrd_desktop.bundle.limits import (
    CheckLimits,
    Event,
    FileBegun,
    FileData,
    FileEnded,
    FolderSeen,
    ReadingStopped,
)
from hrd_desktop.bundle.vcard_read import read_vcards
from hrd_desktop.bundle.zip_reader import ZipReader
from hrd_desktop.crypto.age_header import format_header, read_header
from hrd_desktop.crypto.age_identities import new_identity, parse_identities
from hrd_desktop.crypto.age_passphrase import encrypt_with_passphrase, iter_decrypt_with_passphrase
from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.crypto.age_stream import encrypt_payload, iter_decrypt_payload
from hrd_desktop.crypto.custody import json_line, seal_event, verify_lines
from hrd_desktop.domain.errors.base import SheafError
from tests.fuzz.target import Target, counted

KEY = bytes(range(16))
#: Small, so that passing a limit is within the fuzzer's reach.
LIMITS = CheckLimits(
    max_files=50,
    max_total_bytes=1 << 20,
    max_tag_file_bytes=1 << 14,
    max_tag_files_bytes=1 << 15,
    max_line_bytes=1 << 12,
    max_ratio=200,
    ratio_floor_bytes=1 << 16,
)
FILE_MARK, FOLDER_MARK = b"\nFILE ", b"\nFOLDER "


def _judge(container: str, events: Iterator[Event]) -> None:
    intake = Intake((*STRONG_DIGESTS, "md5"), LIMITS)
    try:
        for event in events:
            intake.take(event)
        result = judge(container, intake)
    except (ReadingStopped, SheafError):
        return
    for fault in (*result.faults, *result.remarks):
        # What is shown to a person is plain, whatever the bundle was made of.
        assert fault.path.isprintable(), fault


def run_zip(data: bytes) -> None:
    """A zip file in pieces; the size of the pieces must not matter."""
    step = data[0] % 64 + 1 if data else 1

    def events(size: int) -> Iterator[Event]:
        reader = ZipReader(LIMITS)
        for start in range(0, len(data), size):
            yield from reader.feed(data[start : start + size])
        yield from reader.close()

    def outcome(size: int) -> object:
        total = hashlib.sha256()
        try:
            for event in events(size):
                total.update(event.data if isinstance(event, FileData) else repr(event).encode())
        except ReadingStopped as stopped:
            return repr(stopped.fault)
        return total.digest()

    assert outcome(step) == outcome(1 << 16)
    _judge("zip", events(1 << 16))


def _zip(files: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def _bag(folder: str = "") -> dict[str, bytes]:
    line = _custody_lines()
    payload = {"data/items/0001/original.bin": b"abc", "data/custody/0001.jsonl": line}

    def manifest(files: dict[str, bytes], name: str) -> bytes:
        return b"".join(
            f"{hashlib.new(name, content).hexdigest()}  {path}\n".encode() for path, content in files.items()
        )

    tags = {
        "bagit.txt": b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n",
        "bag-info.txt": f"Payload-Oxum: {3 + len(line)}.2\n".encode(),
        "manifest-sha256.txt": manifest(payload, "sha256"),
        "manifest-sha512.txt": manifest(payload, "sha512"),
    }
    tags |= {f"tagmanifest-{name}.txt": manifest(tags, name) for name in ("sha256", "sha512")}
    return {folder + path: content for path, content in (payload | tags).items()}


def zip_seeds() -> list[bytes]:
    """Our own layout and that of others, stored and deflated, empty."""
    return [
        _zip({}),
        _zip({"a/b.txt": b"hello"}),
        _zip(_bag("top/")),
        _zip(_bag("top/bag/") | {"top/README.txt": b"x"}),
        _zip(_bag("top/"), zipfile.ZIP_DEFLATED),
    ]


def run_bag(data: bytes) -> None:
    """Files and folders with paths and contents of the fuzzer's choosing."""

    def events() -> Iterator[Event]:
        for part in data.split(FILE_MARK)[1:]:
            head, *folders = part.split(FOLDER_MARK)
            path, _, content = head.partition(b"\0")
            yield FileBegun(path.decode("utf-8", "surrogateescape"))
            yield FileData(content)
            yield FileEnded()
            for folder in folders:
                yield FolderSeen(folder.decode("utf-8", "surrogateescape"))

    _judge("folder", events())


def bag_seeds() -> list[bytes]:
    """The two layouts as the target spells them."""
    return [
        b"".join(FILE_MARK + path.encode() + b"\0" + content for path, content in _bag(folder).items())
        for folder in ("", "bag/")
    ]


def run_age(data: bytes) -> None:
    """A header, a payload, a passphrase file, keys."""
    try:
        header = read_header(io.BytesIO(data))
    except SheafError:
        pass
    else:
        # A header that is accepted is spelled in one way only.
        assert format_header(header.stanzas, KEY).startswith(header.authenticated[:-3])
    for attempt in (
        lambda: list(iter_decrypt_payload(io.BytesIO(data), KEY)),
        lambda: list(iter_decrypt_with_passphrase(io.BytesIO(data), "words", max_log_n=4)),
        lambda: parse_identities(data),
        lambda: parse_recipient(data.decode("utf-8", "replace")),
    ):
        with contextlib.suppress(SheafError):
            attempt()


def age_seeds() -> list[bytes]:
    """One of each."""
    whole, payload = io.BytesIO(), io.BytesIO()
    encrypt_with_passphrase([b"hello"], whole.write, "words", randomness=counted(), log_n=2)
    encrypt_payload([b"hello"], payload.write, KEY, bytes(16))
    secret, public = new_identity()
    ssh = b"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f someone"
    return [whole.getvalue(), payload.getvalue(), secret.encode(), public.encode(), ssh]


def _custody_lines() -> bytes:
    values = {"action": "imported", "sequence": 0, "time": "2026-11-22T06:30:00Z", "previous": None}
    event = seal_event(_every_field(values), counted())
    return json_line(event.leaf, event.disclosures)


def _every_field(values: dict[str, str | int | None]) -> dict[str, str | int | None]:
    names = (
        *("sequence", "time", "offset", "clock_back", "item", "action", "actor", "from", "to", "place"),
        *(
            "tool",
            "reason",
            "sha256_before",
            "sha256_after",
            "size",
            "note",
            "changed",
            "restated",
            "previous",
        ),
    )
    return {name: values.get(name) for name in names}


def run_custody_lines(data: bytes) -> None:
    """Lines of a custody file."""
    with contextlib.suppress(SheafError):
        list(verify_lines(data.split(b"\n")))


def custody_line_seeds() -> list[bytes]:
    """One true line, and it twice."""
    line = _custody_lines()
    return [line.rstrip(b"\n"), line + line.rstrip(b"\n")]


def run_vcard(data: bytes) -> None:
    """Contacts as vCards."""
    with contextlib.suppress(SheafError):
        read_vcards(data)


def vcard_seeds() -> list[bytes]:
    """Both versions, folded lines, parameters, encodings."""
    return [
        b"BEGIN:VCARD\r\nVERSION:4.0\r\nFN:A\r\nTEL;TYPE=cell;PREF=1:+1 2\r\nEMAIL:a@b.c\r\nEND:VCARD\r\n",
        (
            b"BEGIN:VCARD\r\nVERSION:3.0\r\nN:A;;;;\r\nFN:B\r\nNOTE:one\\n\r\n two\r\nKEY;ENCODING=b:AAAA\r\n"
            b"PHOTO;VALUE=uri:http://x/y\r\nEND:VCARD\r\n"
        ),
        b"BEGIN:VCARD\nVERSION:2.1\nFN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=C3=A9=\n=20x\nEND:VCARD\n",
        "\ufeffBEGIN:VCARD\nVERSION:4.0\nFN:é\nEND:VCARD\n".encode("utf-16-le"),
    ]


def run_csv(data: bytes) -> None:
    """Contacts as a table."""
    with contextlib.suppress(SheafError):
        read_contacts_csv(data)


def csv_seeds() -> list[bytes]:
    """Commas, semicolons, quotes, a mark of order, UTF-16."""
    return [
        b'alias,real_name,notes\r\nA,B,"x,""y""\r\nz"\r\n',
        "\ufeffalias;phone;languages\r\n'=A;+1;fr ar\r\n".encode(),
        b"sep=;\r\nName;Email\r\nA;a@b.c\r\n",
        "alias\tnotes\r\né\tx\r\n".encode("utf-16"),
    ]


_AGE = tuple(
    f"hrd_desktop.crypto.age_{part}" for part in ("header", "identities", "passphrase", "recipients")
)


TARGETS = (
    Target("zip", run_zip, zip_seeds),
    Target("bag", run_bag, bag_seeds),
    Target("age", run_age, age_seeds),
    Target("custody-lines", run_custody_lines, custody_line_seeds),
    Target("vcard", run_vcard, vcard_seeds),
    Target("csv", run_csv, csv_seeds),
)
