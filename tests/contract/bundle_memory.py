"""Writes and checks a bundle of so many MiB and prints the peak resident size in KiB; run by a test."""

from __future__ import annotations

import contextlib
import hashlib
import os
import resource
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pyrage

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.bundle.texts import load_texts
from hrd_desktop.bundle.write import write_bundle
from hrd_desktop.crypto.age_identities import parse_identities
from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.domain.export import (
    BundleForm,
    BundleItem,
    BundlePlan,
    PlainFolder,
    SelfOpening,
    ToRecipients,
    WithPassphrase,
)
from tests.unit.bundle.bundle_trees import KEY, with_papers

WORDS = "abacus drop-down abide zoology yo-yo unwed armful"
PIECE = bytes(range(256)) * 4096


def main(form_name: str, size_mib: int, folder: Path) -> None:
    digest = hashlib.sha256()
    for _ in range(size_mib):
        digest.update(PIECE)
    item = BundleItem("id", 1, digest.digest(), size_mib * len(PIECE), "video/mp4", "Title")

    @contextlib.contextmanager
    def open_item(item: BundleItem) -> Iterator[Iterator[bytes]]:
        yield (PIECE for _ in range(size_mib))

    texts = load_texts(Path(__file__).parents[2] / "resources" / "bundle", "en")
    key = pyrage.x25519.Identity.generate()
    forms: dict[str, BundleForm] = {
        "folder": PlainFolder(),
        "passphrase": WithPassphrase(WORDS),
        "page": SelfOpening(WORDS),
        "recipient": ToRecipients((parse_recipient(str(key.to_public())),)),
    }
    with tempfile.TemporaryDirectory(dir=folder) as out:
        result = write_bundle(
            with_papers(BundlePlan((item,))),
            Path(out),
            form=forms[form_name],
            open_item=open_item,
            texts=texts,
            signing_key=KEY,
            randomness=os.urandom,
            scrypt_log_n=1,
        )
        identities = parse_identities(str(key).encode())
        assert check_bundle(result.path, identities=identities, passphrase=WORDS).sound
    sys.stdout.write(str(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3]))
