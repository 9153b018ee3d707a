"""Receipts of a case's log: giving one, checking one, adding what a witness sent back."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime

from hrd_desktop.crypto.checkpoints import Cosignature
from hrd_desktop.crypto.log_keys import LogKey, key_name_of
from hrd_desktop.crypto.receipts import LIMIT_BYTES, Receipt, parse_receipt, spoken_of_head
from hrd_desktop.domain.errors.custody import (
    LogContinued,
    LogContradicted,
    LogEmpty,
    ReceiptInvalid,
    ReceiptOfAnotherLog,
)
from hrd_desktop.domain.records import Case
from hrd_desktop.services.log_papers import LogPapers
from hrd_desktop.services.session import Session
from hrd_desktop.storage.records.witnessing import GivenReceipt, StoredCosignature
from hrd_desktop.storage.vault import Vault

RECEIPT_LIMIT_BYTES = LIMIT_BYTES
_DIGITS = re.compile(r"[0-9]{40}")


@dataclass(frozen=True)
class WitnessSaid:
    """That a witness saw a head: the key's name and spoken form, and when by the witness's clock."""

    key_name: str
    spoken: str
    time_utc: datetime


@dataclass(frozen=True)
class ShownReceipt:
    """A receipt as it is shown and given away. ``short_text`` goes into the QR code."""

    text: str
    short_text: str
    size: int
    spoken: str
    key_name: str
    key_spoken: str
    witnesses: tuple[WitnessSaid, ...]


@dataclass(frozen=True)
class ReceiptCheck:
    """That a receipt fits the present log: the case, its events then and now, who countersigned it.

    ``earlier_key``: it is of a key that the log had before the vault was restored or rescued.
    """

    case_reference: str
    size: int
    events_now: int
    earlier_key: bool
    witnesses: tuple[WitnessSaid, ...]


@dataclass(frozen=True)
class CaseCustody:
    """What a case's log can show: its head as a receipt, receipts given away, and its witnesses.

    ``receipt`` is None while nothing was logged. ``cosigned`` holds size and witness, the largest size last.
    """

    receipt: ShownReceipt | None
    given: tuple[GivenReceipt, ...]
    cosigned: tuple[tuple[int, WitnessSaid], ...]


def give_receipt(session: Session, case: Case, *, given_to: str = "") -> ShownReceipt:
    """Make a receipt of the case's log as it stands, and remember that it was given. Raises LogEmpty."""

    def work(vault: Vault) -> Receipt:
        papers = _papers(vault, case)
        size = papers.log.size
        if not size:
            raise LogEmpty()
        witnessing = vault.records.custody.witnessing
        given = witnessing.receipts(papers.log.number)
        receipt = papers.receipt(size, {entry.size for entry in given} | set(papers.cosigned_sizes()))
        witnessing.add_receipt(
            papers.log.number, GivenReceipt(size, receipt.checkpoint.root, given_to, vault.clock.now_utc())
        )
        return receipt

    return shown_receipt(session.write(work))


def case_custody(session: Session, case: Case) -> CaseCustody:
    """What the custody view of a case shows. Nothing is remembered as given."""
    return session.read(lambda vault: custody_in(vault, case))


def custody_in(vault: Vault, case: Case) -> CaseCustody:
    """``case_custody`` for whoever is on the vault lane already."""
    papers = _papers(vault, case)
    witnessing = vault.records.custody.witnessing
    size = papers.log.size
    cosigned: list[tuple[int, WitnessSaid]] = []
    for entry in papers.cosigned_sizes():
        told = papers.receipt(entry).checkpoint.cosignatures
        cosigned += [(entry, _said(cosignature)) for cosignature in told]
    return CaseCustody(
        receipt=shown_receipt(papers.receipt(size)) if size else None,
        given=tuple(witnessing.receipts(papers.log.number)),
        cosigned=tuple(cosigned),
    )


def check_receipt(session: Session, untrusted: bytes) -> ReceiptCheck:
    """Hold a receipt against the log it is of.

    Raises ReceiptInvalid, ReceiptOfAnotherLog, LogContradicted (rolled back or rewritten), LogContinued.
    """
    receipt = parse_receipt(untrusted)
    return session.read(lambda vault: _check(vault, receipt)[1])


def check_spoken(session: Session, case: Case, size: int, untrusted_digits: str) -> ReceiptCheck:
    """Hold the number of events and the digits that somebody took down against the case's log.

    Raises ReceiptInvalid (``receipt-form``: not forty digits), LogContradicted.
    """
    plain = re.sub(r"[\s.-]", "", untrusted_digits)
    if not _DIGITS.fullmatch(plain) or size < 1:
        raise ReceiptInvalid(kind="receipt-form")

    def work(vault: Vault) -> ReceiptCheck:
        papers = _papers(vault, case)
        if size > papers.log.size:
            raise LogContradicted(kind="rolled-back", size=papers.log.size)
        root = papers.root(size)
        for origin in [papers.origin, *(key.origin for key in papers.earlier_keys())]:
            if spoken_of_head(origin, size, root).replace(" ", "") == plain:
                return ReceiptCheck(case.reference, size, papers.log.size, origin != papers.origin, ())
        raise LogContradicted(kind="spoken-differs", size=size)

    return session.read(work)


def add_countersignature(session: Session, untrusted: bytes) -> ReceiptCheck:
    """Keep the countersignatures of a receipt that a witness sent back.

    Raises what ``check_receipt`` raises, and ReceiptInvalid (``cosignature``) when it has none.
    """
    receipt = parse_receipt(untrusted)
    if not receipt.checkpoint.cosignatures:
        raise ReceiptInvalid(kind="cosignature")

    def work(vault: Vault) -> ReceiptCheck:
        papers, checked = _check(vault, receipt)
        lines = [line for line in receipt.checkpoint.text.splitlines(keepends=True) if line[0] == "\u2014"]
        by_name = {line.split(" ")[1]: line for line in lines[1:]}
        for cosignature in receipt.checkpoint.cosignatures:
            vault.records.custody.witnessing.add_cosignature(
                papers.log.number,
                StoredCosignature(
                    origin=receipt.checkpoint.origin,
                    size=receipt.checkpoint.size,
                    witness=cosignature.key.public,
                    line=by_name[cosignature.key.name],
                    added_utc=vault.clock.now_utc(),
                ),
            )
        return checked

    return session.write(work)


def shown_receipt(receipt: Receipt) -> ShownReceipt:
    """The parts of a receipt that screens and paper show."""
    return ShownReceipt(
        text=receipt.text,
        short_text=receipt.short_text,
        size=receipt.checkpoint.size,
        spoken=receipt.spoken,
        key_name=receipt.key.key_name,
        key_spoken=receipt.key.spoken,
        witnesses=tuple(_said(entry) for entry in receipt.checkpoint.cosignatures),
    )


def _papers(vault: Vault, case: Case) -> LogPapers:
    return LogPapers(vault, vault.records.custody.log_of(case.id))


def _said(cosignature: Cosignature) -> WitnessSaid:
    key: LogKey = cosignature.key
    try:
        time = datetime.fromtimestamp(cosignature.time, UTC)
    except (OverflowError, ValueError, OSError):
        raise ReceiptInvalid(kind="cosignature", key=key.key_name) from None
    return WitnessSaid(key.key_name, key.spoken, time)


def _check(vault: Vault, receipt: Receipt) -> tuple[LogPapers, ReceiptCheck]:
    head = receipt.checkpoint
    for log in vault.records.custody.iter_logs():
        if log.case_id is None:
            continue
        papers = LogPapers(vault, log)
        earlier = {key.origin: key for key in papers.earlier_keys()}
        if head.origin != papers.origin and head.origin not in earlier:
            continue
        if head.origin in earlier and head.size > earlier[head.origin].until:
            raise LogContinued(size=head.size, known=earlier[head.origin].until)
        if head.size > log.size:
            raise LogContradicted(kind="rolled-back", size=log.size)
        if papers.root(head.size) != head.root:
            raise LogContradicted(kind="rewritten", size=head.size)
        return papers, ReceiptCheck(
            case_reference=vault.records.cases.load(log.case_id).reference,
            size=head.size,
            events_now=log.size,
            earlier_key=head.origin != papers.origin,
            witnesses=tuple(_said(entry) for entry in head.cosignatures),
        )
    raise ReceiptOfAnotherLog(key=key_name_of(head.origin))
