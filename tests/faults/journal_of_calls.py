"""What strace saw: each call that writes, syncs, truncates, makes, renames or unlinks, by thread and file."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

#: Calls that change what is on the disk, or wait for it. ``openat`` counts where it makes a file.
WRITES = ("write", "pwrite64", "writev", "pwritev", "pwritev2", "sendfile", "copy_file_range")
SYNCS = ("fsync", "fdatasync", "syncfs", "sync_file_range", "msync")
LENGTHS = ("truncate", "ftruncate", "fallocate")
#: Calls that only remove, cut or wait: no disk that is full refuses them.
REMOVES = (*LENGTHS, "unlink", "unlinkat", "rmdir", "sync_file_range")
NAMES = (
    "rename", "renameat", "renameat2", "unlink", "unlinkat", "rmdir", "mkdir", "mkdirat",
    "link", "linkat", "symlink", "symlinkat", "mknod", "mknodat",
)  # fmt: skip
OPENS = ("openat", "open", "creat")
TRACED = (*WRITES, *SYNCS, *LENGTHS, *NAMES, *OPENS)
#: Calls that only read; tried where a medium may fail that nothing is written to.
READS = ("pread64", "read", "getdents64")

_LINE = re.compile(r"^(?P<thread>\d+) +(?:\d+\.\d+ +)?(?P<name>\w+)\((?P<rest>.*)$")
_RESULT = re.compile(r"\) += (?P<result>-?\d+|\?)[^=]*$")
_QUOTED = re.compile(r'"(/[^"]*)"')
_OF_FD = re.compile(r"\b\d+<(/[^>]*)>")


@dataclass(frozen=True)
class Call:
    """One call, in the order in which strace saw it begin.

    ``number`` counts, from 1, the calls of this name by any thread that name ``path``, as the injector does.
    ``makes`` tells an ``openat`` that may make a file.
    """

    order: int
    thread: int
    name: str
    path: str
    number: int
    makes: bool


def read_journal(log: Path, roots: Iterable[str]) -> list[Call]:
    """The calls in ``log`` (of ``strace -f -y``) on files at or under one of ``roots``."""
    prefixes = tuple(roots)
    counts: dict[tuple[str, str], int] = {}
    calls: list[Call] = []
    for order, line in enumerate(log.read_text(errors="replace").splitlines()):
        found = _LINE.match(line)
        if found is None or found["name"] not in (*TRACED, *READS):
            continue
        name, thread, rest = found["name"], int(found["thread"]), found["rest"]
        paths = [path for path in _paths_of(name, rest) if _is_under(path, prefixes)]
        for position, path in enumerate(dict.fromkeys(paths)):
            key = name, path
            counts[key] = counts.get(key, 0) + 1
            if position == 0:
                makes = name not in OPENS or "O_CREAT" in rest
                calls.append(Call(order, thread, name, path, counts[key], makes))
    return calls


def _paths_of(name: str, rest: str) -> list[str]:
    if name in NAMES or name in OPENS or name == "truncate":
        return [match.group(1) for match in _QUOTED.finditer(rest)]
    # A file that was unlinked while open has no name to aim at.
    return [path for path in _OF_FD.findall(rest)[:2] if not path.endswith("(deleted)")]


def _is_under(path: str, roots: tuple[str, ...]) -> bool:
    return any(path == root or path.startswith(root + "/") for root in roots)


@dataclass(frozen=True)
class Point:
    """One place to put a fault: the ``number``-th call ``name`` on ``path``.

    ``order`` is where it lies in the whole run; ``kind`` is the path's class, the same in every vault.
    """

    path: str
    name: str
    number: int
    order: int
    kind: str

    def __str__(self) -> str:
        return f"{self.name}#{self.number} on {self.kind}"


def points_of(calls: Iterable[Call], vault: str) -> list[Point]:
    """Every place for a fault once, in order."""
    return [
        Point(call.path, call.name, call.number, call.order, kind_of(call.path, vault))
        for call in calls
        if call.makes
    ]


def thinned(points: Iterable[Point]) -> list[Point]:
    """Of the calls that make or remove the 256 object folders, one after another, every sixteenth."""
    kept: list[Point] = []
    folders = 0
    for point in points:
        if point.kind == "objects/*" and point.name in ("mkdir", "rmdir"):
            folders += 1
            if folders % 16 != 1:
                continue
        kept.append(point)
    return kept


def kind_of(path: str, vault: str) -> str:
    """The class of a path: ``records.0-journal``, ``objects/*``, ``beside`` for what is not in the vault."""
    building = re.sub(r"\.creating-[0-9a-f]{8}(?=/|$)", "", path)
    if building == vault:
        return "vault"
    if not building.startswith(vault + "/"):
        return "beside"
    inside = building[len(vault) + 1 :]
    if re.fullmatch(r"objects/[0-9a-f]{2}/[0-9a-f]{30}", inside):
        return "objects/*/*"
    return "objects/*" if re.fullmatch(r"objects/[0-9a-f]{2}", inside) else inside
