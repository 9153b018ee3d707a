"""What failures of custody logs, receipts and timestamps mean to a person; by code, or code and kind."""

from __future__ import annotations

from hrd_desktop.cli.message import Message

_UNTOUCHED = "Nothing was changed."

CUSTODY_MESSAGES: dict[str, Message] = {
    "receipt-file": Message(
        "The file cannot be read.",
        _UNTOUCHED,
        "Check the path and that the medium is there.",
    ),
    "receipt-invalid": Message(
        "This is not a receipt, or it was changed since it was written.",
        _UNTOUCHED,
        "Ask for it again. Send it as a file: mail programs change text.",
    ),
    "receipt-invalid:receipt-spoken": Message(
        "The digits in this receipt do not belong to the rest of it.",
        _UNTOUCHED,
        "Ask for it again; do not rely on this copy.",
    ),
    "receipt-invalid:receipt-signature": Message(
        "The signature of this receipt does not fit: it was changed, or made by somebody else.",
        _UNTOUCHED,
        "Ask for it again; do not rely on this copy.",
    ),
    "receipt-invalid:receipt-key": Message(
        "The key in this receipt does not belong to its name.",
        _UNTOUCHED,
        "Ask for it again; do not rely on this copy.",
    ),
    "receipt-invalid:cosignature": Message(
        "There is no countersignature in this file that holds.",
        _UNTOUCHED,
        "Ask the witness for the answer again.",
    ),
    "receipt-other-log": Message(
        "This receipt is of a log that is not in this vault.",
        _UNTOUCHED,
        "Open the vault that it is of. A bundle of that log can be checked with the receipt instead.",
    ),
    "log-contradicted:rolled-back": Message(
        "The log is shorter than this receipt says it was: events at its end are gone.",
        "The items themselves are checked separately.",
        (
            "Keep the receipt. Find out whether an older copy of the vault was put back, and "
            "restore the newest backup."
        ),
    ),
    "log-contradicted:rewritten": Message(
        "The log was rewritten: its first events are not those of this receipt.",
        "The items themselves are checked separately.",
        "Keep the receipt: it is the evidence of this. Compare with a backup.",
    ),
    "log-contradicted:spoken-differs": Message(
        "The digits do not fit the log at this number of events.",
        _UNTOUCHED,
        (
            "Compare the number of events and each group of five digits with what was written "
            "down. If they are right, the log was rewritten."
        ),
    ),
    "log-continued": Message(
        (
            "This receipt is of more events than were known when the vault was restored: the "
            "backup was older than the receipt."
        ),
        "What is in the vault is as it was in the backup.",
        "Keep the receipt; with a newer backup it can be checked.",
    ),
    "log-empty": Message(
        "Nothing has been logged in this case yet.",
        _UNTOUCHED,
        "Register an item in it first.",
    ),
    "cosign-refused:rolled-back": Message(
        "This log went back: this vault has seen more events of it before. It was not countersigned.",
        "What was seen before is still remembered.",
        (
            "Ask its holder what happened. A restored vault goes on under a new key and sends a "
            "receipt of that one."
        ),
    ),
    "cosign-refused:forked": Message(
        (
            "This log is not the one this vault has seen before: its earlier events are others. "
            "It was not countersigned."
        ),
        "What was seen before is still remembered.",
        "Do not rely on this log before its holder has explained it.",
    ),
    "cosign-needs-proof": Message(
        (
            "The receipt does not show how the log grew from what this vault saw last. It was not "
            "countersigned."
        ),
        _UNTOUCHED,
        "Ask its holder to add your last answer to their vault and to send a new receipt.",
    ),
    "cosign-own": Message(
        "This is a receipt of a log of this vault. A vault is no witness of itself.",
        _UNTOUCHED,
        "Give the receipt to somebody else to countersign.",
    ),
    "timestamp-unread:answer": Message(
        "This program cannot read the timestamp. That does not mean that it is forged.",
        _UNTOUCHED,
        "Try “openssl ts -verify”, which reads more kinds.",
    ),
    "timestamp-unread:root": Message(
        "The file of root certificates cannot be read.",
        _UNTOUCHED,
        "Choose a file with certificates in PEM or DER form.",
    ),
    "timestamp-invalid": Message(
        "The timestamp does not hold for this content and these root certificates.",
        _UNTOUCHED,
        "Check that it is the answer to this bundle's request, and the right root.",
    ),
    "bundle-without-receipt": Message(
        "The bundle carries nothing to hold this receipt against.",
        _UNTOUCHED,
        "A receipt can be checked against the vault it is of, or a bundle made after it was given.",
    ),
    "key-picture-file": Message(
        "The picture cannot be read.",
        _UNTOUCHED,
        "Choose a picture file, or paste the key as text.",
    ),
    "key-picture-empty": Message(
        "No QR code was found in this picture.",
        _UNTOUCHED,
        "Take it again: straight, sharp, with the whole code and a light edge around it.",
    ),
    "signature-invalid": Message(
        "A signature does not hold.",
        _UNTOUCHED,
        "Do not rely on what it is for.",
    ),
    "proof": Message(
        "A proof does not hold.",
        _UNTOUCHED,
        "Do not rely on what it is for.",
    ),
}
