"""Records that come from elsewhere (a snapshot, a backup) made to fit the vault they are put into.

Method: docs/spec/vault-format.md, section 5.2. Nothing in them is acted on before this.
"""

from __future__ import annotations

from collections.abc import Sequence

from hrd_desktop.domain.records import ItemState
from hrd_desktop.domain.slots import SlotRecord
from hrd_desktop.storage.records.records import Records
from hrd_desktop.storage.slot_changes import GENERATION
from hrd_desktop.storage.sweep import REFRESH_STATE

#: What is noted of a set of shares, by the id of its slot (docs/spec/records-schema.md).
SHARES_SETTING = "shares."


def make_fit(
    records: Records,
    *,
    slots: Sequence[SlotRecord],
    generation: int,
    above_epoch: int,
    keep_reserve: bool = False,
) -> None:
    """Make put-back records fit a new vault with these slots and no snapshots yet.

    It has no reserve, unless ``keep_reserve`` says that the one they list is there. The intent, the reserved
    and to-unlink names, the tables of a re-key and a refresh are emptied without acting on them; items that
    were being destroyed go to the bin; the epoch goes above ``above_epoch``.
    """
    with records.transaction():
        records.slots.replace(slots)
        records.slots.clear_intent()
        records.settings.set(GENERATION, str(generation))
        records.names.release(records.names.reserved())
        records.names.unlinked(records.names.to_unlink())
        records.rekey.clear()
        records.settings.remove(REFRESH_STATE)
        if not keep_reserve:
            records.reserve.clear()
        for name, _, _ in records.snapshots.load():
            records.snapshots.remove(name)
        for item in list(records.items.iter_items(state=ItemState.DESTROYING)):
            records.items.set_state(item.id, ItemState.BINNED)
        # Notes of share sets whose slots are another vault's.
        kept = {SHARES_SETTING + slot.slot_id.hex() for slot in slots if slot.slot_id is not None}
        for note in records.settings.names(SHARES_SETTING):
            if note not in kept:
                records.settings.remove(note)
        records.raise_epoch(above_epoch)
