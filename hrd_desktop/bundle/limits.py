"""Bounds on what a bundle of others may cost to check, and what reading one gives."""

from __future__ import annotations

from dataclasses import dataclass, field

from hrd_desktop.domain.bundle_report import Fault, FaultKind


@dataclass(frozen=True)
class CheckLimits:
    """Sizes in bytes. ``max_ratio`` holds for an entry once it has given ``ratio_floor_bytes``."""

    max_files: int = 200_000
    max_total_bytes: int = 1 << 44
    max_tag_file_bytes: int = 1 << 26
    max_tag_files_bytes: int = 1 << 28
    max_line_bytes: int = 1 << 20
    max_ratio: int = 200
    ratio_floor_bytes: int = 1 << 24


@dataclass(frozen=True, slots=True)
class FileBegun:
    """A file starts; its data events follow until ``FileEnded``. The path is as the container spells it."""

    untrusted_path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileData:
    """The next bytes of the file that has begun."""

    data: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class FileEnded:
    """The file that has begun is complete."""


@dataclass(frozen=True, slots=True)
class FolderSeen:
    """A folder the container names."""

    untrusted_path: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class FaultSeen:
    """The container itself is at fault; reading goes on."""

    fault: Fault


Event = FileBegun | FileData | FileEnded | FolderSeen | FaultSeen


class ReadingStopped(Exception):
    """The container cannot be read any further; carries the fault. Never leaves this package."""

    def __init__(self, kind: FaultKind, path: str = "", detail: str = "") -> None:
        super().__init__(kind)
        self.fault = Fault(kind, path, detail)
