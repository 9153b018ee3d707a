"""What is said when the disk of the vault refuses something: what happened, what of the data, what to do."""

from __future__ import annotations

from hrd_desktop.ui.said import said

DISK_MESSAGES: dict[str, tuple[str, str, str]] = {
    "read-only": (
        said("The vault takes no changes since a write to the disk failed."),
        said("What was saved before is in the vault."),
        said("Check the disk, then the whole vault in Security; when all is well it takes changes again."),
    ),
    "disk-full": (
        said("The disk is full."),
        said("What was in the vault before is untouched."),
        said("Free some space and try again."),
    ),
    "disk-failed": (
        said("The disk reported an error."),
        said(
            "What was saved before is in the vault. This change is in it whole or not at all; one that was "
            "begun is finished when the vault is next opened."
        ),
        said("Check the disk and its cable, copy the vault folder, then check the vault in Security."),
    ),
    "not-permitted": (
        said("The system does not let the vault's files be read or changed."),
        said(
            "What was saved before is in the vault. This change is in it whole or not at all; one that was "
            "begun is finished when the vault is next opened."
        ),
        said(
            "Look whether the disk or stick is write-protected and whose the files are. Sign in as their "
            "owner, or copy the vault folder to a place of your own."
        ),
    ),
    "afterwork": (
        said("All is done, but the search index and the spare copy of the records could not be written."),
        said("Everything is in the vault. The next opening makes up for the rest."),
        said("Check the disk and the space on it, then check the vault in Security."),
    ),
}
