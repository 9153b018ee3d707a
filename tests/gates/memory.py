"""Reading the memory of other processes, as somebody with the computer and its root password would."""

from __future__ import annotations

import base64
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path

_CHUNK_BYTES = 1 << 20
#: Pages that the kernel makes up, which no process wrote.
_NOT_MEMORY = ("[vvar]", "[vsyscall]", "[vvar_vclock]")


def forms_of(text: str) -> dict[str, bytes]:
    """How a text may lie in memory: as it is, as Qt and Python keep it, and as something would print it."""
    raw = text.encode()
    forms = {
        "utf-8": raw,
        "utf-16": text.encode("utf-16-le"),
        "utf-32": text.encode("utf-32-le"),
        "hex": raw.hex().encode(),
        "HEX": raw.hex().upper().encode(),
    }
    # Three, because it may begin at any of three places of its group; the ends depend on the neighbours.
    for shift in range(3):
        forms[f"base64+{shift}"] = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
    return forms


def forms_of_bytes(raw: bytes) -> dict[str, bytes]:
    """How a key or a piece of a file may lie in memory: raw, and as something would print it."""
    digits = raw.hex()
    forms = {
        "raw": raw,
        "hex": digits.encode(),
        "HEX": digits.upper().encode(),
        "hex in utf-16": digits.encode("utf-16-le"),
    }
    for shift in range(3):
        forms[f"base64+{shift}"] = base64.b64encode(b"\0" * shift + raw)[4 if shift else 0 : -4]
    return forms


def forms_of_pixels(rgb: bytes) -> dict[str, bytes]:
    """How a run of pixels may lie in memory: three bytes each, or four in the orders that Qt uses."""
    pixels = [rgb[place : place + 3] for place in range(0, len(rgb), 3)]
    return {
        "rgb": rgb,
        "rgbx": b"".join(pixel + b"\xff" for pixel in pixels),
        "bgrx": b"".join(pixel[::-1] + b"\xff" for pixel in pixels),
        "hex": rgb.hex().encode(),
    }


def processes_of(leader: int, home: Path) -> list[int]:
    """Every process of the program: its session, and whatever else runs our modules in this home."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            session = int((entry / "stat").read_text().rpartition(")")[2].split()[3])
            environment = (entry / "environ").read_bytes().split(b"\0")
            command = (entry / "cmdline").read_bytes()
        except OSError:
            continue
        ours = b"HOME=" + bytes(home) in environment and b"hrd_desktop" in command
        if session == leader or ours:
            found.append(int(entry.name))
    return found


def iter_memory(pid: int) -> Iterator[bytes]:
    """Yield everything that can be read of a process, in pieces that overlap where a region goes on."""
    maps = Path(f"/proc/{pid}/maps").read_text().splitlines()
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in maps:
            if line.endswith(_NOT_MEMORY):
                continue
            begin, end = (int(part, 16) for part in line.split(" ", 1)[0].split("-"))
            place = begin
            while place < end:
                try:
                    memory.seek(place)
                    piece = memory.read(min(_CHUNK_BYTES, end - place))
                except (OSError, ValueError, OverflowError):
                    break
                if not piece:
                    break
                yield piece
                place += len(piece)
                if place < end:
                    place -= min(512, len(piece) - 1)


def iter_core(pid: int, folder: Path) -> Iterator[bytes]:
    """The same by another reader: everything that ``gcore -a`` writes down."""
    stem = folder / "core"
    done = subprocess.run(["gcore", "-a", "-o", str(stem), str(pid)], capture_output=True, check=False)
    core = folder / f"core.{pid}"
    assert done.returncode == 0, done.stderr.decode(errors="replace")
    assert core.exists(), done.stderr.decode(errors="replace")
    try:
        with core.open("rb") as stream:
            before = b""
            while piece := stream.read(_CHUNK_BYTES):
                yield before + piece
                before = piece[-512:]
    finally:
        core.unlink()


def found_in(pieces: Iterable[bytes], needles: dict[str, bytes]) -> set[str]:
    """Which of the needles occur, by their names."""
    left = dict(needles)
    found: set[str] = set()
    for piece in pieces:
        if piece.count(0) == len(piece):
            # Much of what a process has is memory that it has never written.
            continue
        for name in [name for name, needle in left.items() if needle in piece]:
            found.add(name)
            del left[name]
        if not left:
            break
    return found
