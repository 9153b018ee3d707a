"""QR codes in a picture, through zxing-cpp: their texts, and nothing of the picture."""

from __future__ import annotations

import zxingcpp
from PIL import Image

from hrd_desktop.decode.readers import pictures
from hrd_desktop.decode.stream import RemoteStream
from hrd_desktop.decode.validity import clean

#: A code that fills a tenth of a photograph of this edge still has several pixels in each module.
_EDGE_PX = 2400
_MOST_CODES = 16


def load() -> None:
    """Load the library and have it read something; afterwards no file can be opened any more."""
    _read(Image.new("L", (32, 32), 255))


def texts(stream: RemoteStream, limit_chars: int) -> str:
    """The texts of the codes in the picture, one a line, the first ones. Raises ``Refusal``."""
    width, height, rgba, _ = pictures.picture(stream, _EDGE_PX)
    upright = Image.frombuffer("RGBA", (width, height), rgba, "raw", "RGBA", 0, 1)
    # What is transparent counts as paper.
    paper = Image.new("RGBA", upright.size, (255, 255, 255, 255))
    found = _read(Image.alpha_composite(paper, upright).convert("L"))
    return clean("\n".join(found), lines=True)[:limit_chars]


def _read(picture: Image.Image) -> list[str]:
    only_qr = zxingcpp.BarcodeFormats(zxingcpp.BarcodeFormat.QRCode)
    codes = zxingcpp.read_barcodes(picture, formats=only_qr, text_mode=zxingcpp.TextMode.Plain)
    return [text for code in codes[:_MOST_CODES] if (text := code.text.strip())]
