"""One browser for all tests of pages, and the pages themselves on disk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.bundle.pages import render_check_page
from tests.browser.chromium import Browser

RESOURCES = Path(__file__).parents[2] / "resources" / "bundle"


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    browser = Browser(tmp_path_factory.mktemp("browser"))
    yield browser
    browser.close()


@pytest.fixture(scope="session")
def check_page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    page = tmp_path_factory.mktemp("pages") / "check.html"
    page.write_bytes(render_check_page(RESOURCES, "en", "ltr"))
    return page
