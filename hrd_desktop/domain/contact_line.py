"""What a list shows of a contact, without the rest of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from hrd_desktop.domain.contacts import ContactKind


@dataclass(frozen=True, repr=False)
class ContactLine:
    """One line of a list of contacts; ``unsafe_channels`` counts those that must not be used."""

    id: uuid.UUID
    alias: str
    kind: ContactKind
    role: str
    organisation: str
    emergency_order: int | None
    delete_on: date | None
    unsafe_channels: int

    def __repr__(self) -> str:
        return f"<ContactLine {self.id}>"

    def is_due(self, day: date) -> bool:
        """Whether the contact's day of deletion has come."""
        return self.delete_on is not None and self.delete_on <= day
