"""Vectors of docs/spec/custody-event.md: events, and events with one fault."""

from __future__ import annotations

import base64
import json
from typing import Any

from vector_bytes import KIND_NOTE, Json, fill, sha256

FIELDS = (
    "sequence",
    "time",
    "offset",
    "clock_back",
    "item",
    "action",
    "actor",
    "from",
    "to",
    "place",
    "tool",
    "reason",
    "sha256_before",
    "sha256_after",
    "size",
    "note",
    "changed",
    "restated",
    "previous",
)


def jcs(value: Any) -> str:
    """RFC 8785 for what events hold: strings, integers below 2^53, null, and ASCII names."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def b64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode("ascii")


def disclose(name: str, value: Any, seed: str, salt_size: int = 16) -> str:
    return b64url(jcs([b64url(fill(f"{seed} {name}", salt_size)), name, value]).encode("utf-8"))


def digest(disclosure: str) -> str:
    return b64url(sha256(disclosure.encode("ascii")))


def line_of(leaf: str, disclosures: list[str]) -> Json:
    return {"disclosures": disclosures, "leaf": leaf, "leaf_hash": sha256(b"\0" + leaf.encode("utf-8")).hex()}


def event(values: Json, seed: str) -> Json:
    every = {name: disclose(name, values.get(name), seed) for name in FIELDS}
    leaf = jcs({"digests": {name: digest(d) for name, d in every.items()}, "type": "sheaf-custody-event/v1"})
    return line_of(leaf, [every[name] for name in sorted(every)])


def custody() -> Json:
    first = {
        "sequence": 0,
        "time": "2026-11-22T06:30:00Z",
        "offset": "+01:00",
        "clock_back": "no",
        "item": 1,
        "action": "imported",
        "actor": "A. Person",
        "tool": "Sheaf 1",
        "sha256_after": "ab" * 32,
        "size": 40_000,
        "restated": "no",
    }
    one = event(first, "one")
    second = {
        "sequence": 3,
        "time": "2026-11-22T06:29:59Z",
        "offset": "-03:30",
        "clock_back": "yes",
        "item": 1,
        "action": "edited",
        "actor": "\u0645\u0631\u06cc\u0645",
        "changed": "place title",
        "restated": "no",
        "note": '"quoted" \\ \u0007 \n \u007f \u00e9 \u20ac \U0001f511 </script>',
        "place": "",
        "previous": one["leaf_hash"],
    }
    two = event(second, "two")
    largest = event({"sequence": 2**53 - 1, "size": 2**52, "restated": "yes", "clock_back": "no"}, "three")
    withheld = {
        **two,
        "disclosures": [d for d in two["disclosures"] if d != disclose("actor", second["actor"], "two")],
    }
    vectors: list[Json] = []

    def add(note: str, lines: list[Json], kind: str | None = None) -> None:
        texts = [jcs(line) for line in lines]
        vectors.append({"note": note, "lines": texts} | ({"kind": kind} if kind else {}))

    def with_first(disclosure: str) -> Json:
        return {**one, "disclosures": [disclosure, *one["disclosures"][1:]]}

    add("one event", [one])
    add("two events, text of every sort", [one, two])
    add("one field withheld", [one, withheld])
    add("everything withheld", [{**one, "disclosures": []}, {**two, "disclosures": []}])
    add("largest numbers", [largest])
    add("leaf hash changed", [{**one, "leaf_hash": "0" + one["leaf_hash"][1:]}], "event-leaf")
    add(
        "leaf hash without the 0x00",
        [{**one, "leaf_hash": sha256(one["leaf"].encode()).hex()}],
        "event-leaf",
    )
    add("leaf hash in capitals", [{**one, "leaf_hash": one["leaf_hash"].upper()}], "event-leaf")
    leaf = json.loads(one["leaf"])
    spaced = json.dumps(leaf, sort_keys=True)
    add("leaf not canonical", [line_of(spaced, one["disclosures"])], "event-leaf")
    add(
        "leaf of another type",
        [line_of(jcs({**leaf, "type": "sheaf-custody-event/v2"}), one["disclosures"])],
        "event-leaf",
    )
    fewer = {name: value for name, value in leaf["digests"].items() if name != "note"}
    no_note = [d for d in one["disclosures"] if d != disclose("note", None, "one")]
    add("a field missing from the leaf", [line_of(jcs({**leaf, "digests": fewer}), no_note)], "event-leaf")
    short = {**leaf["digests"], "note": leaf["digests"]["note"][:-1]}
    add("a digest of 42 characters", [line_of(jcs({**leaf, "digests": short}), no_note)], "event-leaf")
    actor = disclose("action", "imported", "one")
    add("value changed", [with_first(disclose("action", "received", "one"))], "event-digest")
    add("name changed", [with_first(disclose("actor", "imported", "one"))], "event-digest")
    add("salt changed", [with_first(disclose("action", "imported", "other"))], "event-digest")
    add("name that no event has", [with_first(disclose("unheard", "x", "one"))], "event-digest")
    add("disclosure with padding", [with_first(actor + "=")], "event-digest")
    add("a field disclosed twice", [{**one, "disclosures": [actor, *one["disclosures"]]}], "event-digest")
    loose = b64url(json.dumps([b64url(fill("one action", 16)), "action", "imported"]).encode())
    relaxed = jcs({**leaf, "digests": {**leaf["digests"], "action": digest(loose)}})
    rest = one["disclosures"][1:]
    add("disclosure not canonical, digest agreeing", [line_of(relaxed, [loose, *rest])], "event-digest")
    brief = disclose("action", "imported", "one", 15)
    weak = jcs({**leaf, "digests": {**leaf["digests"], "action": digest(brief)}})
    add("salt of 15 bytes, digest agreeing", [line_of(weak, [brief, *rest])], "event-digest")
    add("lines exchanged", [two, one], "event-order")
    orphan = event({**second, "previous": "00" * 32}, "two")
    add("previous is another hash", [one, orphan], "event-order")
    add("the event before left out", [two], "event-order")
    without = [d for d in two["disclosures"] if d != disclose("previous", one["leaf_hash"], "two")]
    add("the event before left out, previous withheld", [{**two, "disclosures": without}])
    for note, sequence in (("again", 0), ("text", "1"), ("null", None)):
        later = event({**second, "sequence": sequence}, "two")
        add(f"sequence: {note}", [one, later], "event-order")
    below = event({**first, "sequence": -1}, "one")
    add("sequence below 0", [below], "event-order")
    unheard = disclose("weather", "rain", "one")
    more = jcs({**leaf, "digests": {**leaf["digests"], "weather": digest(unheard)}})
    add("a name of a newer program, disclosed", [line_of(more, [*one["disclosures"], unheard])])
    add("a name of a newer program, withheld", [line_of(more, one["disclosures"])])
    swapped = [*one["disclosures"][1:], one["disclosures"][0]]
    add("disclosures not in order of names", [{**one, "disclosures": swapped}], "event-digest")
    truth = b64url(jcs([b64url(fill("one action", 16)), "action", True]).encode())
    truthful = jcs({**leaf, "digests": {**leaf["digests"], "action": digest(truth)}})
    add("a value that is true", [line_of(truthful, [truth, *rest])], "event-digest")
    return {
        "_format": "custody-event.md. 'lines' are the lines of one data/custody/NNNN.jsonl, without line"
        " feeds; valid ones"
        " pass with what is disclosed. " + KIND_NOTE,
        "vectors": vectors,
    }
