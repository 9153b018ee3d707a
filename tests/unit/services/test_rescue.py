"""What a rescue brings back from every kind of damage, what it says is lost, and what it never touches."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path
from uuid import UUID

import pytest

from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.vault import (
    KeySlotsDamagedError,
    NotAVaultError,
    SlotNotCurrentError,
    VaultExistsError,
    VaultInUseError,
    WipedError,
    WrongCredentialError,
)
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.services.destinations import DestinationInVault
from hrd_desktop.services.verify import verify
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.rekey import KeptSlot, rekey
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.tombstone import make_tombstone
from hrd_desktop.storage.vault import Vault
from tests.unit.services.rescuing import (
    HOSTILE_NAMES,
    SIZES,
    State,
    content,
    fill,
    rescue,
    rescue_of,
    session_of,
    snapshot_paths,
    state_of,
    take_in,
    tree_of,
)
from tests.unit.storage.second import INNER, make_with_second, put_inside
from tests.unit.storage.small_vault import (
    KEEP,
    NEW,
    OTHER,
    Crash,
    CrashNow,
    crash_at,
    crash_points,
    flip,
    fresh_copy,
    make_vault,
    open_with,
    opened,
    opens,
    put_item,
    root_of_text,
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, State]:
    folder = tmp_path_factory.mktemp("template")
    layout = make_vault(folder / "vault", (KEEP, OTHER))
    fill(layout, folder / "originals")
    state = state_of(layout)
    assert len(state.contents) == len(SIZES)
    return folder / "vault", state


@pytest.fixture
def vault(template: tuple[Path, State], tmp_path: Path) -> VaultLayout:
    return fresh_copy(template[0], tmp_path / "damaged")


@pytest.fixture
def state(template: tuple[Path, State]) -> State:
    return template[1]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "new"


def is_sound(folder: Path) -> bool:
    """Whether everything in the new vault verifies: bytes, databases, logs."""
    with session_of(VaultLayout(str(folder))) as session:
        return verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok


def without_records(layout: VaultLayout, *, snapshots: bool = False) -> None:
    paths = [] if snapshots else snapshot_paths(layout)
    for path in (layout.records(0), layout.derived(0), layout.journal(layout.records(0)), *paths):
        os.unlink(path)


# -- a vault that lacks nothing ---------------------------------------------------------------


def test_a_whole_vault_comes_back_whole(vault: VaultLayout, target: Path, state: State) -> None:
    report = rescue(vault, target)
    assert report.complete
    assert report.records.origin == "database"
    assert report.from_records == len(SIZES)
    assert not report.lost and not report.unknown and not report.misplaced
    assert state_of(VaultLayout(str(target))) == state
    assert is_sound(target)


def test_only_the_passphrase_that_was_given_opens_it(vault: VaultLayout, target: Path) -> None:
    rescue(vault, target)
    new = VaultLayout(str(target))
    assert opens(new, KEEP)
    assert not opens(new, OTHER)
    assert Path(new.keyslots(0)).read_bytes()[:32] != Path(vault.keyslots(0)).read_bytes()[:32]


def test_no_name_of_an_object_is_used_again(vault: VaultLayout, target: Path) -> None:
    rescue(vault, target)
    old, new = set(vault.iter_object_names()), set(VaultLayout(str(target)).iter_object_names())
    assert new and not old & new


def test_every_log_goes_on_under_a_new_key_and_says_from_what(vault: VaultLayout, target: Path) -> None:
    def logs(layout: VaultLayout) -> list[tuple[UUID, bytes, int]]:
        with session_of(layout) as session:
            found = session.read(lambda opened: list(opened.records.custody.iter_logs()))
        return [(log.id, log.seed, log.size) for log in found]

    before = logs(vault)
    report = rescue(vault, target)
    after = logs(VaultLayout(str(target)))
    assert report.logs_continued == len(before) == len(after) == 2
    for (old_id, old_seed, old_size), (new_id, new_seed, _) in zip(before, after, strict=True):
        assert old_id == new_id
        assert old_seed != new_seed
        with session_of(VaultLayout(str(target))) as session:
            events = session.read(lambda opened, log=new_id: list(opened.records.custody.iter_events(log)))
        first = events[old_size]
        assert first.values["action"] == "continued"
        assert first.values["reason"] == "rescued"
        assert (first.item_number, first.sequence) == (0, old_size)
        assert f"\n{old_size}\n" in str(first.values["note"])


def test_a_rescued_vault_can_be_rescued(
    vault: VaultLayout, target: Path, tmp_path: Path, state: State
) -> None:
    rescue(vault, target)
    assert rescue(VaultLayout(str(target)), tmp_path / "newer").complete
    assert state_of(VaultLayout(str(tmp_path / "newer"))) == state
    assert is_sound(tmp_path / "newer")


# -- records -----------------------------------------------------------------------------------


def test_all_files_and_names_come_back_without_any_database(tmp_path: Path) -> None:
    originals = tmp_path / "originals"
    for number in range(240):
        folder = originals / str(number // len(HOSTILE_NAMES))
        folder.mkdir(parents=True, exist_ok=True)
        size = SIZES[number % len(SIZES)] if number < 60 else 16_384 * (number % 3) + number % 5
        name = HOSTILE_NAMES[number % len(HOSTILE_NAMES)]
        data = number.to_bytes(2, "big") + content(number, size) if size else b""
        path = os.path.join(os.fsencode(folder), name)
        with open(path, "wb") as file:
            file.write(data)
        os.utime(path, ns=(0, 1_700_000_000_000_000_000 + number * 1_000_000_000))
    layout = make_vault(tmp_path / "vault", (KEEP,))
    with session_of(layout) as session:
        items = take_in(session, originals)
    assert len(items) > 220
    without_records(layout)
    report = rescue(layout, tmp_path / "new")
    assert report.records.origin == "none"
    assert report.from_headers == len(items)
    assert not report.lost
    with session_of(VaultLayout(str(tmp_path / "new"))) as session:
        back = session.read(lambda opened: list(opened.records.items.iter_items()))
    assert {_facts(item) for item in back} == {_facts(item) for item in items}
    assert is_sound(tmp_path / "new")


def _facts(item) -> tuple[object, ...]:  # type: ignore[no-untyped-def]  # an Item
    return (
        item.id,
        item.original_name,
        item.sha256,
        item.size_bytes,
        item.media_type,
        item.original_modified_utc,
        item.details.title,
    )


def test_the_newest_snapshot_stands_in_for_a_database_that_is_gone(
    vault: VaultLayout, target: Path, state: State
) -> None:
    without_records(vault, snapshots=True)
    report = rescue(vault, target)
    assert report.records.origin == "snapshot"
    assert report.complete
    assert state_of(VaultLayout(str(target))) == state
    assert is_sound(target)


def test_a_file_that_came_after_the_snapshot_is_there_by_its_header(
    vault: VaultLayout, target: Path, state: State, tmp_path: Path
) -> None:
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "late.txt").write_bytes(b"late")
    late = open_with(vault, KEEP)
    late.close()
    with pytest.raises(ZeroDivisionError), session_of(vault) as session:
        take_in(session, tmp_path / "late")
        raise ZeroDivisionError  # ends without a snapshot
    os.unlink(vault.records(0))
    report = rescue(vault, target)
    assert report.from_headers == 1 and report.from_records == len(SIZES)
    assert not report.complete
    after = state_of(VaultLayout(str(target)))
    assert set(after.items) == {*state.items, "late.txt"}
    assert after.items["late.txt"][1] == "late"


def test_an_older_database_put_back_gives_way_to_a_newer_snapshot(
    vault: VaultLayout, target: Path, tmp_path: Path
) -> None:
    shutil.copy(vault.records(0), tmp_path / "older")
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "late.txt").write_bytes(b"late")
    with session_of(vault) as session:
        take_in(session, tmp_path / "late", case="LATE")
    now = state_of(vault)
    shutil.copy(tmp_path / "older", vault.records(0))
    report = rescue(vault, target)
    assert report.records.origin == "snapshot"
    assert state_of(VaultLayout(str(target))) == now


def test_the_epoch_of_a_rescued_vault_is_above_all_that_was(vault: VaultLayout, target: Path) -> None:
    with opened(vault, KEEP) as before:
        epoch = before.records.state().epoch
    rescue(vault, target)
    with opened(VaultLayout(str(target)), KEEP) as after:
        assert after.records.state().epoch > epoch


def test_what_can_be_read_of_a_damaged_database_is_brought_back(
    vault: VaultLayout, target: Path, state: State, full: bool
) -> None:
    for path in snapshot_paths(vault):
        path.unlink()
    pages = os.path.getsize(vault.records(0)) // 4096
    complete = 0
    brought: list[int] = []
    for page in range(1, pages) if full else random.Random(5).sample(range(1, pages), 3):
        copy = fresh_copy(Path(vault.root), target.with_name("hurt"))
        flip(copy.records(0), page * 4096 + 1000)
        shutil.rmtree(target, ignore_errors=True)
        report = rescue(copy, target)
        # Whatever page it is: every file is there, and what is there is sound.
        assert report.records.origin == "salvaged", page
        assert report.from_records + report.from_headers == len(SIZES)
        assert is_sound(target)
        after = state_of(VaultLayout(str(target)))
        assert set(after.items) == set(state.items)
        assert sorted(after.contents.values()) == sorted(state.contents.values())
        same = sum(after.items[name] == state.items[name] for name in state.items)
        brought.append(same)
        complete += same == len(state.items) and after.contacts == state.contacts
    assert complete >= 1, brought


def test_a_damaged_first_page_leaves_the_headers(vault: VaultLayout, target: Path, state: State) -> None:
    for path in snapshot_paths(vault):
        path.unlink()
    flip(vault.records(0), 2000)
    report = rescue(vault, target)
    assert report.records.origin == "none"
    assert report.from_headers == len(SIZES)
    assert set(state_of(VaultLayout(str(target))).items) == set(state.items)


# -- key slots ---------------------------------------------------------------------------------


@pytest.mark.parametrize("copy", [0, 1])
@pytest.mark.parametrize("damage", ["missing", "header", "short", "long", "another vault's", "empty"])
def test_one_good_key_slot_file_is_enough(
    vault: VaultLayout, target: Path, state: State, tmp_path: Path, copy: int, damage: str
) -> None:
    path = Path(vault.keyslots(copy))
    data = path.read_bytes()
    if damage == "missing":
        path.unlink()
    elif damage == "header":
        flip(str(path), 20)
    elif damage == "short":
        path.write_bytes(data[:10_000])
    elif damage == "long":
        path.write_bytes(data + bytes(100))
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        other = make_vault(tmp_path / "other", (KEEP,))
        path.write_bytes(Path(other.keyslots(copy)).read_bytes())
    os.unlink(vault.records(0))
    report = rescue(vault, target)
    assert report.complete
    assert state_of(VaultLayout(str(target))) == state


def test_the_header_of_one_file_opens_the_slots_of_the_other(
    vault: VaultLayout, target: Path, state: State
) -> None:
    flip(vault.keyslots(0), 20)
    path = Path(vault.keyslots(1))
    path.write_bytes(path.read_bytes()[:4096])
    assert rescue(vault, target).complete
    assert state_of(VaultLayout(str(target))) == state


def test_two_damaged_headers_are_told_as_such(vault: VaultLayout, target: Path) -> None:
    flip(vault.keyslots(0), 20)
    flip(vault.keyslots(1), 21)
    with pytest.raises(KeySlotsDamagedError):
        rescue(vault, target)
    assert not target.exists()


def test_a_slot_that_is_not_current_opens_rescue_alone(
    vault: VaultLayout, target: Path, state: State
) -> None:
    old = [Path(vault.keyslots(copy)).read_bytes() for copy in (0, 1)]
    with opened(vault, KEEP) as session:
        SlotChanges(session).change(
            1, root=root_of_text(NEW, session.header.salt), kind=SlotKind.PASSPHRASE, label="", flags=0
        )
    for copy in (0, 1):
        Path(vault.keyslots(copy)).write_bytes(old[copy])
    with pytest.raises(SlotNotCurrentError):
        open_with(vault, OTHER)
    assert rescue(vault, target, OTHER).complete
    assert state_of(VaultLayout(str(target)), OTHER) == state


def test_a_rekey_under_way_loses_nothing_at_any_step(
    vault: VaultLayout, target: Path, state: State, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    def act(opened_vault: Vault) -> None:
        rekey(opened_vault, [KeptSlot(0, opened_vault.root)])

    template = Path(vault.root)
    work = template.with_name("rekeyed")
    steps = crash_points(fresh_copy(template, work), KEEP, act, monkeypatch)
    places = range(steps) if full else random.Random(3).sample(range(steps), 2)
    for at in places:
        layout = fresh_copy(template, work)
        crash_at(layout, KEEP, act, monkeypatch, at)
        shutil.rmtree(target, ignore_errors=True)
        report = rescue(layout, target)
        assert report.complete, at
        assert state_of(VaultLayout(str(target))) == state, at
        # And without the database, of which a snapshot or the headers remain.
        os.unlink(layout.records(0))
        shutil.rmtree(target)
        report = rescue(layout, target)
        assert not report.lost, at
        assert state_of(VaultLayout(str(target))).items.keys() == state.items.keys(), at


# -- objects -----------------------------------------------------------------------------------


def _object_of(vault: VaultLayout, name: str) -> Path:
    with session_of(vault) as session:
        (found,) = session.read(
            lambda opened: [item for item in opened.records.items.iter_items() if item.original_name == name]
        )
    return Path(vault.object_path(found.object_name))


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        ("missing", "missing"),
        ("cut", "damaged"),
        ("body", "damaged"),
        ("header", "not-ours"),
        ("another vault's", "not-ours"),
        ("empty", "not-ours"),
    ],
)
def test_a_lost_item_is_named_and_its_record_kept(
    vault: VaultLayout, target: Path, state: State, tmp_path: Path, damage: str, code: str, full: bool
) -> None:
    path = _object_of(vault, "file 5.bin")
    data = bytearray(path.read_bytes())
    if damage == "missing":
        path.unlink()
    elif damage == "cut":
        path.write_bytes(data[:20_000])
    elif damage == "body":
        flip(str(path), 30_000)
    elif damage == "header":
        path.write_bytes(os.urandom(4096) + data[4096:])
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        other = make_vault(tmp_path / "other", (KEEP,))
        (tmp_path / "theirs").mkdir()
        (tmp_path / "theirs" / "file 5.bin").write_bytes(content(5, SIZES[5]))
        with session_of(other) as session:
            (item,) = take_in(session, tmp_path / "theirs")
        path.write_bytes(Path(other.object_path(item.object_name)).read_bytes())
    report = rescue(vault, target)
    assert not report.complete
    assert report.from_records == len(SIZES) - 1
    (lost,) = report.lost
    assert (lost.original_name, lost.code, lost.has_record) == ("file 5.bin", code, True)
    assert lost.reference == state.items["file 5.bin"][0]
    after = state_of(VaultLayout(str(target)))
    assert after.items == state.items
    assert len(after.contents) == len(SIZES) - 1
    if not full:
        return
    # Without records it is named by what its header says, if that can be read.
    without_records(vault)
    shutil.rmtree(target)
    report = rescue(vault, target)
    assert report.from_headers == len(SIZES) - 1
    assert [lost.original_name for lost in report.lost] == (["file 5.bin"] if code == "damaged" else [])


def test_objects_are_found_under_any_name_and_in_any_folder(
    vault: VaultLayout, target: Path, state: State
) -> None:
    paths = list(vault.iter_object_paths())
    for number, path in enumerate(paths):
        folder = (
            vault.root, os.path.join(vault.objects_dir, "00"), os.path.join(vault.root, "New folder", "deep")
        )[number % 3]  # fmt: skip
        os.makedirs(folder, exist_ok=True)
        os.rename(path, os.path.join(folder, f"recovered {number}.dat"))
    Path(vault.objects_dir, "Thumbs.db").write_bytes(b"not one of ours")
    report = rescue(vault, target)
    assert report.misplaced == len(paths)
    assert report.complete
    assert [unknown.name for unknown in report.unknown] == [os.path.join("objects", "Thumbs.db")]
    assert state_of(VaultLayout(str(target))) == state


def test_one_header_copy_and_a_second_file_are_enough(vault: VaultLayout, target: Path, state: State) -> None:
    first, second = _object_of(vault, "file 5.bin"), _object_of(vault, "file 7.bin")
    flip(str(first), 100)
    shutil.copy(second, Path(vault.root) / "a copy of it")
    flip(str(second), 50_000)
    assert rescue(vault, target).complete
    assert state_of(VaultLayout(str(target))) == state


def test_files_of_another_vault_are_left_out_and_counted(
    vault: VaultLayout, target: Path, state: State, tmp_path: Path
) -> None:
    other = make_vault(tmp_path / "other", (KEEP,))
    (tmp_path / "theirs").mkdir()
    (tmp_path / "theirs" / "theirs.txt").write_bytes(b"theirs")
    with session_of(other) as session:
        take_in(session, tmp_path / "theirs")
    for path in other.iter_object_paths():
        shutil.copy(path, vault.object_path(bytes.fromhex(Path(path).parent.name + Path(path).name)))
    shutil.copy(other.keyslots(1), vault.keyslots(1))
    os.unlink(vault.records(0))
    report = rescue(vault, target)
    assert report.complete
    assert "other-vault" in report.notices
    assert len(report.unknown) == len(list(other.iter_object_paths()))
    assert state_of(VaultLayout(str(target))) == state


def test_links_in_the_vault_are_not_followed(vault: VaultLayout, target: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    path = _object_of(vault, "file 5.bin")
    shutil.move(path, elsewhere)
    path.symlink_to(elsewhere)
    report = rescue_of(vault, target).run()
    assert [lost.original_name for lost in report.lost] == ["file 5.bin"]


@pytest.mark.parametrize("inside", ["objects/{}", "objects", ""])
def test_a_folder_that_the_disk_does_not_list_is_named(
    vault: VaultLayout, target: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    """What lies in it is not passed over as if it had never been there."""
    folder = os.path.join(vault.root, inside.format(_object_of(vault, "file 5.bin").parent.name)).rstrip("/")
    list_folder = os.scandir

    def refuse(path: str) -> object:
        if path == folder:
            raise OSError(5, "Input/output error", path)
        return list_folder(path)

    monkeypatch.setattr("hrd_desktop.storage.rescue_scan.os.scandir", refuse)
    report = rescue_of(vault, target).run()
    assert not report.complete
    assert report.unreadable == (
        os.path.relpath(folder, vault.root) if inside else os.path.basename(vault.root),
    )
    assert "file 5.bin" in {lost.original_name for lost in report.lost}


def test_a_reserve_is_no_loss(tmp_path: Path, target: Path) -> None:
    layout = make_vault(tmp_path / "reserved", (KEEP,), reserve_bytes=16 << 20)
    (tmp_path / "one").mkdir()
    (tmp_path / "one" / "one.txt").write_bytes(b"one")
    with session_of(layout) as session:
        take_in(session, tmp_path / "one")
    report = rescue(layout, target)
    assert report.complete
    assert not report.unknown
    with opened(VaultLayout(str(target)), KEEP) as new:
        assert new.records.reserve.load() is None
        assert not new.layout.has_reserve()


# -- what is refused, and what is left behind ----------------------------------------------------


def test_what_cannot_be_opened_leaves_nothing(vault: VaultLayout, target: Path, tmp_path: Path) -> None:
    with pytest.raises(WrongCredentialError):
        rescue(vault, target, "not the passphrase")
    with pytest.raises(NotAVaultError):
        rescue(VaultLayout(str(tmp_path / "nowhere")), target)
    with pytest.raises(DestinationInVault):
        rescue(vault, Path(vault.root) / "new")
    with pytest.raises(DestinationInVault):
        rescue(vault, Path(vault.root))
    target.mkdir()
    (target / "something").write_bytes(b"")
    with pytest.raises(VaultExistsError):
        rescue(vault, target)
    assert sorted(path.name for path in target.parent.iterdir()) == ["damaged", "new"]


def test_a_vault_in_use_is_not_rescued(vault: VaultLayout, target: Path) -> None:
    with opened(vault, KEEP), pytest.raises(VaultInUseError):
        rescue_of(vault, target).run()
    assert not target.exists()


def test_a_wiped_vault_is_not_rescued(vault: VaultLayout, target: Path) -> None:
    Path(vault.keyslots(1)).write_bytes(make_tombstone(os.urandom))
    with pytest.raises(WipedError):
        rescue(vault, target)
    assert not target.exists()


def test_a_cancelled_rescue_leaves_nothing(vault: VaultLayout, target: Path) -> None:
    token = CancelToken()
    token.cancel()
    with pytest.raises(Cancelled):
        rescue_of(vault, target, cancel=token).run()
    assert [path.name for path in target.parent.iterdir()] == ["damaged"]


def test_an_interrupted_rescue_leaves_the_source_as_it_was_and_no_vault(
    vault: VaultLayout, target: Path, state: State, monkeypatch: pytest.MonkeyPatch, full: bool
) -> None:
    os.unlink(vault.records(0))
    before = tree_of(vault.root)
    with monkeypatch.context() as patch:
        crash = Crash(patch)
        rescue_of(vault, target).run()
        steps = crash.steps
    shutil.rmtree(target)
    assert steps > 50
    for at in range(steps) if full else random.Random(8).sample(range(steps), 3):
        with monkeypatch.context() as patch:
            Crash(patch, at)
            with pytest.raises(CrashNow):
                rescue_of(vault, target).run()
        assert not target.exists()
        assert tree_of(vault.root) == before
    assert rescue(vault, target).complete
    assert state_of(VaultLayout(str(target))) == state


@pytest.mark.parametrize("lost", [False, True])
def test_each_compartment_is_rescued_by_what_opens_it_and_the_other_is_not_told_of(
    tmp_path: Path, target: Path, lost: bool
) -> None:
    layout = make_with_second(tmp_path / "two")
    with opened(layout, KEEP) as vault:
        put_item(vault, b"outside")
    with opened(layout, INNER) as vault:
        put_inside(vault, b"inside")
    if lost:
        for path in (layout.records(0), layout.records(1), layout.keyslots(0)):
            os.unlink(path)
    for text, content_there in ((KEEP, b"outside"), (INNER, b"inside")):
        shutil.rmtree(target, ignore_errors=True)
        report = rescue(layout, target, text)
        assert not report.lost
        assert list(state_of(VaultLayout(str(target)), text).contents.values()) == [content_there]
        with opened(VaultLayout(str(target)), text) as new:
            assert new.compartment == 0
            assert not new.layout.has_reserve()
