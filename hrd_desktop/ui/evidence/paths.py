"""From what was dropped, pasted or chosen to paths, byte for byte."""

from __future__ import annotations

import os
import sys
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QMimeData, QUrl


def path_of(url: QUrl) -> bytes | None:
    """The path of a local file, or None for anything else.

    A name need not be Unicode where the system allows others: its bytes stand percent-encoded in the URL
    and would be lost in text.
    """
    if not url.isLocalFile() or url.host() not in ("", "localhost"):
        return None
    if sys.platform == "win32":
        return os.fsencode(url.toLocalFile())
    return unquote_to_bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded))


def paths_in(data: QMimeData | None) -> list[bytes]:
    """The files and folders of a drop or of the clipboard; an empty clipboard has no data at all."""
    if data is None:
        return []
    return [path for url in data.urls() if (path := path_of(url)) is not None]
