"""Cases: their fields, the items registered in them, the people in them."""

# ruff: noqa: S608 - the texts of statements are made of constants of this package; values are parameters.

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from uuid import UUID

from hrd_desktop.domain.errors.records import ExistsError, FieldValueError, NotFoundError
from hrd_desktop.domain.people import CaseRole
from hrd_desktop.domain.records import Case, CaseItem, CasePerson, CaseStatus
from hrd_desktop.storage.database import Database, Row
from hrd_desktop.storage.records.values import enum_value, folded, text_column, time_column, time_value

_COLUMNS = "id, reference, title, status, summary, to_be_preserved, opened_utc, changed_utc, items"
_ENTRY = "SELECT f.id, i.id, c.exhibit, c.registered_utc FROM case_item AS c"
_ENTRY_JOINS = " JOIN case_file AS f ON f.number = c.case_file JOIN item AS i ON i.number = c.item"


class Cases:
    """Tables ``case_file``, ``case_item`` and ``case_person``."""

    def __init__(self, database: Database, now_utc: Callable[[], datetime]) -> None:
        self._database = database
        self._now_utc = now_utc

    # -- cases ------------------------------------------------------------------------------

    def insert(self, case: Case) -> None:
        """Open a case. Raises ExistsError when its reference is taken, FieldValueError."""
        self._ensure_reference_is_free(case)
        self._database.insert(
            "INSERT INTO case_file (id, reference, folded, title, status, summary, to_be_preserved,"
            " opened_utc, changed_utc) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (case.id.bytes, *_entered(case), time_column(case.opened_utc), time_column(case.changed_utc)),
        )

    def update(self, case: Case) -> None:
        """Replace what the user entered. Raises NotFoundError, ExistsError, FieldValueError."""
        self._ensure_reference_is_free(case)
        changed = self._database.execute(
            "UPDATE case_file SET reference = ?, folded = ?, title = ?, status = ?, summary = ?,"
            " to_be_preserved = ?, changed_utc = ? WHERE id = ?",
            (*_entered(case), time_column(case.changed_utc), case.id.bytes),
        )
        if changed == 0:
            raise NotFoundError(kind="case")

    def load(self, case_id: UUID) -> Case:
        """Raises NotFoundError."""
        row = self._database.one(f"SELECT {_COLUMNS} FROM case_file WHERE id = ?", (case_id.bytes,))
        if row is None:
            raise NotFoundError(kind="case")
        return _case_of(row)

    def find(self, reference: str) -> Case | None:
        """The case with this reference, without regard to case, or None."""
        row = self._database.one(f"SELECT {_COLUMNS} FROM case_file WHERE folded = ?", (folded(reference),))
        return None if row is None else _case_of(row)

    def iter_cases(self) -> Iterator[Case]:
        """All cases, the newest first."""
        for row in self._database.query(f"SELECT {_COLUMNS} FROM case_file ORDER BY number DESC"):
            yield _case_of(row)

    # -- items in cases ---------------------------------------------------------------------

    def register(self, case_id: UUID, item_id: UUID) -> CaseItem:
        """Register an item under the case's next exhibit number, which no item ever had or will have again.

        Raises NotFoundError, and ExistsError when the item is in the case already.
        """
        case = self._number("case_file", "case", case_id)
        item = self._number("item", "item", item_id)
        if self._database.one("SELECT 1 FROM case_item WHERE case_file = ? AND item = ?", (case, item)):
            raise ExistsError(kind="case-item")
        row = self._database.one("SELECT next_exhibit FROM case_file WHERE number = ?", (case,))
        if row is None:
            raise NotFoundError(kind="case")
        exhibit = int(row[0])
        now = self._now_utc()
        self._database.execute("UPDATE case_file SET next_exhibit = ? WHERE number = ?", (exhibit + 1, case))
        self._database.execute(
            "INSERT INTO case_item (case_file, item, exhibit, registered_utc) VALUES (?, ?, ?, ?)",
            (case, item, exhibit, time_column(now)),
        )
        return CaseItem(case_id, item_id, exhibit, time_value(time_column(now)))

    def unregister(self, case_id: UUID, item_id: UUID) -> None:
        """Take an item out of a case; its exhibit number stays used. Raises NotFoundError."""
        changed = self._database.execute(
            "DELETE FROM case_item WHERE case_file = (SELECT number FROM case_file WHERE id = ?)"
            " AND item = (SELECT number FROM item WHERE id = ?)",
            (case_id.bytes, item_id.bytes),
        )
        if changed == 0:
            raise NotFoundError(kind="case-item")

    def items_of(self, case_id: UUID) -> list[CaseItem]:
        """The entries of a case by exhibit number."""
        rows = self._database.query(
            f"{_ENTRY}{_ENTRY_JOINS} WHERE f.id = ? ORDER BY c.exhibit", (case_id.bytes,)
        )
        return [_entry_of(row) for row in rows]

    def cases_of(self, item_id: UUID) -> list[CaseItem]:
        """The entries of an item, the case it was registered in first coming first."""
        rows = self._database.query(
            f"{_ENTRY}{_ENTRY_JOINS} WHERE i.id = ? ORDER BY c.registered_utc, f.number", (item_id.bytes,)
        )
        return [_entry_of(row) for row in rows]

    # -- people in cases --------------------------------------------------------------------

    def set_persons(self, case_id: UUID, persons: Sequence[CasePerson]) -> None:
        """Give a case exactly these people in these parts. Raises NotFoundError, FieldValueError."""
        case = self._number("case_file", "case", case_id)
        self._database.execute("DELETE FROM case_person WHERE case_file = ?", (case,))
        for person in persons:
            self._database.execute(
                "INSERT INTO case_person (case_file, contact, role, note) VALUES (?, ?, ?, ?)"
                " ON CONFLICT (case_file, contact, role) DO UPDATE SET note = excluded.note",
                (
                    case,
                    self._number("contact", "contact", person.contact_id),
                    _role(person.role),
                    text_column("note", person.note),
                ),
            )

    def persons_of(self, case_id: UUID) -> list[CasePerson]:
        """The people in a case, by alias and part."""
        return self._persons("f.id = ? ORDER BY p.folded, p.number, c.role", case_id)

    def cases_of_person(self, contact_id: UUID) -> list[CasePerson]:
        """The parts one contact plays in cases."""
        return self._persons("p.id = ? ORDER BY f.folded, c.role", contact_id)

    # -- inside -----------------------------------------------------------------------------

    def _persons(self, where: str, record_id: UUID) -> list[CasePerson]:
        rows = self._database.query(
            "SELECT f.id, p.id, c.role, c.note FROM case_person AS c"
            " JOIN case_file AS f ON f.number = c.case_file"
            f" JOIN contact AS p ON p.number = c.contact WHERE {where}",
            (record_id.bytes,),
        )
        return [
            CasePerson(
                case_id=UUID(bytes=case),
                contact_id=UUID(bytes=contact),
                role=role,
                note=note,
            )
            for case, contact, role, note in rows
        ]

    def _number(self, table: str, kind: str, record_id: UUID) -> int:
        row = self._database.one(f"SELECT number FROM {table} WHERE id = ?", (record_id.bytes,))
        if row is None:
            raise NotFoundError(kind=kind)
        return int(row[0])

    def _ensure_reference_is_free(self, case: Case) -> None:
        row = self._database.one("SELECT id FROM case_file WHERE folded = ?", (folded(case.reference),))
        if row is not None and row[0] != case.id.bytes:
            raise ExistsError(kind="case")


def _entered(case: Case) -> tuple[str, str, str, str, str, int]:
    reference = text_column("reference", case.reference)
    return (
        reference,
        folded(reference),
        text_column("title", case.title),
        case.status.value,
        text_column("summary", case.summary),
        int(case.to_be_preserved),
    )


def _role(role: str) -> str:
    if role not in {known.value for known in CaseRole}:
        raise FieldValueError(field="role", reason="unknown")
    return str(role)


def _case_of(row: Row) -> Case:
    case_id, reference, title, status, summary, to_be_preserved, opened, changed, items = row
    return Case(
        id=UUID(bytes=case_id),
        reference=reference,
        title=title,
        status=enum_value(CaseStatus, status),
        summary=summary,
        to_be_preserved=bool(to_be_preserved),
        opened_utc=time_value(opened),
        changed_utc=time_value(changed),
        item_count=items,
    )


def _entry_of(row: Row) -> CaseItem:
    return CaseItem(UUID(bytes=row[0]), UUID(bytes=row[1]), row[2], time_value(row[3]))
