"""A backup folder goes through the engines that people use already, and comes back whole.

They are real programs, started here on this computer only; the traffic is theirs, and the program itself
opens no socket. One that is not installed is skipped by name: scripts/packages-test.txt has all but the S3
server, which is put under build/ by ``npm install --prefix build/engines s3rver``.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.e2e.cli import Place

pytestmark = [pytest.mark.gate]

SFTP_SERVER = Path("/usr/lib/openssh/sftp-server")
WAIT_S = 120
FILES = {"a.txt": b"said at the gate\n", "empty": b"", "b.bin": bytes(range(256)) * 2000}


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """A vault with a backup of two snapshots, in ``backup`` beside it."""
    place = Place(tmp_path_factory.mktemp("carried"))
    place.create()
    for number, (name, content) in enumerate(FILES.items()):
        place.original(name, content)
        if number:
            place.take(place.originals / name)
        place.opened("backup", backup_of(place), "--keep", "all")
    return place


def backup_of(place: Place) -> Path:
    return place.folder / "backup"


def needed(program: str) -> str:
    """The path of a program. Skips, by name, where it is not installed."""
    found = shutil.which(program)
    if found is None:
        pytest.skip(f"{program} is not installed")
    return found


def run(*command: str | Path, **environment: str) -> str:
    """One command of an engine, in a home of its own."""
    done = subprocess.run(
        [str(word) for word in command],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        capture_output=True,
        text=True,
        timeout=WAIT_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@contextmanager
def running(*command: str | Path, port: int, **environment: str) -> Iterator[None]:
    """A server of an engine on loopback, until it answers at ``port``; ended afterwards."""
    server = subprocess.Popen(
        [str(word) for word in command],
        env={"PATH": os.environ["PATH"], "LANG": "C.UTF-8", **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        wait_for(lambda: answers(port))
        yield
    finally:
        server.terminate()
        try:
            server.wait(10)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def answers(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


def wait_for(what: Callable[[], bool]) -> None:
    end = time.monotonic() + WAIT_S
    while not what():
        assert time.monotonic() < end, "it did not come"
        time.sleep(0.2)


def files_of(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not path.relative_to(folder).parts[0].startswith(".st")
    }


def assert_came_back(place: Place, back: Path) -> None:
    """Every file as it was, and the program says so too; a vault restored from it has what went in."""
    assert files_of(back) == files_of(backup_of(place))
    checked = place.opened("backup-check", "--json", vault=back).document
    assert checked["ok"] and len(checked["snapshots"]) >= 2
    restored = place.opened("restore", back.parent / "restored", "--json", vault=back).document
    assert restored["files"] == restored["items"] == len(FILES) - 1


def test_restic(carried: Place, tmp_path: Path) -> None:
    restic = needed("restic")
    _through_restic(restic, str(tmp_path / "repository"), carried, tmp_path)


def test_restic_over_sftp(carried: Place, tmp_path: Path) -> None:
    restic = needed("restic")
    if not SFTP_SERVER.exists():
        pytest.skip("openssh-sftp-server is not installed")
    repository = f"sftp:here:{tmp_path / 'repository'}"
    _through_restic(restic, repository, carried, tmp_path, "-o", f"sftp.command={SFTP_SERVER}")


def _through_restic(restic: str, repository: str, carried: Place, folder: Path, *more: str) -> None:
    home = {"HOME": str(folder), "RESTIC_PASSWORD": "of the engine"}
    base = (restic, *more, "--no-cache", "-r", repository)
    run(*base, "init", **home)
    run(*base, "backup", backup_of(carried), **home)
    run(*base, "check", "--read-data", **home)
    run(*base, "restore", "latest", "--target", folder / "out", **home)
    assert_came_back(carried, Path(f"{folder / 'out'}{backup_of(carried)}"))


def test_rclone_to_a_folder(carried: Place, tmp_path: Path) -> None:
    _through_rclone(needed("rclone"), str(tmp_path / "there"), carried, tmp_path)


def test_rclone_over_sftp(carried: Place, tmp_path: Path) -> None:
    rclone = needed("rclone")
    (tmp_path / "there").mkdir()
    port, home = free_port(), {"HOME": str(tmp_path), "RCLONE_CONFIG": str(tmp_path / "none")}
    secret = run(rclone, "obscure", "loopback", **home).strip()
    server = (rclone, "serve", "sftp", tmp_path / "there", "--addr", f"127.0.0.1:{port}")
    with running(*server, "--user", "me", "--pass", "loopback", port=port, **home):
        remote = f":sftp,host=127.0.0.1,port={port},user=me,pass={secret},disable_hashcheck=true:"
        _through_rclone(rclone, remote, carried, tmp_path)


def test_rclone_to_s3(carried: Place, tmp_path: Path, project: Path) -> None:
    rclone = needed("rclone")
    s3rver = project / "build" / "engines" / "node_modules" / ".bin" / "s3rver"
    if not s3rver.exists():
        pytest.skip("s3rver is not installed: npm install --prefix build/engines s3rver")
    (tmp_path / "there").mkdir()
    port = free_port()
    server = (s3rver, "-d", tmp_path / "there", "-a", "127.0.0.1", "-p", str(port))
    with running(*server, "--configure-bucket", "backups", port=port, HOME=str(tmp_path)):
        remote = (
            f":s3,provider=Other,access_key_id=S3RVER,secret_access_key=S3RVER,force_path_style=true,"
            f"endpoint='http://127.0.0.1:{port}':backups/mine"
        )
        # This server lists a folder in a folder only when everything is asked for at once.
        _through_rclone(rclone, remote, carried, tmp_path, "--fast-list")


def _through_rclone(rclone: str, remote: str, carried: Place, folder: Path, *more: str) -> None:
    home = {"HOME": str(folder), "RCLONE_CONFIG": str(folder / "none")}
    run(rclone, "sync", *more, backup_of(carried), remote, **home)
    run(rclone, "check", "--download", *more, backup_of(carried), remote, **home)
    run(rclone, "sync", *more, remote, folder / "back", **home)
    assert_came_back(carried, folder / "back")


def test_syncthing(carried: Place, tmp_path: Path) -> None:
    """Two of them, on loopback and without any announcement, carry the folder from one to the other."""
    syncthing = needed("syncthing")
    here, there = tmp_path / "here", tmp_path / "there"
    shutil.copytree(backup_of(carried), here)
    there.mkdir()
    homes = [tmp_path / "home-1", tmp_path / "home-2"]
    ports = [free_port(), free_port()]
    interfaces = [free_port(), free_port()]
    for home in homes:
        run(syncthing, "generate", "--home", home, "--no-default-folder", HOME=str(tmp_path))
    names = [_device_of(home) for home in homes]
    for number, folder in enumerate((here, there)):
        _configure(homes[number], folder, names, number, ports, interfaces[number])

    def serve(number: int) -> tuple[str | Path, ...]:
        return (syncthing, "serve", "--home", homes[number], "--no-browser", "--no-restart", "--no-upgrade")

    with (
        running(*serve(0), port=ports[0], HOME=str(tmp_path)),
        running(*serve(1), port=ports[1], HOME=str(tmp_path)),
    ):
        wait_for(lambda: files_of(there) == files_of(here))
    assert_came_back(carried, there)


def _device_of(home: Path) -> str:
    device = ET.parse(home / "config.xml").getroot().find("device")
    assert device is not None
    return device.attrib["id"]


def _configure(
    home: Path, folder: Path, names: list[str], number: int, ports: list[int], interface: int
) -> None:
    """Known to each other by address, and to nobody else."""
    tree = ET.parse(home / "config.xml")
    root = tree.getroot()
    for old in (*root.findall("folder"), *root.findall("device")):
        root.remove(old)
    for other, name in enumerate(names):
        device = ET.SubElement(root, "device", id=name, name=str(other))
        ET.SubElement(device, "address").text = f"tcp://127.0.0.1:{ports[other]}"
    shared = ET.SubElement(root, "folder", id="backup", path=str(folder), type="sendreceive")
    shared.attrib.update({"fsWatcherEnabled": "true", "rescanIntervalS": "5"})
    for name in names:
        ET.SubElement(shared, "device", id=name)
    gui = root.find("gui")
    options = root.find("options")
    assert gui is not None
    assert options is not None
    address = gui.find("address")
    assert address is not None
    address.text = f"127.0.0.1:{interface}"
    for name, value in {
        "listenAddress": f"tcp://127.0.0.1:{ports[number]}",
        "globalAnnounceEnabled": "false",
        "localAnnounceEnabled": "false",
        "relaysEnabled": "false",
        "natEnabled": "false",
        "urAccepted": "-1",
        "crashReportingEnabled": "false",
        "startBrowser": "false",
    }.items():
        for old in options.findall(name):
            options.remove(old)
        ET.SubElement(options, name).text = value
    tree.write(home / "config.xml")
