"""Vaults with a reserve and a compartment in it, for the tests of storage and services."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from hrd_desktop.crypto.headers import Role
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.domain.records import Item, ItemDetails, ItemState
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.allocation import reserve_names
from hrd_desktop.storage.creating import NewSlot
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.object_writer import HeaderFields
from hrd_desktop.storage.second_compartment import make_second_compartment
from hrd_desktop.storage.vault import Vault
from tests.unit.storage.databases import NOW
from tests.unit.storage.small_vault import KEEP, make_vault, opened, root_of_text

INNER, INNER_TOO = "the inner one", "the other inner one"
RESERVE_BYTES = 16 << 20


def make_with_second(folder: Path, texts: Sequence[str] = (INNER, INNER_TOO)) -> VaultLayout:
    """Compartment 0 opens with KEEP, compartment 1 with ``texts``."""
    layout = make_vault(folder, (KEEP,), reserve_bytes=RESERVE_BYTES)
    with opened(layout, KEEP) as vault:
        make_second(vault, texts)
    return layout


def make_second(vault: Vault, texts: Sequence[str] = (INNER, INNER_TOO)) -> None:
    """In the reserve of an open compartment 0."""
    slots = [NewSlot(root_of_text(text, vault.header.salt), SlotKind.PASSPHRASE) for text in texts]
    make_second_compartment(vault, slots)


def put_inside(vault: Vault, content: bytes) -> Item:
    """An item in the order of an ingest: name, body and header, record. Raises NoRoomError."""
    (name,) = reserve_names(vault, [len(content)])
    if name is None:
        raise NoRoomError(part="objects")
    writer = vault.objects.create(name)
    writer.write(content)
    stored = writer.finish(HeaderFields(Role.ORIGINAL, None, "", b"", 0, None, 0))
    with vault.records.transaction():
        item = Item(
            id=UUID(bytes=os.urandom(16), version=4),
            number=vault.records.items.next_number(),
            state=ItemState.KEPT,
            details=ItemDetails(title="made up"),
            original_name="made up.txt",
            media_type="text/plain",
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            object_name=stored.name,
            imported_utc=NOW,
            original_modified_utc=None,
            changed_utc=NOW,
        )
        vault.records.items.insert(item)
        vault.records.names.release([name])
    return item


def listing(layout: VaultLayout) -> dict[str, tuple[int, int, int, int]]:
    """Length, inode, links and modification time of everything in the folder."""
    found = {}
    for path in sorted(Path(layout.root).rglob("*")):
        status = path.lstat()
        length = status.st_size if path.is_file() else 0
        found[str(path.relative_to(layout.root))] = (
            length,
            status.st_ino,
            status.st_nlink,
            status.st_mtime_ns,
        )
    return found


def reserve_paths(layout: VaultLayout) -> list[str]:
    """Every file of the reserve, as compartment 0 lists them."""
    with opened(layout, KEEP) as vault:
        reserve = vault.records.reserve.load()
    assert reserve is not None
    objects = [layout.object_path(name) for name, _ in reserve.objects]
    return [layout.records(1), layout.derived(1), *objects]
