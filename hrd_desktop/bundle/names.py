"""Generated names: nothing of the vault, the user or the original file is in them."""

from __future__ import annotations

from collections.abc import Callable

# Without vowels no word appears by chance, without 0 1 l none is misread; no Windows name is possible.
_LETTERS = "23456789bcdfghjkmnpqrstvwxz"
_NAME_LETTERS = 12

# Only sorts that a double click shows without running anything of theirs. Web pages and pictures that
# may hold scripts are given a name that opens them as text or not at all; their bytes are the same.
_EXTENSIONS = {
    "application/epub+zip": "epub",
    "application/gzip": "gz",
    "application/json": "txt",
    "application/mbox": "mbox",
    "application/msword": "doc",
    "application/ogg": "ogg",
    "application/pdf": "pdf",
    "application/rtf": "rtf",
    "application/vnd.ms-excel": "xls",
    "application/vnd.ms-powerpoint": "ppt",
    "application/vnd.oasis.opendocument.presentation": "odp",
    "application/vnd.oasis.opendocument.spreadsheet": "ods",
    "application/vnd.oasis.opendocument.text": "odt",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation": "pptx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": "docx",
    "application/x-7z-compressed": "7z",
    "application/x-tar": "tar",
    "application/zip": "zip",
    "audio/3gpp": "3gp",
    "audio/aac": "aac",
    "audio/amr": "amr",
    "audio/flac": "flac",
    "audio/midi": "mid",
    "audio/mp4": "m4a",
    "audio/mpeg": "mp3",
    "audio/ogg": "ogg",
    "audio/opus": "opus",
    "audio/wav": "wav",
    "audio/webm": "webm",
    "audio/x-m4a": "m4a",
    "audio/x-wav": "wav",
    "image/avif": "avif",
    "image/bmp": "bmp",
    "image/gif": "gif",
    "image/heic": "heic",
    "image/heif": "heif",
    "image/jpeg": "jpg",
    "image/jxl": "jxl",
    "image/png": "png",
    "image/tiff": "tif",
    "image/webp": "webp",
    "image/x-adobe-dng": "dng",
    "message/rfc822": "eml",
    "text/csv": "csv",
    "text/vcard": "vcf",
    "video/3gpp": "3gp",
    "video/mp4": "mp4",
    "video/mpeg": "mpg",
    "video/ogg": "ogv",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-m4v": "m4v",
    "video/x-matroska": "mkv",
    "video/x-msvideo": "avi",
}


def make_random_name(randomness: Callable[[int], bytes]) -> str:
    """Twelve letters and digits (57 bits), safe as a file name everywhere."""
    letters: list[str] = []
    while len(letters) < _NAME_LETTERS:
        for byte in randomness(_NAME_LETTERS):
            # 243 is the greatest multiple of 27 below 256: beyond it the draw would not be even.
            if byte < 243 and len(letters) < _NAME_LETTERS:
                letters.append(_LETTERS[byte % 27])
    return "".join(letters)


def safe_extension(media_type: str) -> str:
    """The extension, without a dot, for a media type; ``txt`` for other text, ``bin`` for the rest."""
    plain = media_type.partition(";")[0].strip().lower()
    if plain in _EXTENSIONS:
        return _EXTENSIONS[plain]
    return "txt" if plain.startswith("text/") else "bin"
