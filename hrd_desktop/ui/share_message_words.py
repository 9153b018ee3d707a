"""The sentences of ``messages`` for shares, alone and together."""

from __future__ import annotations

from hrd_desktop.ui.said import said

_UNTOUCHED = said("Nothing was changed.")

SHARE_MESSAGES: dict[str, tuple[str, str, str]] = {
    "share-word": (
        said("One of the words is not in the list."),
        _UNTOUCHED,
        said("Look at it again. The first four letters of each word are enough."),
    ),
    "share-length": (said("A share has 33 words."), _UNTOUCHED, said("Enter one share, whole.")),
    "share-checksum": (
        said("The words do not fit together: one of them is another word, or the order is wrong."),
        _UNTOUCHED,
        said("Compare them with what was written down, word by word."),
    ),
    "share-foreign": (said("This share was made by another program, for something else."), _UNTOUCHED, ""),
    "shares-mixed": (
        said("These shares are of more than one set."),
        _UNTOUCHED,
        said("Use shares of one set only."),
    ),
    "shares-missing": (said("More shares are needed."), _UNTOUCHED, said("Add shares of the same set.")),
    "shares-unfit": (
        said("These shares do not fit together, although they seem to be of one set."),
        _UNTOUCHED,
        said("One of them is of another set, or was altered. Try with other shares of the set."),
    ),
    "share-count": (
        said("A set has 2 to 16 shares, and at least 2 of them are needed."),
        _UNTOUCHED,
        "",
    ),
}
