"""What every test may count on: samples, a home of its own, no stray warning in the log."""

from __future__ import annotations

import logging
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.mould import Mould

PROJECT = Path(__file__).resolve().parent.parent
MEMORY = Path("/dev/shm")
ROOM_IN_MEMORY = 4 << 30

settings.register_profile(
    "default",
    max_examples=30,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
# The same examples on every run, so that a failure in the pipeline is the change's own.
settings.register_profile("ci", settings.get_profile("default"), derandomize=True, database=None)
settings.register_profile("full", settings.get_profile("default"), max_examples=1_000)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--full`: every fault at every place, instead of the sample that `make test` tries."""
    parser.addoption("--full", action="store_true", help="enumerate every fault instead of a sample")


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples a property is tried with, and where the tests' folders are.

    They are in memory where there is room: a vault synchronises often, and a disk is slow at it. What needs
    a real disk or a full one mounts its own (tests/faults).
    """
    everyday = "ci" if os.environ.get("CI") else "default"
    settings.load_profile("full" if config.getoption("--full") else everyday)
    if os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free >= ROOM_IN_MEMORY:
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", str(MEMORY))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """What the long proofs measured (`record_property("figure", …)`): for docs/reliability.md."""
    reports = terminalreporter.stats.get("passed", []) + terminalreporter.stats.get("failed", [])
    figures = [value for report in reports for name, value in report.user_properties if name == "figure"]
    if figures:
        terminalreporter.section("figures")
        for figure in sorted(figures):
            terminalreporter.line(figure)


@pytest.fixture(scope="session")
def full(request: pytest.FixtureRequest) -> bool:
    """Whether the whole enumeration was asked for."""
    return bool(request.config.getoption("--full"))


@pytest.fixture(scope="session")
def project() -> Path:
    """The project's root folder."""
    return PROJECT


@pytest.fixture(scope="session")
def samples_dir() -> Path:
    """Real photographs, documents, video and sound, where they are present beside the project."""
    samples = PROJECT.parent / "shared" / "samples"
    if not samples.is_dir():
        pytest.skip("the sample files are not on this machine")
    return samples


@pytest.fixture(scope="session")
def mould(tmp_path_factory: pytest.TempPathFactory) -> Mould:
    """New vaults for tests that need one, and not the making of it."""
    return Mould(tmp_path_factory.mktemp("mould"))


@pytest.fixture
def tmp_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home with all its XDG folders and its own temporary folder; nothing points outside it."""
    home = tmp_path / "home"
    folders = {
        "HOME": home,
        "XDG_CONFIG_HOME": home / ".config",
        "XDG_DATA_HOME": home / ".local" / "share",
        "XDG_STATE_HOME": home / ".local" / "state",
        "XDG_CACHE_HOME": home / ".cache",
        "XDG_RUNTIME_DIR": home / "run",
        "TMPDIR": home / "tmp",
    }
    for name, folder in folders.items():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        monkeypatch.setenv(name, str(folder))
    for name in [name for name in os.environ if name.startswith("XDG_") and name not in folders]:
        monkeypatch.delenv(name)
    assert Path.home() == home
    yield home
    for name, folder in folders.items():
        assert os.environ[name] == str(folder), f"the test changed {name}"


@pytest.fixture(autouse=True)
def no_stray_log(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """A warning in the log fails the test; one that expects it checks `caplog` and clears it."""
    yield
    stray = [record for record in caplog.get_records("call") if record.levelno >= logging.WARNING]
    assert not stray, f"unexpected in the log: {[(record.name, record.getMessage()) for record in stray]}"


def can_trace() -> bool:
    """Whether strace is there and the system lets it trace."""
    strace = shutil.which("strace")
    return (
        strace is not None and subprocess.run([strace, "-o", os.devnull, "true"], check=False).returncode == 0
    )


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long proofs are left to `--full`; tests marked `root` or `strace` are skipped where they cannot run."""
    if not config.getoption("--full"):
        long = [item for item in items if item.get_closest_marker("gate")]
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if not item.get_closest_marker("gate")]
    lacking = []
    if os.geteuid() != 0:
        lacking.append(("root", "needs root"))
    if any(item.get_closest_marker("strace") for item in items) and not can_trace():
        lacking.append(("strace", "needs strace and the right to trace"))
    for mark, reason in lacking:
        for item in items:
            if item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=reason))
