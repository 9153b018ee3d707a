"""Make a vault with the commands that users have, and write down what must be found in it for ever.

    python make_golden.py NAME

Writes NAME.zip (the vault's folder, closed cleanly) and adds NAME to expectations.json. A golden vault is
made once for each number of the format or of a schema, when that number is released, and never again.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
PROGRAM = Path(sys.executable).with_name("hrd-vault")
EXPECTATIONS = HERE / "expectations.json"
# Not to be guessed from: everybody can read them here.
PASSPHRASE = "golden \u06a9\u062a\u0627\u0628 \u06f1\u06f2\u06f3"
PASSPHRASE_ON_ANOTHER_KEYBOARD = "golden \u0643\u062a\u0627\u0628 123"
WITH_KEY_FILE = "golden with a key file"
REMOVED = "golden and removed"
KEY_FILE = bytes(range(256))
FILES = {
    "note.txt": b"The gate was open at noon.\n",
    "empty.bin": b"",
    "\u0634\u0627\u0647\u062f.txt": "\u0645\u0627 \u0631\u0623\u06cc\u062a\n".encode(),
    "two chunks.bin": b"".join(hashlib.sha256(bytes([number])).digest() for number in range(256)) * 2 + b"x",
}
SNAPSHOT = 3  # role of an object
ITEM_FIELDS = ("ref", "title", "cases", "tags", "sha256", "size", "media_type")


def run(*arguments: str | Path) -> str:
    result = subprocess.run([PROGRAM, *arguments], capture_output=True, check=True, timeout=120)
    return result.stdout.decode()


class Maker:
    """One vault, and the secrets that open it as files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self.passphrase = self.secret("passphrase", PASSPHRASE)

    def secret(self, name: str, text: str) -> Path:
        path = self.folder / name
        path.write_text(text + "\n", encoding="utf-8")
        path.chmod(0o600)
        return path

    def open(self, command: str, *arguments: str | Path) -> str:
        return run(command, self.vault, *arguments, "--passphrase-file", self.passphrase)

    def json(self, command: str, *arguments: str | Path) -> Any:
        return json.loads(self.open(command, *arguments, "--json"))

    def fill(self) -> list[str]:
        """Put everything in; the two forms of the recovery code."""
        code = self.folder / "code"
        run("create", self.vault, "--kdf", "minimum", "--recovery-code-file", code,
            "--passphrase-file", self.passphrase)  # fmt: skip
        incoming = self.folder / "in"
        incoming.mkdir()
        for name, content in FILES.items():
            (incoming / name).write_bytes(content)
            self.open("import", incoming / name, "--tag", "golden", "--source", "made up")
        self.open(
            "edit", "E0001", "--title", "The gate", "--note", "seen twice", "--tag", "gate", "--case", "G-1"
        )
        self.open("edit", "E0003", "--case", "G-1")
        self.open("delete", "E0002")
        self.open("contacts", "add", "--alias", "Heron", "--real-name", "A. Person", "--language", "ar",
                  "--channel", "phone:+10000000000;safe=yes", "--tag", "golden")  # fmt: skip
        key_file = self.folder / "key file"
        key_file.write_bytes(KEY_FILE)
        with_key = self.secret("with key", WITH_KEY_FILE)
        self.open("slots", "add", "--new-passphrase-file", with_key, "--new-key-file", key_file)
        self.open("slots", "add", "--new-passphrase-file", self.secret("removed", REMOVED))
        self.open("slots", "remove", "3")
        return [line for line in code.read_text(encoding="utf-8").split("\n") if line]

    def drop_older_snapshot(self) -> None:
        """Leave the older of the two out, as if it had been lost: it is as large as the records."""
        command = [sys.executable, HERE.parent / "vectors" / "second_reader.py"]
        result = subprocess.run(
            [*command, self.vault, self.passphrase, "list"], capture_output=True, check=True
        )
        snapshots = [entry for entry in json.loads(result.stdout)["objects"] if entry["role"] == SNAPSHOT]
        older, _ = sorted(snapshots, key=lambda entry: int(entry["sequence"]))
        (self.vault / "objects" / older["name"][:2] / older["name"][2:]).unlink()

    def describe(self, code: list[str]) -> dict[str, Any]:
        kept = self.json("list")["items"]
        binned = self.json("list", "--bin")["items"]
        state = self.json("unlock-test")
        return {
            "format": 1,
            "opens": [
                {"slot": 0, "text": PASSPHRASE},
                {"slot": 0, "text": PASSPHRASE_ON_ANOTHER_KEYBOARD},
                *({"slot": 1, "text": line} for line in code),
                {"slot": 1, "text": code[0].lower().replace("-", " ")},
                {"slot": 2, "text": WITH_KEY_FILE, "key_file": KEY_FILE.hex()},
            ],
            "refused": [
                {"text": REMOVED},
                {"text": WITH_KEY_FILE},
                {"text": PASSPHRASE, "key_file": KEY_FILE.hex()},
            ],
            "state": {name: state[name] for name in ("epoch", "items", "changed_at")},
            "items": [{name: item[name] for name in ITEM_FIELDS} for item in kept],
            "bin": [{name: item[name] for name in ITEM_FIELDS} for item in binned],
            "original_names": {hashlib.sha256(content).hexdigest(): name for name, content in FILES.items()},
            "cases": {"G-1": ["E0001", "E0003"]},
            "contacts": [{"alias": "Heron", "real_name": "A. Person", "channels": ["+10000000000"]}],
            "events": self.events(),
        }

    def events(self) -> dict[str, int]:
        """How many custody events each log has."""
        return {log["case"]: log["events"] for log in self.json("verify")["logs"]}


def pack(vault: Path, target: Path) -> None:
    """The folder as a zip file, empty folders too, with one time for everything."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for path in sorted(vault.rglob("*")):
            name = path.relative_to(vault).as_posix() + ("/" if path.is_dir() else "")
            entry = zipfile.ZipInfo(name, (2026, 11, 22, 0, 0, 0))
            entry.external_attr = (0o700 if path.is_dir() else 0o600) << 16
            out.writestr(entry, b"" if path.is_dir() else path.read_bytes(), zipfile.ZIP_DEFLATED)


def main(arguments: list[str]) -> int:
    (name,) = arguments
    target = HERE / f"{name}.zip"
    if target.exists():
        sys.stderr.write("A golden vault is made once.\n")
        return 1
    expectations = json.loads(EXPECTATIONS.read_text(encoding="utf-8")) if EXPECTATIONS.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        maker = Maker(Path(folder))
        expectations[name] = maker.describe(maker.fill())
        maker.drop_older_snapshot()
        pack(maker.vault, target)
    text = json.dumps(expectations, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
    EXPECTATIONS.write_text(text, encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
