"""Takes a checked bundle as it streams by: items into objects, the rest into memory, within bounds."""

from __future__ import annotations

import io
import os
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from uuid import UUID

from hrd_desktop.bundle.check import judge, raise_first_fault
from hrd_desktop.bundle.intake import STRONG_DIGESTS, Intake
from hrd_desktop.bundle.limits import CheckLimits, Event, FileBegun, FileData, FileEnded
from hrd_desktop.bundle.received import EVENTS, ORIGINAL, ToldItem, read_events, read_index
from hrd_desktop.crypto.custody import Value
from hrd_desktop.crypto.headers import Role
from hrd_desktop.decode.signatures import media_type_of
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.bundle import BundleFaultFound
from hrd_desktop.services.session import Session
from hrd_desktop.storage.allocation import reserve_name_up_to
from hrd_desktop.storage.object_writer import HeaderFields, ObjectWriter, StoredObject
from hrd_desktop.storage.vault import Vault

SNIFF_BYTES = 4096
#: Lists, events and proofs of one bundle together; a larger bundle is refused before anything is kept.
PAPERS_LIMIT_BYTES = 128 << 20
PAPERS_NAME = "papers.zip"
_NAMES_AT_ONCE = 64


@dataclass(frozen=True, repr=False)
class Incoming:
    """A file that is an object now; ``number`` is its exhibit number where the bundle is of our kind."""

    path: str
    number: int | None
    item_id: UUID
    stored: StoredObject
    media_type: str
    told: ToldItem
    events: tuple[dict[str, Value], ...]


@dataclass(repr=False)
class _File:
    path: str
    number: int | None
    item_id: UUID
    writer: ObjectWriter
    head: bytearray = field(default_factory=bytearray)


@dataclass(frozen=True, repr=False)
class _Written:
    path: str
    number: int | None
    item_id: UUID
    stored: StoredObject
    media_type: str


class ReceiveSink:
    """One bundle on its way in. ``finish`` or ``abort`` ends it."""

    def __init__(self, session: Session, check: BundleCheck, new_id: Callable[[], UUID]) -> None:
        self._session = session
        self._check = check
        self._new_id = new_id
        self._own = check.own_layout
        self._names: list[bytes] = []
        self._taken: list[bytes] = []
        self._file: _File | None = None
        self._paper: tuple[str, bytearray] | None = None
        self._papers: dict[str, bytes] = {}
        self._papers_bytes = 0
        self._written: list[_Written] = []
        # Read a second time, so judged a second time: the file may have been changed in between.
        self._intake = Intake(sorted({*check.algorithms, *STRONG_DIGESTS}), CheckLimits())

    @property
    def unused(self) -> list[bytes]:
        """Names that were reserved and not needed."""
        return self._names

    def take(self, event: Event) -> None:
        """Take one event of the container."""
        self._intake.take(event)
        match event:
            case FileBegun(path):
                self._begin(path)
            case FileData(data):
                self._add(data)
            case FileEnded():
                self._end()

    def finish(self) -> list[Incoming]:
        """Everything that was taken, with what the bundle tells of it; the papers themselves last.

        Raises BundleFaultFound when the bundle is not the one that was checked.
        """
        again = judge(self._check.container, self._intake)
        raise_first_fault(again)
        if again.tagmanifest_sha512 != self._check.tagmanifest_sha512:
            raise BundleFaultFound(kind="file-changed", detail="while-read", faults=1)
        told = read_index(self._papers.get("bag/data/index.csv", b"")) if self._own else {}
        events: dict[int, tuple[dict[str, Value], ...]] = {}
        for path, content in self._papers.items():
            if self._own and (match := EVENTS.fullmatch(path.removeprefix("bag/"))):
                events[int(match[1])] = tuple(read_events(content))
        incoming = [
            Incoming(
                path=entry.path,
                number=entry.number,
                item_id=entry.item_id,
                stored=entry.stored,
                media_type=entry.media_type,
                told=told.get(entry.number, ToldItem()) if entry.number is not None else ToldItem(),
                events=events.get(entry.number, ()) if entry.number is not None else (),
            )
            for entry in self._written
        ]
        if self._own:
            incoming.append(self._keep_papers())
        return incoming

    def abort(self) -> None:
        """Remove every object that was written, and give the names back where that is possible."""
        if self._file is not None:
            self._file.writer.abort()
            self._file = None
        for name in self._taken:
            self._session.vault.objects.unlink(name)
        if self._session.vault.read_only:
            # The names stay reserved; the next unlock drops them.
            return
        names = self._taken + self._names

        def release(vault: Vault) -> None:
            with vault.records.quiet_transaction():
                vault.records.names.release(names)

        self._session.change(release)

    # -- inside -----------------------------------------------------------------------------

    def _begin(self, path: str) -> None:
        root = self._check.root
        outer = root.removesuffix("bag/") if self._own else root
        inner = path.removeprefix(outer)
        within = path.removeprefix(root)
        number: int | None = None
        is_item = within.startswith("data/") and path.startswith(root)
        if self._own:
            match = ORIGINAL.fullmatch(within) if is_item else None
            number = int(match[1]) if match else None
            is_item = match is not None
        if is_item:
            item_id = self._new_id()
            self._file = _File(
                within, number, item_id, self._session.vault.objects.create(self._name(self._left_bytes()))
            )
        elif self._own:
            self._paper = (inner, bytearray())

    def _add(self, data: bytes) -> None:
        if self._file is not None:
            if len(self._file.head) < SNIFF_BYTES:
                self._file.head += data[: SNIFF_BYTES - len(self._file.head)]
            self._file.writer.write(data)
        elif self._paper is not None:
            self._papers_bytes += len(data)
            if self._papers_bytes > PAPERS_LIMIT_BYTES:
                raise BundleFaultFound(kind="limit-tag-file", detail="papers", faults=1)
            self._paper[1].extend(data)

    def _end(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            media_type = media_type_of(bytes(file.head), os.path.splitext(file.path)[1])
            stored = file.writer.finish(self._header(file.item_id, media_type, file.path), sync=False)
            self._written.append(_Written(file.path, file.number, file.item_id, stored, media_type))
        elif self._paper is not None:
            path, content = self._paper
            self._paper = None
            self._papers[path] = bytes(content)

    def _header(self, item_id: UUID, media_type: str, path: str) -> HeaderFields:
        return HeaderFields(
            role=Role.ORIGINAL,
            record_id=item_id.bytes,
            media_type=media_type,
            original_name=path.rpartition("/")[2].encode("utf-8", "surrogateescape"),
            ingested_us=self._session.vault.now_us(),
            modified_us=None,
            sequence=0,
        )

    def _keep_papers(self) -> Incoming:
        """Lists, signature, events and proofs as they came: what proves the bundle stays with the items."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
            for path, content in sorted(self._papers.items()):
                target.writestr(zipfile.ZipInfo(path), content, zipfile.ZIP_DEFLATED)
        item_id = self._new_id()
        writer = self._session.vault.objects.create(self._name(len(out.getvalue())))
        try:
            writer.write(out.getvalue())
            stored = writer.finish(self._header(item_id, "application/zip", PAPERS_NAME), sync=False)
        except BaseException:
            writer.abort()
            raise
        signed = self._check.signed
        key = f" {signed.key_name}" if signed is not None else ""
        told = ToldItem(title=f"Papers of the bundle signed by key{key}", original_name=PAPERS_NAME)
        return Incoming(PAPERS_NAME, None, item_id, stored, "application/zip", told, ())

    def _left_bytes(self) -> int:
        """More than this the next file cannot have."""
        return max(0, self._check.payload_bytes - sum(entry.stored.size_bytes for entry in self._written))

    def _name(self, most_bytes: int) -> bytes:
        """A reserved name, so that a crash leaves nothing that is not swept."""
        if self._session.vault.compartment == 1:
            # There a name is a file of some length, which has to be chosen before the size is known.
            taken = self._session.change(lambda vault: reserve_name_up_to(vault, most_bytes))
            self._taken.append(taken)
            return taken
        if not self._names:
            fresh = [self._session.vault.objects.new_name() for _ in range(_NAMES_AT_ONCE)]

            def reserve(vault: Vault) -> None:
                with vault.records.quiet_transaction():
                    vault.records.names.reserve(fresh)

            self._session.change(reserve)
            self._names = fresh
        name = self._names.pop()
        self._taken.append(name)
        return name
