"""Failures of making, opening and checking bundles and of the age layer."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import IntegrityError, NotOpenedError, SheafError, UsageError


class RecipientInvalid(UsageError):
    """The text is not a public key, or is damaged."""

    code = "recipient-invalid"


class RecipientIsSecret(UsageError):
    """The text is a private key. It must not be used as a recipient, and should be replaced."""

    code = "recipient-is-secret"


class RecipientUnsupported(UsageError):
    """A public key of a sort that cannot be encrypted to."""

    code = "recipient-unsupported"


class RecipientsMixed(UsageError):
    """Post-quantum and other keys for one file: it would only be as strong as the weaker ones."""

    code = "recipients-mixed"


class RecipientWeak(UsageError):
    """A public key too short to protect anything; field ``bits``."""

    code = "recipient-weak"


class IdentityInvalid(UsageError):
    """The file holds no private key that can be used; field ``line`` when one line is at fault."""

    code = "identity-invalid"


class IdentityLocked(UsageError):
    """The private key is itself protected by a passphrase."""

    code = "identity-locked"


class PassphraseRefused(UsageError):
    """A bundle cannot be protected by this passphrase (empty)."""

    code = "bundle-passphrase-refused"


class WordListInvalid(SheafError):
    """The word list is not the one that was shipped; field ``words``."""

    code = "word-list-invalid"


class AgeHeaderInvalid(IntegrityError):
    """The header of an age file breaks the format or its authentication; field ``detail``."""

    code = "age-header"


class AgePayloadInvalid(IntegrityError):
    """The body of an age file was cut, extended or altered; field ``detail``."""

    code = "age-payload"


class OpeningPageInvalid(IntegrityError):
    """A self-opening page or the file beside it breaks the format or was altered; field ``detail``."""

    code = "opening-page"


class AgeWorkFactorRefused(NotOpenedError):
    """The file asks for more work per passphrase than is safe to spend; fields ``log_n``, ``limit``."""

    code = "age-work-factor"


class BundleNeedsPassphrase(NotOpenedError):
    """The bundle opens with a passphrase and none was given."""

    code = "bundle-needs-passphrase"


class BundleNeedsIdentity(NotOpenedError):
    """The bundle opens with a private key and none was given."""

    code = "bundle-needs-identity"


class BundleWrongPassphrase(NotOpenedError):
    """The passphrase does not open the bundle (or its header was altered)."""

    code = "bundle-wrong-passphrase"


class BundleWrongIdentity(NotOpenedError):
    """None of the private keys opens the bundle."""

    code = "bundle-wrong-identity"


class BundleUnreadable(SheafError):
    """The file or folder to check cannot be read; field ``errno``."""

    code = "bundle-unreadable"


class BundleFaultFound(IntegrityError):
    """Checking found at least one fault; fields ``kind``, ``detail`` and ``faults``, their number."""

    code = "bundle-fault"


class BundlePlanInvalid(UsageError):
    """A plan that cannot be written; field ``field`` names the value, ``item`` its item."""

    code = "bundle-plan-invalid"


class BundleLanguageUnknown(UsageError):
    """There are no bundle texts in this language."""

    code = "bundle-language-unknown"


class BundleItemMismatch(IntegrityError):
    """An item's bytes are not those recorded; fields ``item`` and ``detail`` (``size`` or ``sha256``)."""

    code = "bundle-item-mismatch"


class BundleSourceFailed(SheafError):
    """Reading what goes into the bundle failed; fields ``item`` (None: a generated file), ``errno``."""

    code = "bundle-source-failed"


class BundleTextChanged(SheafError):
    """A generated file came out differently the second time: a defect of the program."""

    code = "bundle-text-changed"


class BundleDestinationExists(SheafError):
    """Something of that name is already there. Nothing is ever overwritten."""

    code = "bundle-destination-exists"


class BundleDestinationFull(SheafError):
    """The destination has no room; field ``needed_bytes``. Nothing was left behind."""

    code = "bundle-destination-full"


class BundleDestinationFailed(SheafError):
    """The destination cannot be written or read; field ``errno``. Nothing was left behind."""

    code = "bundle-destination-failed"


class BundleReadBackFailed(IntegrityError):
    """What the destination gives back is not what was written; field ``detail``. It was removed."""

    code = "bundle-read-back"
