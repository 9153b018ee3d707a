"""check.html and check-bundle are shown the same damaged bundles: what the one finds, the other finds too."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from hrd_desktop.bundle.check import check_bundle
from tests.browser.check_page import check
from tests.browser.chromium import Browser
from tests.unit.bundle.bundle_trees import Tree, finished_tree, make_source, put_folder
from tests.unit.bundle.test_check_faults import FAULTS
from tests.unit.services.test_receive import CONFORMANCE

#: The rows of the table in docs/reliability.md, and the kinds of fault in each.
ROWS = {
    "a file changed": "file-changed",
    "a file added": "file-unlisted tag-file-unlisted outside-bag",
    "a file missing": "file-missing",
    "lists of files: a line, a path, a list missing": (
        "manifest-line manifest-path manifest-duplicate manifest-missing manifest-weak byte-order-mark"
        " tag-manifest-missing"
    ),
    "declaration, counts and other rules of BagIt": (
        "bag-declaration bag-version bag-encoding bag-info bag-missing oxum fetch"
    ),
    "names that fall on one another or are none on Windows": "path-collision path-reserved",
    "events": "event-leaf event-digest event-order event-content custody-missing",
    "proofs": "proof proof-missing proof-extra",
    "signature, another key, timestamp request": "signature signature-form signature-missing timestamp",
    "receipts, states that contradict each other, countersignatures": "receipt consistency cosignature",
}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    (tmp_path / "whole").mkdir()
    return finished_tree(make_source(b"one", b"two"), tmp_path / "whole")


#: Found by both only since both ask what Windows makes of a name.
SAMPLE = ("bag-info line", "collision", "device name")


def missed(browser: Browser, page: Path, tree: Tree, folder: Path, notes: Collection[str]) -> list[str]:
    """Of the faults with these notes, those that one of the two does not find."""
    browser.open(page)
    found = []
    for note, change, _ in FAULTS:
        if note not in notes:
            continue
        damaged = put_folder(change(dict(tree)), folder / note)
        if check(browser, "folder", damaged).state != "bad" or check_bundle(damaged).sound:
            found.append(note)
    return found


def test_some_faults_of_the_bag(browser: Browser, check_page: Path, tree: Tree, tmp_path: Path) -> None:
    assert missed(browser, check_page, tree, tmp_path, SAMPLE) == []


@pytest.mark.gate
def test_every_fault_of_the_bag(browser: Browser, check_page: Path, tree: Tree, tmp_path: Path) -> None:
    assert missed(browser, check_page, tree, tmp_path, [note for note, _, _ in FAULTS]) == []


def test_the_published_table_counts_what_is_planted(project: Path) -> None:
    document = json.loads((project / "tests/vectors/sealed-bundles.json").read_text("utf-8"))
    planted = Counter(vector["kind"] for vector in document["vectors"] if "kind" in vector)
    planted.update(expected[0][0].value for _, _, expected in FAULTS)
    planted.update(kind.value for _, _, kind in CONFORMANCE)
    counted: Counter[str] = Counter()
    for kind, count in planted.items():
        row = next((row for row, kinds in ROWS.items() if kind in kinds.split()), "another")
        counted[row] += count
    page = (project / "docs/reliability.md").read_text("utf-8")
    assert [f"| {row} | {counted[row]} |" for row in ROWS if f"| {row} | {counted[row]} |" not in page] == []
    good = len(document["vectors"]) - sum("kind" in vector for vector in document["vectors"])
    assert counted["another"] == 0 and f"{good} good bundles" in page
    assert f"{sum(planted.values())} damaged bundles" in page
