"""Taking originals in: folders, what is refused, what is known already, and an interruption in the middle."""

from __future__ import annotations

import json
import os
import signal
import socket
import time
from pathlib import Path

import pytest

from tests.e2e.cli import Place, sha256


def names_in(report: dict[str, list[dict[str, str]]], part: str) -> dict[str, str]:
    return {Path(entry["path"]).name: entry.get("code", entry.get("ref", "")) for entry in report[part]}


def test_the_report(place: Place) -> None:
    done = place.opened("import", place.original("a.jpg", b"\xff\xd8\xff\xe0 no more than a head"), "--json")
    assert done.err == ""
    report = done.document
    assert report.keys() == {"items", "duplicates", "failed"}
    (item,) = report["items"]
    assert item.keys() >= {"id", "ref", "sha256", "size", "media_type", "path"}
    assert (item["ref"], item["media_type"]) == ("E0001", "image/jpeg")
    assert item["path"] == str(place.originals / "a.jpg")


def test_folders_are_taken_with_all_in_them_and_the_rest_is_refused_by_name(place: Place) -> None:
    originals = place.originals
    place.original("top.txt", b"top")
    place.original("one/two/three/deep.txt", b"deep")
    place.original("one/again.txt", b"deep")
    (originals / "empty folder").mkdir()
    (originals / "link").symlink_to(originals / "top.txt")
    (originals / "one" / "folder link").symlink_to(originals / "one" / "two")
    (originals / "dangling").symlink_to(originals / "nowhere")
    os.mkfifo(originals / "pipe")
    (originals / "vault inside").symlink_to(place.vault)
    with socket.socket(socket.AF_UNIX) as listening:
        # A socket's path is short; the folder is named from inside.
        before = os.getcwd()
        os.chdir(originals)
        try:
            listening.bind("socket")
        finally:
            os.chdir(before)
        done = place.opened("import", "--json", originals, "/dev/null", originals / "absent", expect=6)
    report = done.document
    assert set(names_in(report, "items")) | set(names_in(report, "duplicates")) == {
        "top.txt", "deep.txt", "again.txt",
    }  # fmt: skip
    assert len(report["items"]) == 2
    assert names_in(report, "failed") == {
        "link": "link",
        "folder link": "link",
        "dangling": "link",
        "vault inside": "link",
        "pipe": "not-regular",
        "socket": "not-regular",
        "null": "not-regular",
        "absent": "not-found",
    }
    # On standard error too, for whoever reads no JSON.
    for name in names_in(report, "failed"):
        assert name in done.err
    assert len(place.json("list")["items"]) == 2


def test_originals_are_left_as_they_are(place: Place) -> None:
    paths = [place.original(f"{n}.txt", b"%d" % n) for n in range(3)]
    os.utime(paths[0], ns=(1, 1_234_567_890))
    paths[1].chmod(0o400)

    def state() -> list[tuple[object, ...]]:
        found = [(path, path.lstat()) for path in sorted(place.originals.rglob("*"))]
        return [(path, s.st_mode, s.st_size, s.st_mtime_ns, s.st_ctime_ns, s.st_ino) for path, s in found]

    before = state()
    place.take(place.originals)
    assert state() == before
    assert place.json("show", "E0001")["original_modified_at"] == "1970-01-01T00:00:01Z"


def test_a_vault_inside_the_folder_is_not_swallowed(bare: Place) -> None:
    bare.original("a.txt", b"a")
    bare.vault = bare.originals / "v"
    bare.create()
    report = bare.opened("import", bare.originals, "--json", expect=6).document
    assert names_in(report, "items") == {"a.txt": "E0001"}
    assert names_in(report, "failed") == {"v": "inside-vault"}


def test_only_failures_is_1_and_only_duplicates_is_0(place: Place) -> None:
    path = place.original("a.txt", b"the same bytes")
    place.opened("import", place.originals / "no", place.originals / "nothing", expect=1)
    place.take(path)
    other = place.original("b.txt", b"the same bytes")
    report = place.take(path, other)
    assert (report["items"], report["failed"]) == ([], [])
    assert [(entry["path"], entry["ref"]) for entry in report["duplicates"]] == [
        (str(path), "E0001"),
        (str(other), "E0001"),
    ]
    # What is here already still goes into the case that is asked for, once.
    place.take(path, "--case", "NEW")
    place.take(path, "--case", "NEW")
    assert place.json("list")["items"][0]["cases"] == ["NEW"]
    # The same path given twice is one file.
    report = place.take(place.original("c.txt", b"c"), place.originals / "c.txt")
    assert (len(report["items"]), report["duplicates"]) == (1, [])


def test_options_reach_every_item(place: Place) -> None:
    for n in range(3):
        place.original(f"{n}.txt", b"%d" % n)
    options = ("--case", "RIVER", "--tag", "mud", "--tag", "MUD", "--tag", "boat", "--source", "the ferryman")
    place.take(place.originals, *options, "--lanes", "3")
    for item in place.json("list")["items"]:
        assert (item["cases"], sorted(item["tags"])) == (["RIVER"], ["boat", "mud"])
    shown = place.json("show", "E0002")
    assert shown["record"]["source"] == "the ferryman"
    assert place.opened("import", "x", "--tag", "bell\x07", expect=2).error_code == "field-value"


def test_without_json_each_path_is_named_once(place: Place) -> None:
    done = place.opened("import", place.original("a.txt", b"a"), place.originals / "absent", expect=6)
    assert [line.split()[:2] for line in done.text.splitlines()] == [["E0001", "in"]]
    assert "not-found" in done.err


def test_text_options_that_are_no_text_are_refused(place: Place) -> None:
    path = place.original("a.txt", b"a")
    for option in (b"--source", b"--tag", b"--case"):
        done = place.opened("import", path, option, b"\xff\xfe", expect=2)
        assert done.error_code == "field-value"
    assert place.json("list")["items"] == []
    assert len(place.object_files()) <= 2  # nothing but snapshots of records


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_import_keeps_what_it_acknowledged(place: Place, number: signal.Signals) -> None:
    # Each is larger than a group, so that they are acknowledged one by one.
    block = os.urandom(1 << 20)
    contents = {f"{n:02}.bin": b"%02d" % n + block * 9 for n in range(12)}
    for name, content in contents.items():
        place.original(name, content)
    command = ["import", place.vault, place.originals, "--lanes", "1", "--json"]
    process = place.start(*command, "--passphrase-file", place.passfile)
    known = len(place.object_files())
    while len(place.object_files()) < known + 2:
        assert process.poll() is None, "it ended before it could be interrupted"
        time.sleep(0.002)
    process.send_signal(number)
    out, err = process.communicate(timeout=60)
    assert process.returncode == 130, err
    assert b"Traceback" not in err
    acknowledged = {Path(item["path"]).name: item["sha256"] for item in json.loads(out)["items"]}
    assert 0 < len(acknowledged) < len(contents)
    assert acknowledged == {name: sha256(contents[name]) for name in acknowledged}
    listed = place.json("list")["items"]
    assert sorted(item["sha256"] for item in listed) == sorted(acknowledged.values())
    assert place.json("verify")["ok"]
    # Nothing half done is left: one object for each item, and snapshots of records.
    big = [path for path in place.object_files().values() if path.stat().st_size > 9 << 20]
    assert len(big) == len(acknowledged)
    if number is signal.SIGINT:
        report = place.take(place.originals)
        assert (len(report["duplicates"]), len(report["items"])) == (
            len(acknowledged),
            len(contents) - len(acknowledged),
        )
