"""Key slots by command: what is added opens; what is removed, changed or re-keyed away does not."""

from __future__ import annotations

from typing import Any

from tests.e2e.cli import PASSPHRASE, Argument, Done, Place
from tests.e2e.conftest import SEEDS


def slots(place: Place, *words: Argument, opening: str = PASSPHRASE, expect: int = 0) -> Done:
    secret = place.secret("opening", opening)
    return place.run("slots", place.vault, *words, "--passphrase-file", secret, expect=expect)


def opens(place: Place, text: str) -> bool:
    done = place.run(
        "unlock-test", place.vault, "--passphrase-file", "-", stdin=text.encode() + b"\n", expect=None
    )
    assert done.code in (0, 3)
    return done.code == 0


def listed(place: Place, opening: str = PASSPHRASE) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = slots(place, "list", "--json", opening=opening).document["slots"]
    return found


def test_add_list_remove(seeded: Place) -> None:
    second = seeded.secret("second", "another way in, quite long")
    done = slots(seeded, "add", "--new-passphrase-file", second, "--label", "spare")
    assert done.text == "slot 1\n"
    code_file = seeded.folder / "code"
    assert slots(seeded, "add", "--recovery-code-file", code_file).text == "slot 2\n"
    letters = code_file.read_text("utf-8").split()[0]
    found = listed(seeded)
    assert [(slot["slot"], slot["used"], slot["kind"], slot["label"]) for slot in found] == [
        (0, True, "passphrase", None),
        (1, True, "passphrase", "spare"),
        (2, True, "recovery-code", None),
        (3, False, None, None),
    ]
    assert [slot["opened_with"] for slot in found] == [True, False, False, False]
    assert [slot["opened_with"] for slot in listed(seeded, letters)] == [False, False, True, False]
    assert opens(seeded, "another way in, quite long")

    slots(seeded, "remove", "1")
    slots(seeded, "remove", "2")
    assert not opens(seeded, "another way in, quite long")
    assert not opens(seeded, letters)
    assert slots(seeded, "remove", "0", expect=2).error_code == "last-slot"
    assert slots(seeded, "remove", "3", expect=1).error_code == "not-found"
    assert slots(seeded, "remove", "9", expect=1).error_code == "not-found"
    assert opens(seeded, PASSPHRASE)


def test_four_are_all(seeded: Place) -> None:
    for number in (1, 2, 3):
        new = seeded.secret("new", f"passphrase number {number}")
        assert slots(seeded, "add", "--new-passphrase-file", new).text == f"slot {number}\n"
    code_file = seeded.folder / "code"
    done = slots(seeded, "add", "--recovery-code-file", code_file, expect=1)
    assert done.error_code == "slots-full"
    assert not code_file.exists(), "a code that opens nothing"


def test_change(seeded: Place) -> None:
    new = seeded.secret("new", "an entirely new passphrase")
    done = slots(seeded, "change", "--new-passphrase-file", new)
    assert "older copy" in done.err
    assert "entirely" not in done.err + done.text
    assert not opens(seeded, PASSPHRASE)
    weak = seeded.secret("weak", "12345678")
    done = slots(seeded, "change", "0", "--new-passphrase-file", weak, opening="an entirely new passphrase")
    assert "weak" in done.err
    assert opens(seeded, "12345678")


def test_nothing_new_is_asked_without_a_terminal(seeded: Place) -> None:
    for words in (("add",), ("change",)):
        assert slots(seeded, *words, expect=2).error_code == "passphrase-needed"
    assert [slot["used"] for slot in listed(seeded)] == [True, False, False, False]


def test_rekey_keeps_what_is_kept(seeded: Place) -> None:
    kept = seeded.secret("kept", "the one that stays")
    gone = seeded.secret("gone", "the one that goes")
    slots(seeded, "add", "--new-passphrase-file", kept)
    slots(seeded, "add", "--new-passphrase-file", gone)
    done = slots(seeded, "rekey", "--keep-passphrase-file", kept)
    assert done.text == "2 slots were kept\n"
    assert opens(seeded, "the one that stays")
    assert not opens(seeded, "the one that goes")
    seeded.passfile = kept
    assert seeded.opened("cat", "E0002").out == SEEDS["photo.bin"]
    assert seeded.json("verify")["ok"]
    assert [item["ref"] for item in seeded.json("list", "--query", "zebrafinch")["items"]] == ["E0001"]
    seeded.take(seeded.original("later.txt", b"later"))
    wrong = seeded.secret("wrong", "never a way in")
    before = (seeded.vault / "keyslots.a").read_bytes()
    assert slots(seeded, "rekey", "--keep-passphrase-file", wrong, expect=3).error_code == "wrong-passphrase"
    assert (seeded.vault / "keyslots.a").read_bytes() == before
