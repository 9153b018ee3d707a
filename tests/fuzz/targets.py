"""Every target, by name."""

from __future__ import annotations

from tests.fuzz import bundle_targets, decode_targets, paper_targets, vault_targets
from tests.fuzz.target import Target

TARGETS: dict[str, Target] = {
    target.name: target
    for part in (vault_targets, bundle_targets, decode_targets, paper_targets)
    for target in part.TARGETS
}


def load() -> None:
    """What the readers load before they see a file."""
    decode_targets.load()
