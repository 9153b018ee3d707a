"""A key file that the program makes: who it shuts out, and that nothing but it is ever deleted."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.crypto.recovery import format_letters, make_code
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.vault import (
    KeyFileInUseError,
    RecoveryNotProvedError,
    ShareNotHereError,
    ShareNotWrittenError,
    WrongCredentialError,
)
from hrd_desktop.services import create as create_service
from hrd_desktop.services import outside_share
from hrd_desktop.services import slots as slots_service
from hrd_desktop.services.create import create
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.key_file_place import find_moved, follow_key_file
from hrd_desktop.services.outside_share import drop_share, find_shares, make_share
from hrd_desktop.services.session import Session
from hrd_desktop.services.settings_file import SettingsFile, find_settings_file
from hrd_desktop.services.share_records import check_of, delete_share, is_ours, shares_named_in
from hrd_desktop.services.share_search import shares_of
from hrd_desktop.services.slots import add_passphrase
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.wipe_all import wipe_all
from hrd_desktop.services.wipe_report import FAILED, OUT_OF_REACH, OVERWRITTEN, Step
from hrd_desktop.storage import mounts
from hrd_desktop.storage.mounts import parse_local_mounts
from tests.unit.storage.small_vault import cheap

TEXT = "harvest lantern orbit"


class Place:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.root = str(folder / "vault")
        self.stick = folder / "stick"
        self.stick.mkdir()
        self.file = str(self.stick / "photo.bin")
        self.environment = {"XDG_CONFIG_HOME": str(folder / "config"), "HOME": str(folder)}
        found = find_settings_file(self.environment)
        assert found is not None
        self.settings: SettingsFile = found
        code = make_code(os.urandom)
        self.code = format_letters(code)
        create(
            self.root,
            credential_from_text(TEXT),
            parameters=MINIMUM,
            recovery_code=code,
            reserve_bytes=0,
            random=os.urandom,
            clock=SystemClock(),
        )

    def open(self, text: str = TEXT, key_file: str | None = None, root: str | None = None) -> Session:
        return unlock(
            root or self.root,
            load_credential(text, key_file),
            random=os.urandom,
            clock=SystemClock(),
            stretch_with=cheap,
        )

    def opens(self, *given: str | None, root: str | None = None) -> bool:
        try:
            self.open(*given, root=root).close()  # type: ignore[arg-type]  # as ``open`` takes them
        except WrongCredentialError:
            return False
        return True

    def make(self) -> int:
        with self.open() as session:
            return make_share(session, self.file, self.code, self.settings)

    def wipe(self) -> list[Step]:
        report = wipe_all(self.root, random=os.urandom, clock_ns=lambda: 0, environment=self.environment)
        return [step for step in report.steps if step.step == "share"]


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    # The key derivation has tests of its own; here it would take most of the time.
    for module in (create_service, slots_service, outside_share):
        monkeypatch.setattr(module, "stretch", cheap)
    yield Place(tmp_path)


def test_the_passphrase_alone_no_longer_opens_and_the_code_does(place: Place) -> None:
    assert place.make() == 0
    assert os.stat(place.file).st_mode & 0o777 == 0o600 and os.path.getsize(place.file) == 32
    assert not place.opens()
    assert place.opens(place.code)
    with place.open(TEXT, place.file) as session:
        assert find_shares(session, place.settings) == [(place.file, True)]
        with pytest.raises(KeyFileInUseError):
            make_share(session, str(place.stick / "two"), place.code, place.settings)
    # The key itself is in no place but the file.
    digest = load_credential(TEXT, place.file).key_file_digest
    assert digest is not None and digest.hex()[:32] not in Path(place.settings.path).read_text("utf-8")


def test_deleting_it_closes_the_copies_that_were_made_since(place: Place) -> None:
    place.make()
    copy = shutil.copytree(place.root, place.folder / "copy")
    assert place.wipe() == [Step("share", OVERWRITTEN, "1")]
    assert not os.path.exists(place.file) and not os.path.exists(place.root)
    assert not place.opens(root=str(copy))
    assert place.opens(place.code, root=str(copy))


def test_nothing_is_made_without_a_recovery_code_that_opens(place: Place) -> None:
    other = format_letters(make_code(os.urandom))
    with place.open() as session:
        for text in (TEXT, other, place.code[:-1]):
            with pytest.raises(RecoveryNotProvedError):
                make_share(session, place.file, text, place.settings)
    assert os.listdir(place.stick) == [] and place.opens() and place.settings.load().shares == ()


def test_nothing_is_overwritten_and_a_failure_leaves_the_passphrase(place: Place) -> None:
    Path(place.file).write_bytes(b"somebody's photograph")
    with place.open() as session:
        for path in (place.file, str(place.folder / "missing" / "x"), place.root + "/x"):
            with pytest.raises(ShareNotWrittenError):
                make_share(session, path, place.code, place.settings)
    assert Path(place.file).read_bytes() == b"somebody's photograph"
    assert place.opens()


def test_dropping_it_brings_the_passphrase_back_and_deletes_the_file(place: Place) -> None:
    place.make()
    with place.open(place.code) as session, pytest.raises(ShareNotHereError):
        drop_share(session, place.settings)
    with place.open(TEXT, place.file) as session:
        drop_share(session, place.settings)
    assert place.opens() and not os.path.exists(place.file) and place.settings.load().shares == ()


def test_others_that_need_no_file_are_counted(place: Place) -> None:
    with place.open() as session:
        add_passphrase(session, credential_from_text("a second one, quite long"))
    assert place.make() == 1


@pytest.mark.parametrize("what", ["another file", "a longer one", "a link", "two names", "nothing"])
def test_only_what_was_made_is_deleted(place: Place, what: str) -> None:
    place.make()
    kept = place.folder / "kept"
    os.rename(place.file, kept)
    if what == "another file":
        Path(place.file).write_bytes(os.urandom(32))
    elif what == "a longer one":
        Path(place.file).write_bytes(kept.read_bytes() + b"more")
    elif what == "a link":
        os.symlink(kept, place.file)
    elif what == "two names":
        os.link(kept, place.file)
    before = Path(place.file).read_bytes() if what != "nothing" else b""
    (step,) = place.wipe()
    assert step.result == (FAILED if what == "a link" else OUT_OF_REACH)
    assert kept.stat().st_size == 32
    if what != "nothing":
        assert Path(place.file).read_bytes() == before


def test_what_a_settings_file_says_of_shares_is_bounded() -> None:
    good = ["/a/vault", "/b/file", check_of(bytes(32))]
    for bad in (
        None,
        "x",
        [],
        ["/a", "/b"],
        ["a", "/b", good[2]],
        ["/a", "/b\0", good[2]],
        ["/a", "/b", "1"],
    ):
        assert shares_named_in({"shares": [bad, good]}) == (tuple(good),)
    assert shares_named_in({"shares": bad}) == ()
    assert len(shares_named_in({"shares": [good] * 100})) == 16
    assert not is_ours(("/a", "/nowhere/at/all", good[2]))
    with pytest.raises(OSError):
        delete_share(("/a", "/nowhere/at/all", good[2]), os.urandom)


def test_a_vault_and_a_file_that_were_moved_are_found_by_the_next_wipe(place: Place) -> None:
    """Once the vault has been opened with the file from where they are now."""
    place.make()
    moved, file = str(place.folder / "moved"), str(place.folder / "other.bin")
    os.rename(place.root, moved)
    os.rename(place.file, file)
    with place.open(TEXT, file, root=moved) as session:
        assert find_shares(session, place.settings) == []
        follow_key_file(session, file, place.settings)
        assert find_shares(session, place.settings) == [(file, True)]
    place.root = moved
    assert place.wipe() == [Step("share", OVERWRITTEN, "1")]
    assert not os.path.exists(file)


def test_a_wipe_finds_the_file_on_a_stick_that_hangs_elsewhere(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without having been opened from there."""
    place.make()
    (share,) = place.settings.load().shares
    elsewhere = place.folder / "other mount"
    os.rename(place.stick, elsewhere)
    assert shares_of([share], [place.root], lambda: ["/nowhere"]) == [share]
    assert shares_of([share], [place.root + "-other"], lambda: [str(elsewhere)]) == []
    found = str(elsewhere / "photo.bin")
    # Another file of this name is no key file of ours.
    decoy = place.folder / "decoy"
    decoy.mkdir()
    (decoy / "photo.bin").write_bytes(os.urandom(32))
    monkeypatch.setattr(mounts, "parse_local_mounts", lambda lines: [str(decoy), str(elsewhere)])
    assert find_moved(place.file, place.settings, lambda: [str(decoy), str(elsewhere)]) == found
    assert find_moved(place.file, place.settings, lambda: [str(decoy)]) is None
    with place.open(TEXT, found) as session:
        assert find_shares(session, place.settings) == [(found, True)]
    assert place.wipe() == [Step("share", OVERWRITTEN, "1")]
    assert not os.path.exists(found) and (decoy / "photo.bin").exists()


def test_a_wipe_finds_the_file_that_was_moved_together_with_the_vault(place: Place) -> None:
    place.make()
    (share,) = place.settings.load().shares
    moved = place.folder / "moved"
    moved.mkdir()
    for name in ("vault", "stick"):
        os.rename(place.folder / name, moved / name)
    # Another vault has no claim on it: seen from there, nothing lies as it lay.
    assert shares_of([share], [str(place.folder / "other" / "deep" / "vault")]) == []
    place.root = str(moved / "vault")
    assert place.wipe() == [Step("share", OVERWRITTEN, "1")]
    assert not (moved / "stick" / "photo.bin").exists()


def test_local_mounts_are_those_of_disks_and_sticks() -> None:
    lines = [
        b"25 1 8:1 / / rw - ext4 /dev/sda1 rw",
        b"26 25 0:22 / /proc rw - proc proc rw",
        b"90 25 0:51 / /net rw - nfs4 host:/export rw",
        b"91 25 8:17 / /media/a/MY\\040STICK rw shared:5 - vfat /dev/sdb1 rw",
        b"bad",
    ]
    assert parse_local_mounts(lines) == ["/media/a/MY STICK", "/"]


def test_a_copy_does_not_take_the_record_from_what_is_still_there(place: Place) -> None:
    place.make()
    before = place.settings.load().shares
    copy = str(shutil.copytree(place.root, place.folder / "copy"))
    file = str(shutil.copy(place.file, place.folder / "second.bin"))
    with place.open(TEXT, file, root=copy) as session:
        follow_key_file(session, file, place.settings)
    with place.open(place.code) as session:
        follow_key_file(session, file, place.settings)
    assert place.settings.load().shares == before
