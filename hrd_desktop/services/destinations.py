"""Where a bundle may be written: outside the vault, and what is known of the place."""

from __future__ import annotations

import os

from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.services.places import synced_folder_name
from hrd_desktop.services.session import Session


class DestinationInVault(UsageError):
    """A bundle is written outside the vault."""

    code = "destination-in-vault"


def check_destination(session: Session, folder: str) -> str | None:
    """The program that copies ``folder`` to other machines, if one is seen. Raises DestinationInVault."""
    vault = os.path.realpath(session.vault.layout.root)
    if os.path.commonpath([vault, os.path.realpath(folder)]) == vault:
        raise DestinationInVault()
    return synced_folder_name(folder)
