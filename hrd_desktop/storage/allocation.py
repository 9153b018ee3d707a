"""Names for objects that are about to be written: random ones, or files of the reserve that are free.

Method: docs/spec/vault-format.md, sections 6 and 7. In compartment 1 a name is a whole file that is there
already, and the smallest free one that holds the content is taken.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from hrd_desktop.crypto.body import content_limit, object_size
from hrd_desktop.domain.errors.vault import NoRoomError
from hrd_desktop.storage.vault import Vault


@dataclass(frozen=True)
class Room:
    """What a compartment inside the reserve has: bytes of its objects in all and left, and the largest
    content.

    ``records_left`` and ``derived_left`` are the parts of the two databases that are free, 0 to 1.
    """

    size_bytes: int
    left_bytes: int
    largest_bytes: int
    records_left: float
    derived_left: float


def find_room(vault: Vault) -> Room | None:
    """How much room there is; None for a compartment that grows as it needs to."""
    if vault.compartment == 0:
        return None
    reserve = vault.records.reserve.load()
    free = [size for _, size in vault.records.reserve.free_objects()]
    records_pages = vault.records_database.page_count()
    return Room(
        size_bytes=sum(size for _, size in reserve.objects) if reserve is not None else 0,
        left_bytes=sum(free),
        largest_bytes=content_limit(max(free)) if free else 0,
        records_left=(vault.records_database.free_pages() or 0) / records_pages,
        derived_left=vault.derived.free_share(),
    )


def reserve_names(vault: Vault, sizes: Sequence[int]) -> list[bytes | None]:
    """Reserve a name for a content of each of ``sizes`` bytes, in one transaction of their own.

    On the vault lane. None where no free file of the reserve holds it; outside the reserve never. Raises what
    a transaction raises.
    """
    if vault.compartment == 0:
        names: list[bytes | None] = [vault.objects.new_name() for _ in sizes]
    else:
        names = _fitting(vault, sizes)
    taken = [name for name in names if name is not None]
    if taken:
        with vault.records.quiet_transaction():
            vault.records.names.reserve(taken)
    return names


def reserve_name_up_to(vault: Vault, most_bytes: int) -> bytes:
    """Reserve a name for a content of unknown size, at most ``most_bytes``. On the vault lane.

    In the reserve the smallest free file that holds that much, or else the largest; NoRoomError for none.
    """
    if vault.compartment == 0:
        name = vault.objects.new_name()
    else:
        free = sorted((size, name) for name, size in vault.records.reserve.free_objects())
        if not free:
            raise no_room(vault)
        needed = object_size(most_bytes)
        name = next((name for size, name in free if size >= needed), free[-1][1])
    with vault.records.quiet_transaction():
        vault.records.names.reserve([name])
    return name


def no_room(vault: Vault) -> NoRoomError:
    """The refusal of a content that fits nowhere, with what is left. On the vault lane."""
    room = find_room(vault)
    if room is None:
        return NoRoomError(part="objects")
    return NoRoomError(part="objects", left_bytes=room.left_bytes, largest_bytes=room.largest_bytes)


def _fitting(vault: Vault, sizes: Sequence[int]) -> list[bytes | None]:
    """The smallest free file for each, the largest content first, so that it is not left without."""
    free = sorted((size, name) for name, size in vault.records.reserve.free_objects())
    names: list[bytes | None] = [None] * len(sizes)
    for number in sorted(range(len(sizes)), key=lambda number: -sizes[number]):
        needed = object_size(sizes[number])
        for place, (size, name) in enumerate(free):
            if size >= needed:
                names[number] = name
                del free[place]
                break
    return names
