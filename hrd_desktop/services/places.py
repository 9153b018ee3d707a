"""What kind of place a folder is: one that a synchronising program copies elsewhere, for one."""

from __future__ import annotations

import os

#: Folder names that well-known programs keep in step with a server, and marker files they leave.
_BY_NAME = {
    "dropbox": "Dropbox",
    "onedrive": "OneDrive",
    "google drive": "Google Drive",
    "googledrive": "Google Drive",
    "icloud drive": "iCloud",
    "mobile documents": "iCloud",
    "com~apple~clouddocs": "iCloud",
    "nextcloud": "Nextcloud",
    "owncloud": "ownCloud",
    "megasync": "MEGA",
    "pcloud drive": "pCloud",
}
_BY_MARKER = {
    ".dropbox": "Dropbox",
    ".dropbox.cache": "Dropbox",
    ".sync_journal.db": "Nextcloud",
    ".nextcloudsync.log": "Nextcloud",
    ".owncloudsync.log": "ownCloud",
    ".stfolder": "Syncthing",
    ".849c9593-d756-4e56-8d6e-42412f2a707b": "OneDrive",
}


def synced_folder_name(path: str) -> str | None:
    """The program that keeps ``path`` or a folder above it in step with other machines, if one is seen."""
    folder = os.path.realpath(path)
    while True:
        name = os.path.basename(folder).lower()
        for known, program in _BY_NAME.items():
            if name == known or name.startswith((known + " - ", known + " (")):
                return program
        for marker, program in _BY_MARKER.items():
            if os.path.lexists(os.path.join(folder, marker)):
                return program
        parent = os.path.dirname(folder)
        if parent == folder:
            return None
        folder = parent
