"""Who a bundle is for: public keys as text, or contacts that have one."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.crypto.age_recipients import parse_recipient, verify_recipients
from hrd_desktop.domain.errors.base import UsageError
from hrd_desktop.domain.export import Recipient
from hrd_desktop.services.contacts import load_contact
from hrd_desktop.services.session import Session


class ContactWithoutKey(UsageError):
    """The contact has no public key that a bundle could be encrypted to."""

    code = "contact-without-key"


def load_recipients(session: Session, texts: Sequence[str]) -> tuple[tuple[Recipient, ...], str]:
    """The recipients, and a label of them for the custody log.

    Each text is an age or SSH public key, or the alias or id of a contact with one. Raises
    RecipientInvalid, RecipientsMixed, RecipientUnsupported, RecipientWeak, RecipientIsSecret, NotFoundError,
    AmbiguousError, ContactWithoutKey.
    """
    recipients: list[Recipient] = []
    labels: list[str] = []
    for text in texts:
        stripped = text.strip()
        if _looks_like_a_key(stripped):
            recipient = parse_recipient(stripped)
            labels.append(recipient.fingerprint)
        else:
            contact = load_contact(session, stripped)
            if not contact.public_key:
                raise ContactWithoutKey()
            recipient = parse_recipient(contact.public_key)
            labels.append(f"{contact.alias} ({recipient.fingerprint})")
        if recipient not in recipients:
            recipients.append(recipient)
    verify_recipients(recipients)
    return tuple(recipients), ", ".join(labels)


def _looks_like_a_key(text: str) -> bool:
    upper = text.upper()
    return upper.startswith(("AGE1", "AGE-SECRET-KEY-", "SSH-", "ECDSA-", "SK-")) or "PRIVATE KEY" in upper
