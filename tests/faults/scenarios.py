"""The commands that faults are put into, and the vaults they start from."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.faults.harness import Place, Scenario

TEXT = "We were told to wait at the gate. Nobody came.\n"
#: More than two windows of write-back, so that both kinds of sync_file_range are made.
LARGE_BYTES = 9 * 1024 * 1024


def fill_secrets(folder: Path) -> None:
    """Passphrase files; the recovery code's is written when the vault is made."""
    folder.mkdir(parents=True)
    for name in ("one", "two", "three"):
        (folder / name).write_text(f"{name} harvest lantern orbit velvet\n", encoding="utf-8")


def _bytes_of(name: str, size: int) -> bytes:
    """The same at every run, and not compressible."""
    import hashlib

    return hashlib.shake_256(name.encode()).digest(size)


def start_empty(place: Place) -> None:
    """Nothing yet."""
    place.folder.chmod(0o700)


def start_vault(place: Place) -> None:
    """Three items, one in the bin, a case, a contact; opened by *one*, *two* and the recovery code."""
    code = place.secrets / "code"
    vault, key = str(place.vault), ["--passphrase-file", place.secret("one")]
    originals = place.folder / "originals"
    originals.mkdir()
    (originals / "a.txt").write_text(TEXT, encoding="utf-8")
    (originals / "b.bin").write_bytes(_bytes_of("b", 70_000))
    (originals / "c.txt").write_text(TEXT * 3, encoding="utf-8")
    (originals / "d.txt").write_text(TEXT * 5, encoding="utf-8")
    place.run("create", vault, "--kdf", "minimum", "--recovery-code-file", str(code), *key)
    place.run("slots", vault, "add", "--new-passphrase-file", place.secret("two"), *key)
    place.run("contacts", vault, "add", "--alias", "Heron", *key)
    place.run("import", vault, str(originals), "--case", "C-1", "--tag", "first", *key)
    place.run("delete", vault, "E0004", *key)
    incoming = place.folder / "incoming"
    incoming.mkdir()
    (incoming / "new.txt").write_text(TEXT * 7, encoding="utf-8")
    (incoming / "new.bin").write_bytes(_bytes_of("new", LARGE_BYTES))
    (incoming / "again.txt").write_text(TEXT, encoding="utf-8")
    (incoming / "small.bin").write_bytes(_bytes_of("small", 5_000))


def start_backup(place: Place) -> None:
    """A vault with a backup that is behind: since then one item went, others came, and a slot was added."""
    vault, key = str(place.vault), ["--passphrase-file", place.secret("one")]
    place.run("backup", vault, str(place.folder / "backup"), "--keep", "1", *key)
    place.run("import", vault, str(place.folder / "incoming"), *key)
    place.run("destroy", vault, "E0002", "--yes", *key)
    place.run("slots", vault, "add", "--new-passphrase-file", place.secret("three"), *key)


def start_snapshots(place: Place) -> None:
    """The same with that backup brought up to date: two snapshots, and nothing new since."""
    key = ["--passphrase-file", place.secret("one")]
    place.run("backup", str(place.vault), str(place.folder / "backup"), "--keep", "all", *key)


def start_damaged(place: Place) -> None:
    """A vault without its records, and with one key slot file only."""
    (place.vault / "records.0").unlink()
    (place.vault / "keyslots.a").unlink()


def start_second(place: Place) -> None:
    """One item outside, opened by *one*; three in a second compartment, by *two* and the recovery code."""
    code = place.secrets / "code"
    vault = str(place.vault)
    outer, inner = ["--passphrase-file", place.secret("one")], ["--passphrase-file", place.secret("two")]
    originals = place.folder / "originals"
    originals.mkdir()
    (originals / "a.txt").write_text(TEXT, encoding="utf-8")
    (originals / "b.bin").write_bytes(_bytes_of("b", 70_000))
    (originals / "c.txt").write_text(TEXT * 3, encoding="utf-8")
    new = ["--new-passphrase-file", place.secret("two"), "--recovery-code-file", str(code)]
    place.run("create", vault, "--kdf", "minimum", "--reserve", "16M", *outer)
    place.run("import", vault, str(originals / "a.txt"), *outer)
    place.run("reserve", vault, "use", "--yes", *new, *outer)
    place.run("import", vault, str(originals), "--case", "C-1", *inner)
    incoming = place.folder / "incoming"
    incoming.mkdir()
    (incoming / "new.txt").write_text(TEXT * 7, encoding="utf-8")
    (incoming / "small.bin").write_bytes(_bytes_of("small", 200_000))


START_OF: dict[str, Callable[[Place], None]] = {
    "empty": start_empty,
    "vault": start_vault,
    "second": start_second,
    "backup": start_backup,
    "snapshots": start_snapshots,
    "damaged": start_damaged,
}
#: Places that go on from a copy of another.
BASE_OF = {"backup": "vault", "snapshots": "backup", "damaged": "vault"}


def _with_vault(*words: str, key: str = "one") -> Callable[[Place], list[str]]:
    """The command line with ``words``; ``VAULT`` and ``PLACE/...`` and ``SECRET/...`` stand for paths."""

    def command(place: Place) -> list[str]:
        filled = [
            str(place.vault)
            if word == "VAULT"
            else str(place.folder / word[6:])
            if word.startswith("PLACE/")
            else place.secret(word[7:])
            if word.startswith("SECRET/")
            else word
            for word in words
        ]
        return filled if words[0] == "panic" else [*filled, "--passphrase-file", place.secret(key)]

    return command


CREATE = Scenario("create", _with_vault("create", "VAULT", "--kdf", "minimum"), start="empty", looks=False)
CREATE_RESERVE = Scenario(
    "create-reserve",
    _with_vault("create", "VAULT", "--kdf", "minimum", "--reserve", "16M"),
    start="empty",
    looks=False,
)
IMPORT = Scenario(
    "import",
    _with_vault(
        "import", "VAULT", "PLACE/incoming", "--case", "C-2", "--tag", "second", "--lanes", "1", "--json"
    ),
    whole=False,
)
EDIT = Scenario(
    "edit",
    _with_vault("edit", "VAULT", "E0001", "--title", "The gate", "--note", "Said twice.", "--tag", "gate"),
)
DELETE = Scenario("delete", _with_vault("delete", "VAULT", "E0001", "E0003"))
DESTROY = Scenario("destroy", _with_vault("destroy", "VAULT", "E0002", "--yes"))
ADD = Scenario("slots-add", _with_vault("slots", "VAULT", "add", "--new-passphrase-file", "SECRET/three"))
CHANGE = Scenario(
    "slots-change",
    _with_vault("slots", "VAULT", "change", "--new-passphrase-file", "SECRET/three"),
    always="code",
)
REMOVE = Scenario("slots-remove", _with_vault("slots", "VAULT", "remove", "2"))
REKEY = Scenario(
    "slots-rekey", _with_vault("slots", "VAULT", "rekey", "--keep-passphrase-file", "SECRET/code")
)


def _inside(name: str, *words: str, whole: bool = True, always: str = "two") -> Scenario:
    """A command inside the reserve, with both compartments judged."""
    return Scenario(
        name,
        _with_vault(*words, key="two"),
        whole=whole,
        always=always,
        judged=("two", "three", "code"),
        start="second",
        outside="one",
    )


IMPORT_INSIDE = _inside(
    "import-inside", "import", "VAULT", "PLACE/incoming", "--lanes", "1", "--json", whole=False
)
DESTROY_INSIDE = _inside("destroy-inside", "destroy", "VAULT", "E0002", "--yes")
CHANGE_INSIDE = _inside(
    "slots-change-inside",
    "slots",
    "VAULT",
    "change",
    "--new-passphrase-file",
    "SECRET/three",
    always="code",
)
REKEY_INSIDE = _inside(
    "slots-rekey-inside", "slots", "VAULT", "rekey", "--keep-passphrase-file", "SECRET/code"
)
PANIC = Scenario("panic", _with_vault("panic", "VAULT", "--yes", "--json"), looks=False)

#: Of a vault whose reserve is used: neither compartment may outlive the other.
PANIC_RESERVE = Scenario(
    "panic-reserve", _with_vault("panic", "VAULT", "--yes", "--json"), start="second", looks=False
)

BACKUP = Scenario(
    "backup", _with_vault("backup", "VAULT", "PLACE/backup", "--lanes", "1"), start="backup", looks=False
)
CHECK = Scenario(
    "backup-check",
    _with_vault("backup-check", "PLACE/backup", "--vault", "VAULT", "--json"),
    start="backup",
    looks=False,
)
PRUNE = Scenario(
    "prune",
    _with_vault("backup", "VAULT", "PLACE/backup", "--keep", "1", "--lanes", "1"),
    start="snapshots",
    looks=False,
)
RESTORE = Scenario(
    "restore",
    _with_vault("restore", "PLACE/backup", "PLACE/restored", "--lanes", "1", "--json"),
    start="backup",
    looks=False,
)
RESCUE = Scenario(
    "rescue", _with_vault("rescue", "VAULT", "PLACE/rescued", "--json"), start="damaged", looks=False
)

CHANGES = (IMPORT, EDIT, DELETE, DESTROY, ADD, CHANGE, REMOVE, REKEY)
#: Of a command inside the reserve, with both compartments judged; only with ``--full``.
INSIDE = (IMPORT_INSIDE, DESTROY_INSIDE, CHANGE_INSIDE, REKEY_INSIDE)
EVERY = (CREATE, *CHANGES, PANIC)
