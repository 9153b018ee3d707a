"""Slots are changed whole or not at all, wherever the change is cut off; a removed credential stays out."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from hrd_desktop.crypto.slots import open_slots
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import (
    DiskFullError,
    LastSlotError,
    RecordsDamagedError,
    SlotsFullError,
    VaultReadOnlyError,
    WipedError,
)
from hrd_desktop.domain.slots import SlotKind, SlotRecord
from hrd_desktop.storage.disk import write_in_place
from hrd_desktop.storage.keyslot_file import KeySlotFiles
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.slot_changes import (
    SlotChanges,
    SlotSet,
    current_slots,
    recorded_generation,
    slot_set,
)
from hrd_desktop.storage.snapshots import snapshot_is_due
from hrd_desktop.storage.tombstone import make_tombstone
from hrd_desktop.storage.vault import Vault
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    OTHER,
    THIRD,
    Crash,
    CrashNow,
    assert_slots_as_recorded,
    crash_at,
    crash_points,
    fresh_copy,
    make_vault,
    open_with,
    opened,
    opens,
    read_slots,
    root_of_text,
)

Act = Callable[[Vault], object]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_vault(folder / "vault")
    return folder / "vault"


@pytest.fixture
def layout(template: Path, tmp_path: Path) -> VaultLayout:
    return fresh_copy(template, tmp_path / "vault")


def add(text: str) -> Act:
    return lambda vault: SlotChanges(vault).add(
        root=root_of_text(text, vault.header.salt), kind=SlotKind.PASSPHRASE, label="", flags=0
    )


def change(number: int, text: str) -> Act:
    return lambda vault: SlotChanges(vault).change(
        number,
        root=root_of_text(text, vault.header.salt),
        kind=SlotKind.PASSPHRASE,
        label="changed",
        flags=0,
    )


def remove(number: int) -> Act:
    return lambda vault: SlotChanges(vault).remove(number)


def generations(layout: VaultLayout, text: str) -> set[int]:
    """What the slots of this passphrase say, in both copies."""
    copies = KeySlotFiles(layout).read()
    header = (copies[0] or b"")[:4096]
    found = open_slots(copies, root_of_text(text, header[48:80]), header)
    assert len(found) == 2
    return {slot.content.generation for slot in found}


def test_what_is_added_opens_and_what_is_removed_does_not(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        added = SlotChanges(vault).add(
            root=root_of_text(THIRD, vault.header.salt), kind=SlotKind.PASSPHRASE, label="third", flags=0
        )
        assert (added.number, added.label, added.used) == (2, "third", True)
        assert_slots_as_recorded(vault)
    assert [opens(layout, text) for text in (KEEP, OTHER, THIRD)] == [True, True, True]
    with opened(layout, THIRD) as vault:
        assert vault.slot_number == 2
        remove(0)(vault)
        assert_slots_as_recorded(vault)
    assert [opens(layout, text) for text in (KEEP, OTHER, THIRD)] == [False, True, True]


def test_a_change_is_a_change_of_the_records(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        before = vault.records.state().epoch
        change(1, NEW)(vault)
        assert vault.records.state().epoch > before


def test_each_change_is_a_generation_and_only_the_changed_slot_carries_it(layout: VaultLayout) -> None:
    assert generations(layout, KEEP) == generations(layout, OTHER) == {1}
    with opened(layout, KEEP) as vault:
        assert recorded_generation(vault.records) == 1
        before = read_slots(layout, 0), read_slots(layout, 1)
        change(1, NEW)(vault)
        assert recorded_generation(vault.records) == 2
        remove(1)(vault)
        assert recorded_generation(vault.records) == 3
        add(THIRD)(vault)
        assert recorded_generation(vault.records) == 4
    assert generations(layout, THIRD) == {4}
    assert generations(layout, KEEP) == {1}
    for copy in (0, 1):
        # An unused slot keeps its bytes as well: the difference of two images shows which one was changed.
        unchanged = [a == b for a, b in zip(before[copy], read_slots(layout, copy), strict=True)]
        assert unchanged == [True, False, True, True]


def test_the_slots_of_the_other_compartment_are_never_written(layout: VaultLayout) -> None:
    before = read_slots(layout, 0, 4), read_slots(layout, 1, 4)
    with opened(layout, KEEP) as vault:
        change(1, NEW)(vault)
        remove(1)(vault)
        add(THIRD)(vault)
    assert (read_slots(layout, 0, 4), read_slots(layout, 1, 4)) == before


def test_what_cannot_be_changed(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        for number in (2, 3, 4, -1):
            with pytest.raises(NotFoundError):
                remove(number)(vault)
            with pytest.raises(NotFoundError):
                change(number, NEW)(vault)
        for text in (THIRD, NEW):
            add(text)(vault)
        with pytest.raises(SlotsFullError):
            add("a fifth one")(vault)
        for number in (3, 2, 1):
            remove(number)(vault)
        with pytest.raises(LastSlotError):
            remove(0)(vault)
        assert_slots_as_recorded(vault)


def test_an_intent_is_read_back_whole_or_not_at_all(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        wanted = slot_set(current_slots(vault), 7)
    packed = wanted.pack()
    assert SlotSet.unpack(packed) == wanted
    for place in (0, 31, 32, len(packed) // 2, len(packed) - 1):
        changed = packed[:place] + bytes([packed[place] ^ 1]) + packed[place + 1 :]
        with pytest.raises(RecordsDamagedError):
            SlotSet.unpack(changed)
    for short in (b"", packed[:32], packed[:-1]):
        with pytest.raises(RecordsDamagedError):
            SlotSet.unpack(short)


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"generation": 1, "a": [], "b": [], "records": []}'])
def test_an_intent_of_another_shape_is_damage(body: bytes) -> None:
    with pytest.raises(RecordsDamagedError):
        SlotSet.unpack(hashlib.sha256(body).digest() + body)


def test_a_damaged_intent_is_not_written_over_the_slots(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        packed = bytearray(slot_set(current_slots(vault), 2).pack())
        packed[500] ^= 1
        with vault.records.quiet_transaction():
            vault.records.slots.put_intent(bytes(packed))
    before = Path(layout.keyslots(0)).read_bytes(), Path(layout.keyslots(1)).read_bytes()
    with pytest.raises(RecordsDamagedError):
        open_with(layout, KEEP)
    assert (Path(layout.keyslots(0)).read_bytes(), Path(layout.keyslots(1)).read_bytes()) == before


@pytest.mark.parametrize("first", [KEEP, OTHER])
def test_a_removal_that_is_cut_off(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    folder = tmp_path / "vault"
    steps = crash_points(fresh_copy(template, folder), KEEP, remove(1), monkeypatch)
    out_from: set[bool] = set()
    for step in range(steps):
        layout = fresh_copy(template, folder)
        crash_at(layout, KEEP, remove(1), monkeypatch, step)
        # Whoever comes first, the removed one too, finishes the change or finds it not begun.
        outcome = [opens(layout, first), opens(layout, OTHER), opens(layout, OTHER)]
        assert len(set(outcome[1:])) == 1, step
        assert opens(layout, KEEP), step
        out_from.add(outcome[1])
        with opened(layout, KEEP) as vault:
            assert_slots_as_recorded(vault)
            assert recorded_generation(vault.records) == (1 if outcome[1] else 2)
    assert out_from == {True, False}


@pytest.mark.parametrize("first", [KEEP, OTHER, NEW])
def test_a_changed_passphrase_that_is_cut_off(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    folder = tmp_path / "vault"
    act = change(1, NEW)
    steps = crash_points(fresh_copy(template, folder), KEEP, act, monkeypatch)
    for step in range(steps):
        layout = fresh_copy(template, folder)
        crash_at(layout, KEEP, act, monkeypatch, step)
        opens(layout, first)
        assert opens(layout, KEEP), step
        assert [opens(layout, OTHER), opens(layout, NEW)] in ([True, False], [False, True]), step
        with opened(layout, KEEP) as vault:
            assert_slots_as_recorded(vault)


def test_an_addition_that_is_cut_off_by_the_one_who_changes_their_own(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "vault"
    for act, old in ((add(NEW), True), (change(0, NEW), False)):
        steps = crash_points(fresh_copy(template, folder), KEEP, act, monkeypatch)
        for step in range(steps):
            layout = fresh_copy(template, folder)
            crash_at(layout, KEEP, act, monkeypatch, step)
            assert opens(layout, OTHER), step
            new = opens(layout, NEW)
            assert opens(layout, KEEP) == (old or not new), step


def test_a_change_that_is_cut_off_twice(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The unlock that finishes the change is cut off as well."""
    folder, act = tmp_path / "vault", remove(1)
    after_intent = 3  # both steps of the first transaction, and one of the write to copy a
    seen = 0
    for step in range(40):
        layout = fresh_copy(template, folder)
        crash_at(layout, KEEP, act, monkeypatch, after_intent)
        if not unlock_is_cut_off(layout, monkeypatch, step):
            break
        seen += 1
        assert opens(layout, KEEP), step
        assert not opens(layout, OTHER), step
    assert seen > 6


def unlock_is_cut_off(layout: VaultLayout, monkeypatch: pytest.MonkeyPatch, step: int) -> bool:
    """Whether opening came as far as this step."""
    with monkeypatch.context() as patch:
        crash = Crash(patch, step)
        try:
            open_with(layout, KEEP).close()
        except CrashNow:
            assert crash.happened
            return True
        return False


def test_a_failure_in_the_middle_lets_nothing_be_built_on_it(
    layout: VaultLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise DiskFullError()

    with opened(layout, KEEP) as vault:
        with monkeypatch.context() as patch:
            patch.setattr(KeySlotFiles, "write_slots", full)
            with pytest.raises(DiskFullError):
                change(1, NEW)(vault)
        with pytest.raises(VaultReadOnlyError):
            remove(1)(vault)
        assert not snapshot_is_due(vault)
    with opened(layout, KEEP) as vault:
        assert "slot-change-finished" in vault.notices
        assert_slots_as_recorded(vault)
        assert snapshot_is_due(vault)
    assert [opens(layout, OTHER), opens(layout, NEW)] == [False, True]


@pytest.mark.parametrize("copy", [0, 1])
def test_a_wipe_that_has_begun_ends_a_change(layout: VaultLayout, copy: int) -> None:
    with opened(layout, KEEP) as vault:
        other = Path(layout.keyslots(1 - copy)).read_bytes()
        Path(layout.keyslots(copy)).write_bytes(make_tombstone(vault.random))
        with pytest.raises(WipedError):
            remove(1)(vault)
        assert Path(layout.keyslots(1 - copy)).read_bytes() == other


def test_a_slot_that_was_exchanged_meanwhile_does_not_become_right(
    template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old slot put into both files while the vault is open, then a crash in a change of another one."""
    folder = tmp_path / "vault"
    layout = fresh_copy(template, folder)
    old = {copy: read_slots(layout, copy)[1] for copy in (0, 1)}
    act = change(0, NEW)
    steps = crash_points(layout, KEEP, act, monkeypatch)

    def exchanged(vault: Vault) -> None:
        for copy in (0, 1):
            write_in_place(vault.layout.keyslots(copy), 2 * 4096, old[copy])
        act(vault)

    for step in range(steps):
        layout = fresh_copy(template, folder)
        with opened(layout, KEEP) as vault:
            remove(1)(vault)
        crash_at(layout, KEEP, exchanged, monkeypatch, step)
        assert not opens(layout, OTHER), step


def test_hashes_of_a_lost_slot_stay_as_they_were(layout: VaultLayout) -> None:
    """Otherwise what somebody put there would be taken for right by the next change that is finished."""
    with opened(layout, KEEP) as vault:
        first, lost, *rest = vault.records.slots.load()
        wrong = replace(lost, hash_a=bytes(32), hash_b=bytes(32))
        with vault.records.quiet_transaction():
            vault.records.slots.replace([first, wrong, *rest])
        change(0, NEW)(vault)
        assert record(vault, 1) == wrong
    assert not opens(layout, OTHER)
    with opened(layout, NEW) as vault:
        assert vault.notices.count("slot-lost") == 1
        assert record(vault, 1) == wrong
        change(1, THIRD)(vault)
        assert_slots_as_recorded(vault)
    assert opens(layout, THIRD)


def record(vault: Vault, number: int) -> SlotRecord:
    return vault.records.slots.load()[number]
