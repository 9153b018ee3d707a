"""Holds the custody files of a bundle against each other (docs/spec/custody.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from hrd_desktop.bundle.custody_facts import CustodyFacts, Lines, Proof
from hrd_desktop.bundle.intake import TakenFile
from hrd_desktop.bundle.plain_text import escape_path
from hrd_desktop.crypto.checkpoints import origin_of
from hrd_desktop.crypto.log_keys import LogKey
from hrd_desktop.crypto.merkle import root_from_inclusion, verify_consistency
from hrd_desktop.crypto.receipts import EventProof, Receipt, parse_receipt
from hrd_desktop.domain.bundle_report import Fault, FaultKind
from hrd_desktop.domain.errors.custody import ProofInvalid, ReceiptInvalid

_ORIGINAL = re.compile(r"((?:[^/]+/)?)bag/data/items/([0-9]{4,})/original\.[a-z0-9]{1,8}")
_LOG_ITSELF = "0000"


@dataclass(frozen=True)
class CustodyJudgement:
    """Faults and remarks, and the receipts that hold, by size."""

    faults: tuple[Fault, ...]
    remarks: tuple[Fault, ...]
    receipts: Mapping[int, Receipt]


def judge_custody(
    facts: CustodyFacts, files: Mapping[str, TakenFile], key: LogKey | None
) -> CustodyJudgement:
    """Judge the custody files; ``key`` is that of ``signer.pub``, None where there is none to be read."""
    work = _Judge(facts, files, key)
    faults = tuple(work.judge())
    return CustodyJudgement(faults, tuple(work.remarks), work.receipts)


class _Judge:
    def __init__(self, facts: CustodyFacts, files: Mapping[str, TakenFile], key: LogKey | None) -> None:
        self._facts = facts
        self._files = files
        self._key = key
        self._checkpoints: dict[str, Receipt] = {}
        self.receipts: dict[int, Receipt] = {}
        self.remarks: list[Fault] = []

    def judge(self) -> Iterator[Fault]:
        yield from self._read_receipts()
        yield from self._check_consistency()
        if self._facts.receipts:
            yield from self._check_proofs()
        yield from self._check_items()

    def _read_receipts(self) -> Iterator[Fault]:
        if not self._facts.receipts:
            yield Fault(FaultKind.RECEIPT, detail="missing")
        for size, (path, content) in sorted(self._facts.receipts.items()):
            shown = escape_path(path)
            try:
                receipt = parse_receipt(content)
            except ReceiptInvalid as error:
                yield _receipt_fault(shown, error)
                continue
            if self._key is None or receipt.key != self._key:
                yield Fault(FaultKind.RECEIPT, shown, "key")
            elif receipt.checkpoint.size != size:
                yield Fault(FaultKind.RECEIPT, shown, "size")
            else:
                self.receipts[size] = receipt
                self._checkpoints[receipt.checkpoint.text] = receipt
                if receipt.checkpoint.unknown:
                    self.remarks.append(Fault(FaultKind.COSIGNATURE_UNKNOWN, shown))

    def _check_consistency(self) -> Iterator[Fault]:
        if not self.receipts:
            return
        head = self.receipts[max(self.receipts)]
        for size, receipt in sorted(self.receipts.items()):
            if receipt is head:
                continue
            path = escape_path(self._facts.receipts[size][0])
            proof = head.old.get(size)
            if proof is None:
                yield Fault(FaultKind.CONSISTENCY, path, "missing")
                continue
            try:
                verify_consistency(
                    size, receipt.checkpoint.root, head.checkpoint.size, head.checkpoint.root, proof
                )
            except ProofInvalid:
                yield Fault(FaultKind.CONSISTENCY, path, "mismatch")
        if set(head.old) - {0} - set(self._facts.receipts):
            where = escape_path(self._facts.receipts[head.checkpoint.size][0])
            yield Fault(FaultKind.CONSISTENCY, where, "extra")

    def _check_proofs(self) -> Iterator[Fault]:
        for number, lines in sorted(self._facts.lines.items()):
            for line, fact in enumerate(lines.facts, 1):
                proof = self._find_proof(number, line)
                if proof is None:
                    yield Fault(FaultKind.PROOF_MISSING, escape_path(lines.path), str(line))
                    continue
                if fact.leaf_hash is None:
                    # What is wrong with this line was told before.
                    continue
                detail = self._fault_in_proof(proof.read, fact.leaf_hash, fact.sequence)
                if detail:
                    yield Fault(FaultKind.PROOF, escape_path(proof.path), detail)
            yield from self._check_continued(lines)
        for (number, line), proof in sorted(self._facts.proofs.items()):
            known = self._facts.lines.get(number)
            if number in self._facts.together or known is None or not 1 <= line <= len(known.facts):
                yield Fault(FaultKind.PROOF_EXTRA, escape_path(proof.path))
        for number, proofs in sorted(self._facts.together.items()):
            known = self._facts.lines.get(number)
            if proofs and len(proofs) > (0 if known is None else len(known.facts)):
                yield Fault(FaultKind.PROOF_EXTRA, escape_path(proofs[0].path))

    def _find_proof(self, number: str, line: int) -> Proof | None:
        together = self._facts.together.get(number)
        if together is None:
            return self._facts.proofs.get((number, line))
        return together[line - 1] if line <= len(together) else None

    def _fault_in_proof(self, proof: EventProof | None, leaf: bytes, sequence: int | None) -> str:
        if proof is None:
            return "form"
        receipt = self._checkpoints.get(proof.checkpoint)
        if receipt is None:
            return "checkpoint"
        if sequence is not None and proof.index != sequence:
            return "index"
        try:
            root = root_from_inclusion(leaf, proof.index, receipt.checkpoint.size, proof.hashes)
        except ProofInvalid:
            return "root"
        return "" if root == receipt.checkpoint.root else "root"

    def _check_continued(self, lines: Lines) -> Iterator[Fault]:
        for line, fact in enumerate(lines.facts, 1):
            if fact.continued is None:
                continue
            try:
                origin, size = origin_of(fact.continued)
            except ReceiptInvalid:
                origin, size = "", 0
            present = self._key.name if self._key is not None else ""
            if origin in ("", present) or (fact.sequence is not None and size > fact.sequence):
                yield Fault(FaultKind.RECEIPT, escape_path(lines.path), f"continued:{line}")

    def _check_items(self) -> Iterator[Fault]:
        for path, file in sorted(self._files.items()):
            match = _ORIGINAL.fullmatch(path)
            if match is None:
                continue
            lines = self._facts.lines.get(match[2])
            if lines is None or not lines.facts or match[2] == _LOG_ITSELF:
                yield Fault(FaultKind.CUSTODY_MISSING, escape_path(path))
                continue
            told = [(line, fact.content) for line, fact in enumerate(lines.facts, 1) if fact.content]
            if told and told[-1][1] != file.digests["sha256"].hex():
                yield Fault(FaultKind.EVENT_CONTENT, escape_path(path), str(told[-1][0]))


def _receipt_fault(path: str, error: ReceiptInvalid) -> Fault:
    kind = str(error.fields["kind"])
    if kind == "cosignature":
        return Fault(FaultKind.COSIGNATURE, path, str(error.fields.get("key") or ""))
    return Fault(FaultKind.RECEIPT, path, kind.removeprefix("receipt-"))
