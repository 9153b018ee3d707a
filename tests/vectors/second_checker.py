"""Check custody events without the program: made from docs/spec/custody-event.md alone.

    python second_checker.py NNNN.jsonl

Prints what each line discloses, or the kind of failure and the line. Needs nothing but Python 3.11.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import sys
from pathlib import Path
from typing import Any

KNOWN = {"sequence", "time", "offset", "clock_back", "item", "action", "actor", "from", "to", "place", "tool"}
KNOWN |= {"reason", "sha256_before", "sha256_after", "size", "note", "changed", "restated", "previous"}


class EventError(Exception):
    """The kind of failure: `event-leaf`, `event-digest` or `event-order`."""


def require(condition: bool, kind: str) -> None:
    if not condition:
        raise EventError(kind)


def canonical(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def from_base64url(text: str, kind: str) -> bytes:
    try:
        data = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise EventError(kind) from None
    require(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text, kind)
    return data


def parse(text: str, kind: str) -> Any:
    """Canonical JSON only, so that no two readers can take it differently."""
    try:
        value = json.loads(text)
        require(canonical(value) == text, kind)
    except (ValueError, RecursionError):
        raise EventError(kind) from None
    return value


def check_leaf(line: Any) -> dict[str, Any]:
    require(isinstance(line, dict) and set(line) == {"disclosures", "leaf", "leaf_hash"}, "event-leaf")
    text = line["leaf"]
    require(isinstance(text, str) and isinstance(line["disclosures"], list), "event-leaf")
    require(hashlib.sha256(b"\0" + text.encode("utf-8")).hexdigest() == line["leaf_hash"], "event-leaf")
    leaf = parse(text, "event-leaf")
    require(isinstance(leaf, dict) and set(leaf) == {"digests", "type"}, "event-leaf")
    require(leaf["type"] == "sheaf-custody-event/v1" and isinstance(leaf["digests"], dict), "event-leaf")
    digests: dict[str, Any] = leaf["digests"]
    require(set(digests) >= KNOWN, "event-leaf")
    for digest in digests.values():
        require(isinstance(digest, str) and len(from_base64url(digest, "event-leaf")) == 32, "event-leaf")
    return digests


def check_disclosure(text: Any, digests: dict[str, Any]) -> tuple[str, Any]:
    require(isinstance(text, str) and text.isascii(), "event-digest")
    try:
        inside = from_base64url(text, "event-digest").decode("utf-8")
    except UnicodeDecodeError:
        raise EventError("event-digest") from None
    value = parse(inside, "event-digest")
    require(
        isinstance(value, list) and len(value) == 3 and all(isinstance(v, str) for v in value[:2]),
        "event-digest",
    )
    salt, name, content = value
    require(len(from_base64url(salt, "event-digest")) == 16, "event-digest")
    require(content is None or type(content) in (str, int), "event-digest")
    digest = base64.urlsafe_b64encode(hashlib.sha256(text.encode("ascii")).digest()).rstrip(b"=").decode()
    require(digests.get(name) == digest, "event-digest")
    return name, content


def check_events(lines: list[str]) -> list[dict[str, Any]]:
    """The disclosed fields of each event of one item, in order; EventError with the kind otherwise."""
    events = []
    before: str | None = None
    sequence = -1
    for text in lines:
        line = parse(text, "event-leaf")
        digests = check_leaf(line)
        shown = [check_disclosure(disclosure, digests) for disclosure in line["disclosures"]]
        names = [name for name, _ in shown]
        require(names == sorted(set(names)), "event-digest")
        event = dict(shown)
        require("previous" not in event or event["previous"] == before, "event-order")
        if "sequence" in event:
            place = event["sequence"]
            require(type(place) is int and place > sequence, "event-order")
            sequence = place
        before = line["leaf_hash"]
        events.append(event)
    return events


def main(arguments: list[str]) -> int:
    lines = Path(arguments[0]).read_text(encoding="utf-8").split("\n")
    try:
        events = check_events(lines[:-1] if lines[-1] == "" else lines)
    except EventError as error:
        sys.stderr.write(json.dumps({"kind": str(error)}) + "\n")
        return 1
    sys.stdout.write(json.dumps(events, indent=1, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
