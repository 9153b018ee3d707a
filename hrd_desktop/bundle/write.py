"""Writing a bundle: measured first, streamed to the destination, read back, then given its name."""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

from hrd_desktop.bundle.check import AGE, FOLDER, PAGE, ZIP, check_bundle, judge
from hrd_desktop.bundle.destination import NewFile, NewFolder, iter_read_back, typed_errors
from hrd_desktop.bundle.intake import STRONG_DIGESTS, Intake
from hrd_desktop.bundle.layout import BundleFile, OpenItem, Seal, measure_bundle, open_verified
from hrd_desktop.bundle.limits import CheckLimits, Event, ReadingStopped
from hrd_desktop.bundle.names import make_random_name
from hrd_desktop.bundle.opening_page import INSIDE_LIMIT_BYTES, beside_name, write_opening
from hrd_desktop.bundle.pages import render_opening_page
from hrd_desktop.bundle.texts import BundleTexts
from hrd_desktop.bundle.zip_reader import ZipReader
from hrd_desktop.bundle.zip_writer import ZipEntry, iter_zip, zip_size_bytes
from hrd_desktop.crypto.age_header import read_header
from hrd_desktop.crypto.age_passphrase import WRITE_LOG_N, encrypt_with_passphrase
from hrd_desktop.crypto.age_recipients import encrypt_to_recipients
from hrd_desktop.crypto.age_stream import payload_size_bytes
from hrd_desktop.crypto.log_keys import SigningKey
from hrd_desktop.crypto.self_opening import ID_BYTES, ITERATIONS, make_header, new_keys
from hrd_desktop.crypto.ssh_signature import sign_ssh, signer_line
from hrd_desktop.crypto.timestamps import make_request
from hrd_desktop.domain.bundle_report import BundleCheck
from hrd_desktop.domain.errors.bundle import BundleReadBackFailed
from hrd_desktop.domain.export import (
    BundleForm,
    BundlePlan,
    BundleResult,
    PlainFolder,
    Recipient,
    RecipientKind,
    SelfOpening,
    ToRecipients,
    WithPassphrase,
)
from hrd_desktop.domain.progress import CancelToken, NoProgress, Progress

SUFFIX = ".zip.age"
PAGE_SUFFIX = ".html"
_PART_SUFFIX = ".part"
# An age header is a few hundred bytes for each recipient; only used to foresee a full disk.
_HEADER_BYTES = 4096
# What we wrote ourselves is bounded by the plan.
_WRITTEN_LIMITS = CheckLimits(
    max_files=1 << 40, max_total_bytes=1 << 62, max_tag_file_bytes=1 << 40, max_tag_files_bytes=1 << 40
)


def write_bundle(
    plan: BundlePlan,
    destination: Path,
    *,
    form: BundleForm,
    open_item: OpenItem,
    texts: BundleTexts,
    randomness: Callable[[int], bytes],
    signing_key: SigningKey,
    find_thumbnail: Callable[[str], bytes | None] = lambda item_id: None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    scrypt_log_n: int = WRITE_LOG_N,
    iterations: int = ITERATIONS,
    inside_limit_bytes: int = INSIDE_LIMIT_BYTES,
) -> BundleResult:
    """Write ``plan`` as a bundle of ``form``; it exists under its name only when it was read back and fits.

    ``destination`` is an existing folder, in which the bundle gets a random name, or the name it is to
    have. ``signing_key`` is that of the custody log. ``open_item`` gives an item's exact bytes and is
    called twice for each, in order;
    ``find_thumbnail`` gives PNG or JPEG bytes for an item id, the same each time. ``progress`` counts
    three times the items' bytes: measuring, writing, reading back. ``scrypt_log_n``, ``iterations`` and
    ``inside_limit_bytes`` are lower in tests.

    Raises ``BundleItemMismatch`` (nothing was written when it shows while measuring),
    ``BundlePlanInvalid``, ``BundleDestinationExists``, ``BundleDestinationFull``,
    ``BundleDestinationFailed``, ``BundleReadBackFailed``, ``RecipientInvalid``, ``PassphraseRefused``,
    ``Cancelled``, and whatever ``open_item`` and ``find_thumbnail`` raise. After any of them nothing is
    left at the destination.
    """
    cancel = cancel or CancelToken()
    meter = _Meter(progress or NoProgress(), sum(item.size_bytes for item in plan.items), cancel)
    meter.begin(len(plan.items))
    try:
        files = measure_bundle(
            plan,
            texts,
            open_item,
            find_thumbnail,
            meter.advance,
            partial(_seal, signing_key, randomness),
        )
        work = _Work(plan, files, texts, randomness, meter)
        if isinstance(form, PlainFolder):
            return work.write_folder(destination)
        if isinstance(form, SelfOpening):
            return work.write_page(destination, form, iterations, inside_limit_bytes)
        return work.write_age(destination, form, scrypt_log_n)
    finally:
        meter.end()


def _seal(key: SigningKey, randomness: Callable[[int], bytes], lists: bytes) -> Seal:
    return Seal(
        signer=signer_line(key.public).encode("ascii"),
        signature=sign_ssh(key, lists).encode("ascii"),
        request=make_request(lists, randomness),
    )


class _Meter:
    """Progress that never passes its total, and the place where cancelling takes effect."""

    def __init__(self, progress: Progress, items_bytes: int, cancel: CancelToken) -> None:
        self._progress = progress
        self._left_bytes = 3 * items_bytes
        self.cancel = cancel

    def begin(self, items: int) -> None:
        self._progress.begin(items, self._left_bytes)

    def advance(self, count: int) -> None:
        self.cancel.raise_if_cancelled()
        step = min(count, self._left_bytes)
        self._left_bytes -= step
        if step:
            self._progress.advance(step)

    def finish_item(self) -> None:
        self._progress.finish_item()

    def end(self) -> None:
        self._progress.end()


@dataclass(frozen=True)
class _Names:
    """Where the bundle goes: ``inner`` is the folder inside, ``part`` begins temporary names."""

    final: Path = field(repr=False)
    inner: str
    part: Path = field(repr=False)

    @property
    def zip_name(self) -> str:
        name = self.final.name
        return name.removesuffix(".age") if name.endswith(SUFFIX) else f"{self.inner}.zip"

    @property
    def cover(self) -> Path:
        name = self.final.name.removesuffix(".age").removesuffix(".zip")
        return self.final.with_name(f"{name}.txt")


class _Work:
    """One bundle on its way to one destination."""

    def __init__(
        self,
        plan: BundlePlan,
        files: Sequence[BundleFile],
        texts: BundleTexts,
        randomness: Callable[[int], bytes],
        meter: _Meter,
    ) -> None:
        self._plan = plan
        self._files = files
        self._texts = texts
        self._randomness = randomness
        self._meter = meter
        self._tagmanifest = next(file for file in files if file.path == "bag/tagmanifest-sha512.txt")

    def write_folder(self, destination: Path) -> BundleResult:
        size_bytes = sum(file.size_bytes for file in self._files)
        with typed_errors(size_bytes):
            names = self._names(destination, "")
            _verify_room(names.final.parent, size_bytes)
            with NewFolder(names.final, names.part) as folder:
                for file in self._files:
                    fill = folder.new_file(file.path)
                    with self._open(file) as pieces:
                        fill(pieces)
                folder.flush()
                check = check_bundle(folder.temporary, limits=_WRITTEN_LIMITS, cancel=self._meter.cancel)
                self._verify_check(check, FOLDER)
                self._verify_tagmanifest(folder.temporary)
                folder.publish()
        return self._result(names.final, None, size_bytes, self._tagmanifest.sha256)

    def write_age(
        self, destination: Path, form: ToRecipients | WithPassphrase, scrypt_log_n: int
    ) -> BundleResult:
        with typed_errors(0):
            names = self._names(destination, SUFFIX)
        entries = self._entries(names)
        zip_bytes = zip_size_bytes(entries)
        needed_bytes = payload_size_bytes(zip_bytes) + _HEADER_BYTES
        with typed_errors(needed_bytes):
            _verify_room(names.final.parent, needed_bytes)
            with (
                NewFile(names.cover, names.part.with_suffix(".txt" + _PART_SUFFIX)) as cover,
                NewFile(names.final, names.part) as target,
            ):
                cover.write(self._cover_text(names, form))
                cover.flush()
                if isinstance(form, WithPassphrase):
                    self._encrypt_with_passphrase(entries, target, form.passphrase, scrypt_log_n)
                else:
                    self._encrypt_to_recipients(entries, target, form.recipients)
                self._verify_bytes(target, zip_bytes)
                cover.publish()
                try:
                    target.publish()
                except BaseException:
                    cover.withdraw()
                    raise
        return self._result(names.final, names.cover, target.size_bytes, target.digest.digest())

    def write_page(
        self, destination: Path, form: SelfOpening, iterations: int, inside_limit_bytes: int
    ) -> BundleResult:
        """The page, and a file beside it when the content is large; both are read back and opened."""
        with typed_errors(0):
            names = self._names(destination, PAGE_SUFFIX)
        entries = self._entries(names)
        size_bytes = zip_size_bytes(entries)
        keys, salt = new_keys(form.passphrase, self._randomness, iterations)
        header = make_header(
            keys,
            name=f"{names.inner}.zip",
            file="" if size_bytes <= inside_limit_bytes else beside_name(names.final, names.inner),
            size_bytes=size_bytes,
            salt=salt,
            iterations=iterations,
            ident=self._randomness(ID_BYTES),
        )
        frame = render_opening_page(
            self._texts.folder, self._texts.language, self._texts.direction, header.file
        )
        needed_bytes = sum(map(len, frame)) + (
            header.payload_bytes * 4 // 3 if not header.file else size_bytes
        )
        beside_path = names.final.with_name(header.file) if header.file else None
        with typed_errors(needed_bytes), ExitStack() as stack:
            _verify_room(names.final.parent, needed_bytes)
            page = stack.enter_context(NewFile(names.final, names.part))
            beside = None
            if beside_path is not None:
                part = names.part.with_suffix(".data" + _PART_SUFFIX)
                beside = stack.enter_context(NewFile(beside_path, part))
            target = beside or page
            with closing(iter_zip(entries)) as pieces:
                write_opening(pieces, header, keys, frame, page.write, target.write)
            for file in filter(None, (beside, page)):
                file.flush()
            check = check_bundle(
                page.temporary,
                passphrase=form.passphrase,
                beside=beside.temporary if beside else None,
                limits=_WRITTEN_LIMITS,
                cancel=self._meter.cancel,
            )
            self._verify_check(check, PAGE)
            if beside is not None:
                beside.publish()
            try:
                page.publish()
            except BaseException:
                if beside is not None:
                    beside.withdraw()
                raise
        result = self._result(names.final, None, target.size_bytes, target.digest.digest())
        return replace(result, beside_path=beside_path)

    def _entries(self, names: _Names) -> list[ZipEntry]:
        return [
            ZipEntry(f"{names.inner}/{file.path}", file.size_bytes, file.crc32, partial(self._open, file))
            for file in self._files
        ]

    def _encrypt_with_passphrase(
        self, entries: Sequence[ZipEntry], target: NewFile, passphrase: str, log_n: int
    ) -> None:
        """Encrypt, then open the finished file with the passphrase and check what it holds."""
        with closing(iter_zip(entries)) as pieces:
            encrypt_with_passphrase(
                pieces, target.write, passphrase, randomness=self._randomness, log_n=log_n
            )
        target.flush()
        check = check_bundle(
            target.temporary, passphrase=passphrase, limits=_WRITTEN_LIMITS, cancel=self._meter.cancel
        )
        self._verify_check(check, AGE)

    def _encrypt_to_recipients(
        self, entries: Sequence[ZipEntry], target: NewFile, recipients: Sequence[Recipient]
    ) -> None:
        """Encrypt, with the checker reading along: the finished file is not ours to open (docs/adr/0031)."""
        watched = _WatchedZip()
        with closing(watched.iter_through(entries)) as pieces:
            encrypt_to_recipients(pieces, target.write, recipients, randomness=self._randomness)
        target.flush()
        self._verify_check(watched.finish(), ZIP)

    @contextmanager
    def _open(self, file: BundleFile) -> Iterator[Iterator[bytes]]:
        with open_verified(file, self._meter.advance) as pieces:
            yield pieces
        if file.item_id is not None:
            self._meter.finish_item()

    def _names(self, destination: Path, suffix: str) -> _Names:
        inner = make_random_name(self._randomness)
        if destination.is_dir():
            final = destination / (inner + suffix)
        else:
            final = destination
            if not suffix:
                inner = destination.name
        part = final.with_name(make_random_name(self._randomness) + _PART_SUFFIX)
        return _Names(final, inner, part)

    def _cover_text(self, names: _Names, form: ToRecipients | WithPassphrase) -> bytes:
        return self._texts.cover.render(
            file=names.final.name,
            zip=names.zip_name,
            passphrase=isinstance(form, WithPassphrase),
            hybrid=isinstance(form, ToRecipients)
            and any(recipient.kind is RecipientKind.HYBRID for recipient in form.recipients),
        ).encode("utf-8", "replace")

    def _verify_check(self, check: BundleCheck, container: str) -> None:
        """Hold what was found, by code that only reads, against what was meant."""
        if not check.sound:
            raise BundleReadBackFailed(detail=check.faults[0].kind.value)
        payload = [file for file in self._files if file.path.startswith("bag/data/")]
        meant = (
            container,
            True,
            len(payload),
            sum(file.size_bytes for file in payload),
            len(self._plan.items),
        )
        found = (check.container, check.own_layout, check.payload_files, check.payload_bytes, check.items)
        if meant != found or check.algorithms != STRONG_DIGESTS:
            raise BundleReadBackFailed(detail="content")

    def _verify_tagmanifest(self, folder: Path) -> None:
        content = b"".join(iter_read_back(folder / self._tagmanifest.path))
        if hashlib.sha512(content).digest() != self._tagmanifest.sha512:
            raise BundleReadBackFailed(detail="tagmanifest")

    def _verify_bytes(self, target: NewFile, zip_bytes: int) -> None:
        """Read the finished file: every byte as handed over, the header well formed, the size exact."""
        digest = hashlib.sha256()
        size_bytes = 0
        for data in iter_read_back(target.temporary):
            digest.update(data)
            size_bytes += len(data)
            self._meter.advance(len(data))
        if digest.digest() != target.digest.digest() or size_bytes != target.size_bytes:
            raise BundleReadBackFailed(detail="bytes")
        with open(target.temporary, "rb") as file:
            header = read_header(file)
        if header.size_bytes + payload_size_bytes(zip_bytes) != size_bytes:
            raise BundleReadBackFailed(detail="size")

    def _result(self, final: Path, cover: Path | None, size_bytes: int, sha256: bytes) -> BundleResult:
        return BundleResult(
            path=final,
            cover_path=cover,
            items=len(self._plan.items),
            size_bytes=size_bytes,
            sha256=sha256,
            tagmanifest_sha512=self._tagmanifest.sha512,
        )


class _WatchedZip:
    """A zip stream that the checker reads along while it is encrypted."""

    def __init__(self) -> None:
        self._reader = ZipReader(_WRITTEN_LIMITS)
        self._intake = Intake(STRONG_DIGESTS, _WRITTEN_LIMITS)

    def iter_through(self, entries: Sequence[ZipEntry]) -> Generator[bytes, None, None]:
        """Yield the zip file; raises ``BundleReadBackFailed`` as soon as it cannot be read."""
        with closing(iter_zip(entries)) as pieces:
            for piece in pieces:
                self._take(self._reader.feed(piece))
                yield piece

    def finish(self) -> BundleCheck:
        """What the checker found in the whole."""
        self._take(self._reader.close())
        return judge(ZIP, self._intake)

    def _take(self, events: Iterator[Event]) -> None:
        try:
            for event in events:
                self._intake.take(event)
        except ReadingStopped as stopped:
            raise BundleReadBackFailed(detail=stopped.fault.kind.value) from None


def _verify_room(folder: Path, needed_bytes: int) -> None:
    if shutil.disk_usage(folder).free < needed_bytes:
        raise OSError(errno.ENOSPC, "destination")
