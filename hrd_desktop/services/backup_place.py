"""Settling on a backup folder: a new one is begun, a known one is recognised, another's is refused."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace

from hrd_desktop.crypto.backup_keys import rekey_mark
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.errors.backup import (
    BackupCredentialNeeded,
    BackupForeignError,
    BackupOpensOtherwiseError,
    BackupPlaceError,
)
from hrd_desktop.services.backup_own import OwnCredential, own_slots
from hrd_desktop.services.backup_places import Place, load_places, put_place
from hrd_desktop.services.session import Session
from hrd_desktop.storage.backup.disk import backup_errors
from hrd_desktop.storage.backup.folder import BackupFolder
from hrd_desktop.storage.backup.key_files import (
    key_files_again,
    key_files_like_vault,
    key_files_of_own,
    slots_digest,
)
from hrd_desktop.storage.backup.opening import open_key_files
from hrd_desktop.storage.backup.store import BackupStore
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class SettledPlace:
    """A folder that is ready to take a snapshot: how the vault knows it, its objects, what is there."""

    place: Place
    store: BackupStore
    sizes: dict[bytes, int]


def settle_place(
    session: Session, path: str, own: OwnCredential | None, keep: KeepRule | None
) -> SettledPlace:
    """Find out what is at ``path``, and make it a backup of this vault with the right key files.

    Raises BackupPlaceError, BackupForeignError, BackupOpensOtherwiseError, BackupCredentialNeeded,
    WrongCredentialError, BackupDiskFull, BackupDiskFailed.
    """
    root = os.path.abspath(path)
    vault_id = session.vault.header.vault_id
    _ensure_outside(session, root)
    folder = BackupFolder(root, session.random)
    names = _ensure_usable(folder)
    sizes = folder.sizes()
    present = {hashlib.sha256(folder.read_key_file(name)).hexdigest(): name for name in names}
    known = _recognise(session, folder, sizes, present)
    if known is None:
        if names or sizes:
            raise BackupForeignError()
        place, files = _begin(session, root, own)
    else:
        place, files = _renew(session, folder, known, present, own)
        place = replace(place, path=root)
    if keep is not None:
        place = replace(place, keep=str(keep))
    if place != known:
        # Before anything is written there: a key that only the folder had would make it a stranger's.
        _note(session, place, known)
    folder.prepare()
    for data in files:
        folder.write_key_file(data)
    keys = [bytes.fromhex(key) for key in place.keys]
    return SettledPlace(place, BackupStore(folder, vault_id, keys, session.random), sizes)


def _ensure_outside(session: Session, root: str) -> None:
    vault, place = os.path.realpath(session.vault.layout.root), os.path.realpath(root)
    if os.path.commonpath([vault, place]) in (vault, place):
        raise BackupPlaceError(reason="in-vault")


def _ensure_usable(folder: BackupFolder) -> list[str]:
    """The names of the key files; none for a folder that is missing or empty."""
    with backup_errors("list"):
        try:
            entries = os.listdir(folder.root)
        except FileNotFoundError:
            if not os.path.isdir(os.path.dirname(folder.root)):
                raise BackupPlaceError(reason="missing") from None
            return []
        except NotADirectoryError:
            raise BackupPlaceError(reason="not-a-folder") from None
    own = {"keys", "objects"}
    if entries and not own.intersection(entries):
        # What a synchronising program put there to mark the folder as its own is no obstacle.
        if any(not entry.startswith(".") for entry in entries):
            raise BackupPlaceError(reason="not-empty")
        return []
    return folder.key_file_names()


def _recognise(
    session: Session, folder: BackupFolder, sizes: dict[bytes, int], present: dict[str, str]
) -> Place | None:
    places = session.read(load_places)
    for place in places:
        if set(place.key_files) & set(present):
            return place
    for place in places:
        keys = [bytes.fromhex(key) for key in place.keys]
        store = BackupStore(folder, session.vault.header.vault_id, keys, session.random)
        if sizes and store.has_lists(sizes):
            return place
    # One that was begun and not got far: the folder is there, the key files perhaps.
    if not present and not sizes:
        return next((place for place in places if place.path == folder.root and not place.number), None)
    return None


def _begin(session: Session, root: str, own: OwnCredential | None) -> tuple[Place, list[bytes]]:
    slots = None if own is None else own_slots(own, session.vault.header.parameters, session.random)

    def work(vault: Vault) -> tuple[Place, list[bytes]]:
        backup_key = vault.random(32)
        files = (
            key_files_like_vault(vault, backup_key)
            if slots is None
            else key_files_of_own(*slots, vault, backup_key)
        )
        place = Place(
            path=root,
            keys=(backup_key.hex(),),
            mark=_mark(vault),
            slots_sha256=slots_digest(vault),
            key_files=_hashes(files),
            own=own is not None,
        )
        return place, files

    return session.read(work)


def _renew(
    session: Session, folder: BackupFolder, known: Place, present: dict[str, str], own: OwnCredential | None
) -> tuple[Place, list[bytes]]:
    """The place with the key files it has to have now: those to be written, often none."""
    mark, digest = session.read(lambda vault: (_mark(vault), slots_digest(vault)))
    rekeyed = mark != known.mark
    keys = (session.random(32).hex(), *known.keys) if rekeyed else known.keys
    there = set(known.key_files) <= set(present)
    if not known.own:
        if own is not None:
            raise BackupOpensOtherwiseError()
        if there and not rekeyed and digest == known.slots_sha256:
            return known, []
        files = session.read(lambda vault: key_files_like_vault(vault, bytes.fromhex(keys[0])))
    else:
        opened = None if own is None else open_key_files(folder, own.credential, stretch)
        if not rekeyed and there:
            return known, []
        if opened is not None:
            files = key_files_again(opened, bytes.fromhex(keys[0]), session.random)
        elif not rekeyed and (left := [present[one] for one in known.key_files if one in present]):
            # One of the two is gone: the other is written again. Its slots are the same.
            files = [folder.read_key_file(left[0])]
            return replace(known, key_files=_hashes(files)), files
        else:
            raise BackupCredentialNeeded()
    place = replace(known, keys=keys, mark=mark, slots_sha256=digest, key_files=_hashes(files))
    return place, files


def _mark(vault: Vault) -> str:
    return rekey_mark(vault.compartment_key, vault.header.vault_id).hex()


def _hashes(files: list[bytes]) -> tuple[str, ...]:
    return tuple(hashlib.sha256(file).hexdigest() for file in files)


def _note(session: Session, place: Place, before: Place | None) -> None:
    def work(vault: Vault) -> None:
        with vault.records.quiet_transaction():
            put_place(vault, place, before)

    session.change(work)
