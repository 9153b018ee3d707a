"""Write the test vectors of the formats in docs/spec: vault, backup, custody-event, custody and bundle.

    python make_vectors.py [FOLDER]

Made from those pages alone, for the writing side; `second_reader.py` is the reading side. Neither imports
the program or the other. Needs Python 3.11 and the package `cryptography`. Everything is deterministic: bytes
called random come from `vector_bytes.fill`, times are fixed.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from backup_vectors import backup
from credential_vectors import kdf, normalisation, recovery
from custody_vectors import custody
from log_vectors import log
from object_vectors import bodies, database, headers, keys, padding
from opening_vectors import opening
from sealed_vectors import sealed
from share_vectors import shares
from slot_vectors import slots

WRITERS = {
    "normalisation": normalisation,
    "recovery": recovery,
    "kdf": kdf,
    "shares": shares,
    "slots": slots,
    "keys": keys,
    "headers": headers,
    "bodies": bodies,
    "padding": padding,
    "database": database,
    "custody": custody,
    "custody-log": log,
    "sealed-bundles": sealed,
    "backup": backup,
    "self-opening": opening,
}


def render(value: Any, depth: int = 0) -> str:
    """JSON with one vector a line, so that a change shows as the lines it changes."""
    if depth == 0:
        rows = [f"{json.dumps(name)}: {render(entry, 1)}" for name, entry in value.items()]
        return "{\n" + ",\n".join(rows) + "\n}\n"
    if isinstance(value, list) and depth == 1:
        return "[\n" + ",\n".join("  " + json.dumps(entry) for entry in value) + "\n]"
    if isinstance(value, dict) and depth == 1:
        return "{\n" + ",\n".join(f"  {json.dumps(k)}: {json.dumps(v)}" for k, v in value.items()) + "\n}"
    return json.dumps(value, ensure_ascii=depth > 0)


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else Path(__file__).parent
    for name, writer in WRITERS.items():
        (folder / f"{name}.json").write_text(render(writer()), encoding="utf-8", newline="\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
