"""The derived database's file: opened, brought under a new key, or made again when it is damaged."""

from __future__ import annotations

import os
from contextlib import suppress

from hrd_desktop.crypto.keys import CompartmentKeys
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.database import Database, open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.disk import disk_errors
from hrd_desktop.storage.fixed_database import make_fixed_database
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.reserve_files import fill
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID


def open_or_remake_derived(
    layout: VaultLayout, compartment: int, keys: CompartmentKeys, random: Random, notices: list[str]
) -> Derived:
    """Open the derived database, or make an empty one when it is missing or damaged."""
    try:
        return Derived(_open(layout, compartment, keys))
    except DerivedDamagedError:
        notices.append("derived-rebuilt")
        return remake_derived(layout, compartment, keys, random)


def remake_derived(layout: VaultLayout, compartment: int, keys: CompartmentKeys, random: Random) -> Derived:
    """Replace the derived database by an empty one; services fill it again from records and objects.

    That of compartment 1 is made again in place: the file keeps its name, inode and length. Raises
    DiskFullError, DiskFailedError.
    """
    path = layout.derived(compartment)
    # What seems damaged may be a disk that answers nothing any more: then that is told, and not a bug.
    with disk_errors("derived"):
        if compartment == 1:
            if not os.path.isfile(path):
                # Lost, not damaged: both databases of the reserve have the same length.
                fill(path, os.path.getsize(layout.records(compartment)), random)
            make_fixed_database(path, keys.derived, DERIVED_APPLICATION_ID, random)
            return Derived(_open(layout, compartment, keys))
        for name in (path, layout.journal(path)):
            with suppress(FileNotFoundError):
                os.unlink(name)
    return Derived(open_database(path, keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID))


def derived_under_new_key(
    layout: VaultLayout, compartment: int, keys: CompartmentKeys, old_keys: CompartmentKeys, random: Random
) -> Derived:
    """Open under the new key, or re-key from the old one, or make it again when that cannot be done."""
    try:
        return Derived(_open(layout, compartment, keys))
    except DerivedDamagedError:
        pass
    try:
        database = _open(layout, compartment, old_keys)
    except DerivedDamagedError:
        return remake_derived(layout, compartment, keys, random)
    try:
        database.rekey(keys.derived.key, keys.derived.salt)
    except DerivedDamagedError:
        # A page that nobody had read until now. Nothing in it is worth stopping a re-key for.
        database.close()
        return remake_derived(layout, compartment, keys, random)
    except BaseException:
        database.close()
        raise
    return Derived(database)


def _open(layout: VaultLayout, compartment: int, keys: CompartmentKeys) -> Database:
    return open_database(
        layout.derived(compartment),
        keys.derived.key,
        keys.derived.salt,
        DERIVED_APPLICATION_ID,
        must_exist=True,
        fixed=compartment == 1,
    )
