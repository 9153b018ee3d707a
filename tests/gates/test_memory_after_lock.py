"""After a lock, nothing that was typed, pasted or shown is in the memory of any process of the program.

Each canary is first found in memory while the vault is open, so that a search that finds nothing afterwards
means something.
"""

from __future__ import annotations

import secrets
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.cli import Place
from tests.e2e.window import clipboard
from tests.e2e.window.desk import Desk, missing_tools, open_desk
from tests.e2e.window.window import Window
from tests.gates.memory import forms_of, forms_of_pixels, found_in, iter_core, iter_memory, processes_of

_WIDTH, _HEIGHT = 160, 120
_ROW_OF_CANARY = 60


@dataclass(frozen=True)
class Canaries:
    """Texts that share a beginning which occurs nowhere else, and pixels of which the same is true."""

    stem: str
    pixels: bytes

    def text(self, what: str) -> str:
        return self.stem + what

    def everything(self) -> dict[str, bytes]:
        """What must not be found: the common beginning in every form, and the pixels."""
        return {
            **{f"text as {name}": form for name, form in forms_of(self.stem).items()},
            **{f"pixels as {name}": form for name, form in forms_of_pixels(self.pixels).items()},
        }


@pytest.fixture
def canaries() -> Canaries:
    letters = "bcdfghjkmnpqrstvwxz"
    return Canaries("".join(secrets.choice(letters) for _ in range(14)), secrets.token_bytes(3 * 16))


@pytest.fixture
def desk(bare: Place) -> Iterator[Desk]:
    if lacking := missing_tools():
        pytest.skip(f"not on this machine: {lacking}")
    with open_desk(bare.folder / "desk", bare.environment) as made:
        yield made


def _png(canaries: Canaries) -> bytes:
    """A picture of noise, with the canary in its middle."""
    rows = [bytearray(secrets.token_bytes(3 * _WIDTH)) for _ in range(_HEIGHT)]
    rows[_ROW_OF_CANARY][30 : 30 + len(canaries.pixels)] = canaries.pixels
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


def _assert_forgotten(window: Window, place: Place, canaries: Canaries, how: str) -> None:
    processes = processes_of(window.process.pid, place.home)
    assert window.process.pid in processes
    for pid in processes:
        found = found_in(_pieces(how, pid, place.folder), canaries.everything())
        assert found == set(), f"in process {pid} after the lock"


@pytest.mark.root
@pytest.mark.parametrize("how", ["read", pytest.param("gcore", marks=pytest.mark.gate)])
def test_what_was_typed_and_shown_is_gone_after_the_lock(
    bare: Place, desk: Desk, canaries: Canaries, how: str, full: bool
) -> None:
    if how == "gcore" and not full:
        pytest.skip("with --full: the same by another reader")
    if how == "gcore" and shutil.which("gcore") is None:
        pytest.skip("not on this machine: gcore")
    passphrase = canaries.text(" typed by hand")
    bare.passfile.write_text(passphrase + "\n", encoding="utf-8")
    bare.create()
    picture = bare.original(f"{canaries.text('name')}.png", _png(canaries))
    bare.take(picture)
    window = Window(desk, bare.vault, log=bare.folder / "said")
    try:
        window.wait("Unlock")
        window.take_keyboard()
        window.type(canaries.text("mistyped"))
        window.keys("Return")
        window.wait("Message")
        window.unlock(passphrase)
        _use(window, canaries)

        shown = {
            **{
                f"{what} as {name}": form
                for what in ("note", "alias", "name")
                for name, form in forms_of(canaries.text(what)).items()
                if name in ("utf-8", "utf-16")
            },
            **{f"pixels as {name}": form for name, form in forms_of_pixels(canaries.pixels).items()},
        }
        found = found_in(_pieces(how, window.process.pid, bare.folder), shown)
        for what in ("note", "alias", "name", "pixels"):
            assert any(each.startswith(what) for each in found), f"{what} was never in memory: {found}"

        window.lock()
        _assert_forgotten(window, bare, canaries, how)

        with _copied(desk, passphrase):
            window.take_keyboard()
            window.focus("Passphrase")
            window.keys("ctrl+v")
            window.keys("Return")
            window.wait("Lock")
        window.lock()
        _assert_forgotten(window, bare, canaries, how)
    finally:
        window.end()


def _use(window: Window, canaries: Canaries) -> None:
    """Look at the picture, write a note and a contact, and search."""
    window.wait_for_rows("Items", lambda rows: len(rows) == 1)
    window.focus("Items")
    window.wait("Title", role="text")
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
