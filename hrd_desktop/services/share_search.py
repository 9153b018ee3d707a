"""Finding a key file that the program made, when its stick hangs elsewhere or it was moved with its vault.

A place is only where to look. That a file is the one that was made, its content says (``is_ours``). Part of
the panic path: nothing heavy is imported here, and no network is waited for.
"""

from __future__ import annotations

import os

from hrd_desktop.services.share_records import is_ours
from hrd_desktop.storage.mounts import local_mounts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from hrd_desktop.services.share_records import Share


def shares_of(
    shares: Sequence[Share], vaults: Sequence[str], mounts: Callable[[], Iterable[str]] = local_mounts
) -> list[Share]:
    """Those that belong to one of these vaults, each with the place where its file lies now.

    One that is nowhere keeps the place where it was made. A file that was made for a vault at another place
    belongs to one of these when vault and file were moved together: the file is gone from where it was, and
    lies as it lay, seen from this vault.
    """
    places = {os.path.realpath(vault): None for vault in vaults}
    found = []
    for share in shares:
        if os.path.realpath(share[0]) in places:
            found.append(_where_now(share, mounts))
        elif not os.path.lexists(share[1]):
            along = (_beside(share, place) for place in places)
            found += [one for one in along if one is not None][:1]
    return found


def _where_now(share: Share, mounts: Callable[[], Iterable[str]]) -> Share:
    if os.path.lexists(share[1]):
        return share
    _, tail = os.path.splitdrive(share[1])
    parts = [part for part in tail.split(os.sep) if part]
    for mount in mounts():
        # As it lay on the stick, of which is not known how much of the path was the stick's own.
        for start in range(len(parts)):
            found = _if_ours(share, os.path.join(mount, *parts[start:]))
            if found is not None:
                return found
    return share


def _beside(share: Share, vault: str) -> Share | None:
    try:
        way = os.path.relpath(share[1], os.path.realpath(share[0]))
    except ValueError:
        # On another drive of Windows: nothing was moved together.
        return None
    moved = _if_ours(share, os.path.normpath(os.path.join(vault, way)))
    return None if moved is None else (vault, moved[1], moved[2])


def _if_ours(share: Share, path: str) -> Share | None:
    there = (share[0], path, share[2])
    # A look first: opening what is no file may wait for ever.
    return there if os.path.isfile(path) and is_ours(there) else None
