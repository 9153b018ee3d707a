"""From a plan to the files of a bundle: their paths, order, sizes and digests."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field

from hrd_desktop.bundle.bagit import DECLARATION, format_bag_info, format_manifest
from hrd_desktop.bundle.index_page import iter_index_page
from hrd_desktop.bundle.index_table import iter_index_table
from hrd_desktop.bundle.names import safe_extension
from hrd_desktop.bundle.texts import BundleTexts
from hrd_desktop.domain.errors.bundle import (
    BundleItemMismatch,
    BundlePlanInvalid,
    BundleSourceFailed,
    BundleTextChanged,
)
from hrd_desktop.domain.export import BundleItem, BundlePlan

BAG = "bag/"
OpenItem = Callable[[BundleItem], AbstractContextManager[Iterable[bytes]]]
OpenFile = Callable[[], AbstractContextManager[Iterable[bytes]]]
Watch = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class BundleFile:
    """One file of the bundle; ``open`` gives its bytes, the same every time. Sizes in bytes.

    ``item_id`` is set for the exact bytes of an item only.
    """

    path: str = field(repr=False)
    size_bytes: int
    crc32: int
    sha256: bytes = field(repr=False)
    sha512: bytes = field(repr=False)
    open: OpenFile = field(repr=False)
    item_id: str | None = None


def item_path(item: BundleItem) -> str:
    """Where the item's exact bytes stand, relative to ``data/``."""
    return f"items/{item.number:04d}/original.{safe_extension(item.media_type)}"


def measure_bundle(
    plan: BundlePlan,
    texts: BundleTexts,
    open_item: OpenItem,
    find_thumbnail: Callable[[str], bytes | None],
    watch: Watch,
    seal: Callable[[bytes], Seal],
) -> tuple[BundleFile, ...]:
    """The files of the bundle in the order they are written, each read once.

    Everything is read and compared with the record here, before the first byte reaches the
    destination; zip headers can then be exact and the manifests stand before the files they list.
    ``watch`` is told the bytes of items read and may raise to stop. ``seal`` is given the content of
    ``tagmanifest-sha512.txt``, from which everything else follows, and signs it. Raises
    ``BundleItemMismatch`` and ``BundlePlanInvalid``.
    """
    verify_plan(plan)
    payload = [
        _measure(f"{BAG}data/index.html", _page_opener(plan, texts, find_thumbnail)),
        _measure(f"{BAG}data/index.csv", lambda: nullcontext(iter_index_table(plan, item_path))),
    ]
    if plan.contacts_vcf is not None:
        payload.append(_measure_bytes(f"{BAG}data/contacts.vcf", plan.contacts_vcf))
    payload += [_measure_bytes(path, content) for path, content in _custody_files(plan)]
    for item in plan.items:
        payload.append(_measure_item(item, open_item, watch))
    payload_bytes = sum(file.size_bytes for file in payload)
    tags = [
        _measure_bytes(f"{BAG}bagit.txt", DECLARATION),
        _measure_bytes(f"{BAG}bag-info.txt", format_bag_info(plan.bag_info, payload_bytes, len(payload))),
        *_manifests("manifest", payload),
    ]
    readme = texts.readme.render(
        items=len(plan.items),
        custody=any(item.custody_lines for item in plan.items),
        contacts=plan.contacts_vcf is not None,
        payload_files=len(payload),
        payload_bytes=payload_bytes,
        tool=plan.tool,
    )
    return (
        _measure_bytes("README.txt", readme.encode("utf-8", "replace")),
        _measure_bytes("check.html", texts.check_page),
        *(_measure_bytes(path, content) for path, content in seal(_list_sha512(tags)).files()),
        *tags,
        *_manifests("tagmanifest", tags),
        *payload,
    )


@dataclass(frozen=True)
class Seal:
    """What lies beside the bag and speaks of it (docs/spec/bundle.md, *Signature*)."""

    signer: bytes
    signature: bytes = field(repr=False)
    request: bytes = field(repr=False)

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Names and contents."""
        yield "signer.pub", self.signer
        yield "bag.sig", self.signature
        yield "timestamp.tsq", self.request


def _custody_files(plan: BundlePlan) -> Iterator[tuple[str, bytes]]:
    folder = f"{BAG}data/custody/"
    for size, receipt in plan.receipts:
        yield f"{folder}receipt-{size}.txt", receipt
    histories = [(0, plan.log_lines, plan.log_proofs)]
    histories += [(item.number, item.custody_lines, item.custody_proofs) for item in plan.items]
    for number, lines, proofs in histories:
        if lines:
            yield f"{folder}{number:04d}.jsonl", b"".join(line + b"\n" for line in lines)
        if proofs:
            yield f"{folder}{number:04d}.tlog-proofs", b"".join(proofs)


def _list_sha512(tags: Iterable[BundleFile]) -> bytes:
    return format_manifest((file.path.removeprefix(BAG), file.sha512) for file in tags)


def verify_plan(plan: BundlePlan) -> None:
    """Raise ``BundlePlanInvalid`` for a plan that would make an ambiguous or malformed bundle."""
    numbers: set[int] = set()
    for item in plan.items:
        wrong = (
            ("number", item.number < 1 or item.number in numbers),
            ("sha256", len(item.sha256) != 32),
            ("size_bytes", item.size_bytes < 0),
            ("custody_lines", any(b"\n" in line or b"\r" in line or not line for line in item.custody_lines)),
        )
        for name, is_wrong in wrong:
            if is_wrong:
                raise BundlePlanInvalid(field=name, item=item.item_id)
        numbers.add(item.number)


@contextmanager
def open_verified(file: BundleFile, watch: Watch) -> Iterator[Iterator[bytes]]:
    """The bytes of ``file`` once more, held to what was measured.

    Leaving the iteration early is allowed; only one that ends by itself was verified. Raises
    ``BundleItemMismatch`` for an item, ``BundleTextChanged`` for a generated file.
    """
    with _opened(file.open, file.item_id) as pieces:
        yield _iter_verified(pieces, file, watch)


def _iter_verified(pieces: Iterable[bytes], file: BundleFile, watch: Watch) -> Iterator[bytes]:
    digest = hashlib.sha256()
    seen_bytes = 0
    for piece in pieces:
        seen_bytes += len(piece)
        # Checked before the piece goes on: a zip whose entry outgrows its header is not a zip.
        if seen_bytes > file.size_bytes:
            raise _changed(file, "size")
        digest.update(piece)
        watch(len(piece) if file.item_id is not None else 0)
        yield piece
    if seen_bytes != file.size_bytes:
        raise _changed(file, "size")
    if digest.digest() != file.sha256:
        raise _changed(file, "sha256")


@contextmanager
def _opened(opener: OpenFile, item_id: str | None) -> Iterator[Iterator[bytes]]:
    """The bytes from ``opener``; a failure to read them is never taken for one of the destination."""
    with ExitStack() as stack:
        try:
            pieces = stack.enter_context(opener())
        except OSError as error:
            raise BundleSourceFailed(item=item_id, errno=error.errno) from None
        yield _iter_source(pieces, item_id)


def _iter_source(pieces: Iterable[bytes], item_id: str | None) -> Iterator[bytes]:
    try:
        yield from pieces
    except OSError as error:
        raise BundleSourceFailed(item=item_id, errno=error.errno) from None


def _changed(file: BundleFile, detail: str) -> BundleItemMismatch | BundleTextChanged:
    if file.item_id is None:
        return BundleTextChanged(detail=detail)
    return BundleItemMismatch(item=file.item_id, detail=detail)


def _page_opener(
    plan: BundlePlan, texts: BundleTexts, find_thumbnail: Callable[[str], bytes | None]
) -> OpenFile:
    return lambda: nullcontext(iter_index_page(plan, texts, item_path, find_thumbnail))


def _measure_item(item: BundleItem, open_item: OpenItem, watch: Watch) -> BundleFile:
    measured = _measure(f"{BAG}data/{item_path(item)}", lambda: open_item(item), watch, item)
    if measured.sha256 != item.sha256:
        raise BundleItemMismatch(item=item.item_id, detail="sha256")
    return measured


def _measure_bytes(path: str, content: bytes) -> BundleFile:
    return _measure(path, lambda: nullcontext((content,)))


def _measure(
    path: str, opener: OpenFile, watch: Watch = lambda count: None, item: BundleItem | None = None
) -> BundleFile:
    sha256, sha512 = hashlib.sha256(), hashlib.sha512()
    crc32 = size_bytes = 0
    item_id = None if item is None else item.item_id
    with _opened(opener, item_id) as pieces:
        for piece in pieces:
            size_bytes += len(piece)
            if item is not None and size_bytes > item.size_bytes:
                raise BundleItemMismatch(item=item.item_id, detail="size")
            sha256.update(piece)
            sha512.update(piece)
            crc32 = zlib.crc32(piece, crc32)
            watch(len(piece))
    if item is not None and size_bytes != item.size_bytes:
        raise BundleItemMismatch(item=item.item_id, detail="size")
    return BundleFile(path, size_bytes, crc32, sha256.digest(), sha512.digest(), opener, item_id)


def _manifests(name: str, files: Iterable[BundleFile]) -> tuple[BundleFile, BundleFile]:
    listed = list(files)
    return (
        _measure_bytes(
            f"{BAG}{name}-sha256.txt",
            format_manifest((file.path.removeprefix(BAG), file.sha256) for file in listed),
        ),
        _measure_bytes(
            f"{BAG}{name}-sha512.txt",
            format_manifest((file.path.removeprefix(BAG), file.sha512) for file in listed),
        ),
    )
