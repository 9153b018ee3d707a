"""Using check.html as a person would: choose, wait, read."""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.browser.chromium import WAIT_SECONDS, Browser

Files = dict[str, bytes]
_DONE = (
    "!document.getElementById('result').hidden && document.getElementById('working').hidden"
    " && !document.getElementById('result').dataset.old"
)
_READ = """
const part = (id) => document.getElementById(id);
return {
  state: part('verdict').dataset.state,
  kind: part('verdict').dataset.kind ?? null,
  heading: part('verdict-heading').textContent,
  text: part('verdict-text').innerText,
  faults: last ? last.faults : [],
  remarks: last ? last.remarks.map((one) => one.kind) : [],
  items: Array.from(part('items').children, (row) => [row.dataset.number, row.dataset.sound]),
  signer: last && last.signer ? keyName(last.signer.key) : null,
};
"""


@dataclass(frozen=True)
class Verdict:
    """What the page says of one bundle."""

    state: str
    kind: str | None
    heading: str
    text: str
    faults: list[dict[str, str]]
    remarks: list[str]
    items: list[list[str]]
    signer: str | None

    @property
    def first(self) -> tuple[str, str] | None:
        """Kind and path of the first fault."""
        return (self.faults[0]["kind"], self.faults[0]["path"]) if self.faults else None


def check(browser: Browser, field: str, path: Path, seconds: float = WAIT_SECONDS) -> Verdict:
    """Choose a folder (``folder``) or a zip file (``zip``) in the open page and read the verdict."""
    browser.run("document.getElementById('result').dataset.old = 'yes'; return 0")
    browser.run(
        "const result = document.getElementById('result');"
        "new MutationObserver((seen, observer) => { observer.disconnect(); delete result.dataset.old; })"
        ".observe(document.getElementById('working'), {attributes: true}); return 0"
    )
    browser.choose(field, path)
    browser.wait_for(_DONE, seconds)
    return Verdict(**browser.run(_READ))


def compare(browser: Browser, typed: str) -> str:
    """Paste something and press Compare; gives the code and the state."""
    browser.run("document.getElementById('typed').value = arguments[0]; return 0", typed)
    browser.run("document.getElementById('compared').hidden = true; return 0")
    browser.click("compare")
    browser.wait_for("!document.getElementById('compared').hidden")
    code, state = browser.run(
        "const box = document.getElementById('compared'); return [box.dataset.code, box.dataset.state]"
    )
    return f"{code} {state}"


def put(files: Files, folder: Path) -> Path:
    """Write the files of a bundle into a folder."""
    for name, content in files.items():
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
    return folder


def vector_bundles(project: Path) -> tuple[dict[str, Any], list[tuple[dict[str, str], Files]]]:
    """The bundles of tests/vectors/sealed-bundles.json, each with what is expected of it."""
    document = json.loads((project / "tests/vectors/sealed-bundles.json").read_text("utf-8"))
    bundles: list[tuple[dict[str, str], Files]] = []
    for vector in document["vectors"]:
        whole: Files = dict(bundles[0][1]) if bundles else {}
        for name, told in vector.pop("files").items():
            if told is None:
                whole.pop(name)
            else:
                whole[name] = told["text"].encode() if "text" in told else base64.b64decode(told["base64"])
        bundles.append((vector, whole))
    return document, bundles
