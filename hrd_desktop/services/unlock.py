"""Opening a vault for use: the lane, the watch for a wipe, and what a crash left half done."""

from __future__ import annotations

from hrd_desktop.crypto.credential import Credential
from hrd_desktop.crypto.kdf import KdfParameters, stretch
from hrd_desktop.domain.clock import Clock
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.destroy import resume_destroying
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.services.reserve_refresher import ReserveRefresher
from hrd_desktop.services.session import Session
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import Stretch, open_vault
from hrd_desktop.storage.reserve_refresh import refresh_is_due
from hrd_desktop.storage.vault import Randomness, Vault
from hrd_desktop.storage.watch import WipeWatch


def unlock(
    root: str,
    credential: Credential,
    *,
    random: Randomness,
    clock: Clock,
    answer: AnswerTime | None = None,
    stretch_with: Stretch | None = None,
) -> Session:
    """Open the vault at ``root`` and return the session that holds it.

    Raises what ``storage.opening.open_vault`` raises; on WipedError the caller finishes the wipe.
    The process ends at once when somebody wipes the vault while it is open. ``answer`` begins when the key
    derivation has ended, in a vault with a reserve; whoever gives it calls ``answer.wait`` before anything of
    the outcome is shown. A refresh of the reserve that is asked for begins a moment later.
    """
    lane = VaultLane()
    has_reserve = VaultLayout(root).has_reserve()

    def stretched(secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
        derived = (stretch_with or stretch)(secret, salt, parameters)
        if answer is not None and has_reserve:
            answer.begin()
        return derived

    def opened() -> tuple[Vault, ReserveRefresher | None]:
        vault = open_vault(root, credential=credential, stretch=stretched, random=random, clock=clock)
        try:
            resume_destroying(vault)
            refresher = ReserveRefresher(vault, lane) if refresh_is_due(vault) else None
        except BaseException:
            vault.close()
            raise
        return vault, refresher

    try:
        vault, refresher = lane.call(opened)
    except BaseException:
        lane.close()
        raise
    watch = WipeWatch(vault.layout)
    watch.start()
    if refresher is not None:
        refresher.start()
    return Session(vault, lane, watch.stop, refresher)
