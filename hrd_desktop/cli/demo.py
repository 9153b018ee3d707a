"""The whole job on the built-in sample, step by step on the terminal, with the commands a user would type."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from hrd_desktop.cli.secret_files import write_secret_file
from hrd_desktop.crypto.age_identities import new_identity
from hrd_desktop.domain.version import VISIBLE_NAME
from hrd_desktop.services.passphrases import make_passphrase
from hrd_desktop.services.resources import resource_folder

MARKER = ".made-by-the-demonstration"


class StepFailed(Exception):
    """A step of the demonstration ended with another code than it should."""


class Demonstration:
    """Runs in ``folder``, which is emptied first if an earlier demonstration made it."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder.absolute()
        self._vault = self._folder / "vault"
        self._passphrase = self._folder / "passphrase.txt"
        self._step = 0

    def run(self) -> None:
        """Every step. Raises StepFailed at the first that does not do what it should."""
        self._make_folder()
        identity, recipient = new_identity()
        write_secret_file(str(self._folder / "recipient-key.txt"), identity + "\n")
        write_secret_file(str(self._passphrase), make_passphrase(os.urandom) + "\n")
        sample = resource_folder() / "sample"
        vault = str(self._vault)

        self._say("Make a vault. The passphrase comes from a file here; otherwise it is asked for.")
        self._vault_command(
            "create",
            vault,
            "--kdf",
            "minimum",
            "--recovery-code-file",
            str(self._folder / "recovery-code.txt"),
        )
        self._say("Take a folder of photographs, documents and sound in, byte for byte.")
        self._vault_command(
            "import", vault, str(sample / "evidence"), "--case", "WATER", "--source", "village committee"
        )
        self._say("The same folder again: everything is here already.")
        self._vault_command("import", vault, str(sample / "evidence" / "photos"))
        self._say("Search, in any script; the words stand in the text of the files.")
        for words in ("pickup petition", "السيارة", "ရေတွင်း"):
            self._vault_command("list", vault, "--query", words)
        self._say("What is known about the photograph: its record, what it says of itself, its custody.")
        photograph = self._reference("IMG_0412")
        self._vault_command(
            "edit", vault, photograph, "--title", "Grey pickup at the well", "--tag", "vehicle", "--set",
            "place=Upper well", "--set", "collected=2025-03-13T07:52", "--set", "verification=likely",
        )  # fmt: skip
        self._vault_command("show", vault, photograph)
        self._say("Contacts come from a spreadsheet; what others claim of them is not taken over.")
        self._vault_command("contacts", vault, "import", str(sample / "contacts.csv"))
        self._vault_command("contacts", vault, "show", "Lawyer")
        self._say("A privileged note is held back from every bundle (exit code 6 says so).")
        self._vault_command("edit", vault, self._reference("warning"), "--set", "privileged=yes")
        self._say("Export the case to the lawyer's key; everything that leaves is listed first.")
        self._vault_command(
            "export", vault, "--case", "WATER", "--out", str(self._folder / "bundle.zip.age"),
            "--recipient", recipient, expect=6,
        )  # fmt: skip
        self._say("The same for somebody without a key: a passphrase of seven words, written to a file.")
        self._vault_command(
            "export", vault, "--case", "WATER", "--out", str(self._folder / "bundle-for-words.zip.age"),
            "--passphrase-out", str(self._folder / "words-for-the-bundle.txt"), expect=6,
        )  # fmt: skip
        self._say("And in the clear, for looking at it here: open bundle/bag/data/index.html.")
        self._vault_command(
            "export",
            vault,
            "--case",
            "WATER",
            "--out",
            str(self._folder / "bundle"),
            "--plain-folder",
            expect=6,
        )
        self._say("Check what was made, as the recipient would.")
        self._command(
            "check-bundle", str(self._folder / "bundle.zip.age"),
            "--identity", str(self._folder / "recipient-key.txt"),
        )  # fmt: skip
        self._command(
            "check-bundle", str(self._folder / "bundle-for-words.zip.age"),
            "--bundle-passphrase-file", str(self._folder / "words-for-the-bundle.txt"),
        )  # fmt: skip
        self._check_with_other_tools()
        self._say("Verify: every file is decrypted and hashed again, every custody log checked.")
        self._vault_command("verify", vault)
        self._say("The recovery code opens the vault too.")
        self._vault_command("unlock-test", vault, passphrase=self._folder / "recovery-code.txt")
        self._say("Panic, on a copy of the vault: the keys are overwritten first.")
        copy = self._folder / "vault-to-wipe"
        shutil.copytree(self._vault, copy)
        self._command("panic", str(copy), "--yes")
        self._vault_command("unlock-test", str(copy), expect=3)
        print(f"\nDone. The vault, the bundles and the keys to them are in {self._folder}")

    def _make_folder(self) -> None:
        if self._folder.is_dir() and any(self._folder.iterdir()):
            if not (self._folder / MARKER).exists():
                raise StepFailed("the folder is not empty and was not made by an earlier demonstration")
            shutil.rmtree(self._folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        (self._folder / MARKER).touch()

    def _say(self, text: str) -> None:
        self._step += 1
        print(f"\n{self._step}. {text}", flush=True)

    def _vault_command(
        self, command: str, *arguments: str, expect: int = 0, passphrase: Path | None = None
    ) -> str:
        """A command that opens the vault."""
        return self._command(
            command, *arguments, "--passphrase-file", str(passphrase or self._passphrase), expect=expect
        )

    def _command(self, *arguments: str, expect: int = 0, quiet: bool = False) -> str:
        if not quiet:
            print(
                "   $ hrd-vault " + " ".join(shlex.quote(self._short(argument)) for argument in arguments),
                flush=True,
            )
        done = subprocess.run(
            [sys.executable, "-I", "-m", "hrd_desktop.cli.entry", *arguments],
            cwd="/",
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT if not quiet else subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            check=False,
        )
        output = done.stdout.decode("utf-8", "replace")
        if not quiet:
            for line in output.splitlines():
                print("     " + self._short(line), flush=True)
        if done.returncode != expect:
            raise StepFailed(f"exit code {done.returncode} instead of {expect}")
        return output

    def _short(self, text: str) -> str:
        return text.replace(str(resource_folder()) + os.sep, "").replace(str(self._folder) + os.sep, "")

    def _reference(self, title: str) -> str:
        listed = json.loads(
            self._command(
                "list", str(self._vault), "--json", "--passphrase-file", str(self._passphrase), quiet=True
            )
        )
        return str(next(item["ref"] for item in listed["items"] if item["title"] == title))

    def _check_with_other_tools(self) -> None:
        """The same checks by programs that have never heard of this one, where they are installed."""
        self._say("Check it with tools that are not ours, where they are installed.")
        opened = self._folder / "opened-with-age"
        opened.mkdir()
        archive = opened / "bundle.zip"
        steps: list[tuple[Path, Sequence[str]]] = [
            (
                opened,
                ("age", "-d", "-i", str(self._folder / "recipient-key.txt"), "-o", str(archive),
                 str(self._folder / "bundle.zip.age")),
            ),
            (opened, ("unzip", "-q", str(archive))),
        ]  # fmt: skip
        for folder, command in steps:
            if not self._other_tool(folder, command):
                return
        bag = next(path for path in opened.glob("*/bag"))
        self._other_tool(bag, ("sha256sum", "--check", "--quiet", "manifest-sha256.txt"))

    def _other_tool(self, folder: Path, command: Sequence[str]) -> bool:
        program = shutil.which(command[0])
        shown = " ".join(self._short(part) for part in command)
        if program is None:
            print(f"   $ {shown}\n     ({command[0]} is not installed here)")
            return False
        done = subprocess.run([program, *command[1:]], cwd=folder, stdin=subprocess.DEVNULL, check=False)
        if done.returncode != 0:
            raise StepFailed(f"{command[0]} did not accept it")
        print(f"   $ {shown}\n     accepted", flush=True)
        return True


def main(arguments: Sequence[str]) -> int:
    """``demo FOLDER``. Returns the exit code."""
    if len(arguments) != 1:
        print("usage: python -m hrd_desktop.cli.demo FOLDER", file=sys.stderr)
        return 2
    print(f"{VISIBLE_NAME}: the whole job on an invented case")
    try:
        Demonstration(Path(arguments[0])).run()
    except StepFailed as failure:
        print(f"   FAILED: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
