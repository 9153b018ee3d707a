"""Where a bundle or a new vault may be written: outside the vault, and what is known of the place."""

from __future__ import annotations

import os

from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.services.session import Session


class DestinationInVault(UsageError):
    """A bundle or a new vault is written outside the vault."""

    code = "destination-in-vault"


def check_destination(session: Session, folder: str) -> str | None:
    """The program that copies ``folder`` to other machines, if one is seen. Raises DestinationInVault."""
    verify_outside(session.vault.layout.root, folder)
    return synced_folder_name(folder)


def verify_outside(vault_root: str, path: str) -> None:
    """Raise DestinationInVault when ``path`` is, or would be, inside the vault."""
    vault = os.path.realpath(vault_root)
    if os.path.commonpath([vault, os.path.realpath(path)]) == vault:
        raise DestinationInVault()
