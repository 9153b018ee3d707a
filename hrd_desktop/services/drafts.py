"""What was entered and not saved, kept in the vault, so that a lock takes nothing from whoever is typing."""

from __future__ import annotations

from hrd_desktop.services.session import Session
from hrd_desktop.storage.records.drafts import Draft
from hrd_desktop.storage.vault import Vault


def keep_draft(session: Session, kind: str, json: str) -> None:
    """Keep ``json`` in the place of an earlier draft of this kind of form. No change of records."""

    def work(vault: Vault) -> None:
        with vault.records.quiet_transaction():
            vault.records.drafts.put(Draft(kind, json, vault.clock.now_utc()))

    session.change(work)


def find_draft(session: Session, kind: str) -> str | None:
    """The draft of this kind of form, or None."""
    found = session.read(lambda vault: vault.records.drafts.find(kind))
    return None if found is None else found.json


def list_drafts(session: Session) -> dict[str, str]:
    """Every draft, by its kind of form."""
    return {draft.kind: draft.json for draft in session.read(lambda vault: vault.records.drafts.load())}


def drop_draft(session: Session, kind: str) -> None:
    """Forget the draft of this kind of form; nothing happens when there is none."""

    def work(vault: Vault) -> None:
        if vault.records.drafts.find(kind) is not None:
            with vault.records.quiet_transaction():
                vault.records.drafts.remove(kind)

    session.change(work)
