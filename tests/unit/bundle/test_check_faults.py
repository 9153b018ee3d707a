"""Every planted fault is found, alone, under its own kind; sound bags of others pass."""

from __future__ import annotations

import codecs
import hashlib
import os
import socket
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.bundle import intake
from hrd_desktop.bundle.check import check_bundle, verify_bundle
from hrd_desktop.bundle.limits import CheckLimits
from hrd_desktop.domain.bundle_report import BundleCheck, FaultKind
from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.bundle import BundleFaultFound, BundleUnreadable
from hrd_desktop.domain.export import PlainFolder
from hrd_desktop.domain.progress import CancelToken
from tests.unit.bundle.bundle_trees import (
    Tree,
    custody_lines,
    finished_tree,
    make_source,
    pack_zip,
    put_folder,
    remake,
    remake_tags,
)

ITEM = "bag/data/items/0001/original.jpg"
EVENTS = custody_lines({"action": "imported", "sequence": 0}, {"action": "verified", "sequence": 1})
CUSTODY = "bag/data/custody/0001.jsonl"
FORGED_HASH = EVENTS[0].replace(b'leaf_hash":"', b'leaf_hash":"0') + b"\n"
FORGED_VALUE = EVENTS[0].replace(b'disclosures":["W', b'disclosures":["X') + b"\n"
Change = Callable[[Tree], Tree]
K = FaultKind


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    source = make_source(
        b"one",
        b"two",
        change=lambda item: replace(item, custody_lines=tuple(EVENTS)) if item.number == 1 else item,
    )
    return remake(finished_tree(source, tmp_path_factory.mktemp("bundle")))


# What follows from a fault where somebody without the key made it; tests/contract/test_sealed_bundles.py
# looks at each of these alone.
FOLLOWING = {
    *(K.SIGNATURE, K.CUSTODY_MISSING, K.RECEIPT, K.PROOF, K.PROOF_MISSING, K.PROOF_EXTRA, K.EVENT_CONTENT),
    K.TIMESTAMP,
}


def found(check: BundleCheck) -> list[tuple[FaultKind, str, str]]:
    return [(fault.kind, fault.path, fault.detail) for fault in check.faults if fault.kind not in FOLLOWING]


def put(path: str, data: bytes) -> Change:
    return lambda tree: {**tree, path: data}


def drop(path: str) -> Change:
    return lambda tree: {name: data for name, data in tree.items() if name != path}


def edit(path: str, change: Callable[[bytes], bytes]) -> Change:
    return lambda tree: {**tree, path: change(tree[path])}


def then(*changes: Change) -> Change:
    def apply(tree: Tree) -> Tree:
        for change in changes:
            tree = change(tree)
        return tree

    return apply


def with_sums(path: str, change: Callable[[bytes], bytes]) -> Change:
    """Change a tag file and make the tag manifests fit it."""
    return then(edit(path, change), remake_tags)


def line_of(path: str, algorithm: str = "sha256", data: bytes = b"one") -> bytes:
    return f"{hashlib.new(algorithm, data).hexdigest()}  {path}\n".encode()


M256, M512 = "bag/manifest-sha256.txt", "bag/manifest-sha512.txt"
T256 = "bag/tagmanifest-sha256.txt"
DECLARED = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

FAULTS: list[tuple[str, Change, list[tuple[FaultKind, str, str]]]] = [
    ("changed", put(ITEM, b"onf"), [(K.FILE_CHANGED, ITEM, "sha256"), (K.FILE_CHANGED, ITEM, "sha512")]),
    ("missing", then(drop(ITEM), drop("bag/bag-info.txt"),
                     remake_tags),
     [(K.FILE_MISSING, ITEM, "manifest-sha256.txt"), (K.FILE_MISSING, ITEM, "manifest-sha512.txt")]),
    ("unlisted", then(put("bag/data/extra", b""), drop("bag/bag-info.txt"), remake_tags),
     [(K.FILE_UNLISTED, "bag/data/extra", "manifest-sha256.txt"),
      (K.FILE_UNLISTED, "bag/data/extra", "manifest-sha512.txt")]),
    ("unlisted in one", with_sums(M512, lambda data: b"\n".join(data.split(b"\n")[1:])),
     [(K.FILE_UNLISTED, "bag/data/custody/0001.jsonl", "manifest-sha512.txt")]),
    ("oxum bytes", with_sums("bag/bag-info.txt", lambda data: data.replace(b": ", b": 1")),
     [(K.OXUM, "bag/bag-info.txt", "bytes")]),
    ("oxum files", with_sums("bag/bag-info.txt", lambda data: data.replace(b"\n", b"0\n")),
     [(K.OXUM, "bag/bag-info.txt", "files")]),
    ("oxum form", with_sums("bag/bag-info.txt", lambda data: b"Payload-Oxum: many\n"),
     [(K.OXUM, "bag/bag-info.txt", "form")]),
    ("oxum twice", with_sums("bag/bag-info.txt", lambda data: data + data.lower()),
     [(K.OXUM, "bag/bag-info.txt", "repeated")]),
    ("bag-info line", with_sums("bag/bag-info.txt", lambda data: data + b"no colon\n"),
     [(K.BAG_INFO, "bag/bag-info.txt", "2")]),
    ("tag changed", edit("bag/bag-info.txt", lambda data: data + b"A: b\n"),
     [(K.FILE_CHANGED, "bag/bag-info.txt", "sha256"), (K.FILE_CHANGED, "bag/bag-info.txt", "sha512")]),
    ("tag unlisted", put("bag/notes.txt", b""), [(K.TAG_FILE_UNLISTED, "bag/notes.txt", "")]),
    ("tag missing", then(put("bag/notes.txt", b""), remake_tags, drop("bag/notes.txt")),
     [(K.FILE_MISSING, "bag/notes.txt", "tagmanifest-sha256.txt"),
      (K.FILE_MISSING, "bag/notes.txt", "tagmanifest-sha512.txt")]),
    ("no tag manifest", drop(T256), [(K.MANIFEST_MISSING, "bag/", "own-tag")]),
    ("one strong manifest", then(drop(M512), remake_tags), [(K.MANIFEST_MISSING, "bag/", "own")]),
    ("no manifest", then(drop(M256), drop(M512), remake_tags), [(K.MANIFEST_MISSING, "bag/", "")]),
    ("no bag", drop("bag/bagit.txt"), [(K.BAG_MISSING, "", "")]),
    ("declaration", with_sums("bag/bagit.txt", lambda data: b"BagIt\n"),
     [(K.BAG_DECLARATION, "bag/bagit.txt", "")]),
    ("declaration blanks", with_sums("bag/bagit.txt", lambda data: data.replace(b": 1", b" : 1")),
     [(K.BAG_DECLARATION, "bag/bagit.txt", "")]),
    ("declaration line", with_sums("bag/bagit.txt", lambda data: data + b"X: y\n"),
     [(K.BAG_DECLARATION, "bag/bagit.txt", "")]),
    ("declaration mark", with_sums("bag/bagit.txt", lambda data: codecs.BOM_UTF8 + data),
     [(K.BYTE_ORDER_MARK, "bag/bagit.txt", "")]),
    ("version", with_sums("bag/bagit.txt", lambda data: data.replace(b"1.0", b"2.0")),
     [(K.BAG_VERSION, "bag/bagit.txt", "")]),
    ("encoding", with_sums("bag/bagit.txt", lambda data: data.replace(b"UTF-8", b"rot13")),
     [(K.BAG_ENCODING, "bag/bagit.txt", "unknown")]),
    ("encoding bytes", with_sums("bag/bag-info.txt", lambda data: data + b"A: \xff\n"),
     [(K.BAG_ENCODING, "bag/bag-info.txt", "bytes")]),
    ("fetch", then(put("bag/fetch.txt", b"x 1 data/x\n"), remake), [(K.FETCH, "bag/fetch.txt", "")]),
    ("manifest mark", with_sums(M256, lambda data: codecs.BOM_UTF8 + data), [(K.BYTE_ORDER_MARK, M256, "")]),
    ("duplicate line", with_sums(M256, lambda data: data + data.split(b"\n")[0] + b"\n"),
     [(K.MANIFEST_DUPLICATE, M256, "10")]),
    ("line form", with_sums(M256, lambda data: data + b"nonsense\n"), [(K.MANIFEST_LINE, M256, "10")]),
    ("line digest", with_sums(M256, lambda data: data + b"abcd  data/x\n"), [(K.MANIFEST_LINE, M256, "10")]),
    ("line star", with_sums(M256, lambda data: data.replace(b"  data/items/0001", b" *data/items/0001")),
     [(K.MANIFEST_PATH, M256, "8:character"), (K.FILE_UNLISTED, ITEM, M256[4:])]),
    ("percent", with_sums(M256, lambda data: data + line_of("data/%41")),
     [(K.MANIFEST_PATH, M256, "10:percent")]),
    ("climbing", with_sums(M256, lambda data: data + line_of("data/../../x")),
     [(K.MANIFEST_PATH, M256, "10:climbing")]),
    ("absolute", with_sums(M256, lambda data: data + line_of("/etc/passwd")),
     [(K.MANIFEST_PATH, M256, "10:absolute")]),
    ("drive", with_sums(M256, lambda data: data + line_of("c:/x")), [(K.MANIFEST_PATH, M256, "10:absolute")]),
    ("home", with_sums(M256, lambda data: data + line_of("~/x")), [(K.MANIFEST_PATH, "bag/~/x", M256[4:])]),
    ("encoded line end", with_sums(M256, lambda data: data + line_of("data/a%0Ab")),
     [(K.MANIFEST_PATH, M256, "10:character")]),
    ("tag in payload manifest", with_sums(M256, lambda data: data + line_of("bagit.txt", data=DECLARED)),
     [(K.MANIFEST_PATH, "bag/bagit.txt", M256[4:])]),
    ("payload in tag manifest", edit(T256, lambda data: data + line_of(ITEM[4:])),
     [(K.MANIFEST_PATH, ITEM, T256[4:])]),
    ("device name", then(put("bag/data/aux.txt", b""), remake), [
        (K.PATH_RESERVED, "bag/data/aux.txt", "device"),
        *[(K.MANIFEST_PATH, path, "1:device") for path in (M256, M512)],
        *[(K.FILE_UNLISTED, "bag/data/aux.txt", path[4:]) for path in (M256, M512)],
    ]),
    ("collision", then(put("bag/data/index.c\u017fv", b""), remake),
     [(K.PATH_COLLISION, "bag/data/index.c\u017fv", "")]),
    ("outside", put("notes.txt", b""), [(K.OUTSIDE_BAG, "notes.txt", "")]),
    ("event leaf", then(put(CUSTODY, FORGED_HASH), remake),
     [(K.EVENT_LEAF, CUSTODY, "1:hash")]),
    ("event form", then(put(CUSTODY, b"{}\n" + EVENTS[0] + b"\n"), remake),
     [(K.EVENT_LEAF, CUSTODY, "1:form")]),
    ("event digest", then(put(CUSTODY, FORGED_VALUE), remake),
     [(K.EVENT_DIGEST, CUSTODY, "1:disclosure")]),
    ("event order", then(put(CUSTODY, b"\n".join([*reversed(EVENTS), b""])), remake),
     [(K.EVENT_ORDER, CUSTODY, "1:previous"), (K.EVENT_ORDER, CUSTODY, "2:previous")]),
    ("event left out", then(put(CUSTODY, EVENTS[1] + b"\n"), remake),
     [(K.EVENT_ORDER, CUSTODY, "1:previous")]),
    ("event line end", then(put(CUSTODY, EVENTS[0]), remake), [(K.EVENT_LEAF, CUSTODY, "1:line-end")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "expected"), [fault[1:] for fault in FAULTS], ids=[fault[0] for fault in FAULTS]
)
def test_each_fault_is_found_alone(
    tmp_path: Path, tree: Tree, change: Change, expected: list[tuple[FaultKind, str, str]]
) -> None:
    changed = change(dict(tree))
    packed = tmp_path / "packed.zip"
    packed.write_bytes(pack_zip(changed, method=zipfile.ZIP_DEFLATED))
    in_zip = check_bundle(packed)
    assert sorted(found(in_zip)) == sorted(
        (kind, f"top/{path}" if kind is not FaultKind.BAG_MISSING else "", detail)
        for kind, path, detail in expected
    )
    assert not in_zip.sound
    with pytest.raises(BundleFaultFound) as caught:
        verify_bundle(packed)
    assert caught.value.fields["faults"] == len(in_zip.faults) >= len(expected)
    assert caught.value.fields["kind"] == in_zip.faults[0].kind
    folder = check_bundle(put_folder(changed, tmp_path / "folder"))
    assert sorted(found(folder)) == sorted(expected)


def test_the_tree_itself_is_sound(tmp_path: Path, tree: Tree) -> None:
    packed = tmp_path / "x"
    packed.write_bytes(pack_zip(tree))
    for path in (packed, put_folder(tree, tmp_path / "folder")):
        result = verify_bundle(path)
        assert (result.own_layout, result.items, result.bag_version) == (True, 2, "1.0")
        assert (result.payload_files, result.faults_left_out, result.remarks) == (9, 0, ())


def test_a_flipped_byte_anywhere_in_the_bag_is_found(tmp_path: Path, tree: Tree) -> None:
    for path in tree:
        if not path.startswith("bag/"):
            continue
        data = tree[path]
        for position in {0, len(data) // 3, len(data) - 1}:
            changed = bytearray(data)
            changed[position] ^= 0x10
            packed = tmp_path / "packed.zip"
            packed.write_bytes(pack_zip({**tree, path: bytes(changed)}))
            assert not check_bundle(packed).sound, (path, position)


def test_links_and_special_files(tmp_path: Path, tree: Tree) -> None:
    folder = put_folder(tree, tmp_path / "folder")
    (folder / "bag/data/link").symlink_to(folder / ITEM)
    (folder / "bag/data/loop").symlink_to(folder)
    os.mkfifo(folder / "bag/data/pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s"))
        assert found(check_bundle(folder)) == [
            (FaultKind.SPECIAL_FILE, "s", ""),
            (FaultKind.LINK, "bag/data/link", ""),
            (FaultKind.LINK, "bag/data/loop", ""),
            (FaultKind.SPECIAL_FILE, "bag/data/pipe", ""),
        ]


def test_names_of_any_bytes_are_shown_escaped(tmp_path: Path, tree: Tree) -> None:
    folder = put_folder(tree, tmp_path / "folder")
    names = {b"\xff": "encoding", b"a\nb": "character", "\u202eb".encode(): None, b"end.": "trailing"}
    for name in names:
        with open(os.fsencode(folder / "bag/data") + b"/" + name, "wb"):
            pass
    faults = check_bundle(folder).faults
    of_names = [fault.detail for fault in faults if fault.kind in (K.PATH_RESERVED, K.PATH_UNSAFE)]
    assert sorted(of_names) == ["character", "encoding", "trailing"]
    shown = {fault.path for fault in faults}
    assert {"bag/data/\\u{dcff}", "bag/data/a\\u{a}b", "bag/data/\\u{202e}b", "bag/data/end."} <= shown
    assert all(path.isprintable() for path in shown)


def make_bag(files: Tree, version: str, encoding: str, algorithms: list[str]) -> Tree:
    """A bag of others, its tag files in ``encoding``."""
    bag = {f"data/{path}": data for path, data in files.items()}
    declared = f"BagIt-Version: {version}\nTag-File-Character-Encoding: {encoding}\n".encode()
    made = {**bag, "bagit.txt": declared}
    for algorithm in algorithms:
        text = "".join(
            f"{hashlib.new(algorithm, data).hexdigest()}  {path}\r\n" for path, data in bag.items()
        )
        made[f"manifest-{algorithm}.txt"] = text.encode(encoding)
    return made


@pytest.mark.parametrize(
    ("version", "encoding", "algorithms", "expected"),
    [
        ("1.0", "UTF-8", ["sha256"], ("sha256",)),
        ("1.0", "UTF-8", ["md5", "sha512"], ("md5", "sha512")),
        ("0.97", "UTF-8", ["sha1", "sha256", "sha384"], ("sha1", "sha256", "sha384")),
        ("0.97", "ISO-8859-1", ["sha256"], ("sha256",)),
        ("0.97", "UTF-16", ["sha256"], ("sha256",)),
    ],
)
def test_bags_of_others_are_sound(
    tmp_path: Path, version: str, encoding: str, algorithms: list[str], expected: tuple[str, ...]
) -> None:
    bag = make_bag({"a/é.txt": b"one", "b c": b""}, version, encoding, algorithms)
    packed = tmp_path / "x.zip"
    packed.write_bytes(pack_zip(bag))
    for path in (put_folder(bag, tmp_path / "bag-folder"), packed):
        result = verify_bundle(path)
        assert (result.own_layout, result.algorithms, result.bag_version) == (False, expected, version)
        assert (result.payload_files, result.payload_bytes, result.items) == (2, 3, 0)
        assert {remark.kind for remark in result.remarks} == {FaultKind.TAG_FILE_UNLISTED}


def test_weak_manifests_alone_do_not_make_a_verdict(tmp_path: Path) -> None:
    bag = make_bag({"a": b"one"}, "1.0", "UTF-8", ["md5"])
    result = check_bundle(put_folder(bag, tmp_path / "x"))
    assert [kind for kind, _, _ in found(result)] == [FaultKind.MANIFEST_WEAK]
    assert result.algorithms == ("md5",)
    changed = check_bundle(put_folder({**bag, "data/a": b"two"}, tmp_path / "y"))
    assert [(kind, detail) for kind, _, detail in found(changed)] == [
        (FaultKind.MANIFEST_WEAK, ""),
        (FaultKind.FILE_CHANGED, "md5"),
    ]


def test_a_changed_weak_digest_is_found_beside_a_strong_one(tmp_path: Path) -> None:
    bag = make_bag({"a": b"one"}, "1.0", "UTF-8", ["md5", "sha256"])
    bag["manifest-md5.txt"] = line_of("data/a", "md5", b"two")
    result = check_bundle(put_folder(bag, tmp_path / "x"))
    assert [(kind, detail) for kind, _, detail in found(result)] == [(FaultKind.FILE_CHANGED, "md5")]
    assert result.algorithms == ("sha256",)


def test_unknown_algorithm_is_remarked(tmp_path: Path) -> None:
    bag = make_bag({"a": b"one"}, "1.0", "UTF-8", ["sha256"])
    bag["manifest-blake9.txt"] = b"00ff  data/a\n"
    result = verify_bundle(put_folder(bag, tmp_path / "x"))
    assert FaultKind.MANIFEST_ALGORITHM in {remark.kind for remark in result.remarks}
    assert result.algorithms == ("sha256",)


def test_percent_encoding(tmp_path: Path) -> None:
    for version, listed in (("1.0", "data/100%25 %2541"), ("0.97", "data/100% %41")):
        bag = make_bag({"100% %41": b"one"}, version, "UTF-8", [])
        bag["manifest-sha256.txt"] = line_of(listed)
        verify_bundle(put_folder(bag, tmp_path / version))


def test_097_allows_what_10_does_not(tmp_path: Path) -> None:
    bag = make_bag({"a": b"one", "b": b"two"}, "0.97", "UTF-8", ["md5"])
    bag["manifest-sha256.txt"] = line_of("*data/a") + line_of("./data/b", data=b"two")
    verify_bundle(put_folder(bag, tmp_path / "x"))
    bag["manifest-sha256.txt"] = line_of("data/a")
    result = check_bundle(put_folder(bag, tmp_path / "y"))
    assert found(result) == [(FaultKind.FILE_UNLISTED, "data/b", "")]


def test_decomposed_names_meet_composed_ones(tmp_path: Path) -> None:
    bag = make_bag({"e\u0301": b"one"}, "1.0", "UTF-8", [])
    bag["manifest-sha256.txt"] = line_of("data/\u00e9")
    verify_bundle(put_folder(bag, tmp_path / "x"))
    bag["data/\u00e9"] = b"one"
    kinds = {kind for kind, _, _ in found(check_bundle(put_folder(bag, tmp_path / "y")))}
    assert kinds == {FaultKind.PATH_COLLISION}


@pytest.mark.parametrize(
    ("limits", "expected"),
    [
        (CheckLimits(max_files=5), FaultKind.LIMIT_FILES),
        (CheckLimits(max_total_bytes=100), FaultKind.LIMIT_BYTES),
        (CheckLimits(max_tag_file_bytes=100), FaultKind.LIMIT_TAG_FILE),
        (CheckLimits(max_tag_files_bytes=500), FaultKind.LIMIT_TAG_FILE),
    ],
)
def test_limits(tmp_path: Path, tree: Tree, limits: CheckLimits, expected: FaultKind) -> None:
    packed = tmp_path / "x"
    packed.write_bytes(pack_zip(tree))
    for path in (packed, put_folder(tree, tmp_path / "folder")):
        assert expected in {fault.kind for fault in check_bundle(path, limits=limits).faults}


def test_an_endless_custody_line_costs_no_memory(tmp_path: Path, tree: Tree) -> None:
    long = remake({**tree, CUSTODY: b"{" * 5_000_000})
    result = check_bundle(put_folder(long, tmp_path / "x"))
    assert found(result) == [(FaultKind.EVENT_LEAF, CUSTODY, "1:length")]


def test_deeply_nested_custody_is_a_fault_and_no_crash(tmp_path: Path, tree: Tree) -> None:
    deep = remake({**tree, CUSTODY: b'{"a":' * 100_000 + b"\n"})
    assert found(check_bundle(put_folder(deep, tmp_path / "x"))) == [
        (FaultKind.EVENT_LEAF, CUSTODY, "1:form")
    ]


def test_faults_are_counted_beyond_the_thousandth(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(intake, "MAX_FAULTS", 10)
    bag = make_bag({"a": b"one"}, "1.0", "UTF-8", ["sha256"])
    bag["manifest-sha256.txt"] += b"x\n" * 50
    result = check_bundle(put_folder(bag, tmp_path / "x"))
    assert (len(result.faults), result.faults_left_out) == (10, 40)


def test_what_is_no_bundle(tmp_path: Path) -> None:
    cases = {
        b"": FaultKind.NOT_A_BUNDLE,
        b"%PDF-1.7": FaultKind.NOT_A_BUNDLE,
        b"PK\3\4": FaultKind.ZIP_TRUNCATED,
    }
    for data, kind in cases.items():
        path = tmp_path / "x"
        path.write_bytes(data)
        assert [fault[0] for fault in found(check_bundle(path))] == [kind]
    empty = tmp_path / "empty"
    empty.mkdir()
    assert [fault[0] for fault in found(check_bundle(empty))] == [FaultKind.BAG_MISSING]
    os.mkfifo(tmp_path / "pipe")
    for unreadable in ("missing", "pipe"):
        with pytest.raises(BundleUnreadable) as caught:
            check_bundle(tmp_path / unreadable)
        assert str(tmp_path) not in str(caught.value)


def test_cancelled_check(tmp_path: Path) -> None:
    token = CancelToken()
    token.cancel()
    result = make_source(b"x").write(tmp_path, PlainFolder())
    with pytest.raises(Cancelled):
        check_bundle(result.path, cancel=token)


@settings(max_examples=50)
@given(st.data())
def test_no_tree_of_rubbish_raises(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever a bag of others holds, checking gives a result."""
    bag = make_bag({"a": b"one", "b": b"two"}, "1.0", "UTF-8", ["sha256", "md5"])
    bag["bag-info.txt"] = b"Payload-Oxum: 6.2\n"
    path = data.draw(st.sampled_from(sorted(bag)))
    content = bytearray(bag[path])
    start = data.draw(st.integers(0, len(content)))
    content[start : start + data.draw(st.integers(0, 5))] = data.draw(st.binary(max_size=8))
    target = tmp_path_factory.mktemp("x") / "x.zip"
    target.write_bytes(pack_zip({**bag, path: bytes(content)}))
    result = check_bundle(target)
    assert result.sound == (result.faults == ())
