"""The messages about a reserve and about key files that the program makes: happened, safe, what to do."""

from __future__ import annotations

from typing import Final

_UNTOUCHED = "Nothing was changed."
_VAULT_SAFE = "What was in the vault before is untouched."

RESERVE_MESSAGES: Final[dict[str, tuple[str, str, str]]] = {
    "recovery-not-proved": (
        "This is not a recovery code that opens the vault by itself.",
        _UNTOUCHED,
        "Add one with slots VAULT add --recovery-code-file, keep it in another place, and type it.",
    ),
    "key-file-in-use": (
        "The vault was not opened with a passphrase alone.",
        _UNTOUCHED,
        "Open it with a passphrase that needs no key file.",
    ),
    "share-not-here": (
        "The vault was not opened with a key file that the program made and that lies where it was made.",
        _UNTOUCHED,
        "Open it with that file, at its first place.",
    ),
    "share-not-written": (
        "The key file could not be made, or not be deleted, at this place.",
        _VAULT_SAFE,
        "Choose a new name outside the vault, on a medium that can be written to.",
    ),
    "no-reserve": (
        "What was opened has no reserve: none was set aside when the vault was made.",
        _UNTOUCHED,
        "A reserve can only be had by making a new vault with create --reserve.",
    ),
    "no-room": (
        "There is no room for this in the space that was set aside, and it never grows.",
        _VAULT_SAFE,
        "See how much is left with reserve VAULT show, then destroy what is not needed, or take in less.",
    ),
    "credential-in-use": (
        "This passphrase or recovery code opens the vault already.",
        _UNTOUCHED,
        "Choose another one.",
    ),
    "reserve-size": (
        "A reserve has at least 16 MiB and a whole number of 4 KiB blocks.",
        _UNTOUCHED,
        "For example 64M or 1G.",
    ),
}
