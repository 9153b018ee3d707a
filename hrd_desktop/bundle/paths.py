"""Rules for the paths inside a bundle: those of Windows on every system, so that all read the same."""

from __future__ import annotations

import re
import unicodedata

from hrd_desktop.domain.bundle_report import FaultKind

MAX_PATH_CHARACTERS = 4096
_MAX_NAME_UNITS = 255
_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"|?*\\]')
_DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|CONIN\$|CONOUT\$|CLOCK\$|(?:COM|LPT)[0-9\u00b9\u00b2\u00b3])", re.I)


def path_fault(untrusted_path: str) -> tuple[FaultKind, str] | None:
    """What is wrong with a path relative to the bundle, or None; the second value is a detail code."""
    if len(untrusted_path) > MAX_PATH_CHARACTERS:
        return FaultKind.PATH_UNSAFE, "length"
    if untrusted_path.startswith("/") or re.match(r"[A-Za-z]:", untrusted_path):
        return FaultKind.PATH_UNSAFE, "absolute"
    for name in untrusted_path.split("/"):
        found = _name_fault(name)
        if found is not None:
            return found
    return None


def _name_fault(name: str) -> tuple[FaultKind, str] | None:
    if name == "":
        return FaultKind.PATH_UNSAFE, "empty"
    if name in (".", ".."):
        return FaultKind.PATH_UNSAFE, "climbing"
    if any("\ud800" <= character <= "\udfff" for character in name):
        return FaultKind.PATH_UNSAFE, "encoding"
    if _FORBIDDEN.search(name):
        return FaultKind.PATH_RESERVED, "character"
    if name[-1] in ". ":
        return FaultKind.PATH_RESERVED, "trailing"
    if len(name.encode("utf-16-le")) // 2 > _MAX_NAME_UNITS:
        return FaultKind.PATH_RESERVED, "length"
    # Windows takes the part before the first dot for the device, trailing blanks ignored.
    if _DEVICE.fullmatch(name.partition(".")[0].rstrip(" ")):
        return FaultKind.PATH_RESERVED, "device"
    return None


def composed(path: str) -> str:
    """The path in Unicode normalisation form C, in which manifests and file systems are compared."""
    return unicodedata.normalize("NFC", path)


def folded(path: str) -> str:
    """A key that is equal for paths that some file system takes for the same."""
    return composed(composed(path).casefold())


class CollisionFinder:
    """Finds paths that would fall on one another when written out, file on folder included."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def add_file(self, path: str) -> FaultKind | None:
        """Take a file in; ``PATH_DUPLICATE`` for the very same path, ``PATH_COLLISION`` for a likeness."""
        key = folded(path)
        earlier = self._files.get(key)
        if earlier is not None:
            return FaultKind.PATH_DUPLICATE if earlier == path else FaultKind.PATH_COLLISION
        self._files[key] = path
        if key in self._folders:
            return FaultKind.PATH_COLLISION
        return self.add_folder(path.rpartition("/")[0])

    def add_folder(self, path: str) -> FaultKind | None:
        """Take a folder and those above it in; ``PATH_COLLISION`` when one differs only by a likeness."""
        while path:
            key = folded(path)
            earlier = self._folders.setdefault(key, path)
            if earlier != path or key in self._files:
                return FaultKind.PATH_COLLISION
            path = path.rpartition("/")[0]
        return None
