"""After a lock, nothing that was typed, pasted or shown is in the memory of any process of the program.

Five kinds: the passphrase, the keys of the vault, a contact, a note, a picture. Each is first found in memory
while the vault is open, so that a search that finds nothing afterwards means something.
"""

from __future__ import annotations

import os
import secrets
import shutil
import struct
import subprocess
import sys
import time
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import stretch
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.storage.opening import open_vault
from tests.e2e.cli import Place
from tests.e2e.window import clipboard
from tests.e2e.window.desk import Desk, missing_tools, open_desk
from tests.e2e.window.window import Window
from tests.gates.memory import (
    forms_of,
    forms_of_bytes,
    forms_of_pixels,
    found_in,
    iter_core,
    iter_memory,
    processes_of,
)

RUNS = int(os.environ.get("HRD_LOCK_RUNS", "20"))
_WIDTH, _HEIGHT = 160, 120
_ROW_OF_CANARY = 60
_LONGEST_S = 20
_PLAIN = ("as raw", "as rgb", "as rgbx", "as bgrx", "as utf-8", "as utf-16")


@dataclass(frozen=True)
class Canaries:
    """Texts that share a beginning which occurs nowhere else, and pixels of which the same is true."""

    stem: str
    pixels: bytes
    picture: bytes

    def text(self, what: str) -> str:
        return self.stem + what

    @property
    def of_picture(self) -> dict[str, bytes]:
        """The picture as it is drawn, and a piece of its file."""
        middle = len(self.picture) // 2
        forms = {f"pixels as {name}": form for name, form in forms_of_pixels(self.pixels).items()}
        piece = forms_of_bytes(self.picture[middle : middle + 32])
        return forms | {f"file as {name}": form for name, form in piece.items()}


@pytest.fixture
def canaries() -> Canaries:
    letters = "bcdfghjkmnpqrstvwxz"
    pixels = secrets.token_bytes(3 * 16)
    return Canaries("".join(secrets.choice(letters) for _ in range(14)), pixels, _png(pixels))


def _keys_of(vault: Path, passphrase: str) -> dict[str, bytes]:
    """Every key of the vault in every form, worked out by this process."""
    opened = open_vault(
        str(vault),
        credential=credential_from_text(passphrase),
        stretch=stretch,
        random=os.urandom,
        clock=SystemClock(),
    )
    try:
        keys = {
            "compartment key": opened.compartment_key,
            "stretched passphrase": opened.root,
            "records key": opened.keys.records.key,
            "derived key": opened.keys.derived.key,
            "header key": opened.keys.object_headers,
        }
    finally:
        opened.close()
    return {
        f"{what} as {name}": form for what, key in keys.items() for name, form in forms_of_bytes(key).items()
    }


@pytest.fixture
def desk(bare: Place) -> Iterator[Desk]:
    if lacking := missing_tools():
        pytest.skip(f"not on this machine: {lacking}")
    with open_desk(bare.folder / "desk", bare.environment) as made:
        yield made


def _png(pixels: bytes) -> bytes:
    """A picture of noise, with the canary in its middle."""
    rows = [bytearray(secrets.token_bytes(3 * _WIDTH)) for _ in range(_HEIGHT)]
    rows[_ROW_OF_CANARY][30 : 30 + len(pixels)] = pixels
    header = struct.pack(">IIBBBBB", _WIDTH, _HEIGHT, 8, 2, 0, 0, 0)
    packed = zlib.compress(b"".join(b"\0" + bytes(row) for row in rows))

    def chunk(kind: bytes, content: bytes) -> bytes:
        return (
            struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))
        )

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


@contextmanager
def _copied(desk: Desk, text: str) -> Iterator[None]:
    """Another program has this on the clipboard."""
    owner = subprocess.Popen(
        [sys.executable, clipboard.__file__],
        env=desk.environment,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert owner.stdin is not None
        assert owner.stdout is not None
        owner.stdin.write(text)
        owner.stdin.close()
        assert owner.stdout.readline() == "ready\n"
        yield
    finally:
        owner.terminate()
        owner.wait()
        if owner.stdout is not None:
            owner.stdout.close()


def _pieces(how: str, pid: int, folder: Path) -> Iterable[bytes]:
    return iter_core(pid, folder) if how == "gcore" else iter_memory(pid)


class Watched:
    """The window, who looks into its memory, and all that must be gone after a lock."""

    def __init__(self, window: Window, place: Place, how: str, dumps: Path, gone: dict[str, bytes]) -> None:
        self._window = window
        self._place = place
        self._how = how
        self._dumps = dumps
        self._gone = gone

    def _found(self, how: str, needles: dict[str, bytes]) -> dict[int, set[str]]:
        processes = processes_of(self._window.process.pid, self._place.home)
        assert self._window.process.pid in processes
        return {pid: found_in(_pieces(how, pid, self._dumps), needles) for pid in processes}

    def assert_known(self, kinds: dict[str, dict[str, bytes]], *, dumped: bool = False) -> None:
        """Each kind is in memory now, or soon, in one form at least; ``dumped``: in a dump as well."""
        ends = time.monotonic() + _LONGEST_S
        while (left := self._unknown("read", kinds)) and time.monotonic() < ends:
            continue
        if dumped:
            left = self._unknown(self._how, kinds)
        assert not left, f"never in memory: {left}"

    def _unknown(self, how: str, kinds: dict[str, dict[str, bytes]]) -> list[str]:
        needles = {f"{what}/{name}": form for what, forms in kinds.items() for name, form in forms.items()}
        found = {name.partition("/")[0] for names in self._found(how, needles).values() for name in names}
        return [what for what in kinds if what not in found]

    def assert_forgotten(self) -> None:
        """Nothing is in the memory of any process."""
        for pid, names in self._found(self._how, self._gone).items():
            assert names == set(), f"in process {pid} after the lock"


@pytest.mark.root
def test_what_was_typed_and_shown_is_gone_after_the_lock(bare: Place, desk: Desk, canaries: Canaries) -> None:
    _look_and_lock(bare, desk, canaries, "read", bare.folder)


@pytest.mark.gate
@pytest.mark.root
@pytest.mark.timeout(0)
@pytest.mark.parametrize("run", range(RUNS))
def test_a_dump_of_every_process_holds_nothing(
    bare: Place, desk: Desk, canaries: Canaries, tmp_path: Path, run: int
) -> None:
    if shutil.which("gcore") is None:
        pytest.skip("not on this machine: gcore")
    _look_and_lock(bare, desk, canaries, "gcore", tmp_path)


def _look_and_lock(bare: Place, desk: Desk, canaries: Canaries, how: str, dumps: Path) -> None:
    passphrase = canaries.text(" typed by hand")
    bare.passfile.write_text(passphrase + "\n", encoding="utf-8")
    bare.create()
    bare.take(bare.original(f"{canaries.text('name')}.png", canaries.picture))
    keys = _keys_of(bare.vault, passphrase)
    gone = {f"text as {name}": form for name, form in forms_of(canaries.stem).items()}
    window = Window(desk, bare.vault, log=bare.folder / "said")
    gone |= canaries.of_picture | keys
    if how == "read":
        # Every day only as things lie in memory by themselves; as they would be printed, with ``--full``.
        gone = {name: form for name, form in gone.items() if name.endswith(_PLAIN)}
    watched = Watched(window, bare, how, dumps, gone)
    try:
        window.wait("Unlock")
        window.take_keyboard()
        window.type(canaries.text("mistyped"))
        window.keys("Return")
        window.wait("Message")
        window.type(passphrase)
        watched.assert_known({"passphrase": forms_of(passphrase)})
        window.keys("Return")
        window.wait("Lock")
        _use(window, canaries)
        watched.assert_known(
            {what: forms_of(canaries.text(what)) for what in ("note", "alias", "name", "searched")}
            | {"picture": canaries.of_picture}
            | {"key": {name: form for name, form in keys.items() if name.startswith("compartment")}},
            dumped=True,
        )
        window.lock()
        watched.assert_forgotten()

        _paste(window, desk, "Passphrase", passphrase)
        watched.assert_known({"passphrase": forms_of(passphrase)})
        window.keys("Return")
        window.wait("Lock")
        _open_the_item(window)
        _paste(window, desk, "Note", canaries.text("pasted"))
        window.text("Note", equals=canaries.text("pasted"))
        window.press("Save")
        window.gone("Save")
        watched.assert_known({"pasted": forms_of(canaries.text("pasted"))})
        window.lock()
        watched.assert_forgotten()
    finally:
        window.end()


def _paste(window: Window, desk: Desk, field: str, text: str) -> None:
    """From another program, over what is in the field."""
    with _copied(desk, text):
        window.focus(field)
        window.keys("ctrl+a")
        window.keys("ctrl+v")
        # The other program has to be there until the window has asked it.
        window.wait_until(lambda: len(window.text(field)) == len(text))


def _open_the_item(window: Window) -> None:
    window.wait_for_rows("Items", lambda rows: len(rows) == 1)
    window.focus("Items")
    window.wait("Title", role="text")


def _use(window: Window, canaries: Canaries) -> None:
    """Look at the picture, write a note and a contact, and search."""
    _open_the_item(window)
    window.type_into("Note", canaries.text("note"))
    window.press("Save")
    window.gone("Save")
    window.press("Contacts")
    window.press("Add contact")
    window.type_into("Alias", canaries.text("alias"))
    window.press("Save contact")
    window.wait_for_rows("Contacts list", lambda rows: any(canaries.stem in row for row in rows))
    window.press("Evidence")
    window.wait("Preview")
    window.take_keyboard()
    window.keys("ctrl+f")
    window.type(canaries.text("searched"))
    window.text("Search", equals=canaries.text("searched"))
