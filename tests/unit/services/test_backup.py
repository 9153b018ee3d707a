"""Backing up, and what is in the folder afterwards: docs/spec/backup-format.md."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_code, credential_from_text
from hrd_desktop.crypto.headers import open_header
from hrd_desktop.domain.errors.backup import (
    BackupCredentialNeeded,
    BackupDamagedError,
    BackupForeignError,
    BackupOpensOtherwiseError,
    BackupPlaceError,
    NotABackupError,
    VaultOlderThanBackup,
)
from hrd_desktop.domain.errors.vault import ObjectNotOursError, WrongCredentialError
from hrd_desktop.services.backup_check import note_check
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.destroy import destroy
from hrd_desktop.services.session import Session
from hrd_desktop.services.slots import change_passphrase, rekey_vault
from hrd_desktop.storage.objects import ObjectReader, ObjectStore
from tests.unit.services.backing_up import OTHER, WORDS, back_up, check, files_of, make_vault, opened, take

SMALL = {"first": b"one" * 1000, "second": b"two" * 9000, "third": b"", "fourth": b"four" * 50_000}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vault with the files of SMALL, made once."""
    folder = tmp_path_factory.mktemp("prepared")
    with opened(make_vault(folder / "vault")) as session:
        take(session, folder / "originals", **SMALL)
    return folder / "vault"


@pytest.fixture
def vault(tmp_path: Path, prepared: Path, remembered_keys: None) -> Iterator[Session]:
    shutil.copytree(prepared, tmp_path / "vault")
    with opened(tmp_path / "vault") as session:
        yield session


def test_a_backup_is_complete_and_the_next_one_copies_nothing(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    first = back_up(vault, place)
    assert (first.number, first.is_new, first.item_count, first.copied) == (1, True, 4, 4)
    assert first.notices == ("begun",) and not first.failed
    before = files_of(place)
    again = back_up(vault, place)
    assert (again.number, again.is_new, again.copied, again.removed) == (1, False, 0, 0)
    assert files_of(place) == before
    found = check(place)
    assert found.counts and found.objects == found.checked == 5
    assert [one.item_count for one in found.snapshots] == [4]


def test_an_unchanged_vault_is_backed_up_without_reading_its_files(
    vault: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However large it is: what is opened again is the copy of the records and the list."""
    place = tmp_path / "backup"
    back_up(vault, place)
    names: list[bytes] = []
    real = ObjectStore.open

    def noted(store: ObjectStore, name: bytes, expected: tuple[int, bytes] | None = None) -> ObjectReader:
        names.append(name)
        return real(store, name, expected)

    monkeypatch.setattr(ObjectStore, "open", noted)
    assert not back_up(vault, place).is_new
    items = {item.object_name for item in vault.read(lambda open_: list(open_.records.items.iter_items()))}
    assert len(names) == 2 and not items & set(names)


def test_all_files_look_alike(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    for name, data in files_of(place).items():
        if name.startswith("keys/"):
            assert re.fullmatch(r"keys/[0-9a-f]{32}", name) and len(data) == 65_536
            continue
        assert re.fullmatch(r"objects/[0-9a-f]{2}/[0-9a-f]{30}", name)
        assert len(data) % 4096 == 0 and len(data) >= 8192
        # Nothing of a magic, a zero run or a text: what is not sealed is random.
        assert len(set(data[:4096])) > 200


def test_no_header_of_the_vault_is_in_the_backup(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    for name, data in files_of(place / "objects").items():
        with pytest.raises(ObjectNotOursError):
            open_header(
                data[:4096],
                vault.vault.keys.object_headers,
                vault.vault.header.vault_id,
                bytes.fromhex(name.replace("/", "")),
            )


@pytest.mark.gate
def test_what_was_changed_since_is_copied_alone(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="all")
    take(vault, tmp_path / "originals", fifth=b"five")
    second = back_up(vault, place)
    assert (second.number, second.copied, second.snapshots) == (2, 1, 2)
    assert [one.item_count for one in check(place).snapshots] == [5, 4]


def test_pruning_keeps_what_a_kept_snapshot_needs_and_nothing_else(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="2")
    for number in range(3):
        take(vault, tmp_path / "originals", **{f"more{number}": os.urandom(100)})
        back_up(vault, place)
    found = check(place)
    assert found.counts and [one.number for one in found.snapshots] == [4, 3]
    # Seven items, two lists, two copies of the records.
    assert len(files_of(place / "objects")) == 7 + 2 + 2


def test_what_was_destroyed_is_taken_out_of_kept_snapshots(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="all")
    item = next(iter(vault.read(lambda open_: list(open_.records.items.iter_items()))))
    destroy(vault, [item.id])
    back_up(vault, place)
    assert not os.path.exists(place / "objects" / item.object_name.hex()[:2] / item.object_name.hex()[2:])
    found = check(place)
    assert found.counts and len(found.snapshots) == 2
    # And stays so when there is nothing new.
    assert not back_up(vault, place).is_new
    assert check(place).counts
    # When the list that named it is gone, that alone is no reason for a new one.
    assert back_up(vault, place, keep="1").snapshots == 1
    assert not back_up(vault, place).is_new


@pytest.mark.gate
def test_leftovers_of_a_crash_are_removed(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    stray = place / "objects" / "ab" / ("0" * 30)
    stray.parent.mkdir(exist_ok=True)
    stray.write_bytes(b"half of something")
    foreign = place / "objects" / "ab" / "desktop.ini"
    foreign.write_bytes(b"not ours")
    assert back_up(vault, place).removed == 1
    assert not stray.exists() and foreign.exists()


@pytest.mark.gate
def test_a_cut_file_is_copied_again(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    largest = max((place / "objects").rglob("*"), key=lambda path: path.stat().st_size)
    os.truncate(largest, 8192)
    assert not check(place).ok
    back_up(vault, place)
    assert check(place).counts


# -- what opens it --------------------------------------------------------------------------


def test_own_passphrase_opens_it_and_the_vaults_does_not(vault: Session, tmp_path: Path) -> None:
    place, code = tmp_path / "backup", os.urandom(20)
    back_up(vault, place, OwnCredential(OTHER, code))
    with pytest.raises(WrongCredentialError):
        check(place, WORDS)
    assert check(place, OTHER).counts
    assert check(place, credential_from_code(code)).counts
    # The vault goes on without it.
    take(vault, tmp_path / "originals", fifth=b"five")
    assert back_up(vault, place).is_new
    for one in (place / "keys").iterdir():
        assert vault.vault.header.vault_id not in one.read_bytes()


@pytest.mark.gate
def test_own_passphrase_cannot_be_added_later(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    with pytest.raises(BackupOpensOtherwiseError):
        back_up(vault, place, OwnCredential(OTHER))


def test_a_changed_passphrase_opens_the_backup_after_the_next_one(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    change_passphrase(vault, 0, OTHER)
    back_up(vault, place)
    assert check(place, OTHER).counts
    with pytest.raises(WrongCredentialError):
        check(place, WORDS)
    assert len(list((place / "keys").iterdir())) == 2


def test_after_a_rekey_nothing_is_copied_again_and_the_old_key_opens_nothing_new(
    vault: Session, tmp_path: Path
) -> None:
    place, stolen = tmp_path / "backup", tmp_path / "stolen"
    back_up(vault, place, keep="all")
    shutil.copytree(place / "keys", stolen)
    rekey_vault(vault, [])
    take(vault, tmp_path / "originals", fifth=b"five")
    after = back_up(vault, place)
    assert after.copied == 1
    assert check(place).counts and [one.number for one in check(place).snapshots] == [2, 1]
    # Whoever kept the key files finds the state before, and nothing of what came later.
    shutil.rmtree(place / "keys")
    shutil.copytree(stolen, place / "keys")
    assert [one.number for one in check(place).snapshots] == [1]


@pytest.mark.gate
def test_after_a_rekey_a_backup_of_its_own_asks_for_its_passphrase_once(
    vault: Session, tmp_path: Path
) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, OwnCredential(OTHER))
    rekey_vault(vault, [])
    with pytest.raises(BackupCredentialNeeded):
        back_up(vault, place)
    with pytest.raises(WrongCredentialError):
        back_up(vault, place, OwnCredential(credential_from_text("neither of the two")))
    assert back_up(vault, place, OwnCredential(OTHER)).is_new
    assert check(place, OTHER).counts
    assert not back_up(vault, place).is_new


@pytest.mark.gate
def test_a_lost_key_file_is_written_again(vault: Session, tmp_path: Path) -> None:
    for place, own, credential in (
        (tmp_path / "a", None, WORDS),
        (tmp_path / "b", OwnCredential(OTHER), OTHER),
    ):
        back_up(vault, place, own)
        next((place / "keys").iterdir()).unlink()
        assert check(place, credential).counts
        back_up(vault, place)
        assert len(list((place / "keys").iterdir())) == 2
        assert check(place, credential).counts


# -- what does not fit ----------------------------------------------------------------------


def test_an_older_vault_put_back_is_refused(tmp_path: Path, remembered_keys: None) -> None:
    root, place = make_vault(tmp_path / "vault"), tmp_path / "backup"
    with opened(root) as session:
        back_up(session, place)
    shutil.copytree(root, tmp_path / "older")
    with opened(root) as session:
        take(session, tmp_path / "originals", **SMALL)
        back_up(session, place)
    before = files_of(place)
    with opened(tmp_path / "older") as session, pytest.raises(VaultOlderThanBackup):
        back_up(session, place)
    assert files_of(place) == before


def test_an_older_backup_put_back_is_told(vault: Session, tmp_path: Path) -> None:
    place, older = tmp_path / "backup", tmp_path / "older"
    back_up(vault, place)
    shutil.copytree(place, older)
    take(vault, tmp_path / "originals", fifth=b"five")
    back_up(vault, place)
    shutil.rmtree(place)
    shutil.copytree(older, place)
    report = back_up(vault, place)
    assert report.notices == ("backup-older",) and report.number == 3
    assert check(place).counts


def test_places_that_cannot_take_one(vault: Session, tmp_path: Path) -> None:
    inside = Path(vault.vault.layout.root) / "backup"
    full = tmp_path / "full"
    full.mkdir()
    (full / "letter.txt").write_text("something of the user's")
    (tmp_path / "file").write_text("")
    for place, reason in (
        (inside, "in-vault"),
        (tmp_path, "in-vault"),
        (full, "not-empty"),
        (tmp_path / "gone" / "backup", "missing"),
        (tmp_path / "file", "not-a-folder"),
    ):
        with pytest.raises(BackupPlaceError) as refused:
            back_up(vault, place)
        assert refused.value.fields["reason"] == reason
    assert not inside.exists() and [one.name for one in full.iterdir()] == ["letter.txt"]
    with pytest.raises(NotABackupError):
        check(full)


def test_another_vaults_backup_is_refused(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    with opened(make_vault(tmp_path / "other")) as other, pytest.raises(BackupForeignError):
        back_up(other, place)


def test_an_item_damaged_in_the_vault_is_named_and_the_rest_goes_in(vault: Session, tmp_path: Path) -> None:
    items = list(vault.read(lambda open_: list(open_.records.items.iter_items())))
    victim = next(item for item in items if item.details.title.startswith("second"))
    path = Path(vault.vault.layout.object_path(victim.object_name))
    data = bytearray(path.read_bytes())
    data[5000] ^= 1
    path.write_bytes(data)
    report = back_up(vault, tmp_path / "backup")
    assert [(one.item_id, one.code) for one in report.failed] == [(victim.id, "damaged")]
    found = check(tmp_path / "backup")
    assert found.counts and found.absent == 1 and report.copied == 3


# -- checking -------------------------------------------------------------------------------


def _kinds(place: Path) -> dict[str, Path]:
    sizes = {path: path.stat().st_size for path in (place / "objects").rglob("*") if path.is_file()}
    return {"large": max(sizes, key=lambda path: sizes[path])}


@pytest.mark.parametrize(
    "fault",
    [
        "body",
        "swapped",
        *(pytest.param(fault, marks=pytest.mark.gate) for fault in ("header", "cut", "gone")),
    ],
)
def test_a_check_finds_every_fault(vault: Session, tmp_path: Path, fault: str) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    victim = _kinds(place)["large"]
    data = bytearray(victim.read_bytes())
    if fault == "body":
        data[70_000] ^= 1
        victim.write_bytes(data)
    elif fault == "header":
        data[100] ^= 1
        data[2148] ^= 1
        victim.write_bytes(data)
    elif fault == "cut":
        os.truncate(victim, len(data) - 4096)
    elif fault == "gone":
        victim.unlink()
    else:
        other = next(path for path in (place / "objects").rglob("*") if path.is_file() and path != victim)
        victim.write_bytes(other.read_bytes())
    found = check(place)
    assert not found.ok and not found.counts and len(found.bad) == 1
    before = backup_state(vault)
    note_check(vault, found)
    assert backup_state(vault).checked_utc is before.checked_utc is None
    # The next backup copies it again.
    back_up(vault, place)
    assert check(place).counts


@pytest.mark.gate
def test_a_damaged_list_is_told_and_nothing_is_removed(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place, keep="1")
    before = files_of(place)
    take(vault, tmp_path / "originals", fifth=b"five")
    names = {path for path in (place / "objects").rglob("*") if path.is_file()}
    back_up(vault, place, keep="all")
    newest = _list_files(vault, place)
    (lost,) = [path for path in newest if path in names]
    data = bytearray(lost.read_bytes())
    data[4200] ^= 1
    lost.write_bytes(data)
    found = check(place)
    assert [(bad.part, bad.snapshot) for bad in found.bad] == [("list", 1)]
    report = back_up(vault, place, keep="1")
    assert report.notices == ("list-damaged",) and report.removed == 0
    assert set(before) <= set(files_of(place))


def _list_files(vault: Session, place: Path) -> list[Path]:
    from hrd_desktop.crypto.backup_keys import derive_backup_keys

    (known,) = backup_state(vault).places
    keys = derive_backup_keys(bytes.fromhex(known.keys[0]), vault.vault.header.vault_id)
    names = [keys.list_name(number).hex() for number in range(1, known.number + 1)]
    paths = [place / "objects" / name[:2] / name[2:] for name in names]
    return [path for path in paths if path.exists()]


def test_damaged_key_files_are_damage_and_no_wrong_passphrase(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    for one in (place / "keys").iterdir():
        data = bytearray(one.read_bytes())
        data[36_900] ^= 1
        one.write_bytes(data)
    with pytest.raises(BackupDamagedError):
        check(place)


def test_only_a_full_check_counts_for_the_age(vault: Session, tmp_path: Path) -> None:
    place = tmp_path / "backup"
    back_up(vault, place)
    state = backup_state(vault)
    assert state.is_due and state.age_days is None and state.saved_utc is not None
    tenth = check(place, tenth=True)
    assert tenth.ok and not tenth.counts and tenth.checked == 1
    note_check(vault, tenth)
    assert backup_state(vault).is_due
    note_check(vault, check(place))
    state = backup_state(vault)
    assert not state.is_due and state.age_days == 0


# -- reserve --------------------------------------------------------------------------------


@pytest.mark.gate
def test_the_reserve_goes_along_in_its_newest_state_only(tmp_path: Path, remembered_keys: None) -> None:
    root, place = make_vault(tmp_path / "vault", reserve_bytes=16 << 20), tmp_path / "backup"
    with opened(root) as session:
        back_up(session, place, keep="all")
        first = files_of(place / "objects")
        second = back_up(session, place)
        assert second.is_new and second.number == 2
        found = check(place)
        assert found.counts and len(found.snapshots) == 2
    large = [name for name, data in files_of(place / "objects").items() if len(data) > 16 << 20]
    assert len(large) == 1 and large[0] not in first
