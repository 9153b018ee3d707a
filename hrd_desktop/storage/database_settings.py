"""What a connection is set to before a row is read, each setting read back.

Method: docs/spec/vault-format.md, section 5.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from hrd_desktop.domain.errors.vault import DatabaseUnsafeError
from hrd_desktop.storage.parts import PARTS
from hrd_desktop.storage.pins import PINS

if TYPE_CHECKING:
    from hrd_desktop.storage.database import Database


def prepare(database: Database) -> None:
    """The log first, then whether it is SQLCipher at all. Raises DatabaseUnsafeError."""
    # First of all: by default a page that does not authenticate is reported on standard error.
    require(database, "cipher_log_level", database.query("PRAGMA cipher_log_level = NONE") == [("NONE",)])
    version = database.query("PRAGMA cipher_version")
    require(database, "cipher_version", bool(version) and bool(version[0][0]))


def pin(database: Database) -> None:
    """Set every pin and read it back. Raises DatabaseUnsafeError."""
    for wanted in PINS:
        database.query(f"PRAGMA {wanted.name} = {wanted.value}")
        answer = database.query(f"PRAGMA {wanted.name}")
        require(database, wanted.name, bool(answer) and str(answer[0][0]).lower() == wanted.answer)


def keep_length(database: Database, pages: int) -> None:
    """The database has ``pages`` pages and never gets another. Raises DatabaseUnsafeError."""
    answer = database.query(f"PRAGMA max_page_count = {pages}")
    require(database, "max_page_count", answer == [(pages,)])


def identify(database: Database, application_id: int, *, is_new: bool) -> None:
    """Check whose database it is, or say so in a new one. Raises what ``part.damaged`` is."""
    if is_new:
        with database.transaction():
            database.execute(f"PRAGMA application_id = {application_id}")
        return
    if database.query("PRAGMA application_id") != [(application_id,)]:
        raise PARTS[application_id].damaged(reason="application-id")


def ensure_fts_forgets(database: Database) -> None:
    """Taking a word out of the index overwrites it. Raises DatabaseUnsafeError."""
    kept = database.query("SELECT v FROM word_config WHERE k = 'secure-delete'")
    require(database, "fts-secure-delete", kept == [(1,)])


def require(database: Database, setting: str, held: bool) -> None:
    """Close and raise DatabaseUnsafeError unless ``held``."""
    if not held:
        database.close()
        raise DatabaseUnsafeError(setting=setting)
