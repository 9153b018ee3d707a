"""Fields from the EXIF, XMP and IPTC blocks of a picture.

Sources: EXIF 2.32 (CIPA DC-008), XMP part 1 and 2 (ISO 16684), IPTC-IIM 4.2.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from PIL import ExifTags, Image, ImageFile, IptcImagePlugin

from hrd_desktop.decode.readers.findings import PARSER_FAILURES, Findings, decode_loosely
from hrd_desktop.decode.readers.xmp import add_xmp
from hrd_desktop.domain.decoded import FieldName

Tags = Mapping[int, object]

_BASE_TEXTS = (
    (ExifTags.Base.Make, FieldName.DEVICE_MAKE),
    (ExifTags.Base.Model, FieldName.DEVICE_MODEL),
    (ExifTags.Base.Software, FieldName.SOFTWARE),
    (ExifTags.Base.Artist, FieldName.AUTHOR),
    (ExifTags.Base.Copyright, FieldName.COPYRIGHT),
    (ExifTags.Base.ImageDescription, FieldName.DESCRIPTION),
    (ExifTags.Base.HostComputer, FieldName.SOFTWARE),
)
_WIDE_TEXTS = (
    (ExifTags.Base.XPTitle, FieldName.TITLE),
    (ExifTags.Base.XPAuthor, FieldName.AUTHOR),
    (ExifTags.Base.XPComment, FieldName.COMMENT),
    (ExifTags.Base.XPKeywords, FieldName.KEYWORDS),
    (ExifTags.Base.XPSubject, FieldName.SUBJECT),
)
_EXIF_TEXTS = (
    (ExifTags.Base.BodySerialNumber, FieldName.DEVICE_SERIAL),
    (ExifTags.Base.LensSerialNumber, FieldName.LENS_SERIAL),
    (ExifTags.Base.LensMake, FieldName.LENS_MAKE),
    (ExifTags.Base.LensModel, FieldName.LENS_MODEL),
    (ExifTags.Base.CameraOwnerName, FieldName.DEVICE_OWNER),
    (ExifTags.Base.ImageUniqueID, FieldName.UNIQUE_ID),
)
# Adobe writes the serial number into the main directory of DNG and of what it made from it.
_CAMERA_SERIAL = 0xC62F
_TIMES = (
    (
        ExifTags.Base.DateTimeOriginal,
        ExifTags.Base.OffsetTimeOriginal,
        ExifTags.Base.SubsecTimeOriginal,
        FieldName.TIME_ORIGINAL,
    ),
    (
        ExifTags.Base.DateTimeDigitized,
        ExifTags.Base.OffsetTimeDigitized,
        ExifTags.Base.SubsecTimeDigitized,
        FieldName.TIME_DIGITIZED,
    ),
)
_IPTC_TEXTS = (
    (5, FieldName.TITLE),
    (25, FieldName.KEYWORDS),
    (80, FieldName.AUTHOR),
    (90, FieldName.PLACE),
    (92, FieldName.PLACE),
    (95, FieldName.PLACE),
    (101, FieldName.PLACE),
    (105, FieldName.TITLE),
    (110, FieldName.ORGANISATION),
    (115, FieldName.ORGANISATION),
    (116, FieldName.COPYRIGHT),
    (120, FieldName.DESCRIPTION),
)
_IPTC_APPLICATION_RECORD = 2


def add_metadata(image: Image.Image, findings: Findings) -> None:
    """Everything the blocks of ``image`` say. One damaged block does not hide the others."""
    for block in (_add_exif, _add_xmp_of, _add_iptc, _add_comments):
        attempt(partial(block, image, findings))


def attempt(act: Callable[[], None]) -> None:
    """Do it as far as the damage allows."""
    try:
        act()
    except PARSER_FAILURES:
        return


def _add_exif(image: Image.Image, findings: Findings) -> None:
    exif = image.getexif()
    attempt(lambda: _add_base(exif, findings))
    attempt(lambda: _add_details(exif.get_ifd(ExifTags.IFD.Exif), findings))
    attempt(lambda: _add_position(exif.get_ifd(ExifTags.IFD.GPSInfo), findings))
    attempt(lambda: _add_thumbnail(exif.get_ifd(ExifTags.IFD.IFD1), findings))


def _text_of(tags: Tags, tag: int) -> str:
    value = tags.get(tag)
    if isinstance(value, bytes):
        return decode_loosely(value)
    if isinstance(value, str):
        return value.split("\0", 1)[0]
    return "" if value is None or isinstance(value, tuple) else str(value)


def _add_base(exif: Tags, findings: Findings) -> None:
    for tag, name in _BASE_TEXTS:
        findings.add(name, _text_of(exif, tag))
    findings.add(FieldName.DEVICE_SERIAL, _text_of(exif, _CAMERA_SERIAL))
    for tag, name in _WIDE_TEXTS:
        value = exif.get(tag)
        if isinstance(value, tuple) and all(isinstance(item, int) and 0 <= item < 256 for item in value):
            value = bytes(value)
        if isinstance(value, bytes):
            findings.add(name, value.decode("utf-16-le", "replace").split("\0", 1)[0])
    orientation = exif.get(ExifTags.Base.Orientation)
    if isinstance(orientation, int) and 1 <= orientation <= 8:
        findings.add_first(FieldName.ORIENTATION, orientation)
    findings.add(FieldName.MODIFIED, _text_of(exif, ExifTags.Base.DateTime))


def _add_details(tags: Tags, findings: Findings) -> None:
    for tag, name in _EXIF_TEXTS:
        findings.add(name, _text_of(tags, tag))
    for time_tag, zone_tag, fraction_tag, name in _TIMES:
        time = _text_of(tags, time_tag).strip()
        fraction = _text_of(tags, fraction_tag).strip()
        if time and fraction.isdigit() and fraction.isascii():
            time += f".{fraction[:6]}"
        findings.add(name, time + _text_of(tags, zone_tag).strip())
    note = tags.get(ExifTags.Base.MakerNote)
    if isinstance(note, bytes) and note:
        findings.add(FieldName.MAKER_NOTE, len(note))
    comment = tags.get(ExifTags.Base.UserComment)
    if isinstance(comment, bytes):
        findings.add(FieldName.COMMENT, _user_comment(comment))


def _user_comment(value: bytes) -> str:
    # The first eight bytes name the character set (EXIF 2.32, 4.6.5).
    charset, body = value[:8], value[8:]
    if charset.startswith(b"UNICODE"):
        return body.decode("utf-16-le" if body[1:2] == b"\0" else "utf-16-be", "replace").split("\0", 1)[0]
    return decode_loosely(body if charset in (b"ASCII\0\0\0", b"\0" * 8) else value)


def _add_thumbnail(tags: Tags, findings: Findings) -> None:
    length = tags.get(ExifTags.Base.JpegIFByteCount)
    if isinstance(length, int) and length > 0:
        findings.add(FieldName.EMBEDDED_THUMBNAIL, length)


def _numbers(value: object) -> list[float]:
    parts = value if isinstance(value, tuple) else (value,)
    return [float(part) for part in parts]


def _degrees(value: object, reference: str) -> float:
    parts = [*_numbers(value), 0.0, 0.0][:3]
    degrees = parts[0] + parts[1] / 60 + parts[2] / 3600
    return -degrees if reference.strip().upper()[:1] in ("S", "W") else degrees


def _add_degrees(tags: Tags, tag: int, reference: int, name: FieldName, findings: Findings) -> None:
    findings.add(name, _degrees(tags[tag], _text_of(tags, reference)))


def _add_position(tags: Tags, findings: Findings) -> None:
    gps = ExifTags.GPS
    for tag, reference, name in (
        (gps.GPSLatitude, gps.GPSLatitudeRef, FieldName.LATITUDE),
        (gps.GPSLongitude, gps.GPSLongitudeRef, FieldName.LONGITUDE),
    ):
        if tag in tags:
            attempt(partial(_add_degrees, tags, tag, reference, name, findings))
    if gps.GPSAltitude in tags:
        below = tags.get(gps.GPSAltitudeRef) in (1, b"\x01")
        attempt(
            lambda: findings.add(
                FieldName.ALTITUDE, _numbers(tags[gps.GPSAltitude])[0] * (-1 if below else 1)
            )
        )
    if gps.GPSImgDirection in tags:
        attempt(lambda: findings.add(FieldName.DIRECTION, _numbers(tags[gps.GPSImgDirection])[0]))
    if gps.GPSDateStamp in tags:
        attempt(lambda: findings.add(FieldName.GPS_TIME, _gps_time(tags)))
    findings.add(FieldName.PLACE, _user_comment_text(tags.get(gps.GPSAreaInformation)))


def _user_comment_text(value: object) -> str:
    return _user_comment(value) if isinstance(value, bytes) else ""


def _gps_time(tags: Tags) -> str:
    date = _text_of(tags, ExifTags.GPS.GPSDateStamp).strip()
    if ExifTags.GPS.GPSTimeStamp not in tags:
        return date
    hour, minute, second = (int(part) for part in _numbers(tags[ExifTags.GPS.GPSTimeStamp]))
    return f"{date} {hour:02d}:{minute:02d}:{second:02d}Z"


def _add_xmp_of(image: Image.Image, findings: Findings) -> None:
    packet = image.info.get("xmp") or image.info.get("XML:com.adobe.xmp") or image.getexif().get(700)
    if isinstance(packet, str):
        packet = packet.encode("utf-8", "replace")
    if isinstance(packet, bytes):
        add_xmp(packet, findings)


def _add_iptc(image: Image.Image, findings: Findings) -> None:
    if not isinstance(image, ImageFile.ImageFile):
        return
    blocks = IptcImagePlugin.getiptcinfo(image) or {}
    for dataset, name in _IPTC_TEXTS:
        values = blocks.get((_IPTC_APPLICATION_RECORD, dataset), b"")
        for value in values if isinstance(values, list) else [values]:
            findings.add(name, value)


def _add_comments(image: Image.Image, findings: Findings) -> None:
    known = {
        "title": FieldName.TITLE,
        "author": FieldName.AUTHOR,
        "description": FieldName.DESCRIPTION,
        "copyright": FieldName.COPYRIGHT,
        "creation time": FieldName.CREATED,
        "software": FieldName.SOFTWARE,
        "source": FieldName.DEVICE_MODEL,
        "comment": FieldName.COMMENT,
    }
    for key, value in image.info.items():
        name = known.get(str(key).lower())
        if name is not None and isinstance(value, (str, bytes)):
            findings.add(name, value)
