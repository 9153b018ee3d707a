"""A vault with everything in it, hurt in every way, and rescued; the key derivation costs nothing."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.domain.contacts import ContactDraft
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.domain.records import Item
from hrd_desktop.domain.rescue import RescueReport
from hrd_desktop.services.cases import add_case
from hrd_desktop.services.contacts import add_contact
from hrd_desktop.services.edit import edit
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.lanes import VaultLane
from hrd_desktop.services.rescue import Rescue
from hrd_desktop.services.session import Session
from hrd_desktop.storage.layout import VaultLayout
from tests.unit.storage.databases import FixedClock
from tests.unit.storage.small_vault import KEEP, cheap, open_with

#: Nothing, one byte, a chunk less one byte, exactly, and one more, several chunks, a megabyte and a bit.
SIZES = (0, 1, 16_383, 16_384, 16_385, 3 * 16_384, 4_032, 1_048_577)

HOSTILE_NAMES = (
    b"plain.jpg",
    b" ",
    b".hidden",
    b"trailing dots...",
    b"CON",
    b"-rf",
    b"new\nline.txt",
    b"tab\there",
    b"\x1b[31mred\x1b[0m",
    b"not utf-8 \xff\xfe\x80",
    b"\xed\xa0\x80 surrogate",
    "حقوق الإنسان.pdf".encode(),
    "\u202egpj.exe".encode(),
    "e\u0301 decomposed".encode(),
    "👩‍👩‍👧.png".encode(),
    b"x" * 255,
    "ş".encode() * 127,
    b"quote ' \" ; DROP TABLE item",
    b"%s%n%x",
    b"a\\b",
)


def content(number: int, size_bytes: int) -> bytes:
    """Bytes that are only this file's."""
    block = hashlib.sha256(str(number).encode()).digest()
    return (block * (size_bytes // 32 + 1))[:size_bytes]


@contextmanager
def session_of(layout: VaultLayout, text: str = KEEP) -> Iterator[Session]:
    """The vault, open as services use it."""
    lane = VaultLane()
    try:
        vault = lane.call(lambda: open_with(layout, text))
    except BaseException:
        lane.close()
        raise
    with Session(vault, lane, lambda: None) as session:
        yield session


def take_in(session: Session, folder: Path, *, case: str | None = None) -> list[Item]:
    """Import everything in a folder."""
    report = Ingest(
        session,
        IngestChoices(case_id=add_case(session, case).id if case else None, source="the harbour master"),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=lambda: new_uuid(os.urandom),
    ).run([bytes(folder)])
    assert not report.failed
    return [done.item for done in report.items]


def fill(layout: VaultLayout, originals: Path) -> None:
    """Items, a case, a note with a tag, a contact."""
    originals.mkdir()
    for number, size in enumerate(SIZES):
        (originals / f"file {number}.bin").write_bytes(content(number, size))
    with session_of(layout) as session:
        items = take_in(session, originals, case="FERRY")
        edit(session, items[1].id, {"title": "The ferry", "note": "a note on the heron"}, add_tags=("river",))
        add_contact(session, ContactDraft(alias="Stork"))


@dataclass(frozen=True)
class State:
    """What a person would look for in a vault."""

    items: dict[str, tuple[str, str, str, tuple[str, ...], tuple[str, ...]]]
    contacts: tuple[str, ...]
    contents: dict[bytes, bytes]


def state_of(layout: VaultLayout, text: str = KEEP) -> State:
    """Read all of it, every byte checked, and every log."""
    with session_of(layout, text) as session:
        items = session.read(lambda vault: list(vault.records.items.iter_items()))
        contacts = session.read(lambda vault: list(vault.records.contacts.iter_contacts()))
        contents = {}
        for item in items:
            if not session.vault.objects.exists(item.object_name):
                continue
            expected = item.size_bytes, item.sha256
            with session.vault.objects.open(item.object_name, expected) as reader:
                contents[item.id.bytes] = b"".join(reader.iter_content())
    return State(
        {
            item.original_name: (item.reference, item.details.title, item.details.note, item.tags, item.cases)
            for item in items
        },
        tuple(contact.alias for contact in contacts),
        contents,
    )


def rescue(layout: VaultLayout, target: Path, text: str = KEEP) -> RescueReport:
    """Rescue, and prove that the damaged vault was left as it was."""
    before = tree_of(layout.root)
    try:
        return rescue_of(layout, target, text).run()
    finally:
        assert tree_of(layout.root) == before


def rescue_of(
    layout: VaultLayout, target: Path, text: str = KEEP, cancel: CancelToken | None = None
) -> Rescue:
    return Rescue(
        layout.root,
        str(target),
        credential_from_text(text),
        random=os.urandom,
        clock=FixedClock(),
        new_id=lambda: new_uuid(os.urandom),
        progress=NoProgress(),
        cancel=cancel or CancelToken(),
        stretch=cheap,
    )


def tree_of(root: str) -> dict[str, tuple[int, int, int, str]]:
    """Every file and folder: its rights, length, time of change, and the hash of its bytes."""
    tree = {}
    for folder, _, names in os.walk(root):
        for path in (folder, *(os.path.join(folder, name) for name in names)):
            status = os.lstat(path)
            digest = "" if os.path.isdir(path) else hashlib.sha256(Path(path).read_bytes()).hexdigest()
            tree[os.path.relpath(path, root)] = (status.st_mode, status.st_size, status.st_mtime_ns, digest)
    return tree


def snapshot_paths(layout: VaultLayout, text: str = KEEP) -> list[Path]:
    """Where the snapshots of the records lie."""
    with session_of(layout, text) as session:
        names = session.read(lambda vault: [name for name, _, _ in vault.records.snapshots.load()])
    return [Path(layout.object_path(name)) for name in names]
