"""How a vault is opened: from a file, standard input or a prompt; by passphrase, code and key file."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.e2e.cli import PASSPHRASE, Place, on_terminal

EVERY_COMMAND_THAT_OPENS = (
    ("unlock-test",),
    ("import", "nothing-here"),
    ("list",),
    ("show", "E0001"),
    ("cat", "E0001"),
    ("edit", "E0001", "--title", "x"),
    ("delete", "E0001"),
    ("undelete", "E0001"),
    ("destroy", "E0001", "--yes"),
    ("verify",),
    ("cases", "add", "X"),
    ("cases", "list"),
    ("cases", "show", "X"),
    ("contacts", "add", "--alias", "x"),
    ("contacts", "list"),
    ("contacts", "show", "x"),
    ("contacts", "edit", "x"),
    ("contacts", "delete", "x"),
    ("contacts", "export", "out.vcf"),
    ("export", "--all", "--plain-folder", "--out", "out"),
    ("slots", "list"),
    ("slots", "add"),
    ("slots", "remove", "0"),
    ("slots", "change"),
    ("slots", "rekey"),
)


def with_vault(place: Place, words: tuple[str, ...]) -> tuple[str | Path, ...]:
    return (words[0], place.vault, *words[1:])


def test_nothing_is_asked_without_a_terminal(seeded: Place) -> None:
    # Were something asked, what is on standard input would answer it.
    for words in EVERY_COMMAND_THAT_OPENS:
        done = seeded.run(*with_vault(seeded, words), stdin=(PASSPHRASE + "\n").encode() * 3, expect=2)
        assert (words, done.error_code, done.out) == (words, "passphrase-needed", b"")


def test_a_wrong_passphrase_is_3(seeded: Place) -> None:
    wrong = seeded.secret("wrong", "not this one")
    for words in EVERY_COMMAND_THAT_OPENS[::4]:
        done = seeded.run(*with_vault(seeded, words), "--passphrase-file", wrong, expect=3)
        assert (words, done.error_code, done.out) == (words, "wrong-passphrase", b"")


def test_create_asks_nothing_without_a_terminal(bare: Place) -> None:
    done = bare.run("create", bare.vault, stdin=b"a\na\n", expect=2)
    assert done.error_code == "passphrase-needed"
    assert not bare.vault.exists()


def test_from_standard_input(seeded: Place) -> None:
    first_line = f"{PASSPHRASE}\nsecond line\n".encode()
    done = seeded.run("unlock-test", seeded.vault, "--passphrase-file", "-", stdin=first_line)
    assert "items 3" in done.text
    done = seeded.run("unlock-test", seeded.vault, "--passphrase-file", "-", stdin=b"wrong\n", expect=3)
    assert done.error_code == "wrong-passphrase"
    assert (
        seeded.run("unlock-test", seeded.vault, "--passphrase-file", "-", stdin=b"", expect=3).error_code
        == "unusable-passphrase"
    )


@pytest.mark.parametrize("ending", [b"", b"\n", b"\r\n", b"\nanother line"])
def test_the_first_line_however_it_ends(seeded: Place, ending: bytes) -> None:
    seeded.passfile.write_bytes(PASSPHRASE.encode() + ending)
    seeded.opened("unlock-test")


def test_a_byte_order_mark_is_no_part_of_it(seeded: Place) -> None:
    seeded.passfile.write_bytes(b"\xef\xbb\xbf" + PASSPHRASE.encode())
    seeded.opened("unlock-test")


def test_a_passphrase_file_that_is_not_there(seeded: Place) -> None:
    done = seeded.run("list", seeded.vault, "--passphrase-file", seeded.folder / "absent", expect=2)
    assert done.error_code == "passphrase-file"
    assert "absent" not in done.err


def test_a_passphrase_that_is_no_text(seeded: Place) -> None:
    seeded.passfile.write_bytes(b"\xff\xfe\x00\n")
    assert seeded.opened("list", expect=3).error_code == "unusable-passphrase"


@pytest.mark.parametrize(
    "words",
    [
        ("contacts", "--passphrase-file", "FILE", "VAULT", "list"),
        ("contacts", "VAULT", "--passphrase-file", "FILE", "list"),
        ("contacts", "VAULT", "list", "--passphrase-file", "FILE"),
        ("cases", "VAULT", "show", "--passphrase-file", "FILE", "GATE"),
        ("slots", "VAULT", "list", "--json", "--passphrase-file=FILE"),
        ("list", "--passphrase-file", "FILE", "VAULT", "--query", "gate"),
        ("list", "VAULT", "--query", "gate", "--passphrase-file", "FILE"),
        ("show", "VAULT", "--passphrase-file", "FILE", "E0001"),
        # The one of the subcommand counts.
        ("contacts", "--passphrase-file", "/dev/null", "VAULT", "list", "--passphrase-file", "FILE"),
    ],
    ids=" ".join,
)
def test_the_file_may_stand_anywhere_after_the_command(seeded: Place, words: tuple[str, ...]) -> None:
    known = {"FILE": str(seeded.passfile), "VAULT": str(seeded.vault)}
    arguments = [known.get(word, word.replace("FILE", known["FILE"])) for word in words]
    seeded.run(*arguments)


def test_a_prompt_does_not_echo(seeded: Place) -> None:
    code, shown = on_terminal(
        seeded, ["unlock-test", seeded.vault], [(b"Passphrase: ", PASSPHRASE.encode() + b"\n")]
    )
    assert code == 0
    assert b"items 3" in shown
    assert b"copper" not in shown


def test_a_prompt_for_a_new_passphrase_asks_twice(bare: Place) -> None:
    new = "\u0634\u0647\u0631 lantern 7 opal quietly".encode()
    create = ["create", bare.vault, "--kdf", "minimum"]
    code, shown = on_terminal(bare, create, [(b"New passphrase: ", new + b"\n"), (b"Again: ", b"other\n")])
    assert (code, bare.vault.exists()) == (2, False)
    assert b"[passphrases-differ]" in shown
    code, shown = on_terminal(bare, create, [(b"New passphrase: ", new + b"\n"), (b"Again: ", new + b"\n")])
    assert code == 0
    assert b"lantern" not in shown
    bare.run("list", bare.vault, "--passphrase-file", "-", stdin=new)


def test_an_end_or_interrupt_at_the_prompt_is_130(seeded: Place) -> None:
    for key in (b"\x03", b"\x04"):
        code, shown = on_terminal(seeded, ["list", seeded.vault], [(b"Passphrase: ", key)])
        assert code == 130, shown
        assert b"Traceback" not in shown


def test_neither_argument_nor_environment_gives_a_passphrase(seeded: Place) -> None:
    names = ("HRD_PASSPHRASE", "HRD_VAULT_PASSPHRASE", "SHEAF_PASSPHRASE", "PASSPHRASE")
    done = seeded.run("list", seeded.vault, extra=dict.fromkeys(names, PASSPHRASE), expect=2)
    assert done.error_code == "passphrase-needed"
    for option in ("--passphrase", "--password", "-p"):
        # Refused without repeating what follows: it may be the secret, and the screen may be seen.
        done = seeded.run("list", seeded.vault, option, PASSPHRASE, expect=2)
        assert "copper" not in done.err


def test_a_weak_passphrase_is_warned_about_and_taken(bare: Place) -> None:
    weak = bare.secret("weak", "password1")
    done = bare.run("create", bare.vault, "--kdf", "minimum", "--passphrase-file", weak)
    assert "weak" in done.err
    assert "password1" not in done.err
    assert "weak" not in bare.create(vault=bare.vault.parent / "strong").err


def test_both_forms_of_the_recovery_code_open(bare: Place) -> None:
    code_file = bare.folder / "code"
    bare.create("--recovery-code-file", code_file)
    assert code_file.stat().st_mode & 0o777 == 0o600
    letters, digits = code_file.read_text("utf-8").split()
    eastern = digits.translate({ord(str(n)): chr(0x06F0 + n) for n in range(10)})
    wrong = ("0" if digits[0] != "0" else "1") + digits[1:]
    for text, expected in (
        (letters, 0),
        (letters.lower().replace("-", " "), 0),
        (digits.replace("-", ""), 0),
        (eastern, 0),
        (wrong, 3),
    ):
        bare.run("list", bare.vault, "--passphrase-file", bare.secret("typed", text), expect=expected)


def test_a_recovery_code_file_is_never_overwritten(bare: Place) -> None:
    taken = bare.secret("taken", "mine")
    done = bare.run(
        "create", bare.vault, "--passphrase-file", bare.passfile, "--recovery-code-file", taken, expect=2
    )
    assert done.error_code == "secret-file-exists"
    assert taken.read_text("utf-8") == "mine\n"
    assert not bare.vault.exists()


def test_a_failed_create_leaves_no_code_behind(bare: Place) -> None:
    code_file = bare.folder / "code"
    (bare.vault / "something").mkdir(parents=True)
    done = bare.run(
        "create", bare.vault, "--kdf", "minimum", "--passphrase-file", bare.passfile,
        "--recovery-code-file", code_file, expect=1,
    )  # fmt: skip
    assert done.error_code == "exists"
    assert not code_file.exists()


def test_a_key_file_goes_with_the_passphrase(bare: Place) -> None:
    key = bare.folder / "key"
    key.write_bytes(os.urandom(1000))
    other = bare.folder / "other"
    other.write_bytes(key.read_bytes() + b"x")
    empty = bare.folder / "empty"
    empty.touch()
    bare.create("--key-file", key)
    bare.opened("list", "--key-file", key)
    assert bare.opened("list", expect=3).error_code == "wrong-passphrase"
    assert bare.opened("list", "--key-file", other, expect=3).error_code == "wrong-passphrase"
    for unusable in (empty, bare.folder / "absent", bare.folder):
        assert bare.opened("list", "--key-file", unusable, expect=3).error_code == "unusable-key-file"
    slot = bare.run(
        "slots", bare.vault, "--key-file", key, "list", "--json", "--passphrase-file", bare.passfile
    ).document["slots"][0]
    assert (slot["key_file"], slot["opened_with"]) == (True, True)


def test_a_command_notes_where_a_moved_key_file_lies_so_that_panic_finds_it(bare: Place) -> None:
    code, key, vault = bare.folder / "code", bare.folder / "key", bare.folder / "moved"
    bare.create("--recovery-code-file", code)
    bare.opened("key-file", "make", key, "--proof-file", code)
    bare.vault.rename(vault)
    key = key.rename(bare.folder / "elsewhere.bin")
    bare.opened("list", "--key-file", key, vault=vault)
    bare.run("panic", vault, "--yes")
    assert not key.exists() and not vault.exists()
