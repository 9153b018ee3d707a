"""Custody events: one salted digest a field, so that fields can be withheld (docs/spec/custody-event.md)."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import rfc8785

from hrd_desktop.crypto.randomness import Random
from hrd_desktop.domain.errors.records import FieldValueError
from hrd_desktop.domain.errors.vault import CustodyError

Value = str | int | None

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
EVENT_TYPE = "sheaf-custody-event/v1"
LINE_LIMIT_BYTES = 4 * 1024 * 1024

_SALT_BYTES = 16
_DIGEST_BYTES = 32
_LARGEST_INTEGER = 2**53 - 1
#: For arrays and objects of strings with ASCII names, bounded integers and null this writes what RFC 8785
#: asks for, at a twentieth of the time of the library for any value; a test holds the two together.
_write_plain = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_write_string = json.encoder.encode_basestring
_NAMES = frozenset(FIELDS)
_SORTED_FIELDS = tuple(sorted(FIELDS))
_LEAF_PREFIX = b"\x00"
_URL_SAFE = bytes.maketrans(b"+/", b"-_")


@dataclass(frozen=True, repr=False)
class SealedEvent:
    """The leaf (canonical JSON as UTF-8), its hash (32 bytes), and the disclosure of each field by name."""

    leaf: bytes
    leaf_hash: bytes
    disclosures: dict[str, str]


def seal_event(values: Mapping[str, Value], random: Random) -> SealedEvent:
    """Seal an event; a field that is not in ``values`` is null.

    Raises ``FieldValueError`` for a value that canonical JSON cannot hold (a lone surrogate, an integer of
    2^53 or more), and ``ValueError`` for a name that no event has.
    """
    if not values.keys() <= _NAMES:
        raise ValueError("no event has such a field")
    # One draw, and one conversion, for the salts of all fields: an import seals thousands of events.
    salts = _to_base64_each(random(_SALT_BYTES * len(FIELDS)), _SALT_BYTES)
    disclosures: dict[str, str] = {}
    digests: dict[str, bytes] = {}
    for name, salt in zip(FIELDS, salts, strict=True):
        disclosure = _disclose(name, values.get(name), salt)
        digests[name] = hashlib.sha256(disclosure).digest()
        disclosures[name] = disclosure.decode("ascii")
    texts = _to_base64_each(b"".join([digests[name] for name in _SORTED_FIELDS]), _DIGEST_BYTES)
    # In the order of the names, and of signs that need no escape: canonical as it stands.
    pairs = ",".join([f'"{name}":"{text}"' for name, text in zip(_SORTED_FIELDS, texts, strict=True)])
    leaf = f'{{"digests":{{{pairs}}},"type":"{EVENT_TYPE}"}}'.encode("ascii")
    return SealedEvent(leaf, leaf_hash(leaf), disclosures)


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of a leaf in the Merkle tree (RFC 6962, 2.1)."""
    return hashlib.sha256(_LEAF_PREFIX + leaf).digest()


def verify_event(untrusted_leaf: bytes, untrusted_disclosures: Mapping[str, str]) -> dict[str, Value]:
    """The disclosed values by name, each proven by its digest in the leaf.

    ``untrusted_disclosures`` is by name of field; a name may be one that a newer program added. What is not
    among them is withheld. Raises ``CustodyError`` of kind ``event-leaf`` or ``event-digest``.
    """
    digests = _parse_leaf(untrusted_leaf)
    values: dict[str, Value] = {}
    for name, untrusted_disclosure in untrusted_disclosures.items():
        disclosed_name, value = _parse_disclosure(untrusted_disclosure)
        if disclosed_name != name or digests.get(name) != _digest(untrusted_disclosure):
            raise CustodyError(kind="event-digest")
        values[name] = value
    return values


def withheld_fields(untrusted_leaf: bytes, untrusted_disclosures: Mapping[str, str]) -> tuple[str, ...]:
    """The names in the leaf that have no disclosure, in order. Raises ``CustodyError`` (``event-leaf``)."""
    return tuple(sorted(set(_parse_leaf(untrusted_leaf)) - set(untrusted_disclosures)))


def json_line(leaf: bytes, disclosures: Mapping[str, str]) -> bytes:
    """The line of a bundle's custody file for one event, without the line feed."""
    return rfc8785.dumps(
        {
            "disclosures": [disclosures[name] for name in sorted(disclosures)],
            "leaf": leaf.decode("utf-8"),
            "leaf_hash": leaf_hash(leaf).hex(),
        }
    )


def parse_line(untrusted_line: bytes) -> tuple[bytes, dict[str, str]]:
    """The leaf of a line, and its disclosures by name, for ``verify_event``.

    Raises ``CustodyError``: ``event-leaf`` when the line is not canonical or the leaf hash is not that of the
    leaf, ``event-digest`` when a disclosure cannot be read, or the names are not in order or come twice.
    """
    line = _parse_canonical(untrusted_line, "event-leaf")
    if not isinstance(line, dict) or set(line) != {"disclosures", "leaf", "leaf_hash"}:
        raise CustodyError(kind="event-leaf")
    untrusted_leaf, untrusted_disclosures = line["leaf"], line["disclosures"]
    if not isinstance(untrusted_leaf, str) or not isinstance(untrusted_disclosures, list):
        raise CustodyError(kind="event-leaf")
    leaf = untrusted_leaf.encode("utf-8")
    if line["leaf_hash"] != leaf_hash(leaf).hex():
        raise CustodyError(kind="event-leaf", detail="hash")
    by_name: dict[str, str] = {}
    for untrusted_disclosure in untrusted_disclosures:
        if not isinstance(untrusted_disclosure, str):
            raise CustodyError(kind="event-digest")
        name, _ = _parse_disclosure(untrusted_disclosure)
        if by_name and name <= max(by_name):
            raise CustodyError(kind="event-digest")
        by_name[name] = untrusted_disclosure
    return leaf, by_name


def verify_lines(untrusted_lines: Iterable[bytes]) -> Iterator[dict[str, Value]]:
    """The disclosed values of each event of one item, in order; lines without their line feed.

    Raises ``CustodyError`` with the ``line``, from 0, and the kind: that of ``parse_line`` or
    ``verify_event``, or ``event-order`` when ``previous`` is disclosed and is not the leaf hash of the line
    before, or ``sequence`` is disclosed and is no more than an earlier one.
    """
    previous: str | None = None
    sequence = -1
    for number, untrusted_line in enumerate(untrusted_lines):
        try:
            leaf, disclosures = parse_line(untrusted_line)
            values = verify_event(leaf, disclosures)
        except CustodyError as failure:
            raise CustodyError(kind=failure.fields["kind"], line=number) from None
        if "previous" in values and values["previous"] != previous:
            raise CustodyError(kind="event-order", line=number)
        if "sequence" in values:
            sequence = next_sequence(values["sequence"], sequence, number)
        previous = leaf_hash(leaf).hex()
        yield values


def next_sequence(value: Value, before: int, line: int) -> int:
    """A disclosed ``sequence``, which grows from event to event: other items have theirs in between.

    Raises ``CustodyError`` (``event-order``).
    """
    if not isinstance(value, int) or value <= before:
        raise CustodyError(kind="event-order", line=line)
    return value


def _disclose(name: str, value: Value, salt: str) -> bytes:
    """The disclosure of one field, whose name and salt (in base64url) need no escape."""
    if value is None:
        written = "null"
    elif type(value) is str:
        written = _write_string(value)
    elif isinstance(value, bool) or not isinstance(value, str | int):
        raise FieldValueError(field=name, reason="type")
    elif isinstance(value, int) and abs(value) > _LARGEST_INTEGER:
        raise FieldValueError(field=name, reason="size")
    else:
        written = _write_plain(value)
    try:
        content = f'["{salt}","{name}",{written}]'.encode()
    except UnicodeEncodeError:
        content = None
    # Raised here and not above: what the library raises holds the value.
    if content is None:
        raise FieldValueError(field=name, reason="characters")
    return binascii.b2a_base64(content, newline=False).translate(_URL_SAFE, b"=")


def _digest(disclosure: str) -> str:
    return _to_base64(hashlib.sha256(disclosure.encode("ascii")).digest())


def _parse_leaf(untrusted_leaf: bytes) -> dict[str, str]:
    """The digests by name of a leaf that has every field."""
    leaf = _parse_canonical(untrusted_leaf, "event-leaf")
    if not isinstance(leaf, dict) or set(leaf) != {"digests", "type"} or leaf["type"] != EVENT_TYPE:
        raise CustodyError(kind="event-leaf")
    digests = leaf["digests"]
    if not isinstance(digests, dict) or not set(FIELDS) <= set(digests):
        raise CustodyError(kind="event-leaf")
    for digest in digests.values():
        if not isinstance(digest, str) or len(_from_base64(digest, "event-leaf")) != 32:
            raise CustodyError(kind="event-leaf")
    return digests


def _parse_disclosure(untrusted_disclosure: str) -> tuple[str, Value]:
    content = _parse_canonical(_from_base64(untrusted_disclosure, "event-digest"), "event-digest")
    if not isinstance(content, list) or len(content) != 3:
        raise CustodyError(kind="event-digest")
    salt, name, value = content
    if not isinstance(salt, str) or len(_from_base64(salt, "event-digest")) != _SALT_BYTES:
        raise CustodyError(kind="event-digest")
    if not isinstance(name, str) or isinstance(value, bool) or not isinstance(value, str | int | None):
        raise CustodyError(kind="event-digest")
    return name, value


def _parse_canonical(untrusted: bytes, kind: str) -> object:
    """The JSON value whose canonical form these bytes are: no other spelling of it passes."""
    if len(untrusted) > LINE_LIMIT_BYTES:
        raise CustodyError(kind=kind)
    try:
        value: object = json.loads(untrusted)
        canonical = rfc8785.dumps(value)  # type: ignore[arg-type]  # json.loads makes nothing else
    except (ValueError, RecursionError):
        canonical = None
    if canonical != untrusted:
        raise CustodyError(kind=kind)
    return value


def _to_base64_each(data: bytes, size_bytes: int) -> list[str]:
    """Every ``size_bytes`` of ``data`` as ``_to_base64`` writes them.

    Zero bytes up to a multiple of three fill the last sign as its unused bits are filled, and add only whole
    signs behind it: so all parts can go through the conversion at once.
    """
    fill = bytes(-size_bytes % 3)
    filled = b"".join([data[at : at + size_bytes] + fill for at in range(0, len(data), size_bytes)])
    text = _to_base64(filled)
    wide, kept = (size_bytes + len(fill)) // 3 * 4, -(-size_bytes * 4 // 3)
    return [text[at : at + kept] for at in range(0, len(text), wide)]


def _to_base64(data: bytes) -> str:
    # What base64.urlsafe_b64encode does, at half its time: an event has some sixty of these.
    return binascii.b2a_base64(data, newline=False).translate(_URL_SAFE, b"=").decode("ascii")


def _from_base64(text: str, kind: str) -> bytes:
    try:
        data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (ValueError, binascii.Error):
        data = b""
    # The decoder skips what it does not know, and ignores stray bits at the end: only one spelling passes.
    if _to_base64(data) != text:
        raise CustodyError(kind=kind)
    return data
