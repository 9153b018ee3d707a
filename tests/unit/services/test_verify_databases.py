"""Verifying reads every page of both databases: records that fail are told, derived data is made again."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.vault import RecordsDamagedError, VaultReadOnlyError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.listing import ListRequest, list_items
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import VerifyReport, verify

PAGE = 4096


def run(session: Session) -> VerifyReport:
    return verify(session, None, progress=NoProgress(), cancel=CancelToken())


def take_in(session: Session, folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(session.random),
    ).run([os.fsencode(folder / name)])


def zero_last_page(path: str) -> None:
    """The page that a statement may go past without an error."""
    with open(path, "r+b") as file:
        file.seek(-PAGE, os.SEEK_END)
        file.write(bytes(PAGE))


def test_a_sound_vault_is_well(session: Session, tmp_path: Path) -> None:
    take_in(session, tmp_path, "note.txt", b"the gate")
    report = run(session)
    assert (report.ok, report.derived, report.item_count) == (True, "ok", 1)


def test_some_items_alone_are_checked_without_the_databases(session: Session, tmp_path: Path) -> None:
    take_in(session, tmp_path, "note.txt", b"the gate")
    (item,) = list_items(session, ListRequest())
    report = verify(session, [item.id], progress=NoProgress(), cancel=CancelToken())
    assert (report.ok, report.derived, report.logs) == (True, None, ())


def test_a_page_of_the_records_that_nobody_reads_is_told(session: Session) -> None:
    zero_last_page(session.vault.layout.records(0))
    with pytest.raises(RecordsDamagedError):
        run(session)
    session.close(settle=False)


def test_damaged_derived_data_is_made_again(session: Session, tmp_path: Path) -> None:
    take_in(session, tmp_path, "note.txt", b"the gate")
    assert list_items(session, ListRequest(words="note"))
    zero_last_page(session.vault.layout.derived(0))
    report = run(session)
    assert (report.ok, report.derived) == (True, "rebuilt")
    assert len(list_items(session, ListRequest(words="note"))) == 1
    assert run(session).derived == "ok"


def test_a_vault_that_takes_no_changes_takes_them_again_when_all_is_well(session: Session) -> None:
    session.vault.read_only = True
    with pytest.raises(VaultReadOnlyError):
        add_case(session, "A-1")
    zero_last_page(session.vault.layout.derived(0))
    assert run(session).derived == "rebuilt"
    add_case(session, "A-1")


def test_a_half_done_change_of_slots_keeps_the_vault_read_only(session: Session) -> None:
    def put_intent(vault) -> None:  # type: ignore[no-untyped-def]  # the vault's class belongs to a lower layer
        with vault.records.quiet_transaction():
            vault.records.slots.put_intent(b"made up")

    session.read(put_intent)
    session.vault.read_only = True
    zero_last_page(session.vault.layout.derived(0))
    report = run(session)
    assert (report.ok, report.derived) == (False, "damaged")
    with pytest.raises(VaultReadOnlyError):
        add_case(session, "A-1")
