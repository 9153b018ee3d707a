"""Names for the objects of one import, reserved before anything is written under them."""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.domain.errors.vault import DiskFailedError, DiskFullError, NoRoomError
from hrd_desktop.services.session import Session
from hrd_desktop.storage.allocation import no_room, reserve_names
from hrd_desktop.storage.vault import Vault

#: Random names are reserved so many at a time: one transaction for a group of files.
AT_ONCE = 128


class ObjectNames:
    """In the reserve a name is a file of some length, so there it is chosen for each content by itself."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._in_reserve = session.vault.compartment == 1
        self._spare: list[bytes] = []

    def take(self, sizes: Sequence[int]) -> list[bytes | None]:
        """A reserved name for a content of each of ``sizes`` bytes; None where it fits nowhere.

        Raises DiskFullError, DiskFailedError, VaultReadOnlyError.
        """
        if self._in_reserve:
            return self._session.change(lambda vault: reserve_names(vault, sizes))
        if len(self._spare) < len(sizes):
            fresh = self._session.change(lambda vault: reserve_names(vault, [0] * AT_ONCE))
            self._spare += [name for name in fresh if name is not None]
        taken, self._spare = self._spare[: len(sizes)], self._spare[len(sizes) :]
        return list(taken)

    def refusal(self) -> NoRoomError:
        """What to tell of a content that got no name."""
        return self._session.read(no_room)

    def give_back(self, names: Sequence[bytes]) -> None:
        """These are not used, and nothing is under them any more."""
        self._spare = [*names, *self._spare]
        if self._in_reserve:
            self.release()

    def release(self) -> None:
        """Drop what is left over."""
        if not self._spare or self._session.vault.read_only:
            return

        def release(vault: Vault) -> None:
            with vault.records.quiet_transaction():
                vault.records.names.release(self._spare)

        try:
            self._session.change(release)
        except (DiskFullError, DiskFailedError):
            # Reserved names without an object are harmless; the next unlock drops them.
            return
        self._spare = []
