"""The derived database's file: opened, brought under a new key, or made again when it is damaged."""

from __future__ import annotations

import os

from hrd_desktop.crypto.keys import CompartmentKeys
from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.vault import DERIVED_APPLICATION_ID


def open_or_remake_derived(
    layout: VaultLayout, compartment: int, keys: CompartmentKeys, notices: list[str]
) -> Derived:
    """Open the derived database, or make an empty one when it is missing or damaged."""
    path = layout.derived(compartment)
    try:
        return Derived(
            open_database(path, keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID, must_exist=True)
        )
    except DerivedDamagedError:
        notices.append("derived-rebuilt")
        return remake_derived(layout, compartment, keys)


def remake_derived(layout: VaultLayout, compartment: int, keys: CompartmentKeys) -> Derived:
    """Replace the derived database by an empty one; services fill it again from records and objects."""
    path = layout.derived(compartment)
    for name in (path, layout.journal(path)):
        if os.path.exists(name):
            os.unlink(name)
    return Derived(open_database(path, keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID))


def derived_under_new_key(
    layout: VaultLayout, compartment: int, keys: CompartmentKeys, old_keys: CompartmentKeys
) -> Derived:
    """Open under the new key, or re-key from the old one, or make it again when that cannot be done."""
    path = layout.derived(compartment)
    try:
        return Derived(
            open_database(path, keys.derived.key, keys.derived.salt, DERIVED_APPLICATION_ID, must_exist=True)
        )
    except DerivedDamagedError:
        pass
    try:
        database = open_database(
            path, old_keys.derived.key, old_keys.derived.salt, DERIVED_APPLICATION_ID, must_exist=True
        )
    except DerivedDamagedError:
        return remake_derived(layout, compartment, keys)
    try:
        database.rekey(keys.derived.key, keys.derived.salt)
    except DerivedDamagedError:
        # A page that nobody had read until now. Nothing in it is worth stopping a re-key for.
        database.close()
        return remake_derived(layout, compartment, keys)
    except BaseException:
        database.close()
        raise
    return Derived(database)
