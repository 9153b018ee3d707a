"""Taking a bundle of others in: checked first, then streamed into objects, then one transaction.

Nothing is written outside the vault, and either all of the bundle is in or nothing of it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from hrd_desktop.bundle.check import check_bundle, raise_first_fault, read_bundle
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.vault import DiskFailedError
from hrd_desktop.domain.ingest import Duplicate, Ingested
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.services.cases import register_in_transaction
from hrd_desktop.services.check import load_identities
from hrd_desktop.services.custody import Event, record_event, retell
from hrd_desktop.services.ingest import ensure_space
from hrd_desktop.services.receive_sink import Incoming, ReceiveSink
from hrd_desktop.services.received_item import ReceivedFrom, item_of
from hrd_desktop.services.session import Session
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ReceiveReport:
    """What was taken in: new items, and what was here already. ``check`` is the verdict on the bundle."""

    check: BundleCheck
    items: tuple[Ingested, ...]
    duplicates: tuple[Duplicate, ...]


@dataclass(frozen=True, repr=False)
class ReceiveChoices:
    """``sender`` is the user's word for who gave it; ``case_id`` where the items are registered."""

    case_id: UUID | None = None
    sender: str = ""
    actor: str = ""


def receive(
    session: Session,
    path: str,
    choices: ReceiveChoices,
    *,
    identity_files: Sequence[str],
    passphrase: str | None,
    new_id: Callable[[], UUID],
    progress: Progress,
    cancel: CancelToken,
) -> ReceiveReport:
    """Take a bundle in, with the history it tells.

    Raises BundleFaultFound (nothing is taken from a bundle that does not check), what ``check`` raises,
    DiskFullError, DiskFailedError, Cancelled. After any of them nothing of it is in the vault.
    """
    session.vault.ensure_writable()
    identities = load_identities(identity_files)
    check = check_bundle(
        Path(path), identities=identities, passphrase=passphrase, progress=progress, cancel=cancel
    )
    raise_first_fault(check)
    ensure_space(session.vault.layout.root, check.payload_bytes)
    sink = ReceiveSink(session, check, new_id)
    progress.begin(0, check.payload_bytes)
    try:
        try:
            read_bundle(
                Path(path),
                sink,
                identities=identities,
                passphrase=passphrase,
                progress=progress,
                cancel=cancel,
            )
            incoming = sink.finish()
            session.vault.objects.sync([entry.stored.name for entry in incoming])
            result = session.change(lambda vault: _commit(vault, check, choices, incoming, sink.unused))
        except BaseException as error:
            if isinstance(error, DiskFailedError):
                session.vault.read_only = True
            sink.abort()
            raise
    finally:
        progress.end()
    for name in result[2]:
        session.vault.objects.unlink(name)
    return ReceiveReport(check, tuple(result[0]), tuple(result[1]))


def _commit(
    vault: Vault,
    check: BundleCheck,
    choices: ReceiveChoices,
    incoming: Sequence[Incoming],
    unused: Sequence[bytes],
) -> tuple[list[Ingested], list[Duplicate], list[bytes]]:
    """One transaction: records, history, names. Returns what is new, what was here, objects not needed."""
    items: list[Ingested] = []
    duplicates: list[Duplicate] = []
    copies: list[bytes] = []
    source = ReceivedFrom(check, choices.sender)
    with vault.records.transaction():
        for entry in incoming:
            known = vault.records.items.find_by_sha256(entry.stored.sha256)
            if known:
                item = known[0]
                duplicates.append(Duplicate(entry.path, item.id, item.reference))
                copies.append(entry.stored.name)
            else:
                item = item_of(vault, entry, source)
                vault.records.items.insert(item)
                vault.new_items.add(item.id)
                items.append(Ingested(entry.path, item))
            received = Event(
                action="received",
                actor=choices.actor or None,
                from_=source.sender,
                sha256_after=item.sha256.hex(),
                size=item.size_bytes,
                note=source.note(entry.number),
            )
            # The first event here is that it was received; what the sender's log tells follows it.
            record_event(vault, item, received, inbox_only=True)
            if not known:
                retell(vault, item, entry.events)
            in_case = {case.case_id for case in vault.records.cases.cases_of(item.id)}
            if choices.case_id is not None and choices.case_id not in in_case and _is_kept(vault, item.id):
                register_in_transaction(vault, item, choices.case_id, actor=choices.actor)
        vault.records.names.release([*(entry.stored.name for entry in incoming), *unused])
        # An object that was here already goes the way of every object without a record.
        vault.records.names.unlink_later(copies)
    return items, duplicates, copies


def _is_kept(vault: Vault, item_id: UUID) -> bool:
    return vault.records.items.load(item_id).state.value == "kept"
