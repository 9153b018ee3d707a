"""Pages with a script of their own, each one file: the checker and the self-opening page."""

from __future__ import annotations

import base64
import hashlib
import json
import tomllib
from collections.abc import Mapping
from pathlib import Path

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

#: The scripts of each page, in the order in which they stand in it; names relative to ``resources/bundle``.
CHECK_SCRIPTS = (
    *("check/bytes.js", "check/sources.js", "check/hashing.js", "check/bag.js", "check/events.js"),
    *("check/signature.js", "check/proofs.js", "check/receipts.js", "check/timestamp.js", "check/check.js"),
    "check/page.js",
)
#: What the page gives to its workers as well stands in a script element of its own.
DIGEST_SCRIPTS = ("check/digests.js", "check/worker.js")
OPENING_SCRIPTS = ("check/bytes.js", "check/sources.js", "opening/opening.js", "opening/page.js")
#: Where the content of a self-opening page goes.
CONTENT_MARK = "<!-- CONTENT -->"


def load_words(folder: Path, language: str, name: str) -> dict[str, object]:
    """The words of one page in one language; the actions of custody events come from the labels."""
    words = tomllib.loads((folder / language / f"{name}.toml").read_text("utf-8"))
    labels = tomllib.loads((folder / language / "labels.toml").read_text("utf-8"))
    return {**words, "actions": labels["actions"]}


def render_check_page(folder: Path, language: str, direction: str) -> bytes:
    """``check.html`` in one language; the same texts give the same bytes."""
    words = load_words(folder, language, "check")
    style = (folder / "check/check.css").read_text("utf-8")
    digests = _script(folder, DIGEST_SCRIPTS)
    return _render(
        folder,
        "check/check.html.j2",
        CHECK_SCRIPTS,
        style,
        words,
        language,
        direction,
        digests=Markup(digests),  # noqa: S704 - files of ours, of fixed content
        digests_source=Markup(_source(digests)),  # noqa: S704 - a digest
    )


def render_opening_page(folder: Path, language: str, direction: str, beside: str) -> tuple[bytes, bytes]:
    """The two parts of a self-opening page around its content; ``beside`` names the file to be chosen."""
    words = load_words(folder, language, "opening")
    del words["actions"]
    style = (folder / "opening/opening.css").read_text("utf-8")
    scripts = OPENING_SCRIPTS
    page = _render(
        folder, "opening/opening.html.j2", scripts, style, words, language, direction, beside=beside
    )
    before, after = page.split(CONTENT_MARK.encode("ascii"))
    return before, after


def _render(
    folder: Path,
    template: str,
    scripts: tuple[str, ...],
    style: str,
    words: Mapping[str, object],
    language: str,
    direction: str,
    **more: str,
) -> bytes:
    script = _script(folder, scripts)
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    page = environment.from_string((folder / template).read_text("utf-8"))
    # Inside a script element only "<" can end it or begin a comment; in JSON it can be spelled otherwise.
    words_json = json.dumps(words, ensure_ascii=False, sort_keys=True).replace("<", "\\u003c")
    return page.render(
        language=language,
        direction=direction,
        words=words,
        words_json=Markup(words_json),  # noqa: S704 - JSON of our own words, "<" escaped above
        script=Markup(script),  # noqa: S704 - a file of ours, of fixed content
        script_source=Markup(_source(script)),  # noqa: S704 - a digest
        style=Markup(style),  # noqa: S704 - a file of ours, of fixed content
        style_source=Markup(_source(style)),  # noqa: S704 - a digest
        **more,
    ).encode("utf-8")


def _script(folder: Path, names: tuple[str, ...]) -> str:
    return "\n" + "\n".join((folder / name).read_text("utf-8") for name in names)


def _source(text: str) -> str:
    digest = base64.b64encode(hashlib.sha256(text.encode("utf-8")).digest()).decode("ascii")
    return f"'sha256-{digest}'"
