"""Failures of records: an unknown reference, a value that does not fit."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import SheafError, UsageError


class NotFoundError(SheafError):
    """No such record. Field: ``kind`` (item, case, contact, slot, tag)."""

    code = "not-found"


class AmbiguousError(UsageError):
    """More than one record answers to this reference. Field: ``kind``."""

    code = "ambiguous"


class FieldValueError(UsageError):
    """A value does not fit its field. Fields: ``field``, ``reason``."""

    code = "field-value"


class ExistsError(UsageError):
    """A record with this reference exists already. Field: ``kind``."""

    code = "record-exists"


class ItemInUseError(SheafError):
    """The item cannot be taken now. Field: ``reason`` (binned, destroying)."""

    code = "item-state"


class HeldBackError(SheafError):
    """Nothing is left to export: every item is held back. Field: ``count``."""

    code = "held-back"
