"""A folder that is a vault in every outward respect; its contents are random bytes, so nothing opens it."""

from __future__ import annotations

import os
from pathlib import Path

from hrd_desktop.storage.disk import make_folder
from hrd_desktop.storage.keyslot_file import HEADER_BYTES, KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import KEY_SLOTS_MAGIC

HEADER = KEY_SLOTS_MAGIC + bytes(HEADER_BYTES - len(KEY_SLOTS_MAGIC))
DATABASE_BYTES = 20_480
OBJECT_BYTES = 12_288


def make_vault_folder(
    root: Path, *, objects: int = 3, reserve: bool = False, folders: int = 4
) -> VaultLayout:
    """Make one at ``root`` with a journal that is not empty, and the first of the 256 object folders."""
    layout = VaultLayout(str(root))
    make_folder(layout.root)
    make_folder(layout.objects_dir)
    for number in range(folders):
        make_folder(layout.object_folder(number))
    for compartment in (0, 1) if reserve else (0,):
        for database in (layout.records(compartment), layout.derived(compartment)):
            write_file(database, os.urandom(DATABASE_BYTES))
            write_file(layout.journal(database), b"")
    write_file(layout.journal(layout.records(0)), os.urandom(5000))
    write_file(layout.lock, b"")
    files = KeySlotFiles(layout)
    for copy in (0, 1):
        files.write_whole(copy, files.new_file(HEADER, os.urandom))
    for number in range(objects):
        name = bytes([number % folders]) + os.urandom(15)
        write_file(layout.object_path(name), os.urandom(OBJECT_BYTES))
    return layout


def write_file(path: str, data: bytes) -> None:
    """Make a file, 0600."""
    with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)


def read_tree(root: str) -> dict[str, bytes]:
    """Every file below ``root`` by its path, and its bytes; a link by where it points."""
    tree: dict[str, bytes] = {}
    for folder, folders, names in os.walk(root):
        links = [name for name in folders if os.path.islink(os.path.join(folder, name))]
        for name in [*names, *links]:
            path = os.path.join(folder, name)
            tree[path] = os.fsencode(os.readlink(path)) if os.path.islink(path) else Path(path).read_bytes()
    return tree
