"""Argon2id in its own process: right, bounded, reaped whatever happens, and its failures told apart."""

from __future__ import annotations

import subprocess
import sys
import time
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from hypothesis import given
from hypothesis import strategies as st

from hrd_desktop.crypto.kdf import MINIMUM, KdfParameters, calibrate, choose_parameters, stretch
from hrd_desktop.crypto.kdf_frames import pack_answer, pack_request
from hrd_desktop.domain.errors.base import Cancelled
from hrd_desktop.domain.errors.process import ChildNotStarted
from hrd_desktop.domain.errors.vault import KdfFailedError, KdfParametersError, NotEnoughMemoryError
from hrd_desktop.domain.progress import CancelToken
from hrd_desktop.process.spawn import isolated_command, spawn_command, spawn_isolated

CHILD = "hrd_desktop.crypto.kdf_child"
SALT = bytes(range(32))
SECRET = b"correct horse"
linux = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")


class Starter:
    """Starts a shell script in place of, or around, the child, and keeps it for a look afterwards."""

    def __init__(self, script: str) -> None:
        self.script = script
        self.children: list[subprocess.Popen[bytes]] = []

    def __call__(self, module: str, /) -> subprocess.Popen[bytes]:
        self.children.append(spawn_command(["sh", "-c", self.script, "sh", *isolated_command(module)]))
        return self.children[-1]

    @property
    def all_reaped(self) -> bool:
        return all(child.returncode is not None for child in self.children)


def test_it_is_argon2id() -> None:
    parameters = KdfParameters(65_536, 2, 3)
    expected = Argon2id(salt=SALT, length=32, iterations=2, lanes=3, memory_cost=65_536).derive(SECRET)
    assert stretch(SECRET, SALT, parameters) == expected


def test_the_longest_secret_is_taken_whole() -> None:
    secret = bytes(range(1, 129)) * 32
    expected = Argon2id(salt=SALT, length=32, iterations=1, lanes=1, memory_cost=65_536).derive(secret)
    assert stretch(secret, SALT, MINIMUM, cancel=CancelToken()) == expected


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        (KdfParameters(65_535, 1, 1), "memory"),
        (KdfParameters(4_194_305, 1, 1), "memory"),
        (KdfParameters(65_536, 0, 1), "passes"),
        (KdfParameters(65_536, 65, 1), "passes"),
        (KdfParameters(65_536, 1, 0), "lanes"),
        (KdfParameters(65_536, 1, 17), "lanes"),
    ],
)
def test_parameters_out_of_bounds_start_nothing(parameters: KdfParameters, named: str) -> None:
    starter = Starter("exit 0")
    with pytest.raises(KdfParametersError) as failure:
        stretch(SECRET, SALT, parameters, spawn=starter)
    assert failure.value.fields == {"parameter": named}
    assert starter.children == []


@pytest.mark.parametrize("parameters", [KdfParameters(65_536, 1, 1), KdfParameters(4_194_304, 64, 16)])
def test_the_bounds_themselves_are_permitted(parameters: KdfParameters) -> None:
    parameters.verify_bounds()


@pytest.mark.parametrize("secret", [b"", bytes(4097)])
def test_a_secret_of_another_length_is_a_mistake_of_the_caller(secret: bytes) -> None:
    with pytest.raises(ValueError, match="length"):
        stretch(secret, SALT, MINIMUM)


@linux
def test_memory_that_the_system_refuses_is_told_as_such() -> None:
    starter = Starter('ulimit -v 400000; exec "$@"')
    with pytest.raises(NotEnoughMemoryError) as failure:
        stretch(SECRET, SALT, KdfParameters(524_288, 1, 4), spawn=starter)
    assert failure.value.fields == {"needed_kib": 524_288}
    assert starter.all_reaped


def test_a_child_killed_for_want_of_memory_is_told_as_such() -> None:
    starter = Starter("cat > /dev/null; kill -9 $$")
    with pytest.raises(NotEnoughMemoryError):
        stretch(SECRET, SALT, MINIMUM, spawn=starter)
    assert starter.all_reaped


@pytest.mark.parametrize(
    ("script", "status"),
    [
        ("exit 3", 3),
        ("cat > /dev/null", 0),
        ("cat > /dev/null; printf abc", 0),
        ("cat > /dev/null; head -c 33 /dev/zero", 0),
        ("cat > /dev/null; head -c 34 /dev/zero | tr '\\0' '\\1'", 0),
        ("cat > /dev/null; kill -TERM $$", -15),
    ],
    ids=["ends at once", "says nothing", "half an answer", "unknown status", "too much", "killed by another"],
)
def test_any_other_end_is_a_failure_of_the_derivation(script: str, status: int) -> None:
    starter = Starter(script)
    with pytest.raises(KdfFailedError) as failure:
        stretch(SECRET, SALT, MINIMUM, spawn=starter)
    assert failure.value.fields == {"status": status}
    assert starter.all_reaped


def test_no_memory_for_the_child_itself() -> None:
    def refuse(module: str, /) -> subprocess.Popen[bytes]:
        raise ChildNotStarted(12)

    with pytest.raises(NotEnoughMemoryError):
        stretch(SECRET, SALT, MINIMUM, spawn=refuse)


def test_another_reason_not_to_start_is_passed_on() -> None:
    def refuse(module: str, /) -> subprocess.Popen[bytes]:
        raise ChildNotStarted(2)

    with pytest.raises(ChildNotStarted):
        stretch(SECRET, SALT, MINIMUM, spawn=refuse)


def test_cancelling_ends_the_child() -> None:
    starter = Starter("exec sleep 600")
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        stretch(SECRET, SALT, MINIMUM, spawn=starter, cancel=cancel)
    assert starter.children[0].returncode == -9


def test_a_child_killed_by_whoever_cancels_is_cancelled() -> None:
    cancel = CancelToken()

    def spawn(module: str, /) -> subprocess.Popen[bytes]:
        child = spawn_command(["sleep", "600"])
        child.kill()
        # As a lock does: the child first, the token a moment later.
        child.wait()
        cancel.cancel()
        return child

    with pytest.raises(Cancelled):
        stretch(SECRET, SALT, MINIMUM, spawn=spawn, cancel=cancel)


def test_an_exception_in_the_program_ends_the_child() -> None:
    class Interrupting(CancelToken):
        def raise_if_cancelled(self) -> None:
            raise KeyboardInterrupt

    starter = Starter("exec sleep 600")
    with pytest.raises(KeyboardInterrupt):
        stretch(SECRET, SALT, MINIMUM, spawn=starter, cancel=Interrupting())
    child = starter.children[0]
    assert child.returncode == -9
    assert child.stdin is not None and child.stdin.closed
    assert child.stdout is not None and child.stdout.closed


@linux
def test_the_child_offers_itself_first_when_memory_runs_out() -> None:
    child = spawn_isolated(CHILD)
    try:
        score = Path(f"/proc/{child.pid}/oom_score_adj")
        deadline = time.monotonic() + 60
        while score.read_text() != "1000\n" and time.monotonic() < deadline:
            time.sleep(0.01)
        assert score.read_text() == "1000\n"
    finally:
        child.kill()
        child.communicate()


@pytest.mark.parametrize(
    "end", [0, 3, 52, 60], ids=["nothing", "part of the head", "head", "part of the secret"]
)
def test_the_child_does_not_answer_half_a_request(end: int) -> None:
    child = spawn_isolated(CHILD)
    output, _ = child.communicate(pack_request(65_536, 1, 1, SALT, SECRET)[:end])
    assert output == b""
    assert child.returncode != 0


def test_the_child_does_not_believe_a_length() -> None:
    request = bytearray(pack_request(65_536, 1, 1, SALT, SECRET))
    request[12:16] = (1 << 31).to_bytes(4, "little")
    child = spawn_isolated(CHILD)
    output, _ = child.communicate(bytes(request))
    assert (output, child.returncode) == (b"", 1)


@linux
def test_the_secret_is_in_no_argument_and_no_environment(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    starter = Starter(f'cat /proc/$$/environ /proc/$$/cmdline > "{seen}"; exec "$@"')
    stretch(SECRET, SALT, MINIMUM, spawn=starter)
    assert CHILD.encode() in seen.read_bytes()
    assert SECRET not in seen.read_bytes()


def test_a_failure_does_not_hold_the_secret() -> None:
    with pytest.raises(KdfFailedError) as failure:
        stretch(SECRET, SALT, MINIMUM, spawn=Starter("exit 3"))
    told = [str(failure.value), repr(failure.value), *traceback.format_exception(failure.value)]
    assert not any("correct" in words for words in told)


def machine(seconds_per_gib: float, limit_kib: int = 1 << 40) -> Callable[[KdfParameters], float]:
    """A machine of that speed, with that much memory and the start of a child at 0.05 s."""

    def measure(parameters: KdfParameters) -> float:
        parameters.verify_bounds()
        if parameters.memory_kib > limit_kib:
            raise NotEnoughMemoryError(needed_kib=parameters.memory_kib)
        return 0.05 + seconds_per_gib * parameters.passes * parameters.memory_kib / 2**20

    return measure


@given(st.integers(0, 2**40), st.floats(0.05, 100))
def test_chosen_parameters_keep_their_promises(free_bytes: int, speed: float) -> None:
    measure = machine(speed)
    chosen = choose_parameters(free_bytes, measure)
    assert chosen.lanes == 4
    assert 131_072 <= chosen.memory_kib <= 524_288
    assert chosen.memory_kib <= max(131_072, free_bytes // 2048)
    if chosen.memory_kib > 131_072 or chosen.passes > 1:
        assert measure(chosen) <= 2.0
    if chosen.passes < 64:
        assert measure(chosen) >= 1.0


@pytest.mark.parametrize(
    ("free_gib", "speed", "expected"),
    [
        (24, 2.0, KdfParameters(524_288, 1, 4)),
        (24, 1.0, KdfParameters(524_288, 2, 4)),
        (24, 0.1, KdfParameters(524_288, 23, 4)),
        (24, 6.0, KdfParameters(262_144, 1, 4)),
        (24, 60.0, KdfParameters(131_072, 1, 4)),
        (0.5, 1.0, KdfParameters(262_144, 4, 4)),
        (0, 2.0, KdfParameters(131_072, 4, 4)),
    ],
)
def test_memory_comes_first(free_gib: float, speed: float, expected: KdfParameters) -> None:
    assert choose_parameters(int(free_gib * 2**30), machine(speed)) == expected


def test_memory_that_is_not_to_be_had_is_halved() -> None:
    assert choose_parameters(2**36, machine(2.0, limit_kib=300_000)).memory_kib == 262_144
    with pytest.raises(NotEnoughMemoryError):
        choose_parameters(2**36, machine(2.0, limit_kib=100_000))


def test_calibration_measures_whole_derivations_in_children() -> None:
    times = iter([0.0, 0.6, 10.0, 11.5])
    answer = "".join(f"\\{byte:03o}" for byte in pack_answer(1))
    starter = Starter(f"cat > /dev/null; printf '{answer}'")
    assert calibrate(2**36, lambda: next(times), spawn=starter) == KdfParameters(524_288, 2, 4)
    assert len(starter.children) == 2
    assert starter.all_reaped
