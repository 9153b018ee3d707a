"""Failures of a vault: opening it, reading it, writing it."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import IntegrityError, NotOpenedError, SheafError, UsageError

# -- not opened (exit code 3) ---------------------------------------------------------------


class NotAVaultError(NotOpenedError):
    """There is no vault here: no key slot file with the magic, or no such folder."""

    code = "not-a-vault"


class KeySlotsDamagedError(NotOpenedError):
    """Both key slot files are damaged, missing or short. Fields: ``copy_a``, ``copy_b`` (a reason each)."""

    code = "key-slots-damaged"


class KeySlotsMixedError(NotOpenedError):
    """The two key slot files belong to different vaults."""

    code = "key-slots-mixed"


class NewerFormatError(NotOpenedError):
    """A newer program made this. Fields: ``part``, ``found``, ``known`` (format or schema numbers)."""

    code = "newer-format"


class KdfParametersError(NotOpenedError):
    """The key derivation's parameters are out of bounds; no memory was set aside. Field: ``parameter``."""

    code = "kdf-parameters"


class WrongCredentialError(NotOpenedError):
    """No slot opens with this passphrase, recovery code or key file."""

    code = "wrong-passphrase"


class SlotNotCurrentError(NotOpenedError):
    """The slot that opens is not one the vault knows now: removed, or an older key slot file put back."""

    code = "slot-not-current"


class WipedError(NotOpenedError):
    """The vault was wiped; the wipe has been finished."""

    code = "wiped"


class UnusablePassphraseError(NotOpenedError):
    """The text cannot be a passphrase. Field: ``position`` (0-based, or None when empty or too long)."""

    code = "unusable-passphrase"


class UnusableKeyFileError(NotOpenedError):
    """The key file is empty, larger than 16 MiB, or cannot be read."""

    code = "unusable-key-file"


class NotEnoughMemoryError(SheafError):
    """Not enough memory to open this vault: not the same as a wrong passphrase. Field: ``needed_kib``."""

    code = "not-enough-memory"


class KdfFailedError(SheafError):
    """The key derivation's process ended without an answer. Field: ``status``."""

    code = "kdf-failed"


# -- in the environment (exit code 1, in use 5) ---------------------------------------------


class VaultInUseError(SheafError):
    """Another process has this vault open (exit code 5)."""

    code = "in-use"


class VaultExistsError(SheafError):
    """Something is already at the place where a vault was to be made."""

    code = "exists"


class VaultReadOnlyError(SheafError):
    """The vault takes no changes until it has been verified: a sync or a write failed before."""

    code = "read-only"


class DiskFullError(SheafError):
    """No space is left. Field: ``needed_bytes`` where known."""

    code = "disk-full"


class NoRoomError(DiskFullError):
    """What a compartment inside the reserve was given does not fit there, and it never grows.

    Fields: ``part`` (``objects``, ``records`` or ``derived``); for objects ``left_bytes`` in all and
    ``largest_bytes``, about the largest content that still fits.
    """

    code = "no-room"


class DiskFailedError(SheafError):
    """A read, write or sync failed. Fields: ``errno``, ``step``."""

    code = "disk-failed"


class NotPermittedError(DiskFailedError):
    """The system does not let the vault be read or changed: rights, or a write-protected disk.

    Fields: ``errno``, ``step``.
    """

    code = "not-permitted"


class AfterworkFailedError(SheafError):
    """What was asked is done, but the search index or the snapshot could not be written afterwards.

    Field: ``cause``, the code of that failure. The next opening makes up for it.
    """

    code = "afterwork"


class SlotsFullError(SheafError):
    """All four slots of the compartment are in use."""

    code = "slots-full"


class LastSlotError(UsageError):
    """Removing this slot would leave none."""

    code = "last-slot"


class ReserveSizeError(UsageError):
    """A reserve has at least 16 MiB and a multiple of 4,096 bytes."""

    code = "reserve-size"


class RecoveryNotProvedError(UsageError):
    """What was typed is not a recovery code that opens this vault by itself."""

    code = "recovery-not-proved"


class KeyFileInUseError(UsageError):
    """The vault was not opened with a passphrase alone, so no key file can be made for it."""

    code = "key-file-in-use"


class ShareNotHereError(UsageError):
    """The vault was not opened with a key file that the program made and that lies where it was made."""

    code = "share-not-here"


class ShareNotWrittenError(SheafError):
    """The key file cannot be made, or not be deleted, at its place. Field: ``errno``."""

    code = "share-not-written"


class NoReserveError(UsageError):
    """The open compartment has no reserve: none was set aside when the vault was made."""

    code = "no-reserve"


class CredentialInUseError(UsageError):
    """This passphrase or recovery code opens the vault already; what it was to open could not be reached."""

    code = "credential-in-use"


# -- integrity (exit code 4) ------------------------------------------------------------------


class RecordsDamagedError(IntegrityError):
    """The records database does not authenticate or is not what it says it is."""

    code = "records-damaged"


class RecordsOlderError(IntegrityError):
    """The records are older than the rest of the vault. Field: ``evidence`` (``slot`` or ``snapshot``)."""

    code = "records-older"


class DerivedDamagedError(IntegrityError):
    """The derived database does not authenticate; it is rebuilt."""

    code = "derived-damaged"


class DatabaseUnsafeError(SheafError):
    """The database library did not accept a pinned setting. Field: ``setting``."""

    code = "database-unsafe"


class PathTooLongError(SheafError):
    """The vault's path is too long for the database library. Field: ``longest`` (bytes of a file's path)."""

    code = "path-too-long"


class ObjectDamagedError(IntegrityError):
    """An object is cut, extended or changed. Fields: ``part`` (header, length, body, digest), ``chunk``."""

    code = "damaged"


class ObjectMisplacedError(IntegrityError):
    """The object in this file is another one, moved here."""

    code = "misplaced"


class ObjectNotOursError(IntegrityError):
    """No copy of the header opens: another vault's object, or both copies are destroyed."""

    code = "not-ours"


class ObjectMissingError(IntegrityError):
    """The records name an object that is not there."""

    code = "missing"


class CustodyError(IntegrityError):
    """A custody event does not check.

    Fields: ``kind`` (event-leaf, event-digest, event-order), and ``sequence`` or ``line`` where known.
    """

    code = "custody"
