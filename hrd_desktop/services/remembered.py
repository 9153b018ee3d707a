"""How the user left the window, remembered inside the vault: sizes of panes, list or grid."""

from __future__ import annotations

import json

from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


def load_remembered(session: Session, name: str) -> dict[str, object]:
    """What was remembered under ``name``; empty when nothing was or it cannot be read."""
    text = session.read(lambda vault: vault.records.settings.find(_key(name)))
    try:
        found = json.loads(text) if text is not None else {}
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def remember(session: Session, name: str, values: dict[str, object]) -> None:
    """Remember ``values``, numbers and texts. It is no change of the records, so the epoch stays."""
    if session.vault.read_only:
        return

    def work(vault: Vault) -> None:
        with vault.records.quiet_transaction():
            vault.records.settings.set(_key(name), json.dumps(values))

    session.change(work)


def _key(name: str) -> str:
    return f"window.{name}"
