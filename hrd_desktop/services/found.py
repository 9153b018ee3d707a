"""What a file says of itself, as it is kept in the derived database."""

from __future__ import annotations

from uuid import UUID

from hrd_desktop.domain.decoded import DecodedFile, Field, FieldName
from hrd_desktop.storage.vault import Vault


def put_found(vault: Vault, item_id: UUID, decoded: DecodedFile) -> None:
    """Keep the fields of a decoded file. Inside a transaction of the derived database."""
    vault.derived.put_found(
        item_id,
        {
            "media_type": decoded.media_type_found,
            "fields": [[field.name.value, field.value] for field in decoded.fields],
        },
    )


def found_fields(vault: Vault, item_id: UUID) -> tuple[Field, ...]:
    """The fields kept of an item's file; none where it was not looked into or said nothing."""
    kept = vault.derived.found(item_id)
    if kept is None:
        return ()
    names = {name.value: name for name in FieldName}
    return tuple(Field(names[name], str(value)) for name, value in kept.get("fields", ()) if name in names)
