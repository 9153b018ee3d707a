"""Lists of contacts in one query: thousands of them, without their channels, notes and keys."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from hrd_desktop.domain.contact_line import ContactLine
from hrd_desktop.domain.contacts import ContactKind
from hrd_desktop.storage.database import Database, Row, Value
from hrd_desktop.storage.records.values import date_column, date_value, enum_value

_AT_ONCE = 200
_SELECT = (
    "SELECT c.id, c.alias, c.kind, c.role, c.organisation, c.emergency_order, c.delete_on,"
    " (SELECT count(*) FROM contact_channel AS u WHERE u.contact = c.number AND u.safe = 'no')"
    " FROM contact AS c"
)
_BY_ALIAS = " ORDER BY c.folded, c.number"


class ContactLines:
    """Reads table ``contact`` for lists."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ContactLine]:
        """All contacts by alias."""
        return self._lines(_BY_ALIAS)

    def of_kind(self, kind: ContactKind) -> list[ContactLine]:
        """People or organisations, by alias."""
        return self._lines(f" WHERE c.kind = ?{_BY_ALIAS}", kind.value)

    def emergency(self) -> list[ContactLine]:
        """The emergency contacts, the first to call coming first."""
        return self._lines(
            " WHERE c.emergency_order IS NOT NULL ORDER BY c.emergency_order, c.folded, c.number"
        )

    def due(self, day: date) -> list[ContactLine]:
        """Contacts whose day of deletion has come, the longest overdue first."""
        return self._lines(" WHERE c.delete_on <= ? ORDER BY c.delete_on, c.number", date_column(day))

    def load(self, contact_ids: Sequence[UUID]) -> list[ContactLine]:
        """The lines of these contacts, in this order; those that are gone are left out."""
        found: dict[UUID, ContactLine] = {}
        for start in range(0, len(contact_ids), _AT_ONCE):
            part = [contact_id.bytes for contact_id in contact_ids[start : start + _AT_ONCE]]
            lines = self._lines(f" WHERE c.id IN ({', '.join('?' * len(part))})", *part)
            found.update((line.id, line) for line in lines)
        return [found[contact_id] for contact_id in contact_ids if contact_id in found]

    def _lines(self, rest: str, *params: Value) -> list[ContactLine]:
        return [_line_of(row) for row in self._database.query(_SELECT + rest, params)]


def _line_of(row: Row) -> ContactLine:
    contact_id, alias, kind, role, organisation, emergency_order, delete_on, unsafe = row
    return ContactLine(
        id=UUID(bytes=contact_id),
        alias=alias,
        kind=enum_value(ContactKind, kind),
        role=role,
        organisation=organisation,
        emergency_order=emergency_order,
        delete_on=date_value(delete_on),
        unsafe_channels=unsafe,
    )
