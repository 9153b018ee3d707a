"""Going on when the derived database turns out to be damaged: it is made again, and the work done once more.

Damage is noticed when a page is read, which may be long after the vault was opened. Nothing in that database
is anybody's only copy, so no command fails for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.storage.derived_file import remake_derived
from hrd_desktop.storage.vault import Vault

T = TypeVar("T")

NOTICE = "derived-rebuilt"


def make_derived_again(vault: Vault) -> None:
    """Put an empty derived database in the place of a damaged one. Raises DiskFullError, DiskFailedError.

    The next ``index.refresh`` fills it from the records and has every item looked into again.
    """
    vault.derived.close()
    vault.derived = remake_derived(vault.layout, vault.compartment, vault.keys, vault.random)
    vault.index_is_current = None
    vault.notices.append(NOTICE)


def with_sound_derived(vault: Vault, work: Callable[[Vault], T]) -> T:
    """Run ``work``; where it meets damage in the derived database, make that again and run it once more.

    So ``work`` must be one that can be begun again: what touches the derived database comes before, or apart
    from, any change of records. Raises DerivedDamagedError only for a vault that takes no changes.
    """
    try:
        return work(vault)
    except DerivedDamagedError:
        if vault.read_only:
            raise
    make_derived_again(vault)
    return work(vault)
