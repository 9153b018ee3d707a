"""The words, templates and style that bundles are made with, loaded for one language."""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
import tomllib
from dataclasses import dataclass, field
from pathlib import Path

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from hrd_desktop.bundle.pages import render_check_page
from hrd_desktop.domain.errors.bundle import BundleLanguageUnknown

#: Languages that bundles can be written in, in the order in which they are offered.
LANGUAGES = ("en", "es", "fr", "ar", "fa", "pt", "ru")


@dataclass(frozen=True)
class BundleTexts:
    """``labels`` are short words by code; ``style_source`` is the policy source that lets ``style`` in.

    ``actions`` name what happened to an item, ``check_page`` is ``check.html``, ``folder`` where all of it
    comes from.
    """

    language: str
    direction: str
    labels: dict[str, str] = field(repr=False)
    style: Markup = field(repr=False)
    style_source: str
    index: Template = field(repr=False)
    readme: Template = field(repr=False)
    cover: Template = field(repr=False)
    actions: dict[str, str] = field(repr=False)
    check_page: bytes = field(repr=False)
    folder: Path = field(repr=False)


def load_texts(folder: Path, language: str) -> BundleTexts:
    """The texts of ``language`` from ``folder`` (``resources/bundle``).

    Raises ``BundleLanguageUnknown`` when there are none, and ``OSError`` when the folder is damaged.
    """
    if not re.fullmatch(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*", language) or not (folder / language).is_dir():
        raise BundleLanguageUnknown()
    # Two environments: the page escapes every value, plain text must not show entities.
    page = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    plain = Environment(
        autoescape=False,  # noqa: S701 - for plain text files only, where escaping would show
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    plain.filters["fold"] = _fold
    words = tomllib.loads((folder / language / "labels.toml").read_text("utf-8"))
    prose = tomllib.loads((folder / language / "readme.toml").read_text("utf-8"))
    limits = tomllib.loads((folder / language / "check.toml").read_text("utf-8"))["limits"]
    style = (folder / "index.css").read_text("utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode("utf-8")).digest()).decode("ascii")
    return BundleTexts(
        language=language,
        direction=words["direction"],
        labels=words["labels"],
        style=Markup(style),  # noqa: S704 - a file of ours, of fixed content
        style_source=f"'sha256-{digest}'",
        index=page.from_string((folder / "index.html.j2").read_text("utf-8")),
        readme=plain.from_string(
            (folder / "README.txt.j2").read_text("utf-8"), {"t": prose["readme"], "limits": limits}
        ),
        cover=plain.from_string((folder / "cover.txt.j2").read_text("utf-8"), {"t": prose["cover"]}),
        actions=words["actions"],
        check_page=render_check_page(folder, language, words["direction"]),
        folder=folder,
    )


def _fold(text: str, indent: str = "") -> str:
    """Lines of at most 100 characters; a script without blanks is left as it is."""
    return textwrap.fill(text, 100, break_long_words=False, break_on_hyphens=False, subsequent_indent=indent)
