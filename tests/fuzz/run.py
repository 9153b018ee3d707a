"""Fuzz one target with atheris: ``python -m tests.fuzz.run TARGET --seconds 60 [--keep FOLDER]``.

Begins with the target's seeds and its corpus in the tree. A finding ends the run with a status that is not 0
and is written below ``--findings``. ``--keep`` collects the inputs that reached something new.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LONGEST_BYTES = 1 << 16
MEMORY_MIB = 2048
#: One input that takes longer than this is a finding: that is how a file stops a program.
SLOWEST_S = 20


def main() -> None:
    """Fuzz, and leave by the fuzzer's own exit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("target")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--findings", type=Path, default=Path(tempfile.gettempdir()))
    parser.add_argument("--keep", type=Path)
    chosen = parser.parse_args()

    import atheris

    with atheris.instrument_imports(include=["hrd_desktop"], enable_loader_override=False):
        from tests.fuzz.targets import TARGETS, load

    target = TARGETS[chosen.target]
    load()
    with tempfile.TemporaryDirectory() as folder:
        start = Path(folder)
        for number, seed in enumerate(target.seeds()):
            (start / f"seed-{number}").write_bytes(seed)
        folders = [str(start)]
        if (CORPUS / target.name).is_dir():
            folders.append(str(CORPUS / target.name))
        if chosen.keep is not None:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            folders.insert(0, str(chosen.keep))
        chosen.findings.mkdir(parents=True, exist_ok=True)
        options = [
            f"-max_total_time={chosen.seconds}",
            f"-max_len={LONGEST_BYTES}",
            f"-rss_limit_mb={MEMORY_MIB}",
            f"-timeout={SLOWEST_S}",
            f"-artifact_prefix={chosen.findings}/",
            "-print_final_stats=1",
        ]
        atheris.Setup([sys.argv[0], *options, *folders], target.run)
        atheris.Fuzz()


if __name__ == "__main__":
    main()
