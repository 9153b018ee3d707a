"""Holds signature and timestamp of a bundle against its list of lists (docs/spec/bundle.md)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from hrd_desktop.bundle.custody_facts import CustodyFacts
from hrd_desktop.crypto.log_keys import LogKey
from hrd_desktop.crypto.ssh_signature import parse_signer, verify_ssh
from hrd_desktop.crypto.timestamps import read_answer, request_is_over, verify_answer
from hrd_desktop.domain.bundle_report import Fault, FaultKind
from hrd_desktop.domain.errors.custody import SignatureInvalid, TimestampInvalid, TimestampUnread


@dataclass(frozen=True)
class SignatureJudgement:
    """``key`` is that of ``signer.pub`` where it can be read; ``timestamp_utc`` only of an answer that fits.

    ``timestamp_verified``: it holds against a root that was chosen.
    """

    key: LogKey | None
    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]
    timestamp_utc: datetime | None = None
    timestamp_verified: bool = False


def judge_signature(
    facts: CustodyFacts,
    tagmanifest: bytes | None,
    tagmanifest_sha512: bytes | None,
    *,
    answer: bytes | None = None,
    roots: bytes | None = None,
) -> SignatureJudgement:
    """Judge what lies beside the bag. ``answer`` is a timestamp kept elsewhere, ``roots`` what is trusted."""
    faults: list[Fault] = []
    remarks: list[Fault] = []
    key = _read_key(facts, faults)
    if "bag.sig" not in facts.beside:
        faults.append(Fault(FaultKind.SIGNATURE_MISSING, "bag.sig", "bag.sig"))
    elif key is not None and tagmanifest is not None:
        try:
            verify_ssh(key, tagmanifest, facts.beside["bag.sig"])
        except SignatureInvalid as error:
            kind = FaultKind(str(error.fields["kind"]))
            faults.append(Fault(kind, "bag.sig", str(error.fields["detail"])))
    time, verified = None, False
    if tagmanifest_sha512 is not None:
        request = facts.beside.get("timestamp.tsq")
        if request is not None and not request_is_over(request, tagmanifest_sha512):
            faults.append(Fault(FaultKind.TIMESTAMP, "timestamp.tsq", "request"))
        for content in (facts.beside.get("timestamp.tsr"), answer):
            if content is not None:
                found = _judge_answer(content, tagmanifest_sha512, roots, faults, remarks)
                time, verified = (found[0] or time, found[1] or verified)
    return SignatureJudgement(key, tuple(faults), tuple(remarks), time, verified)


def _read_key(facts: CustodyFacts, faults: list[Fault]) -> LogKey | None:
    if "signer.pub" not in facts.beside:
        faults.append(Fault(FaultKind.SIGNATURE_MISSING, "signer.pub", "signer.pub"))
        return None
    try:
        return parse_signer(facts.beside["signer.pub"])
    except SignatureInvalid as error:
        faults.append(Fault(FaultKind.SIGNATURE_FORM, "signer.pub", str(error.fields["detail"])))
        return None


def _judge_answer(
    content: bytes, sha512: bytes, roots: bytes | None, faults: list[Fault], remarks: list[Fault]
) -> tuple[datetime | None, bool]:
    where = "timestamp.tsr"
    try:
        if roots is not None:
            return verify_answer(content, sha512, roots).time_utc, True
        read = read_answer(content)
    except TimestampUnread as error:
        if error.fields["part"] == "root":
            raise
        remarks.append(Fault(FaultKind.TIMESTAMP_UNREAD, where))
        return None, False
    except TimestampInvalid as error:
        faults.append(Fault(FaultKind.TIMESTAMP, where, str(error.fields["detail"])))
        return None, False
    if read.sha512 != sha512:
        faults.append(Fault(FaultKind.TIMESTAMP, where, "imprint"))
        return None, False
    remarks.append(Fault(FaultKind.TIMESTAMP_UNCHECKED, where))
    return read.time_utc, False
