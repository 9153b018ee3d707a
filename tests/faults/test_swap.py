"""Objects swapped, cut, extended, taken from another vault or taken away are refused, each by its kind."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.domain.records import ItemState
from tests.faults.small_vault import SmallVault
from tests.faults.warm import Warm, WarmPlace

SLOTS = ("keyslots.a", "keyslots.b")
RECORDS = ("records.0",)
CONTENTS = [b"%d " % number + bytes([number]) * (3_000 * number) for number in range(12)]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory, warm: Warm) -> WarmPlace:
    place = WarmPlace(tmp_path_factory.mktemp("swap"), warm)
    place.create()
    for number, content in enumerate(CONTENTS):
        place.original(f"{number:02}.txt", content)
    place.take(place.originals)
    return place


def object_paths(place: WarmPlace) -> list[Path]:
    """The files of E0001, E0002 and so on."""
    small = SmallVault(place.vault)
    return [place.vault / small.path_of(small.names[f"{number:02}"]) for number in range(len(CONTENTS))]


def test_every_kind(template: WarmPlace, tmp_path: Path) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    paths = object_paths(place)
    other = WarmPlace(tmp_path / "other", template.warm)
    other.create()
    other.take(template.originals / "05.txt")
    (foreign,) = (p for p in other.object_files().values() if p.stat().st_size == paths[5].stat().st_size)

    swap(paths[0], paths[1])
    os.truncate(paths[2], paths[2].stat().st_size - 4_096)
    append(paths[3], bytes(4_096))
    append(paths[4], b"x")
    shutil.copy(foreign, paths[5])
    paths[6].unlink()
    paths[7].unlink()
    paths[7].symlink_to(paths[8])
    os.truncate(paths[9], 0)
    paths[10].unlink()
    paths[10].mkdir()
    expected = {
        "E0001": "misplaced",
        "E0002": "misplaced",
        "E0003": "damaged",
        "E0004": "damaged",
        "E0005": "damaged",
        "E0006": "not-ours",
        "E0007": "missing",
        "E0008": "missing",
        "E0010": "damaged",
        "E0011": "missing",
    }
    report = place.opened("verify", "--json", expect=4).document
    assert {bad["ref"]: bad["code"] for bad in report["bad"]} == expected
    assert (report["ok"], report["items"]) == (False, len(CONTENTS))
    for reference in ("E0001", "E0003", "E0006", "E0007", "E0011"):
        done = place.opened("cat", reference, expect=4)
        assert (done.error_code, done.out) == (expected[reference], b"")
    assert place.opened("cat", "E0009").out == CONTENTS[8]
    # Looking into items and listing them go on beside the bad ones.
    assert len(place.json("list", "--query", "0")["items"]) >= 1
    assert len(place.json("list")["items"]) == len(CONTENTS)
    done = place.opened("export", "--all", "--plain-folder", "--out", "out", expect=4)
    assert not (place.folder / "out").exists()
    # A bad item can still be destroyed, and then all is well again.
    place.opened("destroy", *expected, "--yes")
    assert place.json("verify")["ok"]


def test_an_older_copy_of_an_object_is_as_good(template: WarmPlace, tmp_path: Path) -> None:
    """What the format says nobody can notice: the same object as it was at another time."""
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    path = object_paths(place)[3]
    data = path.read_bytes()
    path.write_bytes(data[2_048:4_096] + data[2_048:])
    assert place.json("verify")["ok"]
    assert place.opened("cat", "E0004").out == CONTENTS[3]


def swap(one: Path, two: Path) -> None:
    middle = one.with_name("0" * 30)
    one.rename(middle)
    two.rename(one)
    middle.rename(two)


def append(path: Path, data: bytes) -> None:
    with open(path, "ab") as file:
        file.write(data)


# -- whole files of the vault -------------------------------------------------------------------------


def noise(path: Path) -> None:
    path.write_bytes(os.urandom(65_536))


def shorter_by_a_page(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 4_096)


#: What is done to which files, and how the program answers.
HURT: dict[str, tuple[tuple[str, ...], Callable[[Path], object], int, str]] = {
    "no key slots": (SLOTS, Path.unlink, 3, "key-slots-damaged"),
    "empty key slots": (SLOTS, lambda path: os.truncate(path, 0), 3, "key-slots-damaged"),
    "short key slots": (SLOTS, lambda path: os.truncate(path, 4_000), 3, "key-slots-damaged"),
    "noise for key slots": (SLOTS, noise, 3, "key-slots-damaged"),
    "no records": (RECORDS, Path.unlink, 4, "records-damaged"),
    "empty records": (RECORDS, lambda path: os.truncate(path, 0), 4, "records-damaged"),
    "short records": (RECORDS, shorter_by_a_page, 4, "records-damaged"),
    "noise for records": (RECORDS, noise, 4, "records-damaged"),
    "another database": (
        RECORDS, lambda path: shutil.copy(path.with_name("derived.0"), path), 4, "records-damaged",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", HURT)
def test_what_cannot_be_opened_is_left_as_it_is(template: WarmPlace, tmp_path: Path, fault: str) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    names, hurt, code, error = HURT[fault]
    for name in names:
        hurt(place.vault / name)
    before = {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()}
    done = place.opened("verify", expect=code)
    assert (done.error_code, done.out) == (error, b"")
    assert "nothing was" in done.err.lower()
    assert {path: path.read_bytes() for path in place.vault.rglob("*") if path.is_file()} == before


def test_key_slots_of_two_vaults_are_refused_and_one_alone_is_enough(
    template: WarmPlace, tmp_path: Path
) -> None:
    other = WarmPlace(tmp_path / "other", template.warm)
    other.create()
    place = WarmPlace(tmp_path / "here", template.warm).copy_of(template.vault)
    shutil.copy(other.vault / "keyslots.b", place.vault / "keyslots.b")
    assert place.opened("list", expect=3).error_code == "key-slots-mixed"
    (place.vault / "keyslots.b").unlink()
    done = place.opened("list")
    assert "mended" in done.err
    assert len(done.text.splitlines()) == len(CONTENTS)
    assert place.opened("list").err == ""
    assert (place.vault / "keyslots.b").stat().st_size == 65_536


JOURNALS = {"noise": os.urandom(5_000), "a head": b"\xd9\xd5\x05\xf9\x20\xa1\x63\xd7" + bytes(1_000)}


@pytest.mark.parametrize("journal", JOURNALS)
def test_a_planted_journal_changes_nothing(template: WarmPlace, tmp_path: Path, journal: str) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    for name in ("records.0-journal", "derived.0-journal"):
        (place.vault / name).write_bytes(JOURNALS[journal])
    assert len(place.json("list")["items"]) == len(CONTENTS)
    assert place.json("verify")["ok"]
    place.opened("edit", "E0001", "--title", "changed")
    for name in ("records.0-journal", "derived.0-journal"):
        assert (place.vault / name).stat().st_size == 0
    assert place.opened("cat", "E0009").out == CONTENTS[8]


def test_files_that_are_not_the_vaults_are_left_alone(template: WarmPlace, tmp_path: Path) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    strangers = [
        place.vault / "notes.txt",
        place.vault / "objects" / "stray",
        place.vault / "objects" / "00" / ("f" * 30),
        place.vault / "objects" / "zz",
    ]
    for path in strangers:
        path.write_bytes(b"not the vault's own")
    place.opened("destroy", "E0001", "--yes")
    assert place.json("verify")["ok"]
    for path in strangers:
        assert path.read_bytes() == b"not the vault's own"


@pytest.mark.parametrize("fault", ["gone", "empty", "noise", "page"])
def test_a_damaged_index_is_made_again_and_finds(template: WarmPlace, tmp_path: Path, fault: str) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    path = place.vault / "derived.0"
    if fault == "gone":
        path.unlink()
    elif fault == "empty":
        path.write_bytes(b"")
    elif fault == "noise":
        path.write_bytes(os.urandom(40_960))
    else:
        # Every page but the first: opening does not notice all of them, the first search does.
        data = bytearray(path.read_bytes())
        for page in range(1, len(data) // 4_096):
            data[page * 4_096 + 500] ^= 1
        path.write_bytes(data)
    done = place.opened("list", "--query", "00", "--json")
    assert "index" in done.err
    assert [item["title"] for item in done.document["items"]] == ["00"]
    place.take(place.original("new.txt", b"cormorant"))
    assert place.opened("list", "--query", "cormorant").err == ""
    assert place.json("verify")["ok"]


def change_page(place: WarmPlace, page: int) -> None:
    path = place.vault / "derived.0"
    data = bytearray(path.read_bytes())
    data[page * 4_096 + 500] ^= 1
    path.write_bytes(data)


def test_a_page_of_the_index_that_is_met_late_stops_no_command(template: WarmPlace, tmp_path: Path) -> None:
    """Opening does not read every page: import, destroy or re-key may be the first to meet a bad one."""
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    secret = ("--passphrase-file", place.passfile)
    met = 0
    for number, page in enumerate((4, 10, 7, 13)):
        change_page(place, page)
        path = place.original(f"late {number}.txt", b"late cormorant %d" % number)
        done = place.opened("import", path, "--json")
        assert len(done.document["items"]) == 1
        met += "index" in done.err
        found = place.opened("list", "--query", "cormorant", "--json")
        assert len(found.document["items"]) == number + 1
    assert met
    change_page(place, 10)
    place.opened("destroy", "E0001", "E0002", "--yes")
    change_page(place, 12)
    place.run("slots", place.vault, "rekey", *secret)
    found = place.json("list", "--query", "cormorant")
    assert len(found["items"]) == 4
    report = place.json("verify")
    assert (report["ok"], report["items"], report["derived"]) == (True, len(CONTENTS) + 2, "ok")


def test_what_was_being_destroyed_is_destroyed_although_the_index_is_damaged(
    template: WarmPlace, tmp_path: Path
) -> None:
    """Resumed at unlock, before anybody could ask for the index to be made again."""
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    small = SmallVault(place.vault)
    with small.open() as vault, vault.records.transaction():
        (item,) = (i for i in vault.records.items.iter_items() if i.reference == "E0003")
        vault.records.items.set_state(item.id, ItemState.DESTROYING)
    for page in range(1, (place.vault / "derived.0").stat().st_size // 4_096):
        if page != 16:
            change_page(place, page)
    assert len(place.json("list")["items"]) == len(CONTENTS) - 1
    assert not (place.vault / small.path_of(item.object_name)).exists()
    assert place.json("verify")["ok"]


def test_a_damaged_copy_of_the_records_is_taken_anew(template: WarmPlace, tmp_path: Path) -> None:
    place = WarmPlace(tmp_path, template.warm).copy_of(template.vault)
    place.opened("edit", "E0001", "--title", "a second copy is kept after this")
    small = SmallVault(place.vault)
    assert len(small.snapshots) == 2
    for number, name in enumerate(small.snapshots):
        path = place.vault / small.path_of(name)
        data = bytearray(path.read_bytes())
        data[(50_000, 100)[number]] ^= 1
        path.write_bytes(data)
    report = place.json("verify")
    assert (report["ok"], report["snapshots"]) == (True, "rebuilt")
    again = SmallVault(place.vault).snapshots
    assert again
    assert not set(again) & set(small.snapshots)
    report = place.json("verify")
    assert (report["ok"], report["snapshots"]) == (True, "ok")
