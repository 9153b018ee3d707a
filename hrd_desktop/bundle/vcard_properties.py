"""One property of a vCard: group, name, parameters and value, taken apart and put together.

RFC 6350 section 3.3 (content lines) and 3.4 (escaping), RFC 6868 (carets in parameters), RFC 2426 for
vCard 3.0, and of vCard 2.1 the bare parameters, quoted-printable and CHARSET.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hrd_desktop.bundle.contacts_text import decode_bytes

MAX_PARAMETERS: Final = 50
FOLD_BYTES: Final = 75  # of a physical line without its break (RFC 6350, section 3.2)

_NAME: Final = re.compile(r"(?:([A-Za-z0-9_-]{1,64})\.)?([A-Za-z0-9_-]{1,64})", re.ASCII)
_PARAMETER: Final = re.compile(r'([A-Za-z0-9_-]{1,64})(=(?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)?')
_PARAMETER_VALUE: Final = re.compile(r'"([^"]*)"|([^",]+)')
_CARET: Final = re.compile(r"\^([n^'])")
_CARETS: Final = {"n": "\n", "^": "^", "'": '"'}
_ESCAPE: Final = re.compile(r"\\(.)", re.DOTALL)
_ENCODINGS_2_1: Final = frozenset({"QUOTED-PRINTABLE", "BASE64", "8BIT", "7BIT"})


class PropertyError(ValueError):
    """The line is no property; ``code`` says in what way."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, kw_only=True, repr=False)
class Property:
    """A property whose ``value`` is decoded text, still escaped. ``name`` and ``group`` are upper case.

    ``parameters`` has upper-case names. ``binary`` holds the bytes of a KEY in base64, whose
    ``value`` is then empty. ``guessed`` is true when the bytes were read as Windows-1252.
    """

    line: int
    group: str
    name: str
    parameters: Mapping[str, tuple[str, ...]]
    value: str
    binary: bytes | None = None
    guessed: bool = False

    def __repr__(self) -> str:
        return f"<Property line {self.line}>"

    def first(self, parameter: str) -> str:
        """Return the first value of a parameter, or the empty text."""
        return next(iter(self.parameters.get(parameter, ())), "")

    def types(self) -> tuple[str, ...]:
        """Return the values of TYPE in lower case; ``TYPE="a,b"`` and ``TYPE=a,b`` are the same here."""
        return tuple(
            word.strip().lower()
            for value in self.parameters.get("TYPE", ())
            for word in value.split(",")
            if word.strip()
        )

    def text(self, *, version: str) -> str:
        """Return the value as one text, unescaped."""
        return unescape(self.value, version=version)

    def components(self, *, version: str) -> tuple[str, ...]:
        """Return the parts between unescaped semicolons, each unescaped."""
        return tuple(unescape(part, version=version) for part in split_unescaped(self.value, ";"))

    def listed(self, *, version: str) -> tuple[str, ...]:
        """Return the parts between unescaped commas, each unescaped."""
        return tuple(unescape(part, version=version) for part in split_unescaped(self.value, ","))


def parse_property(untrusted_line: bytes, number: int) -> Property:
    """Take a logical line apart.

    Raises PropertyError with ``vcard-line`` (no property), ``vcard-parameters`` (too many) or
    ``vcard-encoding`` (the bytes are no text, or no base64).
    """
    head_end = _find_colon(untrusted_line)
    if head_end < 0:
        raise PropertyError("vcard-line")
    try:
        head, head_encoding = decode_bytes(untrusted_line[:head_end])
    except UnicodeDecodeError:
        raise PropertyError("vcard-encoding") from None
    match = _NAME.match(head)
    if match is None:
        raise PropertyError("vcard-line")
    parameters = _parse_parameters(head, match.end())
    encoding = next(iter(parameters.get("ENCODING", ())), "").upper()
    raw = untrusted_line[head_end + 1 :]
    binary: bytes | None = None
    value, value_encoding = "", "utf-8"
    try:
        if encoding in ("B", "BASE64"):
            raw = binascii.a2b_base64(raw)
        elif encoding == "QUOTED-PRINTABLE":
            raw = binascii.a2b_qp(raw)
        if match.group(2).upper() == "KEY" and encoding in ("B", "BASE64"):
            binary = raw  # may be packets of OpenPGP, and no text
        else:
            value, value_encoding = decode_bytes(raw, next(iter(parameters.get("CHARSET", ())), ""))
    except (UnicodeDecodeError, binascii.Error):
        raise PropertyError("vcard-encoding") from None
    return Property(
        line=number,
        group=(match.group(1) or "").upper(),
        name=match.group(2).upper(),
        parameters=parameters,
        value=value,
        binary=binary,
        guessed="windows-1252" in (head_encoding, value_encoding),
    )


def format_property(
    name: str,
    value: str,
    *,
    group: str = "",
    parameters: Iterable[tuple[str, str]] = (),
) -> bytes:
    """Return a folded line with its CRLF. ``value`` is already in the form of its property.

    No line break of ``value`` survives, so that no value can begin a property of its own: callers
    escape them, and one that slipped through is a bug that ends here.
    """
    head = f"{group}.{name}" if group else name
    head += "".join(f";{key}={parameter_text(text)}" for key, text in parameters)
    line = f"{head}:{value}"
    if "\n" in line or "\r" in line:
        raise ValueError("a line break in a content line")
    return fold(line.encode("utf-8"))


def fold(line: bytes) -> bytes:
    """Cut a line into physical lines of at most 75 octets, never inside a UTF-8 sequence."""
    parts: list[bytes] = []
    start = 0
    room = FOLD_BYTES
    while len(line) - start > room:
        end = start + room
        while line[end] & 0xC0 == 0x80:  # a continuation octet belongs to the character before it
            end -= 1
        parts.append(line[start:end])
        start = end
        room = FOLD_BYTES - 1  # the space at the start of a continuation counts
    parts.append(line[start:])
    return b"\r\n ".join(parts) + b"\r\n"


def escape(text: str) -> str:
    """Escape a text for one component, list entry or text value (RFC 6350, section 3.4)."""
    return text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def unescape(text: str, *, version: str) -> str:
    """Undo ``escape``. vCard 2.1 knows no escaped line break, so there ``\\n`` stays two characters."""
    if "\\" not in text:
        return text

    def replacement(match: re.Match[str]) -> str:
        character = match.group(1)
        if character in "nN":
            return "\n" if version != "2.1" else match.group()
        if version == "2.1" and character not in ";:,\\":
            return match.group()
        return character

    return _ESCAPE.sub(replacement, text)


def split_unescaped(text: str, separator: str) -> list[str]:
    """Split at each ``separator`` that no backslash escapes."""
    parts: list[str] = []
    start = 0
    position = 0
    while position < len(text):
        character = text[position]
        if character == "\\":
            position += 2
            continue
        if character == separator:
            parts.append(text[start:position])
            start = position + 1
        position += 1
    parts.append(text[start:])
    return parts


def parameter_text(text: str) -> str:
    """Return a parameter's value, quoted where it must be, carets encoded (RFC 6868)."""
    encoded = text.replace("^", "^^").replace("\n", "^n").replace('"', "^'")
    return f'"{encoded}"' if re.search("[,;:]", encoded) else encoded


def _find_colon(line: bytes) -> int:
    """Return where the value's colon is: the first outside quotes, or -1."""
    quoted = False
    for match in re.finditer(rb'[":]', line):
        if match.group() == b'"':
            quoted = not quoted
        elif not quoted:
            return match.start()
    return -1


def _parse_parameters(head: str, start: int) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    count = 0
    position = start
    while position < len(head):
        if head[position] != ";":
            raise PropertyError("vcard-line")
        position += 1
        if position == len(head) or head[position] == ";":
            continue  # ``TEL;:1`` and ``TEL;;HOME:1`` are written by telephones
        match = _PARAMETER.match(head, position)
        if match is None:
            raise PropertyError("vcard-line")
        count += 1
        if count > MAX_PARAMETERS:
            raise PropertyError("vcard-parameters")
        key, values = _parameter(match)
        found[key] = found.get(key, ()) + values
        position = match.end()
    return found


def _parameter(match: re.Match[str]) -> tuple[str, tuple[str, ...]]:
    key = match.group(1).upper()
    if match.group(2) is None:
        # Bare words of vCard 2.1: ``TEL;CELL``, ``NOTE;QUOTED-PRINTABLE``.
        return ("ENCODING" if key in _ENCODINGS_2_1 else "TYPE"), (key,)
    values = tuple(
        _CARET.sub(lambda caret: _CARETS[caret.group(1)], quoted or plain)
        for quoted, plain in _PARAMETER_VALUE.findall(match.group(2)[1:])
    )
    return key, values
