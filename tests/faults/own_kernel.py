"""A small machine with a kernel of its own, for file systems that the kernel of this one does not know.

It is run by QEMU without any help of the processor, so it is slow and needs no rights. The whole file system
of this computer is seen there, read-only, so the environment of the tests is used as it is; one folder can be
written. The kernel is Debian's: ``/boot`` and ``/lib/modules`` of this computer, or those below
``HRD_TEST_KERNEL``, where the package *linux-image-amd64* was unpacked (``dpkg -x``).
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

#: What the machine loads, in any order; what these need is found.
MODULES = (
    "virtio_pci", "virtio_blk", "virtio_rng", "9p", "9pnet_virtio",
    "nls_cp437", "nls_ascii", "nls_iso8859-1", "nls_utf8", "vfat", "exfat",
)  # fmt: skip
TOOLS = ("qemu-system-x86_64", "busybox")
#: Until a job must have ended, seconds.
WAIT_S = 1_500
#: The written folder and the disk, as a job sees them.
JOB, DISK = "/dev/shm/job", "/dev/shm/disk"

_INIT = """#!/bin/busybox sh
b=/bin/busybox
$b mount -t proc proc /proc
$b mount -t devtmpfs dev /dev
while read -r module; do $b insmod "/modules/$module"; done < /order
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose host /host
$b mount -t proc proc /host/proc
$b mount -t devtmpfs dev /host/dev
$b mkdir -p /host/dev/shm
$b mount -t tmpfs shm /host/dev/shm
$b mkdir /host/dev/shm/job /host/dev/shm/disk
$b mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=none job /host/dev/shm/job
$b chroot /host /bin/sh /dev/shm/job/job.sh > /host/dev/shm/job/said 2>&1
echo $? > /host/dev/shm/job/code
$b umount /host/dev/shm/disk
$b sync
$b poweroff -f
"""


class OwnKernel:
    """Start a machine for each job. ``folder`` is empty and becomes the one that is written."""

    def __init__(self, folder: Path, root: Path) -> None:
        self.job = folder / "job"
        self.job.mkdir(parents=True)
        self._start = folder / "start.gz"
        self._kernel = _newest(root / "boot")
        release = self._kernel.name.removeprefix("vmlinuz-")
        _pack(folder / "start", root / "lib" / "modules" / release, self._start)

    def run(
        self,
        command: Sequence[str],
        disk: Path,
        kind: str,
        *,
        cut_when: Callable[[], bool] | None = None,
    ) -> tuple[int | None, str]:
        """Run a command there with ``disk`` mounted at :data:`DISK`: its exit code, and all it said.

        ``cut_when`` is asked again and again; when it says so, the machine loses its power, what it had not
        written is gone, and there is no exit code.
        """
        for name in ("code", "said"):
            (self.job / name).unlink(missing_ok=True)
        environment = {
            "PATH": "/usr/sbin:/usr/bin:/sbin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONDONTWRITEBYTECODE": "1",
            "TMPDIR": "/dev/shm",
        }
        lines = [
            f"mount -t {kind} -o umask=077 /dev/vda {DISK} || exit 99",
            f"cd {shlex.quote(os.getcwd())}",
            "exec env -i "
            + " ".join(shlex.quote(f"{name}={value}") for name, value in environment.items())
            + " "
            + shlex.join(command),
        ]
        (self.job / "job.sh").write_text("\n".join(lines) + "\n", encoding="utf-8")
        machine = subprocess.Popen(
            self._machine(disk), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        began = time.monotonic()
        try:
            while machine.poll() is None and time.monotonic() - began < WAIT_S:
                if cut_when is not None and cut_when():
                    break
                time.sleep(0.02)
        finally:
            machine.kill()
            console = machine.communicate()[0].decode("utf-8", "replace")
        said, code = self.job / "said", self.job / "code"
        text = said.read_text("utf-8", "replace") if said.exists() else console
        return (int(code.read_text()) if code.exists() and code.read_text().strip() else None), text

    def _machine(self, disk: Path) -> list[str]:
        shared = "local,security_model=none,multidevs=remap"
        return [
            "qemu-system-x86_64", "-accel", "tcg", "-cpu", "max", "-m", "1536", "-smp", "1",
            "-nographic", "-no-reboot", "-net", "none",
            "-kernel", str(self._kernel), "-initrd", str(self._start),
            "-append", "console=ttyS0 quiet panic=-1",
            "-fsdev", f"{shared},id=host,path=/,readonly=on",
            "-device", "virtio-9p-pci,fsdev=host,mount_tag=host",
            "-fsdev", f"{shared},id=job,path={self.job}",
            "-device", "virtio-9p-pci,fsdev=job,mount_tag=job",
            "-drive", f"file={disk},format=raw,if=virtio,cache=unsafe",
            "-device", "virtio-rng-pci",
        ]  # fmt: skip


def own_kernel_or_skip(folder: Path) -> OwnKernel:
    """A machine, or the test is skipped with what is missing."""
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    root = Path(os.environ.get("HRD_TEST_KERNEL", "/"))
    if sys.platform != "linux" or not list((root / "boot").glob("vmlinuz-*")):
        pytest.skip("there is no kernel image (linux-image-amd64)")
    return OwnKernel(folder, root)


def _newest(boot: Path) -> Path:
    return max(boot.glob("vmlinuz-*"), key=lambda path: path.stat().st_mtime)


def _pack(folder: Path, modules: Path, target: Path) -> None:
    """The first file system of the machine: busybox, the modules in the order of their needs, ``init``."""
    for name in ("bin", "modules", "proc", "dev", "host"):
        (folder / name).mkdir(parents=True)
    shutil.copy(str(shutil.which("busybox")), folder / "bin" / "busybox")
    order: list[str] = []
    needs: dict[str, tuple[str, list[str]]] = {}
    for line in (modules / "modules.dep").read_text("ascii").splitlines():
        path, _, rest = line.partition(":")
        needs[Path(path).name.partition(".")[0]] = (path, rest.split())
    for name in MODULES:
        if name not in needs:
            continue  # built in
        path, before = needs[name]
        for each in (*reversed(before), path):
            if Path(each).name not in order:
                shutil.copy(modules / each, folder / "modules")
                order.append(Path(each).name)
    (folder / "order").write_text("\n".join(order) + "\n", encoding="ascii")
    init = folder / "init"
    init.write_text(_INIT, encoding="ascii")
    init.chmod(0o755)
    names = "".join(f"{path.relative_to(folder)}\n" for path in sorted(folder.rglob("*")))
    archive = subprocess.run(
        ["busybox", "cpio", "-o", "-H", "newc"],
        input=names.encode(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        check=True,
    )
    target.write_bytes(archive.stdout)
