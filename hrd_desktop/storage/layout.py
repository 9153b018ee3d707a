"""Where everything lies in a vault folder.

Method: docs/spec/vault-format.md, section 1. Part of the panic path: no import but ``os``, so that
``hrd-vault panic`` starts like a bare interpreter.
"""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

OBJECT_FOLDERS = 256
OBJECT_NAME_BYTES = 16
_HEX_DIGITS = frozenset("0123456789abcdef")


def is_object_name(folder: str, file: str) -> bool:
    """Whether ``folder``/``file`` is the name of an object: 2 and 30 lower-case hex digits."""
    return len(folder) == 2 and len(file) == 30 and _HEX_DIGITS.issuperset(folder + file)


class VaultLayout:
    """The paths of one vault. Looks at the disk only where a method says so."""

    __slots__ = ("root",)

    def __init__(self, root: str) -> None:
        self.root = root

    @property
    def lock(self) -> str:
        """The empty file that is locked while the vault is open."""
        return os.path.join(self.root, "lock")

    @property
    def objects_dir(self) -> str:
        """The folder of the 256 object folders."""
        return os.path.join(self.root, "objects")

    def keyslots(self, copy: int) -> str:
        """Key slot file a (``copy`` 0) or b (1)."""
        return os.path.join(self.root, ("keyslots.a", "keyslots.b")[copy])

    def records(self, compartment: int) -> str:
        """The records database of compartment 0 or 1."""
        return os.path.join(self.root, f"records.{compartment}")

    def derived(self, compartment: int) -> str:
        """The derived database of compartment 0 or 1."""
        return os.path.join(self.root, f"derived.{compartment}")

    def journal(self, database: str) -> str:
        """The rollback journal beside the database at path ``database``."""
        return database + "-journal"

    def object_folder(self, number: int) -> str:
        """Object folder 0 to 255."""
        return os.path.join(self.root, "objects", f"{number:02x}")

    def object_path(self, name: bytes) -> str:
        """The file of the object with this 16-byte ``name``."""
        if len(name) != OBJECT_NAME_BYTES:
            raise ValueError("an object name has 16 bytes")
        digits = name.hex()
        return os.path.join(self.root, "objects", digits[:2], digits[2:])

    def iter_databases(self) -> Iterator[str]:
        """The four places of databases, whether there is a file or not."""
        for compartment in (0, 1):
            yield self.records(compartment)
            yield self.derived(compartment)

    def iter_object_folders(self) -> Iterator[str]:
        """Object folders that are there, in order; a link is not followed and not named."""
        if os.path.islink(self.objects_dir):
            return
        for number in range(OBJECT_FOLDERS):
            folder = self.object_folder(number)
            if os.path.isdir(folder) and not os.path.islink(folder):
                yield folder

    def iter_object_paths(self) -> Iterator[str]:
        """Regular files with an object's name, in order; what else may lie there is passed over."""
        for folder in self.iter_object_folders():
            try:
                paths = self.object_paths_in(folder)
            except FileNotFoundError:
                continue
            yield from paths

    def object_paths_in(self, folder: str) -> list[str]:
        """Those of ``iter_object_paths`` in one object folder. Raises OSError when it cannot be listed."""
        prefix = os.path.basename(folder)
        with os.scandir(folder) as entries:
            names = sorted(
                entry.name
                for entry in entries
                if is_object_name(prefix, entry.name) and entry.is_file(follow_symlinks=False)
            )
        return [os.path.join(folder, name) for name in names]

    def iter_object_names(self) -> Iterator[bytes]:
        """The 16-byte names of the objects that are there."""
        for path in self.iter_object_paths():
            folder, file = os.path.split(path)
            yield bytes.fromhex(os.path.basename(folder) + file)

    def has_reserve(self) -> bool:
        """Whether the vault was made with a reserve: ``records.1`` is present exactly then."""
        return os.path.isfile(self.records(1))
