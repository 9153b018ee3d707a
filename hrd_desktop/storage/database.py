"""One SQLCipher connection: pinned settings, typed failures, transactions that cannot be nested.

Method: docs/spec/vault-format.md, section 5. Two properties of the library shape this module:

- A page that does not authenticate comes back as zeros and the statement may still succeed (the last page
  of an overflow chain does so). ``cipher_status`` then answers 0 and goes on doing so. It is asked after
  every statement, before a row is handed out, so that no value from a damaged page is ever returned.
- Messages of the library quote values, and a statement's text stays in its cache. No message is passed
  on, and the key goes in by a call of its own instead of through ``PRAGMA key``.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlcipher3 import dbapi2

from hrd_desktop.domain.errors.base import Cancelled, IntegrityError, SheafError
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    DiskFullError,
    NewerFormatError,
    NoRoomError,
    VaultInUseError,
    VaultReadOnlyError,
)
from hrd_desktop.storage.database_settings import ensure_fts_forgets, identify, keep_length, pin, prepare
from hrd_desktop.storage.disk import create_file, disk_errors, is_unreadable
from hrd_desktop.storage.migrations.migrate import known_version, load_statements
from hrd_desktop.storage.parts import PARTS, Part, find_refusal
from hrd_desktop.storage.path_limit import verify_length
from hrd_desktop.storage.stale_journal import empty_passed_over_journal

Value = str | int | float | bytes | None
Row = tuple[Any, ...]
T = TypeVar("T")

KEY_BYTES: Final = 32
SALT_BYTES: Final = 16
PAGE_BYTES: Final = 4096

_INTERRUPTED: Final = 9  # SQLITE_INTERRUPT
_ATTACH: Final = 24  # SQLITE_ATTACH; VACUUM attaches as well
_ALLOW: Final = 0
_DENY: Final = 1


class DatabaseBug(Exception):
    """Our own mistake: a statement that cannot run, a change outside a transaction. Carries a code only."""


class ConstraintBroken(DatabaseBug):
    """A change broke a constraint of the schema (a value twice, a record that others refer to)."""


class Database:
    """An open database. Used by the thread that opened it, except ``interrupt``."""

    def __init__(self, connection: Any, part: Part, *, path: str = "", fixed: bool = False) -> None:
        self._connection = connection
        self._part = part
        self._path = path
        self._fixed = fixed
        self._keyed = False
        self._damaged = False
        self._unreadable = False
        self._sync_failed = False
        self._transaction = False
        self._closed = False

    # -- reading ----------------------------------------------------------------------------

    def query(self, sql: str, params: Sequence[Value] = ()) -> list[Row]:
        """All rows. Raises RecordsDamagedError or DerivedDamagedError, DiskFailedError, Cancelled."""

        def run() -> list[Row]:
            return list(self._connection.execute(sql, params).fetchall())

        return self._guarded(run)

    def one(self, sql: str, params: Sequence[Value] = ()) -> Row | None:
        """The first row, or None. Raises what ``query`` raises."""
        rows = self.query(sql, params)
        return rows[0] if rows else None

    # -- changing ---------------------------------------------------------------------------

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside, or nothing of it. Never inside another one.

        Raises VaultReadOnlyError after a write or sync that failed, DiskFullError, DiskFailedError, and
        what ``query`` raises. An exception from inside rolls back and goes on.
        """
        if self._transaction:
            raise DatabaseBug("transaction in a transaction")
        if self._sync_failed:
            raise VaultReadOnlyError()
        self._guarded(lambda: self._connection.execute("BEGIN IMMEDIATE"))
        self._transaction = True
        try:
            yield
            self._guarded(lambda: self._connection.execute("COMMIT"))
        except BaseException:
            self._roll_back()
            raise
        finally:
            self._transaction = False

    def execute(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run a change inside a transaction; the number of rows changed.

        Raises ConstraintBroken, DiskFullError, DiskFailedError, and what ``query`` raises.
        """
        self._ensure_in_transaction()
        return int(self._guarded(lambda: self._connection.execute(sql, params).rowcount))

    def insert(self, sql: str, params: Sequence[Value] = ()) -> int:
        """Run an INSERT inside a transaction; the new row's number. Raises what ``execute`` raises."""
        self._ensure_in_transaction()
        return int(self._guarded(lambda: self._connection.execute(sql, params).lastrowid))

    def executemany(self, sql: str, rows: Iterable[Sequence[Value]]) -> int:
        """Run a change once for each row inside a transaction. Raises what ``execute`` raises."""
        self._ensure_in_transaction()
        return int(self._guarded(lambda: self._connection.executemany(sql, rows).rowcount))

    def rekey(self, key: bytes, salt: bytes) -> None:
        """Encrypt every page anew under another raw key and salt, in a transaction of the library's own.

        Raises DiskFullError, DiskFailedError and what ``query`` raises; then the old key stays.
        """
        if self._transaction:
            raise DatabaseBug("re-key in a transaction")
        if self._sync_failed:
            raise VaultReadOnlyError()
        refusals: list[SheafError] = []
        failure = self._failure_of(self._new_key(key, salt, refusals))
        del key, salt
        if refusals:
            # What the library thinks of its pages after a write that failed is no damage.
            self._damaged, self._sync_failed = False, True
            raise refusals[0]
        if failure is not None:
            raise failure
        # The call does not report a failure of every kind, such as writes that were refused for good; the
        # file does. Its pages were read a moment ago, so what does not open now was not written.
        failure = self._failure_of(
            lambda: self._connection.execute("SELECT count(*) FROM sqlite_schema").fetchall()
        )
        if isinstance(failure, IntegrityError):
            self._damaged, self._sync_failed = False, True
            raise DiskFailedError(errno=None, step=self._part.name)
        if failure is not None:
            raise failure

    # -- the rest ---------------------------------------------------------------------------

    @property
    def part(self) -> str:
        """``records`` or ``derived``."""
        return self._part.name

    def free_pages(self) -> int | None:
        """How many pages are left in a database of a fixed length; None for one that grows."""
        return int(self.query("PRAGMA freelist_count")[0][0]) if self._fixed else None

    def page_count(self) -> int:
        """How many pages the database has."""
        return int(self.query("PRAGMA page_count")[0][0])

    @property
    def in_transaction(self) -> bool:
        """Whether a transaction is open."""
        return self._transaction

    def verify(self) -> None:
        """Check the authentication of every page in the file, free ones too, then the structure.

        Reads the whole file. Raises RecordsDamagedError or DerivedDamagedError.
        """
        checks = ("cipher_integrity_check", "integrity_check", "foreign_key_check")
        for check in checks:
            answer = self.query(f"PRAGMA {check}")
            if answer not in ([], [("ok",)]):
                raise self._found_damaged(check=check)

    def interrupt(self) -> None:
        """End what is running with Cancelled. From any thread; does nothing after ``close``."""
        if not self._closed:
            try:
                self._connection.interrupt()
            except dbapi2.ProgrammingError:
                # Closed by its own thread between the two lines above: nothing is running.
                return

    def close(self) -> None:
        """Close; an open transaction is rolled back. Safe to call twice, never raises for damage."""
        if self._closed:
            return
        self._closed = True
        # Damage refuses every other call, but the file, its lock and its key must not stay with us.
        self._damaged = False
        failure = self._failure_of(self._connection.close)
        if failure is not None and not isinstance(failure, IntegrityError | MemoryError):
            raise failure

    def set_key(self, key: bytes, salt: bytes) -> Exception | None:
        """Give the raw key and salt, once, before the first page is read. Returns what failed, or None.

        Nothing is raised, so that no traceback of a failure has a frame that holds the key. From here on
        ``ATTACH``, and ``VACUUM`` which needs it, are refused.
        """
        failure = self._failure_of(lambda: self._connection.set_key(_key_text(key, salt)))
        self._connection.set_authorizer(_authorise)
        self._keyed = True
        return failure

    # -- inside -----------------------------------------------------------------------------

    def _ensure_in_transaction(self) -> None:
        # The library drops a transaction by itself after some failures; what follows would be committed
        # one statement at a time.
        if not self._transaction or not self._connection.in_transaction:
            raise DatabaseBug("change outside a transaction")

    def _roll_back(self) -> None:
        while not self._closed and self._connection.in_transaction:
            failure = self._failure_of(lambda: self._connection.execute("ROLLBACK"))
            if failure is not None and not isinstance(failure, Cancelled):
                self._sync_failed = True
                return

    def _new_key(self, key: bytes, salt: bytes, refusals: list[SheafError]) -> Callable[[], object]:
        def run() -> None:
            try:
                self._connection.reset_key(_key_text(key, salt))
            except dbapi2.Error as error:
                refusal = find_refusal(error, self._part)
                refusals.extend([refusal] if refusal is not None else [])
                raise

        return run

    def _guarded(self, run: Callable[[], T]) -> T:
        outcome: list[T] = []
        failure = self._failure_of(lambda: outcome.append(run()))
        if failure is not None:
            # Raised here, where the library's own exception is gone: it holds values.
            raise failure
        return outcome[0]

    def _failure_of(self, run: Callable[[], object]) -> Exception | None:
        if self._damaged:
            return self._found_damaged()
        failure: Exception | None = None
        try:
            run()
        except dbapi2.Error as error:
            failure = self._translated(error)
        except UnicodeError:
            failure = FieldValueError(field="text", reason="characters")
        except OverflowError:
            failure = FieldValueError(field="number", reason="size")
        except MemoryError:
            # The library's word for a page that it could not encrypt or decrypt, too.
            failure = MemoryError()
        if self._keyed and not self._closed and not self._is_intact():
            return self._found_damaged()
        return failure

    def _found_damaged(self, **fields: str) -> Exception:
        """Damage, and every other call is refused from now on; or a disk that does not answer.

        The library tells a read that the disk refused (EIO) as damage, and whoever pulled out a stick would
        be told to restore a backup.
        """
        if not self._damaged:
            self._damaged = True
            self._unreadable = is_unreadable(self._path)
        if self._unreadable:
            return DiskFailedError(errno=None, step=self._part.name)
        return self._part.damaged(**fields)

    def _is_intact(self) -> bool:
        while True:
            try:
                answer = self._connection.execute("PRAGMA cipher_status").fetchall()
            except dbapi2.Error as error:
                if _primary_code(error) == _INTERRUPTED:
                    # Meant for the statement before; without an answer nothing may be handed out.
                    continue
                return False
            except MemoryError:
                return False
            return bool(answer == [("1",)])

    def _translated(self, error: Exception) -> Exception:
        primary = _primary_code(error)
        if primary in (11, 26):  # SQLITE_CORRUPT, SQLITE_NOTADB
            return self._found_damaged()
        if primary == 13:  # SQLITE_FULL
            return NoRoomError(part=self._part.name) if self._fixed else DiskFullError()
        if primary in (3, 8, 10, 14):  # SQLITE_PERM, READONLY, IOERR, CANTOPEN
            # A failed sync is never tried again: the kernel may have dropped the page.
            self._sync_failed = self._sync_failed or self._transaction
            return DiskFailedError(errno=None, step=self._part.name)
        if primary in (5, 6):  # SQLITE_BUSY, SQLITE_LOCKED
            return VaultInUseError()
        if primary == _INTERRUPTED:
            return Cancelled()
        if primary == 18:  # SQLITE_TOOBIG
            return FieldValueError(field="text", reason="size")
        if primary == 19:  # SQLITE_CONSTRAINT
            return ConstraintBroken(self._part.name)
        return DatabaseBug(f"{self._part.name} {type(error).__name__} {primary}")


def open_database(
    path: str, key: bytes, salt: bytes, application_id: int, *, must_exist: bool = False, fixed: bool = False
) -> Database:
    """Open the database at ``path``, or make it (0600) where there is none, and bring it to this schema.

    ``key`` is the raw key of 32 bytes, ``salt`` the 16 bytes that stand at the start of the file and are
    not read from there. With ``must_exist`` a file that is missing or empty is damage. A ``fixed`` one must
    exist and keeps its length: what does not fit raises NoRoomError. Raises
    RecordsDamagedError or DerivedDamagedError (a wrong key is not told from damage), DatabaseUnsafeError,
    NewerFormatError, VaultInUseError, DiskFullError, DiskFailedError, PathTooLongError.
    """
    part = PARTS[application_id]
    verify_length(path)
    must_exist = must_exist or fixed
    with disk_errors(part.name):
        try:
            status = os.lstat(path)
            size_bytes, is_file = status.st_size, stat.S_ISREG(status.st_mode)
        except FileNotFoundError:
            size_bytes, is_file = 0, True
            if not must_exist:
                os.close(create_file(path))
    if not is_file:
        # A link is never followed out of the vault.
        raise part.damaged(reason="not-a-file")
    if must_exist and size_bytes == 0:
        # An empty file would be taken for a new database, and all records would seem never to have been.
        raise part.damaged(reason="missing")
    try:
        connection = dbapi2.connect(path, isolation_level=None, cached_statements=256)
    except dbapi2.Error:
        # From None: the library's own words may name the file.
        raise DiskFailedError(errno=None, step=part.name) from None
    database = Database(connection, part, path=path, fixed=fixed)
    try:
        prepare(database)
        failure = database.set_key(key, salt)
        # No frame of a traceback from here on holds the key.
        del key, salt
        if failure is not None:
            raise failure
        pin(database)
        if fixed:
            keep_length(database, size_bytes // PAGE_BYTES)
        identify(database, application_id, is_new=size_bytes == 0)
        with disk_errors(part.name):
            empty_passed_over_journal(path)
        migrate(database)
        if part.name == "derived":
            ensure_fts_forgets(database)
    except BaseException:
        database.close()
        raise
    return database


def migrate(database: Database, versions: Sequence[Sequence[str]] | None = None) -> int:
    """Bring the schema to the newest known one, one transaction for each step; the number it has then.

    ``versions`` holds the statements of each schema number from 1 on; by default this program's own.
    Raises NewerFormatError, DiskFullError, DiskFailedError.
    """
    part = database.part
    known = known_version(part) if versions is None else len(versions)
    found = _user_version(database)
    if found > known:
        raise NewerFormatError(part=f"{part}-schema", found=found, known=known)
    for version in range(found + 1, known + 1):
        statements = load_statements(part, version) if versions is None else versions[version - 1]
        with database.transaction():
            for statement in statements:
                database.execute(statement)
            database.execute(f"PRAGMA user_version = {version}")
    return known


def _primary_code(error: Exception) -> int | None:
    """SQLite's primary result code, or None for a mistake that the Python side found."""
    code = getattr(error, "sqlite_errorcode", None)
    return code & 0xFF if isinstance(code, int) else None


def _key_text(key: bytes, salt: bytes) -> str:
    if len(key) != KEY_BYTES or len(salt) != SALT_BYTES:
        raise DatabaseBug("length of key or salt")
    return f"x'{key.hex()}{salt.hex()}'"


def _user_version(database: Database) -> int:
    return int(database.query("PRAGMA user_version")[0][0])


def _authorise(action: int, *_: object) -> int:
    return _DENY if action == _ATTACH else _ALLOW
