"""Small real vaults with a key derivation that costs nothing, and a disk that fails at a chosen step."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.headers import Role
from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters
from hrd_desktop.domain.errors.base import NotOpenedError
from hrd_desktop.domain.records import Item, ItemDetails, ItemState
from hrd_desktop.domain.slots import SlotKind
from hrd_desktop.storage import keyslot_file, object_writer, objects
from hrd_desktop.storage.creating import NewSlot, create_vault, new_header
from hrd_desktop.storage.database import Database
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.object_writer import HeaderFields, ObjectWriter
from hrd_desktop.storage.opening import open_vault
from hrd_desktop.storage.slot_changes import slots_of
from hrd_desktop.storage.vault import Vault
from tests.unit.storage.databases import NOW, FixedClock

KEEP, OTHER, THIRD, NEW = "the first one", "another one", "a third one", "one that is new"


def cheap(secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
    """In the place of Argon2id, which the tests of ``crypto.kdf`` are about."""
    return hashlib.sha256(salt + secret).digest()


def root_of_text(text: str, salt: bytes) -> bytes:
    """What slots are sealed with for this passphrase."""
    return cheap(credential_from_text(text).secret, salt, MINIMUM)


def make_vault(folder: Path, texts: Sequence[str] = (KEEP, OTHER), *, reserve_bytes: int = 0) -> VaultLayout:
    """A new vault that opens with each of these passphrases."""
    header = new_header(MINIMUM, os.urandom)
    slots = tuple(NewSlot(root_of_text(text, header.salt), SlotKind.PASSPHRASE) for text in texts)
    create_vault(
        str(folder),
        header=header,
        slots=slots,
        reserve_bytes=reserve_bytes,
        random=os.urandom,
        clock=FixedClock(),
    )
    return VaultLayout(str(folder))


def fresh_copy(template: Path, folder: Path) -> VaultLayout:
    """A copy of a vault at ``folder``, in the place of what was there."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(template, folder)
    return VaultLayout(str(folder))


def open_with(layout: VaultLayout, text: str) -> Vault:
    """Raises what ``open_vault`` raises."""
    return open_vault(
        layout.root,
        credential=credential_from_text(text),
        stretch=cheap,
        random=os.urandom,
        clock=FixedClock(),
    )


@contextmanager
def opened(layout: VaultLayout, text: str) -> Iterator[Vault]:
    """The open vault, closed at the end."""
    vault = open_with(layout, text)
    try:
        yield vault
    finally:
        vault.close()


def opens(layout: VaultLayout, text: str) -> bool:
    """Whether the passphrase opens the vault; a refusal for anything but the passphrase is raised."""
    try:
        open_with(layout, text).close()
    except NotOpenedError as error:
        assert error.code in ("wrong-passphrase", "slot-not-current"), error
        return False
    return True


def read_slots(layout: VaultLayout, copy: int, first: int = 0) -> tuple[bytes, ...]:
    """The four slots of a compartment in one copy, as they stand on the disk."""
    return slots_of(Path(layout.keyslots(copy)).read_bytes(), first)


def assert_slots_as_recorded(vault: Vault) -> None:
    """Every own slot stands in both copies as the records know it, and nothing is under way."""
    records = vault.records.slots.load()
    for copy in (0, 1):
        slots = read_slots(vault.layout, copy, vault.first_slot)
        for record, slot in zip(records, slots, strict=True):
            assert hashlib.sha256(slot).digest() == (record.hash_b if copy else record.hash_a)
    assert vault.records.slots.find_intent() is None
    assert vault.records.rekey.state() is None


def flip(path: str, place: int) -> None:
    """Change one bit of a file."""
    data = bytearray(Path(path).read_bytes())
    data[place] ^= 1
    Path(path).write_bytes(data)


def put_object(vault: Vault, content: bytes, *, role: Role = Role.ORIGINAL, sequence: int = 0) -> Any:
    """An object that no record names."""
    writer = vault.objects.create(vault.objects.new_name())
    writer.write(content)
    return writer.finish(HeaderFields(role, None, "", b"", 0, None, sequence))


def put_item(vault: Vault, content: bytes, *, state: ItemState = ItemState.KEPT) -> Item:
    """An object and its record."""
    stored = put_object(vault, content)
    with vault.records.transaction():
        item = Item(
            id=UUID(bytes=os.urandom(16), version=4),
            number=vault.records.items.next_number(),
            state=state,
            details=ItemDetails(title="made up"),
            original_name="made up.txt",
            media_type="text/plain",
            size_bytes=stored.size_bytes,
            sha256=stored.sha256,
            object_name=stored.name,
            imported_utc=NOW,
            original_modified_utc=None,
            changed_utc=NOW,
        )
        vault.records.items.insert(item)
    return item


def content_of(vault: Vault, item: Item) -> bytes:
    """What the item's object holds, checked against the record."""
    with vault.objects.open(item.object_name, (item.size_bytes, item.sha256)) as reader:
        return b"".join(reader.iter_content())


class CrashNow(BaseException):
    """The process ends here: nothing of ours catches it."""


class Crash:
    """Ends the process at the n-th step that leaves something on the disk; counts them when n is None.

    A step is a write to key slots or object headers, of which the first half may arrive, its sync, and the
    commit of a transaction. After the crash nothing more is written, as after a kill.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch, at: int | None = None) -> None:
        self.steps = 0
        self._at = at
        self._monkeypatch = monkeypatch
        for module in (keyslot_file, objects, object_writer):
            self._patch_write(module)
        for module in (keyslot_file, objects):
            self._patch_sync(module)
        self._patch_abort()
        self._patch_transaction()
        self._patch_rekey()

    @property
    def happened(self) -> bool:
        return self._at is not None and self.steps > self._at

    def _step(self) -> None:
        self.steps += 1
        if self.happened:
            raise CrashNow

    def _patch_write(self, module: Any) -> None:
        write: Callable[[int, int, bytes], None] = module.write_at

        def write_at(fd: int, offset: int, data: bytes) -> None:
            self._step()
            try:
                self._step()
            except CrashNow:
                if self.steps - 1 == self._at:
                    write(fd, offset, data[: len(data) // 2 + 7])
                raise
            write(fd, offset, data)

        self._monkeypatch.setattr(module, "write_at", write_at)

    def _patch_sync(self, module: Any) -> None:
        sync: Callable[[int], None] = module.sync_data

        def sync_data(fd: int) -> None:
            self._step()
            sync(fd)

        self._monkeypatch.setattr(module, "sync_data", sync_data)

    def _patch_abort(self) -> None:
        abort = ObjectWriter.abort

        def unless_dead(writer: ObjectWriter) -> None:
            if not self.happened:
                abort(writer)

        self._monkeypatch.setattr(ObjectWriter, "abort", unless_dead)

    def _patch_transaction(self) -> None:
        transaction = Database.transaction

        @contextmanager
        def counted(database: Database) -> Iterator[None]:
            self._step()
            with transaction(database):
                yield
            self._step()

        self._monkeypatch.setattr(Database, "transaction", counted)

    def _patch_rekey(self) -> None:
        rekey = Database.rekey

        def counted(database: Database, key: bytes, salt: bytes) -> None:
            self._step()
            rekey(database, key, salt)
            self._step()

        self._monkeypatch.setattr(Database, "rekey", counted)


def crash_points(
    layout: VaultLayout, text: str, act: Callable[[Vault], object], monkeypatch: pytest.MonkeyPatch
) -> int:
    """How many steps ``act`` takes on a vault that is opened with ``text``."""
    with monkeypatch.context() as patch, opened(layout, text) as vault:
        crash = Crash(patch)
        act(vault)
        return crash.steps


def crash_at(
    layout: VaultLayout, text: str, act: Callable[[Vault], object], monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    """Open with ``text``, act, and end at step ``at`` of it."""
    vault = open_with(layout, text)
    with monkeypatch.context() as patch:
        crash = Crash(patch, at)
        with pytest.raises(CrashNow):
            act(vault)
        assert crash.happened
        # What the kernel does for a process that is gone.
        vault.derived.close()
        vault.records_database.close()
        vault.lock.release()
