"""Receipts: given, checked, countersigned, brought back; and what refuses them."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from hrd_desktop.crypto.checkpoints import sign_checkpoint
from hrd_desktop.crypto.receipts import format_receipt, parse_receipt
from hrd_desktop.domain.errors.custody import (
    CosignNeedsProof,
    CosignOwn,
    CosignRefused,
    LogContinued,
    LogContradicted,
    LogEmpty,
    ReceiptInvalid,
    ReceiptOfAnotherLog,
)
from hrd_desktop.domain.records import Case
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.countersign import countersign
from hrd_desktop.services.custody_fork import RESTORED, fork_logs
from hrd_desktop.services.edit import edit
from hrd_desktop.services.log_papers import LogPapers
from hrd_desktop.services.receipts import (
    add_countersignature,
    case_custody,
    check_receipt,
    check_spoken,
    give_receipt,
)
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault
from tests.mould import Mould
from tests.unit.services.test_custody_logs import take_in

Grow = Callable[[], None]


@pytest.fixture
def case(session: Session, tmp_path: Path) -> Case:
    made = add_case(session, "A-1")
    (tmp_path / "one").write_text("one")
    take_in(session, tmp_path / "one", made.id)
    return made


@pytest.fixture
def grow(session: Session, case: Case, tmp_path: Path) -> Grow:
    """Add one item, and so two events, to the case."""
    names = iter(range(100))

    def add() -> None:
        path = tmp_path / f"more {next(names)}"
        path.write_text(path.name)
        take_in(session, path, case.id)

    return add


def rewrite(session: Session, case: Case) -> None:
    """Write the case's log anew, as somebody with the vault's keys could."""

    def work(vault: Vault) -> None:
        log = vault.records.custody.log_of(case.id).number
        for table in ("custody_node", "custody_event"):
            vault.records_database.execute(f"DELETE FROM {table} WHERE log = ?", (log,))
        vault.records_database.execute("UPDATE custody_log SET events = 0 WHERE number = ?", (log,))
        vault.records.custody.tree.touch(log)

    session.write(work)
    for entry in session.read(lambda vault: list(vault.records.cases.items_of(case.id))):
        for number in range(6):
            edit(session, entry.item_id, {"title": f"never {number}"})


def test_a_receipt_is_good_however_much_is_logged_after_it(session: Session, case: Case, grow: Grow) -> None:
    receipt = give_receipt(session, case, given_to="M.")
    for _ in range(4):
        grow()
        checked = check_receipt(session, receipt.text.encode())
        assert (checked.case_reference, checked.size, checked.earlier_key) == ("A-1", receipt.size, False)
        check_receipt(session, receipt.short_text.encode())
        spoken = check_spoken(session, case, receipt.size, receipt.spoken.replace(" ", "-"))
        assert spoken.events_now > receipt.size
    later = parse_receipt(give_receipt(session, case).text.encode())
    assert receipt.size in later.old
    (_, first) = case_custody(session, case).given
    assert (first.size, first.given_to) == (receipt.size, "M.")


def test_nothing_logged_gives_no_receipt(session: Session) -> None:
    empty = add_case(session, "EMPTY")
    with pytest.raises(LogEmpty):
        give_receipt(session, empty)
    assert case_custody(session, empty).receipt is None


def test_a_rewritten_log_contradicts_its_receipt(session: Session, case: Case) -> None:
    receipt = give_receipt(session, case)
    rewrite(session, case)
    with pytest.raises(LogContradicted) as caught:
        check_receipt(session, receipt.text.encode())
    assert caught.value.fields["kind"] == "rewritten"
    with pytest.raises(LogContradicted) as caught:
        check_spoken(session, case, receipt.size, receipt.spoken)
    assert caught.value.fields["kind"] == "spoken-differs"


def test_a_log_that_was_cut_contradicts_its_receipt(session: Session, case: Case) -> None:
    receipt = parse_receipt(give_receipt(session, case).text.encode())

    def longer(vault: Vault) -> bytes:
        # What the vault would have said had it gone further than it did.
        papers = LogPapers(vault, vault.records.custody.log_of(case.id))
        text = sign_checkpoint(papers.key, receipt.checkpoint.size + 1, receipt.checkpoint.root)
        return format_receipt(receipt.key, text, (), {}).encode()

    with pytest.raises(LogContradicted) as caught:
        check_receipt(session, session.read(longer))
    assert caught.value.fields == {"kind": "rolled-back", "size": receipt.checkpoint.size}


def test_a_receipt_of_a_log_that_is_not_here(session: Session, case: Case, other: Session) -> None:
    foreign = add_case(other, "A-1")
    take_in(other, Path(__file__), foreign.id)
    with pytest.raises(ReceiptOfAnotherLog):
        check_receipt(session, give_receipt(other, foreign).text.encode())
    for wrong in (b"", b"sheaf-receipt/v1\n", os.urandom(500)):
        with pytest.raises(ReceiptInvalid):
            check_receipt(session, wrong)
    with pytest.raises(ReceiptInvalid):
        check_spoken(session, case, 1, "12345")


@pytest.fixture
def other(tmp_path: Path, mould: Mould) -> Iterator[Session]:
    """The vault of a colleague."""
    root = mould.cast("other horse", tmp_path / "other")
    with mould.open("other horse", root) as opened:
        yield opened


def test_a_colleague_countersigns_and_the_answer_is_brought_back(
    session: Session, other: Session, case: Case, grow: Grow
) -> None:
    first = give_receipt(session, case)
    answer = countersign(other, first.text.encode())
    assert answer.size_before is None
    (said,) = answer.receipt.witnesses
    assert said.key_name == answer.witness_key_name and said.spoken == answer.witness_spoken
    add_countersignature(session, answer.receipt.text.encode())
    add_countersignature(session, answer.receipt.text.encode())
    ((size, kept),) = case_custody(session, case).cosigned
    assert (size, kept) == (first.size, said)
    grow()
    second = give_receipt(session, case)
    again = countersign(other, second.text.encode())
    assert (again.size_before, again.witness_key_name) == (first.size, answer.witness_key_name)
    assert countersign(other, second.text.encode()).size_before == second.size
    with pytest.raises(ReceiptInvalid):
        add_countersignature(session, second.text.encode())


def test_a_witness_does_not_go_back(session: Session, other: Session, case: Case, grow: Grow) -> None:
    early = give_receipt(session, case)
    grow()
    late = give_receipt(session, case)
    countersign(other, late.text.encode())
    with pytest.raises(CosignRefused) as caught:
        countersign(other, early.text.encode())
    assert caught.value.fields == {"kind": "rolled-back", "size": late.size}


def test_a_witness_wants_to_see_how_a_log_grew(
    session: Session, other: Session, case: Case, grow: Grow
) -> None:
    countersign(other, give_receipt(session, case).text.encode())
    grow()
    late = parse_receipt(give_receipt(session, case).text.encode())
    with pytest.raises(CosignNeedsProof):
        countersign(other, replace(late, old={0: ()}).text.encode())


def test_a_witness_refuses_a_fork(session: Session, other: Session, case: Case) -> None:
    first = give_receipt(session, case)
    countersign(other, first.text.encode())
    rewrite(session, case)
    with pytest.raises(CosignRefused) as caught:
        countersign(other, give_receipt(session, case).text.encode())
    assert caught.value.fields == {"kind": "forked", "size": first.size}


def test_nobody_is_a_witness_of_themselves(session: Session, case: Case) -> None:
    receipt = give_receipt(session, case)
    with pytest.raises(CosignOwn):
        countersign(session, receipt.text.encode())


def test_a_receipt_from_before_a_restore(session: Session, case: Case, grow: Grow, other: Session) -> None:
    old = give_receipt(session, case)
    countersign(other, old.text.encode())
    session.write(lambda vault: fork_logs(vault, RESTORED))
    grow()
    checked = check_receipt(session, old.text.encode())
    assert checked.earlier_key and checked.size == old.size
    assert check_spoken(session, case, old.size, old.spoken).earlier_key
    new = give_receipt(session, case)
    assert new.key_name != old.key_name
    assert countersign(other, new.text.encode()).size_before is None


def test_a_restore_from_before_a_receipt_is_told_as_such(session: Session, case: Case, grow: Grow) -> None:
    session.write(lambda vault: fork_logs(vault, RESTORED))
    # What the vault would have signed had it not been restored to an earlier state.
    before = session.read(lambda vault: vault.records.custody.log_of(case.id))
    grow()
    late = give_receipt(session, case)
    session.write(
        lambda vault: [
            vault.records_database.execute(
                "DELETE FROM custody_event WHERE log = ? AND sequence >= ?", (before.number, before.size)
            ),
            vault.records_database.execute(
                "DELETE FROM custody_node WHERE log = ? AND level = 0 AND position >= ?",
                (before.number, before.size),
            ),
            vault.records_database.execute(
                "DELETE FROM custody_node WHERE log = ? AND level > 0 AND (position + 1) << level > ?",
                (before.number, before.size),
            ),
            vault.records_database.execute(
                "UPDATE custody_log SET events = ? WHERE number = ?", (before.size, before.number)
            ),
            vault.records.custody.tree.touch(before.number),
        ]
    )
    session.write(lambda vault: fork_logs(vault, RESTORED))
    with pytest.raises(LogContinued) as caught:
        check_receipt(session, late.text.encode())
    assert caught.value.fields == {"size": late.size, "known": before.size}
