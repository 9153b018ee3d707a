"""Clearing up after a crash: reserved names without a record, objects still to be unlinked.

Method: docs/spec/vault-format.md, section 6. Only names found in the open compartment's own records
are touched; a file that the records do not know is left alone, whatever it is.
"""

from __future__ import annotations

from hrd_desktop.storage.vault import Vault

#: How many names are dropped in one transaction: bounds memory and the journal, however many a crash left.
NAMES_AT_ONCE = 500


def sweep(vault: Vault) -> int:
    """Remove objects under reserved names and finish unlinking. Returns how many names were dropped."""
    dropped = 0
    while names := vault.records.names.reserved(limit=NAMES_AT_ONCE):
        for name in names:
            vault.objects.unlink(name)
        with vault.records.quiet_transaction():
            vault.records.names.release(names)
        dropped += len(names)
    while names := vault.records.names.to_unlink(limit=NAMES_AT_ONCE):
        unlink_now(vault, names)
        dropped += len(names)
    return dropped


def unlink_now(vault: Vault, names: list[bytes]) -> None:
    """Overwrite the headers of objects on the to-unlink list, unlink them, and drop their names."""
    for name in names:
        if vault.objects.exists(name):
            vault.objects.destroy(name)
            vault.objects.unlink(name)
    with vault.records.quiet_transaction():
        vault.records.names.unlinked(names)
