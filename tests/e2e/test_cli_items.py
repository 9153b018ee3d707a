"""Items from the way in to the end: list, show, cat, edit, bin, destroy, verify, as promised."""

from __future__ import annotations

import re

from tests.e2e.cli import Place, sha256
from tests.e2e.conftest import SEEDS

LISTED = {"id", "ref", "title", "cases", "tags", "sha256", "size", "media_type", "imported_at"}
UTC = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ\Z")
ESCAPE = "\x1b[31mred\x07\u202e"


def refs(place: Place, *arguments: str) -> list[str]:
    return [item["ref"] for item in place.json("list", *arguments)["items"]]


def test_list(seeded: Place) -> None:
    items = seeded.json("list")["items"]
    assert [item["ref"] for item in items] == ["E0003", "E0002", "E0001"]
    by_title = {item["title"]: item for item in items}
    for name, content in SEEDS.items():
        item = by_title[name.rpartition(".")[0]]
        assert item.keys() >= LISTED
        assert (item["sha256"], item["size"]) == (sha256(content), len(content))
        assert UTC.match(item["imported_at"])
    letter = by_title["letter"]
    assert (letter["cases"], letter["tags"], letter["media_type"]) == (["GATE"], ["water"], "text/plain")
    assert refs(seeded, "--case", "GATE") == ["E0001"]
    assert refs(seeded, "--tag", "WATER") == ["E0001"]
    # Text of the file, its name, its source, a tag; each beginning of a word.
    for words in ("zebrafinch", "zebraf", "letter", "neighbour", "water", "GATE dawn"):
        assert refs(seeded, "--query", words) == ["E0001"], words
    for words in ("unheard", "zebrafinch unheard"):
        assert refs(seeded, "--query", words) == []
    for query in ('"', "a AND", "NEAR(", "title:x OR *", "'; DROP TABLE item; --", "\x00"[:0]):
        seeded.opened("list", "--query", query)
    assert seeded.opened("list", "--case", "NO SUCH", expect=1).error_code == "not-found"
    in_words = seeded.opened("list")
    assert (len(in_words.text.splitlines()), in_words.err) == (3, "")


def test_show(seeded: Place) -> None:
    shown = seeded.json("show", "E0001")
    assert shown.keys() >= LISTED | {"state", "original_name", "record", "found", "custody", "people"}
    assert (shown["original_name"], shown["record"]["source"]) == ("letter.txt", "a neighbour")
    assert [event["action"] for event in shown["custody"]] == ["imported", "registered-in"]
    assert shown["custody"][0]["sha256_after"] == sha256(SEEDS["letter.txt"])
    by_uuid = seeded.json("show", shown["id"])
    assert by_uuid == shown
    assert "letter.txt" in seeded.opened("show", "E0001").text


def test_cat_gives_the_exact_bytes(seeded: Place) -> None:
    (number,) = (item["id"] for item in seeded.json("list")["items"] if item["ref"] == "E0001")
    assert seeded.opened("cat", number).out == SEEDS["letter.txt"]
    assert seeded.opened("cat", "E0002").out == SEEDS["photo.bin"]
    done = seeded.opened("cat", "E0003")
    assert (done.out, done.err) == (b"", "")


def test_what_is_not_there_is_said_without_repeating_it(seeded: Place) -> None:
    for command in (("show",), ("cat",), ("edit",), ("delete",), ("undelete",), ("verify",)):
        done = seeded.opened(*command, "E9999-Farida", expect=1)
        assert done.error_code == "not-found"
        assert "Farida" not in done.err
        assert done.out == b""
    # One unknown reference among known ones: nothing is done at all.
    seeded.opened("destroy", "E0001", "E0099", "--yes", expect=1)
    seeded.opened("delete", "E0001", "E0099", expect=1)
    assert len(refs(seeded)) == 3


def test_edit(seeded: Place) -> None:
    done = seeded.opened(
        "edit", "E0002", "--title", "Marsh at night", "--note", "tell nobody about the heron",
        "--case", "NEW-CASE", "--tag", "reeds", "--tag", "night", "--set", "place=Old bridge",
    )  # fmt: skip
    assert (done.out, done.err) == (b"", "")
    shown = seeded.json("show", "E0002")
    assert (shown["title"], shown["cases"], sorted(shown["tags"])) == (
        "Marsh at night", ["NEW-CASE"], ["night", "reeds"],
    )  # fmt: skip
    assert shown["record"]["note"] == "tell nobody about the heron"
    assert shown["record"]["place"] == "Old bridge"
    assert [event["action"] for event in shown["custody"]] == ["imported", "edited", "registered-in"]
    assert "heron" not in str(shown["custody"])
    for words in ("marsh", "heron", "reeds", "bridge"):
        assert refs(seeded, "--query", words) == ["E0002"], words
    seeded.opened("edit", "E0002", "--untag", "reeds", "--title", "Fen")
    assert refs(seeded, "--query", "marsh") == refs(seeded, "--tag", "reeds") == []
    assert seeded.opened("cat", "E0002").out == SEEDS["photo.bin"]
    for wrong in (("--set", "nothing"), ("--set", "nothing=1"), ("--set", "kind=castle"), ("--tag", "")):
        seeded.opened("edit", "E0002", *wrong, expect=2)


def test_text_that_plays_with_the_terminal_is_shown_escaped(seeded: Place) -> None:
    seeded.opened("edit", "E0001", "--title", "t" + ESCAPE, "--note", "n" + ESCAPE + "\nline two")
    seeded.opened("cases", "add", "C" + "\u202e" + "D", "--title", ESCAPE)
    seeded.opened("contacts", "add", "--alias", "al" + "\u202e" + "ias")
    for command, *rest in (
        ("list",),
        ("show", "E0001"),
        ("cases", "list"),
        ("contacts", "list"),
        ("export", "--all", "--list-only", "--with", "notes", "--out", "x"),
    ):
        text = seeded.opened(command, *rest).text
        assert not set(text) & set("\x1b\x07\u202e"), command
        assert "\\u202e" in text, command
    # JSON keeps the exact text and is ASCII, so that a terminal shows no harm either.
    document = seeded.opened("show", "E0001", "--json")
    assert document.out.isascii()
    assert b"\x1b" not in document.out
    assert document.document["title"] == "t" + ESCAPE


def test_the_bin_and_back(seeded: Place) -> None:
    assert seeded.opened("delete", "E0001", "E0003").out == b""
    assert refs(seeded) == ["E0002"]
    assert refs(seeded, "--bin") == ["E0003", "E0001"]
    assert refs(seeded, "--query", "zebrafinch") == []
    assert refs(seeded, "--bin", "--query", "zebrafinch") == ["E0001"]
    assert seeded.opened("cat", "E0001").out == SEEDS["letter.txt"]
    assert seeded.json("verify")["items"] == 3
    seeded.opened("undelete", "E0001")
    assert (refs(seeded), refs(seeded, "--bin")) == (["E0002", "E0001"], ["E0003"])


def test_destroy(seeded: Place) -> None:
    before = seeded.object_files()
    done = seeded.opened("destroy", "E0001", expect=2)
    assert done.error_code == "yes-needed"
    assert seeded.object_files() == before
    assert seeded.opened("destroy", "E0001", "E0003", "--yes").out == b""
    assert refs(seeded) == ["E0002"]
    for command in ("show", "cat"):
        assert seeded.opened(command, "E0001", expect=1).error_code == "not-found"
    assert refs(seeded, "--query", "zebrafinch") == []
    report = seeded.json("verify")
    assert (report["ok"], report["items"]) == (True, 1)
    # A number is never given twice.
    seeded.take(seeded.original("next.txt", b"next"))
    assert refs(seeded) == ["E0004", "E0002"]


def test_verify(seeded: Place) -> None:
    report = seeded.json("verify")
    assert report.keys() >= {"ok", "items", "bad", "logs"}
    assert (report["ok"], report["items"], report["bad"]) == (True, 3, [])
    assert {log["case"]: (log["events"], log["ok"]) for log in report["logs"]} == {
        "Inbox": (4, True),
        "GATE": (2, True),
    }
    assert seeded.json("verify", "E0001", "E0001")["items"] == 1
    done = seeded.opened("verify")
    assert "letter" not in done.text + done.err


def test_a_damaged_item_is_4_and_named(seeded: Place) -> None:
    shown = {item["ref"]: item for item in seeded.json("list")["items"]}
    # Found by its size: 76,800 bytes and what wraps them.
    (path,) = (path for path in seeded.object_files().values() if 76_800 < path.stat().st_size < 100_000)
    data = bytearray(path.read_bytes())
    data[50_000] ^= 1
    path.write_bytes(data)
    done = seeded.opened("verify", "--json", expect=4)
    report = done.document
    assert (report["ok"], report["items"]) == (False, 3)
    assert [(bad["id"], bad["code"]) for bad in report["bad"]] == [(shown["E0002"]["id"], "damaged")]
    assert all(log["ok"] for log in report["logs"])
    done = seeded.opened("cat", "E0002", expect=4)
    assert done.error_code == "damaged"
    assert SEEDS["photo.bin"].startswith(done.out)
    assert len(done.out) < 50_000
    seeded.opened("cat", "E0001")
    assert [event["action"] for event in seeded.json("show", "E0002")["custody"]][-1] == "integrity-failed"


def test_unlock_test(seeded: Place) -> None:
    before = seeded.json("unlock-test")
    assert before.keys() == {"epoch", "changed_at", "items"}
    assert (before["items"], bool(UTC.match(before["changed_at"]))) == (3, True)
    seeded.opened("edit", "E0001", "--title", "x")
    assert seeded.json("unlock-test")["epoch"] > before["epoch"]
    text = seeded.opened("unlock-test").text
    assert re.match(r"epoch \d+\nlast change \S+\nitems 3\n\Z", text)


def test_cases(seeded: Place) -> None:
    def cases(*words: str, expect: int = 0) -> object:
        done = seeded.run("cases", seeded.vault, *words, "--passphrase-file", seeded.passfile, expect=expect)
        return done.document if "--json" in words else done.error_code

    cases("add", "ROAD", "--title", "The road")
    assert cases("add", "ROAD", expect=2) == "record-exists"
    listed = cases("list", "--json")
    assert isinstance(listed, dict)
    assert {case["ref"]: case["items"] for case in listed["cases"]} == {"GATE": 1, "ROAD": 0}
    shown = cases("show", "GATE", "--json")
    assert isinstance(shown, dict)
    assert [(entry["number"], entry["ref"]) for entry in shown["exhibits"]] == [(1, "E0001")]
    assert cases("show", "ABSENT", expect=1) == "not-found"
