"""QR codes: as a picture for a file, or as rows of modules for a screen (ISO/IEC 18004)."""

from __future__ import annotations

import io

import segno

#: Light modules around the code, which readers need.
QUIET_MODULES = 4


def qr_svg(text: str) -> str:
    """The code as an SVG document."""
    out = io.BytesIO()
    segno.make(text, micro=False, error="m").save(out, kind="svg", border=QUIET_MODULES, xmldecl=True)
    return out.getvalue().decode("utf-8")


def qr_rows(text: str) -> tuple[tuple[bool, ...], ...]:
    """Rows of modules, True for dark, with the quiet zone around them."""
    code = segno.make(text, micro=False, error="m")
    return tuple(tuple(bool(module) for module in row) for row in code.matrix_iter(border=QUIET_MODULES))
