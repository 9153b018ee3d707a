"""`panic` by command: at once, without a passphrase, and with a report that says what is out of reach."""

from __future__ import annotations

from tests.e2e.cli import Place

STEPS = {"overwritten", "not-found", "failed", "out-of-reach"}


def test_panic(seeded: Place) -> None:
    done = seeded.run("panic", seeded.vault, "--yes", "--json")
    report = done.document
    assert report.keys() == {"keys_overwritten_ms", "steps"}
    assert 0 < report["keys_overwritten_ms"] < 60_000
    for step in report["steps"]:
        assert step.keys() == {"step", "result", "detail", "vault", "ms"}
        assert step["result"] in STEPS
    assert report["steps"][0]["step"] == "key-slots"
    assert {"older-copies", "backups", "bundles"} <= {
        step["step"] for step in report["steps"] if step["result"] == "out-of-reach"
    }
    assert not seeded.vault.exists()
    assert done.err == ""
    assert seeded.opened("list", expect=3).error_code == "not-a-vault"


def test_without_yes_nothing_happens(seeded: Place) -> None:
    before = {path: path.read_bytes() for path in seeded.vault.rglob("*") if path.is_file()}
    done = seeded.run("panic", seeded.vault, expect=2, stdin=b"yes\n")
    assert done.out == b""
    for words in ((), ("--yes",), (seeded.vault, "--yes", "--now"), (seeded.vault, seeded.vault, "--yes")):
        seeded.run("panic", *words, expect=2)
    assert {path: path.read_bytes() for path in seeded.vault.rglob("*") if path.is_file()} == before
    seeded.opened("list")


def test_the_passphrase_options_are_accepted_everywhere(seeded: Place) -> None:
    # A shortcut may be made from another command's line; the file need not even be there.
    seeded.run("panic", "--passphrase-file", "/nonexistent", seeded.vault, "--yes", "--key-file=/nonexistent")
    assert not seeded.vault.exists()


def test_every_command_finishes_a_wipe_that_was_begun(seeded: Place) -> None:
    seeded.run("panic", seeded.vault, "--yes", "--keys-only")
    assert (seeded.vault / "records.0").exists()
    # With the right passphrase, with none, and when nobody can be asked.
    done = seeded.run("list", seeded.vault, expect=3)
    assert (done.error_code, done.out) == ("wiped", b"")
    assert not seeded.vault.exists()


def test_import_finishes_a_wipe_too(seeded: Place) -> None:
    seeded.run("panic", seeded.vault, "--yes", "--keys-only")
    assert seeded.opened("import", seeded.originals, expect=3).error_code == "wiped"
    assert not seeded.vault.exists()
    assert (seeded.originals / "letter.txt").exists()
