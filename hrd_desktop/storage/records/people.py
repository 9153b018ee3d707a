"""People in items, and the consent each person gave for each purpose."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from hrd_desktop.domain.errors.records import ExistsError, NotFoundError
from hrd_desktop.domain.people import (
    Consent,
    ConsentCapacity,
    ConsentDecision,
    ConsentForm,
    ConsentGiver,
    ConsentPurpose,
)
from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.storage.database import Database, Row, Value
from hrd_desktop.storage.records.values import (
    date_column,
    date_value,
    enum_value,
    text_column,
    time_column,
    time_value,
)

_FIELDS = (
    "contact",
    "purpose",
    "decision",
    "reason",
    "given_by",
    "given_by_name",
    "given_on",
    "language",
    "interpreter",
    "form",
    "anonymity_asked",
    "expires_on",
    "withdrawn_on",
    "capacity",
    "risks_explained",
    "recorded_by",
    "note",
    "created_utc",
    "changed_utc",
)
_SELECT = (
    "SELECT c.id, p.id, " + ", ".join(f"c.{name}" for name in _FIELDS[1:]) + " FROM consent AS c"
    " JOIN contact AS p ON p.number = c.contact"
)


class People:
    """Tables ``item_person`` and ``consent``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # -- people in items --------------------------------------------------------------------

    def set_persons(self, item_id: UUID, persons: Sequence[ItemPerson]) -> None:
        """Say that exactly these contacts are in the item. Raises NotFoundError."""
        row = self._database.one("SELECT number FROM item WHERE id = ?", (item_id.bytes,))
        if row is None:
            raise NotFoundError(kind="item")
        self._database.execute("DELETE FROM item_person WHERE item = ?", (row[0],))
        for person in persons:
            self._database.execute(
                "INSERT OR IGNORE INTO item_person (item, contact, how) VALUES (?, ?, ?)",
                (row[0], self._contact(person.contact_id), text_column("how", person.how)),
            )

    def persons_of(self, item_id: UUID) -> list[ItemPerson]:
        """The contacts in an item, by alias."""
        return self._persons("i.id = ? ORDER BY p.folded, p.number, r.how", item_id)

    def items_of(self, contact_id: UUID) -> list[ItemPerson]:
        """The items a contact is in, the newest first."""
        return self._persons("p.id = ? ORDER BY r.item DESC, r.how", contact_id)

    # -- consent ----------------------------------------------------------------------------

    def insert_consent(self, consent: Consent) -> None:
        """Raises NotFoundError, ExistsError, FieldValueError."""
        contact = self._contact(consent.person_id)
        if self._database.one("SELECT 1 FROM consent WHERE id = ?", (consent.id.bytes,)):
            raise ExistsError(kind="consent")
        marks = ", ".join("?" * (len(_FIELDS) + 1))
        self._database.insert(
            f"INSERT INTO consent (id, {', '.join(_FIELDS)}) VALUES ({marks})",
            (consent.id.bytes, contact, *_values(consent)),
        )

    def update_consent(self, consent: Consent) -> None:
        """Replace every field but the person. Raises NotFoundError, FieldValueError."""
        columns = ", ".join(f"{name} = ?" for name in _FIELDS[1:])
        changed = self._database.execute(
            f"UPDATE consent SET {columns} WHERE id = ?", (*_values(consent), consent.id.bytes)
        )
        if changed == 0:
            raise NotFoundError(kind="consent")

    def remove_consent(self, consent_id: UUID) -> None:
        """Raises NotFoundError."""
        if self._database.execute("DELETE FROM consent WHERE id = ?", (consent_id.bytes,)) == 0:
            raise NotFoundError(kind="consent")

    def load_consent(self, consent_id: UUID) -> Consent:
        """Raises NotFoundError."""
        row = self._database.one(f"{_SELECT} WHERE c.id = ?", (consent_id.bytes,))
        if row is None:
            raise NotFoundError(kind="consent")
        return _consent_of(row)

    def consents_of(self, contact_id: UUID) -> list[Consent]:
        """All answers of one person, by purpose, the latest recorded coming first."""
        rows = self._database.query(
            f"{_SELECT} WHERE p.id = ? ORDER BY c.purpose, c.number DESC", (contact_id.bytes,)
        )
        return [_consent_of(row) for row in rows]

    def find_consent(self, contact_id: UUID, purpose: ConsentPurpose) -> Consent | None:
        """The person's answer for this purpose that was recorded last, or None when nobody asked."""
        row = self._database.one(
            f"{_SELECT} WHERE p.id = ? AND c.purpose = ? ORDER BY c.number DESC LIMIT 1",
            (contact_id.bytes, purpose.value),
        )
        return None if row is None else _consent_of(row)

    # -- inside -----------------------------------------------------------------------------

    def _contact(self, contact_id: UUID) -> int:
        row = self._database.one("SELECT number FROM contact WHERE id = ?", (contact_id.bytes,))
        if row is None:
            raise NotFoundError(kind="contact")
        return int(row[0])

    def _persons(self, where: str, record_id: UUID) -> list[ItemPerson]:
        rows = self._database.query(
            "SELECT i.id, p.id, r.how FROM item_person AS r JOIN item AS i ON i.number = r.item"
            f" JOIN contact AS p ON p.number = r.contact WHERE {where}",
            (record_id.bytes,),
        )
        return [ItemPerson(UUID(bytes=item), UUID(bytes=contact), how) for item, contact, how in rows]


def _values(consent: Consent) -> tuple[Value, ...]:
    return (
        consent.purpose.value,
        consent.decision.value,
        text_column("reason", consent.reason),
        consent.given_by.value,
        text_column("given_by_name", consent.given_by_name),
        date_column(consent.given_on),
        text_column("language", consent.language),
        text_column("interpreter", consent.interpreter),
        consent.form.value,
        int(consent.anonymity_asked),
        date_column(consent.expires_on),
        date_column(consent.withdrawn_on),
        consent.capacity.value,
        int(consent.risks_explained),
        text_column("recorded_by", consent.recorded_by),
        text_column("note", consent.note),
        time_column(consent.created_utc),
        time_column(consent.changed_utc),
    )


def _consent_of(row: Row) -> Consent:
    (consent_id, person_id, purpose, decision, reason, given_by, given_by_name, given_on, language) = row[:9]
    (interpreter, form, anonymity, expires_on, withdrawn_on, capacity, risks, recorded_by, note) = row[9:18]
    created, changed = row[18:]
    return Consent(
        id=UUID(bytes=consent_id),
        person_id=UUID(bytes=person_id),
        purpose=enum_value(ConsentPurpose, purpose),
        decision=enum_value(ConsentDecision, decision),
        reason=reason,
        given_by=enum_value(ConsentGiver, given_by),
        given_by_name=given_by_name,
        given_on=date_value(given_on),
        language=language,
        interpreter=interpreter,
        form=enum_value(ConsentForm, form),
        anonymity_asked=bool(anonymity),
        expires_on=date_value(expires_on),
        withdrawn_on=date_value(withdrawn_on),
        capacity=enum_value(ConsentCapacity, capacity),
        risks_explained=bool(risks),
        recorded_by=recorded_by,
        note=note,
        created_utc=time_value(created),
        changed_utc=time_value(changed),
    )
