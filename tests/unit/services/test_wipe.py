"""A wipe: the keys first, all of the vault, nothing but the vault, and an honest report."""

from __future__ import annotations

import errno
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from hrd_desktop.services import wipe_keys, wipe_steps
from hrd_desktop.services.wipe import finish_wipe_if_tombstoned, wipe_vault
from hrd_desktop.services.wipe_holder import Stopped
from hrd_desktop.services.wipe_report import FAILED, NOT_FOUND, OUT_OF_REACH, OVERWRITTEN, Step, WipeReport
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
from hrd_desktop.storage.tombstone import find_tombstone, is_tombstone, make_tombstone
from tests.unit.storage.test_lockfile import holder
from tests.unit.storage.vault_folder import make_vault_folder, read_tree, write_file

WAIT_S = 20
ALWAYS_OUT_OF_REACH = ["older-copies", "backups", "bundles", "flash-storage"]

linux = pytest.mark.skipif(sys.platform != "linux", reason="holders are found through /proc/locks")


@pytest.fixture
def layout(tmp_path: Path) -> VaultLayout:
    return make_vault_folder(tmp_path / "v")


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    """A settings file in its own folder."""
    folder = tmp_path / "config" / "sheaf"
    folder.mkdir(parents=True)
    path = folder / "settings.json"
    path.write_bytes(b'{"vaults": ["/home/me/papers"]}')
    return path


def ticking() -> Callable[[], int]:
    """A clock that goes on by a millisecond each time it is asked."""
    times: Iterator[int] = iter(range(0, 10**12, 1_000_000))
    return lambda: next(times)


def wipe(layout: VaultLayout, *settings: Path, **options: object) -> WipeReport:
    return wipe_vault(
        layout.root,
        random=os.urandom,
        clock_ns=ticking(),
        settings_paths=[str(path) for path in settings],
        **options,  # type: ignore[arg-type]  # a test's own choice of the options
    )


def results(report: WipeReport) -> dict[str, str]:
    return {step.step: step.result for step in report.steps}


def failures(report: WipeReport) -> list[tuple[str, str]]:
    return [(step.step, step.detail) for step in report.steps if step.result == FAILED]


# -- all of it -------------------------------------------------------------------------------


@pytest.mark.parametrize("reserve", [False, True])
def test_nothing_of_the_vault_is_left(tmp_path: Path, settings: Path, reserve: bool) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=5, reserve=reserve)
    report = wipe(layout, settings)
    assert not os.path.lexists(layout.root)
    assert not settings.parent.exists()
    assert settings.parent.parent.exists()
    databases = 4 if reserve else 2
    # Objects, databases and their journals, lock, two key slot files.
    files = 5 + 2 * databases + 1 + 2
    done = [step for step in report.steps if step.result != OUT_OF_REACH]
    assert done == [
        Step("key-slots", OVERWRITTEN, "2"),
        Step("holder", NOT_FOUND),
        Step("key-slots-again", OVERWRITTEN, "2"),
        Step("objects", OVERWRITTEN, "5"),
        Step("databases", OVERWRITTEN, str(databases)),
        Step("journals", OVERWRITTEN, "1"),
        Step("settings", OVERWRITTEN, "1"),
        Step("files", OVERWRITTEN, str(files)),
        Step("folder", OVERWRITTEN),
    ]
    assert [step.step for step in report.steps if step.result == OUT_OF_REACH][:4] == ALWAYS_OUT_OF_REACH
    assert not report.failed
    assert report.keys_overwritten_ms == 1.0


def test_the_keys_go_before_anything_else(layout: VaultLayout, settings: Path) -> None:
    before = read_tree(layout.root)
    seen: list[dict[str, bytes]] = []
    wipe(layout, settings, on_keys_overwritten=lambda: seen.append(read_tree(layout.root)))
    (then,) = seen
    for copy in (0, 1):
        path = layout.keyslots(copy)
        assert is_tombstone(then[path])
        assert len(then[path]) == 65_536
        assert all(then[path][at : at + 8] != before[path][at : at + 8] for at in range(0, 65_536, 8))
        del then[path], before[path]
    assert then == before


def test_all_that_leads_to_a_key_is_overwritten_before_it_is_unlinked(
    layout: VaultLayout, settings: Path
) -> None:
    before = read_tree(layout.root) | {str(settings): settings.read_bytes()}
    # Open files show what became of the bytes whose names are gone.
    files = {path: open(path, "rb") for path in before}  # noqa: SIM115 - closed below
    wipe(layout, settings)
    for path, old in before.items():
        with files[path] as file:
            new = file.read()
        changed = {at for at in range(0, len(old), 8) if old[at : at + 8] != new[at : at + 8]}
        name = os.path.relpath(path, layout.root)
        assert len(new) == len(old), name
        if name.startswith(("keyslots", "..")) or name.endswith("-journal"):
            wanted = set(range(0, len(old), 8))
        elif name.startswith("objects"):
            wanted = set(range(0, 4096, 8))
        elif name == "lock":
            wanted = set()
        else:
            wanted = {*range(0, 4096, 8), *range(len(old) - 4096, len(old), 8)}
        assert changed == wanted, name


class PowerCut(BaseException):
    """Nothing is written from here on."""


@pytest.mark.parametrize("writes", range(5))
def test_the_tombstone_is_in_both_files_before_a_slot_is_gone(
    layout: VaultLayout, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    before = [Path(layout.keyslots(copy)).read_bytes() for copy in (0, 1)]
    done = 0

    def write_at(fd: int, offset: int, data: bytes) -> None:
        nonlocal done
        if done == writes:
            raise PowerCut
        done += 1
        os.pwrite(fd, data, offset)

    with monkeypatch.context() as patch:
        patch.setattr(wipe_keys, "write_at", write_at)
        if writes < 4:
            with pytest.raises(PowerCut):
                wipe_keys.overwrite_keys(layout, os.urandom, read_back=False)
        else:
            assert wipe_keys.overwrite_keys(layout, os.urandom, read_back=False).written == 2
    after = [Path(layout.keyslots(copy)).read_bytes() for copy in (0, 1)]
    assert [is_tombstone(data) for data in after] == [writes > 0, writes > 1]
    slots_kept = [data[4096:] == old[4096:] for data, old in zip(after, before, strict=True)]
    assert slots_kept == [writes < 3, writes < 4]


@pytest.mark.parametrize("name", ["records.0", "derived.0-journal", "lock", "object"])
def test_a_file_with_a_second_name_is_left_alone_and_reported(
    layout: VaultLayout, tmp_path: Path, name: str
) -> None:
    path = next(layout.iter_object_paths()) if name == "object" else os.path.join(layout.root, name)
    elsewhere = tmp_path / "the only copy"
    os.link(path, elsewhere)
    os.chmod(path, 0o400)
    before = elsewhere.read_bytes()
    report = wipe(layout)
    assert elsewhere.read_bytes() == before
    assert os.path.lexists(path)
    assert os.stat(path).st_mode & 0o777 == 0o400
    assert ("files", f"{os.path.relpath(path, layout.root)}: EMLINK") in failures(report)
    os.unlink(elsewhere)
    assert not wipe(layout).failed
    assert not os.path.lexists(layout.root)


def test_a_second_name_does_not_save_the_keys(layout: VaultLayout, tmp_path: Path) -> None:
    elsewhere = tmp_path / "kept by somebody"
    os.link(layout.keyslots(0), elsewhere)
    before = elsewhere.read_bytes()
    report = wipe(layout)
    assert not report.failed
    assert is_tombstone(elsewhere.read_bytes())
    assert elsewhere.read_bytes()[4096:] != before[4096:]
    assert not os.path.lexists(layout.root)


def test_a_planted_name_of_another_file_does_not_overwrite_it(layout: VaultLayout, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.write_bytes(b"the only copy of something" * 1000)
    os.unlink(layout.keyslots(1))
    os.link(precious, layout.keyslots(1))
    write_file(layout.keyslots(0), make_tombstone(os.urandom))
    report = finish_wipe_if_tombstoned(layout.root, random=os.urandom, clock_ns=ticking(), settings_paths=[])
    assert report is not None
    assert ("key-slots", "keyslots.b: EMLINK") in failures(report)
    assert precious.read_bytes() == b"the only copy of something" * 1000
    assert os.path.lexists(layout.keyslots(1))


def test_keys_only_leaves_the_rest_to_the_next_start(layout: VaultLayout, settings: Path) -> None:
    before = read_tree(layout.root)
    report = wipe(layout, settings, keys_only=True)
    assert results(report) == {
        "key-slots": OVERWRITTEN,
        "holder": NOT_FOUND,
        "key-slots-again": OVERWRITTEN,
        **{name: OUT_OF_REACH for name in results(report) if results(report)[name] == OUT_OF_REACH},
    }
    after = read_tree(layout.root)
    assert {path for path in before if before[path] != after[path]} == {
        layout.keyslots(0),
        layout.keyslots(1),
    }
    assert settings.exists()
    finished = finish_wipe_if_tombstoned(layout.root, settings_paths=[str(settings)])
    assert finished is not None
    assert not finished.failed
    assert not os.path.lexists(layout.root)
    assert not settings.exists()


@pytest.mark.parametrize("copy", [0, 1])
def test_a_tombstone_in_either_copy_means_finish(layout: VaultLayout, copy: int) -> None:
    Path(layout.keyslots(copy)).write_bytes(make_tombstone(os.urandom))
    finished = finish_wipe_if_tombstoned(layout.root, settings_paths=[])
    assert finished is not None
    assert not os.path.lexists(layout.root)


def test_a_second_wipe_is_quiet(layout: VaultLayout) -> None:
    wipe(layout)
    report = wipe(layout)
    assert report.steps == (Step("key-slots", NOT_FOUND),)
    assert not report.failed
    assert not report.found
    assert report.keys_overwritten_ms is None
    assert finish_wipe_if_tombstoned(layout.root, settings_paths=[]) is None


def test_a_vault_reached_through_a_link_is_wiped(layout: VaultLayout, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(layout.root)
    report = wipe(VaultLayout(str(tmp_path / "link")))
    assert not report.failed
    assert not os.path.lexists(layout.root)


@pytest.mark.parametrize("together", [True, False])
def test_many_objects_are_synced_together_or_one_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: bool
) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=70)
    if not together:
        # As on a kernel without a syncfs that reports failures.
        monkeypatch.setattr(wipe_steps, "sync_filesystem", lambda _: False)
    report = wipe(layout)
    assert Step("objects", OVERWRITTEN, "70") in report.steps
    assert not report.failed
    assert not os.path.lexists(layout.root)


def test_a_failed_sync_of_many_objects_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def failing(_: int) -> bool:
        raise OSError(errno.EIO, "text")

    monkeypatch.setattr(wipe_steps, "sync_filesystem", failing)
    assert failures(wipe(make_vault_folder(tmp_path / "v", objects=70))) == [("objects", ".: EIO")]


# -- nothing else ----------------------------------------------------------------------------


def remove_slots(layout: VaultLayout) -> None:
    for copy in (0, 1):
        os.unlink(layout.keyslots(copy))


def empty_slots(layout: VaultLayout) -> None:
    for copy in (0, 1):
        Path(layout.keyslots(copy)).write_bytes(b"")


def remove_one_empty_other(layout: VaultLayout) -> None:
    os.unlink(layout.keyslots(0))
    Path(layout.keyslots(1)).write_bytes(b"")


def damage_slots(layout: VaultLayout) -> None:
    for copy in (0, 1):
        with open(layout.keyslots(copy), "r+b") as file:
            file.write(b"X")


def nearly_tombstones(layout: VaultLayout) -> None:
    for copy in (0, 1):
        data = bytearray(make_tombstone(os.urandom))
        data[71] ^= 1
        Path(layout.keyslots(copy)).write_bytes(data)


def linked_tombstone(layout: VaultLayout) -> None:
    remove_slots(layout)
    elsewhere = os.path.join(os.path.dirname(layout.root), "elsewhere")
    write_file(elsewhere, make_tombstone(os.urandom))
    os.symlink(elsewhere, layout.keyslots(0))


@pytest.mark.parametrize(
    "damage",
    [remove_slots, empty_slots, remove_one_empty_other, damage_slots, nearly_tombstones, linked_tombstone],
)
def test_a_missing_empty_or_damaged_key_slot_file_deletes_nothing(
    layout: VaultLayout, settings: Path, damage: Callable[[VaultLayout], None]
) -> None:
    damage(layout)
    before = read_tree(layout.root)
    assert finish_wipe_if_tombstoned(layout.root, settings_paths=[str(settings)]) is None
    assert read_tree(layout.root) == before
    assert settings.exists()


@pytest.mark.parametrize("damage", [remove_slots, empty_slots, remove_one_empty_other, linked_tombstone])
def test_even_on_demand_nothing_is_touched_where_no_key_slot_file_is(
    layout: VaultLayout, settings: Path, damage: Callable[[VaultLayout], None]
) -> None:
    damage(layout)
    before = read_tree(layout.root)
    report = wipe(layout, settings)
    assert report.steps == (Step("key-slots", NOT_FOUND), Step("vault", FAILED, "no-key-slots"))
    assert read_tree(layout.root) == before
    assert settings.exists()


@pytest.mark.parametrize("damage", [damage_slots, nearly_tombstones])
def test_on_demand_damaged_key_slots_are_overwritten_too(
    layout: VaultLayout, damage: Callable[[VaultLayout], None]
) -> None:
    # They may still hold slots that somebody with time can open.
    damage(layout)
    report = wipe(layout)
    assert not report.failed
    assert not os.path.lexists(layout.root)


def test_one_sound_copy_is_enough(layout: VaultLayout) -> None:
    Path(layout.keyslots(0)).write_bytes(b"")
    seen: list[bool] = []
    report = wipe(layout, on_keys_overwritten=lambda: seen.append(find_tombstone(layout)))
    assert seen == [True]
    assert not report.failed
    assert not os.path.lexists(layout.root)


def test_a_folder_that_is_no_vault_is_not_touched(tmp_path: Path, settings: Path) -> None:
    folder = tmp_path / "papers"
    (folder / "objects" / "00").mkdir(parents=True)
    (folder / "objects" / "00" / ("0" * 30)).write_bytes(b"mine")
    (folder / "keyslots.txt").write_bytes(b"mine")
    (folder / "lock").write_bytes(b"mine")
    before = read_tree(str(folder))
    for root in (folder, folder / "keyslots.txt", tmp_path / "nowhere", tmp_path / "nowhere" / "deep"):
        report = wipe(VaultLayout(str(root)), settings)
        assert report.steps == (Step("key-slots", NOT_FOUND),)
    assert read_tree(str(folder)) == before
    assert settings.exists()


def test_random_files_named_like_key_slots_make_no_vault(tmp_path: Path) -> None:
    root = tmp_path / "v"
    root.mkdir()
    for name in ("keyslots.a", "keyslots.b", "records.0", "thesis.txt"):
        (root / name).write_bytes(b"mine" * 20_000)
    before = read_tree(str(root))
    wipe(VaultLayout(str(root)))
    assert read_tree(str(root)) == before


def test_foreign_files_are_left_and_the_folder_with_them(layout: VaultLayout, tmp_path: Path) -> None:
    foreign = {
        "notes.txt": b"a",
        "objects/README": b"b",
        "objects/00/thumbs.db": b"c",
        "records.0.bak": b"d",
        "keyslots.c": b"e",
        "records.2": b"f",
    }
    for name, data in foreign.items():
        write_file(os.path.join(layout.root, name), data)
    os.symlink(tmp_path, os.path.join(layout.root, "objects", "00", "0" * 30))
    report = wipe(layout)
    left = {os.path.relpath(path, layout.root): data for path, data in read_tree(layout.root).items()}
    assert left == {**foreign, "objects/00/" + "0" * 30: os.fsencode(str(tmp_path))}
    assert not report.failed
    assert Step("folder", OUT_OF_REACH, "ENOTEMPTY") in report.steps
    again = wipe(layout)
    assert again.steps == (Step("key-slots", NOT_FOUND),)


def test_other_settings_are_left(layout: VaultLayout, settings: Path) -> None:
    other = settings.parent / "other.json"
    other.write_bytes(b"{}")
    wipe(layout, settings)
    assert not settings.exists()
    assert other.read_bytes() == b"{}"


@pytest.mark.parametrize("name", ["keyslots.a", "records.0", "derived.0-journal", "objects", "lock"])
def test_links_are_not_followed_and_are_reported(layout: VaultLayout, tmp_path: Path, name: str) -> None:
    outside = tmp_path / "outside"
    path = os.path.join(layout.root, name)
    os.rename(path, outside)
    before = read_tree(str(outside)) if outside.is_dir() else {str(outside): outside.read_bytes()}
    os.symlink(outside, path)
    report = wipe(layout)
    after = read_tree(str(outside)) if outside.is_dir() else {str(outside): outside.read_bytes()}
    assert after == before
    assert report.failed
    assert any(name in detail or step == "holder" for step, detail in failures(report))
    # Something may be left to do, so the next start goes on.
    assert os.path.islink(path)
    assert find_tombstone(layout)


def test_a_linked_settings_file_is_not_followed(layout: VaultLayout, settings: Path, tmp_path: Path) -> None:
    target = tmp_path / "dotfiles.json"
    settings.rename(target)
    settings.symlink_to(target)
    before = target.read_bytes()
    report = wipe(layout, settings)
    assert target.read_bytes() == before
    assert ("settings", "settings.json: ELOOP") in failures(report)


# -- what does not work is said --------------------------------------------------------------


def test_what_cannot_be_removed_keeps_the_tombstone_until_it_can(layout: VaultLayout) -> None:
    os.unlink(layout.derived(0))
    os.mkdir(layout.derived(0))
    report = wipe(layout)
    assert ("databases", "derived.0: EISDIR") in failures(report)
    assert ("files", "derived.0: not-a-file") in failures(report)
    assert find_tombstone(layout)
    assert list(layout.iter_object_paths()) == []
    assert not os.path.exists(layout.records(0))
    os.rmdir(layout.derived(0))
    finished = finish_wipe_if_tombstoned(layout.root, settings_paths=[])
    assert finished is not None
    assert not finished.failed
    assert not os.path.lexists(layout.root)


def test_a_file_that_does_not_read_back_is_reported(
    layout: VaultLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = wipe_keys.read_at

    def wrong(fd: int, offset: int, size: int) -> bytes:
        data = real(fd, offset, size)
        return data[:-1] + bytes([data[-1] ^ 1]) if size == 65_536 else data

    monkeypatch.setattr(wipe_keys, "read_at", wrong)
    report = wipe(layout)
    assert [detail for step, detail in failures(report) if step == "key-slots-again"] == [
        "keyslots.a: read-back",
        "keyslots.b: read-back",
    ]


def test_no_report_names_the_folder(tmp_path: Path) -> None:
    layout = make_vault_folder(tmp_path / "the-smith-case")
    os.unlink(layout.records(0))
    os.mkdir(layout.records(0))
    report = wipe(layout)
    assert report.failed
    assert "smith" not in repr(report.steps) + json.dumps(report.fields())


def test_a_vault_in_a_synced_folder_is_out_of_reach(tmp_path: Path) -> None:
    (tmp_path / "Dropbox").mkdir()
    report = wipe(make_vault_folder(tmp_path / "Dropbox" / "v"))
    assert Step("synced-folder", OUT_OF_REACH, "Dropbox") in report.steps


@pytest.mark.root
def test_an_immutable_file_is_reported_and_the_rest_is_done(layout: VaultLayout) -> None:
    path = layout.keyslots(0)
    before = Path(path).read_bytes()
    if subprocess.run(["chattr", "+i", path], capture_output=True, check=False).returncode:
        pytest.skip("this file system has no immutable files")
    try:
        report = wipe(layout)
        assert Path(path).read_bytes() == before
        assert is_tombstone(Path(layout.keyslots(1)).read_bytes()) or not os.path.exists(layout.keyslots(1))
    finally:
        subprocess.run(["chattr", "-i", path], check=True)
    assert ("key-slots", "keyslots.a: EPERM") in failures(report)
    assert report.keys_overwritten_ms is None
    assert list(layout.iter_object_paths()) == []
    assert not os.path.exists(layout.records(0))


AS_SOMEBODY = """
import json, os, sys, time
from hrd_desktop.services.wipe import wipe_vault
from tests.unit.storage.vault_folder import make_vault_folder
from pathlib import Path
# Once beforehand, so that all modules are loaded: the interpreter may lie where only root can read.
wipe_vault(make_vault_folder(Path(sys.argv[1] + ".first")).root,
           random=os.urandom, clock_ns=time.monotonic_ns, settings_paths=[])
if os.getuid() == 0:
    os.setgroups([]); os.setgid(65534); os.setuid(65534)
report = wipe_vault(sys.argv[1], random=os.urandom, clock_ns=time.monotonic_ns, settings_paths=[])
print(json.dumps(report.fields()))
"""


def wipe_as_somebody(root: str) -> list[Step]:
    """Wipe in another process that is not root."""
    result = subprocess.run(
        [sys.executable, "-c", AS_SOMEBODY, root],
        cwd=Path(__file__).parents[3],
        capture_output=True,
        text=True,
        check=True,
    )
    return [Step(**fields) for fields in json.loads(result.stdout)["steps"]]


@pytest.fixture
def open_place() -> Iterator[Path]:
    """A folder that everybody may enter and write to; pytest's own are for the user alone."""
    path = Path("/tmp") / f"wipe-{os.urandom(8).hex()}"
    path.mkdir()
    path.chmod(0o777)
    yield path
    shutil.rmtree(path)


def test_rights_that_were_taken_away_do_not_save_the_keys(open_place: Path) -> None:
    layout = make_vault_folder(open_place / "v")
    (an_object, *_) = layout.iter_object_paths()
    if os.geteuid() == 0:
        for folder, folders, files in os.walk(layout.root):
            for name in [".", *folders, *files]:
                os.chown(os.path.join(folder, name), 65534, 65534)
    for path in (layout.keyslots(0), layout.records(0), an_object):
        os.chmod(path, 0o400)
    os.chmod(layout.keyslots(1), 0)
    os.chmod(os.path.dirname(an_object), 0o500)
    os.chmod(layout.objects_dir, 0o500)
    os.chmod(layout.root, 0o500)
    steps = wipe_as_somebody(layout.root)
    assert [step for step in steps if step.result == FAILED] == []
    assert not os.path.lexists(layout.root)


@pytest.mark.root
def test_somebody_elses_vault_is_reported_as_failed_and_stays(open_place: Path) -> None:
    layout = make_vault_folder(open_place / "v")
    for folder, folders, files in os.walk(layout.root):
        for name in [".", *folders]:
            os.chmod(os.path.join(folder, name), 0o755)
        for name in files:
            os.chmod(os.path.join(folder, name), 0o644)
    before = read_tree(layout.root)
    steps = wipe_as_somebody(layout.root)
    assert read_tree(layout.root) == before
    failed = {(step.step, step.detail) for step in steps if step.result == FAILED}
    assert {("key-slots", "keyslots.a: EPERM"), ("key-slots", "keyslots.b: EPERM")} <= failed
    assert not any(step.result == OVERWRITTEN for step in steps)


# -- whoever has it open ---------------------------------------------------------------------

RESISTS = """
import signal, sys
for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.lockfile import VaultLock
lock = VaultLock()
lock.acquire(VaultLayout(sys.argv[1]))
print("held", flush=True)
while True:
    sys.stdin.read()
    signal.pause()
"""


@linux
def test_the_holder_is_ended(layout: VaultLayout) -> None:
    with holder(layout, RESISTS) as process:
        report = wipe_vault(
            layout.root, random=os.urandom, clock_ns=lambda: 0, settings_paths=[], keys_only=True
        )
        assert process.wait(WAIT_S) == -9
    assert Step("holder", OVERWRITTEN, "ended") in report.steps


@linux
def test_nobody_else_is_ended(layout: VaultLayout, tmp_path: Path) -> None:
    other = make_vault_folder(tmp_path / "other", objects=0)
    reads = RESISTS.replace(
        "lock.acquire(VaultLayout(sys.argv[1]))", "kept = open(VaultLayout(sys.argv[1]).lock)"
    )
    with holder(other) as one, holder(layout, reads) as two:
        report = wipe(layout)
        assert one.poll() is None
        assert two.poll() is None
    assert Step("holder", NOT_FOUND) in report.steps
    assert not report.failed


def test_this_process_may_hold_it_itself(layout: VaultLayout) -> None:
    lock = VaultLock()
    lock.acquire(layout)
    report = wipe(layout)
    lock.release()
    assert Step("holder", NOT_FOUND, "own-process") in report.steps
    assert not os.path.lexists(layout.root)


def test_what_a_holder_wrote_back_is_overwritten_again(layout: VaultLayout) -> None:
    slots = Path(layout.keyslots(0)).read_bytes()

    def last_act(layout: VaultLayout, _: Callable[[], int]) -> Stopped:
        for copy in (0, 1):
            Path(layout.keyslots(copy)).write_bytes(slots)
        return Stopped(Step("holder", OVERWRITTEN, "ended"))

    wipe(layout, keys_only=True, stop_holder=last_act)
    for copy in (0, 1):
        data = Path(layout.keyslots(copy)).read_bytes()
        assert is_tombstone(data)
        assert all(data[at : at + 8] != slots[at : at + 8] for at in range(0, 65_536, 8))


def test_a_holder_that_does_not_end_is_reported_and_nothing_waits_for_it(
    layout: VaultLayout, monkeypatch: pytest.MonkeyPatch
) -> None:
    from hrd_desktop.services import wipe_holder

    # As on a system that does not tell who holds a lock.
    monkeypatch.setattr(wipe_holder, "find_holder_pids", lambda _: [])
    lock = VaultLock()
    lock.acquire(layout)
    seconds = iter(range(10**9))
    report = wipe_vault(
        layout.root,
        random=os.urandom,
        clock_ns=lambda: next(seconds) * 10**9,
        settings_paths=[],
    )
    lock.release()
    assert failures(report) == [("holder", "still-open")]
    assert not os.path.lexists(layout.root)


WIPE = """
import os, sys, time
from hrd_desktop.services.wipe import wipe_vault
report = wipe_vault(sys.argv[1], random=os.urandom, clock_ns=time.monotonic_ns, settings_paths=[])
sys.exit(report.failed)
"""


def test_a_folder_that_another_wipe_removes_meanwhile_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    layout = make_vault_folder(tmp_path / "v", objects=20)
    list_objects = VaultLayout.object_paths_in

    def removed_first(self: VaultLayout, folder: str) -> list[str]:
        shutil.rmtree(folder, ignore_errors=True)
        return list_objects(self, folder)

    monkeypatch.setattr(VaultLayout, "object_paths_in", removed_first)
    assert failures(wipe(layout)) == []


def test_two_wipes_at_once_do_not_end_each_other(tmp_path: Path) -> None:
    for number in range(5):
        layout = make_vault_folder(tmp_path / str(number), objects=20)
        wipers = [subprocess.Popen([sys.executable, "-c", WIPE, layout.root]) for _ in range(3)]
        assert [wiper.wait(WAIT_S) for wiper in wipers] == [0, 0, 0]
        assert not os.path.lexists(layout.root)
