"""Failures of custody logs: proofs, receipts, countersignatures, signatures and timestamps."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import IntegrityError, SheafError, UsageError


class ProofInvalid(IntegrityError):
    """A Merkle proof does not hold. Field: ``detail`` (index, size, length, root, form, checkpoint)."""

    code = "proof"


class ReceiptInvalid(IntegrityError):
    """A receipt or checkpoint cannot be used.

    Fields: ``kind`` (receipt-form, receipt-key, receipt-signature, receipt-spoken, consistency, cosignature)
    and ``key``, a key name, where one is concerned.
    """

    code = "receipt-invalid"


class ReceiptOfAnotherLog(SheafError):
    """The receipt is well signed, by a log that this vault does not have. Field: ``key``, a key name."""

    code = "receipt-other-log"


class LogContradicted(IntegrityError):
    """A log is not what a receipt says it was. Fields: ``kind`` (rolled-back, rewritten), ``size``."""

    code = "log-contradicted"


class LogContinued(SheafError):
    """The receipt is of an earlier key and of more events than were known when the log went on.

    Fields: ``size``, ``known``.
    """

    code = "log-continued"


class CosignRefused(IntegrityError):
    """A log showed the witness something else before. Fields: ``kind`` (rolled-back, forked), ``size``."""

    code = "cosign-refused"


class CosignNeedsProof(SheafError):
    """The receipt has no proof from what the witness remembers. Field: ``size``, which it needs."""

    code = "cosign-needs-proof"


class SignatureInvalid(IntegrityError):
    """An SSH signature does not hold. Fields: ``kind`` (signature-form, signature) and ``detail``."""

    code = "signature-invalid"


class TimestampUnread(SheafError):
    """The answer of a timestamp authority, or a certificate, cannot be read here. Never says *forged*.

    Field: ``part`` (answer, root).
    """

    code = "timestamp-unread"


class TimestampInvalid(IntegrityError):
    """The timestamp does not hold. Field: ``detail`` (imprint, nonce, invalid)."""

    code = "timestamp-invalid"


class LogEmpty(UsageError):
    """Nothing was logged yet, so there is nothing to give a receipt for."""

    code = "log-empty"


class CosignOwn(UsageError):
    """A vault does not witness its own logs."""

    code = "cosign-own"


class ReceiptFileUnreadable(SheafError):
    """The file of a receipt cannot be read. Field: ``errno``."""

    code = "receipt-file"


class BundleWithoutReceipt(SheafError):
    """The bundle carries nothing to hold this receipt against. Fields: ``size``, ``events``."""

    code = "bundle-without-receipt"
