"""What a hostile file could make the decoder try, tried from inside its sandbox; and how the program fares.

The attacks run as code in the same sandbox: after ``begin_child`` and ``give_up_rights``, like the decoder.
Each runs without the sandbox too, where it must succeed: an attack that never works proves nothing.
"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.decode.client import Decoder, decoder_command, decoder_in
from hrd_desktop.decode.limits import MIB, DecodeLimits
from hrd_desktop.decode.signatures import DOCX, media_type_of
from hrd_desktop.domain.decoded import FieldName
from hrd_desktop.domain.errors.decode import (
    DecodeError,
    DecoderDied,
    DecoderMisbehaved,
    DecoderStopped,
    DecoderTimedOut,
    FileNotUnderstood,
    FileTooDemanding,
    Misbehaviour,
)
from hrd_desktop.domain.errors.process import ChildrenRefused
from hrd_desktop.process.children import ChildRegistry
from tests.unit.decode.made_files import (
    READY,
    SMALL_FILES,
    Bytes,
    Claimed,
    docx,
    lying,
    png_bomb,
    python,
    zipped,
)

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the decoder is confined on Linux only")

REAP_S = 30.0

_FREE = "import ctypes, errno, mmap, os, resource, signal, socket, subprocess, sys, threading, time\n"
_LOAD = (
    "from hrd_desktop.process.spawn import begin_child\n"
    "from hrd_desktop.decode.rights import give_up_rights\n"
    "from hrd_desktop.process.kernel import system_call\n"
    "from hrd_desktop.process.syscalls import find_running_architecture\n"
    "numbers = find_running_architecture().numbers\n"
)
_GIVE_UP = "begin_child()\ngive_up_rights(200 << 20, 5)\n"
_CONFINED = _FREE + _LOAD + _GIVE_UP
_REPORT = """
def in_a_thread(act):
    failures = []
    def run():
        try:
            act()
        except OSError as failure:
            failures.append(failure)
    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    if failures:
        raise failures[0]

try:
    attack()
    answer = "worked"
except OSError as refusal:
    answer = errno.errorcode[refusal.errno]
except (RuntimeError, ValueError):
    answer = "refused"
os.write(1, answer.encode())
os._exit(0)
"""

# Name, code, the answers that count as refused. SIGSYS: the kernel killed the process for trying.
ATTACKS: list[tuple[str, str, set[str]]] = [
    ("read a file", "open(PATH).read()", {"EPERM", "EACCES", "EMFILE"}),
    ("write a file", "open(PATH, 'w').write('x')", {"EPERM", "EACCES", "EMFILE"}),
    ("create a file", "open(PATH + '.new', 'x')", {"EPERM", "EACCES", "EMFILE"}),
    ("read its own memory map", "open('/proc/self/maps').read()", {"EPERM", "EACCES", "EMFILE"}),
    ("list a folder", "os.listdir(os.path.dirname(PATH))", {"EPERM", "EACCES", "EMFILE"}),
    ("learn whether a file exists", "os.stat(PATH)", {"EPERM"}),
    ("ask for access", "assert os.access(PATH, os.R_OK) or os.stat(PATH)", {"EPERM"}),
    ("rename a file", "os.rename(PATH, PATH + '.moved')", {"EPERM", "EACCES"}),
    ("delete a file", "os.unlink(PATH)", {"EPERM", "EACCES"}),
    ("make a folder", "os.mkdir(PATH + '.d')", {"EPERM", "EACCES"}),
    ("make a link", "os.symlink('a', PATH + '.l')", {"EPERM", "EACCES"}),
    ("change folder", "os.chdir('/tmp')", {"EPERM", "EACCES"}),
    ("make a file in memory", "os.memfd_create('x')", {"EPERM", "EMFILE"}),
    ("make a pipe", "os.pipe()", {"EPERM", "EMFILE"}),
    ("make an internet socket", "socket.socket(socket.AF_INET)", {"EPERM", "EAFNOSUPPORT"}),
    ("make an internet 6 socket", "socket.socket(socket.AF_INET6)", {"EPERM", "EAFNOSUPPORT"}),
    ("make a netlink socket", "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW)", {"EPERM", "EAFNOSUPPORT"}),
    ("make a local socket", "socket.socket(socket.AF_UNIX)", {"EPERM", "EMFILE"}),
    ("reach an abstract socket", "socket.socket(socket.AF_UNIX).connect(ABSTRACT)", {"EPERM", "EMFILE"}),
    ("fork", "os.fork() or os._exit(0)", {"EPERM", "EAGAIN"}),
    (
        "read a file from a new thread",
        "in_a_thread(lambda: open(PATH).read())",
        {"EPERM", "EACCES", "EMFILE"},
    ),
    ("make a socket from a new thread", "in_a_thread(socket.socket)", {"EPERM", "EAFNOSUPPORT"}),
    ("start a program", "subprocess.run(['/bin/true'], check=True)", {"EPERM", "EMFILE"}),
    ("replace itself", "os.execv('/bin/true', ['true'])", {"SIGSYS"}),
    ("signal the program", "os.kill(PARENT, 0)", {"EPERM"}),
    ("kill everything", "os.kill(PARENT, signal.SIGUSR1)", {"EPERM"}),
    ("map new code", "mmap.mmap(-1, 4096, prot=mmap.PROT_READ | mmap.PROT_EXEC)", {"EPERM", "EACCES"}),
    ("raise its own limits", "resource.setrlimit(resource.RLIMIT_NOFILE, (9, 9))", {"EPERM", "refused"}),
    ("borrow a descriptor", "os.pidfd_open(PARENT)", {"EPERM", "EMFILE"}),
    ("take another identity", "os.setuid(os.getuid())", {"EPERM"}),
]


@pytest.fixture
def registry() -> Iterator[ChildRegistry]:
    """Every decoder of a test; none is left behind."""
    children = ChildRegistry()
    yield children
    assert children.close(REAP_S) == 0


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    """The real one."""
    children = ChildRegistry()
    real = decoder_in(children)
    yield real
    real.close()
    assert children.close(REAP_S) == 0


def _attempt(preparation: str, code: str, path: Path, abstract: str) -> str:
    names = f"PATH, PARENT, ABSTRACT = {str(path)!r}, os.getppid(), {abstract!r}\ndef attack():\n    {code}\n"
    # Through pipes: the limit on file sizes holds for a redirected output too.
    done = subprocess.run(python(preparation + names + _REPORT), capture_output=True, cwd="/")
    if done.returncode == 0:
        return done.stdout.decode()
    if done.returncode > 0:
        return f"exit {done.returncode}: {done.stderr.decode()}"
    return signal.Signals(-done.returncode).name


@pytest.mark.parametrize(("code", "refusals"), [a[1:] for a in ATTACKS], ids=[a[0] for a in ATTACKS])
def test_an_attack_from_inside_fails(code: str, refusals: set[str], tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("content")
    abstract = f"\0sheaf-test-{os.getpid()}-{tmp_path.name}"
    ignored = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    try:
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(abstract)
            listener.listen()
            assert _attempt(_CONFINED, code, target, abstract) in refusals
            assert target.read_text() == "content"
            assert [entry.name for entry in tmp_path.iterdir()] == ["target"]
            free = _attempt(_FREE, code, target, abstract)
            assert free in ("worked", ""), f"the attack does not even work without the sandbox: {free}"
    finally:
        signal.signal(signal.SIGUSR1, ignored)


@pytest.mark.parametrize(
    ("call", "answer"),
    [
        ("ptrace", "SIGSYS"),
        ("process_vm_readv", "SIGSYS"),
        ("process_vm_writev", "SIGSYS"),
        ("execveat", "SIGSYS"),
        ("unshare", "SIGSYS"),
        ("mount", "SIGSYS"),
        ("bpf", "SIGSYS"),
        ("keyctl", "SIGSYS"),
        ("userfaultfd", "SIGSYS"),
        ("openat", "EPERM"),
        ("openat2", "EPERM"),
        ("io_uring_setup", "EPERM"),
        ("clone3", "ENOSYS"),
        ("clone", "EPERM"),
        ("prctl", "EPERM"),
        ("seccomp", "EPERM"),
        ("ioctl", "EPERM"),
        ("socketpair", "EPERM"),
    ],
)
def test_a_bare_system_call_is_refused(call: str, answer: str, tmp_path: Path) -> None:
    attack = f"system_call(numbers[{call!r}], 0, 0, 0, 0, 0, 0)"
    assert _attempt(_CONFINED, attack, tmp_path, "") == answer


_ONLY_LANDLOCK = """
from hrd_desktop.process.landlock import restrict_to_nothing
assert restrict_to_nothing().files
"""
_ONLY_SECCOMP = """
from hrd_desktop.decode.rights import decoder_filter
from hrd_desktop.process.seccomp import assemble, install
from hrd_desktop.process.syscalls import find_running_architecture
here = find_running_architecture()
install(assemble(decoder_filter(), here), here)
"""


@pytest.mark.parametrize("layer", [_ONLY_LANDLOCK, _ONLY_SECCOMP], ids=["Landlock", "seccomp"])
def test_either_layer_alone_keeps_files_shut(layer: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_text("content")
    assert _attempt(_FREE + layer, "open(PATH).read()", target, "") in ("EACCES", "EPERM")
    assert _attempt(_FREE + layer, "open(PATH, 'w')", target, "") in ("EACCES", "EPERM")
    assert target.read_text() == "content"


# -- what a taken-over decoder can do to the program: nothing but fail its own request ---------------------


class Sequence:
    """Starts one command after the other, and knows how many."""

    def __init__(self, registry: ChildRegistry, *commands: list[str]) -> None:
        self.registry = registry
        self.commands = list(commands)
        self.started: list[subprocess.Popen[bytes]] = []

    def __call__(self) -> subprocess.Popen[bytes]:
        self.started.append(self.registry.spawn_command(self.commands[len(self.started)]))
        return self.started[-1]


SHORT = DecodeLimits(request_s=1.0, start_s=60.0, needs=500, text_chars=1000)
PATIENT = DecodeLimits(request_s=60.0, start_s=60.0, needs=500, text_chars=1000)


def _confined(act: str) -> list[str]:
    """A decoder that gives its rights up like the real one, and is then taken over by its first request."""
    return lying(act, ready=_CONFINED + READY)


@pytest.mark.parametrize(
    ("act", "limits", "error"),
    [
        ("while True: pass", SHORT, DecoderTimedOut),
        ("time.sleep(600)", SHORT, DecoderTimedOut),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\nwhile True: pass", SHORT, DecoderTimedOut),
        ("os._exit(0)", PATIENT, DecoderDied),
        ("os.abort()", PATIENT, DecoderDied),
        ("ctypes.string_at(1)", PATIENT, DecoderDied),
        ("hoard = []\nwhile True: hoard.append(bytearray(1 << 20))", PATIENT, DecoderDied),
        ("raise SystemExit(77 + 1)", PATIENT, DecoderDied),
        ("while True: say(frame(5, b'x' * 100))", PATIENT, DecoderMisbehaved),
    ],
    ids=["spin", "sleep", "ignore signals", "leave", "abort", "crash", "memory", "exit", "flood"],
)
def test_eating_time_memory_or_output_is_a_typed_failure(
    act: str, limits: DecodeLimits, error: type[DecodeError], registry: ChildRegistry
) -> None:
    spawn = Sequence(registry, _confined(act))
    decoder = Decoder(spawn, limits)
    with pytest.raises(error):
        decoder.text(Bytes(b"hello"), "text/plain", 1000)
    assert spawn.started[0].returncode is not None
    # The program goes on, with a new decoder.
    decoder_after = decoder_in(registry, PATIENT)
    assert decoder_after.text(Bytes(b"hello"), "text/plain", 1000) == "hello"
    decoder_after.close()
    decoder.close()


def test_the_processor_limit_ends_a_decoder_that_nobody_watches(registry: ChildRegistry) -> None:
    child = registry.spawn_command(
        python(_FREE + _LOAD + _GIVE_UP.replace(", 5)", ", 1)") + "while True: pass")
    )
    assert child.wait(60) in (-signal.SIGXCPU, -signal.SIGKILL)
    assert child.stdin is not None and child.stdout is not None
    child.stdin.close()
    child.stdout.close()


def test_memory_beyond_the_limit_is_not_given(registry: ChildRegistry) -> None:
    code = "try:\n    bytearray(300 << 20)\nexcept MemoryError:\n    os.write(1, b'refused')\n"
    done = subprocess.run(python(_CONFINED + code), stdout=subprocess.PIPE)
    assert done.stdout == b"refused"


_DONE = "frame(8)"
_FOUND = "frame(3, b'image/png')"
LIES: list[tuple[str, str, Misbehaviour]] = [
    ("a giant frame", "say(b'\\x05\\xff\\xff\\xff\\xff')", Misbehaviour.FRAME_TOO_LARGE),
    ("one byte too many", "say(struct.pack('>BI', 5, (1 << 20) + 1))", Misbehaviour.FRAME_TOO_LARGE),
    ("an unknown frame", "say(frame(0x55))", Misbehaviour.UNKNOWN_FRAME),
    ("our own kind of frame", "say(frame(0x82, b'x'))", Misbehaviour.UNKNOWN_FRAME),
    ("ready again", "say(frame(1, bytes(4)))", Misbehaviour.UNKNOWN_FRAME),
    ("a short need", "say(frame(2, b'x'))", Misbehaviour.MALFORMED),
    ("an empty need", "say(frame(2, struct.pack('>QI', 0, 0)))", Misbehaviour.NEED_OUT_OF_RANGE),
    ("a need beyond the end", "say(frame(2, struct.pack('>QI', 4, 2)))", Misbehaviour.NEED_OUT_OF_RANGE),
    ("a negative offset", "say(frame(2, struct.pack('>qI', -1, 1)))", Misbehaviour.NEED_OUT_OF_RANGE),
    ("a negative length", "say(frame(2, struct.pack('>Qi', 0, -1)))", Misbehaviour.NEED_OUT_OF_RANGE),
    (
        "endless needs",
        "while True:\n    say(frame(2, struct.pack('>QI', 0, 1)))\n    sys.stdin.buffer.read1(6)",
        Misbehaviour.TOO_MANY_NEEDS,
    ),
    ("nothing found", f"say({_DONE})", Misbehaviour.OUT_OF_TURN),
    ("found twice", f"say({_FOUND}, {_FOUND})", Misbehaviour.OUT_OF_TURN),
    ("a bad media type", "say(frame(3, b'<b>/x'))", Misbehaviour.BAD_MEDIA_TYPE),
    ("a long media type", "say(frame(3, b'a/' + b'b' * 200))", Misbehaviour.BAD_MEDIA_TYPE),
    ("a field too early", "say(frame(4, b'\\x05titlex'))", Misbehaviour.OUT_OF_TURN),
    ("an empty field", f"say({_FOUND}, frame(4))", Misbehaviour.BAD_FIELD),
    ("a cut field", f"say({_FOUND}, frame(4, b'\\x09title'))", Misbehaviour.BAD_FIELD),
    ("an unknown field", f"say({_FOUND}, frame(4, b'\\x05otherx'))", Misbehaviour.BAD_FIELD),
    ("a field without value", f"say({_FOUND}, frame(4, b'\\x05title'))", Misbehaviour.BAD_FIELD),
    ("a long value", f"say({_FOUND}, frame(4, b'\\x05title' + b'x' * 1001))", Misbehaviour.BAD_FIELD),
    ("a huge value", f"say({_FOUND}, frame(4, b'\\x05title' + b'x' * 900000))", Misbehaviour.BAD_FIELD),
    ("no such place", f"say({_FOUND}, frame(4, b'\\x0cgps.latitude91.0'))", Misbehaviour.BAD_FIELD),
    ("not a number", f"say({_FOUND}, frame(4, b'\\x0cgps.latitudenan'))", Misbehaviour.BAD_FIELD),
    ("a negative count", f"say({_FOUND}, frame(4, b'\\x05pages-1'))", Misbehaviour.BAD_FIELD),
    ("no such day", f"say({_FOUND}, frame(4, b'\\x07created2021-02-30'))", Misbehaviour.BAD_FIELD),
    ("a control character", f"say({_FOUND}, frame(4, b'\\x05titlea\\x1b[2Jb'))", Misbehaviour.BAD_FIELD),
    (
        "a turned direction",
        f"say({_FOUND}, frame(4, b'\\x05title' + '\\u202egpj'.encode()))",
        Misbehaviour.BAD_FIELD,
    ),
    ("not UTF-8 in a field", f"say({_FOUND}, frame(4, b'\\x05title\\xff'))", Misbehaviour.BAD_FIELD),
    ("endless fields", f"say({_FOUND}, *[frame(4, b'\\x05titlex')] * 300)", Misbehaviour.TOO_MUCH_OUTPUT),
    ("unasked text", f"say({_FOUND}, frame(5, b'x'))", Misbehaviour.TOO_MUCH_OUTPUT),
    ("unasked pixels", f"say({_FOUND}, frame(6, bytes(9)))", Misbehaviour.OUT_OF_TURN),
    ("a full ending", f"say({_FOUND}, frame(8, b'x'))", Misbehaviour.MALFORMED),
    ("an unknown failure", "say(frame(9, b'\\x63'))", Misbehaviour.MALFORMED),
    ("a failure without a reason", "say(frame(9))", Misbehaviour.MALFORMED),
]
PIXEL_LIES: list[tuple[str, str, Misbehaviour]] = [
    ("too wide", "say(frame(6, struct.pack('>IIB', 17, 16, 1)))", Misbehaviour.WRONG_SHAPE),
    ("too tall", "say(frame(6, struct.pack('>IIB', 16, 17, 1)))", Misbehaviour.WRONG_SHAPE),
    ("huge", "say(frame(6, struct.pack('>IIB', 2**32 - 1, 2**32 - 1, 1)))", Misbehaviour.WRONG_SHAPE),
    ("empty", "say(frame(6, struct.pack('>IIB', 0, 16, 1)))", Misbehaviour.WRONG_SHAPE),
    ("negative", "say(frame(6, struct.pack('>iIB', -1, 16, 1)))", Misbehaviour.WRONG_SHAPE),
    ("half complete", "say(frame(6, struct.pack('>IIB', 16, 16, 2)))", Misbehaviour.WRONG_SHAPE),
    ("a short shape", "say(frame(6, b'x'))", Misbehaviour.MALFORMED),
    ("pixels first", "say(frame(7, bytes(4)))", Misbehaviour.OUT_OF_TURN),
    (
        "two shapes",
        "say(*[frame(6, struct.pack('>IIB', 1, 1, 1))] * 2)",
        Misbehaviour.OUT_OF_TURN,
    ),
    (
        "too many pixels",
        "say(frame(6, struct.pack('>IIB', 1, 1, 1)), frame(7, bytes(5)))",
        Misbehaviour.TOO_MUCH_OUTPUT,
    ),
    (
        "too few pixels",
        "say(frame(6, struct.pack('>IIB', 2, 1, 1)), frame(7, bytes(4)), frame(8))",
        Misbehaviour.WRONG_SHAPE,
    ),
    ("no pixels", "say(frame(8))", Misbehaviour.WRONG_SHAPE),
    ("empty pixels", "say(frame(6, struct.pack('>IIB', 1, 1, 1)), frame(7))", Misbehaviour.TOO_MUCH_OUTPUT),
    ("text instead", "say(frame(5, b'x'))", Misbehaviour.OUT_OF_TURN),
]
TEXT_LIES: list[tuple[str, str, Misbehaviour]] = [
    ("not UTF-8", "say(frame(5, b'\\xff'))", Misbehaviour.BAD_TEXT),
    ("a control character", "say(frame(5, b'a\\x1b[2J'))", Misbehaviour.BAD_TEXT),
    ("an empty piece", "say(frame(5))", Misbehaviour.BAD_TEXT),
    ("too long", "say(frame(5, b'x' * 101))", Misbehaviour.TOO_MUCH_OUTPUT),
    ("too long in pieces", "say(*[frame(5, b'x')] * 101)", Misbehaviour.TOO_MUCH_OUTPUT),
    ("a field instead", "say(frame(4, b'\\x05titlex'))", Misbehaviour.OUT_OF_TURN),
]


def _assert_refused(spawn: Sequence, ask: str, reason: Misbehaviour) -> None:
    decoder = Decoder(spawn, PATIENT)
    with pytest.raises(DecoderMisbehaved) as refusal:
        if ask == "probe":
            decoder.probe(Bytes(b"hello"), "text/plain")
        elif ask == "picture":
            decoder.picture(Bytes(b"hello"), "image/png", 16)
        else:
            decoder.text(Bytes(b"hello"), "text/plain", 100)
    assert refusal.value.reason is reason
    assert str(refusal.value) == f"decoder-misbehaved reason={reason}"
    assert spawn.started[0].returncode == -signal.SIGKILL
    decoder.close()


@pytest.mark.parametrize(
    ("ask", "act", "reason"),
    [
        *(pytest.param("probe", act, reason, id=name) for name, act, reason in LIES),
        *(pytest.param("picture", act, reason, id=f"pixels: {name}") for name, act, reason in PIXEL_LIES),
        *(pytest.param("text", act, reason, id=f"text: {name}") for name, act, reason in TEXT_LIES),
    ],
)
def test_a_decoder_that_lies_is_refused_and_replaced(
    ask: str, act: str, reason: Misbehaviour, registry: ChildRegistry
) -> None:
    _assert_refused(Sequence(registry, lying(act)), ask, reason)


@pytest.mark.parametrize(
    ("ready", "reason"),
    [
        ("say(frame(1, bytes((0, 2, 31, 7))))\n", Misbehaviour.WRONG_VERSION),
        ("say(frame(1, b''))\n", Misbehaviour.OUT_OF_TURN),
        ("say(frame(8))\n", Misbehaviour.OUT_OF_TURN),
        ("say(b'\\x01\\xff\\xff\\xff\\xff')\n", Misbehaviour.FRAME_TOO_LARGE),
    ],
)
def test_a_decoder_that_begins_wrongly_gets_no_file(
    ready: str, reason: Misbehaviour, registry: ChildRegistry
) -> None:
    _assert_refused(Sequence(registry, lying("", ready=ready)), "text", reason)


def test_an_attack_between_honest_requests_costs_only_itself(registry: ChildRegistry) -> None:
    spawn = Sequence(registry, lying("say(frame(0x55))"), decoder_command(PATIENT))
    decoder = Decoder(spawn, PATIENT)
    with pytest.raises(DecoderMisbehaved):
        decoder.text(Bytes(b"hello"), "text/plain", 100)
    assert decoder.text(Bytes(b"hello"), "text/plain", 100) == "hello"
    assert len(spawn.started) == 2
    decoder.close()


def test_locking_stops_a_decoder_that_hangs(registry: ChildRegistry) -> None:
    decoder = Decoder(Sequence(registry, lying("os.write(1, frame(2, struct.pack('>QI', 0, 1)))")), PATIENT)
    asked = threading.Event()

    class Watched(Bytes):
        def read_at(self, offset: int, length: int) -> bytes:
            asked.set()
            return super().read_at(offset, length)

    failures: list[BaseException] = []

    def ask() -> None:
        try:
            decoder.text(Watched(b"hello"), "text/plain", 100)
        except DecodeError as failure:
            failures.append(failure)

    lane = threading.Thread(target=ask)
    lane.start()
    assert asked.wait(REAP_S)
    decoder.stop()
    lane.join(REAP_S)
    assert [type(failure) for failure in failures] == [DecoderStopped]
    assert registry.running == 0


def test_locking_through_the_registry_leaves_no_decoder(registry: ChildRegistry) -> None:
    decoder = decoder_in(registry, PATIENT)
    assert decoder.text(Bytes(b"hello"), "text/plain", 100) == "hello"
    assert registry.close(REAP_S) == 0
    with pytest.raises(ChildrenRefused):
        decoder.text(Bytes(b"hello"), "text/plain", 100)
    decoder.close()
    with pytest.raises(DecoderStopped):
        decoder.text(Bytes(b"hello"), "text/plain", 100)


# -- bombs and damage, through the real decoder ------------------------------------------------------------


def test_a_picture_bomb_is_too_demanding(decoder: Decoder) -> None:
    bomb = png_bomb(50_000)
    assert len(bomb) < 100_000
    for ask in (decoder.picture, decoder.thumbnail):
        with pytest.raises(FileTooDemanding):
            ask(Bytes(bomb), "image/png", 256)


def test_a_document_bomb_is_too_demanding(decoder: Decoder) -> None:
    bomb = docx("<w:p><w:r><w:t>" + "x" * (80 * MIB) + "</w:t></w:r></w:p>")
    assert len(bomb) < MIB
    with pytest.raises(FileTooDemanding):
        decoder.text(Bytes(bomb), DOCX, 1000)
    assert decoder.probe(Bytes(bomb), DOCX).find(FieldName.AUTHOR) == "Ann"


@pytest.mark.parametrize(
    "document",
    [
        '<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]><d>&b;</d>',
        '<!DOCTYPE d SYSTEM "file:///etc/passwd"><d/>',
        '<!DOCTYPE d [<!ENTITY a SYSTEM "file:///etc/passwd">]><d>&a;</d>',
    ],
    ids=["expanding", "external", "reading"],
)
def test_entities_are_refused(document: str, decoder: Decoder) -> None:
    file = zipped({"[Content_Types].xml": "<Types/>", "word/document.xml": document})
    with pytest.raises(FileNotUnderstood):
        decoder.text(Bytes(file), DOCX, 1000)


def test_a_deep_document_is_too_demanding(decoder: Decoder) -> None:
    with pytest.raises(FileTooDemanding):
        decoder.text(Bytes(docx("<a>" * 100_000 + "</a>" * 100_000)), DOCX, 1000)


def test_a_huge_text_is_read_only_as_far_as_asked(decoder: Decoder) -> None:
    big = Bytes(b"word " * (4 * MIB))
    assert decoder.text(big, "text/plain", 1000) == "word " * 200
    assert sum(length for _, length in big.asked) <= MIB


def test_a_claimed_terabyte_is_harmless(decoder: Decoder) -> None:
    for media_type in ("image/jpeg", "application/pdf", DOCX, "video/mp4", "audio/mpeg"):
        try:
            decoder.probe(Claimed(1 << 40), media_type)
        except DecodeError as failure:
            assert not isinstance(failure, DecoderMisbehaved)


@pytest.mark.parametrize("media_type", sorted(SMALL_FILES))
@settings(max_examples=25)
@given(data=st.data())
def test_damage_is_never_more_than_a_typed_failure(
    media_type: str, data: st.DataObject, decoder: Decoder
) -> None:
    original = SMALL_FILES[media_type]()
    damaged = bytearray(original[: data.draw(st.integers(1, len(original)))])
    for _ in range(data.draw(st.integers(0, 8))):
        damaged[data.draw(st.integers(0, len(damaged) - 1))] = data.draw(st.integers(0, 255))
    reader = Bytes(bytes(damaged))
    for ask in (
        lambda: decoder.probe(reader, media_type, 500),
        lambda: decoder.thumbnail(reader, media_type, 64),
        lambda: decoder.text(reader, media_type, 500),
    ):
        try:
            ask()
        except DecodeError as failure:
            # The honest decoder never breaks its own protocol, whatever the file.
            assert not isinstance(failure, (DecoderMisbehaved, DecoderTimedOut))


def test_damaged_files_of_the_real_world_are_survived(samples_dir: Path, decoder: Decoder) -> None:
    names = sorted([*samples_dir.glob("photos-damaged/*"), *samples_dir.glob("documents-damaged/*")])
    assert names
    outcomes = {}
    for path in names:
        reader = Bytes(path.read_bytes())
        media_type = media_type_of(reader.data, path.suffix)
        for ask in (decoder.picture, decoder.thumbnail):
            try:
                outcomes[path.name] = ask(reader, media_type, 256).complete
            except DecodeError as failure:
                outcomes[path.name] = failure.code
        decoder.probe(reader, media_type)
    assert outcomes["encryption_openpassword.pdf"] == "decode-protected"
    assert set(outcomes.values()) <= {True, False, "decode-protected", "decode-damaged", "decode-unsupported"}
