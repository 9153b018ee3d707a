"""Pages of a bundle where they are looked at: on a narrow screen, in the other direction, on paper."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from hrd_desktop.domain.export import PlainFolder
from tests.browser.check_page import check
from tests.browser.chromium import Browser
from tests.unit.bundle.bundle_trees import make_source


def test_pages_on_a_narrow_screen_and_on_paper(browser: Browser, tmp_path: Path) -> None:
    source = make_source(b"one", change=lambda item: dataclasses.replace(item, title="إفادة"))
    bundle = source.write(tmp_path, PlainFolder()).path
    browser.cdp(
        "Emulation.setDeviceMetricsOverride", width=360, height=700, deviceScaleFactor=1, mobile=False
    )
    try:
        browser.open(bundle / "bag/data/index.html")
        widths = "[document.documentElement.scrollWidth, document.querySelector('dd').offsetWidth]"
        needed, of_value = browser.run(f"return {widths}")
        assert needed <= 360 and of_value > 280, "nothing is cut off, and values have the whole width"
        browser.open(bundle / "check.html")
        assert check(browser, "folder", bundle).state == "good"
        left = "(one) => document.querySelector(one).getBoundingClientRect().left"
        number, title = browser.run(f"return ['.number', '.title bdi'].map({left})")
        assert title - number < 80, "a title of the other direction stays beside its number"
        assert not browser.run("return document.querySelector('details').open")
        browser.cdp("Page.printToPDF")
        assert browser.run("return document.querySelector('details').open"), "paper cannot be unfolded"
        assert browser.errors() == []
    finally:
        browser.cdp("Emulation.clearDeviceMetricsOverride")
