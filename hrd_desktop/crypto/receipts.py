"""Receipts of a log, and proofs of single events: the files that are given away (docs/spec/custody.md)."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from hrd_desktop.crypto.checkpoints import (
    MAX_COSIGNATURES,
    Checkpoint,
    body_text,
    parse_checkpoint,
)
from hrd_desktop.crypto.log_keys import LOG, WITNESS, LogKey, digits, from_base64, parse_verifier, to_base64
from hrd_desktop.domain.errors.custody import ProofInvalid, ReceiptInvalid

LIMIT_BYTES = 256 * 1024
MAX_OLD = 64
_HEAD = "sheaf-receipt/v1\n"
_PROOF_HEAD = "c2sp.org/tlog-proof@v1\n"
_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})")
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})\n((?:[A-Za-z0-9+/]{43}=\n){0,63})\n")


@dataclass(frozen=True)
class Receipt:
    """A receipt that was verified in itself: its keys fit their names, its signatures and digits the head.

    ``old`` holds a consistency proof for each older size; that they hold is verified where the older
    root is known.
    """

    key: LogKey
    witnesses: tuple[LogKey, ...]
    checkpoint: Checkpoint
    old: Mapping[int, tuple[bytes, ...]] = field(repr=False)

    @property
    def text(self) -> str:
        """The file."""
        return format_receipt(self.key, self.checkpoint.text, self.witnesses, self.old)

    @property
    def short_text(self) -> str:
        """The same without proofs from older sizes: what a QR code holds."""
        return replace(self, old={0: ()}).text

    @property
    def spoken(self) -> str:
        """The digits by telephone; the number of events goes with them."""
        return spoken_of(self.checkpoint.body)


def spoken_of(body: str) -> str:
    """The digits of a checkpoint's body."""
    return digits(hashlib.sha256(body.encode("ascii")).digest())


def spoken_of_head(origin: str, size: int, root: bytes) -> str:
    """The digits of the head that a log of this origin has with these events."""
    return spoken_of(body_text(origin, size, root))


def format_receipt(
    key: LogKey, checkpoint: str, witnesses: Sequence[LogKey], old: Mapping[int, Sequence[bytes]]
) -> str:
    """A receipt for a checkpoint (the whole note)."""
    body = checkpoint[: checkpoint.index("\n\n") + 1]
    size = body.split("\n")[1]
    lines = [_HEAD, f"key {key.verifier}\n", *(f"key {witness.verifier}\n" for witness in witnesses)]
    lines.append(f"spoken {size} {spoken_of(body)}\n\n")
    for old_size in sorted({0, *old}):
        lines.append(f"old {old_size}\n")
        lines += [f"{to_base64(entry)}\n" for entry in old.get(old_size, ())]
    return "".join([*lines, "\n", checkpoint])


def parse_receipt(untrusted: bytes) -> Receipt:
    """Read a receipt and verify everything that it says of itself. Raises ReceiptInvalid."""
    if len(untrusted) > LIMIT_BYTES:
        raise ReceiptInvalid(kind="receipt-form")
    try:
        text = untrusted.decode("utf-8")
    except UnicodeDecodeError:
        raise ReceiptInvalid(kind="receipt-form") from None
    head, gap, rest = text.partition("\n\n")
    lines = head.split("\n")
    if not gap or lines[0] + "\n" != _HEAD or not 3 <= len(lines) <= 3 + MAX_COSIGNATURES:
        raise ReceiptInvalid(kind="receipt-form")
    if not all(line.startswith("key ") for line in lines[1:-1]) or not lines[-1].startswith("spoken "):
        raise ReceiptInvalid(kind="receipt-form")
    keys = [parse_verifier(line.removeprefix("key ")) for line in lines[1:-1]]
    witnesses = tuple(keys[1:])
    if keys[0].kind != LOG or any(key.kind != WITNESS for key in witnesses):
        raise ReceiptInvalid(kind="receipt-key")
    if len({key.name for key in witnesses}) != len(witnesses):
        raise ReceiptInvalid(kind="receipt-form")
    old, note = _parse_old(rest)
    checkpoint = parse_checkpoint(note, keys[0], witnesses)
    if max(old) > checkpoint.size:
        raise ReceiptInvalid(kind="receipt-form")
    if lines[-1] != f"spoken {checkpoint.size} {spoken_of(checkpoint.body)}":
        raise ReceiptInvalid(kind="receipt-spoken")
    return Receipt(keys[0], witnesses, checkpoint, old)


def _parse_old(untrusted: str) -> tuple[dict[int, tuple[bytes, ...]], str]:
    old: dict[int, tuple[bytes, ...]] = {}
    position = 0
    while match := _OLD.match(untrusted, position):
        size = int(match[1])
        hashes = tuple(from_base64(line, "receipt-form") for line in match[2].splitlines())
        if (size == 0 and hashes) or (old and size <= max(old)) or (not old and size):
            raise ReceiptInvalid(kind="receipt-form")
        old[size] = hashes
        position = match.end()
    if not 1 <= len(old) <= 1 + MAX_OLD or not untrusted.startswith("\n", position):
        raise ReceiptInvalid(kind="receipt-form")
    return old, untrusted[position + 1 :]


@dataclass(frozen=True)
class EventProof:
    """A proof of one event; ``checkpoint`` is the note it ends in, not verified here."""

    index: int
    hashes: tuple[bytes, ...] = field(repr=False)
    checkpoint: str = field(repr=False)


def format_proof(index: int, hashes: Sequence[bytes], checkpoint: str) -> str:
    """A C2SP tlog-proof."""
    lines = "".join(f"{to_base64(entry)}\n" for entry in hashes)
    return f"{_PROOF_HEAD}index {index}\n{lines}\n{checkpoint}"


def split_proofs(untrusted: bytes) -> Iterator[bytes]:
    """The proofs of a file that holds several, each from its first line to the next one's.

    No note holds that line: those of its signatures begin with a dash, and its origin is a name. What stands
    before the first such line is given as a piece, which then has no form.
    """
    head = _PROOF_HEAD.encode("ascii")
    start = 0
    while start < len(untrusted):
        found = untrusted.find(b"\n" + head, start)
        end = len(untrusted) if found < 0 else found + 1
        yield untrusted[start:end]
        start = end


def parse_proof(untrusted: bytes) -> EventProof:
    """Read a tlog-proof without an ``extra`` line. Raises ProofInvalid (``form``)."""
    try:
        text = untrusted.decode("utf-8")
    except UnicodeDecodeError:
        raise ProofInvalid(detail="form") from None
    match = _INDEX.match(text, len(_PROOF_HEAD))
    if not text.startswith(_PROOF_HEAD) or match is None:
        raise ProofInvalid(detail="form")
    try:
        hashes = tuple(from_base64(line, "receipt-form") for line in match[2].splitlines())
    except ReceiptInvalid:
        raise ProofInvalid(detail="form") from None
    return EventProof(int(match[1]), hashes, text[match.end() :])
