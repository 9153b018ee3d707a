"""Being a witness of somebody else's log: what was seen of it last is never gone back on."""

from __future__ import annotations

from dataclasses import dataclass, replace

from hrd_desktop.crypto.checkpoints import cosign, parse_checkpoint
from hrd_desktop.crypto.log_keys import WITNESS, SigningKey
from hrd_desktop.crypto.merkle import verify_consistency
from hrd_desktop.crypto.receipts import Receipt, parse_receipt
from hrd_desktop.crypto.signing import new_signing_key
from hrd_desktop.domain.errors.custody import CosignNeedsProof, CosignOwn, CosignRefused, ProofInvalid
from hrd_desktop.services.log_papers import LogPapers
from hrd_desktop.services.receipts import ShownReceipt, shown_receipt
from hrd_desktop.services.session import Session
from hrd_desktop.storage.records.witnessing import WitnessedLog
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True)
class Countersigned:
    """The answer for the holder of the log, and what the witness knew of it before (None: nothing)."""

    receipt: ShownReceipt
    size_before: int | None
    witness_key_name: str
    witness_spoken: str


def countersign(session: Session, untrusted: bytes) -> Countersigned:
    """Countersign a receipt of somebody else's log.

    Raises ReceiptInvalid, CosignOwn, CosignRefused (it went back or forked), CosignNeedsProof (the receipt
    does not show how the log grew from what was seen last). What was seen is committed before anything is
    signed: after a crash in between this vault refuses what it might have signed, and not the other way.
    """
    receipt = parse_receipt(untrusted)

    def work(vault: Vault) -> tuple[bytes, int, WitnessedLog | None]:
        _ensure_not_ours(vault, receipt)
        witnessing = vault.records.custody.witnessing
        before = witnessing.find_log(receipt.checkpoint.origin)
        if before is not None:
            _verify_growth(before, receipt)
        now = vault.clock.now_utc()
        head = receipt.checkpoint
        witnessing.remember(WitnessedLog(head.origin, receipt.key.public, head.size, head.root, now))
        seed = witnessing.find_key()
        if seed is None:
            seed = new_signing_key(vault.random)
            witnessing.set_key(seed, vault.now_us())
        return seed, int(now.timestamp()), before

    seed, time, before = session.write(work)
    key = SigningKey(seed, WITNESS)
    answer = _with_cosignature(receipt, key, time)
    return Countersigned(
        receipt=shown_receipt(answer),
        size_before=None if before is None else before.size,
        witness_key_name=key.public.key_name,
        witness_spoken=key.public.spoken,
    )


def _ensure_not_ours(vault: Vault, receipt: Receipt) -> None:
    for log in vault.records.custody.iter_logs():
        papers = LogPapers(vault, log)
        if receipt.checkpoint.origin in {papers.origin, *(key.origin for key in papers.earlier_keys())}:
            raise CosignOwn()


def _verify_growth(before: WitnessedLog, receipt: Receipt) -> None:
    head = receipt.checkpoint
    if head.size < before.size:
        raise CosignRefused(kind="rolled-back", size=before.size)
    if head.size == before.size:
        if head.root != before.root:
            raise CosignRefused(kind="forked", size=before.size)
        return
    proof = receipt.old.get(before.size)
    if proof is None:
        raise CosignNeedsProof(size=before.size)
    try:
        verify_consistency(before.size, before.root, head.size, head.root, proof)
    except ProofInvalid:
        raise CosignRefused(kind="forked", size=before.size) from None


def _with_cosignature(receipt: Receipt, key: SigningKey, time: int) -> Receipt:
    """The receipt with our line added; an older one of ours for the same head is replaced."""
    ours = key.public
    lines = receipt.checkpoint.text.splitlines(keepends=True)
    kept = "".join(line for line in lines if not line.startswith(f"\u2014 {ours.name} "))
    text = kept + cosign(key, receipt.checkpoint.body, time)
    witnesses = (*(witness for witness in receipt.witnesses if witness != ours), ours)
    return replace(receipt, witnesses=witnesses, checkpoint=parse_checkpoint(text, receipt.key, witnesses))
