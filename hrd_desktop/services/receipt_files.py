"""Receipts as files outside the vault: read within bounds, written whole, never over anything."""

from __future__ import annotations

from pathlib import Path

from hrd_desktop.bundle.destination import NewFile, typed_errors
from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.custody import ReceiptFileUnreadable
from hrd_desktop.services.receipts import RECEIPT_LIMIT_BYTES


def read_receipt(path: str) -> bytes:
    """The bytes of a receipt, one more than is allowed at most. Raises ReceiptFileUnreadable."""
    try:
        with open(path, "rb") as file:
            return file.read(RECEIPT_LIMIT_BYTES + 1)
    except OSError as error:
        raise ReceiptFileUnreadable(errno=error.errno) from None


def write_receipt(path: str, data: bytes, random: Random) -> None:
    """Write a new file, 0600.

    Raises BundleDestinationExists, BundleDestinationFull, BundleDestinationFailed.
    """
    final = Path(path)
    with typed_errors(len(data)), NewFile(final, final.with_name(f"{random(8).hex()}.part")) as file:
        file.write(data)
        file.flush()
        file.publish()
