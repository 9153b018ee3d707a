"""Fields from an XMP packet (ISO 16684-1), read as events: attributes and elements by their full names."""

from __future__ import annotations

import re
from collections.abc import Mapping

from hrd_desktop.decode.readers.findings import Findings, Refusal
from hrd_desktop.decode.readers.xml_events import read_xml
from hrd_desktop.domain.decoded import FieldName

_LONGEST_BYTES = 1024 * 1024
_DC = "http://purl.org/dc/elements/1.1/"
_XMP = "http://ns.adobe.com/xap/1.0/"
_MEDIA = "http://ns.adobe.com/xap/1.0/mm/"
_PHOTOSHOP = "http://ns.adobe.com/photoshop/1.0/"
_EXIF = "http://ns.adobe.com/exif/1.0/"
_EXIF_EX = "http://cipa.jp/exif/1.0/"
_AUX = "http://ns.adobe.com/exif/1.0/aux/"
_TIFF = "http://ns.adobe.com/tiff/1.0/"
_IPTC = "http://iptc.org/std/Iptc4xmpCore/1.0/xmlns/"

_PROPERTIES = {
    f"{_DC} creator": FieldName.AUTHOR,
    f"{_DC} title": FieldName.TITLE,
    f"{_DC} description": FieldName.DESCRIPTION,
    f"{_DC} rights": FieldName.COPYRIGHT,
    f"{_DC} subject": FieldName.KEYWORDS,
    f"{_XMP} CreatorTool": FieldName.SOFTWARE,
    f"{_XMP} CreateDate": FieldName.CREATED,
    f"{_XMP} ModifyDate": FieldName.MODIFIED,
    f"{_MEDIA} OriginalDocumentID": FieldName.UNIQUE_ID,
    f"{_MEDIA} DocumentID": FieldName.UNIQUE_ID,
    f"{_PHOTOSHOP} DateCreated": FieldName.TIME_ORIGINAL,
    f"{_PHOTOSHOP} City": FieldName.PLACE,
    f"{_PHOTOSHOP} State": FieldName.PLACE,
    f"{_PHOTOSHOP} Country": FieldName.PLACE,
    f"{_PHOTOSHOP} Credit": FieldName.ORGANISATION,
    f"{_IPTC} Location": FieldName.PLACE,
    f"{_EXIF} GPSLatitude": FieldName.LATITUDE,
    f"{_EXIF} GPSLongitude": FieldName.LONGITUDE,
    f"{_EXIF} DateTimeOriginal": FieldName.TIME_ORIGINAL,
    f"{_EXIF_EX} BodySerialNumber": FieldName.DEVICE_SERIAL,
    f"{_EXIF_EX} LensSerialNumber": FieldName.LENS_SERIAL,
    f"{_EXIF_EX} CameraOwnerName": FieldName.DEVICE_OWNER,
    f"{_AUX} SerialNumber": FieldName.DEVICE_SERIAL,
    f"{_AUX} LensSerialNumber": FieldName.LENS_SERIAL,
    f"{_AUX} OwnerName": FieldName.DEVICE_OWNER,
    f"{_TIFF} Make": FieldName.DEVICE_MAKE,
    f"{_TIFF} Model": FieldName.DEVICE_MODEL,
    f"{_TIFF} Artist": FieldName.AUTHOR,
}
_FIRST_ONLY = frozenset(
    (FieldName.LATITUDE, FieldName.LONGITUDE, FieldName.TIME_ORIGINAL, FieldName.CREATED, FieldName.MODIFIED)
)
# "43,28.0468N" or "43,28,2.8N": degrees, minutes, seconds or a fraction of minutes, direction.
_POSITION = re.compile(r"(\d{1,3}),(\d{1,2}(?:\.\d+)?)(?:,(\d{1,2}(?:\.\d+)?))?([NSEW])", re.ASCII)


class _Properties:
    def __init__(self, findings: Findings) -> None:
        self._findings = findings
        self._open: list[FieldName | None] = []
        self._text = ""

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        # A list item belongs to the property around it.
        inherited = self._open[-1] if self._open else None
        self._open.append(_PROPERTIES.get(name, inherited))
        self._text = ""
        for attribute, value in attributes.items():
            self._add(_PROPERTIES.get(attribute), value)

    def data(self, text: str) -> None:
        if self._open and self._open[-1] is not None:
            self._text += text

    def end(self, _name: str) -> None:
        self._add(self._open.pop(), self._text)
        self._text = ""

    def _add(self, name: FieldName | None, untrusted_value: str) -> None:
        if name is None or not untrusted_value.strip():
            return
        value: object = untrusted_value
        if name in (FieldName.LATITUDE, FieldName.LONGITUDE):
            value = _degrees(untrusted_value)
        if name in _FIRST_ONLY:
            self._findings.add_first(name, value)
        else:
            self._findings.add(name, value)


def _degrees(untrusted_text: str) -> object:
    match = _POSITION.fullmatch(untrusted_text.strip())
    if match is None:
        return None
    degrees, minutes, seconds, direction = match.groups()
    value = int(degrees) + float(minutes) / 60 + float(seconds or 0) / 3600
    return -value if direction in "SW" else value


def add_xmp(untrusted_packet: bytes, findings: Findings) -> None:
    """The properties of a packet; a damaged one gives what came before the damage."""
    properties = _Properties(findings)
    packet = untrusted_packet[:_LONGEST_BYTES].strip(b"\0 \r\n\t")
    try:
        read_xml([packet], properties.start, properties.end, properties.data)
    except Refusal:
        return
