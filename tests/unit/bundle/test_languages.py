"""README, cover sheet, labels and pages are there in every language, whole, and in its direction."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import pytest

from hrd_desktop.bundle.pages import render_opening_page
from hrd_desktop.bundle.texts import LANGUAGES, load_texts
from tests.unit.bundle.bundle_trees import TEXTS_FOLDER

NAMES = ("labels", "check", "opening", "readme")


def flat(value: Any, name: str = "") -> dict[str, str]:
    if isinstance(value, str):
        return {name: value}
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    return {key: text for inner, part in pairs for key, text in flat(part, f"{name}.{inner}").items()}


def words(language: str) -> dict[str, str]:
    return {
        key: text
        for name in NAMES
        for key, text in flat(
            tomllib.loads((TEXTS_FOLDER / language / f"{name}.toml").read_text("utf-8")), name
        ).items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_is_there_with_its_places(language: str) -> None:
    english, here = words("en"), words(language)
    assert here.keys() == english.keys()
    for key, text in here.items():
        assert text.strip(), key
        assert set(re.findall(r"\{\w+\}", text)) == set(re.findall(r"\{\w+\}", english[key])), key
    if language != "en":
        assert sum(here[key] == english[key] for key in here) < len(here) // 10


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_and_paper_can_be_made(language: str) -> None:
    texts = load_texts(TEXTS_FOLDER, language)
    direction = "rtl" if language in ("ar", "fa") else "ltr"
    start = f'<html lang="{language}" dir="{direction}">'.encode()
    before, after = render_opening_page(TEXTS_FOLDER, language, direction, "x.data")
    assert start in texts.check_page and start in before and after.rstrip().endswith(b"</html>")
    values = {"items": 12, "payload_files": 345, "payload_bytes": 67_890, "tool": None}
    readme = texts.readme.render(custody=True, contacts=True, **values)
    assert "345" in readme and "67890" in readme and "{" not in re.sub(r"foreach.*", "", readme)
    for command in ("sha256sum --strict -c", "shasum -a 256 -c", "Get-FileHash", "ssh-keygen -Y verify"):
        assert command in readme
    for passphrase in (True, False):
        cover = texts.cover.render(
            file="n.zip.age", zip="n.zip", passphrase=passphrase, hybrid=not passphrase
        )
        assert (
            "age -d" in cover and "n.zip.age" in cover and "{" not in cover and "1.3" in cover
        ) or passphrase
