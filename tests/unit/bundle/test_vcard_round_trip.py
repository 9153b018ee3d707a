"""What is written as a vCard is read back as it was, and is a valid vCard."""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.bundle.vcard_properties import escape, fold, parameter_text, parse_property, unescape
from hrd_desktop.bundle.vcard_read import read_vcards
from hrd_desktop.bundle.vcard_write import VCardVersion, write_vcards
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactFields,
    ContactKind,
    Safety,
    new_contact,
)
from hrd_desktop.domain.errors.contacts import ContactFieldCharacters
from tests.unit.bundle.contact_drafts import drafts, texts

VERSIONS = pytest.mark.parametrize("version", list(VCardVersion))


def written(*contacts: ContactFields, version: VCardVersion = VCardVersion.V4) -> bytes:
    """The file of these contacts."""
    out = io.BytesIO()
    assert write_vcards(contacts, version, out) == len(contacts)
    return out.getvalue()


def unfolded(data: bytes) -> list[str]:
    """Logical lines, by another way than the reader's."""
    return data.decode("utf-8").replace("\r\n ", "").split("\r\n")


@VERSIONS
@given(contacts=st.lists(drafts(), max_size=3))
def test_every_field_comes_back(version: VCardVersion, contacts: list[ContactDraft]) -> None:
    data = written(*contacts, version=version)
    if not contacts:
        assert data == b""
        return
    read = read_vcards(data)
    assert read.refused == ()
    assert read.drafts == tuple(contacts)
    assert read.left_out == ()
    assert read.encoding == "utf-8"


@VERSIONS
@given(contact=drafts())
def test_lines_are_short_whole_and_end_in_crlf(version: VCardVersion, contact: ContactDraft) -> None:
    data = written(contact, version=version)
    assert data.endswith(b"\r\n")
    physical = data[:-2].split(b"\r\n")
    for line in physical:
        assert len(line) <= 75
        assert b"\r" not in line and b"\n" not in line
        line.decode("utf-8")  # no character is cut in two
    logical = unfolded(data)
    assert logical[0] == "BEGIN:VCARD"
    assert logical[1] == f"VERSION:{version.value}"
    assert logical[-2:] == ["END:VCARD", ""]
    assert logical.count("END:VCARD") == 1
    for text in logical[:-1]:
        assert re.match(r"(item[0-9]+\.)?[A-Za-z0-9-]+[;:]", text)


@given(line=texts(1_000))
def test_folding_is_undone_by_removing_it(line: str) -> None:
    data = line.replace("\n", "").encode("utf-8")
    assert fold(data).replace(b"\r\n ", b"") == data + b"\r\n"


@given(text=texts(500))
def test_escaping_and_parameters_are_undone(text: str) -> None:
    assert unescape(escape(text), version="3.0") == text
    line = f"X;P={parameter_text(text)}:v".encode()
    assert parse_property(line, 1).parameters == {"P": (text,) if text else ()}


def test_a_line_break_that_slipped_through_is_a_bug_and_no_property() -> None:
    from hrd_desktop.bundle.vcard_properties import format_property

    for text in ("a\r\nEND:VCARD", "a\rb", "a\nb"):
        with pytest.raises(ValueError, match="line break"):
            format_property("NOTE", text)


def test_a_contact_against_the_rules_is_not_written() -> None:
    out = io.BytesIO()
    with pytest.raises(ContactFieldCharacters):
        write_vcards([ContactDraft(alias="a\r\nNOTE:b")], VCardVersion.V4, out)
    assert out.getvalue() == b""


@VERSIONS
def test_no_id_time_or_program_leaves(version: VCardVersion) -> None:
    contact = new_contact(
        ContactDraft(alias="Heron"),
        uuid.UUID("12345678-1234-4678-9234-567812345678"),
        datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC),
    )
    data = written(contact, version=version)
    names = {re.split("[;:]", line)[0] for line in unfolded(data)}
    assert names == {"BEGIN", "VERSION", "FN", "N", "END", ""}
    assert b"12345678" not in data and b"2026" not in data


@VERSIONS
def test_a_telephone_shows_the_alias_and_never_the_real_name(version: VCardVersion) -> None:
    lines = unfolded(written(ContactDraft(alias="Heron", real_name="Amina Yusuf"), version=version))
    assert "FN:Heron" in lines
    assert "N:;Heron;;;" in lines
    assert [line for line in lines if "Amina" in line] == ["X-SHEAF-REAL-NAME:Amina Yusuf"]


@VERSIONS
def test_a_telephone_shows_that_a_number_is_not_safe(version: VCardVersion) -> None:
    unsafe = Channel(kind=ChannelKind.PHONE, value="+1 555 0100", safe=Safety.NO)
    safe = replace(unsafe, value="+1 555 0101", safe=Safety.YES)
    lines = unfolded(written(ContactDraft(alias="Heron", channels=(unsafe, safe)), version=version))
    assert "item1.TEL:+1 555 0100" in lines
    assert "item1.X-ABLabel:UNSAFE" in lines
    assert not [line for line in lines if line.startswith("item2.X-ABLabel")]


@VERSIONS
def test_the_warning_outlives_a_telephone_that_drops_our_properties(version: VCardVersion) -> None:
    unsafe = Channel(kind=ChannelKind.PHONE, value="+1 555 0100", safe=Safety.NO, hours="nights")
    data = written(ContactDraft(alias="Heron", channels=(unsafe,)), version=version)
    kept = [line for line in unfolded(data) if "X-SHEAF" not in line]
    (draft,) = read_vcards("\r\n".join(kept).encode()).drafts
    assert draft.channels == (replace(unsafe, hours=""),)


def test_the_forms_that_other_programs_look_for() -> None:
    channels = tuple(
        Channel(kind=kind, value=value)
        for kind, value in [
            (ChannelKind.SIGNAL, "+15550100"),
            (ChannelKind.XMPP, "heron@example.org"),
            (ChannelKind.WEB, "https://example.org/a?b=c;d,e"),
            (ChannelKind.WEB, "see the\nboard"),
            (ChannelKind.FAX, "1"),
            (ChannelKind.ADDRESS, "1, Main St\nTown"),
            (ChannelKind.SOCIAL, "@heron"),
            (ChannelKind.MATRIX, "@heron:example.org"),
        ]
    )
    contact = ContactDraft(
        alias="Heron", kind=ContactKind.ORGANISATION, languages=("fr", "en"), channels=channels,
        tags=("a,b", "c"), public_key="age1abc",
    )  # fmt: skip
    four = unfolded(written(contact))
    three = unfolded(written(contact, version=VCardVersion.V3))
    for line in [
        "KIND:org", "LANG;PREF=1:fr", "LANG;PREF=2:en", "item1.IMPP;SERVICE-TYPE=Signal:signal:+15550100",
        "item2.IMPP;SERVICE-TYPE=XMPP:xmpp:heron@example.org", "item3.URL:https://example.org/a?b=c;d,e",
        "item4.X-SHEAF-CHANNEL;TYPE=web:see the\\nboard", "item5.TEL;TYPE=fax:1",
        "item6.ADR:;;1\\, Main St\\nTown;;;;", "item7.SOCIALPROFILE;VALUE=text:@heron",
        "item8.X-SHEAF-CHANNEL;TYPE=matrix:@heron:example.org", "CATEGORIES:a\\,b,c",
        "KEY;VALUE=text:age1abc",
    ]:  # fmt: skip
        assert line in four
    for line in ["X-ABSHOWAS:COMPANY", "X-SHEAF-LANG:fr", "item7.X-SOCIALPROFILE:@heron"]:
        assert line in three
    assert "item1.IMPP;X-SERVICE-TYPE=Signal:signal:+15550100" in three


def test_version_3_is_read_by_an_independent_reader() -> None:
    vobject = pytest.importorskip("vobject")
    contact = ContactDraft(alias="Heron; of, the\\ lake", notes="one\ntwo " + "é" * 100)
    card = vobject.readOne(written(contact, version=VCardVersion.V3).decode("utf-8"))
    assert card.fn.value == contact.alias
    assert card.note.value == contact.notes
    assert card.n.value.given == contact.alias
