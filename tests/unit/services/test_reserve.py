"""A passphrase that refreshes the reserve, and a refresh that was interrupted."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import NoReserveError, WrongCredentialError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.slots import FLAG_REFRESH_RESERVE, SlotKind
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.reserve import look_at_reserve, refresh_reserve
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.reserve_refresh import STATE, begin_refresh, note_part, parts_of, refresh_file
from hrd_desktop.storage.slot_changes import SlotChanges
from tests.unit.storage.second import INNER, make_second, make_with_second, put_inside, reserve_paths
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    cheap,
    make_vault,
    opened,
    opens,
    read_slots,
    root_of_text,
)

DURESS = "the one for the border"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


@pytest.fixture
def layout(folder: Path) -> VaultLayout:
    made = make_with_second(folder / "v")
    with opened(made, KEEP) as vault:
        SlotChanges(vault).add(
            root=root_of_text(DURESS, vault.header.salt),
            kind=SlotKind.PASSPHRASE,
            label="",
            flags=FLAG_REFRESH_RESERVE,
        )
    return made


def session_of(layout: VaultLayout, text: str) -> Session:
    return unlock(
        layout.root, credential_from_text(text), random=os.urandom, clock=SystemClock(), stretch_with=cheap
    )


def contents(paths: list[str]) -> list[bytes]:
    return [Path(path).read_bytes() for path in paths]


def test_the_passphrase_with_the_flag_ends_the_other_compartment(layout: VaultLayout) -> None:
    with opened(layout, INNER) as vault:
        put_inside(vault, b"not for you" * 1000)
    paths = reserve_paths(layout)
    before, inodes = contents(paths), [os.stat(path).st_ino for path in paths]
    own = [read_slots(layout, copy) for copy in (0, 1)]
    session_of(layout, DURESS).close()
    # However short it was: the slots are gone before it is closed.
    assert not opens(layout, INNER)
    with opened(layout, KEEP) as vault:
        assert vault.records.settings.find(STATE) is not None
    session = session_of(layout, KEEP)
    assert session._refresher is not None
    session._refresher.wait()
    assert not look_at_reserve(session).refreshing
    session.close()
    after = contents(paths)
    assert [len(data) for data in after] == [len(data) for data in before]
    for old, new in zip(before, after, strict=True):
        # No block of it is what it was.
        assert not any(old[at : at + 32] == new[at : at + 32] for at in range(0, len(old), 4096))
    assert [read_slots(layout, copy) for copy in (0, 1)] == own
    assert [os.stat(path).st_ino for path in paths] == inodes


def test_other_passphrases_refresh_nothing(layout: VaultLayout) -> None:
    for text in (KEEP, INNER):
        session = session_of(layout, text)
        assert session._refresher is None
        session.close()
    with pytest.raises(WrongCredentialError):
        session_of(layout, "none of them")
    assert opens(layout, INNER)


@pytest.mark.parametrize("done", [0, 1, 2, 5])
def test_a_refresh_that_was_cut_off_goes_on_where_it_was(layout: VaultLayout, done: int) -> None:
    paths = reserve_paths(layout)
    with opened(layout, KEEP) as vault:
        reserve = vault.records.reserve.load()
        assert reserve is not None
        number = begin_refresh(vault, anew=True)
        parts = parts_of(layout, reserve)
        assert parts == paths
        while number <= done:
            refresh_file(layout, parts[number - 1], os.urandom, lambda: True)
            note_part(vault, number, len(parts))
            number += 1
    before = contents(paths)
    session = session_of(layout, KEEP)
    assert session._refresher is not None
    session._refresher.wait()
    session.close()
    after = contents(paths)
    changed = [old[:4096] != new[:4096] for old, new in zip(before, after, strict=True)]
    assert changed == [place >= done for place in range(len(paths))]
    assert session_of(layout, KEEP)._refresher is None


def test_it_stops_in_the_middle_of_a_file_and_says_so(layout: VaultLayout) -> None:
    answers = iter([True, True, False])
    (large, *_) = sorted(reserve_paths(layout), key=lambda path: -os.path.getsize(path))
    assert refresh_file(layout, large, os.urandom, lambda: next(answers)) is False


def test_refreshing_by_command_and_making_a_compartment_meanwhile(layout: VaultLayout) -> None:
    with session_of(layout, DURESS) as session:
        refresh_reserve(session, progress=NoProgress(), cancel=CancelToken())
        assert not look_at_reserve(session).refreshing
    with opened(layout, KEEP) as vault:
        begin_refresh(vault, anew=True)
        make_second(vault, [NEW])
    session = session_of(layout, KEEP)
    assert session._refresher is None
    session.close()
    assert opens(layout, NEW)


def test_without_a_reserve_there_is_nothing_to_refresh(folder: Path) -> None:
    layout = make_vault(folder / "none", (KEEP,))
    with session_of(layout, KEEP) as session:
        view = look_at_reserve(session)
        assert (view.size_bytes, view.room) == (None, None)
        with pytest.raises(NoReserveError):
            refresh_reserve(session, progress=NoProgress(), cancel=CancelToken())


def test_a_wait_ends_at_the_next_multiple_and_only_where_it_began() -> None:
    now, slept = [10.0], []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        now[0] += seconds

    def monotonic() -> float:
        now[0] += 0.001
        return now[0]

    answer = AnswerTime(monotonic=monotonic, sleep=sleep, step_s=0.4)
    answer.wait()
    assert slept == []
    answer.begin()
    began = now[0]
    for passed, due in ((0.1, 0.4), (0.39, 0.8), (0.05, 1.2)):
        now[0] += passed
        answer.wait()
        assert due <= now[0] - began < due + 0.01
