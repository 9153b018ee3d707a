"""Which kind of file system a folder lies on, and whether writing in place overwrites anything there."""

from __future__ import annotations

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

# These put new bytes where the old ones were. Whether the medium does is another matter: flash does not.
_IN_PLACE = frozenset(
    ("ext2", "ext3", "ext4", "xfs", "jfs", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "hfsplus", "tmpfs")
)


class FileSystem:
    """``kind`` as the system calls it, or "unknown"."""

    __slots__ = ("kind", "options")

    def __init__(self, kind: str, options: frozenset[str]) -> None:
        self.kind = kind
        self.options = options

    @property
    def writes_in_place(self) -> bool:
        """Whether overwriting a file replaces its old bytes, as far as the file system goes.

        Not so for btrfs, zfs, f2fs, overlayfs, bcachefs, nilfs2, APFS and for whatever is not known,
        network file systems included; nor for ext4 that journals data.
        """
        return self.kind in _IN_PLACE and "data=journal" not in self.options


def file_system_of(path: str) -> FileSystem:
    """The file system under ``path``, from ``/proc/self/mountinfo`` (proc(5)); elsewhere unknown."""
    try:
        with open("/proc/self/mountinfo", "rb") as file:
            lines = file.read().splitlines()
    except OSError:
        return FileSystem("unknown", frozenset())
    return parse_mountinfo(lines, os.fsencode(os.path.realpath(path)))


def parse_mountinfo(lines: Iterable[bytes], path: bytes) -> FileSystem:
    """The mount that ``path`` (absolute, without links) lies under.

    It is the one with the longest mount point, the last of equals. The device number is of no use here: btrfs
    shows another one in stat(2).
    """
    best = FileSystem("unknown", frozenset())
    best_length = -1
    for line in lines:
        before, separator, after = line.partition(b" - ")
        fields, rest = before.split(b" "), after.split(b" ")
        if not separator or len(fields) < 6 or not rest[0]:
            continue
        point = unescape(fields[4])
        inside = path == point or path.startswith(point.rstrip(b"/") + b"/")
        if inside and len(point) >= best_length:
            options = rest[2] if len(rest) > 2 else b""
            best_length = len(point)
            best = FileSystem(_text(rest[0]), frozenset(_text(options).split(",")))
    return best


def _text(field: bytes) -> str:
    return field.decode("ascii", "replace")


def unescape(field: bytes) -> bytes:
    """Space, tab, newline and backslash stand as three octal digits."""
    for code, plain in ((b"\\040", b" "), (b"\\011", b"\t"), (b"\\012", b"\n"), (b"\\134", b"\\")):
        field = field.replace(code, plain)
    return field
