"""The kind of a file from its first bytes, by comparing bytes only; safe to run in any process.

Sources: the specifications of the formats. A name is only asked where the bytes leave a choice, and it never
makes a program file, a picture or an archive out of something else.
"""

from __future__ import annotations

HEAD_BYTES = 4096
UNKNOWN = "application/octet-stream"
PLAIN_TEXT = "text/plain"
ZIP = "application/zip"

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
PPTX = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
ODT = "application/vnd.oasis.opendocument.text"
ODS = "application/vnd.oasis.opendocument.spreadsheet"
ODP = "application/vnd.oasis.opendocument.presentation"

# At offset 0; the first match counts, so longer ones come before those they begin with.
_PREFIXES: tuple[tuple[bytes, str], ...] = (
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
    (b"II*\x00", "image/tiff"),
    (b"MM\x00*", "image/tiff"),
    (b"8BPS\x00\x01", "image/vnd.adobe.photoshop"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", "image/jp2"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "image/jxl"),
    (b"\xff\x0a", "image/jxl"),
    (b"\x00\x00\x01\x00", "image/vnd.microsoft.icon"),
    (b"%PDF-", "application/pdf"),
    (b"{\\rtf", "application/rtf"),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (b"SQLite format 3\x00", "application/vnd.sqlite3"),
    (b"age-encryption.org/", "application/x-age"),
    (b"-----BEGIN PGP", "application/pgp-encrypted"),
    (b"\x1f\x8b\x08", "application/gzip"),
    (b"BZh", "application/x-bzip2"),
    (b"\xfd7zXZ\x00", "application/x-xz"),
    (b"\x28\xb5\x2f\xfd", "application/zstd"),
    (b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (b"Rar!\x1a\x07", "application/vnd.rar"),
    (b"\x7fELF", "application/x-executable"),
    (b"ID3", "audio/mpeg"),
    (b"fLaC", "audio/flac"),
    (b"#!AMR", "audio/amr"),
    (b"#!", "text/x-shellscript"),
    (b"MThd\x00\x00\x00\x06", "audio/midi"),
    (b"FLV\x01", "video/x-flv"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "video/x-ms-asf"),
    (b"\x00\x00\x01\xba", "video/mpeg"),
    (b"\x00\x00\x01\xb3", "video/mpeg"),
)

_RIFF_KINDS = {b"WAVE": "audio/wav", b"WEBP": "image/webp", b"AVI ": "video/x-msvideo"}

_BRANDS = {
    b"heic": "image/heic",
    b"heix": "image/heic",
    b"hevc": "image/heic",
    b"hevx": "image/heic",
    b"heim": "image/heic",
    b"heis": "image/heic",
    b"mif1": "image/heif",
    b"msf1": "image/heif",
    b"avif": "image/avif",
    b"avis": "image/avif",
    b"qt  ": "video/quicktime",
    b"M4A ": "audio/mp4",
    b"M4B ": "audio/mp4",
    b"crx ": "image/x-canon-cr3",
}

_BMP_HEADER_SIZES = tuple(size.to_bytes(4, "little") for size in (12, 40, 52, 56, 64, 108, 124))

_OFFICE_FOLDERS = ((b"word/", DOCX), (b"xl/", XLSX), (b"ppt/", PPTX))
_OFFICE_SUFFIXES = {
    ".docx": DOCX,
    ".docm": DOCX,
    ".xlsx": XLSX,
    ".xlsm": XLSX,
    ".pptx": PPTX,
    ".pptm": PPTX,
    ".jar": "application/java-archive",
    ".apk": "application/vnd.android.package-archive",
    ".kmz": "application/vnd.google-earth.kmz",
}
_STORED_TYPES = (ODT, ODS, ODP, "application/epub+zip")
_OLE_SUFFIXES = {
    ".doc": "application/msword",
    ".xls": "application/vnd.ms-excel",
    ".ppt": "application/vnd.ms-powerpoint",
    ".msg": "application/vnd.ms-outlook",
}
_RAW_SUFFIXES = {
    ".dng": "image/x-adobe-dng",
    ".nef": "image/x-nikon-nef",
    ".cr2": "image/x-canon-cr2",
    ".arw": "image/x-sony-arw",
}
_TEXT_SUFFIXES = {
    ".csv": "text/csv",
    ".tsv": "text/tab-separated-values",
    ".md": "text/markdown",
    ".htm": "text/html",
    ".html": "text/html",
    ".xhtml": "application/xhtml+xml",
    ".xml": "application/xml",
    ".svg": "image/svg+xml",
    ".kml": "application/vnd.google-earth.kml+xml",
    ".gpx": "application/gpx+xml",
    ".json": "application/json",
    ".vcf": "text/vcard",
    ".ics": "text/calendar",
    ".eml": "message/rfc822",
    ".srt": "application/x-subrip",
    ".vtt": "text/vtt",
    ".yaml": "application/yaml",
    ".yml": "application/yaml",
}


def media_type_of(first_bytes: bytes, untrusted_name_suffix: str) -> str:
    """The media type of a file that begins with ``first_bytes`` (at most ``HEAD_BYTES`` are looked at).

    ``untrusted_name_suffix`` is the ending of the original name with its point (``.csv``), or empty. Text of
    no special kind is ``text/plain``; what is not recognised is ``application/octet-stream``.
    """
    head = bytes(first_bytes[:HEAD_BYTES])
    suffix = untrusted_name_suffix.lower() if len(untrusted_name_suffix) <= 16 else ""
    found = _from_prefix(head, suffix) or _from_container(head, suffix)
    if found is not None:
        return found
    if head and _looks_like_text(head):
        return _text_kind(head, suffix)
    return UNKNOWN


def _from_prefix(head: bytes, suffix: str) -> str | None:
    for prefix, media_type in _PREFIXES:
        if head.startswith(prefix):
            if media_type == "image/tiff":
                return _RAW_SUFFIXES.get(suffix, media_type)
            if media_type == "application/x-ole-storage":
                return _OLE_SUFFIXES.get(suffix, media_type)
            return media_type
    # Two bytes are little to go by, so the field after them is asked too.
    if head.startswith(b"BM") and head[14:18] in _BMP_HEADER_SIZES:
        return "image/bmp"
    if head.startswith(b"MZ") and len(head) >= 64 and b"\0" in head[:64]:
        return "application/vnd.microsoft.portable-executable"
    if b"%PDF-" in head[:1024]:
        return "application/pdf"
    return None


def _from_container(head: bytes, suffix: str) -> str | None:
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zip_kind(head, suffix)
    if head[:4] == b"RIFF" and len(head) >= 12:
        return _RIFF_KINDS.get(head[8:12])
    if head[4:8] == b"ftyp" and len(head) >= 12:
        return _brand_kind(head)
    if head[4:8] in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"):
        return "video/quicktime"
    if head.startswith(b"OggS"):
        return _ogg_kind(head)
    if head.startswith(b"\x1a\x45\xdf\xa3"):
        return "video/webm" if b"webm" in head[:64] else "video/x-matroska"
    if head[257:262] == b"ustar":
        return "application/x-tar"
    if len(head) >= 2 and head[0] == 0xFF:
        if head[1] & 0xF6 == 0xF0:
            return "audio/aac"
        if head[1] & 0xE0 == 0xE0 and head[1] & 0x06 and head[1] & 0x18 != 0x08:
            return "audio/mpeg" if not head.startswith((b"\xff\xfe", b"\xff\xff")) else None
    if head[0:1] == b"G" and head[188:189] == b"G" and head[376:377] == b"G":
        return "video/mp2t"
    return None


def _zip_kind(head: bytes, suffix: str) -> str:
    # OpenDocument and EPUB: the first member is called "mimetype" and is stored as it is (ODF 1.3, part 2).
    if head[30:38] == b"mimetype":
        stored = head[38:128]
        for media_type in sorted(_STORED_TYPES, key=len, reverse=True):
            if stored.startswith(media_type.encode()):
                return media_type
    if b"[Content_Types].xml" in head or b"_rels/" in head:
        for folder, media_type in _OFFICE_FOLDERS:
            if folder in head:
                return media_type
    return _OFFICE_SUFFIXES.get(suffix, ZIP)


def _brand_kind(head: bytes) -> str:
    brand = head[8:12]
    if brand in (b"mif1", b"msf1"):
        # The generic brand: one of the compatible ones says what is inside (ISO/IEC 23008-12).
        listed = head[16 : min(int.from_bytes(head[:4]), 256)]
        if b"heic" in listed or b"heix" in listed:
            return "image/heic"
        if b"avif" in listed:
            return "image/avif"
    if brand[:2] == b"3g":
        return "video/3gpp"
    return _BRANDS.get(brand, "video/mp4")


def _ogg_kind(head: bytes) -> str:
    if b"\x80theora" in head[:128]:
        return "video/ogg"
    return "audio/ogg"


def _looks_like_text(head: bytes) -> bool:
    if head.startswith((b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")):
        return True
    if _has_control(head):
        # UTF-16 without a mark, as Windows programs write it: one half of each pair is zero.
        low, high = (head[0::2], head[1::2]) if head[1:2] == b"\0" else (head[1::2], head[0::2])
        return len(head) >= 8 and not any(high) and not _has_control(low)
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as failure:
        # A character cut in two by the end of the head is no fault; anything else may be an old 8-bit set.
        # Compressed or encrypted bytes of this length do not do without control characters.
        if failure.start >= len(head) - 3:
            return True
        return b"\x7f" not in head
    return True


def _has_control(head: bytes) -> bool:
    return any(byte < 0x20 and byte not in b"\t\n\r\x0c\x1b" for byte in head)


def _text_kind(head: bytes, suffix: str) -> str:
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:256].lower()
    if start.startswith((b"<!doctype html", b"<html")):
        return "text/html"
    if start.startswith(b"<?xml"):
        named = _TEXT_SUFFIXES.get(suffix, "")
        return named if named.endswith("xml") else "application/xml"
    if start.startswith(b"begin:vcard"):
        return "text/vcard"
    if start.startswith(b"begin:vcalendar"):
        return "text/calendar"
    return _TEXT_SUFFIXES.get(suffix, PLAIN_TEXT)
