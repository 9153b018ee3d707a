"""Generated bundles opened by what a recipient has: how many of how many (docs/spec/bundle.md)."""

from __future__ import annotations

import contextlib
import dataclasses
import hashlib
import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from hrd_desktop.bundle.texts import LANGUAGES, load_texts
from hrd_desktop.crypto.age_recipients import parse_recipient
from hrd_desktop.domain.export import BundleItem, PlainFolder, SelfOpening, ToRecipients
from tests.browser.check_page import check
from tests.browser.chromium import Browser
from tests.unit.bundle.bundle_trees import TEXTS_FOLDER, make_source

#: Around the chunks of age (64 KiB), of the self-opening page (1 MiB) and of the pieces that are read.
SIZES = (0, 1, 65_535, 65_536, 65_537, 131_072, (1 << 20) - 1, 1 << 20, (1 << 20) + 1)
WORDS = "abacus drop-down abide zoology yo-yo unwed armful"
TOOLS = ("age", "age-keygen", "unzip", "7z", "ssh-keygen", "sha256sum", "sha512sum", "openssl")
SMALL_SAMPLE, FULL = 3, 200


def run(*command: str | Path, cwd: Path | None = None, stdin: Path | None = None) -> bool:
    with open(stdin or os.devnull, "rb") as source:
        done = subprocess.run(command, cwd=cwd, stdin=source, capture_output=True, check=False, timeout=600)
    return done.returncode == 0


def accepted(folder: Path) -> Iterator[tuple[str, bool]]:
    """What each tool says of an unpacked bundle."""
    bag = folder / "bag"
    signed = bag / "tagmanifest-sha512.txt"
    for name in ("sha256", "sha512"):
        lists = [f"{kind}-{name}.txt" for kind in ("manifest", "tagmanifest")]
        yield f"{name}sum", all(run(f"{name}sum", "--strict", "--quiet", "-c", one, cwd=bag) for one in lists)
    yield "bagit.py", run(sys.executable, "-W", "ignore", "-m", "bagit", "--validate", bag)
    options = ("-f", "signer.pub", "-I", "signer", "-n", "sheaf-bundle", "-s", "bag.sig")
    yield "ssh-keygen", run("ssh-keygen", "-Y", "verify", *options, cwd=folder, stdin=signed)
    request = subprocess.run(
        ("openssl", "ts", "-query", "-in", "timestamp.tsq", "-text"),
        cwd=folder,
        capture_output=True,
        check=False,
    )
    yield "openssl", request.returncode == 0 and b"sha512" in request.stdout


def open_all(count: int, browser: Browser, folder: Path) -> Counter[tuple[str, bool]]:
    """Make ``count`` bundles, a third in each form, and have every tool open them."""
    draw = random.Random(20_261_127)
    key = folder / "key.txt"
    assert run("age-keygen", "-o", key)
    public = (
        subprocess.run(("age-keygen", "-y", key), capture_output=True, check=True).stdout.decode().strip()
    )
    found: Counter[tuple[str, bool]] = Counter()
    for number in range(count):
        place = folder / str(number)
        (place / "out").mkdir(parents=True)
        sizes = [SIZES[number % len(SIZES)], *draw.choices(SIZES, k=draw.randint(0, 2))]
        source = make_source(*(draw.randbytes(size) for size in sizes))
        texts = load_texts(TEXTS_FOLDER, LANGUAGES[number % len(LANGUAGES)])
        form = (PlainFolder(), ToRecipients((parse_recipient(public),)), SelfOpening(WORDS))[number % 3]
        inside = (8 << 20) if number % 2 else 0
        result = source.write(place / "out", form, texts=texts, iterations=100_000, inside_limit_bytes=inside)
        opened = result.path
        if isinstance(form, ToRecipients):
            packed = place / "opened.zip"
            found["age", run("age", "-d", "-i", key, "-o", packed, result.path)] += 1
            found["7z", run("7z", "t", packed)] += 1
            found["unzip", run("unzip", "-qq", packed, "-d", place / "unpacked")] += 1
            (opened,) = (place / "unpacked").iterdir()
        if isinstance(form, SelfOpening):
            packed = save_from_page(browser, result.path, result.beside_path)
            found["Chromium, page", packed is not None] += 1
            if packed is None:
                continue
            assert run("unzip", "-qq", packed, "-d", place / "unpacked")
            packed.unlink()
            (opened,) = (place / "unpacked").iterdir()
        for name, content in source.contents.items():
            item = opened / f"bag/data/items/{int(name[3:]):04d}/original.jpg"
            found["byte for byte", item.read_bytes() == content] += 1
        for tool, good in accepted(opened):
            found[tool, good] += 1
        browser.open(opened / "check.html")
        verdict = check(browser, "folder", opened)
        found["Chromium, check.html", verdict.state == "good" and not verdict.faults] += 1
        shutil.rmtree(place)
    return found


def save_from_page(browser: Browser, page: Path, beside: Path | None) -> Path | None:
    browser.open(page)
    if beside is not None:
        browser.choose("payload", beside)
    browser.type("passphrase", WORDS)
    browser.click("open")
    status = "document.getElementById('status').dataset.code"
    browser.wait_for(f"{status} && {status} !== 'working'")
    if browser.run(f"return {status}") != "opened":
        return None
    browser.run("globalThis.showSaveFilePicker = undefined; return 0")
    browser.click("save-all")
    return browser.saved(browser.run("return header.name"), browser.run("return header.size"))


@pytest.fixture
def browser(tmp_path: Path) -> Iterator[Browser]:
    for tool in TOOLS:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed (scripts/packages-test.txt)")
    browser = Browser(tmp_path / "browser")
    yield browser
    browser.close()


def judge(found: Counter[tuple[str, bool]], capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():
        for tool in sorted({tool for tool, _ in found}):
            total = found[tool, True] + found[tool, False]
            sys.stdout.write(f"\n{tool}: {found[tool, True]} of {total}")
    assert not [tool for tool, good in found if not good]


def test_a_few_bundles_are_opened_by_everything(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(open_all(SMALL_SAMPLE, browser, tmp_path), capsys)


@pytest.mark.gate
def test_two_hundred_bundles_are_opened_by_everything(
    browser: Browser, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(open_all(FULL, browser, tmp_path), capsys)


@pytest.mark.gate
def test_an_item_over_four_gib_is_opened_too(browser: Browser, on_disk: Path) -> None:
    """More than a zip file without ZIP64 can hold; the content is zeros, none of it in memory."""
    size, piece = (4 << 30) + 1, bytes(1 << 20)
    digest = hashlib.sha256()
    for _ in range(size >> 20):
        digest.update(piece)
    digest.update(b"\0")
    source = make_source(b"")
    item = dataclasses.replace(source.plan.items[0], size_bytes=size, sha256=digest.digest())
    source.plan = dataclasses.replace(source.plan, items=(item,))

    @contextlib.contextmanager
    def open_item(item: BundleItem) -> Iterator[Iterator[bytes]]:
        yield (piece if number < size >> 20 else b"\0" for number in range((size >> 20) + 1))

    key = on_disk / "key.txt"
    assert run("age-keygen", "-o", key)
    public = (
        subprocess.run(("age-keygen", "-y", key), capture_output=True, check=True).stdout.decode().strip()
    )
    form = ToRecipients((parse_recipient(public),))
    result = source.write(on_disk, form, open_item=open_item)
    packed = on_disk / "opened.zip"
    assert run("age", "-d", "-i", key, "-o", packed, result.path)
    result.path.unlink()
    assert run("7z", "t", packed) and run("unzip", "-tqq", packed)
    (on_disk / "check.html").write_bytes(load_texts(TEXTS_FOLDER, "en").check_page)
    browser.open(on_disk / "check.html")
    verdict = check(browser, "zip", packed, seconds=3600)
    assert (verdict.state, verdict.faults) == ("good", [])
