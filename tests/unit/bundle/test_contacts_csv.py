"""Tables of contacts: our own come back as they were, others' are understood, hostile ones are refused."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.bundle import contacts_csv
from hrd_desktop.bundle.contacts_csv import read_contacts_csv, write_contacts_csv
from hrd_desktop.bundle.contacts_csv_table import iter_rows, plain_cell, safe_cell
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactFields,
    ContactKind,
    KeyCheck,
    Safety,
)
from hrd_desktop.domain.contacts_read import ContactsRead, LeftOut, LeftOutReason, Refusal
from hrd_desktop.domain.errors.contacts import (
    ContactFieldCharacters,
    ContactsFileEncoding,
    ContactsFileError,
    ContactsFileTooLarge,
    ContactsFileTooMany,
    ContactsFileUnknown,
)
from tests.unit.bundle.contact_drafts import drafts, texts

RUNS_AS_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def written(*contacts: ContactFields) -> bytes:
    """The file of these contacts."""
    out = io.BytesIO()
    assert write_contacts_csv(contacts, out) == len(contacts)
    return out.getvalue()


def table(*rows: str, encoding: str = "utf-8") -> bytes:
    """A file of these lines."""
    return "\r\n".join([*rows, ""]).encode(encoding)


def counts(read: ContactsRead) -> dict[tuple[str, str], int]:
    """What was left out, by reason and name."""
    return {(item.reason.value, item.name): item.count for item in read.left_out}


@given(contacts=st.lists(drafts(), max_size=3))
def test_every_field_comes_back(contacts: list[ContactDraft]) -> None:
    read = read_contacts_csv(written(*contacts))
    assert read.refused == ()
    assert read.drafts == tuple(contacts)
    assert read.left_out == ()
    assert read.encoding == "utf-8"


@given(contacts=st.lists(drafts(), min_size=1, max_size=3))
def test_another_reader_finds_the_same_cells_and_no_formula(contacts: list[ContactDraft]) -> None:
    data = written(*contacts)
    assert data.startswith(b"\xef\xbb\xbfAlias,Kind,")
    header, *rows = csv.reader(io.StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
    assert len(rows) == len(contacts)
    for row, contact in zip(rows, contacts, strict=True):
        cells = dict(zip(header, row, strict=False))
        assert cells["Alias"].removeprefix("'").endswith(contact.alias.removeprefix("'"))
        for cell in row:
            assert not cell.lstrip(" \u00a0'").startswith(RUNS_AS_FORMULA) or cell.startswith("'")


@given(text=texts(200))
def test_safe_cells_are_undone_exactly(text: str) -> None:
    safe = safe_cell(text)
    assert plain_cell(safe) == text
    assert not safe.startswith(RUNS_AS_FORMULA)
    assert safe in (text, f"'{text}")


@pytest.mark.parametrize(
    ("text", "safe"),
    [
        ("=1+1", "'=1+1"), ("+234", "'+234"), ("-1", "'-1"), ("@a", "'@a"), ("\tx", "'\tx"), ("\rx", "'\rx"),
        ("'=1", "''=1"), ("''", "''"), ("'tis", "'tis"), (" =1", "' =1"), ("＝1", "'＝1"), ("a=1", "a=1"),
        ("", ""), (" a", " a"), ("\n=1", "'\n=1"),
    ],
)  # fmt: skip
def test_cells_that_a_spreadsheet_would_run(text: str, safe: str) -> None:
    assert safe_cell(text) == safe
    assert plain_cell(safe) == text


def test_an_apostrophe_that_is_not_ours_stays() -> None:
    (draft,) = read_contacts_csv(table("Alias,Notes", "'Heron,'tis")).drafts
    assert (draft.alias, draft.notes) == ("'Heron", "'tis")


def test_what_a_file_looks_like() -> None:
    contact = ContactDraft(
        alias="Heron",
        languages=("fr", "en"),
        tags=("a, b", "c"),
        channels=(Channel(kind=ChannelKind.PHONE, value="+1 555", safe=Safety.NO, preferred=True),),
    )
    header, row, end = written(contact).decode("utf-8-sig").split("\r\n")
    assert header == (
        "Alias,Kind,Real name,Role,Organisation,Languages,Emergency order,Public key,Fingerprint,How checked,"
        "Checked on,Notes,Delete on,Tags,Channel 1 kind,Channel 1 value,Channel 1 safe,Channel 1 hours,"
        "Channel 1 note,Channel 1 preferred"
    )
    assert row == 'Heron,person,,,,fr en,,,,,,,,"a, b\nc",phone,\'+1 555,no,,,yes'
    assert end == ""


def test_a_contact_against_the_rules_is_not_written() -> None:
    out = io.BytesIO()
    with pytest.raises(ContactFieldCharacters):
        write_contacts_csv([ContactDraft(alias="a"), ContactDraft(alias="a\rb")], out)
    assert out.getvalue() == b""


GOOGLE_NEW = table(
    "First Name,Middle Name,Last Name,Nickname,Name Prefix,File As,Organization Name,Organization Title,"
    "Organization Department,Birthday,Notes,Photo,Labels,E-mail 1 - Label,E-mail 1 - Value,Phone 1 - Label,"
    "Phone 1 - Value,Phone 2 - Label,Phone 2 - Value,Address 1 - Label,Address 1 - Formatted,"
    "Address 1 - Street,Address 1 - City,Website 1 - Label,Website 1 - Value",
    'Amina,,Yusuf,,Dr.,,Lake Watch,Lawyer,Legal,1980-01-02,"two\nlines",https://example.org/p.jpg,'
    "* myContacts ::: Legal,* Work,amina@example.org ::: a@example.org,Mobile,+234 800,Signal,+234 801,"
    'Home,"12 Lake Road\nAbuja",12 Lake Road,Abuja,,https://example.org',
    ",,,,,,,,,,,,,,only@example.org,,,,,,,,,,",
)

GOOGLE_OLD = table(
    "Name,Given Name,Additional Name,Family Name,Group Membership,E-mail 1 - Type,E-mail 1 - Value,"
    "Phone 1 - Type,Phone 1 - Value,Organization 1 - Name,Organization 1 - Title,IM 1 - Type,IM 1 - Service,"
    "IM 1 - Value,Address 1 - Street,Address 1 - City",
    "Joy Mbeki,Joy,,Mbeki,* myContacts,* ,joy@example.org,Work Fax,+27 11,River Union,Chair,Other,Skype,"
    "joy.m,1 Main,Cape Town",
    encoding="utf-16",
)

OUTLOOK = table(
    '"Title";"First Name";"Last Name";"Company";"Department";"Job Title";"Business Street";"Business City";'
    '"Business Postal Code";"Business Country/Region";"Business Phone";"Mobile Phone";"Business Fax";'
    '"E-mail Address";"E-mail 2 Address";"Categories";"Notes";"Web Page";"Gender"',
    '"Herr";"Jörg";"Müller";"Verein";"Recht";"Anwalt";"Hauptstr. 1";"Berlin";"10115";"Deutschland";'
    '"+49 30 1";"+49 170 1";"+49 30 2";"j@example.de";"m@example.de";"Recht;Presse";"sagt ""hallo""";'
    '"example.de";"Unspecified"',
    encoding="cp1252",
)


def test_google_as_it_is_now() -> None:
    read = read_contacts_csv(GOOGLE_NEW)
    assert read.refused == ()
    assert read.drafts == (
        ContactDraft(
            alias="Dr. Amina Yusuf",
            role="Lawyer",
            organisation="Lake Watch, Legal",
            channels=(
                Channel(kind=ChannelKind.EMAIL, value="amina@example.org", note="Work", preferred=True),
                Channel(kind=ChannelKind.EMAIL, value="a@example.org", note="Work", preferred=True),
                Channel(kind=ChannelKind.PHONE, value="+234 800", note="Mobile"),
                Channel(kind=ChannelKind.SIGNAL, value="+234 801"),
                Channel(kind=ChannelKind.ADDRESS, value="12 Lake Road\nAbuja", note="Home"),
                Channel(kind=ChannelKind.WEB, value="https://example.org"),
            ),
            notes="two\nlines",
            tags=("myContacts", "Legal"),
        ),
        ContactDraft(
            alias="only@example.org",
            channels=(Channel(kind=ChannelKind.EMAIL, value="only@example.org"),),
        ),
    )
    assert counts(read) == {("picture", "Photo"): 1, ("unknown", "Birthday"): 1}


def test_google_as_it_was_in_utf_16() -> None:
    read = read_contacts_csv(GOOGLE_OLD)
    assert read.encoding == "utf-16"
    assert read.left_out == ()
    assert read.drafts == (
        ContactDraft(
            alias="Joy Mbeki",
            role="Chair",
            organisation="River Union",
            channels=(
                Channel(kind=ChannelKind.EMAIL, value="joy@example.org", preferred=True),
                Channel(kind=ChannelKind.FAX, value="+27 11", note="Work Fax"),
                Channel(kind=ChannelKind.OTHER, value="joy.m", note="Skype, Other"),
                Channel(kind=ChannelKind.ADDRESS, value="1 Main\nCape Town"),
            ),
            tags=("myContacts",),
        ),
    )


def test_outlook_with_semicolons_in_windows_1252() -> None:
    read = read_contacts_csv(OUTLOOK)
    assert read.encoding == "windows-1252"
    assert counts(read) == {("unknown", "Gender"): 1}
    assert read.drafts == (
        ContactDraft(
            alias="Herr Jörg Müller",
            role="Anwalt",
            organisation="Verein, Recht",
            channels=(
                Channel(
                    kind=ChannelKind.ADDRESS, value="Hauptstr. 1\nBerlin\n10115\nDeutschland", note="work"
                ),
                Channel(kind=ChannelKind.PHONE, value="+49 30 1", note="work"),
                Channel(kind=ChannelKind.PHONE, value="+49 170 1", note="mobile"),
                Channel(kind=ChannelKind.FAX, value="+49 30 2", note="work"),
                Channel(kind=ChannelKind.EMAIL, value="j@example.de"),
                Channel(kind=ChannelKind.EMAIL, value="m@example.de"),
                Channel(kind=ChannelKind.WEB, value="example.de"),
            ),
            notes='sagt "hallo"',
            tags=("Recht", "Presse"),
        ),
    )


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize(
    ("hint", "line_break"), [(True, "\r\n"), (True, "\n"), (False, "\r\n"), (False, "\n"), (False, "\r")]
)
def test_delimiters_and_line_breaks(delimiter: str, hint: bool, line_break: str) -> None:
    lines = [f"sep={delimiter}"] if hint else []
    lines += [delimiter.join(["Name", "Phone", "Notes"]), delimiter.join(["a;b", "1", '"x,;\ty"'])]
    if delimiter == ";":
        lines[-1] = '"a;b";1;"x,;\ty"'
    (draft,) = read_contacts_csv(line_break.join(lines).encode()).drafts
    assert draft == ContactDraft(
        alias="a;b", channels=(Channel(kind=ChannelKind.PHONE, value="1"),), notes="x,;\ty"
    )


def test_a_table_by_hand() -> None:
    read = read_contacts_csv(
        table(
            "Alias,Name,Title,Channel 1 kind,Channel 1 value,Channel 1 safe,Channel 02 value,Kind,Signal",
            "Heron,Amina Yusuf,Lawyer,PHONE,1,No,2,,3",
            ",,,pigeon,1,perhaps,,alien,",
            ",,,,,,,,",
            "Ibis",
            ",,,,,,,,4",
        )
    )
    heron, pigeon, ibis, last = read.drafts
    assert (heron.alias, heron.real_name, heron.role) == ("Heron", "Amina Yusuf", "Lawyer")
    assert heron.channels == (
        Channel(kind=ChannelKind.PHONE, value="1", safe=Safety.NO),
        Channel(kind=ChannelKind.OTHER, value="2"),
        Channel(kind=ChannelKind.SIGNAL, value="3"),
    )
    assert pigeon == ContactDraft(alias="1", channels=(Channel(kind=ChannelKind.OTHER, value="1"),))
    assert ibis == ContactDraft(alias="Ibis")
    assert last.alias == "4"
    assert counts(read) == {
        ("unreadable", "Kind"): 1, ("unreadable", "channel 1 kind"): 1, ("unreadable", "channel 1 safe"): 1
    }  # fmt: skip


def test_an_organisation_alone_and_fields_that_cannot_be_read() -> None:
    read = read_contacts_csv(
        table(
            "Organisation,How checked,Checked on,Delete on,Emergency order,Languages,"
            "Public key,Email,E-mail,Email",
            "Lake Watch,in-person,2026-01-02,31.1.2026,1st,fr; français,AGE-SECRET-KEY-1Q,a@b,,c@d",
        )
    )
    assert read.drafts == (
        ContactDraft(
            alias="Lake Watch",
            kind=ContactKind.ORGANISATION,
            organisation="Lake Watch",
            languages=("fr",),
            channels=(Channel(kind=ChannelKind.EMAIL, value="a@b"),),
        ),
    )
    assert read.drafts[0].how_checked is KeyCheck.NOT_CHECKED
    assert counts(read) == {
        ("secret-key", "Public key"): 1, ("unknown", "Email"): 1, ("unreadable", "Delete on"): 1,
        ("unreadable", "Emergency order"): 1, ("unreadable", "How checked"): 1,
        ("unreadable", "Languages"): 1,
    }  # fmt: skip


def test_a_bad_row_is_refused_by_number_and_the_others_come_in() -> None:
    read = read_contacts_csv(
        table(
            "Name,Notes",
            '"two\nlines",x',
            ",nobody",
            "a,b,c",
            f"{'n' * 201},",
            f"big,{'n' * 200_001}",
            "good,,,",
            'open,"never closed',
        )
    )
    assert [draft.alias for draft in read.drafts] == ["two lines", "good"]
    assert read.refused == (
        Refusal(index=2, line=4, code="contact-field-missing", field="alias"),
        Refusal(index=3, line=5, code="csv-row-too-wide"),
        Refusal(index=4, line=6, code="contact-field-too-long", field="alias"),
        Refusal(index=5, line=7, code="csv-cell-too-long"),
        Refusal(index=7, line=9, code="csv-quote"),
    )


@pytest.mark.parametrize(
    "data", [b"", b"\r\n\r\n", b"no,known\r\nheading,here\r\n", b"\x00" * 100, b'"Name', b"a\r\nName\r\n"]
)
def test_a_file_that_is_no_table_of_contacts(data: bytes) -> None:
    with pytest.raises(ContactsFileUnknown):
        read_contacts_csv(data)


def test_bytes_that_are_no_text() -> None:
    for data in (b"Name\r\n\x81\x8d", b"\xff\xfeN", b"\xfe\xff\x00N\xd8\x00\x00\x00"):
        with pytest.raises(ContactsFileEncoding):
            read_contacts_csv(data)


def test_control_characters_are_taken_out_and_counted() -> None:
    read = read_contacts_csv(table("Name,Notes", "a\x00b\x1b[31m,x\x00\x0by"))
    assert read.drafts == (ContactDraft(alias="ab[31m", notes="xy"),)
    assert [item.reason for item in read.left_out] == [LeftOutReason.CHARACTERS] * 2


def test_too_large_and_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    data = table("Name", "a", "b", "c")
    monkeypatch.setattr(contacts_csv, "MAX_ROWS", 3)
    assert len(read_contacts_csv(data).drafts) == 3
    monkeypatch.setattr(contacts_csv, "MAX_ROWS", 2)
    with pytest.raises(ContactsFileTooMany) as rows:
        read_contacts_csv(data)
    assert rows.value.fields == {"kind": "rows", "limit": 2}
    for wide in (b"Name" + b"," * 1_000, b"Name\r\na" + b"," * 1_000):
        with pytest.raises(ContactsFileTooMany) as columns:
            read_contacts_csv(wide)
        assert columns.value.fields == {"kind": "columns", "limit": 1_000}
    monkeypatch.setattr(contacts_csv, "MAX_FILE_BYTES", len(data))
    monkeypatch.setattr(contacts_csv, "MAX_ROWS", 3)
    assert len(read_contacts_csv(io.BytesIO(data)).drafts) == 3
    monkeypatch.setattr(contacts_csv, "MAX_FILE_BYTES", len(data) - 1)
    for source in (data, io.BytesIO(data)):
        with pytest.raises(ContactsFileTooLarge):
            read_contacts_csv(source)


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ('"' * 2_000_001, "csv-quote"),
        ('""' * 1_000_000, "csv-cell-too-long"),
        ("'" * 2_000_000, "csv-cell-too-long"),
        (" " * 2_000_000, "csv-cell-too-long"),
        ("a" * 10_000_000, "csv-cell-too-long"),
    ],
)
def test_a_huge_cell_is_refused(cell: str, code: str) -> None:
    read = read_contacts_csv(f"Name\r\n{cell}\r\n".encode())
    assert read.drafts == ()
    assert read.refused == (Refusal(index=1, line=2, code=code),)


def test_a_hundred_thousand_rows_are_not_read() -> None:
    with pytest.raises(ContactsFileTooMany):
        read_contacts_csv(b"Name\n" + b"a\n" * 100_000)


def test_a_heading_is_shown_short_and_printable() -> None:
    heading = "x\x1b" + "y" * 500
    read = read_contacts_csv(f"Name,{heading}\r\na,1\r\n".encode())
    assert read.left_out == (LeftOut(reason=LeftOutReason.UNKNOWN, name="x" + "y" * 58, count=1),)


def test_nothing_of_a_contact_is_in_a_repr() -> None:
    read = read_contacts_csv(table("Name,Phone,Canary", "Canary,Canary,Canary"))
    assert "canary" not in f"{read!r} {read.drafts!r} {read.left_out!r}".lower()


@given(rows=st.lists(st.lists(st.text("ab \",;\t'=\u00e9", max_size=6), min_size=2, max_size=4), max_size=5))
def test_rows_are_those_of_the_standard_library(rows: list[list[str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, lineterminator="\r\n").writerows(rows)
    kept = [tuple(row) for row in rows if any(cell.strip() for cell in row)]
    assert [row.cells for row in iter_rows(out.getvalue(), ",")] == kept


@given(text=st.text('a"\r\n,; \x00é', max_size=80))
def test_any_text_is_rows_in_order(text: str) -> None:
    lines = [row.line for row in iter_rows(text, ",")]
    assert lines == sorted(set(lines))
    breaks = text.replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert all(1 <= line <= breaks + 1 for line in lines)


@given(data=st.binary(max_size=300))
def test_any_bytes_end_in_an_answer_or_a_typed_failure(data: bytes) -> None:
    for hostile in (data, b"Name,Phone\r\n" + data):
        try:
            read_contacts_csv(hostile)
        except ContactsFileError:
            continue


def test_both_formats_hold_the_same() -> None:
    from hrd_desktop.bundle.vcard_read import read_vcards
    from hrd_desktop.bundle.vcard_write import VCardVersion, write_vcards

    contact = ContactDraft(alias="Heron", real_name="Amina", notes="=1\n;", public_key="age1x")
    contact = replace(contact, how_checked=KeyCheck.VOICE)
    out = io.BytesIO()
    write_vcards(read_contacts_csv(written(contact)).drafts, VCardVersion.V4, out)
    assert read_vcards(out.getvalue()).drafts == (contact,)
