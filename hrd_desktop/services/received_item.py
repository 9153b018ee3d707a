"""The record of an item that came in a bundle, and how its custody log names where it came from."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace

from hrd_desktop.bundle.received import ToldItem
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.names import title_from_name
from hrd_desktop.domain.records import HowReceived, Item, ItemDetails, ItemState, Place
from hrd_desktop.services.fields import with_fields
from hrd_desktop.services.ingest import kind_of
from hrd_desktop.services.receive_sink import Incoming
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True, repr=False)
class ReceivedFrom:
    """The bundle and the user's word for its sender."""

    check: BundleCheck
    said: str

    @property
    def sender(self) -> str | None:
        """Who it is from: the user's word and the key that signed, as far as there are any."""
        signed = self.check.signed
        key = f"key {signed.key_name}" if signed is not None else ""
        return ", ".join(part for part in (self.said, key) if part) or None

    def note(self, number: int | None) -> str:
        """Which bundle, and as what the item stood in it."""
        lists = self.check.tagmanifest_sha512
        parts = [f"exhibit {number}" if number is not None else "", "of a bundle"]
        if self.check.signed is not None:
            parts.append(f"signed by {self.check.signed.fingerprint}")
        if lists is not None:
            parts.append(f"tagmanifest-sha512.txt {lists.hex()}")
        return " ".join(part for part in parts if part)


def details_of(told: ToldItem, media_type: str, name: str, sender: str) -> ItemDetails:
    """The record that a list tells of: whatever stands in the list, one that could have been entered here."""
    persons = f"People named by the sender: {told.persons}" if told.persons else ""
    details = ItemDetails(
        kind=kind_of(media_type),
        title=told.title or title_from_name(name),
        # As words: whom the sender means by a name is not known here, least of all by a pseudonym.
        description="\n\n".join(part for part in (told.description, persons) if part),
        note=told.note,
        how_received=HowReceived.OTHER_BUNDLE,
        source=told.source or sender,
        place=Place(name=told.place),
    )
    for field, text in told.fields.items():
        # What has not the form of such a field is left out; the list itself is kept with the papers.
        with suppress(FieldValueError):
            details = with_fields(details, {field: text})
    if (details.place.latitude is None) != (details.place.longitude is None):
        details = replace(details, place=replace(details.place, latitude=None, longitude=None))
    return details


def item_of(vault: Vault, entry: Incoming, source: ReceivedFrom) -> Item:
    """A new record; what the sender said of it goes in as theirs."""
    told, now = entry.told, vault.clock.now_utc()
    name = told.original_name or entry.path.rpartition("/")[2]
    return Item(
        id=entry.item_id,
        number=vault.records.items.next_number(),
        state=ItemState.KEPT,
        details=details_of(told, entry.media_type, name, source.said),
        original_name=name,
        media_type=entry.media_type,
        size_bytes=entry.stored.size_bytes,
        sha256=entry.stored.sha256,
        object_name=entry.stored.name,
        imported_utc=now,
        original_modified_utc=None,
        changed_utc=now,
    )
