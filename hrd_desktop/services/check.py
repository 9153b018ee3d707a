"""Checking a bundle that somebody gave us, with the keys or the passphrase that open it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.crypto.age_identities import AgeIdentity, parse_identities
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.bundle import IdentityInvalid
from hrd_desktop.domain.progress import CancelToken, Progress

IDENTITY_LIMIT_BYTES = 1 << 20


def check(
    path: str,
    *,
    identity_files: Sequence[str],
    passphrase: str | None,
    progress: Progress,
    cancel: CancelToken,
) -> BundleCheck:
    """Check the bundle at ``path``; what is wrong with it stands in the result.

    Raises IdentityInvalid, IdentityLocked, and what ``bundle.check.check_bundle`` raises.
    """
    identities: list[AgeIdentity] = []
    for file in identity_files:
        try:
            with open(file, "rb") as source:
                data = source.read(IDENTITY_LIMIT_BYTES + 1)
        except OSError:
            raise IdentityInvalid() from None
        if len(data) > IDENTITY_LIMIT_BYTES:
            raise IdentityInvalid()
        identities += parse_identities(data)
    return check_bundle(
        Path(path), identities=identities, passphrase=passphrase, progress=progress, cancel=cancel
    )
