"""Readers of what is carried between people: receipts, proofs, signatures, shares, pages, backup lists."""

from __future__ import annotations

import base64
import contextlib
import io
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hrd_desktop.bundle.opening_page import read_page
from hrd_desktop.crypto.checkpoints import cosign, origin_of, sign_checkpoint
from hrd_desktop.crypto.log_keys import WITNESS, SigningKey
from hrd_desktop.crypto.merkle import node_hash
from hrd_desktop.crypto.receipts import (
    format_proof,
    format_receipt,
    parse_proof,
    parse_receipt,
    split_proofs,
)
from hrd_desktop.crypto.self_opening import iter_open, parse_header
from hrd_desktop.crypto.shares import combine_shares, parse_share, split_secret
from hrd_desktop.crypto.ssh_signature import parse_signer, sign_ssh, signer_line, verify_ssh
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.services.triggers import triggers_from
from hrd_desktop.storage.backup.lists import parse_list
from tests.fuzz.target import Target, counted

SEED = bytes(range(32))
LOG = SigningKey(SEED)
WITNESSING = SigningKey(bytes(reversed(SEED)), WITNESS)
VECTORS = Path(__file__).resolve().parents[1] / "vectors"
MESSAGE = b"0123  data/x\n"


def _checkpoint() -> str:
    return sign_checkpoint(LOG, 2, node_hash(SEED, bytes(32)))


def run_receipt(data: bytes) -> None:
    """A receipt, and a checkpoint that is only spoken of."""
    try:
        receipt = parse_receipt(data)
    except SheafError:
        pass
    else:
        assert receipt.checkpoint.text.encode() in data
    with contextlib.suppress(SheafError):
        origin_of(data.decode("utf-8", "replace"))


def receipt_seeds() -> list[bytes]:
    """With and without a witness and an older head."""
    note = _checkpoint()
    body = note[: note.index("\n\n") + 1]
    signed = note + cosign(WITNESSING, body, 1_795_000_000)
    plain = format_receipt(LOG.public, note, (), {})
    return [
        text.encode()
        for text in (plain, format_receipt(LOG.public, signed, (WITNESSING.public,), {1: [SEED]}))
    ]


def run_proof(data: bytes) -> None:
    """A proof of one event; cutting a file of several loses nothing."""
    assert b"".join(split_proofs(data)) == data
    try:
        proof = parse_proof(data)
    except SheafError:
        return
    assert format_proof(proof.index, proof.hashes, proof.checkpoint).encode() == data


def proof_seeds() -> list[bytes]:
    """One of two leaves."""
    return [format_proof(1, [SEED], _checkpoint()).encode()]


def run_signature(data: bytes) -> None:
    """A key line, a signature; nothing but the true one holds."""
    with contextlib.suppress(SheafError):
        parse_signer(data)
    try:
        verify_ssh(LOG.public, MESSAGE, data)
    except SheafError:
        return
    true = sign_ssh(LOG, MESSAGE)
    assert "".join(data.decode().split()) == "".join(true.split())


def signature_seeds() -> list[bytes]:
    """A key and two signatures."""
    other = sign_ssh(LOG, MESSAGE, "another")
    return [signer_line(LOG.public).encode(), sign_ssh(LOG, MESSAGE).encode(), other.encode()]


def run_shares(data: bytes) -> None:
    """Shares as somebody types them, one a line."""
    shares = []
    for line in data.decode("utf-8", "replace").splitlines()[:5]:
        try:
            shares.append(parse_share(line))
        except SheafError:
            continue
    if shares:
        with contextlib.suppress(SheafError):
            assert len(combine_shares(shares)) == 32


def share_seeds() -> list[bytes]:
    """Two shares that fit."""
    shares = split_secret(SEED, 2, 3, counted())
    return ["\n".join(" ".join(share.words) for share in shares[:2]).encode()]


def run_opening(data: bytes) -> None:
    """A page that opens itself, and its header alone."""
    try:
        header = parse_header(data)
    except SheafError:
        pass
    else:
        assert header.text == data
    try:
        found = read_page(io.BytesIO(data))
    except SheafError:
        return
    if found is not None and found[0].iterations <= 1000:
        with contextlib.suppress(SheafError):
            list(iter_open(found[1], found[0], "a b c d e f g"))


def opening_seeds() -> list[bytes]:
    """The headers of the vectors, and pages around them."""
    text = (VECTORS / "self-opening.json").read_text(encoding="utf-8")
    headers = [value for value in _strings(json.loads(text)) if value.startswith('{"check"')]
    pages = [f'<script type="application/json" id="header">{header}</script>\n' for header in headers]
    return [value.encode() for value in (*headers, *pages)]


def _strings(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    parts = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    return [text for part in parts for text in _strings(part)]


def run_backup_list(data: bytes) -> None:
    """The content of a backup's list; what is accepted is written the same again."""
    try:
        found = parse_list(data)
    except SheafError:
        return
    assert parse_list(found.pack()).rows == found.rows
    found.needed()


def backup_list_seeds() -> list[bytes]:
    """The lists of the vectors."""
    vectors = json.loads((VECTORS / "backup.json").read_text(encoding="utf-8"))
    return [base64.b64decode(entry["content"]) for entry in vectors["lists"]]


def run_settings(data: bytes) -> None:
    """The part of the settings file that arms triggers: in the clear, so anybody may have written it."""
    try:
        value = json.loads(data)
    except (ValueError, RecursionError):
        return
    now = datetime(2026, 11, 27, tzinfo=UTC)
    armed = triggers_from(value)
    armed.days_are_over(now, now - timedelta(days=3))
    armed.after_failed_unlock()
    armed.after_unlock(now)


def settings_seeds() -> list[bytes]:
    """Something of each type."""
    armed = {"usb_device": "x", "usb_deed": "wipe", "key_deed": "lock", "failed_unlocks": 10, "days": 30}
    told = {"failed_so_far": 3, "unlocked_utc": "2026-11-01T00:00:00+00:00"}
    return [json.dumps(armed | told).encode(), b"[]", b"1e400"]


TARGETS = (
    Target("receipt", run_receipt, receipt_seeds),
    Target("proof", run_proof, proof_seeds),
    Target("signature", run_signature, signature_seeds),
    Target("shares", run_shares, share_seeds),
    Target("opening-page", run_opening, opening_seeds),
    Target("backup-list", run_backup_list, backup_list_seeds),
    Target("settings", run_settings, settings_seeds),
)
