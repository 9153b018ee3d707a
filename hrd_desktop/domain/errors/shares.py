"""Failures of a share of words, and of shares together. No field holds a word."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import NotOpenedError, UsageError


class ShareError(NotOpenedError):
    """A share cannot be used."""

    code = "share"


class ShareWordError(ShareError):
    """A word that is not in the list. Field: ``position`` of the word, from 1."""

    code = "share-word"


class ShareLengthError(ShareError):
    """A share has 33 words. Field: ``found``."""

    code = "share-length"


class ShareChecksumError(ShareError):
    """The words are in the list and the checksum is wrong: one of them is another, or their order is."""

    code = "share-checksum"


class ShareForeignError(ShareError):
    """A sound share that another program made, for another use."""

    code = "share-foreign"


class SharesMixedError(ShareError):
    """The shares are of more than one set."""

    code = "shares-mixed"


class SharesMissingError(ShareError):
    """There are fewer shares than are needed. Fields: ``missing``, ``needed``."""

    code = "shares-missing"


class SharesUnfitError(ShareError):
    """The shares look like one set and do not fit together."""

    code = "shares-unfit"


class ShareCountError(UsageError):
    """A set has 2 to 16 shares, of which at least 2 are needed. Fields: ``needed``, ``count``."""

    code = "share-count"


class TwoCredentialsError(UsageError):
    """A passphrase and shares were given at once."""

    code = "two-credentials"
