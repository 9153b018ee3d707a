"""The self-opening page in a browser, from disk: files come out byte for byte, faults are said plainly."""

from __future__ import annotations

import os
import zipfile
from pathlib import Path

import pytest

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.domain.export import BundleResult, SelfOpening
from tests.browser.chromium import Browser
from tests.unit.bundle.bundle_trees import make_source

WORDS = "abacus drop-down abide zoology yo-yo unwed armful"
STATUS = "document.getElementById('status').dataset.code"


def make(folder: Path, *contents: bytes, inside: bool) -> BundleResult:
    return make_source(*contents).write(
        folder,
        SelfOpening(WORDS),
        iterations=100_000,
        inside_limit_bytes=(8 << 20) if inside else 0,
    )


def open_page(browser: Browser, result: BundleResult, words: str, beside: Path | None = None) -> str:
    browser.open(result.path)
    if beside is not None:
        browser.choose("payload", beside)
    browser.type("passphrase", words)
    browser.click("open")
    browser.wait_for(f"{STATUS} && {STATUS} !== 'working'")
    return str(browser.run(f"return {STATUS}"))


def save(browser: Browser, number: int, name: str, size_bytes: int) -> bytes:
    """Press Save beside a file of the list and read what lands in the downloads."""
    path = browser.downloads / name
    path.unlink(missing_ok=True)
    browser.run("document.querySelectorAll('#files button')[arguments[0]].click(); return 0", number)
    return browser.saved(name, size_bytes).read_bytes()


@pytest.mark.parametrize("inside", [True, False])
def test_files_come_out_byte_for_byte(browser: Browser, tmp_path: Path, inside: bool) -> None:
    content = os.urandom((1 << 20) + 77_777)
    result = make(tmp_path, content, b"", inside=inside)
    assert (result.beside_path is None) is inside and result.cover_path is None
    assert {path.name for path in tmp_path.iterdir()} == {
        path.name for path in (result.path, result.beside_path) if path is not None
    }
    assert check_bundle(result.path, passphrase=WORDS).sound
    typed = "  ABACUS drop-down abide  zoology yo-yo unwed armful "
    assert open_page(browser, result, typed, result.beside_path) == "opened"
    names = browser.run(
        "return Array.from(document.querySelectorAll('#files bdi'), (one) => one.textContent)"
    )
    assert names[0] == "README.txt" and names[3].startswith("bag/data/items/"), "what is read comes first"
    place = names.index("bag/data/items/0001/original.jpg")
    assert save(browser, place, "original.jpg", len(content)) == content
    readme = save(
        browser, names.index("README.txt"), "README.txt", browser.run("return opened.entries[0].size")
    )
    assert readme.startswith(b"WHAT THIS IS")
    zip_name = browser.run("return header.name")
    (browser.downloads / zip_name).unlink(missing_ok=True)
    # The dialog of a browser that writes straight to a file cannot be pressed here: the other way is taken.
    browser.run("globalThis.showSaveFilePicker = undefined; return 0")
    browser.click("save-all")
    saved = browser.saved(zip_name, browser.run("return header.size"))
    with zipfile.ZipFile(saved) as file:
        assert file.testzip() is None
        assert file.read(f"{zip_name.removesuffix('.zip')}/bag/data/items/0001/original.jpg") == content
    assert check_bundle(saved).sound
    assert browser.run("return document.getElementById('passphrase').value") == ""
    assert browser.errors() == []


def test_a_wrong_passphrase_is_said_plainly(browser: Browser, tmp_path: Path) -> None:
    result = make(tmp_path, b"content", inside=True)
    assert open_page(browser, result, WORDS.replace("abide", "abode")) == "wrong"
    text = browser.run("return document.getElementById('status').textContent")
    assert text.startswith("Wrong passphrase. Nothing is damaged")
    assert open_page(browser, result, "abacus abide") == "seven_words"
    assert open_page(browser, result, WORDS) == "opened"


def test_damage_and_the_wrong_file(browser: Browser, tmp_path: Path) -> None:
    content = os.urandom((1 << 20) + 5)
    result = make(tmp_path, content, inside=False)
    assert result.beside_path is not None
    other = make(tmp_path, b"another", inside=False)
    assert open_page(browser, result, WORDS) == "choose_file"
    assert open_page(browser, result, WORDS, other.beside_path) == "other_file"
    data = result.beside_path.read_bytes()
    for number, changed in enumerate((data[:-1], data + b"x", data[:-9] + bytes([data[-9] ^ 1]) + data[-8:])):
        path = tmp_path / f"changed{number}.data"
        path.write_bytes(changed)
        assert open_page(browser, result, WORDS, path) == "damaged", number
    # Damage in the middle shows when that part is asked for; what is whole can still be saved.
    middle = tmp_path / "middle.data"
    middle.write_bytes(data[:600_000] + bytes([data[600_000] ^ 1]) + data[600_001:])
    assert open_page(browser, result, WORDS, middle) == "opened"
    press = (
        "Array.from(document.querySelectorAll('#files li')).find((row) => row.innerText.includes('original'))"
    )
    browser.run(f"{press}.querySelector('button').click(); return 0")
    browser.wait_for(f"{STATUS} === 'damaged'")
    page = result.path.read_text("utf-8")
    result.path.write_text(page.replace('"size":', '"size":1'), "utf-8")
    assert open_page(browser, result, WORDS, result.beside_path) == "damaged"
