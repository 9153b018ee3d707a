"""Signed bundles: the checker finds what the vectors say, and stock programs agree."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

import pytest

from hrd_desktop.bundle.check import check_bundle
from hrd_desktop.domain.bundle_report import FaultKind
from tests.unit.bundle.bundle_trees import pack_zip, put_folder

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[1] / "vectors" / "sealed-bundles.json").read_text("utf-8")
)


def files_of(vector: dict[str, Any]) -> dict[str, bytes]:
    files: dict[str, bytes] = {}
    for name, content in (DOCUMENT["vectors"][0]["files"] | vector["files"]).items():
        if content is not None:
            text = content.get("text")
            files[name] = text.encode() if text is not None else base64.b64decode(content["base64"])
    return files


@pytest.mark.parametrize("form", ["folder", "zip"])
@pytest.mark.parametrize("vector", DOCUMENT["vectors"], ids=lambda vector: vector["note"])
def test_vectors(vector: dict[str, Any], form: str, tmp_path: Path) -> None:
    files = files_of(vector)
    if form == "zip":
        path = tmp_path / "bundle.zip"
        path.write_bytes(pack_zip(files))
    else:
        path = put_folder(files, tmp_path / "bundle")
    found = check_bundle(path)
    if "kind" not in vector:
        assert found.faults == () and found.signed is not None
        return
    # That a file is missing or too many shows in Payload-Oxum as well.
    first = next(fault for fault in found.faults if fault.kind is not FaultKind.OXUM)
    where = first.path.removeprefix("top/").removeprefix("bag/")
    assert (first.kind.value, where) == (vector["kind"], vector["path"].removeprefix("bag/"))
    assert vector["detail"] in ("", first.detail)
    assert found.signed is None
