"""Every target, by name."""

from __future__ import annotations

from tests.fuzz import bundle_targets, decode_targets, vault_targets
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for target in (*vault_targets.TARGETS, *bundle_targets.TARGETS, *decode_targets.TARGETS)
}


def load() -> None:
    """What the readers load before they see a file."""
    decode_targets.load()
