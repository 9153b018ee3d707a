"""Opening a backup with a credential: from its key files to its lists (backup format, sections 2.1 and 4)."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from hrd_desktop.crypto.backup_keys import BackupBox, open_key_file
from hrd_desktop.crypto.credential import Credential, root_of
from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.slots import HEADER_BYTES, OpenedSlot, open_slots, parse_header
from hrd_desktop.domain.errors.backup import BackupDamagedError, NotABackupError
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import KeySlotsDamagedError, NewerFormatError, WrongCredentialError
from hrd_desktop.storage.backup.folder import BackupFolder
from hrd_desktop.storage.backup.store import BackupStore, FoundLists

#: Argon2id: (secret, salt, parameters) to 32 bytes; the real one runs in a child process.
Stretch = Callable[[bytes, bytes, KdfParameters], bytes]


@dataclass(frozen=True, repr=False)
class OpenedKeyFile:
    """A key file that opened: its bytes, the slot that did it, what it seals and the credential's root."""

    data: bytes
    slot: OpenedSlot
    box: BackupBox
    access_key: bytes


@dataclass(frozen=True, repr=False)
class OpenedBackup:
    """A backup that opened: its objects, its lists, the length of every file, and its key files.

    ``key_files`` are those that seal the key of the newest list.
    """

    folder: BackupFolder
    store: BackupStore
    found: FoundLists
    sizes: dict[bytes, int]
    key_files: tuple[OpenedKeyFile, ...]


def open_backup(root: str, *, credential: Credential, stretch: Stretch, random: Random) -> OpenedBackup:
    """Open the backup at ``root``.

    Raises NotABackupError, BackupDamagedError, WrongCredentialError, NewerFormatError, NotEnoughMemoryError,
    BackupDiskFailed.
    """
    folder = BackupFolder(root, random)
    opened = open_key_files(folder, credential, stretch)
    sizes = folder.sizes()
    best: tuple[int, BackupStore, FoundLists] | None = None
    for box in {entry.box.backup_key: entry.box for entry in opened}.values():
        store = BackupStore(folder, box.vault_id, [box.backup_key], random)
        found = store.load_lists(sizes)
        newest = max(found.names, default=0)
        if best is None or newest > best[0]:
            best = newest, store, found
    if best is None:
        raise WrongCredentialError()
    _, store, found = best
    key = store.backup_keys[0]
    return OpenedBackup(
        folder, store, found, sizes, tuple(entry for entry in opened if entry.box.backup_key == key)
    )


def open_key_files(folder: BackupFolder, credential: Credential, stretch: Stretch) -> list[OpenedKeyFile]:
    """Every key file that the credential opens, at least one. Raises what ``open_backup`` raises."""
    names = folder.key_file_names()
    if not names:
        if os.path.isdir(folder.layout.objects_dir) and os.path.isdir(folder.keys_dir):
            raise BackupDamagedError(part="key-file")
        raise NotABackupError()
    roots: dict[tuple[bytes, KdfParameters], bytes] = {}
    opened: list[OpenedKeyFile] = []
    failures: list[SheafError] = []
    for name in names:
        try:
            data = folder.read_key_file(name)
            header = parse_header(data)
            key = header.salt, header.parameters
            if key not in roots:
                stretched = stretch(credential.secret, header.salt, header.parameters)
                roots[key] = root_of(stretched, credential.key_file_digest)
            found = _open_one(data, roots[key])
        except NewerFormatError:
            raise
        except (KeySlotsDamagedError, BackupDamagedError):
            failures.append(BackupDamagedError(part="key-file"))
            continue
        except SheafError as failure:
            failures.append(failure)
            continue
        if found is not None:
            opened.append(found)
    if opened:
        return opened
    if len(failures) == len(names):
        raise failures[0]
    raise WrongCredentialError()


def _open_one(data: bytes, root: bytes) -> OpenedKeyFile | None:
    """The key file as opened by ``root``, or None when none of its slots of compartment 0 does.

    Compartment 1 has no part in a backup but its reserve: that its slot opens is not told.
    """
    for slot in open_slots((data, None), root, data[:HEADER_BYTES]):
        if slot.content.compartment != 0:
            continue
        access_key = slot.content.compartment_key
        return OpenedKeyFile(data, slot, open_key_file(data, access_key), access_key)
    return None
