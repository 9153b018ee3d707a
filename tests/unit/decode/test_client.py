"""The life of decoders: replacement in good order, limits of requests, readers that fail."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterator

import pytest

from hrd_desktop.decode.client import Decoder, decoder_command, decoder_in
from hrd_desktop.decode.frames import EXIT_NOT_ISOLATED, Rights
from hrd_desktop.decode.limits import DecodeLimits
from hrd_desktop.decode.session import REQUIRED_RIGHTS
from hrd_desktop.domain.errors.decode import DecoderNotIsolated, DecoderStopped
from hrd_desktop.process.children import ChildRegistry
from tests.unit.decode.made_files import Bytes, lying, picture, python

TEXT = Bytes(b"hello")


@pytest.fixture
def registry() -> Iterator[ChildRegistry]:
    children = ChildRegistry()
    yield children
    assert children.close(30.0) == 0


class Counting:
    def __init__(self, registry: ChildRegistry, limits: DecodeLimits) -> None:
        self.registry, self.limits = registry, limits
        self.children: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> subprocess.Popen[bytes]:
        self.children.append(self.registry.spawn_command(decoder_command(self.limits)))
        return self.children[-1]


def test_all_rights_are_gone_on_this_system(registry: ChildRegistry) -> None:
    decoder = decoder_in(registry)
    assert decoder.start() & REQUIRED_RIGHTS == REQUIRED_RIGHTS
    decoder.close()


def test_one_process_serves_many_requests_then_is_replaced(registry: ChildRegistry) -> None:
    limits = DecodeLimits(requests=3)
    spawn = Counting(registry, limits)
    decoder = Decoder(spawn, limits)
    for _ in range(7):
        assert decoder.text(TEXT, "text/plain", 10) == "hello"
    assert len(spawn.children) == 3
    assert [child.returncode is None for child in spawn.children] == [False, False, True]
    decoder.close()
    assert registry.running == 0


def test_a_busy_process_is_replaced(registry: ChildRegistry) -> None:
    limits = DecodeLimits(busy_s=10.0)
    spawn = Counting(registry, limits)
    seconds = iter(range(0, 1000, 6))  # every request seems to take six seconds
    decoder = Decoder(spawn, limits, monotonic=lambda: float(next(seconds)))
    for _ in range(4):
        decoder.text(TEXT, "text/plain", 10)
    assert len(spawn.children) == 2
    decoder.close()


def test_a_failure_of_the_file_costs_no_process(registry: ChildRegistry, decoder: Decoder) -> None:
    limits = DecodeLimits()
    spawn = Counting(registry, limits)
    own = Decoder(spawn, limits)
    for _ in range(3):
        with pytest.raises(Exception, match="decode-"):
            own.picture(Bytes(b"\x89PNG\r\n\x1a\n"), "image/png", 10)
    assert len(spawn.children) == 1
    own.close()


def test_a_process_that_died_while_idle_is_no_fault_of_the_file(registry: ChildRegistry) -> None:
    limits = DecodeLimits()
    spawn = Counting(registry, limits)
    decoder = Decoder(spawn, limits)
    decoder.start()
    spawn.children[0].kill()
    spawn.children[0].wait()
    assert decoder.text(TEXT, "text/plain", 10) == "hello"
    decoder.stop()
    assert decoder.text(TEXT, "text/plain", 10) == "hello"
    assert len(spawn.children) == 3
    decoder.close()
    with pytest.raises(DecoderStopped):
        decoder.start()


class FailingReader(Bytes):
    def read_at(self, offset: int, length: int) -> bytes:
        raise LookupError("the object is damaged")


class ShortReader(Bytes):
    def read_at(self, offset: int, length: int) -> bytes:
        return b""


def test_a_failure_of_the_reader_comes_through_unchanged(decoder: Decoder) -> None:
    with pytest.raises(LookupError, match="the object is damaged"):
        decoder.text(FailingReader(b"hello"), "text/plain", 10)
    with pytest.raises(ValueError, match="another length"):
        decoder.text(ShortReader(b"hello"), "text/plain", 10)
    assert decoder.text(TEXT, "text/plain", 10) == "hello"


def test_an_empty_file_is_answered(decoder: Decoder) -> None:
    found = decoder.probe(Bytes(b""), "image/jpeg", 10)
    assert (found.media_type_found, found.fields, found.text) == ("application/octet-stream", (), None)


def test_requests_beyond_the_limits_are_not_sent(decoder: Decoder) -> None:
    for ask in (
        lambda: decoder.picture(TEXT, "image/png", 8193),
        lambda: decoder.thumbnail(TEXT, "image/png", 0),
        lambda: decoder.pdf_page(TEXT, -1, 10),
        lambda: decoder.pdf_page(TEXT, 0, 8193),
        lambda: decoder.text(TEXT, "text/plain", 0),
        lambda: decoder.probe(TEXT, "text/plain", 5_000_001),
    ):
        with pytest.raises(ValueError, match="limits"):
            ask()


def test_many_threads_take_turns(decoder: Decoder) -> None:
    files = [picture("PNG", (10 + number, 5)) for number in range(8)]
    widths: dict[int, int] = {}

    def ask(number: int) -> None:
        widths[number] = decoder.picture(Bytes(files[number]), "image/png", 100).width

    lanes = [threading.Thread(target=ask, args=(number,)) for number in range(8)]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    assert widths == {number: 10 + number for number in range(8)}


def test_without_isolation_no_file_is_given(registry: ChildRegistry) -> None:
    commands = iter(
        [
            python(f"raise SystemExit({EXIT_NOT_ISOLATED})"),
            lying("", ready=f"say(frame(1, bytes((0, 1, {int(Rights.MEMORY)}, 0))))\n"),
        ]
    )
    for _ in range(2):
        reader = Bytes(b"hello")
        decoder = Decoder(lambda: registry.spawn_command(next(commands)), DecodeLimits())
        with pytest.raises(DecoderNotIsolated):
            decoder.text(reader, "text/plain", 10)
        assert reader.asked == []
        decoder.close()
