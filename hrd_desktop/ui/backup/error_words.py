"""What the failures of a backup mean, by their codes; found by ``message_words``."""

from __future__ import annotations

from hrd_desktop.ui.said import said

_UNTOUCHED = said("Nothing was changed.")
_EARLIER = said("Earlier snapshots are whole, and the vault is untouched.")

BACKUP_MESSAGES: dict[str, tuple[str, str, str]] = {
    "not-a-backup": (
        said("There is no backup in this folder."),
        _UNTOUCHED,
        said("Choose the folder that has the folders keys and objects in it."),
    ),
    "backup-damaged": (
        said("A part of the backup is damaged or missing."),
        _UNTOUCHED,
        said(
            "If a program carries this folder, wait until all of it is here. Otherwise use another backup, "
            "or begin a new one in another folder."
        ),
    ),
    "backup-foreign": (
        said("This folder holds the backup of another vault."),
        _UNTOUCHED,
        said("Choose another folder: each vault needs one of its own."),
    ),
    "backup-place": (
        said("Nothing can be backed up to this place."),
        _UNTOUCHED,
        said("Choose a new or empty folder, outside the vault, on a medium that is there."),
    ),
    "backup-opens-otherwise": (
        said("This backup opens with the vault's passphrase; one of its own cannot be added to it."),
        _UNTOUCHED,
        said("Begin a new backup in another folder."),
    ),
    "backup-credential": (
        said("The vault's key was renewed, and this backup opens with a passphrase of its own."),
        _UNTOUCHED,
        said("Choose the same folder again and type the backup's passphrase once."),
    ),
    "backup-compartment": (
        said("A backup is made when the vault was opened with its main passphrase."),
        _UNTOUCHED,
        said("Lock, and open the vault with it."),
    ),
    "vault-older-than-backup": (
        said("The backup knows a later state of this vault: an older copy of the vault was put back."),
        _UNTOUCHED,
        said("Restore the backup, or begin a new backup of this older vault in another folder."),
    ),
    "backup-disk-full": (
        said("The medium of the backup is full."),
        _EARLIER,
        said("Free some space there, keep fewer snapshots, or use a larger medium."),
    ),
    "backup-disk-failed": (
        said("The medium of the backup failed or is gone."),
        _EARLIER,
        said("Put it back in and do it again. If it fails again, use another one."),
    ),
    "backup-file-too-large": (
        said("The medium of the backup takes no file this large."),
        _EARLIER,
        said("Use a medium with exFAT, NTFS or ext4: FAT32 ends at 4 GiB for a file."),
    ),
}
