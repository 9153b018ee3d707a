"""Putting back what a backup holds: a new vault, single items, a drill."""

from __future__ import annotations

import errno
import os
import shutil
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import Credential, credential_from_code
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.backup import BackupDamagedError, BackupDiskFailed, BackupPlaceError
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.records import NotFoundError
from hrd_desktop.domain.errors.vault import (
    DiskFailedError,
    DiskFullError,
    VaultExistsError,
    WrongCredentialError,
)
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup_drill import Drill, DrillReport
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.restore import Restore, RestoreReport
from hrd_desktop.services.restore_items import ItemBack, read_backup
from hrd_desktop.services.session import Session
from hrd_desktop.services.slots import rekey_vault
from hrd_desktop.services.throw_away import throw_away_folder
from hrd_desktop.services.verify import verify
from hrd_desktop.storage.backup.folder import BackupFolder
from hrd_desktop.storage.backup.store import BackupStore
from hrd_desktop.storage.object_reader import ObjectReader
from hrd_desktop.storage.vault import Vault
from tests.unit.services.backing_up import OTHER, WORDS, back_up, check, files_of, make_vault, opened, take

CODE = b"a recovery code 20 b"
SMALL = {"first": b"one" * 1000, "second": b"two" * 9000, "third": b"", "fourth": b"four" * 50_000}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with a reserve, a recovery code and the files of SMALL, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    root = make_vault(folder / "vault", reserve_bytes=16 << 20, recovery_code=CODE)
    with opened(root) as session:
        take(session, folder / "originals", **SMALL)
    return root


@pytest.fixture
def vault(tmp_path: Path, prepared: Path, remembered_keys: None) -> Iterator[Session]:
    shutil.copytree(prepared, tmp_path / "vault")
    with opened(tmp_path / "vault") as session:
        yield session


def restore(
    place: Path, target: Path, credential: Credential = WORDS, number: int | None = None
) -> RestoreReport:
    return Restore(
        str(place),
        str(target),
        credential,
        random=os.urandom,
        clock=SystemClock(),
        progress=NoProgress(),
        cancel=CancelToken(),
    ).run(number)


def contents(session: Session) -> dict[str, bytes]:
    """Title → bytes of every item."""
    items = session.read(lambda open_: list(open_.records.items.iter_items()))
    found: dict[str, bytes] = {}
    for item in items:
        with session.vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
            found[item.details.title] = b"".join(reader.iter_content())
    return found


def logs_check(session: Session) -> bool:
    return verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok


def test_a_restored_vault_has_everything_and_opens_with_all_that_opened_the_source(
    vault: Session, tmp_path: Path
) -> None:
    place, target = tmp_path / "backup", tmp_path / "restored"
    back_up(vault, place)
    before = files_of(place)
    report = restore(place, target)
    assert (report.items, report.files, report.failed, report.own) == (4, 4, (), False)
    with opened(target) as session:
        assert contents(session) == SMALL
        assert logs_check(session)
        assert session.vault.notices == []
        restored, source = (one.read(lambda open_: open_.records.state().epoch) for one in (session, vault))
        assert restored > source
    with opened(target, credential_from_code(CODE)):
        pass
    # The reserve is the same, byte for byte, whatever it holds.
    for part in ("records.1", "derived.1"):
        assert (target / part).read_bytes() == (tmp_path / "vault" / part).read_bytes()
    assert files_of(place) == before


def test_a_backup_of_its_own_makes_a_vault_of_its_own(vault: Session, tmp_path: Path) -> None:
    place, target = tmp_path / "backup", tmp_path / "restored"
    back_up(vault, place, OwnCredential(OTHER))
    assert restore(place, target, OTHER).own
    with opened(target, OTHER) as session:
        assert contents(session) == SMALL
        assert session.vault.compartment_key != vault.vault.compartment_key
    with pytest.raises(WrongCredentialError):
        opened(target, WORDS)


def test_the_restored_logs_go_on_under_new_keys_and_name_the_old(vault: Session, tmp_path: Path) -> None:
    def inbox(open_: Vault) -> tuple[bytes, list[dict[str, object]]]:
        log = open_.records.custody.log_of(None)
        return log.seed, [dict(event.values) for event in open_.records.custody.iter_events(log.id)]

    back_up(vault, tmp_path / "backup")
    old_seed, old_events = vault.read(inbox)
    restore(tmp_path / "backup", tmp_path / "restored")
    with opened(tmp_path / "restored") as session:
        new_seed, new_events = session.read(inbox)
    assert new_seed != old_seed
    assert new_events[: len(old_events)] == old_events
    after = new_events[len(old_events)]
    assert (after["action"], after["reason"]) == ("continued", "restored")


@pytest.mark.gate
def test_the_restored_vault_backs_up_into_the_same_folder(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    restore(place, tmp_path / "restored")
    with opened(tmp_path / "restored") as session:
        report = back_up(session, place)
        assert (report.number, report.copied) == (2, 0)
        assert "begun" not in report.notices
        assert len(backup_state(session).places) == 1
    assert check(place).counts


def test_an_older_snapshot_without_what_was_destroyed_since(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="all")
    victim = next(
        item
        for item in vault.read(lambda open_: list(open_.records.items.iter_items()))
        if item.details.title == "second"
    )
    destroy(vault, [victim.id])
    rekey_vault(vault, [])
    take(vault, tmp_path / "originals", fifth=b"five")
    back_up(vault, place)
    report = restore(place, tmp_path / "older", number=1)
    assert (report.items, report.left_out, report.failed) == (3, 1, ())
    with opened(tmp_path / "older") as session:
        assert contents(session) == {name: data for name, data in SMALL.items() if name != "second"}
        assert logs_check(session)
    assert restore(place, tmp_path / "newest").items == 4
    with pytest.raises(NotFoundError):
        restore(place, tmp_path / "no", number=9)


@pytest.mark.gate
def test_what_the_backup_lost_is_named_and_the_rest_comes_back(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    items = vault.read(lambda open_: list(open_.records.items.iter_items()))
    for item, code in zip(items[:2], ("missing", "damaged"), strict=True):
        path = place / "objects" / item.object_name.hex()[:2] / item.object_name.hex()[2:]
        if code == "missing":
            path.unlink()
        else:
            data = bytearray(path.read_bytes())
            data[4130] ^= 1
            path.write_bytes(data)
    report = restore(place, tmp_path / "restored")
    assert [(one.item_id, one.code) for one in report.failed] == [
        (items[0].id, "missing"),
        (items[1].id, "damaged"),
    ]
    assert report.files == 2
    with opened(tmp_path / "restored") as session:
        assert session.read(lambda open_: open_.records.items.count()) == 4


@pytest.mark.gate
def test_a_restore_that_fails_leaves_nothing(vault: Session, tmp_path: Path) -> None:
    place, target = tmp_path / "backup", tmp_path / "restored"
    back_up(vault, place)
    (snapshot,) = vault.read(lambda open_: [name for name, _, _ in open_.records.snapshots.load()][-1:])
    (place / "objects" / snapshot.hex()[:2] / snapshot.hex()[2:]).unlink()
    with pytest.raises(BackupDamagedError):
        restore(place, target)
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "letter").write_text("the user's")
    with pytest.raises(VaultExistsError):
        restore(place, tmp_path / "taken")
    with pytest.raises(BackupPlaceError):
        restore(place, place / "inside")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["backup", "originals", "taken", "vault"] or (
        sorted(path.name for path in tmp_path.iterdir()) == ["backup", "taken", "vault"]
    )


# -- single items ---------------------------------------------------------------------------


def bring_back(
    session: Session, place: Path, *references: str, credential: Credential = WORDS
) -> list[ItemBack]:
    with read_backup(str(place), credential, random=os.urandom, clock=SystemClock()) as reader:
        items = [reader.find(reference) for reference in references]
        assert None not in items
        return reader.bring_back(
            session,
            [item for item in items if item is not None],
            new_id=uuid.uuid4,
            progress=NoProgress(),
            cancel=CancelToken(),
        )


def test_single_items_come_back(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    items = {
        item.details.title: item for item in vault.read(lambda open_: list(open_.records.items.iter_items()))
    }
    damaged, destroyed, whole = items["second"], items["fourth"], items["first"]
    path = Path(vault.vault.layout.object_path(damaged.object_name))
    os.truncate(path, 8192)
    destroy(vault, [destroyed.id])
    done = bring_back(vault, place, damaged.reference, str(destroyed.id), whole.reference)
    assert [one.result for one in done] == ["bytes-back", "new", "already-here"]
    assert not path.exists()
    assert contents(vault) == SMALL
    assert logs_check(vault)
    assert vault.read(lambda open_: open_.records.names.reserved()) == []


# -- drill ----------------------------------------------------------------------------------


def drill(place: Path, folder: Path, credential: Credential = WORDS) -> DrillReport:
    return Drill(
        str(place),
        credential,
        folder=str(folder),
        random=os.urandom,
        clock=SystemClock(),
        progress=NoProgress(),
        cancel=CancelToken(),
    ).run()


def test_a_drill_proves_a_restore_and_leaves_nothing(vault: Session, tmp_path: Path) -> None:
    place, room = tmp_path / "backup", tmp_path / "room"
    room.mkdir()
    back_up(vault, place)
    live = files_of(tmp_path / "vault")
    report = drill(place, room)
    assert report.ok and (report.items, report.sample, report.read, report.logs) == (4, 4, 4, 1)
    assert list(room.iterdir()) == []
    with pytest.raises(WrongCredentialError):
        drill(place, room, OTHER)
    assert list(room.iterdir()) == []
    assert files_of(tmp_path / "vault") == live


KILLED = """
import os, signal, sys
from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services import backup_drill

backup_drill.verify = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
backup_drill.Drill(
    sys.argv[1],
    credential_from_text(sys.stdin.readline().rstrip()),
    folder=sys.argv[2],
    random=os.urandom,
    clock=SystemClock(),
    progress=NoProgress(),
    cancel=CancelToken(),
).run()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="a kill of its own process")
def test_nothing_opens_what_a_killed_drill_leaves_and_the_next_removes_it(
    vault: Session, tmp_path: Path
) -> None:
    place, room = tmp_path / "backup", tmp_path / "room"
    room.mkdir()
    back_up(vault, place)
    # At the worst moment: the throw-away vault is whole and open.
    killed = subprocess.run(
        [sys.executable, "-c", KILLED, str(place), str(room)], input=WORDS.secret, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    (left,) = room.glob("sheaf-drill-*/vault")
    assert (left / "keyslots.a").is_file() and (left / "records.0").stat().st_size
    with pytest.raises(WrongCredentialError), opened(left):
        pass
    # One that is at work is left alone.
    with throw_away_folder("drill", str(room)) as other:
        assert drill(place, room).ok
        assert [str(path) for path in room.iterdir()] == [other]
    assert list(room.iterdir()) == []


@pytest.mark.gate
def test_a_drill_fails_where_a_restore_would(vault: Session, tmp_path: Path) -> None:
    place, room = tmp_path / "backup", tmp_path / "room"
    room.mkdir()
    back_up(vault, place)
    item = vault.read(lambda open_: next(open_.records.items.iter_items()))
    path = place / "objects" / item.object_name.hex()[:2] / item.object_name.hex()[2:]
    data = bytearray(path.read_bytes())
    data[4130] ^= 1
    path.write_bytes(data)
    assert not drill(place, room).ok


def test_a_bad_place_on_the_medium_costs_what_lies_there_and_no_more(
    vault: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="all")
    take(vault, tmp_path / "originals", later=b"a later one")
    back_up(vault, place)
    bad: set[bytes] = set()
    real = BackupStore.open

    def refused(store: BackupStore, name: bytes, expected: tuple[int, bytes] | None = None) -> ObjectReader:
        if name in bad:
            raise BackupDiskFailed(errno=errno.EIO, step="read-object")
        return real(store, name, expected)

    monkeypatch.setattr(BackupStore, "open", refused)
    item = vault.read(lambda open_: open_.records.items.find_by_number(1))
    assert item is not None
    bad.add(item.object_name)
    (found,) = check(place).bad
    assert (found.item_id, found.code) == (item.id, "backup-disk-failed")
    report = restore(place, tmp_path / "new")
    assert [(one.item_id, one.code) for one in report.failed] == [(item.id, "backup-disk-failed")]
    assert report.files == report.items - 1
    # The newest list: then the one before it is what there is.
    keys = [bytes.fromhex(key) for key in backup_state(vault).places[0].keys]
    store = BackupStore(BackupFolder(str(place), os.urandom), vault.vault.header.vault_id, keys, os.urandom)
    bad.add(store.list_name(2))
    older = restore(place, tmp_path / "older")
    # The reserve goes along in its newest state only, which that list would have named.
    assert (older.snapshot.number, older.reserve_lost, older.files) == (1, True, 3)
    with opened(tmp_path / "older") as session:
        assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).item_count == 4
    # The medium is gone, and not one place on it: nothing is made.
    shutil.rmtree(place / "keys")
    (place / "keys").mkdir()
    with pytest.raises(BackupDiskFailed):
        store.folder.ensure_answers()


@pytest.mark.parametrize("error", [DiskFullError(), DiskFailedError(errno=errno.EIO, step="write")])
def test_a_disk_that_fails_at_the_very_end_is_not_said_to_have_done_it(
    vault: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: SheafError
) -> None:
    """The spare copy of the records is the last thing written; without it no vault is left."""
    place = tmp_path / "backup"
    back_up(vault, place)

    def refused(opened: Vault) -> bool:
        raise error

    with monkeypatch.context() as patch:
        patch.setattr("hrd_desktop.services.session.snapshot_is_due", refused)
        with pytest.raises(type(error)):
            restore(place, tmp_path / "new")
    assert not list(tmp_path.glob("new*"))
