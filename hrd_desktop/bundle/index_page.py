"""The exhibit list as a page that needs no script and no network, made piece by piece."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator

from hrd_desktop.bundle.plain_text import visible_text
from hrd_desktop.bundle.texts import BundleTexts
from hrd_desktop.crypto.custody import parse_line, verify_event
from hrd_desktop.domain.errors.bundle import BundlePlanInvalid
from hrd_desktop.domain.errors.vault import CustodyError
from hrd_desktop.domain.export import BundleItem, BundlePlan, date_text, position_text

MAX_THUMBNAIL_BYTES = 1 << 18
_PIECE_CHARACTERS = 1 << 15


def iter_index_page(
    plan: BundlePlan,
    texts: BundleTexts,
    file_of: Callable[[BundleItem], str],
    find_thumbnail: Callable[[str], bytes | None],
) -> Iterator[bytes]:
    """Yield ``index.html``, UTF-8; the same plan gives the same bytes.

    ``file_of`` gives the path of an item's file relative to the page, ``find_thumbnail`` the PNG or JPEG
    bytes for an item id (at most 256 KiB). Only one thumbnail is in memory at a time. Raises
    ``BundlePlanInvalid`` for a thumbnail of another sort.
    """

    def picture(item: BundleItem) -> str | None:
        data = find_thumbnail(item.item_id)
        return None if data is None else _picture_address(data, item.item_id)

    parts = texts.index.generate(
        plan=plan,
        texts=texts,
        labels=texts.labels,
        file_of=file_of,
        picture=picture,
        history=history_of,
        visible=visible_text,
        date_text=date_text,
        position_text=position_text,
    )
    waiting: list[str] = []
    characters = 0
    for part in parts:
        waiting.append(part)
        characters += len(part)
        if characters >= _PIECE_CHARACTERS:
            yield "".join(waiting).encode("utf-8")
            waiting, characters = [], 0
    yield "".join(waiting).encode("utf-8")


def history_of(item: BundleItem) -> list[tuple[str, str]]:
    """Action and UTC time of each event whose action is disclosed, in order, time empty where withheld.

    Lines that do not check show no history here: the check before the bundle gets its name refuses them.
    """
    told: list[tuple[str, str]] = []
    for line in item.custody_lines:
        try:
            values = verify_event(*parse_line(line))
        except CustodyError:
            return []
        action, time = values.get("action"), values.get("time")
        if isinstance(action, str):
            told.append(
                (action, time.replace("T", " ").replace("Z", " UTC") if isinstance(time, str) else "")
            )
    return told


def _picture_address(data: bytes, item_id: str) -> str:
    media_type = (
        "image/png"
        if data.startswith(b"\x89PNG\r\n\x1a\n")
        else "image/jpeg"
        if data.startswith(b"\xff\xd8\xff")
        else None
    )
    if media_type is None or len(data) > MAX_THUMBNAIL_BYTES:
        raise BundlePlanInvalid(field="thumbnail", item=item_id)
    return f"data:{media_type};base64,{base64.b64encode(data).decode('ascii')}"
