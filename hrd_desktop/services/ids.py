"""New identifiers, from the randomness that was handed in."""

from __future__ import annotations

from uuid import UUID

from hrd_desktop.storage.vault import Randomness


def new_uuid(random: Randomness) -> UUID:
    """A random UUID, version 4 (RFC 9562, 5.4)."""
    return UUID(bytes=random(16), version=4)
