"""Draw what the program shows into build/screenshots/: ``screenshots.py [--to FOLDER] [VARIANT...]``.

Every screen of the window in light, dark, Arabic (mirrored) and at 200 %, without a display, and the whole
job on the terminal as an SVG picture. With ``--to``, the screens alone, into that folder.
"""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 100
ROOT = Path(__file__).resolve().parent.parent
TARGET = ROOT / "build" / "screenshots"
VARIANTS = ("light", "dark", "arabic", "200")
# rich's own frame fetches a font from the network when it is looked at; this one uses the reader's.
FRAME = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font-family: monospace; font-size: {char_height}px; line-height: {line_height}px; }}
{styles}
</style>
<defs><clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}"/></clipPath>{lines}</defs>
<rect fill="#292929" width="100%" height="100%" rx="8"/>
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
"""


def terminal_picture(arguments: list[str], title: str) -> str:
    """Run a module of the program and return what it wrote to the terminal, as SVG."""
    shown = subprocess.run(
        [sys.executable, "-I", "-m", *arguments], cwd="/", stdout=subprocess.PIPE, check=True
    ).stdout
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(shown.decode("utf-8", "replace")))
    return console.export_svg(title=title, code_format=FRAME)


def draw_window(variant: str, folder: Path) -> None:
    """Every screen in one variant, in a program and a home of its own."""
    with tempfile.TemporaryDirectory(prefix="screens-") as home:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("XDG_", "QT_"))},
            "HOME": home,
            "QT_QPA_PLATFORM": "offscreen",
            "QT_SCALE_FACTOR": str(int(variant) / 100) if variant.isdecimal() else "1",
        }
        subprocess.run(
            [sys.executable, "-m", "scripts.screens", variant, str(folder)],
            cwd=ROOT,
            env=environment,
            check=True,
        )


def main() -> None:
    """Draw every picture; each is written whole."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path)
    parser.add_argument(
        "variants", nargs="*", metavar="VARIANT", help=", ".join(VARIANTS) + " or another percentage"
    )
    chosen = parser.parse_args()
    folder = (chosen.to or TARGET).absolute()
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    for variant in chosen.variants or VARIANTS:
        draw_window(variant, folder)
    if chosen.to is not None:
        print(folder)
        return
    with tempfile.TemporaryDirectory() as place:
        picture = terminal_picture(["hrd_desktop.cli.demo", str(Path(place) / "demo")], "Sheaf")
    (TARGET / "demo.svg").write_text(picture, "utf-8")
    print(TARGET / "demo.svg")


if __name__ == "__main__":
    main()
