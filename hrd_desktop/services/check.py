"""Checking a bundle that somebody gave us, with the keys or the passphrase that open it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.crypto.age_identities import AgeIdentity, parse_identities
from hrd_desktop.crypto.receipts import parse_receipt
from hrd_desktop.crypto.timestamps import LIMIT_BYTES, ROOT_LIMIT_BYTES
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.bundle import IdentityInvalid
from hrd_desktop.domain.errors.custody import (
    BundleWithoutReceipt,
    LogContradicted,
    ReceiptOfAnotherLog,
    TimestampUnread,
)
from hrd_desktop.domain.progress import CancelToken, Progress

IDENTITY_LIMIT_BYTES = 1 << 20


def check(
    path: str,
    *,
    identity_files: Sequence[str],
    passphrase: str | None,
    progress: Progress,
    cancel: CancelToken,
    timestamp_file: str | None = None,
    roots_file: str | None = None,
) -> BundleCheck:
    """Check the bundle at ``path``; what is wrong with it stands in the result.

    ``timestamp_file`` is an authority's answer that is kept beside the bundle, ``roots_file`` the root
    certificates that the person trusts. Raises IdentityInvalid, IdentityLocked, TimestampUnread, and what
    ``bundle.check.check_bundle`` raises.
    """
    identities = load_identities(identity_files)
    return check_bundle(
        Path(path),
        identities=identities,
        passphrase=passphrase,
        progress=progress,
        cancel=cancel,
        timestamp=_read(timestamp_file, LIMIT_BYTES, "answer"),
        timestamp_roots=_read(roots_file, ROOT_LIMIT_BYTES, "root"),
    )


def hold_against(check: BundleCheck, untrusted_receipt: bytes) -> int:
    """The number of events of a receipt that the bundle's log agrees with.

    Raises ReceiptInvalid, ReceiptOfAnotherLog, LogContradicted (``rewritten``), and BundleWithoutReceipt
    when the bundle carries nothing of that size. The bundle itself must be sound.
    """
    receipt = parse_receipt(untrusted_receipt)
    signed = check.signed
    if signed is None or receipt.key.fingerprint != signed.fingerprint:
        raise ReceiptOfAnotherLog(key=receipt.key.key_name)
    size = receipt.checkpoint.size
    told = dict(signed.heads).get(size)
    if told is None:
        raise BundleWithoutReceipt(size=size, events=signed.events)
    if told != receipt.spoken:
        raise LogContradicted(kind="rewritten", size=size)
    return size


def _read(path: str | None, limit_bytes: int, part: str) -> bytes | None:
    if path is None:
        return None
    try:
        with open(path, "rb") as source:
            return source.read(limit_bytes + 1)
    except OSError:
        raise TimestampUnread(part=part) from None


def load_identities(identity_files: Sequence[str]) -> list[AgeIdentity]:
    """The private keys in these files. Raises IdentityInvalid, IdentityLocked."""
    identities: list[AgeIdentity] = []
    for file in identity_files:
        try:
            with open(file, "rb") as source:
                data = source.read(IDENTITY_LIMIT_BYTES + 1)
        except OSError:
            raise IdentityInvalid() from None
        if len(data) > IDENTITY_LIMIT_BYTES:
            raise IdentityInvalid()
        identities += parse_identities(data)
    return identities
