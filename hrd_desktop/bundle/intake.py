"""Takes in what a container holds, event by event: sizes, digests and tag files, within bounds."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from hrd_desktop.bundle.custody_check import CustodyLines
from hrd_desktop.bundle.custody_facts import CustodyFacts
from hrd_desktop.bundle.limits import (
    CheckLimits,
    Event,
    FaultSeen,
    FileBegun,
    FileData,
    FileEnded,
    FolderSeen,
    ReadingStopped,
)
from hrd_desktop.bundle.paths import CollisionFinder, path_fault
from hrd_desktop.bundle.plain_text import escape_path
from hrd_desktop.domain.bundle_report import Fault, FaultKind

# The digests whose names may stand in a manifest's file name; sizes in hexadecimal digits.
DIGEST_CHARACTERS = {"md5": 32, "sha1": 40, "sha224": 56, "sha256": 64, "sha384": 96, "sha512": 128}
STRONG_DIGESTS = ("sha256", "sha512")
MAX_FAULTS = 1000
_TAG_FILE = re.compile(r"(?:[^/]+/){0,2}(?:bagit|bag-info|(?:tag)?manifest-[A-Za-z0-9-]+)\.txt")
_CUSTODY_FILE = re.compile(r"(?:[^/]+/)?bag/data/custody/([0-9]{4,})\.jsonl")


@dataclass(slots=True)
class TakenFile:
    """Size in bytes and digests by algorithm; ``content`` only of files that may be tag files."""

    size_bytes: int = 0
    digests: dict[str, bytes] = field(default_factory=dict, repr=False)
    content: bytes | None = field(default=None, repr=False)


class FaultList:
    """Faults in the order they were found; beyond a thousand they are only counted."""

    def __init__(self) -> None:
        self.found: list[Fault] = []
        self.left_out = 0

    def add(self, fault: Fault) -> None:
        if len(self.found) < MAX_FAULTS:
            self.found.append(fault)
        else:
            self.left_out += 1

    def extend(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            self.add(fault)


class Intake:
    """The files of one container, by their exact paths, and the faults that show while reading."""

    def __init__(self, algorithms: Iterable[str], limits: CheckLimits) -> None:
        self._algorithms = tuple(algorithms)
        self._limits = limits
        self._collisions = CollisionFinder()
        self._path = ""
        self._current = TakenFile()
        self._hashes = self._start_hashes()
        self._content: bytearray | None = None
        self._custody: CustodyLines | None = None
        self._custody_number = ""
        self._small = bytearray()
        self._small_bytes = 0
        self._total_bytes = 0
        self._tag_bytes = 0
        self.files: dict[str, TakenFile] = {}
        self.custody_faults: list[Fault] = []
        self.custody = CustodyFacts()
        self.faults = FaultList()

    def take(self, event: Event) -> None:
        """Take one event; raises ``ReadingStopped`` when a limit is passed."""
        match event:
            case FileData(data):
                self._take_data(data)
            case FileBegun(path):
                self._begin(path)
            case FileEnded():
                self._end()
            case FolderSeen(path):
                self._verify_path(path, is_folder=True)
            case FaultSeen(fault):
                self.faults.add(fault)

    def _start_hashes(self) -> list[hashlib._Hash]:
        return [hashlib.new(name, usedforsecurity=False) for name in self._algorithms]

    def _verify_path(self, path: str, *, is_folder: bool) -> None:
        wrong = path_fault(path)
        if wrong is not None:
            self.faults.add(Fault(wrong[0], escape_path(path), wrong[1]))
        kind = self._collisions.add_folder(path) if is_folder else self._collisions.add_file(path)
        if kind is not None:
            self.faults.add(Fault(kind, escape_path(path)))

    def _begin(self, path: str) -> None:
        if len(self.files) >= self._limits.max_files:
            raise ReadingStopped(FaultKind.LIMIT_FILES)
        self._verify_path(path, is_folder=False)
        self._path = path
        self._current = TakenFile()
        self._hashes = self._start_hashes()
        self._content = bytearray() if _TAG_FILE.fullmatch(path) else None
        self._custody = None
        self._small = bytearray()
        self._small_bytes = self.custody.wants(path)
        if match := _CUSTODY_FILE.fullmatch(path):
            self._custody = CustodyLines(escape_path(path), self._limits.max_line_bytes)
            self._custody_number = match[1]

    def _take_data(self, data: bytes) -> None:
        self._total_bytes += len(data)
        if self._total_bytes > self._limits.max_total_bytes:
            raise ReadingStopped(FaultKind.LIMIT_BYTES, escape_path(self._path))
        self._current.size_bytes += len(data)
        for running in self._hashes:
            running.update(data)
        if len(self._small) <= self._small_bytes and self._small_bytes:
            # One byte more than is wanted tells that there was more.
            self._small += data[: self._small_bytes + 1 - len(self._small)]
        if self._content is not None:
            self._keep(data)
        if self._custody is not None:
            self._add_custody_faults(self._custody.take(data))

    def _keep(self, data: bytes) -> None:
        # A payload file may bear a tag file's name, so outgrowing the limit is no fault here: the file
        # is no longer kept, and becomes a fault only if the bag turns out to need it.
        self._tag_bytes += len(data)
        too_much = self._tag_bytes > self._limits.max_tag_files_bytes
        if self._content is None or too_much or self._current.size_bytes > self._limits.max_tag_file_bytes:
            self._content = None
        else:
            self._content += data

    def _add_custody_faults(self, faults: Iterable[Fault]) -> None:
        for fault in faults:
            if len(self.custody_faults) <= MAX_FAULTS:
                self.custody_faults.append(fault)

    def _end(self) -> None:
        if self._custody is not None:
            self._add_custody_faults(self._custody.finish())
            self.custody.add_lines(self._custody_number, self._path, self._custody.facts)
        if self._small_bytes:
            self.custody.take(self._path, bytes(self._small))
        self._current.digests = {
            name: running.digest() for name, running in zip(self._algorithms, self._hashes, strict=True)
        }
        if self._content is not None:
            self._current.content = bytes(self._content)
        # Of two files with one path the first counts; the second was reported.
        self.files.setdefault(self._path, self._current)
