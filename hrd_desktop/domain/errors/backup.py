"""Failures of backups: opening one, writing one, putting things back from one."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import IntegrityError, NotOpenedError, SheafError, UsageError


class NotABackupError(NotOpenedError):
    """There is no backup at this place: no key file, or no such folder."""

    code = "not-a-backup"


class BackupDamagedError(IntegrityError):
    """A part of a backup is cut, changed or missing. Field: ``part`` (key-file, list, snapshot)."""

    code = "backup-damaged"


class BackupForeignError(UsageError):
    """The folder holds the backup of another vault, or one that this vault does not know any more."""

    code = "backup-foreign"


class BackupPlaceError(UsageError):
    """Nothing can be backed up there. Field: ``reason`` (in-vault, not-empty, not-a-folder, missing)."""

    code = "backup-place"


class BackupOpensOtherwiseError(UsageError):
    """This backup opens with the vault's passphrase, and one of its own was asked for."""

    code = "backup-opens-otherwise"


class BackupCredentialNeeded(UsageError):
    """The vault's key was renewed: a backup with a passphrase of its own needs that passphrase once."""

    code = "backup-credential"


class BackupCompartmentError(UsageError):
    """A backup is made from the vault's first compartment."""

    code = "backup-compartment"


class VaultOlderThanBackup(IntegrityError):
    """The backup knows a later state of this vault. Fields: ``vault_epoch``, ``backup_epoch``."""

    code = "vault-older-than-backup"


class BackupDiskFull(SheafError):
    """No space is left where the backup lies. Earlier snapshots are whole."""

    code = "backup-disk-full"


class BackupDiskFailed(SheafError):
    """A read, write or sync failed where the backup lies. Fields: ``errno``, ``step``."""

    code = "backup-disk-failed"


class BackupFileTooLarge(SheafError):
    """The medium's file system takes no file this large (FAT: 4 GiB)."""

    code = "backup-file-too-large"
