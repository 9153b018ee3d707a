"""Whether a folder is copied elsewhere by a synchronising program, as far as its path and markers tell."""

from __future__ import annotations

import os

# Folder names, lower case, as these programs make them; OneDrive adds " - Organisation".
_NAMES = (
    ("dropbox", "dropbox"),
    ("onedrive", "onedrive"),
    ("nextcloud", "nextcloud"),
    ("owncloud", "owncloud"),
    ("google drive", "google-drive"),
    ("googledrive", "google-drive"),
    ("icloud drive", "icloud"),
    ("iclouddrive", "icloud"),
    ("com~apple~clouddocs", "icloud"),
    ("pclouddrive", "pcloud"),
    ("megasync", "mega"),
    ("seafile", "seafile"),
)
# Files or folders that these programs leave in the folder they copy.
_MARKERS = (
    (".dropbox", "dropbox"),
    (".dropbox.cache", "dropbox"),
    (".stfolder", "syncthing"),
    (".nextcloudsync.log", "nextcloud"),
    (".owncloudsync.log", "owncloud"),
    (".849c9593-d756-4e56-8d6e-42412f2a707b", "onedrive"),
)


def find_synced_folder(path: str) -> str | None:
    """The code of the program that seems to copy ``path`` elsewhere, or None. Looks at names only."""
    folder = os.path.realpath(path)
    while True:
        parent, name = os.path.split(folder)
        lower = name.lower()
        for prefix, code in _NAMES:
            if lower == prefix or lower.startswith((prefix + " ", prefix + "-")):
                return code
        for marker, code in _MARKERS:
            if os.path.lexists(os.path.join(folder, marker)):
                return code
        if parent == folder:
            return None
        folder = parent
