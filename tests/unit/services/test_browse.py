"""Lists as the screen asks for them: numbers first, rows in sight, marks of what was found."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item, ItemKind, ItemState
from hrd_desktop.services.bin import delete
from hrd_desktop.services.browse import Browse, find_numbers, load_ids, load_rows
from hrd_desktop.services.bulk import destroy_items, move_items, register_items, tag_items
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.edit import edit
from hrd_desktop.services.listing import ListRequest, list_items
from hrd_desktop.services.overview import load_overview
from hrd_desktop.services.saved_searches import remove_search, save_search
from hrd_desktop.services.session import Session
from tests.unit.services.many_items import insert_items, plain_item


def quiet() -> dict[str, Any]:
    return {"progress": NoProgress(), "cancel": CancelToken()}


def numbers(session: Session, **wanted: Any) -> list[int]:
    return find_numbers(session, Browse(**wanted))


def numbers_of(items: list[Item]) -> list[int]:
    return [item.number for item in items]


def test_everything_newest_first(session: Session) -> None:
    insert_items(session, 5)
    assert numbers(session) == [5, 4, 3, 2, 1]


def test_each_filter_alone_and_with_words(session: Session) -> None:
    items = insert_items(session, 8)
    case = add_case(session, "2026-01")
    register_items(session, [items[0].id, items[3].id], case.id, **quiet())
    tag_items(session, [items[3].id, items[4].id], add=["Checkpoint"], **quiet())
    edit(session, items[5].id, {"kind": "video"})
    delete(session, [items[6].id])

    assert numbers(session, case=case.id) == [4, 1]
    assert numbers(session, tag="checkpoint") == [5, 4]
    assert numbers(session, kind=ItemKind.VIDEO) == [6]
    assert numbers(session, state=ItemState.BINNED) == [7]
    assert numbers(session, inbox=True) == [8, 6, 5, 3, 2]
    for wanted in (
        {"case": case.id},
        {"tag": "CHECKPOINT"},
        {"kind": ItemKind.VIDEO},
        {"state": ItemState.BINNED},
        {"inbox": True},
    ):
        # Every title has the word, so the words must change nothing.
        assert numbers(session, words="exhi", **wanted) == numbers(session, **wanted)


def test_many_hits_are_filtered_as_few_are(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    items = insert_items(session, 6)
    tag_items(session, [items[1].id, items[2].id], add=["a"], **quiet())
    few = numbers(session, words="exhibit", tag="a")
    monkeypatch.setattr("hrd_desktop.services.browse._FEW", 0)
    assert numbers(session, words="exhibit", tag="a") == few == [3, 2]


def test_words_find_what_the_command_line_finds(session: Session) -> None:
    items = insert_items(session, 4)
    edit(session, items[2].id, {"note": "Seen at the checkpoint near the river"})
    found = numbers(session, words="river checkp")
    assert found == numbers_of(list_items(session, ListRequest(words="river checkp"))) == [3]


def test_words_without_a_word_show_everything(session: Session) -> None:
    insert_items(session, 2)
    assert numbers(session, words="  - ") == [2, 1]


def test_rows_in_the_order_asked_without_what_is_gone(session: Session) -> None:
    insert_items(session, 3)
    rows = load_rows(session, [2, 99, 3])
    assert [(row.number, row.title, row.reference) for row in rows] == [
        (2, "Exhibit 2", "E0002"),
        (3, "Exhibit 3", "E0003"),
    ]
    assert [row.item_id for row in rows] == load_ids(session, [2, 99, 3])
    assert rows[0].thumbnail is None and rows[0].excerpt == "" and rows[0].title_marks == ()


def test_marks_stand_on_what_was_found(session: Session) -> None:
    items = insert_items(session, 1)
    edit(session, items[0].id, {"title": "Márta at the gate", "note": "He said: the GATE was shut.\nTwice."})
    (row,) = load_rows(session, [1], "marta gat")
    assert [row.title[first:last] for first, last in row.title_marks] == ["Márta", "gat"]
    assert [row.excerpt[first:last] for first, last in row.excerpt_marks] == ["GAT"]
    assert "\n" not in row.excerpt


def test_an_excerpt_comes_from_the_text_of_the_file(session: Session) -> None:
    (item,) = insert_items(session, 1)
    find_numbers(session, Browse(words="x"))

    def put(vault: Any) -> None:
        with vault.derived.transaction():
            vault.derived.put_text(item.id, "page one\x1b[31m\u202e and the word quarry in it")

    session.change(put)
    assert numbers(session, words="quarry") == [1]
    (row,) = load_rows(session, [1], "quarry")
    assert [row.excerpt[first:last] for first, last in row.excerpt_marks] == ["quarry"]
    assert "\x1b" not in row.excerpt and "\u202e" not in row.excerpt


def test_names_that_play_tricks_are_made_safe(session: Session) -> None:
    insert_items(
        session, 1, lambda number: replace(plain_item(number), original_name="a\u202egpj.exe\n\udcff")
    )
    (row,) = load_rows(session, [1])
    assert row.original_name == "a\\u202egpj.exe\\x0a\\xff"


def test_thumbnails_come_with_their_rows(session: Session) -> None:
    items = insert_items(session, 2)

    def put(vault: Any) -> None:
        with vault.derived.transaction():
            vault.derived.put_thumbnail(items[1].id, b"small picture", "image/jpeg")

    session.change(put)
    assert [row.thumbnail for row in load_rows(session, [2, 1])] == [b"small picture", None]


def test_the_overview_counts(session: Session) -> None:
    items = insert_items(session, 5)
    case = add_case(session, "A", "First")
    register_items(session, [item.id for item in items[:2]], case.id, **quiet())
    tag_items(session, [items[0].id], add=["red", "blue"], **quiet())
    delete(session, [items[4].id])
    overview = load_overview(session)
    assert (overview.kept, overview.binned) == (4, 1)
    assert [(entry.reference, entry.item_count) for entry in overview.cases] == [("A", 2)]
    assert [(tag.name, tag.item_count) for tag in overview.tags] == [("blue", 1), ("red", 1)]
    assert overview.saved == ()


def test_a_search_is_kept_until_it_is_removed(session: Session) -> None:
    case = add_case(session, "A")
    wanted = Browse(
        words='"two words" öl',
        case=case.id,
        tag="red",
        kind=ItemKind.AUDIO,
        state=ItemState.BINNED,
        inbox=True,
    )
    kept = save_search(session, "  my   search ", wanted)
    (found,) = load_overview(session).saved
    assert (found.id, found.name, found.browse) == (kept.id, "my search", wanted)
    remove_search(session, kept.id)
    remove_search(session, kept.id)
    assert load_overview(session).saved == ()


@pytest.mark.parametrize("name", ["", "  ", "a\x00b", "x" * 101])
def test_a_search_needs_a_name(session: Session, name: str) -> None:
    with pytest.raises(FieldValueError):
        save_search(session, name, Browse())
    assert load_overview(session).saved == ()


def test_a_search_of_another_version_is_left_out(session: Session) -> None:
    kept = save_search(session, "one", Browse(words="a"))
    stored = session.read(lambda vault: vault.records.searches.load())[0]
    for query in ("{", "[]", '{"words": "a"}', '{"words":"a","case":"x","tag":null,"kind":null}'):
        session.write(lambda vault, query=query: vault.records.searches.update(replace(stored, query=query)))
        assert load_overview(session).saved == ()
    session.write(lambda vault: vault.records.searches.update(stored))
    assert load_overview(session).saved[0].browse == kept.browse


def test_tags_of_many(session: Session) -> None:
    items = insert_items(session, 3)
    ids = [item.id for item in items]
    assert [item.id for item in tag_items(session, ids, add=["one", "two"], **quiet())] == ids
    assert tag_items(session, ids, add=["ONE"], **quiet()) == []
    (before,) = tag_items(session, ids[:1], remove=["one"], **quiet())
    assert (before.id, set(before.tags)) == (ids[0], {"one", "two"})
    assert [row.tags for row in load_rows(session, [1, 2])] == [("two",), ("one", "two")]
    with pytest.raises(FieldValueError):
        tag_items(session, ids, add=[""], **quiet())


def test_into_a_case_once(session: Session) -> None:
    items = insert_items(session, 3)
    case = add_case(session, "A")
    ids = [item.id for item in items]
    assert register_items(session, ids[:2], case.id, **quiet()) == ids[:2]
    assert register_items(session, ids, case.id, **quiet()) == ids[2:]
    assert load_overview(session).cases[0].item_count == 3


def test_to_the_bin_and_back(session: Session) -> None:
    ids = [item.id for item in insert_items(session, 3)]
    assert move_items(session, ids[:2], ItemState.BINNED, **quiet()) == ids[:2]
    assert move_items(session, ids, ItemState.BINNED, **quiet()) == ids[2:]
    assert move_items(session, ids[:1], ItemState.KEPT, **quiet()) == ids[:1]
    assert numbers(session) == [1]


def test_a_cancel_between_two_parts_keeps_the_first(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hrd_desktop.services.bulk.AT_ONCE", 2)
    ids = [item.id for item in insert_items(session, 5)]
    cancel = CancelToken()

    class CancelAfterTwo(NoProgress):
        done = 0

        def finish_item(self) -> None:
            self.done += 1
            if self.done == 2:
                cancel.cancel()

    changed = tag_items(session, ids, add=["x"], progress=CancelAfterTwo(), cancel=cancel)
    assert [item.id for item in changed] == ids[:2]
    assert numbers(session, tag="x") == [2, 1]


def test_destroying_many(session: Session) -> None:
    ids = [item.id for item in insert_items(session, 3)]
    destroy_items(session, ids[:2], **quiet())
    assert numbers(session) == [3]
    assert load_ids(session, [1, 2, 3]) == ids[2:]
