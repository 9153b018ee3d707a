"""Bundles taken in: all or nothing, with the history they tell."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hrd_desktop.cli.fault_words import FAULT_WORDS
from hrd_desktop.domain.bundle_report import FaultKind
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.bundle import BundleFaultFound
from hrd_desktop.domain.export import PlainFolder
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import DatePrecision, ItemPerson, Place, PlacePrecision, WhenTaken
from hrd_desktop.services.cases import add_case, items_of_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.edit import edit
from hrd_desktop.services.export import ExportChoices, export, plan_export
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.receive import ReceiveChoices, ReceiveReport, receive
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify import verify
from tests.unit.services.test_custody_logs import events_of, take_in
from tests.unit.services.test_receipts import other

__all__ = ["other"]
Tree = dict[str, bytes]


def take(session: Session, path: Path, cancel: CancelToken | None = None, **choices: object) -> ReceiveReport:
    return receive(
        session,
        str(path),
        ReceiveChoices(**choices),  # type: ignore[arg-type]  # as the tests give them
        identity_files=(),
        passphrase=None,
        new_id=lambda: new_uuid(session.random),
        progress=NoProgress(),
        cancel=cancel or CancelToken(),
    )


def state(session: Session) -> tuple[int, int, int]:
    return session.read(
        lambda vault: (
            vault.records.items.count(),
            len(list(vault.objects.iter_names())),
            vault.records.custody.log_of(None).size,
        )
    )


def bag(files: Tree, *, version: str = "1.0", **tags: bytes) -> Tree:
    """A bag as others make them."""
    payload = {f"data/{name}": content for name, content in files.items()}
    lines = [f"{hashlib.sha256(content).hexdigest()}  {name}\n" for name, content in payload.items()]
    declared = f"BagIt-Version: {version}\nTag-File-Character-Encoding: UTF-8\n".encode()
    made = {"bagit.txt": declared, "manifest-sha256.txt": "".join(lines).encode(), **payload}
    return made | {name.replace("_", "-") + ".txt": content for name, content in tags.items()}


def put(tree: Tree, folder: Path) -> Path:
    for name, content in tree.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture
def sent(other: Session, tmp_path: Path) -> Path:
    """A bundle of a colleague's case."""
    (tmp_path / "gate.txt").write_text("the gate at noon")
    case = add_case(other, "THEIRS")
    item = take_in(other, tmp_path / "gate.txt", case.id, source="a neighbour")
    edit(other, item.id, {"title": "The gate", "note": "from the roof"})
    edit(other, item.id, {"collected": "2026-03-14T09:30", "collected_zone": "+01:00"})
    edit(
        other, item.id, {"collected_precision": "minute", "place": "Main Street", "place_precision": "street"}
    )
    edit(other, item.id, {"latitude": "48.2082", "longitude": "16.3738"})
    shown = add_contact(other, ContactDraft(alias="Amira"))
    other.write(lambda vault: vault.records.people.set_persons(item.id, [ItemPerson(item.id, shown.id)]))
    plan = plan_export(
        other, case=case, choices=ExportChoices(with_notes=True, with_sources=True, include_held_back=True)
    )
    result = export(
        other,
        plan,
        str(tmp_path / "sent"),
        PlainFolder(),
        recipients="us",
        progress=NoProgress(),
        cancel=CancelToken(),
    )
    return result.path


def test_a_colleagues_bundle_keeps_its_history(session: Session, sent: Path) -> None:
    case = add_case(session, "OURS")
    report = take(session, sent, case_id=case.id, sender="M.")
    assert report.check.signed is not None
    gate, papers = (done.item for done in report.items)
    assert (gate.details.title, gate.details.note, gate.details.source) == (
        "The gate",
        "from the roof",
        "a neighbour",
    )
    assert gate.details.collected == WhenTaken("2026-03-14T09:30", "+01:00", DatePrecision.MINUTE)
    assert gate.details.place == Place("Main Street", 48.2082, 16.3738, PlacePrecision.STREET)
    assert gate.details.description == "People named by the sender: Amira"
    assert gate.original_name == "gate.txt" and papers.media_type == "application/zip"
    inbox = [event.values for event in events_of(session, None) if event.item_number == gate.number]
    # The last one is that it was registered here.
    assert [values["action"] for values in inbox[:4]] == ["received", "imported", "registered-in", "edited"]
    assert [values["restated"] for values in inbox[:4]] == ["no", "yes", "yes", "yes"]
    assert inbox[0]["from"] == f"M., key {report.check.signed.key_name}"
    assert "exhibit 1 of a bundle" in str(inbox[0]["note"])
    assert inbox[1]["from"] == "a neighbour" and inbox[1]["sha256_after"] == gate.sha256.hex()
    assert [item.id for _, item in items_of_case(session, case)] == [gate.id, papers.id]
    assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok
    again = take(session, sent)
    assert {known.item_id for known in again.duplicates} >= {gate.id}
    assert verify(session, None, progress=NoProgress(), cancel=CancelToken()).ok
    onward = plan_export(session, case=case, choices=ExportChoices())
    assert onward.bundle.items[0].custody_proofs


def test_a_bag_of_others(session: Session, tmp_path: Path) -> None:
    path = put(bag({"a/é.txt": b"one", "b.jpg": b"\xff\xd8\xff\xe0 two", "empty": b""}), tmp_path / "bag")
    report = take(session, path, sender="the archive")
    assert sorted(done.item.original_name for done in report.items) == ["b.jpg", "empty", "é.txt"]
    assert report.check.signed is None
    (event,) = [event for event in events_of(session, None) if event.item_number == 1]
    assert (event.values["action"], event.values["from"]) == ("received", "the archive")


def test_cancelling_or_a_full_disk_leaves_nothing(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(bag({"one": b"1" * 5000, "two": b"2"}), tmp_path / "bag")
    before = state(session)
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        take(session, path, cancel)
    assert state(session) == before
    monkeypatch.setattr(session.vault.objects, "sync", lambda names: (_ for _ in ()).throw(Cancelled()))
    with pytest.raises(Cancelled):
        take(session, path)
    monkeypatch.undo()
    assert state(session) == before
    assert len(take(session, path).items) == 2


def test_a_bundle_that_changes_between_the_check_and_the_taking_is_refused(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = put(bag({"one": b"1"}), tmp_path / "bag")
    before = state(session)
    name = "hrd_desktop.services.receive.ensure_space"
    monkeypatch.setattr(name, lambda *_: (path / "data/one").write_bytes(b"2"))
    with pytest.raises(BundleFaultFound):
        take(session, path)
    assert state(session) == before


def _edit(name: str, change: Callable[[bytes], bytes]) -> Callable[[Tree], Tree]:
    return lambda tree: {**tree, name: change(tree[name])}


def _without(name: str) -> Callable[[Tree], Tree]:
    return lambda tree: {key: content for key, content in tree.items() if key != name}


MANIFEST = "manifest-sha256.txt"
K = FaultKind
# The kinds of fault that the public conformance suite of BagIt has, each made here anew.
CONFORMANCE: list[tuple[str, Callable[[Tree], Tree], FaultKind]] = [
    ("no bagit.txt", _without("bagit.txt"), K.BAG_MISSING),
    ("bagit.txt with a mark", _edit("bagit.txt", lambda d: b"\xef\xbb\xbf" + d), K.BYTE_ORDER_MARK),
    ("bagit.txt without a version", _edit("bagit.txt", lambda d: d.split(b"\n", 1)[1]), K.BAG_DECLARATION),
    ("lines exchanged", _edit("bagit.txt", lambda d: b"\n".join(d.split(b"\n")[1::-1])), K.BAG_DECLARATION),
    ("version too new", _edit("bagit.txt", lambda d: d.replace(b"1.0", b"2.0")), K.BAG_VERSION),
    ("unknown encoding", _edit("bagit.txt", lambda d: d.replace(b"UTF-8", b"UTF-9")), K.BAG_ENCODING),
    ("no manifest", _without(MANIFEST), K.MANIFEST_MISSING),
    ("manifest with a mark", _edit(MANIFEST, lambda d: b"\xef\xbb\xbf" + d), K.BYTE_ORDER_MARK),
    ("manifest line cut", _edit(MANIFEST, lambda d: d + b"abc\n"), K.MANIFEST_LINE),
    ("listed twice", _edit(MANIFEST, lambda d: d + d.split(b"\n")[0] + b"\n"), K.MANIFEST_DUPLICATE),
    ("absolute path", _edit(MANIFEST, lambda d: d + b"0" * 64 + b"  /etc/passwd\n"), K.MANIFEST_PATH),
    ("climbing path", _edit(MANIFEST, lambda d: d + b"0" * 64 + b"  data/../../x\n"), K.MANIFEST_PATH),
    ("home path", _edit(MANIFEST, lambda d: d + b"0" * 64 + b"  ~/x\n"), K.MANIFEST_PATH),
    ("percent sign", _edit(MANIFEST, lambda d: d + b"0" * 64 + b"  data/%zz\n"), K.MANIFEST_PATH),
    ("listed and missing", _edit(MANIFEST, lambda d: d + b"0" * 64 + b"  data/x\n"), K.FILE_MISSING),
    ("there and not listed", lambda tree: {**tree, "data/x": b""}, K.FILE_UNLISTED),
    ("changed", _edit("data/one", lambda d: d + b"!"), K.FILE_CHANGED),
    ("fetch.txt", lambda tree: {**tree, "fetch.txt": b"http://x 1 data/x\n"}, K.FETCH),
    ("wrong oxum", lambda tree: {**tree, "bag-info.txt": b"Payload-Oxum: 2.1\n"}, K.OXUM),
    ("oxum without form", lambda tree: {**tree, "bag-info.txt": b"Payload-Oxum: x\n"}, K.OXUM),
    ("bag-info without a label", lambda tree: {**tree, "bag-info.txt": b"no colon\n"}, K.BAG_INFO),
    (
        "only MD5",
        lambda tree: {
            **_without(MANIFEST)(tree),
            "manifest-md5.txt": f"{hashlib.md5(b'1').hexdigest()}  data/one\n".encode(),
        },
        K.MANIFEST_WEAK,
    ),
    (
        "tag manifest does not fit",
        lambda tree: {**tree, "tagmanifest-sha256.txt": b"0" * 64 + b"  bagit.txt\n"},
        K.FILE_CHANGED,
    ),
    ("case collision", lambda tree: {**tree, "data/ONE": b"1"}, K.PATH_COLLISION),
    ("device name", lambda tree: {**tree, "data/NUL.txt": b""}, K.PATH_RESERVED),
]


def test_every_kind_of_fault_is_refused_with_its_own_message(session: Session, tmp_path: Path) -> None:
    before = state(session)
    for number, (note, change, kind) in enumerate(CONFORMANCE):
        path = put(change(bag({"one": b"1"})), tmp_path / str(number))
        with pytest.raises(BundleFaultFound) as caught:
            take(session, path)
        assert (note, caught.value.fields["kind"]) == (note, kind.value)
    os.symlink("/etc/passwd", put(bag({"one": b"1"}), tmp_path / "link") / "data/two")
    with pytest.raises(BundleFaultFound) as caught:
        take(session, tmp_path / "link")
    assert caught.value.fields["kind"] == "link"
    assert state(session) == before


def test_every_kind_has_words_that_no_other_has() -> None:
    assert set(FAULT_WORDS) == {kind.value for kind in FaultKind}
    assert len(set(FAULT_WORDS.values())) == len(FAULT_WORDS)
