"""The columns of table ``item`` and the item they make, written once for both directions."""

from __future__ import annotations

from uuid import UUID

from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.records import (
    Confidentiality,
    DatePrecision,
    HowReceived,
    Item,
    ItemDetails,
    ItemKind,
    ItemState,
    Place,
    PlacePrecision,
    Reliability,
    Verification,
    WhenTaken,
)
from hrd_desktop.storage.database import Row, Value
from hrd_desktop.storage.records.values import (
    date_column,
    date_value,
    enum_value,
    name_from_bytes,
    name_to_bytes,
    text_column,
    time_column,
    time_value,
)

DETAIL_COLUMNS = (
    "kind",
    "title",
    "description",
    "note",
    "collected_by",
    "collected_at",
    "collected_zone",
    "collected_precision",
    "how_received",
    "source",
    "device",
    "capture_tool",
    "place_name",
    "place_latitude",
    "place_longitude",
    "place_precision",
    "language",
    "reliability",
    "verification",
    "confidentiality",
    "privileged",
    "sealed",
    "distressing",
    "review_on",
)
COLUMNS = (
    "number",
    "id",
    "state",
    "original_name",
    "media_type",
    "size_bytes",
    "sha256",
    "object_name",
    "imported_utc",
    "original_modified_utc",
    "changed_utc",
    *DETAIL_COLUMNS,
)
_BEFORE_DETAILS = len(COLUMNS) - len(DETAIL_COLUMNS)


def detail_values(details: ItemDetails) -> tuple[Value, ...]:
    """The values of ``DETAIL_COLUMNS``. Raises FieldValueError."""
    collected, place = details.collected, details.place
    _verify_position(place)
    return (
        details.kind.value,
        text_column("title", details.title),
        text_column("description", details.description),
        text_column("note", details.note),
        text_column("collected_by", details.collected_by),
        None if collected is None else text_column("collected", collected.at),
        None if collected is None or collected.zone is None else text_column("collected", collected.zone),
        None if collected is None else collected.precision.value,
        details.how_received.value,
        text_column("source", details.source),
        text_column("device", details.device),
        text_column("capture_tool", details.capture_tool),
        text_column("place", place.name),
        place.latitude,
        place.longitude,
        place.precision.value,
        text_column("language", details.language),
        details.reliability.value,
        details.verification.value,
        details.confidentiality.value,
        int(details.privileged),
        int(details.sealed),
        int(details.distressing),
        date_column(details.review_on),
    )


def item_values(item: Item) -> tuple[Value, ...]:
    """The values of ``COLUMNS``. Raises FieldValueError."""
    modified = item.original_modified_utc
    return (
        item.number,
        item.id.bytes,
        item.state.value,
        name_to_bytes(item.original_name),
        text_column("media_type", item.media_type),
        item.size_bytes,
        item.sha256,
        item.object_name,
        time_column(item.imported_utc),
        None if modified is None else time_column(modified),
        time_column(item.changed_utc),
        *detail_values(item.details),
    )


def item_of(row: Row, tags: tuple[str, ...], cases: tuple[str, ...]) -> Item:
    """The item of a row of ``COLUMNS``. Raises RecordsDamagedError."""
    (
        number,
        item_id,
        state,
        name,
        media_type,
        size_bytes,
        sha256,
        object_name,
        imported,
        modified,
        changed,
    ) = row[:_BEFORE_DETAILS]
    return Item(
        id=UUID(bytes=item_id),
        number=number,
        state=enum_value(ItemState, state),
        details=_details_of(row[_BEFORE_DETAILS:]),
        original_name=name_from_bytes(name),
        media_type=media_type,
        size_bytes=size_bytes,
        sha256=sha256,
        object_name=object_name,
        imported_utc=time_value(imported),
        original_modified_utc=None if modified is None else time_value(modified),
        changed_utc=time_value(changed),
        tags=tags,
        cases=cases,
    )


def _details_of(row: Row) -> ItemDetails:
    (kind, title, description, note, collected_by, at, zone, precision, how_received, source, device) = row[
        :11
    ]
    (capture_tool, place_name, latitude, longitude, place_precision, language, reliability) = row[11:18]
    (verification, confidentiality, privileged, sealed, distressing, review_on) = row[18:]
    return ItemDetails(
        kind=enum_value(ItemKind, kind),
        title=title,
        description=description,
        note=note,
        collected_by=collected_by,
        collected=None if at is None else WhenTaken(at, zone, enum_value(DatePrecision, precision)),
        how_received=enum_value(HowReceived, how_received),
        source=source,
        device=device,
        capture_tool=capture_tool,
        place=Place(place_name, latitude, longitude, enum_value(PlacePrecision, place_precision)),
        language=language,
        reliability=enum_value(Reliability, reliability),
        verification=enum_value(Verification, verification),
        confidentiality=enum_value(Confidentiality, confidentiality),
        privileged=bool(privileged),
        sealed=bool(sealed),
        distressing=bool(distressing),
        review_on=date_value(review_on),
    )


def _verify_position(place: Place) -> None:
    latitude, longitude = place.latitude, place.longitude
    if latitude is None and longitude is None:
        return
    # Written so that a number that is none (NaN), which SQL would keep as NULL, is refused too.
    if latitude is None or longitude is None or not (-90 <= latitude <= 90 and -180 <= longitude <= 180):
        raise FieldValueError(field="place", reason="position")
