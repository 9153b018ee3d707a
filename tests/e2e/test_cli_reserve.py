"""The reserve by command: a second compartment in it, what does not fit, and what neither side sees."""

from __future__ import annotations

import os

from tests.e2e.cli import PASSPHRASE, Argument, Done, Place

INNER = "another orbit of velvet lanterns"


def inside(place: Place, command: str, *words: Argument, expect: int | None = 0) -> Done:
    secret = place.secret("inner", INNER)
    return place.run(command, place.vault, *words, "--passphrase-file", secret, expect=expect)


def outside(place: Place, command: str, *words: Argument, expect: int | None = 0) -> Done:
    secret = place.secret("outer", PASSPHRASE)
    return place.run(command, place.vault, *words, "--passphrase-file", secret, expect=expect)


def test_a_second_compartment_from_the_first_day_to_the_last(bare: Place) -> None:
    bare.create("--reserve", "16M")
    new = bare.secret("inner", INNER)
    assert outside(bare, "reserve", "show", "--json").document["reserve"]["size"] == 16 << 20
    assert outside(bare, "reserve", "use", "--new-passphrase-file", new, expect=2).error_code == "yes-needed"
    code = bare.folder / "code"
    outside(bare, "reserve", "use", "--yes", "--new-passphrase-file", new, "--recovery-code-file", code)
    originals = [bare.original(f"{name}.txt", name.encode() * 3000) for name in ("one", "two", "three")]
    outside(bare, "import", *originals)
    outside(bare, "export", "--all", "--plain-folder", "--out", bare.folder / "bundle")
    before, listed = outside(bare, "unlock-test").text, outside(bare, "list", "--json").document
    small = bare.original("small.txt", b"inside only\n")
    large = bare.original("large.bin", os.urandom(5_000_000))
    done = inside(bare, "import", small, large, "--case", "C-1", "--json", expect=6)
    assert [item["ref"] for item in done.document["items"]] == ["E0001"]
    assert [failed["code"] for failed in done.document["failed"]] == ["no-room"]
    assert "left_bytes=" in done.err
    assert inside(bare, "cat", "E0001").out == b"inside only\n"
    room = inside(bare, "reserve", "show", "--json").document
    assert room["reserve"] is None and 0 < room["room"]["left"] < room["room"]["size"]
    assert inside(bare, "reserve", "use", "--yes", "--new-passphrase-file", new, expect=2).error_code == (
        "no-reserve"
    )
    inside(bare, "receive", bare.folder / "bundle")
    assert len(inside(bare, "list", "--json").document["items"]) >= 4
    # Nothing of it is seen from outside, where everything is as it was.
    assert outside(bare, "unlock-test").text == before
    assert outside(bare, "list", "--json").document == listed
    letters = bare.secret("letters", code.read_text("utf-8").split()[0])
    bare.run("unlock-test", bare.vault, "--passphrase-file", letters)
    inside(bare, "slots", "rekey", "--keep-passphrase-file", letters)
    inside(bare, "destroy", "E0001", "--yes")
    assert inside(bare, "verify").code == 0
    duress = bare.secret("duress", "the one for the border crossing")
    outside(bare, "slots", "add", "--refresh-reserve", "--new-passphrase-file", duress)
    slots = outside(bare, "slots", "list", "--json").document["slots"]
    assert [slot["refreshes_reserve"] for slot in slots] == [False, True, False, False]
    assert inside(bare, "unlock-test").code == 0
    bare.run("unlock-test", bare.vault, "--passphrase-file", duress)
    assert inside(bare, "unlock-test", expect=3).error_code == "wrong-passphrase"
    outside(bare, "reserve", "refresh", "--yes")
    assert outside(bare, "reserve", "show", "--json").document["reserve"]["refreshing"] is False


def test_a_vault_without_one_says_so(bare: Place) -> None:
    bare.create()
    new = bare.secret("inner", INNER)
    assert outside(bare, "reserve", "show").text == "no reserve\n"
    for words in (
        ("reserve", "use", "--yes", "--new-passphrase-file", new),
        ("reserve", "refresh", "--yes"),
        ("slots", "add", "--refresh-reserve", "--new-passphrase-file", new),
    ):
        assert outside(bare, *words, expect=2).error_code == "no-reserve"
