"""Where the one cleartext file lies that holds what must be known before a vault is unlocked.

On Linux the answer is computed here, equal to that of platformdirs (tested): a wipe removes the file, and
its path must not cost it an import.
"""

from __future__ import annotations

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: The neutral name (docs/adr/0001).
FOLDER_NAME = "sheaf"
FILE_NAME = "settings.json"


def settings_folder(environment: Mapping[str, str]) -> str:
    """The settings folder of this user; it need not be there.

    XDG Base Directory Specification 0.8 on Linux: ``$XDG_CONFIG_HOME`` where it is an absolute path, else
    ``~/.config``. Raises KeyError for a user who has no home at all.
    """
    if sys.platform != "linux":
        import platformdirs

        return platformdirs.user_config_dir(FOLDER_NAME, appauthor=False)
    base = environment.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):
        home = environment.get("HOME", "")
        if not os.path.isabs(home):
            import pwd

            home = pwd.getpwuid(os.getuid()).pw_dir
        base = os.path.join(home, ".config")
    return os.path.join(base, FOLDER_NAME)


def settings_file(environment: Mapping[str, str]) -> str:
    """The settings file of this user; it need not be there. Raises like ``settings_folder``."""
    return os.path.join(settings_folder(environment), FILE_NAME)


def settings_paths(environment: Mapping[str, str]) -> list[str]:
    """The files outside a vault that go with it in a wipe; none for a user without a home."""
    try:
        # The second one is what a crash leaves in the middle of saving.
        return [settings_file(environment), settings_file(environment) + ".new"]
    except KeyError:
        return []


def wipe_mark(environment: Mapping[str, str]) -> str | None:
    """The empty file that says that a wipe of every remembered vault was begun; None without a home."""
    try:
        return settings_file(environment) + ".wiping"
    except KeyError:
        return None
