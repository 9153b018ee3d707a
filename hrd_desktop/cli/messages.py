"""What each failure means to a person: what happened, whether the data is safe, what to do now."""

from __future__ import annotations

from hrd_desktop.cli.custody_messages import CUSTODY_MESSAGES
from hrd_desktop.cli.fault_words import FAULT_WORDS
from hrd_desktop.cli.message import Message
from hrd_desktop.cli.reserve_messages import RESERVE_MESSAGES
from hrd_desktop.domain.errors.base import (
    Cancelled,
    IntegrityError,
    NotOpenedError,
    SheafError,
    UsageError,
)
from hrd_desktop.domain.errors.vault import AfterworkFailedError, VaultInUseError

EXIT_DONE = 0
EXIT_FAILED = 1
EXIT_USAGE = 2
EXIT_NOT_OPENED = 3
EXIT_INTEGRITY = 4
EXIT_IN_USE = 5
EXIT_PARTLY = 6
EXIT_INTERRUPTED = 130


def exit_code_of(error: SheafError) -> int:
    """The promised exit code of a failure."""
    if isinstance(error, Cancelled):
        return EXIT_INTERRUPTED
    if isinstance(error, AfterworkFailedError):
        return EXIT_PARTLY
    if isinstance(error, VaultInUseError):
        return EXIT_IN_USE
    if isinstance(error, NotOpenedError):
        return EXIT_NOT_OPENED
    if isinstance(error, IntegrityError):
        return EXIT_INTEGRITY
    if isinstance(error, UsageError):
        return EXIT_USAGE
    return EXIT_FAILED


_UNTOUCHED = "Nothing was changed."
_VAULT_SAFE = "What was in the vault before is untouched."

_MESSAGES: dict[str, Message] = {
    **{code: Message(*words) for code, words in RESERVE_MESSAGES.items()},
    "not-a-vault": Message(
        "There is no vault at this place.",
        _UNTOUCHED,
        "Check the path; a vault is a folder with keyslots.a in it.",
    ),
    "key-slots-damaged": Message(
        "Both key slot files are missing or damaged, so no passphrase can be tried.",
        "The encrypted files are still there and nothing was deleted.",
        "Make a copy of the whole folder, then restore a backup of it.",
    ),
    "key-slots-mixed": Message(
        "The two key slot files belong to different vaults.",
        _UNTOUCHED,
        "Put back the file that belongs here; the vault opens with one good copy of its own. Otherwise run "
        "rescue.",
    ),
    "newer-format": Message(
        "This vault was made or changed by a newer version of the program.",
        _UNTOUCHED,
        "Use a version at least as new as the one that made it.",
    ),
    "kdf-parameters": Message(
        "The key slot files ask for a key derivation outside the allowed bounds.",
        _UNTOUCHED,
        "The files are damaged or were altered: restore a backup.",
    ),
    "wrong-passphrase": Message(
        "Wrong passphrase, recovery code, key file or shares.", _UNTOUCHED, "Try again."
    ),
    "share-word": Message(
        "A share has a word that is not in the list; the number of the word stands below.",
        _UNTOUCHED,
        "Look at that word again. The first four letters of each word are enough.",
    ),
    "share-length": Message(
        "A share has 33 words, and this one has another number of them.",
        _UNTOUCHED,
        "Put each share on one line of its own, whole.",
    ),
    "share-checksum": Message(
        "The words of a share do not fit together: one of them is another word, or the order is wrong.",
        _UNTOUCHED,
        "Compare it with what was written down, word by word.",
    ),
    "share-foreign": Message("This share was made by another program, for something else.", _UNTOUCHED),
    "shares-mixed": Message(
        "These shares are of more than one set.", _UNTOUCHED, "Use shares of one set only."
    ),
    "shares-missing": Message(
        "More shares are needed; how many stands below.", _UNTOUCHED, "Add shares of the same set."
    ),
    "shares-unfit": Message(
        "These shares do not fit together, although they seem to be of one set.",
        _UNTOUCHED,
        "One of them is of another set, or was altered. Try with other shares of the set.",
    ),
    "share-count": Message(
        "A set has 2 to 16 shares, and at least 2 of them are needed to open the vault.", _UNTOUCHED
    ),
    "two-credentials": Message(
        "Shares open the vault by themselves, without a passphrase or key file.",
        _UNTOUCHED,
        "Leave out --passphrase-file and --key-file, or --shares-file.",
    ),
    "slot-not-current": Message(
        "This passphrase was removed or changed, or older key slot files were put back.",
        _UNTOUCHED,
        "Use the present passphrase. If you put back an older copy, put back the whole vault of that date, "
        "or run rescue.",
    ),
    "wiped": Message("This vault was wiped. The wipe has been finished."),
    "unusable-passphrase": Message(
        "This text cannot be a passphrase: it is empty, too long, or has a character that not every keyboard "
        "and system writes the same way.",
        _UNTOUCHED,
        "Use letters, digits, spaces and punctuation.",
    ),
    "unusable-key-file": Message(
        "The key file is not there, cannot be read, is empty, or is larger than 16 MiB.",
        _UNTOUCHED,
        "Plug in the stick it lies on, and give the path where it lies now.",
    ),
    "not-enough-memory": Message(
        "There is not enough free memory to open this vault. The passphrase was not tried.",
        _UNTOUCHED,
        "Close other programs, or open it on a computer with more memory.",
    ),
    "kdf-failed": Message(
        "The process that derives the key ended without an answer.", _UNTOUCHED, "Try again."
    ),
    "in-use": Message(
        "Another window or command has this vault open.",
        _UNTOUCHED,
        "Lock or close it there, then try again.",
    ),
    "exists": Message(
        "Something is already at this place.", _UNTOUCHED, "Choose a new folder name, or an empty folder."
    ),
    "read-only": Message(
        "The vault takes no changes since a write to the disk failed.",
        "What was acknowledged before is in the vault.",
        "Check the disk, then run verify; it allows changes again when all is well.",
    ),
    "disk-full": Message(
        "The disk is full.",
        "What was in the vault before is untouched; a change of key slots that was begun is finished when "
        "the vault is next opened.",
        "Free some space and do it again for what is not in.",
    ),
    "disk-failed": Message(
        "The disk reported an error while reading or writing.",
        "What was acknowledged before is in the vault. This change is in it whole or not at all; one that "
        "was begun is finished when the vault is next opened.",
        "Check the disk and its cable, make a copy of the vault folder, then run verify.",
    ),
    "not-permitted": Message(
        "The system does not let the vault's files be read or changed.",
        "What was acknowledged before is in the vault. This change is in it whole or not at all; one that "
        "was begun is finished when the vault is next opened.",
        "Look whether the disk or stick is write-protected and whose the files are. Sign in as their owner, "
        "or copy the vault folder to a place of your own.",
    ),
    "afterwork": Message(
        "What was asked is done, but afterwards the disk failed or was full while the search index and the "
        "spare copy of the records were written.",
        "Everything is in the vault; the next opening makes up for the rest.",
        "Check the disk and the space on it, then run verify.",
    ),
    "slots-full": Message(
        "All four key slots are in use.", _UNTOUCHED, "Remove one that is no longer needed."
    ),
    "last-slot": Message(
        "This is the only key slot; without it nothing would open the vault.",
        _UNTOUCHED,
        "Add another one first.",
    ),
    "records-damaged": Message(
        "The vault's records do not authenticate: the file was damaged or altered, or is of another time "
        "than the key slots.",
        "The encrypted files are still there and nothing was changed.",
        "Restore a backup, or run rescue, which makes a new vault of all that is there and leaves this one "
        "as it is.",
    ),
    "records-older": Message(
        "The vault's records are older than the rest of it: an older copy of a records file was put back.",
        "Nothing was opened, finished or deleted, because older records could delete newer items.",
        "Put the newer records file back, or the whole vault from one backup; or run rescue, which makes a "
        "new vault of all that is there and leaves this one as it is.",
    ),
    "derived-damaged": Message(
        "The search index and previews are damaged.",
        "They hold nothing that is not elsewhere in the vault; your files and records are not affected.",
        "Run verify, which makes them again.",
    ),
    "path-too-long": Message(
        "The path of the vault is too long: about 480 characters with all folders are possible.",
        _UNTOUCHED,
        "Choose a place with a shorter path, or move the vault's folder to one.",
    ),
    "database-unsafe": Message(
        "The database library does not work as this program requires, so the vault was not opened with it.",
        _UNTOUCHED,
        "Install the program again with its own libraries.",
    ),
    "damaged": Message(
        "An item's encrypted file is damaged.",
        "No wrong bytes were given out; other items are not affected.",
        "Run verify to see which items are affected, and restore them from a backup.",
    ),
    "misplaced": Message(
        "An item's file is in another one's place.",
        "No wrong bytes were given out.",
        "Run verify, and restore what it names from a backup.",
    ),
    "not-ours": Message(
        "An item's file belongs to another vault, or its header was destroyed.",
        "No wrong bytes were given out.",
        "Run verify, and restore what it names from a backup.",
    ),
    "missing": Message(
        "An item's encrypted file is not there.",
        "Its record and custody log are kept.",
        "Restore the file from a backup.",
    ),
    "custody": Message(
        "A custody log does not check: an event was altered, removed or reordered.",
        "The items themselves are checked separately.",
        "Compare with a backup.",
    ),
    "destination-in-vault": Message("This place is inside the vault.", _UNTOUCHED, "Choose one outside it."),
    "not-found": Message(
        "There is no such item, case, contact or slot in this vault.", _UNTOUCHED, "List them first."
    ),
    "ambiguous": Message("More than one record answers to this name.", _UNTOUCHED, "Use the UUID."),
    "field-value": Message("A value does not fit its field.", _UNTOUCHED),
    "record-exists": Message(
        "A record with this reference is there already.", _UNTOUCHED, "Choose another one."
    ),
    "item-state": Message(
        "An item cannot be taken as it is now (in the bin, or being destroyed).", _UNTOUCHED
    ),
    "held-back": Message(
        "Nothing would be left to export: every item is privileged, sealed, or shows somebody without "
        "consent.",
        _UNTOUCHED,
        "See --include-held-back.",
    ),
    "cancelled": Message("Interrupted.", "Nothing is half done."),
    "recipient-invalid": Message("This is not a public key that a bundle can be encrypted to.", _UNTOUCHED),
    "recipient-is-secret": Message(
        "This is a secret key. It must never be given to anybody.",
        _UNTOUCHED,
        "Ask for the public key: it begins age1 or ssh-.",
    ),
    "recipient-unsupported": Message("This kind of key cannot be used for a bundle.", _UNTOUCHED),
    "recipients-mixed": Message(
        "Post-quantum keys cannot be mixed with other keys in one bundle.",
        _UNTOUCHED,
        "Make one bundle for the post-quantum keys and another for the rest.",
    ),
    "recipient-weak": Message("This key is too weak to protect a bundle.", _UNTOUCHED),
    "identity-invalid": Message("The identity file holds no key that can be used.", _UNTOUCHED),
    "identity-locked": Message(
        "The identity file is itself protected by a passphrase.", _UNTOUCHED, "Use an unprotected copy of it."
    ),
    "bundle-needs-passphrase": Message(
        "This bundle opens with a passphrase.", "", "Give it with --bundle-passphrase-file."
    ),
    "bundle-needs-identity": Message(
        "This bundle opens with a key.", "", "Give your identity file with --identity."
    ),
    "bundle-wrong-passphrase": Message("Wrong passphrase for this bundle."),
    "bundle-wrong-identity": Message("None of these keys opens this bundle."),
    "bundle-unreadable": Message("The bundle cannot be read."),
    "bundle-fault": Message("The bundle does not check."),
    "bundle-item-mismatch": Message(
        "An item's bytes are not those recorded when it was imported, so no bundle was made of it.",
        "Nothing was left at the destination.",
        "Run verify.",
    ),
    "bundle-destination-exists": Message(
        "Something is already at the destination.", _UNTOUCHED, "Choose another name."
    ),
    "bundle-destination-full": Message(
        "The destination is full.", "Nothing was left there; the vault is untouched."
    ),
    "bundle-destination-failed": Message(
        "The destination cannot be written.", "Nothing was left there; the vault is untouched."
    ),
    "bundle-read-back": Message(
        "What was written at the destination does not read back as it was written.",
        "It was removed; the vault is untouched.",
        "Use another medium.",
    ),
    "not-a-backup": Message(
        "There is no backup at this place.",
        _UNTOUCHED,
        "Check the path; a backup is a folder with the folders keys and objects in it.",
    ),
    "backup-damaged": Message(
        "A part of the backup is damaged or missing.",
        "Nothing was changed in the backup, and the vault is untouched.",
        "If a program carries this folder, wait until all of it is here. Otherwise use another backup, or "
        "make a new one in a new folder.",
    ),
    "backup-foreign": Message(
        "This folder holds the backup of another vault.",
        _UNTOUCHED,
        "Choose another folder: each vault needs a backup folder of its own.",
    ),
    "backup-place": Message(
        "Nothing can be backed up to this place.",
        _UNTOUCHED,
        "Choose a new or empty folder, outside the vault and the backup, on a medium that is there.",
    ),
    "backup-opens-otherwise": Message(
        "This backup opens with the vault's passphrase; a passphrase of its own cannot be added to it.",
        _UNTOUCHED,
        "Begin a new backup in another folder.",
    ),
    "backup-credential": Message(
        "The vault's key was renewed, and this backup opens with a passphrase of its own.",
        _UNTOUCHED,
        "Give the backup's passphrase once with --own-passphrase-file.",
    ),
    "backup-compartment": Message(
        "A backup is made from the vault's main passphrase.", _UNTOUCHED, "Open the vault with it."
    ),
    "vault-older-than-backup": Message(
        "The backup knows a later state of this vault: an older copy of the vault was put back.",
        "Nothing was written into the backup, and the vault is untouched.",
        "Restore the backup, or begin a new backup of this older vault in another folder.",
    ),
    "backup-disk-full": Message(
        "The medium of the backup is full.",
        "Earlier snapshots are whole, and the vault is untouched.",
        "Free some space there, keep fewer snapshots, or use a larger medium; what was copied already is not"
        " copied again.",
    ),
    "backup-disk-failed": Message(
        "The medium of the backup failed or is gone.",
        "Earlier snapshots are whole if the medium is, and the vault is untouched.",
        "Put the medium back in and do it again. If it fails again, use another one.",
    ),
    "backup-file-too-large": Message(
        "The medium of the backup takes no file this large.",
        "Earlier snapshots are whole, and the vault is untouched.",
        "Use a medium with exFAT, NTFS or ext4: FAT32 ends at 4 GiB for a file.",
    ),
    "keep-rule": Message(
        "A rule for keeping snapshots is a number, all, or thinned.", _UNTOUCHED, "For example --keep 10."
    ),
    "rehearsal": Message(
        "The rehearsal did not get as far as a result: a throw-away vault could not be made or wiped there.",
        "Your own vaults have no part in it.",
        "Choose another folder with --in.",
    ),
    "contacts-file": Message("The file of contacts cannot be read.", _UNTOUCHED),
}


def message_of(error: SheafError) -> Message:
    """The message for ``error``; a plain one for a code without words of its own."""
    kind = error.fields.get("kind", error.fields.get("part"))
    if error.code == "bundle-fault" and kind in FAULT_WORDS:
        return Message(FAULT_WORDS[str(kind)], "Nothing was taken in.", "Ask the sender for it again.")
    known = CUSTODY_MESSAGES.get(f"{error.code}:{kind}") or CUSTODY_MESSAGES.get(error.code)
    known = known or _MESSAGES.get(error.code)
    if known is not None:
        return known
    if isinstance(error, UsageError):
        return Message("A value is not acceptable.", _UNTOUCHED)
    if isinstance(error, IntegrityError):
        return Message("Something does not match what was recorded.", _UNTOUCHED)
    return Message("It could not be done.", _VAULT_SAFE)


def render(error: SheafError) -> str:
    """The message as lines for a terminal, with the code to quote and its fields (numbers and codes only)."""
    message = message_of(error)
    lines = [message.happened]
    if message.safe:
        lines.append(message.safe)
    if message.do:
        lines.append(message.do)
    lines.append(f"[{error}]")
    return "\n".join(lines)
