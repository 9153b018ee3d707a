"""Checking a bundle, a BagIt bag of others or a zip file of one, without writing anything anywhere."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO, Protocol

from hrd_desktop.bundle.bag_rules import judge_bag, needed_algorithms
from hrd_desktop.bundle.custody_rules import judge_custody
from hrd_desktop.bundle.folder_reader import iter_folder
from hrd_desktop.bundle.intake import STRONG_DIGESTS, FaultList, Intake, TakenFile
from hrd_desktop.bundle.limits import CheckLimits, Event, FileData, ReadingStopped
from hrd_desktop.bundle.opening_page import START, iter_opened, read_page
from hrd_desktop.bundle.signature_rules import judge_signature
from hrd_desktop.bundle.zip_reader import ZipReader
from hrd_desktop.crypto.age_header import INTRO
from hrd_desktop.crypto.age_identities import AgeIdentity
from hrd_desktop.crypto.age_open import decrypt_age
from hrd_desktop.domain.bundle_report import BundleCheck, Fault, FaultKind, SeenBy, Signed
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgePayloadInvalid,
    BundleFaultFound,
    BundleNeedsPassphrase,
    BundleUnreadable,
    OpeningPageInvalid,
)
from hrd_desktop.domain.progress import CancelToken, NoProgress, Progress


class EventSink(Protocol):
    """Takes what a container gives, event by event."""

    def take(self, event: Event) -> None:
        """Take one event; may raise ``ReadingStopped``."""


AGE, ZIP, FOLDER, PAGE = "age", "zip", "folder", "page"
_ARMOR = b"-----BEGIN AGE ENCRYPTED FILE-----"
_PIECE_BYTES = 1 << 16


def check_bundle(
    path: Path,
    *,
    identities: Sequence[AgeIdentity] = (),
    passphrase: str | None = None,
    beside: Path | None = None,
    limits: CheckLimits | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
    timestamp: bytes | None = None,
    timestamp_roots: bytes | None = None,
) -> BundleCheck:
    """Check ``path``: a ``.zip.age``, a zip file, a self-opening page or a folder, told apart by content.

    ``beside`` is the file that goes with a page, where it has another name than the page says.

    ``timestamp`` is the answer of an authority that is kept beside the bundle, ``timestamp_roots`` the root
    certificates that the person trusts.

    Whatever is wrong with the bundle is in the result. Raised are only ``BundleNeedsPassphrase``,
    ``BundleNeedsIdentity``, ``BundleWrongPassphrase``, ``BundleWrongIdentity``,
    ``AgeWorkFactorRefused``, ``BundleUnreadable``, ``TimestampUnread`` (the roots) and ``Cancelled``.
    ``progress`` is told bytes of content; a bag with other manifests than SHA-256 and SHA-512 is read twice.
    """
    reading = _Reading(
        path,
        identities,
        passphrase,
        beside,
        limits or CheckLimits(),
        progress or NoProgress(),
        cancel or CancelToken(),
        (timestamp, timestamp_roots),
    )
    try:
        return reading.check()
    except OSError as error:
        raise BundleUnreadable(errno=error.errno) from None


def read_bundle(
    path: Path,
    sink: EventSink,
    *,
    identities: Sequence[AgeIdentity] = (),
    passphrase: str | None = None,
    beside: Path | None = None,
    limits: CheckLimits | None = None,
    progress: Progress | None = None,
    cancel: CancelToken | None = None,
) -> None:
    """Give everything in a bundle to ``sink``, as it streams by, with the limits of ``check_bundle``.

    For a bundle that was checked: the sink holds what it gets against that. Raises what ``check_bundle``
    raises, and ``BundleFaultFound`` where it cannot be read to its end.
    """
    reading = _Reading(
        path,
        identities,
        passphrase,
        beside,
        limits or CheckLimits(),
        progress or NoProgress(),
        cancel or CancelToken(),
    )
    try:
        reading.read(sink)
    except OSError as error:
        raise BundleUnreadable(errno=error.errno) from None
    except ReadingStopped as stopped:
        raise BundleFaultFound(kind=stopped.fault.kind.value, detail=stopped.fault.detail, faults=1) from None
    except (AgeHeaderInvalid, AgePayloadInvalid, OpeningPageInvalid) as error:
        raise BundleFaultFound(kind=error.code, detail=error.fields.get("detail"), faults=1) from None


def verify_bundle(
    path: Path,
    *,
    identities: Sequence[AgeIdentity] = (),
    passphrase: str | None = None,
    limits: CheckLimits | None = None,
) -> BundleCheck:
    """As ``check_bundle``, but raise ``BundleFaultFound`` for the first fault; the result is sound."""
    result = check_bundle(path, identities=identities, passphrase=passphrase, limits=limits)
    raise_first_fault(result)
    return result


def raise_first_fault(result: BundleCheck) -> None:
    """Raise ``BundleFaultFound`` unless ``result`` is sound."""
    if not result.sound:
        first = result.faults[0]
        faults = len(result.faults) + result.faults_left_out
        raise BundleFaultFound(kind=first.kind.value, detail=first.detail, faults=faults)


def judge(
    container: str, intake: Intake, timestamp: bytes | None = None, timestamp_roots: bytes | None = None
) -> BundleCheck:
    """The result for what ``intake`` has taken in whole."""
    findings = judge_bag(intake.files, is_folder=container == FOLDER)
    faults = FaultList()
    faults.extend(intake.faults.found)
    faults.left_out += intake.faults.left_out
    faults.extend(findings.faults)
    remarks = list(findings.remarks)
    signed = None
    if findings.own_layout:
        signed = _judge_own(intake, findings.root, faults, remarks, timestamp, timestamp_roots)
    return BundleCheck(
        container=container,
        own_layout=findings.own_layout,
        bag_version=findings.version,
        payload_files=findings.payload_files,
        payload_bytes=findings.payload_bytes,
        items=findings.items,
        algorithms=findings.algorithms,
        root=findings.root,
        tagmanifest_sha512=_digest_of_lists(intake, findings.root),
        faults=tuple(faults.found),
        faults_left_out=faults.left_out,
        remarks=tuple(remarks[:1000]),
        signed=None if faults.found else signed,
    )


def _digest_of_lists(intake: Intake, root: str) -> bytes | None:
    lists = intake.files.get(f"{root}tagmanifest-sha512.txt")
    return None if lists is None else lists.digests.get("sha512")


def _judge_own(
    intake: Intake,
    root: str,
    faults: FaultList,
    remarks: list[Fault],
    timestamp: bytes | None,
    timestamp_roots: bytes | None,
) -> Signed | None:
    """Signature, custody and timestamp of a bundle of our own."""
    lists = intake.files.get(f"{root}tagmanifest-sha512.txt", TakenFile())
    signature = judge_signature(
        intake.custody,
        lists.content,
        lists.digests.get("sha512"),
        answer=timestamp,
        roots=timestamp_roots,
    )
    custody = judge_custody(intake.custody, intake.files, signature.key)
    faults.extend(signature.faults)
    faults.extend(intake.custody_faults)
    faults.extend(custody.faults)
    remarks += [*signature.remarks, *custody.remarks]
    if signature.key is None or not custody.receipts:
        return None
    return Signed(
        key_name=signature.key.key_name,
        spoken=signature.key.spoken,
        fingerprint=signature.key.fingerprint,
        events=max(custody.receipts),
        heads=tuple((size, receipt.spoken) for size, receipt in sorted(custody.receipts.items())),
        witnesses=tuple(
            SeenBy(seen.key.key_name, seen.key.spoken, seen.time, size)
            for size, receipt in sorted(custody.receipts.items())
            for seen in receipt.checkpoint.cosignatures
        ),
        timestamp_utc=signature.timestamp_utc,
        timestamp_verified=signature.timestamp_verified,
    )


class _Reading:
    """One check of one path."""

    def __init__(
        self,
        path: Path,
        identities: Sequence[AgeIdentity],
        passphrase: str | None,
        beside: Path | None,
        limits: CheckLimits,
        progress: Progress,
        cancel: CancelToken,
        timestamp: tuple[bytes | None, bytes | None] = (None, None),
    ) -> None:
        self._timestamp = timestamp
        self._path = path
        self._identities = identities
        self._passphrase = passphrase
        self._beside = beside
        self._limits = limits
        self._progress = progress
        self._cancel = cancel

    def check(self) -> BundleCheck:
        container = self._find_container()
        if container is None:
            return _failed("", Fault(FaultKind.NOT_A_BUNDLE))
        self._progress.begin(0, 0)
        try:
            intake = Intake(STRONG_DIGESTS, self._limits)
            self._take_all(container, intake)
            needed = needed_algorithms(intake.files)
            if not needed <= set(STRONG_DIGESTS):
                # Which digests a bag of others needs is known only after it was read once.
                intake = Intake(sorted(needed | set(STRONG_DIGESTS)), self._limits)
                self._take_all(container, intake)
            return judge(container, intake, *self._timestamp)
        except ReadingStopped as stopped:
            faults = (*intake.faults.found[:999], stopped.fault)
            return _failed(container, *faults, left_out=intake.faults.left_out)
        except AgeHeaderInvalid as error:
            return _failed(container, Fault(FaultKind.AGE_HEADER, detail=str(error.fields.get("detail", ""))))
        except AgePayloadInvalid as error:
            return _failed(
                container, Fault(FaultKind.AGE_PAYLOAD, detail=str(error.fields.get("detail", "")))
            )
        except OpeningPageInvalid as error:
            detail = str(error.fields.get("detail", ""))
            return _failed(container, Fault(FaultKind.OPENING_PAGE, detail=detail))
        finally:
            self._progress.end()

    def read(self, sink: EventSink) -> None:
        container = self._find_container()
        if container is None:
            raise ReadingStopped(FaultKind.NOT_A_BUNDLE)
        self._take_all(container, sink)

    def _find_container(self) -> str | None:
        if self._path.is_dir():
            return FOLDER
        with _open_regular(self._path) as file:
            start = file.read(len(_ARMOR))
        if start.startswith(INTRO):
            return AGE
        if start.startswith(START):
            return PAGE
        return ZIP if start.startswith((b"PK\x03\x04", b"PK\x05\x06")) else None

    def _take_all(self, container: str, intake: EventSink) -> None:
        if container == FOLDER:
            self._take(intake, iter_folder(self._path))
            return
        with _open_regular(self._path) as file:
            reader = ZipReader(self._limits)
            if container == ZIP:
                while data := file.read(_PIECE_BYTES):
                    self._take(intake, reader.feed(data))
            elif container == PAGE:
                self._take_page(file, lambda data: self._take(intake, reader.feed(data)))
            else:
                self._take_decrypted(file, lambda data: self._take(intake, reader.feed(data)))
            self._take(intake, reader.close())

    def _take_page(self, file: BinaryIO, sink: Callable[[bytes], object]) -> None:
        page = read_page(file)
        if page is None:
            raise ReadingStopped(FaultKind.NOT_A_BUNDLE)
        header, inside = page
        if self._passphrase is None:
            raise BundleNeedsPassphrase()
        with contextlib.ExitStack() as stack:
            beside = None
            if header.beside:
                # A name from the page: only one that is a plain name in the page's own folder is followed.
                if "/" in header.file or "\\" in header.file or header.file.startswith("."):
                    raise OpeningPageInvalid(detail="file")
                path = self._beside or self._path.with_name(header.file)
                if not path.exists():
                    raise OpeningPageInvalid(detail="beside")
                beside = stack.enter_context(_open_regular(path))
            for piece in iter_opened(header, inside, beside, self._passphrase):
                sink(piece)

    def _take_decrypted(self, file: BinaryIO, sink: Callable[[bytes], object]) -> None:
        decrypt_age(file, sink, identities=self._identities, passphrase=self._passphrase)

    def _take(self, intake: EventSink, events: Iterable[Event]) -> None:
        for event in events:
            self._cancel.raise_if_cancelled()
            if isinstance(event, FileData):
                self._progress.advance(len(event.data))
            intake.take(event)


def _failed(container: str, *faults: Fault, left_out: int = 0) -> BundleCheck:
    return BundleCheck(container, False, "", 0, 0, 0, (), faults, left_out, ())


@contextlib.contextmanager
def _open_regular(path: Path) -> Iterator[BinaryIO]:
    """Open a file that the user named; a link to it is followed, a pipe or device is not waited for."""
    descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
    with open(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "not a regular file")
        yield file
