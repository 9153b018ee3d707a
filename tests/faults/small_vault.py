"""A small vault made by the program, held in memory as bytes, hurt and put right again thousands of times.

The key derivation is run once; after that a vault opens in milliseconds, in this process.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import KdfParameters, stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import open_vault, read_key_slots
from hrd_desktop.storage.vault import Vault
from tests.e2e.cli import PASSPHRASE
from tests.faults.warm import Warm, WarmPlace

#: By title: nothing, less than a chunk, one chunk exactly, several with a short last one.
CONTENTS = {
    "empty": b"",
    "short": b"The ferry left without the kingfisher.\n",
    "chunk": hashlib.sha256(b"chunk").digest() * 512,
    "long": hashlib.sha256(b"long").digest() * 1_300,
}
WORD = "kingfisher"


@dataclass(frozen=True)
class Content:
    """All that a reader can be shown: the rows of every table of the records, and every item's bytes."""

    rows: tuple[tuple[str, tuple[tuple[object, ...], ...]], ...]
    items: tuple[tuple[str, bytes], ...]


class SmallVault:
    """A vault in a folder, and the bytes it had when all was well."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = VaultLayout(str(root))
        self._credential = credential_from_text(PASSPHRASE)
        header = read_key_slots(self.layout).header
        self._salt = header.salt
        self._stretched = stretch(self._credential.secret, header.salt, header.parameters)
        self.sound = self.files()
        with self.open() as vault:
            self.notices = tuple(vault.notices)
            self.content = read_all(vault)
            self.vault_id = vault.header.vault_id
            self.names = {item.details.title: item.object_name for item in vault.records.items.iter_items()}
            self.snapshots = [name for name, _, _ in vault.records.snapshots.load()]
        self.put_right()

    def files(self) -> dict[str, bytes]:
        """Every file by its path inside the vault."""
        return {str(path.relative_to(self.root)): path.read_bytes() for path in self._paths()}

    def _paths(self) -> Iterator[Path]:
        return (path for path in self.root.rglob("*") if path.is_file())

    def put_right(self, *, objects: bool = True) -> None:
        """Make every file what it was at first, in place, and remove what was not there.

        Without ``objects`` only the files at the top, which is ten times faster.
        """
        if objects:
            for path in self._paths():
                if str(path.relative_to(self.root)) not in self.sound:
                    path.unlink()
        for name, data in self.sound.items():
            if not objects and "/" in name:
                continue
            path = self.root / name
            if not path.exists() or path.read_bytes() != data:
                path.write_bytes(data)

    def path_of(self, object_name: bytes) -> str:
        """An object's path inside the vault."""
        return os.path.relpath(self.layout.object_path(object_name), self.root)

    def change(self, name: str, position: int, mask: int) -> None:
        """Change bits of one byte on the disk."""
        fd = os.open(self.root / name, os.O_WRONLY)
        try:
            os.pwrite(fd, bytes([self.sound[name][position] ^ mask]), position)
        finally:
            os.close(fd)

    @contextmanager
    def open(self) -> Iterator[Vault]:
        """Open with the right passphrase. Raises what ``open_vault`` raises."""
        vault = open_vault(
            str(self.root),
            credential=self._credential,
            stretch=self._stretch,
            random=os.urandom,
            clock=SystemClock(),
        )
        try:
            yield vault
        finally:
            vault.close()

    def _stretch(self, secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
        # A header that is not ours must not be opened by an answer that was computed for ours.
        assert salt == self._salt
        assert parameters.memory_kib == 65_536
        return self._stretched


def make_small_vault(folder: Path, warm: Warm) -> SmallVault:
    """Through the command line: items, one of them destroyed, a note, a case, a contact, a recovery code."""
    place = WarmPlace(folder, warm)
    place.create("--recovery-code-file", folder / "code")
    for title, content in CONTENTS.items():
        place.original(f"{title}.txt", content)
    place.original("gone.txt", b"gone")
    place.take(place.originals, "--case", "FERRY", "--source", "the harbour master")
    references = {item["title"]: item["ref"] for item in place.json("list")["items"]}
    place.opened("edit", references["short"], "--note", "a note on the heron", "--tag", "river")
    place.opened("destroy", references["gone"], "--yes")
    place.run(
        "contacts", place.vault, "add", "--alias", "Stork", "--channel", "phone:1", "--passphrase-file",
        place.passfile,
    )  # fmt: skip
    return SmallVault(place.vault)


def rows_of(vault: Vault) -> tuple[tuple[str, tuple[tuple[object, ...], ...]], ...]:
    """Every row of every table of the records but those that opening itself may change."""
    database = vault.records_database
    tables = database.query("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    # Recorded hashes of slots change when a slot is mended; nothing of the user's stands there.
    wanted = [name for (name,) in tables if name != "slot" and not name.startswith("sqlite_")]
    return tuple((name, tuple(database.query(f'SELECT * FROM "{name}"'))) for name in wanted)


def read_all(vault: Vault) -> Content:
    """Everything a reader can be shown. Raises what reading raises."""
    items = []
    for item in vault.records.items.iter_items():
        with vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            items.append((item.details.title, b"".join(reader.iter_content())))
    return Content(rows_of(vault), tuple(items))
