"""Rescue: a new vault of all that a damaged one still has, which is never written to.

Method: docs/spec/vault-format.md, section 10. The new vault is made beside its place and gets its name in one
rename, so it is whole or not there.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from uuid import UUID

from hrd_desktop.crypto.credential import Credential, root_of
from hrd_desktop.crypto.kdf import stretch as stretch_in_child
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.domain.clock import Clock
from hrd_desktop.domain.errors.vault import VaultExistsError, WipedError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.rescue import RescueReport
from hrd_desktop.services.destinations import verify_outside
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.services.rescue_items import BroughtBack, bring_back_items
from hrd_desktop.services.rescue_logs import continue_logs
from hrd_desktop.services.rescue_records import InstalledRecords, install_records
from hrd_desktop.services.rescue_source import held_still
from hrd_desktop.services.session import Session
from hrd_desktop.services.stretched_once import StretchedOnce
from hrd_desktop.services.whole_session import whole
from hrd_desktop.storage.creating import NewSlot, create_vault, ensure_place_is_free, new_header, sync_tree
from hrd_desktop.storage.disk import disk_errors, fsync_folder, make_folder
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.rescue_records import find_records
from hrd_desktop.storage.rescue_scan import Scan, scan_objects
from hrd_desktop.storage.rescue_slots import Identity, Stretch, open_identities
from hrd_desktop.storage.tombstone import find_tombstone
from hrd_desktop.storage.vault import Randomness, Vault

#: A folder in the vault that is being made, for copies of what is looked into; gone before it has its name.
WORKSPACE = "rescue"


class Rescue:
    """One rescue. Call ``run`` once, from any thread."""

    def __init__(
        self,
        root: str,
        target: str,
        credential: Credential,
        *,
        random: Randomness,
        clock: Clock,
        new_id: Callable[[], UUID],
        progress: Progress,
        cancel: CancelToken,
        stretch: Stretch = stretch_in_child,
    ) -> None:
        self._layout = VaultLayout(os.path.realpath(root))
        self._target = os.path.abspath(target)
        self._credential = credential
        self._random = random
        self._clock = clock
        self._new_id = new_id
        self._progress = progress
        self._cancel = cancel
        self._stretch_once = StretchedOnce(stretch)
        #: Where the new vault is made; it has its own name only when all is done.
        self.building = f"{self._target}.creating-{random(4).hex()}"

    def run(self) -> RescueReport:
        """Make the new vault. It opens with the credential that opened the damaged one, at the same cost.

        Raises what opening raises where no key is to be had (NotAVaultError, KeySlotsDamagedError,
        WrongCredentialError, NewerFormatError, …), WipedError, VaultInUseError, VaultExistsError,
        DestinationInVault, DiskFullError, DiskFailedError, Cancelled. Then nothing is at the new place.
        """
        verify_outside(self._layout.root, self._target)
        ensure_place_is_free(self._target)
        building = self.building
        with held_still(self._layout, building, self._random):
            try:
                report = self._build(building)
                self._cancel.raise_if_cancelled()
                if find_tombstone(self._layout):
                    raise WipedError()
                with disk_errors("rescue"):
                    sync_tree(VaultLayout(building))
                    self._give_name(building)
            except BaseException:
                shutil.rmtree(building, ignore_errors=True)
                raise
        return report

    def _build(self, building: str) -> RescueReport:
        identities = open_identities(self._layout, self._credential, self._stretch_once)
        identity, scan, others = self._scan(identities)
        self._cancel.raise_if_cancelled()
        header = new_header(identity.header.parameters, self._random)
        stretched = self._stretch_once(self._credential.secret, header.salt, header.parameters)
        create_vault(
            building,
            header=header,
            slots=(
                NewSlot(
                    root=root_of(stretched, self._credential.key_file_digest),
                    kind=identity.kind,
                    with_key_file=identity.with_key_file,
                ),
            ),
            reserve_bytes=0,
            random=self._random,
            clock=self._clock,
        )
        workspace = os.path.join(building, WORKSPACE)
        with disk_errors("rescue"):
            make_folder(workspace)
        found = find_records(self._layout, identity, scan, workspace, self._clock)
        self._cancel.raise_if_cancelled()
        fresh = self._open(building)
        try:
            slots = fresh.records.slots.load()
            keys = fresh.keys.records
        finally:
            fresh.close()
        installed = install_records(VaultLayout(building), found, slots, keys, workspace, self._clock)
        with disk_errors("rescue"):
            shutil.rmtree(workspace)

        def continue_all(vault: Vault) -> int:
            return continue_logs(vault, installed.later, self._new_id)

        with whole(self._session(building)) as session:
            # Records made anew have an empty log with a key that nobody knows yet.
            continued = 0 if installed.origin == "none" else session.write(continue_all)
            brought = bring_back_items(
                session, self._layout, scan, new_id=self._new_id, progress=self._progress, cancel=self._cancel
            )
        return self._report(installed, brought, scan, continued, others)

    def _scan(self, identities: tuple[Identity, ...]) -> tuple[Identity, Scan, int]:
        """The compartment to be rescued, what is there of it, and how many objects are another vault's.

        Where the files of two vaults lie in one folder and the credential opens both, it is the one with
        more objects in it.
        """
        header_keys: dict[bytes, tuple[bytes, ...]] = {}
        for identity in identities:
            vault_id = identity.header.vault_id
            keys = [derive_keys(key, vault_id).object_headers for key in identity.compartment_keys]
            header_keys[vault_id] = (*header_keys.get(vault_id, ()), *keys)
        scans = scan_objects(self._layout, header_keys, on_file=self._cancel.raise_if_cancelled)
        chosen = max(identities, key=lambda identity: len(scans[identity.header.vault_id].objects))
        scan = scans[chosen.header.vault_id]
        others = sum(len(other.objects) for other in scans.values()) - len(scan.objects)
        return chosen, scan, others

    def _open(self, building: str) -> Vault:
        return open_vault(
            building,
            credential=self._credential,
            stretch=self._stretch_once,
            random=self._random,
            clock=self._clock,
        )

    def _session(self, building: str) -> Session:
        lane = VaultLane()
        try:
            vault = lane.call(lambda: self._open(building))
        except BaseException:
            lane.close()
            raise
        return Session(vault, lane, lambda: None)

    def _give_name(self, building: str) -> None:
        try:
            os.rename(building, self._target)
        except (FileExistsError, NotADirectoryError, OSError) as error:
            if os.path.lexists(self._target):
                raise VaultExistsError() from None
            raise error
        fsync_folder(os.path.dirname(self._target))

    @staticmethod
    def _report(
        installed: InstalledRecords, brought: BroughtBack, scan: Scan, continued: int, others: int
    ) -> RescueReport:
        known = set(installed.reserve_paths) | set(brought.lost_paths)
        return RescueReport(
            records=installed.described(),
            from_records=brought.from_records,
            from_headers=brought.from_headers,
            lost=brought.lost,
            unknown=tuple(unknown for unknown in brought.unknown(scan) if unknown.name not in known),
            misplaced=scan.misplaced,
            logs_continued=continued,
            notices=("other-vault",) if others else (),
        )
