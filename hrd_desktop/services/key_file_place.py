"""Noting where a vault and its key file lie now, when one of them was moved since the file was made.

The record is by path, and a wipe goes by it without a passphrase. What proves that a record means this vault
and this file is that the vault was just opened with them, so no mark of the vault has to be kept outside it.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable

from hrd_desktop.crypto.credential import digest_key_file
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import Settings, SettingsFile
from hrd_desktop.services.share_records import SHARE_BYTES, Share, check_of, is_ours
from hrd_desktop.services.share_search import shares_of
from hrd_desktop.services.wipe_keys import is_vault
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.mounts import local_mounts


def find_moved(
    key_file: str, settings: SettingsFile, mounts: Callable[[], Iterable[str]] = local_mounts
) -> str | None:
    """Where the key file lies now that was made at ``key_file``, which is gone; None when it is nowhere."""
    made = [share for share in settings.load().shares if share[1] == os.path.abspath(key_file)]
    for share in made:
        (found,) = shares_of([share], [share[0]], mounts)
        if found[1] != share[1]:
            return found[1]
    return None


def follow_key_file(session: Session, key_file: str, settings: SettingsFile) -> None:
    """Bring the record of ``key_file``, which opened ``session``, up to date.

    A record is changed only where what it names is gone: of two copies, the one that was noted stays.
    Raises SettingsFailedError.
    """
    try:
        with open(key_file, "rb") as file:
            content = file.read(SHARE_BYTES + 1)
    except OSError:
        return
    root = session.vault.root
    if len(content) != SHARE_BYTES or root[-len(content) :] != digest_key_file([content]):
        return
    check = check_of(content)
    here = os.path.realpath(session.vault.layout.root), os.path.abspath(key_file)

    def followed(share: Share) -> Share:
        if share[2] != check:
            return share
        vault = share[0] if is_vault(VaultLayout(share[0])) else here[0]
        return (vault, share[1] if is_ours(share) else here[1], check)

    def change(found: Settings) -> Settings:
        return found.with_shares(tuple(dict.fromkeys(followed(share) for share in found.shares)))

    settings.update(change)
