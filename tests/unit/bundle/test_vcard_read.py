"""Cards in the style of telephones and mail programs, and cards made to do harm."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.bundle import vcard_lines, vcard_read
from hrd_desktop.bundle.vcard_read import read_vcards
from hrd_desktop.domain.contacts import (
    Channel,
    ChannelKind,
    ContactDraft,
    ContactKind,
    KeyCheck,
    Safety,
    without_claims,
)
from hrd_desktop.domain.contacts_read import ContactsRead, LeftOut, LeftOutReason, Refusal
from hrd_desktop.domain.errors.contacts import (
    ContactsFileEncoding,
    ContactsFileError,
    ContactsFileTooLarge,
    ContactsFileTooMany,
    ContactsFileUnknown,
)

GOOGLE = r"""BEGIN:VCARD
VERSION:3.0
FN:Dr. Amina Yusuf
N:Yusuf;Amina;;Dr.;
EMAIL;TYPE=INTERNET;TYPE=WORK:amina@example.org
TEL;TYPE=CELL:+234 800 000 0000
item1.TEL:+234 800 000 0001
item1.X-ABLabel:Signal
ADR;TYPE=HOME:;;12 Lake Road\, Flat 3;Abuja;FCT;900001;Nigeria
item2.URL:http\://example.org/amina
item2.X-ABLabel:PROFILE
ORG:Lake Watch;Legal
TITLE:Lawyer
BDAY:19800102
CATEGORIES:myContacts,Legal\, urgent
NOTE:First line\nSecond; with\, marks
PHOTO:https://lh3.example.com/photo.jpg
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:
N:;;;;
EMAIL;TYPE=INTERNET:only@example.org
END:VCARD
"""

IOS = r"""BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//iPhone OS 17.0//EN
N:Mbeki;Joy;;;
FN:Joy Mbeki
NICKNAME:Kingfisher
ORG:River Union;
item1.EMAIL;type=INTERNET;type=pref:joy@example.org
item1.X-ABLabel:_$!<Other>!$_
TEL;type=CELL;type=VOICE;type=pref:+27 82 000 0000
TEL;type=WORK;type=FAX:+27 11 000 0000
item2.ADR;type=HOME;type=pref:;;1 Main\nBack door;Cape Town;;8001;South Africa
item2.X-ABADR:za
item3.IMPP;X-SERVICE-TYPE=Skype;type=pref:skype:joy.m
IMPP;X-SERVICE-TYPE=Telegram:x-apple:joym
X-SOCIALPROFILE;type=twitter;x-user=joym:http://twitter.com/joym
PHOTO;ENCODING=b;TYPE=JPEG:/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDAAMCAgICAgMCAgIDAwMD
 BAYEBAQEBAgGBgUGCQgKCgkICQkKDA8MCgsOCwkJDRENDg8QEBEQCgwSExIQEw8QEBD
 /2wBDAQMDAwQDBAgEBAgQCwkLEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEB
X-ABShowAs:COMPANY
END:VCARD
"""

OUTLOOK_2_1 = (
    "BEGIN:VCARD\n"
    "VERSION:2.1\n"
    "N;LANGUAGE=de;CHARSET=Windows-1252:M\xfcller;J\xf6rg\n"
    "FN;CHARSET=Windows-1252:J\xf6rg M\xfcller\n"
    "ORG:Verein;Recht\n"
    "TITLE:Anwalt\n"
    "NOTE;ENCODING=QUOTED-PRINTABLE:Erste Zeile=0D=0A=\n"
    "Zweite \\n Zeile; C:\\dir=3D1=\n"
    "\n"
    "TEL;WORK;VOICE:+49 30 000000\n"
    "TEL;CELL;VOICE;PREF:+49 170 000000\n"
    "ADR;WORK;PREF:;;Hauptstr. 1;Berlin;;10115;Deutschland\n"
    "LABEL;WORK;PREF;ENCODING=QUOTED-PRINTABLE:Hauptstr. 1=0D=0A=\n"
    "10115 Berlin\n"
    "X-MS-OL-DEFAULT-POSTAL-ADDRESS:2\n"
    "URL;WORK:http://example.de\n"
    "EMAIL;PREF;INTERNET:joerg@example.de\n"
    "PHOTO;TYPE=JPEG;ENCODING=BASE64:\n"
    " /9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkS\n"
    "/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkS\n"
    "\n"
    "REV:20260101T000000Z\n"
    "END:VCARD\n"
).encode("cp1252")

ANDROID_2_1 = b"""BEGIN:VCARD\r
VERSION:2.1\r
N;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=D8=AD=D9=82=D9=88=D9=82;=E4=BA=BA;;;\r
FN;CHARSET=UTF-8;ENCODING=QUOTED-PRINTABLE:=E4=BA=BA=20=D8=AD=D9=82=D9=88=\r
=D9=82\r
TEL;CELL;PREF:0800000000\r
TEL;X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=61):1\r
END:VCARD\r
BEGIN:VCARD\r
VERSION:2.1\r
N:Boat;Man;;;\r
FN:Man Boat\r
TEL;CELL:0800000001\r
X-ANDROID-CUSTOM:vnd.android.cursor.item/nickname;Rower;1;;;;;;;;;;;;;\r
END:VCARD\r
"""


def card(*lines: str, version: str = "4.0") -> bytes:
    """One card around these lines."""
    return "\r\n".join(["BEGIN:VCARD", f"VERSION:{version}", *lines, "END:VCARD", ""]).encode()


def one(data: bytes) -> ContactDraft:
    """The only draft of a file in which nothing is refused."""
    read = read_vcards(data)
    assert read.refused == ()
    (draft,) = read.drafts
    return draft


def counts(read: ContactsRead) -> dict[tuple[str, str], int]:
    """What was left out, by reason and name."""
    return {(item.reason.value, item.name): item.count for item in read.left_out}


def test_google() -> None:
    read = read_vcards(GOOGLE.encode())
    assert read.refused == ()
    assert read.drafts == (
        ContactDraft(
            alias="Dr. Amina Yusuf",
            role="Lawyer",
            organisation="Lake Watch, Legal",
            channels=(
                Channel(kind=ChannelKind.EMAIL, value="amina@example.org", note="work"),
                Channel(kind=ChannelKind.PHONE, value="+234 800 000 0000", note="cell"),
                Channel(kind=ChannelKind.SIGNAL, value="+234 800 000 0001"),
                Channel(
                    kind=ChannelKind.ADDRESS,
                    value="12 Lake Road, Flat 3\nAbuja\nFCT\n900001\nNigeria",
                    note="home",
                ),
                Channel(kind=ChannelKind.WEB, value="http://example.org/amina", note="PROFILE"),
            ),
            notes="First line\nSecond; with, marks",
            tags=("myContacts", "Legal, urgent"),
        ),
        ContactDraft(
            alias="only@example.org",
            channels=(Channel(kind=ChannelKind.EMAIL, value="only@example.org"),),
        ),
    )
    assert counts(read) == {("picture", "PHOTO"): 1, ("unknown", "BDAY"): 1}


def test_ios() -> None:
    read = read_vcards(IOS.replace("\n", "\r\n").encode())
    assert read.refused == ()
    assert read.drafts == (
        ContactDraft(
            alias="Kingfisher",
            kind=ContactKind.ORGANISATION,
            real_name="Joy Mbeki",
            organisation="River Union",
            channels=(
                Channel(kind=ChannelKind.EMAIL, value="joy@example.org", note="Other", preferred=True),
                Channel(kind=ChannelKind.PHONE, value="+27 82 000 0000", note="cell", preferred=True),
                Channel(kind=ChannelKind.FAX, value="+27 11 000 0000", note="work"),
                Channel(
                    kind=ChannelKind.ADDRESS,
                    value="1 Main\nBack door\nCape Town\n8001\nSouth Africa",
                    note="home",
                    preferred=True,
                ),
                Channel(kind=ChannelKind.OTHER, value="joy.m", note="skype", preferred=True),
                Channel(kind=ChannelKind.TELEGRAM, value="joym"),
                Channel(kind=ChannelKind.SOCIAL, value="http://twitter.com/joym", note="twitter"),
            ),
        ),
    )
    assert counts(read) == {
        ("picture", "PHOTO"): 1, ("unknown", "PRODID"): 1, ("unknown", "X-ABADR"): 1
    }  # fmt: skip


def test_outlook_2_1_in_windows_1252() -> None:
    read = read_vcards(OUTLOOK_2_1)
    assert read.refused == ()
    assert read.drafts == (
        ContactDraft(
            alias="Jörg Müller",
            role="Anwalt",
            organisation="Verein, Recht",
            channels=(
                Channel(kind=ChannelKind.PHONE, value="+49 30 000000", note="work"),
                Channel(kind=ChannelKind.PHONE, value="+49 170 000000", note="cell", preferred=True),
                Channel(
                    kind=ChannelKind.ADDRESS,
                    value="Hauptstr. 1\nBerlin\n10115\nDeutschland",
                    note="work",
                    preferred=True,
                ),
                Channel(kind=ChannelKind.WEB, value="http://example.de", note="work"),
                Channel(kind=ChannelKind.EMAIL, value="joerg@example.de", preferred=True),
            ),
            notes="Erste Zeile\nZweite \\n Zeile; C:\\dir=1",
        ),
    )
    assert ("picture", "PHOTO") in counts(read)


def test_android_2_1_with_one_card_that_cannot_be_read() -> None:
    read = read_vcards(ANDROID_2_1)
    assert read.refused == (Refusal(index=1, line=7, code="vcard-line"),)
    assert [draft.alias for draft in read.drafts] == ["Man Boat"]
    fixed = ANDROID_2_1.replace(b"X-CUSTOM(CHARSET=UTF-8,ENCODING=QUOTED-PRINTABLE,=61)", b"HOME")
    first, second = read_vcards(fixed).drafts
    assert first.alias == "人 حقوق"
    assert first.channels[0] == Channel(
        kind=ChannelKind.PHONE, value="0800000000", note="cell", preferred=True
    )
    assert second.alias == "Man Boat"


def test_version_4_with_uris_groups_quotes_and_carets() -> None:
    read = read_vcards(
        card(
            "KIND:org",
            "FN:Rights House",
            'TEL;VALUE=uri;PREF=1;TYPE="voice,home":tel:+1-555-0100;ext=7',
            "EMAIL;VALUE=uri:mailto:a%40b@example.org",
            r'ADR;LABEL="1 ^\'Main^\'^nTown\, a":;;ignored;;;;'.replace("\\'", "'"),
            "LANG;PREF=2:en",
            "LANG;PREF=1:fr_FR",
            "LANG:no tag",
            "IMPP:matrix:u/a",
            "SOCIALPROFILE;SERVICE-TYPE=Mastodon:https://example.org/@a",
            "ROLE:Board",
            "TITLE:Chair",
            "KEY:OPENPGP4FPR:0123456789ABCDEF0123456789ABCDEF01234567",
            "KEY;MEDIATYPE=application/pgp-keys:https://example.org/key.asc",
            "UID:urn:uuid:f81d4fae-7dec-11d0-a765-00a0c91e6bf6",
        )
    )
    (draft,) = read.drafts
    assert draft == ContactDraft(
        alias="Rights House",
        kind=ContactKind.ORGANISATION,
        role="Chair, Board",
        channels=(
            Channel(kind=ChannelKind.PHONE, value="+1-555-0100 ext. 7", note="home", preferred=True),
            Channel(kind=ChannelKind.EMAIL, value="a@b@example.org"),
            Channel(kind=ChannelKind.ADDRESS, value='1 "Main"\nTown, a'),
            Channel(kind=ChannelKind.MATRIX, value="u/a"),
            Channel(kind=ChannelKind.SOCIAL, value="https://example.org/@a", note="mastodon"),
        ),
        languages=("fr-FR", "en"),
        fingerprint="0123456789ABCDEF0123456789ABCDEF01234567",
    )
    assert counts(read) == {("address", "KEY"): 1, ("unknown", "UID"): 1, ("unreadable", "LANG"): 1}


@pytest.mark.parametrize(
    ("lines", "alias", "real_name"),
    [
        (["FN:Amina Yusuf", "N:Yusuf;Amina;;;"], "Amina Yusuf", ""),
        (["FN:Heron", "N:Yusuf;Amina;Z;Dr.;PhD"], "Heron", "Dr. Amina Z Yusuf PhD"),
        (["N:Yusuf;Amina;;;"], "Amina Yusuf", ""),
        (["FN:Amina", "NICKNAME:amina"], "Amina", ""),
        (["FN:  ", "NICKNAME:Heron"], "Heron", ""),
        (["ORG:Lake Watch"], "Lake Watch", ""),
        (["TEL:+1"], "+1", ""),
        (["FN:a\\nb"], "a b", ""),
    ],
)
def test_which_name_is_shown(lines: list[str], alias: str, real_name: str) -> None:
    draft = one(card(*lines, version="3.0"))
    assert (draft.alias, draft.real_name) == (alias, real_name)


def test_a_card_of_an_organisation_alone() -> None:
    assert one(card("ORG:Lake Watch", "FN:")).kind is ContactKind.ORGANISATION


PGP = "-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmDME\n-----END PGP PUBLIC KEY BLOCK-----\n"
PACKETS = b"\x98\x33\x04" + bytes(range(128, 176))


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("KEY;VALUE=text:ssh-ed25519 AAAA me\\, too", "ssh-ed25519 AAAA me, too"),
        ("KEY:age1qqqq", "age1qqqq"),
        ("KEY:data:application/pgp-keys;base64," + base64.b64encode(PGP.encode()).decode(), PGP),
        ("KEY:data:application/pgp-keys," + PGP.replace("\n", "%0D%0A").replace(" ", "%20"), PGP),
        ("KEY;TYPE=PGP;ENCODING=b:" + base64.b64encode(PGP.encode()).decode(), PGP),
    ],
)
def test_forms_of_a_public_key(line: str, key: str) -> None:
    assert one(card("FN:a", line)).public_key == key


def test_a_binary_openpgp_key_becomes_text() -> None:
    line = "KEY;TYPE=PGP;ENCODING=B:" + base64.b64encode(PACKETS).decode()
    key = one(card("FN:a", line, version="3.0")).public_key
    head, empty, *body, tail, end = key.split("\n")
    assert (head, empty, end) == ("-----BEGIN PGP PUBLIC KEY BLOCK-----", "", "")
    assert tail == "-----END PGP PUBLIC KEY BLOCK-----"
    assert base64.b64decode("".join(body)) == PACKETS


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("KEY;VALUE=text:AGE-SECRET-KEY-1QQQ", LeftOutReason.PRIVATE_KEY),
        ("KEY;VALUE=text:-----BEGIN OPENSSH PRIVATE KEY-----", LeftOutReason.PRIVATE_KEY),
        ("KEY;ENCODING=b:" + base64.b64encode(b"\x94\xff\xff").decode(), LeftOutReason.PRIVATE_KEY),
        ("KEY;ENCODING=b:" + base64.b64encode(b"\xc5\xff\xff").decode(), LeftOutReason.PRIVATE_KEY),
        ("KEY;ENCODING=b:" + base64.b64encode(b"\xff\xff").decode(), LeftOutReason.UNREADABLE),
        ("KEY:data:application/pgp-keys;base64,A", LeftOutReason.UNREADABLE),
        ("KEY:https://example.org/key", LeftOutReason.ADDRESS),
        ("KEY:file:///etc/passwd", LeftOutReason.ADDRESS),
    ],
)
def test_a_key_that_is_not_taken(line: str, reason: LeftOutReason) -> None:
    read = read_vcards(card("FN:a", line))
    assert read.drafts == (ContactDraft(alias="a"),)
    assert read.left_out == (LeftOut(reason=reason, name="KEY", count=1),)


def test_messengers_of_older_programs_and_addresses_on_labels() -> None:
    draft = one(
        card(
            "FN:a", "X-JABBER:a@example.org", "X-SKYPE;TYPE=HOME:b", "X-WHATSAPP:1", "IMPP:plain",
            "LABEL;TYPE=WORK:1 Main St\\nTown", "LABEL:  ", version="3.0",
        )
    )  # fmt: skip
    assert draft.channels == (
        Channel(kind=ChannelKind.XMPP, value="a@example.org"),
        Channel(kind=ChannelKind.OTHER, value="b", note="skype, home"),
        Channel(kind=ChannelKind.WHATSAPP, value="1"),
        Channel(kind=ChannelKind.OTHER, value="plain"),
        Channel(kind=ChannelKind.ADDRESS, value="1 Main St\nTown"),
    )


def test_text_in_base64() -> None:
    assert one(card("FN:a", "NOTE;ENCODING=b:" + base64.b64encode("né,".encode()).decode())).notes == "né,"


def test_an_empty_key_is_nothing() -> None:
    assert one(card("FN:a", "KEY;ENCODING=b:", "KEY:", "KEY;VALUE=text: ")) == ContactDraft(alias="a")


def test_second_values_and_unreadable_ones_are_counted() -> None:
    read = read_vcards(
        card(
            "FN:a", "FN:b", "ORG:x", "ORG:y", "KEY:age1a", "KEY:age1b", "X-SHEAF-DELETE-ON:2026-02-30",
            "X-SHEAF-EMERGENCY:0", "X-SHEAF-CHECKED:by magic", "CATEGORIES:a,,a,b", "CATEGORIES:b",
            "item1.TEL:1", "item1.X-SHEAF-SAFE:perhaps", "X-SHEAF-CHANNEL;TYPE=pigeon:2", "NOTE:1", "NOTE:2",
        )
    )  # fmt: skip
    assert read.drafts == (
        ContactDraft(
            alias="a",
            organisation="x",
            public_key="age1a",
            tags=("a", "b"),
            notes="1\n2",
            channels=(
                Channel(kind=ChannelKind.PHONE, value="1"),
                Channel(kind=ChannelKind.OTHER, value="2", note="pigeon"),
            ),
        ),
    )
    assert counts(read) == {
        ("more-than-one", "FN"): 1, ("more-than-one", "ORG"): 1, ("more-than-one", "KEY"): 1,
        ("unreadable", "X-SHEAF-CHECKED"): 1, ("unreadable", "X-SHEAF-DELETE-ON"): 1,
        ("unreadable", "X-SHEAF-EMERGENCY"): 1, ("unreadable", "X-SHEAF-SAFE"): 1,
    }  # fmt: skip


def test_what_a_stranger_vouches_for_can_be_dropped() -> None:
    draft = one(
        card(
            "FN:a", "KEY:age1a", "X-SHEAF-CHECKED:in-person", "X-SHEAF-CHECKED-ON:2026-01-02",
            "X-SHEAF-EMERGENCY:1", "item1.TEL:1", "item1.X-SHEAF-SAFE:yes", "item2.TEL:2",
            "item2.X-SHEAF-SAFE:no",
        )
    )  # fmt: skip
    assert (draft.how_checked, draft.emergency_order) == (KeyCheck.IN_PERSON, 1)
    mine = without_claims(draft)
    assert (mine.how_checked, mine.checked_on, mine.emergency_order) == (KeyCheck.NOT_CHECKED, None, None)
    assert [channel.safe for channel in mine.channels] == [Safety.UNKNOWN, Safety.NO]


@pytest.mark.parametrize("line_break", [b"\r\n", b"\n", b"\r", b"\r\r\n"])
def test_any_line_break(line_break: bytes) -> None:
    data = card("FN:one", "NOTE:a", " b", "\tc").replace(b"\r\n", line_break)
    assert one(data) == ContactDraft(alias="one", notes="abc")


@pytest.mark.parametrize("codec", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_unicode_files(codec: str) -> None:
    data = card("FN:حقوق 人\U0001f600").decode().encode(codec)
    read = read_vcards(data)
    assert read.drafts == (ContactDraft(alias="حقوق 人\U0001f600"),)
    assert read.encoding == ("utf-8" if codec == "utf-8-sig" else "utf-16")


def test_files_put_behind_each_other_with_their_byte_order_marks() -> None:
    data = card("FN:a").decode().encode("utf-8-sig")
    assert [draft.alias for draft in read_vcards(data + data).drafts] == ["a", "a"]


def test_windows_1252_is_told() -> None:
    read = read_vcards(card("FN:x").replace(b"FN:x", b"FN:\x93M\xfcller\x94"))
    assert read.drafts == (ContactDraft(alias="“Müller”"),)
    assert read.encoding == "windows-1252"


@pytest.mark.parametrize("charset", ["zlib", "idna", "unicode_escape", "rot13", "os.path", "utf-7", ""])
def test_a_charset_is_no_name_of_a_python_module(charset: str) -> None:
    data = card(f"FN;CHARSET={charset}:a\\, +AGE-b", version="2.1")
    assert one(data).alias == "a, +AGE-b"


def test_a_fold_inside_a_character_is_mended() -> None:
    data = card("FN:xé").replace(b"x\xc3\xa9", b"x\xc3\r\n \xa9")
    assert one(data).alias == "xé"


def test_white_space_of_folds_belongs_to_the_text_in_2_1_only() -> None:
    assert one(card("FN:a", "NOTE:one", "  two", version="3.0")).notes == "one two"
    assert one(card("FN:a", "NOTE:one", " two", version="2.1")).notes == "one two"


def test_a_fold_anywhere_even_in_names() -> None:
    data = b"BEGI\r\n N:VC\r\n ARD\r\nVERS\r\n ION:3.0\r\nF\r\n N\r\n :a\r\nEND:\r\n VCARD\r\n"
    assert one(data) == ContactDraft(alias="a")


def test_a_broken_card_is_refused_by_number_and_the_others_come_in() -> None:
    good = card("FN:good")
    long_name = "FN:" + "a" * 201
    data = good + card("FN:bad", "no colon here") + good + card("NOTE:nobody") + card(long_name) + good
    read = read_vcards(data)
    assert [draft.alias for draft in read.drafts] == ["good"] * 3
    assert read.refused == (
        Refusal(index=2, line=8, code="vcard-line"),
        Refusal(index=4, line=14, code="contact-field-missing", field="alias"),
        Refusal(index=5, line=18, code="contact-field-too-long", field="alias"),
    )


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (["VERSION:5.0", "FN:a"], "vcard-version"),
        (["KIND:group", "FN:a"], "vcard-group"),
        (["FN:a", "BEGIN:VCALENDAR"], "vcard-line"),
        (['TEL;TYPE="open:1', "FN:a"], "vcard-line"),
        (["TEL" + ";a=b" * 51 + ":1", "FN:a"], "vcard-parameters"),
        (["NOTE:" + "a" * 50_001, "FN:a"], "contact-field-too-long"),
        (["NOTE:" + "a" * (1024 * 1024), "FN:a"], "vcard-line-too-long"),
        (["FN:a", *["TEL:1"] * 51], "contact-field-too-many"),
        (["FN:a", *["X-A:1"] * 1_000], "vcard-too-many-properties"),
        (["NOTE;ENCODING=b:a", "FN:a"], "vcard-encoding"),
        (["FN;CHARSET=utf-8;ENCODING=QUOTED-PRINTABLE:=81"], "vcard-encoding"),
    ],
)
def test_kinds_of_refusal(lines: list[str], code: str) -> None:
    read = read_vcards(card(*lines) + card("FN:good"))
    assert [refusal.code for refusal in read.refused] == [code]
    assert [draft.alias for draft in read.drafts] == ["good"]


def test_a_card_without_end_does_not_take_the_next_one_along() -> None:
    read = read_vcards(b"BEGIN:VCARD\nVERSION:4.0\nFN:a\n" + card("FN:b") + b"BEGIN:VCARD\nFN:c\n")
    assert [draft.alias for draft in read.drafts] == ["b"]
    assert [(r.index, r.line, r.code) for r in read.refused] == [
        (1, 1, "vcard-unfinished"),
        (3, 8, "vcard-unfinished"),
    ]


def test_a_card_inside_a_card() -> None:
    read = read_vcards(
        b"BEGIN:VCARD\nVERSION:2.1\nFN:a\nAGENT:\n" + card("FN:b") + b"TEL:1\nEND:VCARD\n" + card("FN:c")
    )
    assert [draft.alias for draft in read.drafts] == ["b", "c"]
    assert [refusal.code for refusal in read.refused] == ["vcard-unfinished"]
    assert counts(read)["stray", ""] == 2


def streamed_text() -> io.BufferedReader:
    """Half a megabyte of something else."""
    return streamed(b"", b"text\n" * 1_000, 100)


def test_a_file_of_another_kind_is_not_read_to_the_end() -> None:
    source = streamed_text()
    with pytest.raises(ContactsFileUnknown):
        read_vcards(source)
    assert source.read(1)
    read = read_vcards(card("FN:a") + streamed_text().read())
    assert counts(read) == {("stray", ""): 100_000}


@pytest.mark.parametrize("data", [b"BEGIN:VCALENDAR\nEND:VCALENDAR\n", b"BEGIN\n", b"item1.BEGIN:VCARD\n"])
def test_other_beginnings_are_no_card(data: bytes) -> None:
    with pytest.raises(ContactsFileUnknown):
        read_vcards(data)


@pytest.mark.parametrize("data", [b"", b"\r\n\r\n", b"PK\x03\x04 no card", b"\x00" * 1000, b"FN:a\r\n"])
def test_a_file_without_cards(data: bytes) -> None:
    with pytest.raises(ContactsFileUnknown):
        read_vcards(data)


def test_broken_utf_16() -> None:
    with pytest.raises(ContactsFileEncoding):
        read_vcards(b"\xff\xfeB\x00E")
    with pytest.raises(ContactsFileEncoding):
        read_vcards(b"\xff\xfe" + "BEGIN:VCARD\n".encode("utf-16-le") + b"\x00\xd8\x00\x00")


def test_control_characters_are_taken_out_and_counted() -> None:
    read = read_vcards(card("FN:a\x00b\x1b[31m", "NOTE:x\x00\x85y\\nz"))
    assert read.drafts == (ContactDraft(alias="ab[31m", notes="x\ny\nz"),)
    assert counts(read) == {("characters", "FN"): 1, ("characters", "NOTE"): 1}


class Repeated(io.RawIOBase):
    """A stream of ``count`` times one block, that never exists as a whole."""

    def __init__(self, head: bytes, block: bytes, count: int, tail: bytes = b"") -> None:
        self._parts: Iterator[bytes] = iter([head, *[block] * count, tail])
        self._rest = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed: any buffer
        while not self._rest:
            part = next(self._parts, None)
            if part is None:
                return 0
            self._rest = part
        count = min(len(buffer), len(self._rest))
        buffer[:count] = self._rest[:count]
        self._rest = self._rest[count:]
        return count


def streamed(head: bytes, block: bytes, count: int, tail: bytes = b"") -> io.BufferedReader:
    """The same as a file to read."""
    return io.BufferedReader(Repeated(head, block, count, tail))


HEAD = b"BEGIN:VCARD\r\nVERSION:3.0\r\nFN:a\r\n"
END = b"\r\nEND:VCARD\r\n"


def test_a_picture_of_ten_megabytes_in_one_line_costs_nothing_and_the_card_comes_in() -> None:
    read = read_vcards(streamed(HEAD + b"PHOTO;ENCODING=b:", b"A" * 65_536, 160, END))
    assert read.drafts == (ContactDraft(alias="a"),)
    assert counts(read) == {("picture", "PHOTO"): 1}


def test_a_note_of_ten_megabytes_in_one_line_is_refused() -> None:
    read = read_vcards(streamed(HEAD + b"NOTE:", b"A" * 65_536, 160, END + card("FN:b")))
    assert [draft.alias for draft in read.drafts] == ["b"]
    assert read.refused == (Refusal(index=1, line=4, code="vcard-line-too-long"),)


def test_a_note_folded_half_a_million_times_is_refused() -> None:
    read = read_vcards(streamed(HEAD + b"NOTE:", b"\r\n abc" * 1_000, 500, END + card("FN:b")))
    assert [refusal.code for refusal in read.refused] == ["vcard-line-too-long"]
    assert [draft.alias for draft in read.drafts] == ["b"]


def test_a_soft_break_without_end_is_bounded_too() -> None:
    head = HEAD + b"NOTE;ENCODING=QUOTED-PRINTABLE:"
    read = read_vcards(streamed(head, b"abc=\r\n" * 1_000, 500, END))
    assert [refusal.code for refusal in read.refused] == ["vcard-line-too-long"]


def test_too_many_lines_cards_and_bytes(monkeypatch: pytest.MonkeyPatch) -> None:
    data = card("FN:a") * 3
    monkeypatch.setattr(vcard_read, "MAX_CARDS", 3)
    assert len(read_vcards(data).drafts) == 3
    monkeypatch.setattr(vcard_read, "MAX_CARDS", 2)
    with pytest.raises(ContactsFileTooMany) as cards:
        read_vcards(data)
    assert cards.value.fields == {"kind": "cards", "limit": 2}
    monkeypatch.setattr(vcard_lines, "MAX_LINES", 5)
    with pytest.raises(ContactsFileTooMany) as lines:
        read_vcards(data)
    assert lines.value.fields == {"kind": "lines", "limit": 5}
    monkeypatch.setattr(vcard_lines, "MAX_FILE_BYTES", len(data) - 1)
    with pytest.raises(ContactsFileTooLarge):
        read_vcards(data)
    monkeypatch.setattr(vcard_lines, "MAX_FILE_BYTES", len(data))
    monkeypatch.setattr(vcard_lines, "MAX_LINES", 12)
    monkeypatch.setattr(vcard_read, "MAX_CARDS", 3)
    monkeypatch.setattr(vcard_read, "MAX_KEPT_BYTES", 20)
    with pytest.raises(ContactsFileTooLarge):
        read_vcards(data)


def test_a_thousand_names_of_properties_are_counted_under_two_hundred() -> None:
    read = read_vcards(card("FN:a", *[f"X-{number}:1" for number in range(900)]))
    assert len(read.left_out) <= 201
    assert sum(item.count for item in read.left_out) == 900


def test_nothing_of_a_contact_is_in_a_repr() -> None:
    read = read_vcards(card("FN:Canary", "NOTE:Canary", "item1.TEL:Canary", "X-CANARY:1", "KEY:Canary"))
    shown = f"{read!r} {read.drafts!r} {read.drafts[0].channels!r} {read.left_out!r}"
    assert "canary" not in shown.lower()


@given(data=st.binary(max_size=400), lines=st.lists(st.binary(max_size=60), max_size=12))
def test_any_bytes_end_in_an_answer_or_a_typed_failure(data: bytes, lines: list[bytes]) -> None:
    for hostile in (data, HEAD + b"\r\n".join(lines) + END, HEAD + data + END):
        try:
            read = read_vcards(hostile)
        except ContactsFileError:
            continue
        assert len(read.drafts) + len(read.refused) >= 1


_FRAGMENTS = st.sampled_from([
    b"BEGIN:VCARD", b"END:VCARD", b"VERSION:2.1", b"VERSION:4.0", b"\r\n", b"\n ", b"=\r\n", b"FN:", b"N:",
    b"KEY;", b"ENCODING=b:", b"ENCODING=QUOTED-PRINTABLE:", b"data:,", b";base64,", b"TEL;", b'"', b";", b",",
    b"\\", b"^", b"item1.", b"X-SHEAF-SAFE:", b"IMPP:", b"ADR:", b"\xff", b"\xc3", b"%", b"%ff", b"=", b"a",
])  # fmt: skip


@given(parts=st.lists(_FRAGMENTS, max_size=60))
def test_any_arrangement_of_the_grammar_ends_in_an_answer(parts: list[bytes]) -> None:
    read = read_vcards(card("FN:a") + b"BEGIN:VCARD\r\n" + b"".join(parts) + END)
    assert read.drafts[0] == ContactDraft(alias="a")


@given(data=st.binary(min_size=1, max_size=3_000), size=st.integers(1, 50))
def test_lines_do_not_depend_on_how_the_stream_is_cut(data: bytes, size: int) -> None:
    source = GOOGLE.encode() + data
    whole = list(vcard_lines.LineSource(io.BytesIO(source)).iter_lines())
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vcard_lines, "_CHUNK_BYTES", size)
        assert list(vcard_lines.LineSource(io.BytesIO(source)).iter_lines()) == whole
