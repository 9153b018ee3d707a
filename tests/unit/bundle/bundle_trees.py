"""Bundles for tests: plans with content, finished bundles as trees of bytes, and ways to pack them."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import rfc8785

from hrd_desktop.bundle.texts import BundleTexts, load_texts
from hrd_desktop.bundle.write import write_bundle
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.one_off_log import papers_of_lines
from hrd_desktop.crypto.ssh_signature import sign_ssh
from hrd_desktop.crypto.timestamps import make_request
from hrd_desktop.domain.errors.vault import CustodyError
from hrd_desktop.domain.export import BundleForm, BundleItem, BundlePlan, BundleResult, PlainFolder

TEXTS_FOLDER = Path(__file__).parents[3] / "resources" / "bundle"
Tree = dict[str, bytes]

KEY = SigningKey(bytes(range(32)))
EVENT: dict[str, str | int | None] = {"action": "imported"}
SALT = "c2FsdHNhbHRzYWx0c2FsdA"
FIELDS = (
    *("sequence", "time", "offset", "clock_back", "item", "action", "actor", "from", "to", "place", "tool"),
    *("reason", "sha256_before", "sha256_after", "size", "note", "changed", "restated", "previous"),
)


def english() -> BundleTexts:
    return load_texts(TEXTS_FOLDER, "en")


@dataclass
class Source:
    """A plan and the bytes of its items, given in pieces of a set size."""

    contents: dict[str, bytes]
    plan: BundlePlan
    piece_bytes: int = 10_000
    opened: list[str] = field(default_factory=list)

    @contextlib.contextmanager
    def open_item(self, item: BundleItem) -> Iterator[Iterator[bytes]]:
        self.opened.append(item.item_id)
        content = self.contents[item.item_id]
        yield (
            content[start : start + self.piece_bytes] for start in range(0, len(content), self.piece_bytes)
        )

    def write(self, destination: Path, form: BundleForm, **options: object) -> BundleResult:
        arguments: dict[str, object] = {
            "signing_key": KEY,
            "open_item": self.open_item,
            "texts": english(),
            "randomness": os.urandom,
            "scrypt_log_n": 1,
        }
        return write_bundle(with_papers(self.plan), destination, form=form, **(arguments | options))


def with_papers(plan: BundlePlan) -> BundlePlan:
    """The plan with an event for each item that has none, and the proof of every event.

    A plan whose lines are no events stays as it is: what it makes is to be refused.
    """
    lines = {
        item.number: item.custody_lines or tuple(custody_lines(EVENT, withhold=frozenset({"sequence"})))
        for item in plan.items
    }
    try:
        papers = papers_of_lines(lines, KEY)
    except CustodyError:
        return plan
    items = tuple(
        replace(item, custody_lines=lines[item.number], custody_proofs=papers.proofs[item.number])
        for item in plan.items
    )
    return replace(plan, items=items, receipts=papers.receipts)


def make_source(*contents: bytes, change: Callable[[BundleItem], BundleItem] = lambda item: item) -> Source:
    """A source of items ``id-1``, ``id-2``... with these contents."""
    named = {f"id-{number}": content for number, content in enumerate(contents, 1)}
    items = tuple(
        change(
            BundleItem(
                item_id=item_id,
                number=number,
                sha256=hashlib.sha256(content).digest(),
                size_bytes=len(content),
                media_type="image/jpeg",
                title=f"Title {number}",
            )
        )
        for number, (item_id, content) in enumerate(named.items(), 1)
    )
    return Source(named, BundlePlan(items))


def read_tree(folder: Path) -> Tree:
    """Every file under ``folder`` by its relative path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def finished_tree(source: Source, folder: Path) -> Tree:
    """The files of the bundle in its plain form."""
    return read_tree(source.write(folder, PlainFolder()).path)


def remake(tree: Mapping[str, bytes], bag: str = "bag/") -> Tree:
    """The tree with manifests and Payload-Oxum that fit what it holds: one fault never hides another."""
    new = dict(tree)
    payload = {path: data for path, data in new.items() if path.startswith(bag + "data/")}
    size = sum(map(len, payload.values()))
    new[bag + "bag-info.txt"] = f"Payload-Oxum: {size}.{len(payload)}\n".encode()
    _put_manifests(new, bag, "manifest", payload)
    return remake_tags(new, bag)


def remake_tags(tree: Mapping[str, bytes], bag: str = "bag/") -> Tree:
    """The tree with tag manifests that fit; payload manifests and bag-info stay as they are."""
    new = dict(tree)
    beside = (bag + "data/", bag + "tagmanifest")
    tags = {path: data for path, data in new.items() if path.startswith(bag) and not path.startswith(beside)}
    _put_manifests(new, bag, "tagmanifest", tags)
    if "bag.sig" in new and bag == "bag/":
        # By whoever has the key: what is wrong is not to be hidden by a signature that does not fit.
        lists = new["bag/tagmanifest-sha512.txt"]
        new["bag.sig"] = sign_ssh(KEY, lists).encode()
        new["timestamp.tsq"] = make_request(lists, os.urandom)
    return new


def _put_manifests(tree: Tree, bag: str, name: str, files: Mapping[str, bytes]) -> None:
    for algorithm in ("sha256", "sha512"):
        lines = [
            f"{hashlib.new(algorithm, data).hexdigest()}  {path.removeprefix(bag)}\n"
            for path, data in sorted(files.items())
        ]
        tree[f"{bag}{name}-{algorithm}.txt"] = "".join(lines).encode()


def put_folder(tree: Mapping[str, bytes], folder: Path) -> Path:
    """Write the tree out as a folder."""
    for path, data in tree.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    return folder


def pack_zip(tree: Mapping[str, bytes], top: str = "top/", method: int = zipfile.ZIP_STORED) -> bytes:
    """The tree as a zip file made by Python's own writer."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for path, data in tree.items():
            target.writestr(top + path, data)
    return out.getvalue()


def custody_lines(
    *events: dict[str, str | int | None], withhold: frozenset[str] = frozenset()
) -> list[bytes]:
    """Lines as docs/spec/custody-event.md describes them, chained by ``previous``; written from that page."""
    lines: list[bytes] = []
    previous: str | None = None
    for event in events:
        values = dict.fromkeys(FIELDS) | event | {"previous": previous}
        told = {name: _encode64(rfc8785.dumps([SALT, name, value])) for name, value in values.items()}
        digests: dict[str, object] = {
            name: _encode64(hashlib.sha256(text.encode()).digest()) for name, text in told.items()
        }
        leaf = rfc8785.dumps({"digests": digests, "type": "sheaf-custody-event/v1"})
        previous = hashlib.sha256(b"\0" + leaf).hexdigest()
        shown = [told[name] for name in sorted(told) if name not in withhold]
        document = {"disclosures": shown, "leaf": leaf.decode(), "leaf_hash": previous}
        lines.append(rfc8785.dumps(document))
    return lines


def _encode64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
