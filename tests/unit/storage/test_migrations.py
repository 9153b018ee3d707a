"""Schemas are numbered files; a database that was migrated is the same as a fresh one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import NewerFormatError
from hrd_desktop.storage.database import Database, DatabaseBug, migrate, open_database
from hrd_desktop.storage.migrations.migrate import known_version, load_statements, split_statements
from tests.unit.storage.databases import DERIVED_ID, KEY, RECORDS_ID, SALT

PARTS = {"records": RECORDS_ID, "derived": DERIVED_ID}

# Two made-up steps to be put after the real ones: the second changes what the first made.
LATER = [
    ["CREATE TABLE extra (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT"],
    ["ALTER TABLE extra ADD COLUMN note TEXT", "CREATE INDEX extra_by_name ON extra (name)"],
]


def _known(part: str) -> list[list[str]]:
    return [load_statements(part, number) for number in range(1, known_version(part) + 1)]


def _schema(database: Database) -> list[tuple[object, ...]]:
    return database.query("SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name")


def _version(database: Database) -> int:
    return int(database.query("PRAGMA user_version")[0][0])


@pytest.mark.parametrize("part", PARTS)
def test_from_every_older_version_to_the_newest(tmp_path: Path, part: str) -> None:
    versions = _known(part) + LATER
    fresh = open_database(str(tmp_path / "fresh"), KEY, SALT, PARTS[part])
    migrate(fresh, versions)
    wanted = _schema(fresh)
    assert "extra_by_name" in {row[1] for row in wanted}
    for start in range(known_version(part), len(versions)):
        path = str(tmp_path / f"from-{start}")
        old = open_database(path, KEY, SALT, PARTS[part])
        assert migrate(old, versions[:start]) == start
        assert _schema(old) != wanted
        assert migrate(old, versions) == len(versions)
        assert _schema(old) == wanted
        assert _version(old) == len(versions)
        old.close()
    fresh.close()


def test_a_step_that_fails_leaves_the_version_before(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "records"), KEY, SALT, RECORDS_ID)
    versions = [
        *_known("records"),
        LATER[0],
        ["CREATE TABLE half (a TEXT) STRICT", "CREATE NONSENSE"],
    ]
    with pytest.raises(DatabaseBug):
        migrate(database, versions)
    assert _version(database) == known_version("records") + 1
    names = {row[1] for row in _schema(database)}
    assert "extra" in names
    assert "half" not in names
    database.close()


def test_records_survive_a_migration(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "records"), KEY, SALT, RECORDS_ID)
    with database.transaction():
        database.execute("INSERT INTO setting (name, value) VALUES ('a', 'b')")
    migrate(database, [*_known("records"), *LATER])
    assert database.query("SELECT value FROM setting WHERE name = 'a'") == [("b",)]
    database.close()


def test_a_version_from_the_future_is_refused(tmp_path: Path) -> None:
    database = open_database(str(tmp_path / "records"), KEY, SALT, RECORDS_ID)
    migrate(database, [*_known("records"), *LATER])
    known = known_version("records")
    with pytest.raises(NewerFormatError) as raised:
        migrate(database)
    assert raised.value.fields == {"part": "records-schema", "found": known + 2, "known": known}
    database.close()


def test_statements_are_cut_where_they_end() -> None:
    text = """
-- a comment; with a semicolon
CREATE TABLE a (b TEXT) STRICT;
CREATE TRIGGER t AFTER INSERT ON a BEGIN
  UPDATE a SET b = ';';
  DELETE FROM a;
END;

INSERT INTO a VALUES ('-- no comment');
"""
    cut = split_statements(text)
    assert [statement.split("(")[0].split("\n")[0].strip() for statement in cut] == [
        "CREATE TABLE a",
        "CREATE TRIGGER t AFTER INSERT ON a BEGIN",
        "INSERT INTO a VALUES",
    ]
    with pytest.raises(ValueError, match="without an end"):
        split_statements("CREATE TABLE a (b TEXT)")


@pytest.mark.parametrize("part", PARTS)
def test_every_table_is_strict_and_every_reference_is_indexed(tmp_path: Path, part: str) -> None:
    database = open_database(str(tmp_path / part), KEY, SALT, PARTS[part])
    for name, is_strict in database.query(
        "SELECT name, strict FROM pragma_table_list WHERE schema = 'main' AND type = 'table'"
        " AND name NOT LIKE 'sqlite%'"
    ):
        assert is_strict, name
        leading = {
            database.query("SELECT name FROM pragma_index_info(?) WHERE seqno = 0", (index,))[0][0]
            for (index,) in database.query("SELECT name FROM pragma_index_list(?)", (name,))
        }
        for (column,) in database.query('SELECT "from" FROM pragma_foreign_key_list(?)', (name,)):
            assert column in leading, f"{name}.{column}: removing what it refers to would scan the table"
    database.close()


def test_the_page_names_every_table_and_column(tmp_path: Path, project: Path) -> None:
    page = (project / "docs" / "spec" / "records-schema.md").read_text("utf-8")
    records_page, derived_page = page.split("\n## derived\n")
    for part, text in (("records", records_page), ("derived", derived_page)):
        database = open_database(str(tmp_path / part), KEY, SALT, PARTS[part])
        tables = database.query(
            "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type IN ('table', 'virtual')"
            " AND name NOT LIKE 'sqlite%'"
        )
        assert tables
        for (table,) in tables:
            columns = {row[0] for row in database.query("SELECT name FROM pragma_table_info(?)", (table,))}
            assert columns - _named(text, part, table) == set(), f"{part}: {table}"
        database.close()


def _named(text: str, part: str, table: str) -> set[str]:
    """The columns that the page names for a table: in its section, or in its rows for derived."""
    if part == "derived":
        rows = [row.split("|") for row in text.splitlines() if row.startswith(f"| `{table}` |")]
        return {name for row in rows for name in re.findall(r"`(\w+)`", row[2])}
    sections = [one for one in text.split("\n### ") if f"`{table}`" in one.splitlines()[0]]
    assert len(sections) == 1, table
    blocks = [block for block in sections[0].split("\n\n") if block.startswith("| column")]
    own = [block for block in blocks if block.startswith(f"| column of `{table}` |")] or [
        block for block in blocks if not block.startswith("| column of `")
    ]
    return {
        name
        for block in own
        for row in block.splitlines()[2:]
        for name in re.findall(r"`(\w+)`", row.split("|")[1])
    }
