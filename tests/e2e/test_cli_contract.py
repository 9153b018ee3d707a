"""The commands, options and exit codes that are promised, and what every command has in common."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from hrd_desktop.cli.main import MODULES, commands
from tests.e2e.cli import PASSPHRASE, Place, on_terminal

PROMISED: dict[str, set[str]] = {
    "create": {"--kdf", "--reserve", "--recovery-code-file"},
    "unlock-test": set(),
    "import": {"--case", "--tag", "--source", "--json"},
    "list": {"--query", "--case", "--tag", "--bin", "--json"},
    "show": {"--json"},
    "cat": set(),
    "edit": {"--title", "--note", "--case", "--tag"},
    "delete": set(),
    "undelete": set(),
    "destroy": {"--yes"},
    "verify": {"--json"},
    "cases add": {"--title"},
    "cases list": {"--json"},
    "cases show": {"--json"},
    "contacts add": {"--alias"},
    "contacts list": {"--json"},
    "contacts show": {"--json"},
    "contacts edit": {"--alias"},
    "contacts delete": set(),
    "contacts import": set(),
    "contacts export": set(),
    "export": {
        "--out", "--case", "--item", "--all", "--recipient", "--passphrase-out", "--plain-folder", "--with",
    },
    "check-bundle": {"--identity", "--bundle-passphrase-file", "--json"},
    "slots list": set(),
    "slots add": {"--new-passphrase-file"},
    "slots remove": set(),
    "slots change": {"--new-passphrase-file"},
    "slots rekey": set(),
    "panic": {"--yes", "--keys-only", "--json"},
    "rehearse": set(),
}  # fmt: skip
OPENS_NOTHING = {"check-bundle", "panic", "rehearse"}


def test_every_promised_command_and_option_is_there(bare: Place) -> None:
    listed = bare.run("--help").text
    for command, options in PROMISED.items():
        words = command.split()
        assert f"  {words[0]} " in listed, command
        found: click.Command = commands
        for word in words:
            assert isinstance(found, click.Group)
            inside = found.get_command(click.Context(found), word)
            assert inside is not None, command
            found = inside
        known = {name for parameter in found.params for name in parameter.opts}
        opening = set() if words[0] in OPENS_NOTHING else {"--passphrase-file", "--key-file"}
        assert known >= options | opening, command
    # Help needs neither a vault nor a passphrase, nor a display.
    assert "--recipient" in bare.run("export", "--help").text
    assert "--alias" in bare.run("contacts", "v", "add", "--help").text


def test_every_command_of_a_module_is_listed_and_a_short_one_loads_no_other() -> None:
    for module, names in MODULES.items():
        found = import_module(f"hrd_desktop.cli.{module}").COMMANDS
        assert tuple(command.name for command in found) == names
    script = (
        "import sys; from hrd_desktop.cli.main import commands; import click;"
        "commands.get_command(click.Context(commands), 'backup');"
        "print(*sorted(name for name in sys.modules if name.endswith('_commands')));"
        "print('rfc3161_client' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-I", "-c", script], cwd="/", capture_output=True, check=True)
    assert done.stdout.decode().split() == ["hrd_desktop.cli.backup_commands", "False"]


def test_wrong_usage_is_2(bare: Place) -> None:
    for words in (
        ("no-such-command",),
        ("list",),
        ("list", "v", "--no-such-option"),
        ("show", "v"),
        ("import", "v"),
        ("contacts", "v", "no-such-subcommand"),
        ("contacts", "v"),
        ("create", "v", "--kdf", "cheap"),
        ("create", "v", "--reserve", "1 elephant"),
        ("create", "v", "--reserve", "1K"),
        ("destroy", "v", "E0001"),
    ):
        done = bare.run(*words, "--passphrase-file", bare.passfile, expect=2)
        assert done.out == b"", words
        assert done.err, words
    assert re.fullmatch(r"\d+\.\d+\.\d+\n", bare.run("--version").text)


def test_what_is_no_vault(bare: Place) -> None:
    (bare.folder / "file").write_bytes(b"x")
    for path in (bare.folder / "absent", bare.folder / "file", bare.originals):
        for words in (("list",), ("import", bare.passfile), ("verify",)):
            done = bare.run(words[0], path, *words[1:], "--passphrase-file", bare.passfile, expect=3)
            assert done.error_code == "not-a-vault"
            assert str(path) not in done.err
    assert list(bare.originals.iterdir()) == [], "nothing is left in a folder named by mistake"


def test_create(bare: Place) -> None:
    done = bare.create()
    assert done.out == b""
    assert "cheapest" in done.err
    assert oct(bare.vault.stat().st_mode & 0o777) == "0o700"
    again = bare.opened("create", "--kdf", "minimum", expect=1)
    assert again.error_code == "exists"
    # An empty folder is a place; a missing parent is not.
    empty = bare.folder / "empty"
    empty.mkdir()
    bare.create(vault=empty)
    bare.opened("create", "--kdf", "minimum", vault=bare.folder / "no" / "such" / "parent", expect=1)
    assert not (bare.folder / "no").exists()
    assert [path.name for path in bare.vault.parent.iterdir()] == ["v"]


def test_create_with_a_reserve(bare: Place) -> None:
    bare.create("--reserve", "16M")
    assert (bare.vault / "records.1").stat().st_size == 1 << 20
    total = sum(path.stat().st_size for path in bare.vault.rglob("*") if path.is_file())
    assert total > 15 << 20
    before = {path: path.read_bytes() for path in bare.object_files().values()}
    bare.take(bare.original("a.txt", b"a"))
    assert bare.json("verify")["items"] == 1
    assert {path: path.read_bytes() for path in before} == before, "the reserve was written to"


def test_create_where_a_synced_folder_would_keep_copies(bare: Place) -> None:
    folder = bare.home / "Nextcloud"
    folder.mkdir()
    (folder / ".sync_0123456789ab.db").write_bytes(b"")
    done = bare.create(vault=folder / "v")
    assert "Nextcloud" in done.err
    assert "out of reach" in done.err


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read and write everything")
def test_what_may_not_be_read_or_written(seeded: Place) -> None:
    closed = seeded.original("closed.txt", b"closed")
    closed.chmod(0)
    done = seeded.opened("import", closed, "--json", expect=1)
    assert [failed["code"] for failed in done.document["failed"]] == ["no-permission"]
    seeded.vault.chmod(0)
    seeded.opened("list", expect=1)
    seeded.vault.chmod(0o700)


def test_commands_that_change_something_say_nothing(seeded: Place) -> None:
    """Names and paths are printed only by commands that were asked for them."""
    seeded.opened("edit", "E0001", "--note", "x")
    for words in (("edit", "E0001", "--title", "Quiet"), ("delete", "E0001"), ("undelete", "E0001"),
                  ("destroy", "E0003", "--yes")):  # fmt: skip
        done = seeded.opened(*words)
        assert (done.out, done.err) == (b"", "")
    verified = seeded.opened("verify")
    assert not re.search(r"Quiet|photo|letter|\.txt|/", verified.text + verified.err)


def test_progress_is_for_a_terminal_only(seeded: Place) -> None:
    path = seeded.original("large.bin", os.urandom(30 << 20))
    command = ["import", seeded.vault, path, "--json", "--passphrase-file", seeded.passfile]
    code, shown = on_terminal(seeded, command, [])
    assert code == 0
    assert b"MB/s" in shown
    done = seeded.opened("import", seeded.original("other.bin", os.urandom(30 << 20)), "--json")
    assert done.err == ""


def test_an_unexpected_end_of_the_reader_is_no_traceback(seeded: Place) -> None:
    process = seeded.start("show", seeded.vault, "E0001", "--json", "--passphrase-file", seeded.passfile)
    assert process.stdout is not None
    process.stdout.close()
    assert process.stderr is not None
    err = process.stderr.read()
    assert process.wait(60) == 1
    assert b"Traceback" not in err
    assert b"BrokenPipe" not in err
    process.stderr.close()


def test_errors_name_nobody(seeded: Place) -> None:
    """A failure says what happened, whether the data is safe and what to do; never a path, name or secret."""
    (seeded.vault / "keyslots.b").unlink()
    (seeded.vault / "keyslots.a").write_bytes(b"short")
    done = seeded.opened("show", "E0001", expect=3)
    assert len(done.err.strip().splitlines()) == 4
    for text in (str(seeded.folder), PASSPHRASE, "letter", "GATE"):
        assert text not in done.err


def test_it_runs_from_any_folder_and_with_nothing_in_the_environment(seeded: Place, tmp_path: Path) -> None:
    for name in list(seeded.environment):
        del seeded.environment[name]
    done = seeded.opened("list", "--json", cwd=Path("/"))
    assert len(done.document["items"]) == 3
    # A vault named by a relative path, from a folder that only the command line knows.
    done = seeded.run("list", "v", "--json", "--passphrase-file", seeded.passfile, cwd=seeded.vault.parent)
    assert len(done.document["items"]) == 3
