"""Reading the tag files of a bag of others: declaration, manifests and bag-info; source RFC 8493."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass, field

from hrd_desktop.bundle.intake import DIGEST_CHARACTERS
from hrd_desktop.bundle.paths import composed, path_fault
from hrd_desktop.domain.bundle_report import Fault, FaultKind

VERSIONS = ("1.0", "0.97")
_DECLARATION = re.compile(
    r"BagIt-Version: ([0-9]+\.[0-9]+)(?:\r\n|\r|\n)"
    r"Tag-File-Character-Encoding: ([A-Za-z0-9_.:-]{1,40})(?:\r\n|\r|\n)?"
)
# 0.97 leaves blanks around the colon and the end of the line open.
_DECLARATION_097 = re.compile(
    r"BagIt-Version[ \t]*:[ \t]*([0-9]+\.[0-9]+)[ \t]*(?:\r\n|\r|\n)"
    r"Tag-File-Character-Encoding[ \t]*:[ \t]*([A-Za-z0-9_.:-]{1,40})[ \t]*(?:\r\n|\r|\n)?"
)
_LINE_END = re.compile(r"\r\n|\r|\n")
_ESCAPE = re.compile(r"%(0A|0D|25)", re.I)
_ESCAPE_097 = re.compile(r"%(0A|0D)", re.I)
_BAD_ESCAPE = re.compile(r"%(?!0A|0D|25)", re.I)
_BOMS = (codecs.BOM_UTF8, codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
# Character codes that map bytes to text in one way only; names as codecs normalises them.
_ENCODINGS = frozenset(
    {
        "utf-8", "ascii", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "iso8859-1", "iso8859-2",
        "iso8859-5", "iso8859-6", "iso8859-7", "iso8859-8", "iso8859-9", "iso8859-15", "cp1250", "cp1251",
        "cp1252", "cp1253", "cp1254", "cp1255", "cp1256", "koi8-r", "koi8-u", "shift_jis", "euc_jp",
        "euc_kr", "big5", "gb2312", "gbk", "gb18030",
    }
)  # fmt: skip


@dataclass
class Declaration:
    """``bagit.txt``: the bag's version and the normalised name of its character code."""

    version: str
    encoding: str


@dataclass
class Manifest:
    """One manifest: digests by composed path; ``algorithm`` as in the file name, lower-case."""

    path: str = field(repr=False)
    algorithm: str
    digests: dict[str, bytes] = field(default_factory=dict, repr=False)


def read_declaration(content: bytes, path: str, faults: list[Fault]) -> Declaration | None:
    """Read ``bagit.txt``, which is UTF-8 whatever it declares; None when it cannot be used."""
    if content.startswith(_BOMS):
        faults.append(Fault(FaultKind.BYTE_ORDER_MARK, path))
        content = content.removeprefix(codecs.BOM_UTF8)
    text = content.decode("utf-8", "replace")
    match = _DECLARATION.fullmatch(text) or _DECLARATION_097.fullmatch(text)
    if match is None:
        faults.append(Fault(FaultKind.BAG_DECLARATION, path))
        return None
    version, encoding = match.groups()
    if version not in VERSIONS:
        faults.append(Fault(FaultKind.BAG_VERSION, path))
        return None
    if version == "1.0" and not _DECLARATION.fullmatch(text):
        faults.append(Fault(FaultKind.BAG_DECLARATION, path))
    try:
        normal = codecs.lookup(encoding).name
    except LookupError:
        normal = ""
    if normal not in _ENCODINGS:
        faults.append(Fault(FaultKind.BAG_ENCODING, path, "unknown"))
        return None
    return Declaration(version, normal)


def read_manifest(
    content: bytes, path: str, algorithm: str, declaration: Declaration, faults: list[Fault]
) -> Manifest:
    """Read a payload or tag manifest; every line that cannot be used is a fault."""
    manifest = Manifest(path, algorithm)
    text = decode_tag_file(content, path, declaration, faults)
    digits = DIGEST_CHARACTERS.get(algorithm)
    count = "+" if digits is None else f"{{{digits}}}"
    star = r"\*?" if declaration.version == "0.97" else ""
    line_form = re.compile(rf"([0-9A-Fa-f]{count})[ \t]+{star}([^ \t].*)")
    for number, line in enumerate(_LINE_END.split(text), 1):
        if not line:
            # A blank line can hide nothing; the last one is only the end of the last line.
            continue
        match = line_form.fullmatch(line)
        if match is None or len(match[1]) % 2:
            faults.append(Fault(FaultKind.MANIFEST_LINE, path, str(number)))
            continue
        listed = _decode_path(match[2], declaration.version)
        wrong = "percent" if listed is None else (path_fault(listed) or ("", ""))[1]
        if wrong or listed is None:
            faults.append(Fault(FaultKind.MANIFEST_PATH, path, f"{number}:{wrong}"))
            continue
        key = composed(listed)
        if key in manifest.digests:
            faults.append(Fault(FaultKind.MANIFEST_DUPLICATE, path, str(number)))
            continue
        manifest.digests[key] = bytes.fromhex(match[1])
    return manifest


def read_bag_info(
    content: bytes, path: str, declaration: Declaration, faults: list[Fault]
) -> list[tuple[str, str]]:
    """(label, value) pairs of ``bag-info.txt`` in order, continued lines joined."""
    pairs: list[tuple[str, str]] = []
    for number, line in enumerate(_LINE_END.split(decode_tag_file(content, path, declaration, faults)), 1):
        if not line.strip():
            continue
        if line[0] in " \t" and pairs:
            label, value = pairs[-1]
            pairs[-1] = (label, f"{value} {line.strip()}")
            continue
        label, colon, value = line.partition(":")
        if not colon or not label.strip():
            faults.append(Fault(FaultKind.BAG_INFO, path, str(number)))
            continue
        pairs.append((label.strip(), value.strip()))
    return pairs


def decode_tag_file(content: bytes, path: str, declaration: Declaration, faults: list[Fault]) -> str:
    """The text of a tag file in the declared character code; undecodable bytes are a fault."""
    if declaration.encoding in ("utf-8", "utf-16-le", "utf-16-be") and content.startswith(_BOMS):
        faults.append(Fault(FaultKind.BYTE_ORDER_MARK, path))
        content = content.removeprefix(codecs.BOM_UTF8)
    try:
        return content.decode(declaration.encoding)
    except UnicodeDecodeError:
        faults.append(Fault(FaultKind.BAG_ENCODING, path, "bytes"))
        return content.decode(declaration.encoding, "replace")


def _decode_path(text: str, version: str) -> str | None:
    """The path a manifest line means, or None when its percent-encoding is not RFC 8493's.

    0.97 encodes CR and LF only and leaves ``%`` as it is; 1.0 encodes the three and nothing else.
    """
    if version == "0.97":
        return _ESCAPE_097.sub(_unescape, text.removeprefix("./"))
    if _BAD_ESCAPE.search(text):
        return None
    return _ESCAPE.sub(_unescape, text)


def _unescape(match: re.Match[str]) -> str:
    return chr(int(match[1], 16))
