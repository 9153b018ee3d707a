"""Taking out of a backup what no kept snapshot needs, and what was destroyed since.

Method: docs/spec/backup-format.md, section 7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from uuid import UUID

from hrd_desktop.domain.backup import KeepRule, SnapshotInfo
from hrd_desktop.domain.clock import from_microseconds
from hrd_desktop.storage.backup.lists import BackupList
from hrd_desktop.storage.backup.store import BackupStore
from hrd_desktop.storage.vault import Vault


def info_of(one: BackupList) -> SnapshotInfo:
    """What is shown of a snapshot."""
    return SnapshotInfo(one.number, one.epoch, one.item_count, from_microseconds(one.made_us))


def destroyed_since(vault: Vault, lists: Sequence[BackupList], present: frozenset[bytes]) -> frozenset[bytes]:
    """Objects that ``lists`` name and whose items the custody log says were destroyed. On the vault lane.

    That the records do not know an item is not enough: an older copy of them would not.
    """
    gone: dict[bytes, bytes] = {}
    for one in lists:
        for row in one.rows:
            if row.record_id is not None and row.name not in present:
                gone[row.name] = row.record_id
    known = lists[0].destroyed if lists else frozenset()
    return frozenset(
        name
        for name, record_id in gone.items()
        if name in known or vault.records.custody.says_destroyed(UUID(bytes=record_id))
    )


def prune(
    store: BackupStore,
    lists: Sequence[BackupList],
    names: dict[int, bytes],
    rule: KeepRule,
    there: Iterable[bytes],
) -> tuple[int, int]:
    """Remove lists that ``rule`` does not keep, then every object that no kept list needs.

    ``lists`` are all that were found, the newest first, ``names`` their object names by number, ``there`` all
    objects. Lists go first: a crash leaves objects without a list, never a list without its objects. Returns
    how many snapshots are kept and how many files were removed. Raises BackupDiskFailed.
    """
    kept_numbers = rule.kept(info_of(one) for one in lists)
    kept = [one for one in lists if one.number in kept_numbers]
    outdated = [name for number, name in names.items() if number not in kept_numbers]
    removed = store.folder.remove(outdated) if outdated else 0
    newest = kept[0]
    needed: set[bytes] = {names[one.number] for one in kept}
    if newest.reserve is not None:
        needed.add(newest.reserve.object_name)
    for one in kept:
        needed |= one.needed()
    needed -= newest.destroyed
    garbage = set(there) - needed - set(outdated)
    return len(kept), removed + (store.folder.remove(sorted(garbage)) if garbage else 0)


def prune_key_files(store: BackupStore, key_files: Sequence[str]) -> None:
    """Remove key files that are no longer in use, once those that are lie there. Raises BackupDiskFailed."""
    folder = store.folder
    hashes = {
        name: hashlib.sha256(folder.read_key_file(name)).hexdigest() for name in folder.key_file_names()
    }
    if not key_files or not set(key_files) <= set(hashes.values()):
        return
    for name, digest in hashes.items():
        if digest not in key_files:
            folder.remove_key_file(name)
