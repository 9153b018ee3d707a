"""The sentences of ``messages`` about a reserve and what is in it, by the stable codes of the errors."""

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
