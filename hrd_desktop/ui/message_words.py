"""The sentences of ``messages``, by the stable codes of the errors."""

from __future__ import annotations

from hrd_desktop.domain.errors.base import IntegrityError, SheafError, UsageError
from hrd_desktop.ui.backup.error_words import BACKUP_MESSAGES
from hrd_desktop.ui.custody_message_words import CUSTODY_WORDS
from hrd_desktop.ui.disk_message_words import DISK_MESSAGES
from hrd_desktop.ui.reserve_message_words import RESERVE_MESSAGES
from hrd_desktop.ui.said import said
from hrd_desktop.ui.share_message_words import SHARE_MESSAGES

CONTEXT = "messages"

_UNTOUCHED = said("Nothing was changed.")
_VAULT_SAFE = said("What was in the vault before is untouched.")
_STILL_THERE = said("The encrypted files are still there and nothing was deleted.")
_NO_WRONG_BYTES = said("No wrong content was shown or given out; other items are not affected.")
_RUN_CHECK = said(
    "Check the whole vault in Security to see what is affected, and restore that from a backup."
)
_NOTHING_LEFT = said("Nothing was left at the destination, and the vault is untouched.")
_BYTES_SAFE = said("The file itself is in the vault, whole and unchanged.")
_COPY_FIRST = said("Make a copy of the whole vault folder, then restore a backup of it.")
_CORRECT_IT = said("Correct the value and save again.")
_EXPORT_WITHOUT = said("You can still export it and look at it on another computer.")
_REINSTALL = said("Install the program again, whole.")

_MESSAGES: dict[str, tuple[str, str, str]] = {
    **RESERVE_MESSAGES,
    **SHARE_MESSAGES,
    **BACKUP_MESSAGES,
    # -- opening a vault
    "not-a-vault": (
        said("There is no vault in this folder."),
        _UNTOUCHED,
        said("Choose the folder that has the file keyslots.a in it."),
    ),
    "key-slots-damaged": (
        said("Both key files of the vault are missing or damaged, so no passphrase can be tried."),
        _STILL_THERE,
        _COPY_FIRST,
    ),
    "key-slots-mixed": (
        said("The two key files in this folder belong to different vaults."),
        _UNTOUCHED,
        said("Put back the one that belongs here; one good copy is enough to open the vault."),
    ),
    "newer-format": (
        said("This was made by a newer version of the program."),
        _UNTOUCHED,
        said("Use a version at least as new as the one that made it."),
    ),
    "kdf-parameters": (
        said("The key files ask for something that no version of this program would ask for."),
        _UNTOUCHED,
        said("They are damaged or were altered. Restore a backup."),
    ),
    "wrong-passphrase": (said("Wrong passphrase."), "", ""),
    "slot-not-current": (
        said("This passphrase was changed or removed, or older key files were put back."),
        _UNTOUCHED,
        said("Use the present passphrase, or put back the whole vault of that day."),
    ),
    "wiped": (said("There is no vault here."), "", ""),
    "unusable-passphrase": (
        said("This text cannot be a passphrase."),
        _UNTOUCHED,
        said(
            "Use letters, digits, spaces and punctuation; other signs differ between keyboards and systems."
        ),
    ),
    "unusable-key-file": (
        said("The key file is not there, cannot be read, is empty, or is larger than 16 MiB."),
        _UNTOUCHED,
        said("Plug in the stick it lies on, and choose it where it lies now."),
    ),
    "not-enough-memory": (
        said("There is not enough free memory to open this vault. The passphrase was not tried."),
        _UNTOUCHED,
        said("Close other programs, or open it on a computer with more memory."),
    ),
    "kdf-failed": (
        said("The step that makes the key from the passphrase ended without an answer."),
        _UNTOUCHED,
        said("Try again."),
    ),
    "in-use": (
        said("Another window or command has this vault open."),
        _UNTOUCHED,
        said("Lock or close it there, then try again."),
    ),
    "exists": (
        said("Something is already at this place."),
        _UNTOUCHED,
        said("Choose a new name, or an empty folder."),
    ),
    "records-damaged": (
        said("The records of the vault are damaged, were altered, or are of another day than its keys."),
        _STILL_THERE,
        _COPY_FIRST,
    ),
    "path-too-long": (
        said("The path of the vault is too long: about 480 characters with all folders are possible."),
        _UNTOUCHED,
        said("Choose a place with a shorter path, or move the vault's folder to one."),
    ),
    "database-unsafe": (
        said("The program's database library does not work as it must, so the vault was not opened with it."),
        _UNTOUCHED,
        _REINSTALL,
    ),
    # -- working in it
    **DISK_MESSAGES,
    "slots-full": (
        said("All four ways to open this vault are in use."),
        _UNTOUCHED,
        said("Remove one that is no longer needed."),
    ),
    "last-slot": (
        said("This is the only way to open the vault."),
        _UNTOUCHED,
        said("Add another one first."),
    ),
    "damaged": (
        said("The encrypted file of an item is damaged."),
        _NO_WRONG_BYTES,
        _RUN_CHECK,
    ),
    "misplaced": (
        said("The file of an item is in another one's place."),
        _NO_WRONG_BYTES,
        _RUN_CHECK,
    ),
    "not-ours": (
        said("The file of an item belongs to another vault, or its key was destroyed."),
        _NO_WRONG_BYTES,
        _RUN_CHECK,
    ),
    "missing": (
        said("The encrypted file of an item is not there."),
        said("Its record and its custody log are kept."),
        said("Restore the file from a backup."),
    ),
    "custody": (
        said("A custody log does not check: an event was altered, removed or put elsewhere."),
        said("The items themselves are checked separately."),
        said("Compare with a backup."),
    ),
    "not-found": (
        said("This is no longer in the vault."),
        _UNTOUCHED,
        "",
    ),
    "ambiguous": (said("More than one record has this name."), _UNTOUCHED, ""),
    "field-value": (
        said("A value does not fit its field."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "record-exists": (
        said("There is already one with this reference."),
        _UNTOUCHED,
        said("Choose another one."),
    ),
    "item-state": (
        said("This item is in the bin or being destroyed."),
        _UNTOUCHED,
        said("Take it out of the bin first."),
    ),
    "cancelled": (
        said("Cancelled."),
        said("What was finished is kept, and nothing is half done."),
        "",
    ),
    # -- looking into files
    "decode-unsupported": (
        said("This kind of file cannot be shown here."),
        _BYTES_SAFE,
        _EXPORT_WITHOUT,
    ),
    "decode-damaged": (
        said("This file is damaged, or not what it claims to be."),
        _BYTES_SAFE,
        _EXPORT_WITHOUT,
    ),
    "decode-protected": (
        said("This file needs a password of its own."),
        _BYTES_SAFE,
        _EXPORT_WITHOUT,
    ),
    "decode-too-large": (
        said("Showing this file would take more memory than is allowed."),
        _BYTES_SAFE,
        _EXPORT_WITHOUT,
    ),
    "decode-no-page": (said("The document has no such page."), _BYTES_SAFE, ""),
    "decoder-timeout": (
        said("Looking into this file took too long and was stopped."),
        _BYTES_SAFE,
        _EXPORT_WITHOUT,
    ),
    "decoder-misbehaved": (
        said("This file tried to take over the separate process that looks into it. It was ended."),
        said("It could reach neither the vault nor the network. The file is in the vault, unchanged."),
        said("Treat this file as an attack. Do not open it on a computer that matters."),
    ),
    "decoder-not-isolated": (
        said("This system cannot shut off the process that looks into files, so no file was looked into."),
        _BYTES_SAFE,
        "",
    ),
    # -- bundles and recipients
    "held-back": (
        said("Nothing is left to export: all is privileged, sealed, or shows somebody without consent."),
        _UNTOUCHED,
        "",
    ),
    "recipient-invalid": (
        said("This is not a public key that a bundle can be encrypted to."),
        _UNTOUCHED,
        said("Ask for the public key: it begins with age1 or ssh-."),
    ),
    "recipient-is-secret": (
        said("This is a secret key. It must never be given to anybody."),
        said("It was not kept."),
        said("Its owner should make a new one. Ask for the public key: it begins with age1 or ssh-."),
    ),
    "recipient-unsupported": (
        said("This kind of key cannot be used for a bundle."),
        _UNTOUCHED,
        "",
    ),
    "recipients-mixed": (
        said("Post-quantum keys cannot be mixed with other keys in one bundle."),
        _UNTOUCHED,
        said("Make one bundle for the post-quantum keys and another for the rest."),
    ),
    "recipient-weak": (
        said("This key is too weak to protect a bundle."),
        _UNTOUCHED,
        "",
    ),
    "identity-invalid": (
        said("The file holds no key that can be used."),
        _UNTOUCHED,
        "",
    ),
    "identity-locked": (
        said("The key file is itself protected by a passphrase."),
        _UNTOUCHED,
        said("Use an unprotected copy of it."),
    ),
    "bundle-needs-passphrase": (
        said("This bundle opens with a passphrase."),
        "",
        "",
    ),
    "bundle-needs-identity": (said("This bundle opens with a key."), "", ""),
    "bundle-wrong-passphrase": (said("Wrong passphrase for this bundle."), "", ""),
    "bundle-wrong-identity": (said("This key does not open the bundle."), "", ""),
    "bundle-unreadable": (said("The bundle cannot be read."), "", ""),
    "bundle-fault": (
        said("The bundle does not check: something in it is not what its maker signed."),
        "",
        said("Do not rely on it. Ask for it again, over another way."),
    ),
    "bundle-item-mismatch": (
        said("The content of an item is not what was recorded at its import, so no bundle was made."),
        _NOTHING_LEFT,
        _RUN_CHECK,
    ),
    "bundle-destination-exists": (
        said("Something of this name is already at the destination."),
        _UNTOUCHED,
        said("Choose another name. Nothing is ever overwritten."),
    ),
    "bundle-destination-full": (
        said("The destination is full."),
        _NOTHING_LEFT,
        said("Free some space there, or choose another destination."),
    ),
    "bundle-destination-failed": (
        said("The destination cannot be written."),
        _NOTHING_LEFT,
        said("Choose another destination."),
    ),
    "bundle-read-back": (
        said("What the destination gives back is not what was written to it. It was removed there."),
        _VAULT_SAFE,
        said("Use another stick or disk; this one is failing."),
    ),
    # -- contacts
    "contact-field-missing": (
        said("A field that must be filled in is empty."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-field-too-long": (
        said("A text is too long for its field."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-field-too-many": (
        said("A list has too many entries."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-field-characters": (
        said("A text holds characters that cannot be seen, or a line break where none is allowed."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-field-malformed": (
        said("A value does not have the form its field asks for."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-fields-disagree": (
        said("Two fields contradict each other."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "contact-secret-key": (
        said("This is a secret key. It belongs nowhere but with its owner."),
        said("It was not kept."),
        said("Its owner should make a new one. Enter the public key here."),
    ),
    "contacts-file-too-large": (
        said("The file of contacts is too large."),
        _UNTOUCHED,
        "",
    ),
    "contacts-file-too-many": (
        said("The file holds more contacts than can be read at once."),
        _UNTOUCHED,
        "",
    ),
    "contacts-file-unknown": (
        said("No contacts were found in this file."),
        _UNTOUCHED,
        said("Choose a vCard file, or a CSV file with a row of headings."),
    ),
    "contacts-file-encoding": (
        said("The file is not text that can be read."),
        _UNTOUCHED,
        said("Save it as UTF-8 and try again."),
    ),
    "contacts-file": (said("The file of contacts cannot be read."), _UNTOUCHED, ""),
    # -- the program itself
    "child-not-started": (
        said("The program could not start a part of itself."),
        _VAULT_SAFE,
        said("Close other programs and try again."),
    ),
    "word-list-invalid": (
        said("The list of words for passphrases is missing or was altered."),
        _UNTOUCHED,
        _REINSTALL,
    ),
    "rehearsal": (
        said("The rehearsal did not get as far as a result."),
        _VAULT_SAFE,
        said("Check that the disk has room and try again."),
    ),
    "settings-failed": (
        said("The settings could not be saved."),
        _VAULT_SAFE,
        said("Check that your home folder can be written to."),
    ),
}

_UNKNOWN_DECODE = (
    said("The process that looks into files ended. The next file gets a new one."),
    _BYTES_SAFE,
    _EXPORT_WITHOUT,
)
_UNKNOWN_USAGE = (said("A value is not acceptable."), _UNTOUCHED, _CORRECT_IT)
_UNKNOWN_INTEGRITY = (
    said("Something does not match what was recorded."),
    _UNTOUCHED,
    _RUN_CHECK,
)
_UNKNOWN = (said("It could not be done."), _VAULT_SAFE, "")


def find_words(error: SheafError) -> tuple[str, str, str]:
    """The three sentences for this error, untranslated; those of its kind where it has none of its own."""
    kind = error.fields.get("kind", error.fields.get("part"))
    known = CUSTODY_WORDS.get(f"{error.code}:{kind}") or CUSTODY_WORDS.get(error.code)
    known = known or _MESSAGES.get(error.code)
    if known is not None:
        return known
    if error.code.startswith("decode"):
        return _UNKNOWN_DECODE
    if isinstance(error, UsageError):
        return _UNKNOWN_USAGE
    return _UNKNOWN_INTEGRITY if isinstance(error, IntegrityError) else _UNKNOWN
