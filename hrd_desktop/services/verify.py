"""Verifying a vault: every page of its databases, every object re-hashed, every custody event."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from hrd_desktop.domain.errors.base import IntegrityError
from hrd_desktop.domain.errors.vault import DerivedDamagedError
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Item, ItemState
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.derived_again import make_derived_again
from hrd_desktop.services.session import Session
from hrd_desktop.services.verify_logs import LogCheck, check_logs
from hrd_desktop.storage.snapshots import take_snapshot
from hrd_desktop.storage.sweep import unlink_now
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class BadItem:
    """An item whose object is not what was recorded. ``code`` is a kind of refusal of the vault format."""

    item_id: UUID
    reference: str
    code: str


@dataclass(frozen=True, repr=False)
class VerifyReport:
    """What was found.

    ``mended`` counts header copies that were put right from the other one. ``derived`` and ``snapshots``
    (copies of the records) are ``ok``, ``rebuilt`` (damaged, and made again), ``damaged`` (and the vault
    takes no changes), or None when they were not looked at.
    """

    item_count: int
    bad: tuple[BadItem, ...]
    logs: tuple[LogCheck, ...]
    mended: int
    derived: str | None = None
    snapshots: str | None = None

    @property
    def ok(self) -> bool:
        """Whether everything is as it was recorded. What is made again was nobody's only copy."""
        made_of_others = "damaged" not in (self.derived, self.snapshots)
        return not self.bad and made_of_others and all(log.fault is None for log in self.logs)


def verify(
    session: Session, item_ids: Sequence[UUID] | None, *, progress: Progress, cancel: CancelToken
) -> VerifyReport:
    """Verify these items, or everything: databases, items, logs. Bad items are logged as such.

    Raises RecordsDamagedError when a page of the records does not authenticate or their structure is broken
    (nothing else can be checked against them then), NotFoundError, Cancelled. A vault that had become
    read-only takes changes again when everything is well.
    """
    derived_is_sound = session.read(_check_databases) if item_ids is None else None
    bad_snapshots = session.read(_bad_snapshots) if item_ids is None else []
    items = session.read(lambda vault: _items(vault, item_ids))
    progress.begin(len(items), sum(item.size_bytes for item in items))
    bad: list[BadItem] = []
    mended = 0
    try:
        for item in items:
            cancel.raise_if_cancelled()
            try:
                checked = session.vault.objects.verify(item.object_name, (item.size_bytes, item.sha256))
                if checked.bad_header_copies and not session.vault.read_only:
                    session.vault.objects.mend_header(item.object_name)
                    mended += 1
            except IntegrityError as error:
                bad.append(BadItem(item.id, item.reference, error.code))
            progress.advance(item.size_bytes)
            progress.finish_item()
    finally:
        progress.end()
    logs = session.read(check_logs) if item_ids is None else ()
    report = VerifyReport(len(items), tuple(bad), tuple(logs), mended)
    if session.vault.read_only:
        if report.ok and item_ids is None and not session.read(_is_half_done):
            session.vault.read_only = False
    elif bad:
        _log_failures(session, bad)
    if derived_is_sound is None:
        return report
    return replace(
        report,
        derived=_mended(session, derived_is_sound, make_derived_again),
        snapshots=_mended(session, not bad_snapshots, lambda vault: _replace_snapshots(vault, bad_snapshots)),
    )


def _mended(session: Session, is_sound: bool, mend: Callable[[Vault], None]) -> str:
    if is_sound:
        return "ok"
    if session.vault.read_only:
        return "damaged"
    session.change(mend)
    return "rebuilt"


def _check_databases(vault: Vault) -> bool:
    """Read every page of both databases; whether the derived one is sound. Raises RecordsDamagedError.

    A page that does not authenticate is noticed when it is read; this reads those that nobody has asked for.
    """
    vault.records.verify()
    try:
        vault.derived.verify()
    except DerivedDamagedError:
        return False
    return True


def _is_half_done(vault: Vault) -> bool:
    """Whether slots or keys are in the middle of a change, which only the next unlock finishes."""
    return vault.records.slots.find_intent() is not None or vault.records.rekey.state() is not None


def _bad_snapshots(vault: Vault) -> list[bytes]:
    """Snapshots of the records that could not take the records' place. Reads all of them."""
    bad: list[bytes] = []
    for name, _, _ in vault.records.snapshots.load():
        try:
            if vault.objects.verify(name).bad_header_copies:
                bad.append(name)
        except IntegrityError:
            bad.append(name)
    return bad


def _replace_snapshots(vault: Vault, bad: Sequence[bytes]) -> None:
    """Drop these snapshots and take a new one: it is all that stands between a bad sector and the records."""
    with vault.records.quiet_transaction():
        for name in bad:
            vault.records.snapshots.remove(name)
        vault.records.names.unlink_later(bad)
    unlink_now(vault, list(bad))
    if not _is_half_done(vault):
        take_snapshot(vault)


def _items(vault: Vault, item_ids: Sequence[UUID] | None) -> list[Item]:
    if item_ids is not None:
        return [vault.records.items.load(item_id) for item_id in item_ids]
    return [
        item
        for state in (ItemState.KEPT, ItemState.BINNED)
        for item in vault.records.items.iter_items(state=state)
    ]


def _log_failures(session: Session, bad: list[BadItem]) -> None:
    def work(vault: Vault) -> None:
        for entry in bad:
            record_event(
                vault,
                vault.records.items.load(entry.item_id),
                Event(action="integrity-failed", reason=entry.code),
            )

    session.write(work)
