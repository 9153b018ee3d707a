"""The sentences of ``messages`` about a reserve and about key files, by the stable codes of the errors."""

from __future__ import annotations

from typing import Final

from hrd_desktop.ui.said import said

_UNTOUCHED = said("Nothing was changed.")
_CORRECT_IT = said("Correct the value and save again.")

RESERVE_MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    "reserve-size": (
        said("A reserve has at least 16 MiB."),
        _UNTOUCHED,
        _CORRECT_IT,
    ),
    "recovery-not-proved": (
        said("This is not a recovery code that opens the vault by itself."),
        _UNTOUCHED,
        said("Add a recovery code first, keep it in another place, and type it here."),
    ),
    "key-file-in-use": (
        said("The vault was not opened with a passphrase alone."),
        _UNTOUCHED,
        said("Open it with a passphrase that needs no key file."),
    ),
    "share-not-here": (
        said(
            "The vault was not opened with a key file that the program made and that is still in its place."
        ),
        _UNTOUCHED,
        said("Open it with that file, at its first place."),
    ),
    "share-not-written": (
        said("The key file could not be made, or not be deleted, at this place."),
        said("What was in the vault before is untouched."),
        said("Choose a new name outside the vault, on a medium that can be written to."),
    ),
    "no-reserve": (
        said("What was opened has no reserve."),
        _UNTOUCHED,
        said("A reserve can only be set aside when a vault is made."),
    ),
    "no-room": (
        said("There is no room for this in the space that was set aside, and it never grows."),
        said("What was in the vault before is untouched."),
        said("Security shows how much is left. Destroy what is no longer needed, or take in less."),
    ),
    "credential-in-use": (
        said("This passphrase or recovery code opens the vault already."),
        _UNTOUCHED,
        said("Choose another one."),
    ),
}
