"""Contacts: people and organisations, with their channels, languages and tags."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from uuid import UUID

from hrd_desktop.domain.contacts import Channel, ChannelKind, Contact, ContactKind, KeyCheck, Safety
from hrd_desktop.domain.errors.records import AmbiguousError, ExistsError, NotFoundError
from hrd_desktop.storage.database import Database, Row, Value
from hrd_desktop.storage.records.values import (
    date_column,
    date_value,
    enum_value,
    folded,
    text_column,
    time_column,
    time_value,
)

_FIELDS = (
    "alias",
    "folded",
    "kind",
    "real_name",
    "role",
    "organisation",
    "emergency_order",
    "public_key",
    "fingerprint",
    "how_checked",
    "checked_on",
    "notes",
    "delete_on",
    "created_utc",
    "changed_utc",
)
_SELECT = "SELECT number, id, " + ", ".join(_FIELDS) + " FROM contact"


class Contacts:
    """Table ``contact`` and its channels, languages and tags."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def insert(self, contact: Contact) -> None:
        """Put a contact in. Raises ExistsError when its id is taken, FieldValueError."""
        if self._find_number(contact.id) is not None:
            raise ExistsError(kind="contact")
        marks = ", ".join("?" * (len(_FIELDS) + 1))
        number = self._database.insert(
            f"INSERT INTO contact (id, {', '.join(_FIELDS)}) VALUES ({marks})",
            (contact.id.bytes, *_values(contact)),
        )
        self._put_lists(number, contact)

    def update(self, contact: Contact) -> None:
        """Replace every field. Raises NotFoundError, FieldValueError."""
        number = self._find_number(contact.id)
        if number is None:
            raise NotFoundError(kind="contact")
        columns = ", ".join(f"{name} = ?" for name in _FIELDS)
        self._database.execute(f"UPDATE contact SET {columns} WHERE number = ?", (*_values(contact), number))
        for table in ("contact_channel", "contact_language", "contact_tag"):
            self._database.execute(f"DELETE FROM {table} WHERE contact = ?", (number,))
        self._put_lists(number, contact)

    def remove(self, contact_id: UUID) -> None:
        """Take a contact out, with its consents, its parts in cases and its marks on items.

        Raises NotFoundError.
        """
        if self._database.execute("DELETE FROM contact WHERE id = ?", (contact_id.bytes,)) == 0:
            raise NotFoundError(kind="contact")

    def load(self, contact_id: UUID) -> Contact:
        """Raises NotFoundError."""
        found = self.find_by_id(contact_id)
        if found is None:
            raise NotFoundError(kind="contact")
        return found

    def find_by_id(self, contact_id: UUID) -> Contact | None:
        """The contact with this id, or None."""
        row = self._database.one(f"{_SELECT} WHERE id = ?", (contact_id.bytes,))
        return None if row is None else self._contact_of(row)

    def find(self, reference: str) -> Contact | None:
        """The contact with this alias, without regard to case, or this UUID as text; or None.

        Raises AmbiguousError when several have the alias.
        """
        rows = self._database.query(f"{_SELECT} WHERE folded = ? LIMIT 2", (folded(reference),))
        if len(rows) > 1:
            raise AmbiguousError(kind="contact")
        if rows:
            return self._contact_of(rows[0])
        try:
            contact_id = UUID(reference.strip())
        except ValueError:
            return None
        return self.find_by_id(contact_id)

    def iter_contacts(self) -> Iterator[Contact]:
        """All contacts by alias."""
        for row in self._database.query(f"{_SELECT} ORDER BY folded, number"):
            yield self._contact_of(row)

    def emergency(self) -> list[Contact]:
        """The emergency contacts, the first to call coming first."""
        return self._contacts("emergency_order IS NOT NULL ORDER BY emergency_order, folded, number")

    def due_for_deletion(self, today: date) -> list[Contact]:
        """Contacts whose day of deletion has come, the longest overdue first."""
        return self._contacts("delete_on <= ? ORDER BY delete_on, number", date_column(today))

    def count(self) -> int:
        """How many contacts there are."""
        row = self._database.one("SELECT count(*) FROM contact")
        return 0 if row is None else int(row[0])

    # -- inside -----------------------------------------------------------------------------

    def _contacts(self, where: str, *params: Value) -> list[Contact]:
        return [self._contact_of(row) for row in self._database.query(f"{_SELECT} WHERE {where}", params)]

    def _find_number(self, contact_id: UUID) -> int | None:
        row = self._database.one("SELECT number FROM contact WHERE id = ?", (contact_id.bytes,))
        return None if row is None else int(row[0])

    def _put_lists(self, number: int, contact: Contact) -> None:
        self._database.executemany(
            "INSERT INTO contact_channel (contact, position, kind, value, safe, hours, note, preferred)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [
                (
                    number,
                    position,
                    channel.kind.value,
                    text_column("channel-value", channel.value),
                    channel.safe.value,
                    text_column("channel-hours", channel.hours),
                    text_column("channel-note", channel.note),
                    int(channel.preferred),
                )
                for position, channel in enumerate(contact.channels)
            ],
        )
        self._database.executemany(
            "INSERT INTO contact_language (contact, position, tag) VALUES (?, ?, ?)",
            [
                (number, position, text_column("languages", tag))
                for position, tag in enumerate(contact.languages)
            ],
        )
        self._database.executemany(
            "INSERT INTO contact_tag (contact, position, name) VALUES (?, ?, ?)",
            [(number, position, text_column("tags", name)) for position, name in enumerate(contact.tags)],
        )

    def _list(self, table: str, columns: str, number: int) -> list[Row]:
        return self._database.query(
            f"SELECT {columns} FROM {table} WHERE contact = ? ORDER BY position", (number,)
        )

    def _contact_of(self, row: Row) -> Contact:
        (number, contact_id, alias, _, kind, real_name, role, organisation, emergency_order, public_key) = (
            row[:10]
        )
        (fingerprint, how_checked, checked_on, notes, delete_on, created, changed) = row[10:]
        return Contact(
            id=UUID(bytes=contact_id),
            alias=alias,
            kind=enum_value(ContactKind, kind),
            real_name=real_name,
            role=role,
            organisation=organisation,
            channels=tuple(
                Channel(
                    kind=enum_value(ChannelKind, channel),
                    value=value,
                    safe=enum_value(Safety, safe),
                    hours=hours,
                    note=note,
                    preferred=bool(preferred),
                )
                for channel, value, safe, hours, note, preferred in self._list(
                    "contact_channel", "kind, value, safe, hours, note, preferred", number
                )
            ),
            languages=tuple(tag for (tag,) in self._list("contact_language", "tag", number)),
            emergency_order=emergency_order,
            public_key=public_key,
            fingerprint=fingerprint,
            how_checked=enum_value(KeyCheck, how_checked),
            checked_on=date_value(checked_on),
            notes=notes,
            delete_on=date_value(delete_on),
            tags=tuple(name for (name,) in self._list("contact_tag", "name", number)),
            created_utc=time_value(created),
            changed_utc=time_value(changed),
        )


def _values(contact: Contact) -> tuple[Value, ...]:
    alias = text_column("alias", contact.alias)
    return (
        alias,
        folded(alias),
        contact.kind.value,
        text_column("real_name", contact.real_name),
        text_column("role", contact.role),
        text_column("organisation", contact.organisation),
        contact.emergency_order,
        text_column("public_key", contact.public_key),
        text_column("fingerprint", contact.fingerprint),
        contact.how_checked.value,
        date_column(contact.checked_on),
        text_column("notes", contact.notes),
        date_column(contact.delete_on),
        time_column(contact.created_utc),
        time_column(contact.changed_utc),
    )
