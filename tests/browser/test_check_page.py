"""check.html in a stock browser, from disk: every planted fault is found and named, none is invented."""

from __future__ import annotations

import base64
import hashlib
import io
import random
import zipfile
from pathlib import Path

import pytest

from tests.browser.check_page import Files, check, compare, put, vector_bundles
from tests.browser.chromium import Browser

ITEM = "bag/data/items/0001/original.jpg"


@pytest.fixture(scope="session")
def vectors(project: Path) -> tuple[dict[str, str], list[tuple[dict[str, str], Files]]]:
    return vector_bundles(project)


@pytest.fixture
def good(vectors: tuple[dict[str, str], list[tuple[dict[str, str], Files]]]) -> Files:
    return dict(vectors[1][0][1])


def pack(files: Files, method: int) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, content in files.items():
            target.writestr(f"top/{name}", content)
    return out.getvalue()


def test_digests_are_those_of_the_standard(browser: Browser, check_page: Path) -> None:
    """The examples of FIPS 180-4, and every length around a block, in pieces of many sizes."""
    browser.open(check_page)
    draw = random.Random(7)
    texts = ["", "abc", "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", "a" * 1_000_000]
    texts += ["".join("abcdefghijklmnopqrstu"[start : start + 8] for start in range(14))]
    texts += ["x" * length for length in (*range(50, 70), *range(105, 135), 240, 256, 4095)]
    steps = (1, 3, 64, 127, 128, 1000, 1 << 20)
    pieces = [draw.choice(steps) if len(text) < 10_000 else 1 << 16 for text in texts]
    found = browser.run(
        """
        return arguments[0].map((text, index) => {
          const bytes = encodeText(text), step = arguments[1][index];
          const short = new Sha256(), long = new Sha512();
          for (let at = 0; at < bytes.length; at += step) {
            short.update(bytes.subarray(at, at + step));
            long.update(bytes.subarray(at, at + step));
          }
          return [toHex(short.digest()), toHex(long.digest())];
        });
        """,
        texts,
        pieces,
    )
    for text, (short, long) in zip(texts, found, strict=True):
        assert short == hashlib.sha256(text.encode()).hexdigest(), len(text)
        assert long == hashlib.sha512(text.encode()).hexdigest(), len(text)
    assert found[1][0] == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"


def test_every_way_of_hashing_gives_the_same(browser: Browser, check_page: Path) -> None:
    """As a whole by the browser, in workers, in the page; and in the page where no worker starts."""
    browser.open(check_page)
    content = random.Random(7).randbytes((2 << 20) + 4097)
    found = browser.run(
        """
        return (async () => {
          const file = new File([Uint8Array.fromBase64(arguments[0])], "x");
          const entry = entryOfFile("x", file);
          const ways = { hashWhole, hashInWorkers, hashHere };
          const kept = Worker;
          const broken = {
            nothing: class { constructor() { throw new Error("refused"); } },
            silent: class extends kept {
              constructor() { super(URL.createObjectURL(new Blob(["throw 1"]))); }
            },
          };
          // Larger than what is given to the browser as a whole, as far as the choice of the way goes.
          const large = { ...entry, size: WHOLE_BYTES + 1 };
          for (const [name, kind] of Object.entries(broken))
            ways[name] = async (one, progress) => {
              globalThis.Worker = kind;
              try {
                return await hashFile(large, progress);
              } finally {
                globalThis.Worker = kept;
              }
            };
          const told = {};
          for (const [name, way] of Object.entries(ways)) {
            let done = 0;
            told[name] = await way(entry, async (count) => { done += count; });
            told[name].done = done;
          }
          return told;
        })();
        """,
        base64.b64encode(content).decode(),
    )
    expected = {"sha256": hashlib.sha256(content).hexdigest(), "sha512": hashlib.sha512(content).hexdigest()}
    ways = ("hashWhole", "hashInWorkers", "hashHere", "nothing", "silent")
    assert found == {way: {**expected, "done": len(content)} for way in ways}
    assert all("Uncaught 1" in line for line in browser.errors())


def test_every_vector(
    browser: Browser,
    check_page: Path,
    vectors: tuple[dict[str, str], list[tuple[dict[str, str], Files]]],
    tmp_path: Path,
) -> None:
    """Good bundles and bundles with one fault each, made by code of their own (tests/vectors)."""
    document, bundles = vectors
    browser.open(check_page)
    assert len(bundles) >= 30
    for number, (vector, files) in enumerate(bundles):
        verdict = check(browser, "folder", put(files, tmp_path / str(number)))
        if "kind" not in vector:
            assert (verdict.state, verdict.first) == ("good", None), vector["note"]
            assert all(sound == "true" for _, sound in verdict.items) and len(verdict.items) == 2
            continue
        assert verdict.state == "bad" and verdict.first is not None, vector["note"]
        kind, path = verdict.first
        assert kind == verdict.kind == vector["kind"], vector["note"]
        assert path.removeprefix("bag/") == vector["path"].removeprefix("bag/"), vector["note"]
    assert browser.errors() == []
    first = check(browser, "folder", tmp_path / "0")
    assert first.signer == document["key_name"]
    assert f"unchanged since it was signed by key {document['key_name']}" in first.text
    assert "genuine" not in first.text.replace("Whether it is genuine is not checked", "")


def test_faults_name_the_item_they_are_about(
    browser: Browser, check_page: Path, good: Files, tmp_path: Path
) -> None:
    browser.open(check_page)
    good[ITEM] = bytes([good[ITEM][0] ^ 1]) + good[ITEM][1:]
    verdict = check(browser, "folder", put(good, tmp_path / "x"))
    assert verdict.items == [["0001", "false"], ["0002", "true"]]
    assert ITEM in verdict.text and "was changed" in verdict.text


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("notes.txt", b"x", "outside-bag"),
        ("bag/data/items/0001/.DS_Store", b"x", "system-file"),
        ("bag/extra.txt", b"x", "tag-file-unlisted"),
        ("bag/fetch.txt", b"x", "tag-file-unlisted"),
        ("bag/bagit.txt", b"BagIt-Version: 0.97\n", "bag-declaration"),
        ("bag/manifest-sha256.txt", b"0  data/x\n", "manifest-line"),
    ],
)
def test_more_that_was_put_in(
    browser: Browser, check_page: Path, good: Files, tmp_path: Path, name: str, content: bytes, kind: str
) -> None:
    browser.open(check_page)
    good[name] = content
    verdict = check(browser, "folder", put(good, tmp_path / "x"))
    assert verdict.state == "bad" and kind in {fault["kind"] for fault in verdict.faults}


def test_a_line_of_the_lists_and_an_event(
    browser: Browser, check_page: Path, good: Files, tmp_path: Path
) -> None:
    """Changed as somebody without the key would: the digests in the lists no longer fit."""
    browser.open(check_page)
    for number, name in enumerate(
        ("bag/manifest-sha512.txt", "bag/tagmanifest-sha512.txt", "bag/data/custody/0001.jsonl")
    ):
        changed = dict(good)
        at = 5
        other = b"1" if changed[name][at : at + 1] != b"1" else b"2"
        changed[name] = changed[name][:at] + other + changed[name][at + 1 :]
        verdict = check(browser, "folder", put(changed, tmp_path / str(number)))
        assert verdict.state == "bad"
        assert any(fault["path"] == name or fault["kind"] == "signature" for fault in verdict.faults), name


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_zip_files(browser: Browser, check_page: Path, good: Files, tmp_path: Path, method: int) -> None:
    browser.open(check_page)
    (tmp_path / "x.zip").write_bytes(pack(good, method))
    verdict = check(browser, "zip", tmp_path / "x.zip")
    assert (verdict.state, verdict.faults) == ("good", [])
    good[ITEM] += b"x"
    (tmp_path / "y.zip").write_bytes(pack(good, method))
    assert check(browser, "zip", tmp_path / "y.zip").first == ("file-changed", ITEM)
    (tmp_path / "z.zip").write_bytes(b"PK\x03\x04 no zip file")
    assert check(browser, "zip", tmp_path / "z.zip").kind == "zip"


def test_what_is_no_bundle(browser: Browser, check_page: Path, good: Files, tmp_path: Path) -> None:
    browser.open(check_page)
    assert check(browser, "folder", put({"a.txt": b"x"}, tmp_path / "other")).kind == "bag-missing"
    put(good, tmp_path / "above" / "x")
    assert check(browser, "folder", tmp_path / "above" / "x" / "bag").kind == "only-bag"
    assert check(browser, "folder", tmp_path / "above").state == "good"


def test_what_is_typed_in(
    browser: Browser,
    check_page: Path,
    vectors: tuple[dict[str, str], list[tuple[dict[str, str], Files]]],
    tmp_path: Path,
) -> None:
    """A fingerprint, the digits told by voice, and receipts: of this key and of another."""
    bundles = vectors[1]
    browser.open(check_page)
    good = bundles[0][1]
    remade = next(files for vector, files in bundles if "by another key" in vector["note"])
    check(browser, "folder", put(good, tmp_path / "x"))
    key = browser.run(
        "const key = last.signer.key; return [sshFingerprint(key), digitsOf(keyDigest(key)), keyName(key)]"
    )
    receipts = [content.decode() for name, content in good.items() if "/receipt-" in name]
    spoken = [line for text in receipts for line in text.split("\n") if line.startswith("spoken ")]
    assert compare(browser, key[0]) == "key_fits good"
    assert compare(browser, key[1]) == "key_fits good"
    assert compare(browser, key[2]) == "key_short bad"
    for text in (*receipts, *spoken, *(line.removeprefix("spoken ") for line in spoken)):
        assert compare(browser, text) == "receipt_fits good", text
    assert compare(browser, spoken[0][:-1] + "x") == "not_understood bad"
    wrong = spoken[0][:-1] + ("1" if spoken[0][-1] != "1" else "2")
    assert compare(browser, wrong) == "receipt_rewritten bad"
    check(browser, "folder", put(remade, tmp_path / "y"))
    assert compare(browser, key[0]) == "other_key bad"
    assert compare(browser, key[1]) == "other_key bad"
    assert compare(browser, receipts[0]) == "other_key bad"


def test_the_page_can_reach_nothing(browser: Browser, check_page: Path) -> None:
    """The policy stops what a page could use to talk to somebody."""
    browser.open(check_page)
    answer = browser.run(
        "return fetch('http://127.0.0.1:9/').then(() => 'sent', (error) => error.constructor.name)"
    )
    assert answer == "TypeError"
    assert any("Content Security Policy" in line for line in browser.errors())
    html = check_page.read_text("utf-8")
    assert "http:" not in html and "https:" not in html and "src=" not in html
