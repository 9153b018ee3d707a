"""What is done with a vault where there are no rights, links and fine times, here or in another machine.

``python -m tests.faults.portable_disk use FOLDER``, or ``… work FOLDER LOG``.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from random import Random
from typing import Any

from tests.e2e.cli import Place
from tests.faults.warm import Warm, WarmPlace


def use_a_vault_on(folder: Path, place: Place) -> None:
    """Make, fill, change, check and wipe it; an assertion fails where something is not as it should be."""
    place.vault = folder / "v"
    place.create()
    contents = {"a.txt": b"", "b.bin": os.urandom(300_000), "c.txt": b"c" * 16_384}
    for name, content in contents.items():
        place.original(name, content)
    place.take(place.originals)
    place.opened("edit", "E0001", "--title", "A gate", "--note", "said twice")
    place.opened("destroy", "E0003", "--yes")
    secret = place.secret("new", "another lantern on the harvest moon")
    place.run(
        "slots", place.vault, "change", "--new-passphrase-file", secret, "--passphrase-file", place.passfile
    )
    place.opened("list", expect=3)
    place.passfile = secret
    assert place.json("verify")["items"] == 2
    assert place.opened("cat", "E0002").out == contents["b.bin"]
    keys = (place.vault / "keyslots.a").read_bytes()
    place.run("panic", place.vault, "--yes", "--keys-only")
    assert (place.vault / "keyslots.a").read_bytes()[:36_864] != keys[:36_864]
    assert place.opened("list", expect=3).error_code == "wiped"
    assert not [path for path in folder.rglob("*") if path.is_file()]


def work_on(folder: Path, log: Path, place: Place) -> None:
    """Go on for ever: look whether all that ``log`` says was done is so, then do more and say so there.

    Meant to be stopped by taking the power away, and called again with the same log.
    """
    place.vault = folder / "v"
    said = [json.loads(line) for line in log.read_text("utf-8").splitlines()] if log.exists() else []
    if not any(line.get("did") == "create" for line in said):
        for left in folder.iterdir():
            shutil.rmtree(left)
        place.create()
        _say(log, {"did": "create"})
    else:
        _say(log, {"did": "look", "has": look_at(place, said)})
    number = len(said)
    while True:
        number += 1
        content = Random(number).randbytes(Random(number).randrange(200_000))
        sha256 = hashlib.sha256(content).hexdigest()
        _say(log, {"begins": sha256})
        (item,) = place.take(place.original(f"{number}.bin", content))["items"]
        _say(log, {"did": "import", "sha256": sha256})
        if number % 3 == 0:
            _say(log, {"begins": sha256})
            place.opened("edit", item["ref"], "--note", f"edited {number}")
            _say(log, {"did": "edit", "sha256": sha256, "note": f"edited {number}"})
        if number % 4 == 0:
            _say(log, {"begins": sha256})
            place.opened("destroy", item["ref"], "--yes")
            _say(log, {"did": "destroy", "sha256": sha256})


def look_at(place: Place, said: Sequence[Mapping[str, Any]]) -> list[str]:
    """All that was done is there, what was begun last may be, and nothing else is; the digests there."""
    there: set[str] = set()
    notes: dict[str, str] = {}
    begun = None
    for line in said:
        begun = line.get("begins")
        match line.get("did"):
            case "import":
                there.add(line["sha256"])
            case "edit":
                notes[line["sha256"]] = line["note"]
            case "destroy":
                there.remove(line["sha256"])
            case "look":
                there = set(line["has"])
    assert place.json("verify")["ok"], "verify finds something"
    listed = {item["sha256"]: item["ref"] for item in place.json("list")["items"]}
    assert there - {begun} <= set(listed), "something that was taken in is gone"
    assert set(listed) - there <= {begun}, "something that was destroyed is back"
    for sha256, reference in listed.items():
        assert hashlib.sha256(place.opened("cat", reference).out).hexdigest() == sha256, "other bytes"
        if sha256 in notes:
            assert notes[sha256] in json.dumps(place.json("show", reference)), "a note is lost"
    return sorted(listed)


def _say(log: Path, line: Mapping[str, Any]) -> None:
    with log.open("a", encoding="utf-8") as file:
        file.write(json.dumps(line) + "\n")
        file.flush()
        os.fsync(file.fileno())


def main() -> None:
    """Run one of the two with a home that is made for it and forgotten."""
    what, folder, *rest = sys.argv[1:]
    with tempfile.TemporaryDirectory() as home:
        for name in ("home", "memory", "place"):
            Path(home, name).mkdir()
        warm = Warm(Path(home, "home"), Path(home, "memory"))
        try:
            place = WarmPlace(Path(home, "place"), warm)
            if what == "use":
                use_a_vault_on(Path(folder), place)
            else:
                work_on(Path(folder), Path(rest[0]), place)
        finally:
            warm.close()


if __name__ == "__main__":
    main()
