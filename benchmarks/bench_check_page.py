"""How fast check.html checks a bundle in headless Chromium; asserts nothing.

    python benchmarks/bench_check_page.py [MIB]

One bundle of files of 4 MiB, which the browser hashes as wholes, one of a single large file, which goes
through the page's own digests in workers, and one of a thousand small files. Seconds are those on the clock;
beside them stands the processor time of all processes of the browser, which other programs do not change.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from hrd_desktop.domain.export import PlainFolder
from tests.browser.check_page import check
from tests.browser.chromium import Browser
from tests.unit.bundle.bundle_trees import make_source


def processor_seconds(folder: Path) -> float:
    """The time that all processes with this profile folder have used so far."""
    ticks = 0
    for process in Path("/proc").iterdir():
        try:
            if f"--user-data-dir={folder}".encode() not in (process / "cmdline").read_bytes():
                continue
            ticks += sum(map(int, (process / "stat").read_text().rpartition(")")[2].split()[11:13]))
        except OSError:
            continue
    return ticks / os.sysconf("SC_CLK_TCK")


def main(mib: int) -> None:
    """Check three bundles, each of about ``mib`` MiB, in one browser."""
    print(f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    kinds = {
        f"{mib // 4} files of 4 MiB": [4 << 20] * (mib // 4),
        f"one file of {mib} MiB": [mib << 20],
        "1000 files of 10 KiB": [10 << 10] * 1000,
    }
    with tempfile.TemporaryDirectory() as name:
        browser = Browser(Path(name) / "browser")
        try:
            for title, sizes in kinds.items():
                out = Path(name) / title.replace(" ", "-")
                out.mkdir()
                folder = make_source(*map(os.urandom, sizes)).write(out, PlainFolder()).path
                browser.open(folder / "check.html")
                before, started = processor_seconds(Path(name) / "browser/profile"), time.perf_counter()
                verdict = check(browser, "folder", folder, seconds=3600)
                seconds = time.perf_counter() - started
                used = processor_seconds(Path(name) / "browser/profile") - before
                rate = sum(sizes) / (1 << 20) / seconds
                print(
                    f"{title:<22} {verdict.state} {seconds:7.2f} s {rate:6.0f} MiB/s, processor {used:6.2f} s"
                )
        finally:
            browser.close()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 128)
