"""Files taken in together: the same records as one by one, and nothing believed of what was rolled back."""

from __future__ import annotations

import threading
from pathlib import Path
from uuid import UUID

import pytest

from hrd_desktop.decode.deadline import Deadline
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.derive import derive_pending
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import verify
from hrd_desktop.storage.database import DatabaseBug
from hrd_desktop.storage.derived.search_index import SearchDocument
from hrd_desktop.storage.vault import Vault


def take_in(session: Session, folder: Path, choices: IngestChoices) -> list[int]:
    report = Ingest(
        session,
        choices,
        work_lanes=2,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([bytes(folder)])
    assert not report.failed
    assert [Path(known.path).name for known in report.duplicates] == ["copy.txt"]
    return [done.item.number for done in report.items]


def test_a_folder_of_files_with_case_and_tags(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    for number in range(20):
        (folder / f"{number:02}.txt").write_text(f"sparrow {number}")
    (folder / "copy.txt").write_text("sparrow 3")
    case = add_case(session, "C-1")
    numbers = take_in(session, folder, IngestChoices(case_id=case.id, tags=("a", "B")))
    assert numbers == list(range(1, 21))

    def look(vault: Vault) -> None:
        records = vault.records
        assert {(item.tags, item.cases) for item in records.items.iter_items()} == {(("a", "B"), ("C-1",))}
        assert [(tag.name, tag.item_count) for tag in records.tags.load()] == [("a", 20), ("B", 20)]
        for log_id, expected in (
            (None, ["imported", "registered-in"]),
            (case.id, ["imported", "registered-in"]),
        ):
            log = records.custody.log_of(log_id)
            assert log.size == 40
            for number in numbers:
                events = list(records.custody.iter_events(log.id, item_number=number))
                assert [event.values["action"] for event in events] == expected
                assert [event.values["previous"] for event in events] == [None, events[0].leaf_hash.hex()]
        assert records.names.reserved() == []

    session.read(look)
    assert derive_pending(session, cancel=CancelToken()) == 20
    found = session.read(lambda vault: vault.derived.find_numbers("sparr"))
    assert found == numbers[::-1]
    report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
    assert report.ok
    assert not report.bad


@pytest.mark.parametrize(
    "failure", [DiskFailedError(errno=5, step="unlink-object"), DiskFullError()], ids=["fails", "full"]
)
def test_a_copy_that_the_disk_does_not_let_go_puts_nothing_in_doubt(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, failure: SheafError
) -> None:
    """The files are in. What is left of the copy has its name reserved, so the next unlock removes it."""
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    (folder / "copy.txt").write_text("one")

    def refuse(_name: bytes) -> None:
        raise failure

    with monkeypatch.context() as patched:
        patched.setattr(session.vault.objects, "unlink", refuse)
        assert take_in(session, folder, IngestChoices()) == [1]
    (left,) = session.read(lambda vault: vault.records.names.reserved())
    assert session.vault.objects.exists(left)
    assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok


def test_what_was_rolled_back_is_forgotten(session: Session, tmp_path: Path) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.txt").write_text("one")
    (folder / "copy.txt").write_text("one")
    take_in(session, folder, IngestChoices())

    def tell(vault: Vault, *, fail: bool) -> None:
        (item,) = vault.records.items.iter_items()
        record_event(vault, item, Event(action="edited"))
        record_event(vault, item, Event(action="edited"))
        if fail:
            raise KeyError

    with pytest.raises(KeyError):
        session.write(lambda vault: tell(vault, fail=True))
    log = session.read(lambda vault: vault.records.custody.log_of(None))
    assert log.size == 1
    session.write(lambda vault: tell(vault, fail=False))
    events = session.read(lambda vault: list(vault.records.custody.iter_events(log.id)))
    assert [event.sequence for event in events] == [0, 1, 2]
    assert events[2].values["previous"] == events[1].leaf_hash.hex()
    assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok

    def outside(vault: Vault) -> None:
        (item,) = vault.records.items.iter_items()
        record_event(vault, item, Event(action="edited"))

    with pytest.raises(DatabaseBug):
        session.read(outside)


def test_words_of_a_transaction_that_failed_are_listed_the_next_time(session: Session) -> None:
    item_id = UUID(int=7)

    def put(vault: Vault, *, fail: bool) -> None:
        with vault.derived.transaction():
            vault.derived.index(SearchDocument("item", item_id, "kingfisher", number=7))
            if fail:
                raise KeyError

    with pytest.raises(KeyError):
        session.change(lambda vault: put(vault, fail=True))
    session.change(lambda vault: put(vault, fail=False))
    # By its beginning, of four letters or more: found through the list of words alone.
    assert session.read(lambda vault: vault.derived.find_numbers("kingf")) == [7]


def test_many_names_are_unlinked_and_others_stay(session: Session) -> None:
    objects, layout = session.vault.objects, session.vault.layout
    there = [bytes([7]) + bytes([number]) * 15 for number in range(5)]
    for name in there:
        Path(layout.object_path(name)).write_bytes(b"x")
    objects.unlink_all([*there[:3], bytes([7]) * 16, bytes([9]) * 16])
    assert [objects.exists(name) for name in there] == [False] * 3 + [True] * 2


def test_a_deadline_ends_what_takes_too_long_and_nothing_after_it() -> None:
    ended = threading.Event()
    deadline = Deadline(ended.set)
    with deadline.within(60):
        pass
    with deadline.within(0.01):
        assert ended.wait(30)
    ended.clear()
    with deadline.within(60):
        assert not ended.wait(0.05)
    with deadline.within(0.01):
        assert ended.wait(30)
    deadline.close()
    deadline.close()
