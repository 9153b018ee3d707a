"""Draw what the program shows into build/screenshots/: the whole job on the terminal, as an SVG picture."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.text import Text

COLUMNS = 100
TARGET = Path(__file__).resolve().parent.parent / "build" / "screenshots"
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


def main() -> None:
    """Draw every picture; each is written whole."""
    TARGET.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        picture = terminal_picture(["hrd_desktop.cli.demo", str(Path(folder) / "demo")], "Sheaf")
    (TARGET / "demo.svg").write_text(picture, "utf-8")
    print(TARGET / "demo.svg")


if __name__ == "__main__":
    main()
