"""Whoever changes a log behind the program's back is found, and the event is named."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.crypto.custody import seal_event
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.domain.errors.vault import RecordsDamagedError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.custody_fork import RESTORED, fork_logs
from hrd_desktop.services.edit import edit
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import verify
from hrd_desktop.services.verify_logs import LogCheck, check_logs
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.vault import Vault
from tests.unit.services.test_custody_logs import take_in

LOG = "(SELECT number FROM custody_log WHERE purpose = 'case')"
DISCLOSURES = "SELECT disclosures FROM custody_event WHERE log = LOG AND sequence"
OTHER_HEAD = "SELECT checkpoint FROM custody_head WHERE log <> LOG"


class Undone(Exception):
    """Ends a transaction that must leave nothing."""


@pytest.fixture
def logged(session: Session, tmp_path: Path) -> Session:
    """A case with two items and seven events."""
    case = add_case(session, "A-1")
    for name in ("one", "two"):
        (tmp_path / name).write_text(name)
        item = take_in(session, tmp_path / name, case.id)
        edit(session, item.id, {"title": f"title {name}"})
    edit(session, item.id, {"note": "seen"})
    return session


Told = dict[str, tuple[str | None, int | None]]


def faults(session: Session) -> Told:
    report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
    return {log.case: (log.fault, log.sequence) for log in report.logs}


def tamper(session: Session, *statements: str, keep: bool = False) -> Told:
    """What is said of the logs after these statements, which are taken back unless to be kept."""
    found: list[LogCheck] = []

    def work(vault: Vault) -> None:
        database = vault.records_database
        with contextlib.suppress(Undone), database.transaction():
            for statement in statements:
                database.execute(statement.replace("LOG", LOG))
            found.extend(check_logs(vault))
            if not keep:
                raise Undone

    session.change(work)
    return {log.case: (log.fault, log.sequence) for log in found}


def _shift(start: int, by: int) -> list[str]:
    """Move all events from ``start`` on, by way of numbers that nothing has."""
    return [
        f"UPDATE custody_event SET sequence = sequence + 1000 WHERE log = LOG AND sequence >= {start}",
        f"UPDATE custody_event SET sequence = sequence - 1000 + {by} WHERE log = LOG AND sequence >= 1000",
    ]


def _copy(source: int, place: int) -> str:
    return (
        "INSERT INTO custody_event (log, sequence, item_number, item_id, leaf, leaf_hash, disclosures)"
        f" SELECT log, {place}, item_number, item_id, CAST(leaf || ' ' AS BLOB), leaf_hash, disclosures"
        f" FROM custody_event WHERE log = LOG AND sequence = {source}"
    )


TAMPERED: list[tuple[str, list[str], tuple[str, int | None]]] = [
    (
        "altered",
        ["UPDATE custody_event SET leaf = CAST(leaf || ' ' AS BLOB) WHERE log = LOG AND sequence = 3"],
        ("event-altered", 3),
    ),
    ("removed", ["DELETE FROM custody_event WHERE log = LOG AND sequence = 2"], ("event-removed", 2)),
    (
        "removed, the rest moved up",
        ["DELETE FROM custody_event WHERE log = LOG AND sequence = 2", *_shift(3, -1)],
        ("event-removed", 2),
    ),
    (
        "the last one removed and the count with it",
        [
            "DELETE FROM custody_event WHERE log = LOG AND sequence = 6",
            "UPDATE custody_log SET events = 6 WHERE number = LOG",
        ],
        ("event-removed", 6),
    ),
    ("inserted", [*_shift(4, 1), _copy(3, 4)], ("event-inserted", 4)),
    ("added at the end", [_copy(3, 7)], ("event-inserted", 7)),
    (
        "two exchanged",
        [
            "UPDATE custody_event SET sequence = 1000 WHERE log = LOG AND sequence = 1",
            "UPDATE custody_event SET sequence = 1 WHERE log = LOG AND sequence = 5",
            "UPDATE custody_event SET sequence = 5 WHERE log = LOG AND sequence = 1000",
        ],
        ("event-moved", 1),
    ),
    (
        "a value changed",
        [f"UPDATE custody_event SET disclosures = ({DISCLOSURES} = 3) WHERE log = LOG AND sequence = 4"],
        ("event-digest", 4),
    ),
    (
        "a value made unreadable",
        ["UPDATE custody_event SET disclosures = replace(disclosures, 'W', 'X') WHERE log = LOG"],
        ("event-digest", 0),
    ),
    (
        "an event given to another item",
        ["UPDATE custody_event SET item_number = 9 WHERE log = LOG AND sequence = 1"],
        ("event-order", 1),
    ),
    (
        "an inner node changed",
        ["UPDATE custody_node SET hash = zeroblob(32) WHERE log = LOG AND level = 1 AND position = 0"],
        ("tree", None),
    ),
    (
        "the tail cut in events and tree",
        [
            "DELETE FROM custody_event WHERE log = LOG AND sequence = 6",
            "UPDATE custody_log SET events = 6 WHERE number = LOG",
            "DELETE FROM custody_node WHERE log = LOG AND level = 0 AND position = 6",
        ],
        ("head", 6),
    ),
    ("the head gone", ["DELETE FROM custody_head WHERE log = LOG"], ("head", None)),
    (
        "the head of another log",
        [f"UPDATE custody_head SET checkpoint = ({OTHER_HEAD}) WHERE log = LOG"],
        ("head", None),
    ),
]


def test_what_was_done_to_a_log_is_found_and_named(logged: Session) -> None:
    assert faults(logged) == {"Inbox": (None, None), "A-1": (None, None)}
    assert logged.read(lambda vault: [log.size for log in vault.records.custody.iter_logs()])[1] == 7
    for note, statements, found in TAMPERED:
        told = tamper(logged, *statements)
        assert (note, told["A-1"], told["Inbox"]) == (note, found, (None, None))
    assert set(faults(logged).values()) == {(None, None)}


def test_a_value_can_be_forgotten_and_the_log_stays_whole(logged: Session) -> None:
    def forget(vault: Vault) -> None:
        for log in vault.records.custody.iter_logs():
            vault.records.custody.forget(log.id, 0, "tool")

    logged.write(forget)
    assert set(faults(logged).values()) == {(None, None)}


def test_a_log_of_an_earlier_program_gets_its_tree_with_the_next_change(
    logged: Session, tmp_path: Path
) -> None:
    told = tamper(logged, "DELETE FROM custody_node", "DELETE FROM custody_head", keep=True)
    assert set(told.values()) == {(None, None)}

    def reopened(vault: Vault) -> None:
        vault.records.custody.tree._all_have_heads = False

    logged.read(reopened)
    (tmp_path / "three").write_text("three")
    take_in(logged, tmp_path / "three")
    assert set(faults(logged).values()) == {(None, None)}
    assert logged.read(lambda vault: vault.records.custody.tree.has_heads())


def test_a_lost_part_of_a_tree_is_never_made_to_fit(logged: Session) -> None:
    gone = "DELETE FROM custody_node WHERE log = LOG AND level = 0 AND position = 6"
    assert tamper(logged, gone, keep=True)["A-1"] == ("event-inserted", 6)
    entry = logged.read(lambda vault: list(vault.records.items.iter_items())[-1])
    with pytest.raises(RecordsDamagedError):
        edit(logged, entry.id, {"title": "x"})


def test_after_a_restore_every_log_goes_on_under_a_new_key(logged: Session) -> None:
    def state(vault: Vault) -> dict[str, tuple[bytes, str, int]]:
        tree = vault.records.custody.tree
        return {
            str(log.id): (log.seed, tree.find_head(log.number) or "", log.size)
            for log in vault.records.custody.iter_logs()
        }

    before = logged.read(state)
    assert logged.write(lambda vault: fork_logs(vault, RESTORED)) == 2
    after = logged.read(state)
    for log_id, (seed, head, size) in before.items():
        new_seed, new_head, new_size = after[log_id]
        assert new_seed != seed and new_size == size + 1
        assert new_head.startswith(SigningKey(new_seed).public.name + f"\n{new_size}\n")

        def last(vault: Vault, log_id: str = log_id, size: int = size) -> dict[str, object]:
            (log,) = [log for log in vault.records.custody.iter_logs() if str(log.id) == log_id]
            (event,) = vault.records.custody.iter_events(log.id, item_number=0)
            assert event.sequence == size
            return dict(event.values)

        told = logged.read(last)
        assert (told["action"], told["reason"], told["item"]) == ("continued", "restored", 0)
        assert told["note"] == head
    assert set(faults(logged).values()) == {(None, None)}


def test_appending_reads_a_few_rows_however_long_the_log_is(session: Session) -> None:
    case = add_case(session, "LONG")
    counts: list[int] = []

    def append(count: int) -> Callable[[Vault], None]:
        def work(vault: Vault) -> None:
            custody = vault.records.custody
            log = custody.log_of(case.id)
            for number in range(count):
                sealed = seal_event({"sequence": log.size + number, "item": 1}, vault.random)
                custody.append(log.id, 1, log.id, sealed.leaf, sealed.leaf_hash, sealed.disclosures)

        return work

    session.write(append(300))

    def counted(vault: Vault) -> None:
        database = vault.records_database
        plain = Database.query

        def query(self: Database, *arguments: object) -> object:
            counts.append(1)
            return plain(self, *arguments)  # type: ignore[arg-type]  # as it was called

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(type(database), "query", query)
            append(1)(vault)

    session.write(counted)
    assert 0 < len(counts) < 20
