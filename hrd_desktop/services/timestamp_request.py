"""The small file that is carried to a timestamp authority for a bundle that was written (RFC 3161)."""

from __future__ import annotations

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.crypto.timestamps import make_request_over
from hrd_desktop.domain.export import BundleResult


def timestamp_request(result: BundleResult, random: Random) -> bytes:
    """A request over the bundle's list of lists: a digest and a random number, and nothing else of it."""
    return make_request_over(result.tagmanifest_sha512, random)
