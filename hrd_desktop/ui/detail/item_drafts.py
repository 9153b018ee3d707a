"""What was entered into records and not saved, as values that JSON knows, and back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from hrd_desktop.domain.records import ItemPerson
from hrd_desktop.ui.detail.record_form import Draft

#: By the id of the item: its reference, and what was entered.
ItemDrafts = dict[UUID, tuple[str, Draft]]


def state_of(drafts: Mapping[UUID, tuple[str, Draft]]) -> dict[str, Any]:
    """As a document."""
    return {
        "items": [
            {
                "id": str(item_id),
                "reference": reference,
                "values": dict(draft.values),
                "tags": None if draft.tags is None else list(draft.tags),
                "people": None
                if draft.people is None
                else [[str(person.contact_id), person.how] for person in draft.people],
                "reason": draft.reason,
                "tag_line": draft.tag_line,
            }
            for item_id, (reference, draft) in drafts.items()
        ]
    }


def drafts_of(state: Mapping[str, Any]) -> ItemDrafts:
    """From a document that ``state_of`` made."""
    drafts: ItemDrafts = {}
    for kept in state["items"]:
        item_id = UUID(kept["id"])
        people = kept["people"]
        drafts[item_id] = (
            kept["reference"],
            Draft(
                values=kept["values"],
                tags=None if kept["tags"] is None else tuple(kept["tags"]),
                people=None
                if people is None
                else tuple(ItemPerson(item_id, UUID(contact), how) for contact, how in people),
                reason=kept["reason"],
                tag_line=kept["tag_line"],
            ),
        )
    return drafts
