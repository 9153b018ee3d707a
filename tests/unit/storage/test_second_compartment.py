import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import (
    CredentialInUseError,
    DiskFailedError,
    NoReserveError,
    NoRoomError,
    ObjectNotOursError,
)
from hrd_desktop.domain.records import ItemState
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.services.destroy import _finish, resume_destroying
from hrd_desktop.storage.allocation import find_room, reserve_names
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.rekey import KeptSlot, rekey
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.snapshots import take_snapshot
from hrd_desktop.storage.vault import Vault
from tests.unit.storage.second import (
    INNER,
    INNER_TOO,
    listing,
    make_second,
    make_with_second,
    put_inside,
    reserve_paths,
)
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    assert_slots_as_recorded,
    content_of,
    crash_at,
    crash_points,
    fresh_copy,
    make_vault,
    opened,
    opens,
    put_item,
    read_slots,
    root_of_text,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("template")
    make_with_second(folder / "v")
    return folder / "v"


@pytest.fixture
def layout(template: Path, tmp_path: Path) -> Iterator[VaultLayout]:
    yield fresh_copy(template, tmp_path / "v")


def digests(paths: list[str]) -> dict[str, str]:
    return {path: hashlib.sha256(Path(path).read_bytes()).hexdigest() for path in paths}


def test_each_opens_what_is_its_own(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        assert vault.compartment == 0
        outer = put_item(vault, b"outside")
    for text in (INNER, INNER_TOO):
        with opened(layout, text) as vault:
            assert (vault.compartment, vault.notices) == (1, [])
            assert vault.records.items.count() == 0 if text == INNER else 1
            assert_slots_as_recorded(vault)
            if text == INNER:
                inner = put_inside(vault, b"inside" * 5000)
            assert content_of(vault, inner) == b"inside" * 5000
            with pytest.raises(NotFoundError):
                vault.records.items.load(outer.id)
            with pytest.raises(ObjectNotOursError):
                vault.objects.open(outer.object_name)
            vault.records.verify()
            vault.derived.verify()
    with opened(layout, KEEP) as vault:
        assert vault.records.items.count() == 1
        with pytest.raises(ObjectNotOursError):
            vault.objects.open(inner.object_name)


def test_using_it_changes_no_name_length_inode_or_time_but_all_at_once(layout: VaultLayout) -> None:
    with opened(layout, KEEP):
        pass
    before = listing(layout)
    with opened(layout, INNER) as vault:
        items = [put_inside(vault, os.urandom(size)) for size in (10, 70_000, 900_000)]
        take_snapshot(vault)
        _finish(vault, items[1])
        rekey(vault, [KeptSlot(vault.slot_number, vault.root)])
    with opened(layout, KEEP):
        pass
    assert listing(layout) == before


def test_compartment_0_never_touches_it(layout: VaultLayout) -> None:
    paths = reserve_paths(layout)
    before, slots = digests(paths), [read_slots(layout, copy, 4) for copy in (0, 1)]
    with opened(layout, KEEP) as vault:
        item = put_item(vault, b"x" * 100_000)
        take_snapshot(vault)
        SlotChanges(vault).add(
            root=root_of_text(NEW, vault.header.salt), kind=SlotKind.PASSPHRASE, label="", flags=0
        )
        rekey(vault, [KeptSlot(vault.slot_number, vault.root)])
        _finish(vault, item)
    assert digests(paths) == before
    assert [read_slots(layout, copy, 4) for copy in (0, 1)] == slots


def test_compartment_1_never_touches_the_other(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault:
        put_item(vault, b"x" * 100_000)
    reserve = set(reserve_paths(layout))
    others = [path for path in layout.iter_object_paths() if path not in reserve]
    others += [layout.records(0), layout.derived(0)]
    before, slots = digests(others), [read_slots(layout, copy) for copy in (0, 1)]
    with opened(layout, INNER) as vault:
        items = [put_inside(vault, os.urandom(size)) for size in (10, 70_000)]
        take_snapshot(vault)
        SlotChanges(vault).remove(5)
        rekey(vault, [KeptSlot(vault.slot_number, vault.root)])
        _finish(vault, items[0])
    assert digests(others) == before
    assert [read_slots(layout, copy) for copy in (0, 1)] == slots


def test_what_does_not_fit_is_refused_and_the_rest_stays(layout: VaultLayout) -> None:
    with opened(layout, INNER) as vault:
        room = find_room(vault)
        assert room is not None and room.left_bytes == room.size_bytes
        assert reserve_names(vault, [room.largest_bytes + 1]) == [None]
        whole = put_inside(vault, bytes(room.largest_bytes))
        items = []
        with pytest.raises(NoRoomError):
            while True:
                items.append(put_inside(vault, os.urandom(60_000)))
        left = find_room(vault)
        assert left is not None and (left.left_bytes, left.largest_bytes) == (0, 0)
        # No room for a copy of the records either; that alone is no failure.
        assert take_snapshot(vault) is False
        assert content_of(vault, whole) == bytes(room.largest_bytes)
        _finish(vault, items[0])
        again = put_inside(vault, b"again")
        assert again.object_name == items[0].object_name
    with opened(layout, INNER) as vault:
        assert content_of(vault, again) == b"again"


def test_a_content_that_grows_while_it_is_read_is_refused(layout: VaultLayout) -> None:
    with opened(layout, INNER) as vault:
        (name,) = reserve_names(vault, [10])
        assert name is not None
        path = layout.object_path(name)
        length = os.path.getsize(path)
        writer = vault.objects.create(name)
        writer.write(bytes(60_000))
        with pytest.raises(NoRoomError):
            writer.write(bytes(10_000))
        assert os.path.getsize(path) == length
        with pytest.raises(ObjectNotOursError):
            vault.objects.open(name)


def test_full_records_still_take_a_change_of_slots_a_rekey_and_destroying(layout: VaultLayout) -> None:
    with opened(layout, INNER) as vault:
        item = put_inside(vault, b"to be destroyed")
        number = 0
        with pytest.raises(NoRoomError):
            while True:
                with vault.records.transaction():
                    for _ in range(5):
                        vault.records.settings.set(f"filler.{number}", "x" * 3900)
                        number += 1
        assert vault.records.settings.find("filler.0") is not None
        SlotChanges(vault).remove(5)
        _finish(vault, item)
        rekey(vault, [KeptSlot(vault.slot_number, vault.root)])
        vault.records.verify()
    with opened(layout, INNER) as vault:
        assert vault.records.items.count() == 0
        assert vault.records.settings.find(f"filler.{number - 10}") is not None


def test_making_it_again_destroys_what_was_there(layout: VaultLayout) -> None:
    with opened(layout, INNER) as vault:
        item = put_inside(vault, b"gone")
        old = vault.objects
    image = [Path(layout.keyslots(copy)).read_bytes() for copy in (0, 1)]
    with opened(layout, KEEP) as vault:
        make_second(vault, [NEW])
        assert find_room(vault) is None
    assert not opens(layout, INNER)
    with opened(layout, NEW) as vault:
        assert vault.records.items.count() == 0
    # Not with the old key either: an older copy of the key slots leads nowhere.
    assert image != [Path(layout.keyslots(copy)).read_bytes() for copy in (0, 1)]
    with pytest.raises(ObjectNotOursError):
        old.open(item.object_name)


def test_only_where_there_is_a_reserve_and_only_from_outside(layout: VaultLayout, tmp_path: Path) -> None:
    with opened(make_vault(tmp_path / "none", (KEEP,)), KEEP) as vault, pytest.raises(NoReserveError):
        make_second(vault)
    with opened(layout, INNER) as vault, pytest.raises(NoReserveError):
        make_second(vault, [NEW])


def test_a_passphrase_of_compartment_0_is_refused_before_anything_is_touched(layout: VaultLayout) -> None:
    with opened(layout, KEEP) as vault, pytest.raises(CredentialInUseError):
        make_second(vault, [NEW, KEEP])
    assert opens(layout, INNER)


def test_a_reserve_that_is_not_as_listed_is_left_alone(layout: VaultLayout) -> None:
    os.truncate(reserve_paths(layout)[-1], 4096)
    with opened(layout, KEEP) as vault, pytest.raises(DiskFailedError):
        make_second(vault, [NEW])
    assert opens(layout, INNER)


def test_a_damaged_or_lost_derived_database_is_made_again_in_place(layout: VaultLayout) -> None:
    path = Path(layout.derived(1))
    before = path.stat()
    path.write_bytes(os.urandom(before.st_size))
    with opened(layout, INNER) as vault:
        assert vault.notices == ["derived-rebuilt"]
        vault.derived.verify()
    assert (path.stat().st_size, path.stat().st_ino) == (before.st_size, before.st_ino)
    path.unlink()
    with opened(layout, INNER) as vault:
        assert vault.notices == ["derived-rebuilt"]
    assert path.stat().st_size == before.st_size


def _import(vault: Vault) -> None:
    put_inside(vault, b"new" * 30_000)


def _destroy(vault: Vault) -> None:
    item = next(iter(vault.records.items.iter_items()))
    with vault.records.transaction(essential=True):
        vault.records.items.set_state(item.id, ItemState.DESTROYING)
    _finish(vault, item)


def _change(vault: Vault) -> None:
    root = root_of_text(NEW, vault.header.salt)
    SlotChanges(vault).change(5, root=root, kind=SlotKind.PASSPHRASE, label="", flags=0)


def _rekey(vault: Vault) -> None:
    rekey(vault, [KeptSlot(vault.slot_number, vault.root)])


@pytest.mark.parametrize("act", [_import, _destroy, _change, _rekey])
def test_a_crash_anywhere_leaves_a_compartment_that_opens_and_a_folder_that_looks_the_same(
    act: Callable[[Vault], None],
    template: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    full: bool,
) -> None:
    # A crash in the middle of writing, of every kind of change.
    start = tmp_path / "start"
    with opened(fresh_copy(template, start), INNER) as vault:
        kept = put_inside(vault, b"kept" * 1000)
    shape = {name: entry[0] for name, entry in listing(VaultLayout(str(start))).items()}
    steps = crash_points(fresh_copy(start, tmp_path / "v"), INNER, act, monkeypatch)
    every = range(steps) if full else range(0, steps, max(1, steps // 5))
    for at in every:
        layout = fresh_copy(start, tmp_path / "v")
        crash_at(layout, INNER, act, monkeypatch, at)
        assert opens(layout, KEEP)
        with opened(layout, INNER) as vault:
            resume_destroying(vault)
            assert_slots_as_recorded(vault)
            assert vault.records.names.reserved() == vault.records.names.to_unlink() == []
            for item in vault.records.items.iter_items():
                content_of(vault, item)
            if act is not _destroy:
                assert content_of(vault, kept) == b"kept" * 1000
            named = {item.object_name for item in vault.records.items.iter_items()}
            named |= {name for name, _, _ in vault.records.snapshots.load()}
            # What no record names does not open, so nothing half written is left behind as an object.
            for name, _ in vault.records.reserve.free_objects():
                assert name not in named
                with pytest.raises(ObjectNotOursError):
                    vault.objects.open(name)
            vault.records.verify()
        assert {name: entry[0] for name, entry in listing(layout).items()} == shape
