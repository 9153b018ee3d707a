"""What is removed is gone from every page, and nothing is readable in any file."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from hrd_desktop.domain.records import ItemDetails
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.derived.derived import Derived
from hrd_desktop.storage.derived.search_index import SearchDocument
from tests.unit.storage.databases import KEY, made_contact, made_id, made_item, open_derived, open_records

SECRET = "zebrawitness"


def _traces(database: Database, word: str) -> list[str]:
    """Where ``word`` or its end still stands: every value of every table, and the vocabulary of the index."""
    with database.transaction():
        database.execute("CREATE VIRTUAL TABLE temp.vocabulary USING fts5vocab('main', 'word', 'instance')")
    found = []
    if database.query("SELECT 1 FROM temp.vocabulary WHERE term LIKE ?", (f"%{word}%",)):
        found.append("vocabulary")
    with database.transaction():
        database.execute("DROP TABLE temp.vocabulary")
    # Terms on a page of the index leave out the beginning they share with the term before.
    pieces = [word.encode(), word[2:].encode(), word[-6:].encode()]
    for (table,) in database.query(
        "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE '%USING fts5%'"
    ):
        for row in database.query(f"SELECT * FROM {table}"):
            for value in row:
                data = value if isinstance(value, bytes) else str(value).encode()
                if any(piece in data for piece in pieces):
                    found.append(table)
    return found


def _fill(derived: Derived, numbers: range) -> None:
    with derived.transaction():
        for number in numbers:
            derived.index(
                SearchDocument("item", made_id(str(number)), f"common title {number}", "zebra", number)
            )
            derived.put_text(made_id(str(number)), f"common text zebrafish number{number} " * 5)


@pytest.mark.parametrize("merged", [False, True], ids=["as written", "after a merge"])
@pytest.mark.parametrize("place", ["title", "body", "text"])
def test_a_removed_word_is_in_no_part_of_the_index(tmp_path: Path, merged: bool, place: str) -> None:
    database, derived = open_derived(tmp_path)
    _fill(derived, range(1, 40))
    words = {"title": "", "body": "", "text": "", place: f"before {SECRET} after"}
    with derived.transaction():
        derived.index(SearchDocument("item", made_id("s"), words["title"], words["body"], 100))
        derived.put_text(made_id("s"), words["text"])
        derived.put_found(made_id("s"), {"name": SECRET})
        derived.put_thumbnail(made_id("s"), SECRET.encode())
        derived.add_pending([made_id("s")])
    _fill(derived, range(101, 140))
    if merged:
        with derived.transaction():
            database.execute("INSERT INTO word (word, rank) VALUES ('merge', 500)")
    # The search for traces finds them while they are there.
    assert {"vocabulary", "word_content", "word_data", "term"} <= set(_traces(database, SECRET))
    derived.remove(made_id("s"))
    assert _traces(database, SECRET) == []
    assert derived.search(SECRET) == []
    assert derived.search(SECRET[:5]) != [], "words that begin alike are still found"
    derived.verify()
    with derived.transaction():
        database.execute("INSERT INTO word (word) VALUES ('integrity-check')")
    database.close()


def test_a_word_that_others_hold_stays(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    with derived.transaction():
        for number in (1, 2):
            derived.index(SearchDocument("item", made_id(str(number)), f"{SECRET} {number}", number=number))
    derived.remove(made_id("1"))
    assert [hit.number for hit in derived.search(SECRET[:8])] == [2]
    with derived.transaction():
        derived.index(SearchDocument("item", made_id("2"), "renamed", number=2))
    assert _traces(database, SECRET) == []
    database.close()


def test_replacing_a_text_forgets_the_one_before(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    _fill(derived, range(1, 10))
    with derived.transaction():
        derived.put_text(made_id("3"), f"{SECRET} said it")
    assert [hit.number for hit in derived.search(SECRET)] == [3]
    with derived.transaction():
        derived.put_text(made_id("3"), "nobody said it")
    assert _traces(database, SECRET) == []
    database.close()


def test_nothing_is_readable_in_any_file(tmp_path: Path) -> None:
    canaries = [SECRET, "شاهد سري", "witness-notes-4471"]
    database, records, _ = open_records(tmp_path)
    derived_database, derived = open_derived(tmp_path)
    files: dict[str, bytes] = {}

    def look() -> None:
        for name in os.listdir(tmp_path):
            files[f"{name} {len(files)}"] = (tmp_path / name).read_bytes()

    with records.transaction(), derived.transaction():
        details = ItemDetails(title=canaries[0], note=canaries[1] * 1000, source=canaries[2])
        records.items.insert(made_item(1, details=details, original_name=canaries[2], tags=(canaries[0],)))
        records.contacts.insert(made_contact(canaries[0], notes=canaries[1]))
        records.settings.set(canaries[0], canaries[1])
        derived.index(SearchDocument("item", made_id("item 1"), *canaries[:2], 1))
        derived.put_text(made_id("item 1"), " ".join(canaries) * 2000)
        look()
    with records.transaction(), derived.transaction():
        records.items.remove(made_id("item 1"))
        derived.remove(made_id("item 1"))
        look()
    database.close()
    derived_database.close()
    look()
    assert sorted(os.listdir(tmp_path)) == [
        "derived.0",
        "derived.0-journal",
        "records.0",
        "records.0-journal",
    ]
    assert any(name.startswith("records.0-journal") and data for name, data in files.items()), (
        "no journal was seen"
    )
    for name, data in files.items():
        for canary in canaries:
            for encoded in (canary.encode(), canary.encode("utf-16-le"), canary.encode().hex().encode()):
                assert encoded not in data, name
        assert b"CREATE TABLE" not in data, name
        assert b"SQLite format" not in data, name


def test_a_deleted_value_is_in_no_decrypted_page(tmp_path: Path) -> None:
    database, records, _ = open_records(tmp_path)
    with records.transaction():
        for number in range(1, 30):
            records.items.insert(made_item(number, details=ItemDetails(note=SECRET * number * 50)))
        records.settings.set("short", SECRET)
        records.contacts.insert(made_contact(SECRET, notes="kept notes"))
    assert SECRET.encode() in _decrypted(tmp_path / "records.0")
    with records.transaction():
        for number in range(1, 30):
            records.items.remove(made_id(f"item {number}"))
        records.settings.set("short", "other")
        contact = records.contacts.load(made_id(f"contact {SECRET}"))
        records.contacts.update(replace(contact, alias="other"))
    pages = _decrypted(tmp_path / "records.0")
    assert b"kept notes" in pages
    assert SECRET.encode() not in pages
    assert SECRET[4:].encode() not in pages
    database.close()


def test_a_removed_document_is_in_no_decrypted_page(tmp_path: Path) -> None:
    database, derived = open_derived(tmp_path)
    _fill(derived, range(1, 40))
    with derived.transaction():
        derived.index(SearchDocument("item", made_id("s"), SECRET, f"{SECRET} x", 100))
        derived.put_text(made_id("s"), f"{SECRET} and more " * 500)
        derived.put_thumbnail(made_id("s"), SECRET.encode() * 500)
    assert SECRET[4:].encode() in _decrypted(tmp_path / "derived.0")
    derived.remove(made_id("s"))
    pages = _decrypted(tmp_path / "derived.0")
    assert b"zebrafish" in pages
    # Longer than what a word shares with the word before it, which a page of the index does not repeat.
    assert SECRET[4:].encode() not in pages
    assert SECRET[-6:].encode() not in pages
    database.close()


def _decrypted(path: Path) -> bytes:
    """Every page of the file as SQLite sees it, free ones too, decrypted without the library.

    SQLCipher 4: AES-256-CBC under the raw key; the last 80 bytes of a page are the IV (16) and the tag (64);
    the first page begins with the salt.
    """
    data, pages = path.read_bytes(), []
    for start in range(0, len(data), 4096):
        page = data[start : start + 4096]
        cipher = Cipher(algorithms.AES256(KEY), modes.CBC(page[-80:-64])).decryptor()
        pages.append(cipher.update(page[16 if start == 0 else 0 : -80]))
    return b"".join(pages)
