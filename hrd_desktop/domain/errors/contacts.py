"""Failures about contacts, people in cases, consent, and the files that contacts come in.

Fields name a field of the record, an index, a line or a limit; never a value.
"""

from __future__ import annotations

from hrd_desktop.domain.errors.base import SheafError, UsageError


class ContactFieldError(UsageError):
    """A field of a contact, a person in a case or a consent is not acceptable.

    ``field`` is the name of the field (``channel-value`` for the value of a channel);
    ``index`` is the position in a list, from 0, where the field is one of several.
    """

    code = "contact-field"

    def __init__(self, field: str, *, index: int | None = None, limit: int | None = None) -> None:
        fields: dict[str, str | int | None] = {"field": field}
        if index is not None:
            fields["index"] = index
        if limit is not None:
            fields["limit"] = limit
        super().__init__(**fields)


class ContactFieldMissing(ContactFieldError):
    """A field that must be filled in is empty or only spaces."""

    code = "contact-field-missing"


class ContactFieldTooLong(ContactFieldError):
    """A text has more than ``limit`` characters."""

    code = "contact-field-too-long"


class ContactFieldTooMany(ContactFieldError):
    """A list has more than ``limit`` entries."""

    code = "contact-field-too-many"


class ContactFieldCharacters(ContactFieldError):
    """A text holds a control character, a lone surrogate, or a line break where none is allowed."""

    code = "contact-field-characters"


class ContactFieldMalformed(ContactFieldError):
    """A value does not have the shape of its field: a language tag, a number, a time with zone."""

    code = "contact-field-malformed"


class ContactFieldsDisagree(ContactFieldError):
    """Two fields contradict each other; ``field`` is the one to correct."""

    code = "contact-fields-disagree"


class ContactSecretKey(ContactFieldError):
    """The field for a public key holds a secret key, which belongs nowhere but with its owner."""

    code = "contact-secret-key"


class ContactsFileError(SheafError):
    """A file of contacts cannot be read as a whole."""

    code = "contacts-file"


class ContactsFileTooLarge(ContactsFileError):
    """The file is larger than ``limit_bytes``."""

    code = "contacts-file-too-large"


class ContactsFileTooMany(ContactsFileError):
    """The file has more than ``limit`` of ``kind`` (``lines``, ``cards``, ``rows`` or ``columns``)."""

    code = "contacts-file-too-many"


class ContactsFileUnknown(ContactsFileError):
    """The file holds no card, or no heading that names a column of contacts."""

    code = "contacts-file-unknown"


class ContactsFileEncoding(ContactsFileError):
    """The bytes are not text in any of the encodings that are read."""

    code = "contacts-file-encoding"
