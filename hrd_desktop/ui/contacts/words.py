"""The words and icons of the fields of contacts, and what is said beside a field that does not fit."""

from __future__ import annotations

from hrd_desktop.domain.contact_line import ContactLine
from hrd_desktop.domain.contacts import Channel, ChannelKind, Contact, ContactKind, KeyCheck, KeyKind, Safety
from hrd_desktop.domain.contacts_read import LeftOut, LeftOutReason, Refusal
from hrd_desktop.domain.errors.contacts import (
    ContactFieldCharacters,
    ContactFieldError,
    ContactFieldMalformed,
    ContactFieldMissing,
    ContactFieldsDisagree,
    ContactFieldTooLong,
    ContactFieldTooMany,
    ContactSecretKey,
)
from hrd_desktop.ui.text import isolated, number_text, translated

SEPARATOR = " · "

_CHANNEL_ICONS = {
    ChannelKind.PHONE: "phone",
    ChannelKind.EMAIL: "mail",
    ChannelKind.FAX: "print",
    ChannelKind.ADDRESS: "place",
    ChannelKind.WEB: "document",
    ChannelKind.SOCIAL: "contacts",
}


def contact_kind_words(kind: ContactKind) -> str:
    """A person, or a body of people."""
    if kind is ContactKind.ORGANISATION:
        return translated("contacts", "Organisation")
    return translated("contacts", "Person")


def contact_kind_icon(kind: ContactKind) -> str:
    """The icon of a contact."""
    return "contacts" if kind is ContactKind.ORGANISATION else "person"


def channel_words(kind: ChannelKind) -> str:
    """By what means a contact is reached. Names of services stay as they are in every language."""
    return {
        ChannelKind.PHONE: translated("contacts", "Telephone"),
        ChannelKind.EMAIL: translated("contacts", "E-mail"),
        ChannelKind.SIGNAL: "Signal",
        ChannelKind.WHATSAPP: "WhatsApp",
        ChannelKind.TELEGRAM: "Telegram",
        ChannelKind.THREEMA: "Threema",
        ChannelKind.WIRE: "Wire",
        ChannelKind.SESSION: "Session",
        ChannelKind.MATRIX: "Matrix",
        ChannelKind.XMPP: "XMPP",
        ChannelKind.SOCIAL: translated("contacts", "Social network"),
        ChannelKind.FAX: translated("contacts", "Fax"),
        ChannelKind.ADDRESS: translated("contacts", "Address"),
        ChannelKind.WEB: translated("contacts", "Web page"),
        ChannelKind.OTHER: translated("contacts", "Other"),
    }[kind]


def channel_icon(kind: ChannelKind) -> str:
    """The icon of a means; every messenger has the same."""
    return _CHANNEL_ICONS.get(kind, "message")


def safety_words(safe: Safety) -> str:
    """Whether a channel may be used, on a label."""
    return {
        Safety.YES: translated("contacts", "Safe"),
        Safety.NO: translated("contacts", "Not safe"),
        Safety.UNKNOWN: translated("contacts", "Safety not known"),
    }[safe]


def about_channel(channel: Channel) -> str:
    """Kind, hours and note of a channel on one line."""
    parts = [channel_words(channel.kind)]
    parts += [isolated(" ".join(text.split())) for text in (channel.hours, channel.note) if text.strip()]
    return SEPARATOR.join(parts)


def check_words(check: KeyCheck) -> str:
    """How a key was checked."""
    return {
        KeyCheck.NOT_CHECKED: translated("contacts", "Not checked"),
        KeyCheck.IN_PERSON: translated("contacts", "In person"),
        KeyCheck.VOICE: translated("contacts", "By voice, in a call"),
        KeyCheck.VIDEO: translated("contacts", "In a video call"),
        KeyCheck.OTHER_CHANNEL: translated("contacts", "Over another channel"),
        KeyCheck.TRUSTED_PERSON: translated("contacts", "Through somebody trusted"),
        KeyCheck.PUBLISHED: translated("contacts", "Against a published copy"),
    }[check]


def key_kind_words(kind: KeyKind) -> str:
    """What a public key's text begins as."""
    return {
        KeyKind.AGE: translated("contacts", "This looks like an age key."),
        KeyKind.SSH: translated("contacts", "This looks like an SSH key."),
        KeyKind.PGP: translated("contacts", "This looks like an OpenPGP key."),
        KeyKind.OTHER: translated("contacts", "This is not a kind of key that is known here."),
    }[kind]


def about_contact(contact: Contact | ContactLine) -> str:
    """The second line of a contact: role and organisation, or else what it is."""
    parts = [isolated(text) for text in (contact.role, contact.organisation) if text.strip()]
    return SEPARATOR.join(parts) or contact_kind_words(contact.kind)


def unsafe_count(contact: Contact) -> int:
    """How many of a contact's channels must not be used."""
    return sum(channel.safe is Safety.NO for channel in contact.channels)


def field_words(error: ContactFieldError) -> str:
    """What to do about a field, for the place beside it."""
    limit = error.fields.get("limit")
    number = number_text(limit) if isinstance(limit, int) else ""
    match error:
        case ContactSecretKey():
            return translated(
                "contacts",
                "This was a secret key, so it was not kept. It belongs nowhere but with its owner, who should"
                " make a new one. Paste the public key here.",
            )
        case ContactFieldMissing():
            return translated("contacts", "Fill this in.")
        case ContactFieldTooLong():
            return translated("contacts", "Shorten this to {limit} characters.", limit=number)
        case ContactFieldTooMany():
            return translated("contacts", "Keep at most {limit} of these.", limit=number)
        case ContactFieldCharacters():
            return translated(
                "contacts", "Take out line breaks and characters that cannot be seen; write it anew."
            )
        case ContactFieldsDisagree() if error.fields.get("field") == "how_checked":
            return translated("contacts", "Enter the key or its fingerprint, or choose “Not checked”.")
        case ContactFieldsDisagree():
            return translated("contacts", "This day is before the day of the answer.")
        case ContactFieldMalformed() if error.fields.get("field") in ("languages", "language"):
            return translated("contacts", "Write each language once, as a short tag: ar, fr, pt-BR.")
        case ContactFieldMalformed() if error.fields.get("field") == "tags":
            return translated("contacts", "Write each tag once.")
        case _:
            return translated("contacts", "Write this in the form that is asked for.")


def left_out_name(left: LeftOut) -> str:
    """What of a file is in none of its contacts, and how often."""
    if left.reason is LeftOutReason.STRAY:
        name = translated("contacts", "Lines outside any card")
    else:
        name = isolated(left.name) if left.name else translated("contacts", "Without a name")
    if left.count == 1:
        return name
    return translated("contacts", "{name} ({count} times)", name=name, count=number_text(left.count))


def left_out_words(reason: LeftOutReason) -> str:
    """Why it was left out."""
    return {
        LeftOutReason.UNKNOWN: translated("contacts", "Contacts have no such field."),
        LeftOutReason.PICTURE: translated("contacts", "Pictures are not taken in."),
        LeftOutReason.ADDRESS: translated("contacts", "Only a key's address is given; nothing is fetched."),
        LeftOutReason.PRIVATE_KEY: translated("contacts", "Secret keys are never taken in."),
        LeftOutReason.MORE_THAN_ONE: translated("contacts", "A contact has one of these."),
        LeftOutReason.UNREADABLE: translated("contacts", "The value does not have the form of its field."),
        LeftOutReason.CHARACTERS: translated("contacts", "Characters that cannot be seen were taken out."),
        LeftOutReason.STRAY: translated("contacts", "They belong to no contact."),
    }[reason]


def refusal_place(refusal: Refusal) -> str:
    """Which entry of a file was not taken in."""
    return translated(
        "contacts",
        "Entry {index}, line {line}",
        index=number_text(refusal.index),
        line=number_text(refusal.line),
    )


def refusal_words(refusal: Refusal) -> str:
    """That it was not taken in, with the code to quote."""
    return translated("contacts", "It cannot be read ({code}).", code=isolated(refusal.code))
