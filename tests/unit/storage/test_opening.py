"""Opening a vault: what counts when the copies disagree, what is mended, and what is refused untouched."""

from __future__ import annotations

import hashlib
import os
import shutil
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.keys import derive_keys
from hrd_desktop.crypto.slots import SlotContent, seal_slot
from hrd_desktop.domain.errors.vault import (
    KeySlotsDamagedError,
    KeySlotsMixedError,
    NotAVaultError,
    RecordsDamagedError,
    RecordsOlderError,
    SlotNotCurrentError,
    VaultInUseError,
    WipedError,
    WrongCredentialError,
)
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage.database import open_database
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.slot_changes import (
    GENERATION,
    SlotChanges,
    current_slots,
    slot_set,
    unused_slot,
)
from hrd_desktop.storage.snapshots import take_snapshot
from hrd_desktop.storage.tombstone import TOMBSTONE_BYTES, make_tombstone
from hrd_desktop.storage.vault import RECORDS_APPLICATION_ID
from tests.unit.storage.databases import FixedClock
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    OTHER,
    assert_slots_as_recorded,
    content_of,
    flip,
    fresh_copy,
    make_vault,
    open_with,
    opened,
    opens,
    put_item,
    put_object,
    read_slots,
    root_of_text,
)
from tests.unit.storage.vault_folder import read_tree


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_vault(folder / "vault")
    return folder / "vault"


@pytest.fixture
def layout(template: Path, tmp_path: Path) -> VaultLayout:
    return fresh_copy(template, tmp_path / "vault")


def read_copy(layout: VaultLayout, copy: int) -> bytes:
    return Path(layout.keyslots(copy)).read_bytes()


def write_copy(layout: VaultLayout, copy: int, data: bytes) -> None:
    Path(layout.keyslots(copy)).write_bytes(data)


def change_passphrase(layout: VaultLayout, number: int, text: str) -> None:
    with opened(layout, KEEP) as vault:
        SlotChanges(vault).change(
            number,
            root=root_of_text(text, vault.header.salt),
            kind=SlotKind.PASSPHRASE,
            label="",
            flags=0,
        )


# --- which slot counts --------------------------------------------------------------------------------------


def test_each_passphrase_opens_its_slot(layout: VaultLayout) -> None:
    for number, text in enumerate((KEEP, OTHER)):
        with opened(layout, text) as vault:
            assert (vault.slot_number, vault.compartment, vault.notices) == (number, 0, [])
            assert_slots_as_recorded(vault)
    with pytest.raises(WrongCredentialError):
        open_with(layout, NEW)


def test_one_passphrase_in_two_compartments_opens_compartment_0(layout: VaultLayout) -> None:
    """Also when its slot there is damaged in copy a, and when that of compartment 1 is whole in both."""
    header = read_copy(layout, 0)[:4096]
    root = root_of_text(OTHER, header[48:80])
    content = SlotContent(1, SlotKind.PASSPHRASE, 0, bytes(16), 0, os.urandom(32), 1)
    for copy in (0, 1):
        KeySlotFiles(layout).write_slots(copy, 4, [seal_slot(content, root, header, 4, os.urandom)])
    flip(layout.keyslots(0), 4096 * 2 + 200)
    with opened(layout, OTHER) as vault:
        assert (vault.compartment, vault.slot_number) == (0, 1)


def test_of_two_slots_of_one_passphrase_the_lower_number_counts(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        for _ in range(2):
            SlotChanges(vault).add(
                root=root_of_text(NEW, vault.header.salt), kind=SlotKind.PASSPHRASE, label="", flags=0
            )
    flip(layout.keyslots(0), 4096 * 3 + 200)
    with opened(layout, NEW) as vault:
        assert vault.slot_number == 2
        assert_slots_as_recorded(vault)


# --- currency -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copies", [(0, 1), (0,), (1,)])
def test_a_removed_passphrase_does_not_come_back_with_an_old_file(
    layout: VaultLayout, copies: tuple[int, ...]
) -> None:
    old = [read_copy(layout, copy) for copy in (0, 1)]
    with opened(layout, KEEP) as vault:
        SlotChanges(vault).remove(1)
    for copy in copies:
        write_copy(layout, copy, old[copy])
    before = read_tree(layout.root)
    with pytest.raises(SlotNotCurrentError):
        open_with(layout, OTHER)
    assert read_tree(layout.root) == before
    with opened(layout, KEEP) as vault:
        assert_slots_as_recorded(vault)
    with pytest.raises(WrongCredentialError):
        open_with(layout, OTHER)


def test_a_changed_passphrase_does_not_come_back_with_an_old_file(layout: VaultLayout) -> None:
    old = read_copy(layout, 0)
    change_passphrase(layout, 1, NEW)
    write_copy(layout, 0, old)
    with pytest.raises(SlotNotCurrentError):
        open_with(layout, OTHER)
    assert opens(layout, NEW)
    assert not opens(layout, OTHER)


def test_a_change_found_half_done_is_finished_for_whoever_it_takes_out(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        slots = current_slots(vault)
        slots[1] = unused_slot(1, vault.random)
        with vault.records.quiet_transaction():
            vault.records.slots.put_intent(slot_set(slots, 2).pack())
    with pytest.raises(SlotNotCurrentError):
        open_with(layout, OTHER)
    with pytest.raises(WrongCredentialError):
        open_with(layout, OTHER)
    with opened(layout, KEEP) as vault:
        assert vault.notices == []
        assert_slots_as_recorded(vault)


# --- older records ------------------------------------------------------------------------------------------


def keep_records(layout: VaultLayout, place: Path) -> None:
    shutil.copyfile(layout.records(0), place)


def put_back(layout: VaultLayout, place: Path) -> None:
    shutil.copyfile(place, layout.records(0))


def test_older_records_are_told_by_a_newer_slot_and_nothing_is_written(
    layout: VaultLayout, tmp_path: Path
) -> None:
    keep_records(layout, tmp_path / "older")
    newer = tmp_path / "newer"
    change_passphrase(layout, 0, NEW)
    keep_records(layout, newer)
    put_back(layout, tmp_path / "older")
    before = read_tree(layout.root)
    with pytest.raises(RecordsOlderError) as failure:
        open_with(layout, NEW)
    assert failure.value.fields == {"evidence": "slot"}
    assert read_tree(layout.root) == before
    put_back(layout, newer)
    assert opens(layout, NEW)


def test_an_old_intent_is_not_carried_out_over_newer_slots(layout: VaultLayout, tmp_path: Path) -> None:
    with opened(layout, KEEP) as vault, vault.records.quiet_transaction():
        vault.records.slots.put_intent(slot_set(current_slots(vault), 2).pack())
    keep_records(layout, tmp_path / "older")
    change_passphrase(layout, 0, NEW)
    with opened(layout, NEW) as vault:
        SlotChanges(vault).change(
            0, root=root_of_text(NEW, vault.header.salt), kind=SlotKind.PASSPHRASE, label="", flags=0
        )
    put_back(layout, tmp_path / "older")
    before = read_tree(layout.root)
    with pytest.raises(RecordsOlderError):
        open_with(layout, NEW)
    assert read_tree(layout.root) == before


@pytest.mark.parametrize("listed", ["reserved", "unlink", "intent"])
def test_older_records_delete_nothing_that_is_newer(layout: VaultLayout, tmp_path: Path, listed: str) -> None:
    """An older file of records lists as unfinished the name of what has become an item since."""
    with opened(layout, KEEP) as vault:
        name = vault.objects.new_name()
        with vault.records.quiet_transaction():
            if listed == "reserved":
                vault.records.names.reserve([name])
            elif listed == "unlink":
                vault.records.names.unlink_later([name])
            else:
                vault.records.slots.put_intent(slot_set(current_slots(vault), 1).pack())
        vault.records_database.close()
        keep_records(layout, tmp_path / "older")
    with opened(layout, OTHER) as vault:
        item = put_item(vault, b"newer")
        take_snapshot(vault)
        kept = Path(layout.object_path(item.object_name)).read_bytes()
    keep_records(layout, tmp_path / "newer")
    put_back(layout, tmp_path / "older")
    before = read_tree(layout.root)
    with pytest.raises(RecordsOlderError) as failure:
        open_with(layout, KEEP)
    assert failure.value.fields == {"evidence": "snapshot"}
    assert read_tree(layout.root) == before
    assert Path(layout.object_path(item.object_name)).read_bytes() == kept
    put_back(layout, tmp_path / "newer")
    with opened(layout, KEEP) as vault:
        assert content_of(vault, item) == b"newer"


def test_older_records_that_ask_for_nothing_open_and_show_their_epoch(
    layout: VaultLayout, tmp_path: Path
) -> None:
    keep_records(layout, tmp_path / "older")
    with opened(layout, KEEP) as vault:
        older = vault.records.state().epoch
        put_item(vault, b"newer")
        take_snapshot(vault)
    put_back(layout, tmp_path / "older")
    with opened(layout, KEEP) as vault:
        assert (vault.records.state().epoch, vault.records.state().item_count) == (older, 0)


def test_a_snapshot_of_this_epoch_is_no_evidence(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        put_object(vault, b"", role=Role.SNAPSHOT, sequence=vault.records.state().epoch)
        with vault.records.quiet_transaction():
            vault.records.names.reserve([vault.objects.new_name()])
    with opened(layout, KEEP) as vault:
        assert vault.records.names.reserved() == []


def test_records_without_a_generation_are_damaged(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault, vault.records.quiet_transaction():
        vault.records.settings.remove(GENERATION)
    with pytest.raises(RecordsDamagedError):
        open_with(layout, KEEP)


def test_records_under_another_key_are_damaged(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        vault_id = vault.header.vault_id
    os.unlink(layout.records(0))
    keys = derive_keys(bytes(32), vault_id)
    open_database(layout.records(0), keys.records.key, keys.records.salt, RECORDS_APPLICATION_ID).close()
    with pytest.raises(RecordsDamagedError):
        open_with(layout, KEEP)


@pytest.mark.parametrize("size", [None, 0])
def test_records_that_are_missing_or_empty_are_damaged_and_not_made_anew(
    layout: VaultLayout, size: int | None
) -> None:
    os.unlink(layout.records(0))
    if size is not None:
        Path(layout.records(0)).write_bytes(b"")
    with pytest.raises(RecordsDamagedError):
        open_with(layout, KEEP)
    assert not os.path.exists(layout.records(0)) or os.path.getsize(layout.records(0)) == 0


# --- mending ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", [0, 1])
def test_the_slot_that_was_opened_is_sealed_anew(layout: VaultLayout, copy: int) -> None:
    flip(layout.keyslots(copy), 4096 + 300)
    with opened(layout, KEEP) as vault:
        assert vault.notices == ["slot-mended"]
        assert_slots_as_recorded(vault)
    a, b = read_slots(layout, 0)[0], read_slots(layout, 1)[0]
    assert sum(x == y for x, y in zip(a, b, strict=True)) < 60
    with opened(layout, KEEP) as vault:
        assert vault.notices == []
    shutil.copyfile(layout.keyslots(copy), layout.keyslots(1 - copy))
    assert opens(layout, KEEP)


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("number", [1, 2, 3])
def test_other_slots_are_mended_byte_for_byte_used_or_not(
    layout: VaultLayout, copy: int, number: int
) -> None:
    flip(layout.keyslots(copy), 4096 * (number + 1) + 300)
    good = read_slots(layout, 1 - copy)[number]
    with opened(layout, KEEP) as vault:
        assert vault.notices == ["slot-mended"]
        assert_slots_as_recorded(vault)
    assert read_slots(layout, copy)[number] == read_slots(layout, 1 - copy)[number] == good
    assert opens(layout, OTHER)


def test_an_unused_slot_that_is_right_nowhere_becomes_random(layout: VaultLayout) -> None:
    for copy in (0, 1):
        flip(layout.keyslots(copy), 4096 * 3 + 1)
    before = [read_slots(layout, copy)[2] for copy in (0, 1)]
    with opened(layout, KEEP) as vault:
        assert vault.notices == ["slot-mended"]
        assert_slots_as_recorded(vault)
    after = [read_slots(layout, copy)[2] for copy in (0, 1)]
    assert len({*before, *after}) == 4


def test_a_used_slot_that_is_right_nowhere_stays_and_is_told_each_time(layout: VaultLayout) -> None:
    for copy in (0, 1):
        flip(layout.keyslots(copy), 4096 * 2 + 1)
    before = [read_slots(layout, copy)[1] for copy in (0, 1)]
    for _ in range(2):
        with opened(layout, KEEP) as vault:
            assert vault.notices == ["slot-lost"]
    assert [read_slots(layout, copy)[1] for copy in (0, 1)] == before
    with pytest.raises(WrongCredentialError):
        open_with(layout, OTHER)


def test_slots_of_the_other_compartment_are_not_mended(layout: VaultLayout) -> None:
    flip(layout.keyslots(0), 4096 * 6)
    before = read_slots(layout, 0, 4), read_slots(layout, 1, 4)
    with opened(layout, KEEP) as vault:
        assert vault.notices == []
    assert (read_slots(layout, 0, 4), read_slots(layout, 1, 4)) == before


# --- making a file whole ------------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", [0, 1])
def test_a_damaged_header_costs_no_slot(layout: VaultLayout, copy: int) -> None:
    """Slot 1 is right only in the file whose header is not, slot 0 only in the other one."""
    flip(layout.keyslots(copy), 100)
    flip(layout.keyslots(1 - copy), 4096 * 2 + 300)
    flip(layout.keyslots(copy), 4096 + 300)
    others = read_copy(layout, copy)[4096 * 5 :]
    with opened(layout, KEEP) as vault:
        assert sorted(vault.notices) == ["key-slot-file-mended", "slot-mended", "slot-mended"]
        assert_slots_as_recorded(vault)
    assert read_copy(layout, copy)[:4096] == read_copy(layout, 1 - copy)[:4096]
    assert read_copy(layout, copy)[4096 * 5 :] == others
    assert opens(layout, OTHER)


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("size", [0, 100, 4096, 8191, 8192, 12_288, 14_000, 36_864, 65_535])
def test_a_short_file_keeps_every_slot_that_is_wholly_in_it(
    layout: VaultLayout, copy: int, size: int
) -> None:
    data, other = read_copy(layout, copy), read_copy(layout, 1 - copy)
    write_copy(layout, copy, data[:size])
    kept = max(0, min(size, 36_864) // 4096 - 1)
    with opened(layout, KEEP) as vault:
        assert vault.notices[0] == "key-slot-file-mended"
        assert_slots_as_recorded(vault)
    whole = read_copy(layout, copy)
    assert len(whole) == 65_536
    assert whole[:4096] == other[:4096]
    for number in range(8):
        here = slice(4096 * (number + 1), 4096 * (number + 2))
        if number == 0 and kept == 0:
            assert whole[here] not in (data[here], other[here])  # the opened slot, sealed anew
        else:
            assert whole[here] == (data if number < kept else other)[here]


def test_the_only_good_slot_in_a_short_file_still_opens(layout: VaultLayout) -> None:
    write_copy(layout, 0, read_copy(layout, 0)[:8192])
    flip(layout.keyslots(1), 4096 + 300)
    with opened(layout, KEEP) as vault:
        assert_slots_as_recorded(vault)
    shutil.copyfile(layout.keyslots(1), layout.keyslots(0))
    assert opens(layout, KEEP)


def test_a_file_that_is_too_long_is_cut(layout: VaultLayout) -> None:
    data = read_copy(layout, 0)
    write_copy(layout, 0, data + b"more")
    with opened(layout, KEEP) as vault:
        assert vault.notices == ["key-slot-file-mended"]
        assert_slots_as_recorded(vault)
    assert len(read_copy(layout, 0)) == 65_536
    assert read_copy(layout, 0)[:36_864] == data[:36_864]


@pytest.mark.parametrize("copy", [0, 1])
def test_a_missing_file_is_made_from_the_other(layout: VaultLayout, copy: int) -> None:
    os.unlink(layout.keyslots(copy))
    with opened(layout, KEEP) as vault:
        assert "key-slot-file-mended" in vault.notices
        assert_slots_as_recorded(vault)
    assert read_slots(layout, 0, 4) == read_slots(layout, 1, 4)
    assert read_copy(layout, 0)[36_864:] != read_copy(layout, 1)[36_864:]
    os.unlink(layout.keyslots(1 - copy))
    assert opens(layout, OTHER)


@pytest.mark.parametrize("faults", [("missing", "short"), ("header", "header"), ("missing", "header")])
def test_without_one_good_header_nothing_is_opened_or_changed(
    layout: VaultLayout, faults: tuple[str, str]
) -> None:
    for copy, fault in enumerate(faults):
        if fault == "missing":
            os.unlink(layout.keyslots(copy))
        elif fault == "short":
            write_copy(layout, copy, read_copy(layout, copy)[:-1])
        else:
            flip(layout.keyslots(copy), 4000)
    before = read_tree(layout.root)
    with pytest.raises(KeySlotsDamagedError):
        open_with(layout, KEEP)
    assert read_tree(layout.root) == before


# --- refusals before a key is derived -----------------------------------------------------------------------


def test_files_of_two_vaults_are_mixed(layout: VaultLayout, tmp_path: Path) -> None:
    other = make_vault(tmp_path / "other")
    shutil.copyfile(other.keyslots(1), layout.keyslots(1))
    with pytest.raises(KeySlotsMixedError):
        open_with(layout, KEEP)


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("size", [72, 4096, TOMBSTONE_BYTES])
def test_a_tombstone_in_either_copy_and_of_any_length_is_a_wipe(
    layout: VaultLayout, copy: int, size: int
) -> None:
    write_copy(layout, copy, make_tombstone(os.urandom)[:size])
    with pytest.raises(WipedError):
        open_with(layout, KEEP)


def test_a_wipe_that_begins_while_the_key_is_derived_is_not_undone(layout: VaultLayout) -> None:
    flip(layout.keyslots(1), 100)
    write = make_tombstone(os.urandom)

    def wiped_meanwhile(secret: bytes, salt: bytes, parameters: object) -> bytes:
        write_copy(layout, 0, write)
        return hashlib.sha256(salt + secret).digest()

    damaged = read_copy(layout, 1)
    with pytest.raises(WipedError):
        open_vault(
            layout.root,
            credential=credential_from_text(KEEP),
            stretch=wiped_meanwhile,
            random=os.urandom,
            clock=FixedClock(),
        )
    assert (read_copy(layout, 0), read_copy(layout, 1)) == (write, damaged)


def test_a_vault_is_opened_once(layout: VaultLayout) -> None:
    with opened(layout, KEEP), pytest.raises(VaultInUseError):
        open_with(layout, OTHER)
    assert opens(layout, OTHER)


@pytest.mark.parametrize("refused", [NEW, KEEP])
def test_nothing_stays_locked_after_a_refusal(layout: VaultLayout, refused: str) -> None:
    if refused == KEEP:
        records = Path(layout.records(0)).read_bytes()
        flip(layout.records(0), 200)
        with pytest.raises(RecordsDamagedError):
            open_with(layout, refused)
        Path(layout.records(0)).write_bytes(records)
    else:
        with pytest.raises(WrongCredentialError):
            open_with(layout, refused)
    assert opens(layout, KEEP)


def test_a_folder_that_is_no_vault_is_left_as_it_is(tmp_path: Path) -> None:
    for place in (tmp_path / "none", tmp_path):
        with pytest.raises(NotAVaultError):
            open_with(VaultLayout(str(place)), KEEP)
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_derived_database_is_made_again(layout: VaultLayout) -> None:
    flip(layout.derived(0), 200)
    with opened(layout, KEEP) as vault:
        assert vault.notices == ["derived-rebuilt"]
        vault.derived.verify()
    with opened(layout, KEEP) as vault:
        assert vault.notices == []
