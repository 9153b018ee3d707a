"""Which vaults the settings file names; read by whoever shows them and by the wipe that covers all of them.

Part of the panic path: nothing is imported here that is not needed to read one small file.
"""

from __future__ import annotations

import os

READ_LIMIT_BYTES = 65_536
PATH_LIMIT = 4096
#: Vaults that are remembered; the one used last comes first.
KEPT_VAULTS = 8


def read_settings_file(path: str) -> dict[str, object]:
    """What the file at ``path`` holds; empty where it is none, too long, damaged or foreign."""
    import json
    import stat

    try:
        fd = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
    except OSError:
        return {}
    try:
        with os.fdopen(fd, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return {}
            untrusted = json.loads(file.read(READ_LIMIT_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return untrusted if isinstance(untrusted, dict) else {}


def vaults_named_in(untrusted: dict[str, object]) -> tuple[str, ...]:
    """The absolute paths of vaults that the content of a settings file names, the one used last first."""
    vaults = untrusted.get("vaults")
    if not isinstance(vaults, list):
        return ()
    return tuple(path for path in vaults if _is_vault_path(path))[:KEPT_VAULTS]


def _is_vault_path(untrusted: object) -> bool:
    return (
        isinstance(untrusted, str)
        and os.path.isabs(untrusted)
        and len(untrusted) <= PATH_LIMIT
        and "\0" not in untrusted
    )
