"""Names that break programs go in byte for byte and come back as they were."""

from __future__ import annotations

import csv
import os
import unicodedata

from tests.e2e.cli import Place, sha256

ARABIC = "\u0634\u0627\u0647\u062f"
HOSTILE: tuple[bytes, ...] = (
    b"\xff\xfe not UTF-8.txt",
    b"latin caf\xe9.jpg",
    b"\xed\xa0\x80 a surrogate in UTF-8",
    b"n" * 255,
    ("\u0634" * 127).encode() + b"x",
    "photo\u202egpj.exe".encode(),
    "\u2067\u202b\u200f marks \u2069".encode(),
    f"{ARABIC} \u06f1\u06f2\u06f3.txt".encode(),
    b"bell\x07 escape\x1b[2J return\r tab\t delete\x7f",
    b"new\nline\n",
    b"CON",
    b"aux.txt",
    b"trailing dots...",
    b"trailing space ",
    b" leading space",
    b"-rf",
    b"--yes",
    b"--passphrase-file=x",
    b"=cmd|' C calc'!A0",
    b"<img src=x onerror=alert(1)>&amp;.html",
    b"quote\"quote'`$(touch x)",
    b"%41%00\\x00",
    b"a:b*c?d|e",
    b"*",
    unicodedata.normalize("NFC", "caf\u00e9").encode(),
    unicodedata.normalize("NFD", "caf\u00e9").encode(),
    "\U0001f469\u200d\U0001f33e zero\u200bwidth\ufeff".encode(),
    b".hidden",
    b"...",
)
#: What acts on a terminal or hides what follows; a name that has it is shown with it written out.
ACTING = set(map(chr, [*range(32), *range(0x7F, 0xA0), 0x202E, 0x202B, 0x2067, 0x2069, 0x200F, 0xFEFF])) - {
    "\n"
}


def content_of(name: bytes) -> bytes:
    return b"content of " + name


def test_every_name_goes_in_and_comes_back(place: Place) -> None:
    for name in HOSTILE:
        place.original(name, content_of(name))
    done = place.opened("import", place.originals, "--json", "--case", "NAMES")
    report = done.document
    assert (len(report["items"]), report["failed"], report["duplicates"]) == (len(HOSTILE), [], [])
    taken = {os.path.basename(os.fsencode(item["path"])): item for item in report["items"]}
    assert set(taken) == set(HOSTILE)
    for name, item in taken.items():
        assert (item["sha256"], item["size"]) == (sha256(content_of(name)), len(content_of(name)))

    listed = place.opened("list", "--json")
    assert {item["sha256"] for item in listed.document["items"]} == {sha256(content_of(n)) for n in HOSTILE}
    in_words = place.opened("list").text
    assert len(in_words.splitlines()) == len(HOSTILE)
    assert not ACTING & set(in_words)
    # One whole look at the worst of them.
    for name in (HOSTILE[0], HOSTILE[2], HOSTILE[8], HOSTILE[9], HOSTILE[3]):
        shown = place.json("show", taken[name]["ref"])
        assert os.fsencode(shown["original_name"]) == name
        assert place.opened("cat", taken[name]["ref"]).out == content_of(name)
    text = place.opened("show", taken[HOSTILE[8]]["ref"]).text
    assert not ACTING & set(text)
    assert "\\x1b[2J" in text

    check_the_bundle(place, {name: item["ref"] for name, item in taken.items()})


def check_the_bundle(place: Place, taken: dict[bytes, str]) -> None:
    out = place.folder / "bundle"
    printed = place.opened("export", "--case", "NAMES", "--plain-folder", "--out", out)
    assert not ACTING & set(printed.text)
    data = out / "bag" / "data"
    assert {sha256(path.read_bytes()) for path in data.glob("items/*/*")} == {
        sha256(content_of(name)) for name in taken
    }
    # Nothing of a name is a name in the bundle.
    assert all(str(path.relative_to(out)).isascii() for path in out.rglob("*"))
    with open(data / "index.csv", encoding="utf-8-sig", newline="") as file:
        rows = {row["sha256"]: row["original_name"] for row in csv.DictReader(file)}
    assert len(set(rows.values())) == len(taken), "two names became one"
    for name in (b"CON", b"trailing dots...", b" leading space", f"{ARABIC} \u06f1\u06f2\u06f3.txt".encode()):
        assert rows[sha256(content_of(name))] == name.decode()
    assert rows[sha256(content_of(HOSTILE[0]))] == "\\xff\\xfe not UTF-8.txt"
    assert not any(cell.startswith(("=", "-", "+", "@")) for cell in rows.values())
    page = (data / "index.html").read_text("utf-8")
    assert "<img src=x" not in page
    assert "\u202e" not in page
    assert place.run("check-bundle", out, "--json").document["ok"]


def test_a_name_that_looks_like_an_option(place: Place) -> None:
    place.original(b"-rf", b"1")
    place.original(b"--yes", b"2")
    secret = ("--passphrase-file", place.passfile)
    place.run("import", place.vault, *secret, "--", b"-rf", b"--yes", cwd=place.originals)
    assert {place.json("show", ref)["original_name"] for ref in ("E0001", "E0002")} == {"-rf", "--yes"}


def test_a_vault_with_a_hostile_name(bare: Place) -> None:
    vault = bare.folder / os.fsdecode(b"v\xff\x1b[31m\n")
    bare.create(vault=vault)
    bare.take(bare.original("a.txt", b"a"), vault=vault)
    assert len(bare.json("list", vault=vault)["items"]) == 1
    bare.run("panic", vault, "--yes")
    assert not vault.exists()
    # Said without its name, hence without what its name would do to the terminal.
    done = bare.opened("list", vault=vault, expect=3)
    assert "\x1b" not in done.err
