"""Exporting: choose what leaves, hold back what must not, write the bundle, log that it left.

Method: the design of bundles (docs/spec/bundle.md) and of custody (docs/spec/custody-event.md).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from uuid import UUID

from hrd_desktop.bundle.texts import LANGUAGES, load_texts
from hrd_desktop.bundle.write import write_bundle
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.domain.decoded import Disclosure as FieldDisclosure
from hrd_desktop.domain.decoded import disclosure_of
from hrd_desktop.domain.errors.records import HeldBackError
from hrd_desktop.domain.export import (
    BundleForm,
    BundleItem,
    BundlePlan,
    BundleResult,
    Disclosure,
    DisclosureKind,
    DisclosureWhere,
    SelfOpening,
    WithPassphrase,
    list_disclosures,
)
from hrd_desktop.domain.people import ConsentDecision, ConsentPurpose
from hrd_desktop.domain.progress import CancelToken, Progress
from hrd_desktop.domain.records import Case, Item, ItemState, Place
from hrd_desktop.domain.version import TOOL
from hrd_desktop.services.custody import Event, record_event
from hrd_desktop.services.custody_lines import CustodyChoices, custody_of_case, custody_of_items
from hrd_desktop.services.found import found_fields
from hrd_desktop.services.recipient_profiles import RecipientProfile, draw_names, keep_profile
from hrd_desktop.services.resources import resource_folder
from hrd_desktop.services.session import Session
from hrd_desktop.storage.objects import ObjectReader
from hrd_desktop.storage.vault import Vault

#: Languages that README, lists and pages of a bundle can be written in.
BUNDLE_LANGUAGES = LANGUAGES
_CARRIED = {
    FieldDisclosure.POSITION: DisclosureKind.POSITION,
    FieldDisclosure.DEVICE: DisclosureKind.DEVICE_SERIAL,
    FieldDisclosure.PERSON: DisclosureKind.PERSON,
    FieldDisclosure.HIDDEN_CONTENT: DisclosureKind.NOTE,
}


@dataclass(frozen=True, repr=False)
class ExportChoices:
    """What the user chose to let out. ``purpose`` is what each person shown must have agreed to."""

    with_notes: bool = False
    with_sources: bool = False
    with_custodian: bool = False
    include_held_back: bool = False
    purpose: ConsentPurpose = ConsentPurpose.SHARE_WITH_LAWYER
    language: str = "en"
    title: str | None = None
    #: The contact whose choices and pseudonyms are remembered; None for somebody who is none.
    recipient: UUID | None = None
    pseudonyms: bool = False


@dataclass(frozen=True, repr=False)
class HeldBack:
    """An item that stays here. ``reason``: ``privileged``, ``sealed``, ``no-consent``, ``binned``."""

    item_id: UUID
    reference: str
    reason: str


@dataclass(frozen=True, repr=False)
class ExportPlan:
    """What would leave, what would not, and everything that the bundle tells, item by item."""

    bundle: BundlePlan
    items: tuple[Item, ...]
    held_back: tuple[HeldBack, ...]
    disclosures: tuple[Disclosure, ...]
    case: Case | None
    without_consent: tuple[tuple[UUID, str], ...]
    signing_key: SigningKey
    choices: ExportChoices
    pseudonyms: Mapping[UUID, str]


def plan_export(
    session: Session,
    *,
    case: Case | None = None,
    item_ids: Sequence[UUID] | None = None,
    choices: ExportChoices,
) -> ExportPlan:
    """Work out a bundle of a case, of these items, or (with neither) of everything kept.

    Raises NotFoundError, and HeldBackError when nothing would be left.
    """
    return session.read(lambda vault: _plan(vault, case, item_ids, choices))


def _plan(
    vault: Vault, case: Case | None, item_ids: Sequence[UUID] | None, choices: ExportChoices
) -> ExportPlan:
    today = vault.clock.now_utc().date()
    kept: list[tuple[int, Item]] = []
    held_back: list[HeldBack] = []
    without_consent: list[tuple[UUID, str]] = []
    for number, item in _selected(vault, case, item_ids):
        reason = _reason_to_hold_back(vault, item, choices, today, without_consent)
        if reason is None:
            kept.append((number, item))
        else:
            held_back.append(HeldBack(item.id, item.reference, reason))
    if not kept:
        raise HeldBackError(count=len(held_back))
    names: dict[UUID, str] = {}
    if choices.pseudonyms:
        shown = [person.contact_id for _, item in kept for person in vault.records.people.persons_of(item.id)]
        names = draw_names(vault, choices.recipient, shown)
    disclosed = CustodyChoices(choices.with_notes, choices.with_sources, choices.with_custodian)
    if case is not None:
        custody = custody_of_case(vault, case.id, [number for number, _ in kept], disclosed)
    else:
        custody = custody_of_items(vault, kept, disclosed)
    bundle = BundlePlan(
        items=tuple(
            replace(
                _bundle_item(vault, number, item, custody.lines[number], choices, names),
                custody_proofs=custody.proofs[number],
            )
            for number, item in kept
        ),
        language=choices.language,
        title=choices.title if choices.title is not None else (case.title or None if case else None),
        tool=TOOL,
        receipts=custody.receipts,
        log_lines=custody.lines.get(0, ()),
        log_proofs=custody.proofs.get(0, ()),
    )
    return ExportPlan(
        bundle=bundle,
        items=tuple(item for _, item in kept),
        held_back=tuple(held_back),
        disclosures=list_disclosures(bundle),
        case=case,
        without_consent=tuple(without_consent),
        signing_key=custody.key,
        choices=choices,
        pseudonyms=names,
    )


def _selected(vault: Vault, case: Case | None, item_ids: Sequence[UUID] | None) -> list[tuple[int, Item]]:
    """Exhibit numbers and items: the case's own numbers, or 1, 2, 3 … for a bundle without a case."""
    records = vault.records
    if case is not None:
        return [
            (entry.number, records.items.load(entry.item_id)) for entry in records.cases.items_of(case.id)
        ]
    if item_ids is not None:
        items = [records.items.load(item_id) for item_id in item_ids]
    else:
        items = sorted(records.items.iter_items(state=ItemState.KEPT), key=lambda item: item.number)
    return list(enumerate(items, start=1))


def _reason_to_hold_back(
    vault: Vault,
    item: Item,
    choices: ExportChoices,
    today: date,
    without_consent: list[tuple[UUID, str]],
) -> str | None:
    if item.state is not ItemState.KEPT:
        return "binned"
    if choices.include_held_back:
        return None
    if item.details.privileged:
        return "privileged"
    if item.details.sealed:
        return "sealed"
    for person in vault.records.people.persons_of(item.id):
        consent = vault.records.people.find_consent(person.contact_id, choices.purpose)
        if consent is not None and consent.decision is ConsentDecision.IMPOSSIBLE:
            without_consent.append((item.id, consent.reason))
        elif consent is None or not consent.stands_on(today):
            return "no-consent"
    return None


def _bundle_item(
    vault: Vault,
    number: int,
    item: Item,
    lines: tuple[bytes, ...],
    choices: ExportChoices,
    names: Mapping[UUID, str],
) -> BundleItem:
    details = item.details
    carried = tuple(
        Disclosure(_CARRIED[kind], DisclosureWhere.FILE, str(item.id), f"{field.name.value}: {field.value}")
        for field in found_fields(vault, item.id)
        if (kind := disclosure_of(field.name)) in _CARRIED
    )
    persons = tuple(
        names.get(person.contact_id) or vault.records.contacts.load(person.contact_id).alias
        for person in vault.records.people.persons_of(item.id)
    )
    return BundleItem(
        item_id=str(item.id),
        number=number,
        sha256=item.sha256,
        size_bytes=item.size_bytes,
        media_type=item.media_type,
        title=details.title,
        original_name=item.original_name,
        description=details.description or None,
        when=details.collected,
        place=details.place if details.place != Place() else None,
        persons=persons,
        sources=((details.source,) if details.source else ()) if choices.with_sources else None,
        note=(details.note or None) if choices.with_notes else None,
        custody_lines=lines,
        carried=carried,
    )


def export(
    session: Session,
    plan: ExportPlan,
    destination: str,
    form: BundleForm,
    *,
    recipients: str,
    progress: Progress,
    cancel: CancelToken,
    contacts_vcf: bytes | None = None,
) -> BundleResult:
    """Write what was planned, read it back, and log for each item that it left.

    ``recipients`` is a label or fingerprints for the custody log. Raises what ``write_bundle`` raises;
    then nothing is left at the destination and nothing is logged.
    """
    objects = session.vault.objects
    by_id = {str(item.id): item for item in plan.items}

    def open_item(entry: BundleItem) -> _Content:
        item = by_id[entry.item_id]
        return _Content(objects.open(item.object_name, (item.size_bytes, item.sha256)))

    def find_thumbnail(item_id: str) -> bytes | None:
        thumbnail = session.read(lambda vault: vault.derived.thumbnail(UUID(item_id)))
        return thumbnail.image if thumbnail is not None else None

    result = write_bundle(
        plan.bundle,
        Path(os.path.abspath(destination)),
        form=form,
        open_item=open_item,
        texts=load_texts(resource_folder() / "bundle", plan.bundle.language),
        randomness=session.random,
        signing_key=plan.signing_key,
        find_thumbnail=find_thumbnail,
        progress=progress,
        cancel=cancel,
    )

    def log(vault: Vault) -> None:
        if plan.choices.recipient is not None:
            keep_profile(vault, plan.choices.recipient, _profile(plan.choices, form), plan.pseudonyms)
        reasons = dict(plan.without_consent)
        for item in plan.items:
            record_event(
                vault,
                item,
                Event(
                    action="exported",
                    to=recipients,
                    sha256_before=item.sha256.hex(),
                    sha256_after=result.sha256.hex(),
                    size=item.size_bytes,
                    reason=f"consent impossible: {reasons[item.id]}" if item.id in reasons else None,
                ),
                only_case=plan.case.id if plan.case is not None else None,
                inbox_only=plan.case is None,
            )

    try:
        session.write(log)
    except BaseException:
        # A bundle that no log tells of must not be out there.
        _remove(result)
        raise
    return result


def _profile(choices: ExportChoices, form: BundleForm) -> RecipientProfile:
    # A plain folder is never proposed again: to leave something in the clear is decided each time.
    forms: dict[type[BundleForm], str] = {WithPassphrase: "passphrase", SelfOpening: "self-opening"}
    return RecipientProfile(
        with_notes=choices.with_notes,
        with_sources=choices.with_sources,
        with_custodian=choices.with_custodian,
        pseudonyms=choices.pseudonyms,
        purpose=choices.purpose,
        language=choices.language,
        form=forms.get(type(form), "recipients"),
    )


def _remove(result: BundleResult) -> None:
    if result.path.is_dir():
        shutil.rmtree(result.path)
    else:
        result.path.unlink()
    for path in (result.cover_path, result.beside_path):
        if path is not None:
            path.unlink()


class _Content:
    """An item's exact bytes for the writer of a bundle: entered, it gives its pieces."""

    def __init__(self, reader: ObjectReader) -> None:
        self._reader = reader

    def __enter__(self) -> Iterator[bytes]:
        return self._reader.iter_content()

    def __exit__(self, *_: object) -> None:
        self._reader.close()
