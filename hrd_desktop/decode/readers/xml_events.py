"""Reading XML from a stranger: no document type, so no entities; bounded depth and length; nothing kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from xml.parsers import expat

from hrd_desktop.decode.frames import FailureCode
from hrd_desktop.decode.readers.findings import Refusal

DEEPEST = 200
LONGEST_BYTES = 64 * 1024 * 1024

Start = Callable[[str, Mapping[str, str]], None]
End = Callable[[str], None]
Data = Callable[[str], None]


class Enough(Exception):
    """Raised by a handler that needs no more."""


def read_xml(chunks: Iterable[bytes], on_start: Start, on_end: End, on_data: Data) -> None:
    """Feed the events of a document to the handlers; names come as ``namespace name``, one space between.

    Ends early when a handler raises ``Enough``. Raises ``Refusal``: damaged for malformed XML and for any
    document type declaration (honest files of the formats read here have none), too large beyond the bounds.
    """
    parser = expat.ParserCreate(namespace_separator=" ")
    depth = 0

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth
        depth += 1
        if depth > DEEPEST:
            raise Refusal(FailureCode.TOO_LARGE)
        on_start(name, attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        on_end(name)

    def refuse_document_type(*_: object) -> None:
        raise Refusal(FailureCode.DAMAGED)

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = on_data
    parser.StartDoctypeDeclHandler = refuse_document_type
    parser.EntityDeclHandler = refuse_document_type
    parser.buffer_text = True
    length = 0
    try:
        for chunk in chunks:
            length += len(chunk)
            if length > LONGEST_BYTES:
                raise Refusal(FailureCode.TOO_LARGE)
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except Enough:
        return
    except expat.ExpatError:
        raise Refusal(FailureCode.DAMAGED) from None
