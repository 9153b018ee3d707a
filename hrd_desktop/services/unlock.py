"""Opening a vault for use: the lane, the watch for a wipe, and what a crash left half done."""

from __future__ import annotations

from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.clock import Clock
from hrd_desktop.services.destroy import resume_destroying
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.services.session import Session
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.vault import Randomness, Vault
from hrd_desktop.storage.watch import WipeWatch


def unlock(root: str, credential: Credential, *, random: Randomness, clock: Clock) -> Session:
    """Open the vault at ``root`` and return the session that holds it.

    Raises what ``storage.opening.open_vault`` raises; on WipedError the caller finishes the wipe.
    The process ends at once when somebody wipes the vault while it is open.
    """
    lane = VaultLane()

    def opened() -> Vault:
        vault = open_vault(root, credential=credential, stretch=stretch, random=random, clock=clock)
        try:
            resume_destroying(vault)
        except BaseException:
            vault.close()
            raise
        return vault

    try:
        vault = lane.call(opened)
    except BaseException:
        lane.close()
        raise
    watch = WipeWatch(vault.layout)
    watch.start()
    return Session(vault, lane, watch.stop)
