"""The judgement of ``harness.look_at``, in this process and without the command line: ten times as fast.

The program's own services open, put right, verify and list; only the key derivation is remembered.
"""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from hrd_desktop.cli.item_commands import item_document
from hrd_desktop.crypto import kdf
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.base import NotOpenedError
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import ItemState
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from hrd_desktop.services.wipe import finish_wipe_if_tombstoned
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.vault import Vault
from tests.faults.harness import Place, Scenario, Seen, check_files, look_at, version_of
from tests.faults.journal_of_calls import Point

STATES = {"kept": ItemState.KEPT, "binned": ItemState.BINNED}


class Looker:
    """Opens vaults with the passphrases in the folder ``secrets``, each stretched once."""

    def __init__(self, secrets: Path) -> None:
        self.secrets = secrets
        self.stretch = functools.cache(kdf.stretch)

    @contextmanager
    def opened(self, vault: Path, name: str) -> Iterator[Vault]:
        """Open with the passphrase in the file ``name``. Raises what ``open_vault`` raises."""
        text = (self.secrets / name).read_text("utf-8").splitlines()[0]
        opened = open_vault(
            str(vault),
            credential=load_credential(text, None),
            stretch=self.stretch,
            random=os.urandom,
            clock=SystemClock(),
        )
        try:
            yield opened
        finally:
            opened.close()

    def opens(self, vault: Path, name: str) -> bool:
        """Whether this passphrase does; a wipe that was begun is finished, as every command would."""
        try:
            with self.opened(vault, name):
                return True
        except NotOpenedError:
            finish_wipe_if_tombstoned(str(vault), settings_paths=[])
            return False

    def look_at(
        self,
        vault: Path,
        always: str,
        judged: Sequence[str],
        first: str | None = None,
        outside: str | None = None,
    ) -> Seen:
        """See ``harness.look_at``."""
        if first is not None:
            self.opens(vault, first)
        text = (self.secrets / always).read_text("utf-8").splitlines()[0]
        with mock.patch("hrd_desktop.services.unlock.stretch", self.stretch):
            session = unlock(str(vault), load_credential(text, None), random=os.urandom, clock=SystemClock())
        with session:
            notices = list(session.vault.notices)
            report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
            assert report.ok and not report.bad and not report.mended, report
            items = session.read(_versions)
            assert report.item_count == len(items)
        # Whoever comes next finds nothing left to be put right.
        with self.opened(vault, always) as again:
            owned = owned_by(again)
        opens = [name for name in judged if name != always and self.opens(vault, name)]
        others: dict[str, Any] = {}
        if outside is not None:
            with self.opened(vault, outside) as first_compartment:
                first_compartment.records.verify()
                others = owned_by(first_compartment)
        check_files(vault, owned, others)
        return Seen(items, tuple(sorted([always, *opens])), tuple(notices))


#: Of so many points one is judged by the command line, the others in this process.
BY_COMMAND = 10


def look_after(
    looker: Looker, place: Place, scenario: Scenario, point: Point, first: str | None = None
) -> Seen:
    """What is left of a run that was disturbed at ``point``."""
    if point.order % BY_COMMAND == 0:
        return look_at(place, scenario.always, scenario.judged, first, scenario.outside)
    return looker.look_at(place.vault, scenario.always, scenario.judged, first, scenario.outside)


def _versions(vault: Vault) -> dict[str, tuple[Any, ...]]:
    return {
        item.reference: version_of(item_document(item), state)
        for state, kept in STATES.items()
        for item in vault.records.items.iter_items(state=kept)
    }


def owned_by(vault: Vault) -> dict[str, Any]:
    """What the records say should lie in the vault; the snapshots, which may be new, are verified."""
    records = vault.records
    reserve = records.reserve.load()
    snapshots = [name for name, _, _ in records.snapshots.load()]
    for name in snapshots:
        vault.objects.verify(name, None)
    return {
        "items": [item.object_name.hex() for item in records.items.iter_items()],
        "snapshots": [name.hex() for name in snapshots],
        "reserve": [name.hex() for name, _ in reserve.objects] if reserve is not None else [],
        "reserved": [name.hex() for name in records.names.reserved()],
        "to_unlink": [name.hex() for name in records.names.to_unlink()],
        "under_way": records.slots.find_intent() is not None or records.rekey.state() is not None,
        "notices": list(vault.notices),
    }
