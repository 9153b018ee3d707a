"""Contacts by command: added, shown, edited, deleted; vCard and CSV in and out."""

from __future__ import annotations

import csv
from typing import Any

from tests.e2e.cli import Argument, Done, Place

FULL: tuple[str, ...] = (
    "--alias", "The heron", "--kind", "person", "--real-name", "Invented Name", "--role", "witness",
    "--organisation", "Reed Union",
    "--channel", "signal:+34 600 000 001;safe=yes;hours=after 18:00;preferred",
    "--channel", "phone:+34 600 000 002;safe=no;note=shared with the family",
    "--language", "ar", "--language", "pt-BR", "--emergency-order", "2", "--fingerprint", "SHA256:abcdef",
    "--how-checked", "voice", "--checked-on", "2026-01-02", "--notes", "Never call at night.",
    "--delete-on", "2031-05-06", "--tag", "river",
)  # fmt: skip


def contacts(place: Place, *words: Argument, expect: int = 0) -> Done:
    return place.run("contacts", place.vault, *words, "--passphrase-file", place.passfile, expect=expect)


def all_of(place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = contacts(place, "list", "--json").document["contacts"]
    return found


def without_ids(place: Place) -> list[dict[str, Any]]:
    return [{name: value for name, value in contact.items() if name != "id"} for contact in all_of(place)]


def test_a_contact_from_first_to_last(place: Place) -> None:
    done = contacts(place, "add", *FULL)
    number = done.text.strip()
    assert done.err == ""
    (shown,) = all_of(place)
    assert shown == contacts(place, "show", "The heron", "--json").document
    assert shown == contacts(place, "show", number, "--json").document
    assert shown == {
        "id": number,
        "alias": "The heron",
        "kind": "person",
        "real_name": "Invented Name",
        "role": "witness",
        "organisation": "Reed Union",
        "channels": [
            {"kind": "signal", "value": "+34 600 000 001", "safe": "yes", "hours": "after 18:00", "note": "",
             "preferred": True},
            {"kind": "phone", "value": "+34 600 000 002", "safe": "no", "hours": "",
             "note": "shared with the family", "preferred": False},
        ],
        "languages": ["ar", "pt-BR"],
        "emergency_order": 2,
        "public_key": "",
        "fingerprint": "SHA256:abcdef",
        "how_checked": "voice",
        "checked_on": "2026-01-02",
        "notes": "Never call at night.",
        "delete_on": "2031-05-06",
        "tags": ["river"],
    }  # fmt: skip
    text = contacts(place, "show", number).text
    assert "+34 600 000 002" in text
    assert "safe: no" in text
    # Only alias and role are in a list: somebody may look over the shoulder.
    assert contacts(place, "list").text == f"{number}  The heron  witness\n"

    assert (
        contacts(place, "edit", number, "--alias", "Stork", "--emergency-order", "0", "--notes", "").out
        == b""
    )
    (edited,) = all_of(place)
    assert (edited["alias"], edited["emergency_order"], edited["notes"]) == ("Stork", None, "")
    assert edited["channels"] == shown["channels"]
    assert contacts(place, "show", "The heron", expect=1).error_code == "not-found"
    assert contacts(place, "delete", "Stork").out == b""
    assert all_of(place) == []


def test_what_is_refused(place: Place) -> None:
    for wrong in (
        ("--alias", "x", "--channel", "carrier pigeon"),
        ("--alias", "x", "--channel", "smoke:signal"),
        ("--alias", "x", "--channel", "phone:1;safe=perhaps"),
        ("--alias", "x", "--delete-on", "soon"),
        ("--alias", ""),
        ("--alias", "x\x1b"),
        ("--alias", "x", "--public-key", "AGE-SECRET-KEY-1" + "Q" * 58),
        (),
    ):
        done = contacts(place, "add", *wrong, expect=2)
        assert "Q" * 20 not in done.err
    assert all_of(place) == []


def test_out_and_in_again(place: Place) -> None:
    contacts(place, "add", *FULL)
    contacts(
        place, "add", "--alias", "\u0646\u0648\u0631", "--kind", "organisation", "--notes", "a;b,c\\d\nnext"
    )
    before = without_ids(place)
    for name in ("out.vcf", "out.csv", "old.vcf"):
        version = ("--version", "3.0") if name == "old.vcf" else ()
        done = contacts(place, "export", name, *version)
        assert "not encrypted" in done.err
        path = place.folder / name
        assert path.stat().st_mode & 0o777 == 0o600
        content = path.read_bytes()
        done = contacts(place, "export", name, expect=2)
        assert (done.error_code, path.read_bytes()) == ("secret-file-exists", content)
        for contact in all_of(place):
            contacts(place, "delete", contact["id"])
        taken = contacts(place, "import", name, "--ours", "--json").document
        assert (len(taken["contacts"]), taken["refused"]) == (2, [])
        assert without_ids(place) == before, name
    with open(place.folder / "out.csv", encoding="utf-8-sig", newline="") as file:
        assert {row["Alias"] for row in csv.DictReader(file)} == {"The heron", "\u0646\u0648\u0631"}


def test_somebody_elses_file(place: Place) -> None:
    card = (
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN;CHARSET=UTF-8:A Stranger\r\nTEL;TYPE=CELL:+1 555 0100\r\n"
        "PHOTO;VALUE=uri:http://tracker.example/x.png\r\nEND:VCARD\r\n"
        "BEGIN:VCARD\r\nVERSION:4.0\r\nFN:\r\nEND:VCARD\r\n"
    )
    (place.folder / "theirs.vcf").write_text(card, "utf-8")
    done = contacts(place, "import", "theirs.vcf", "--json", expect=6)
    assert [contact["alias"] for contact in done.document["contacts"]] == ["A Stranger"]
    assert [refused["index"] for refused in done.document["refused"]] == [2]
    assert {left["name"] for left in done.document["left_out"]} == {"PHOTO"}
    assert contacts(place, "import", "absent.vcf", expect=1).error_code == "contacts-file"
    (place.folder / "what.dat").write_text(card, "utf-8")
    assert contacts(place, "import", "what.dat", expect=2).error_code == "contacts-format"
    taken = contacts(place, "import", "what.dat", "--format", "vcf", expect=6)
    assert taken.text.startswith("1 contact added\n")
    (place.folder / "binary.vcf").write_bytes(bytes(range(256)) * 10)
    contacts(place, "import", "binary.vcf", expect=1)
    contacts(place, "import", place.folder, "--format", "csv", expect=1)
    assert contacts(place, "show", "A Stranger", expect=2).error_code == "ambiguous"
