"""The program and the second reader agree with every vector of shares."""

from __future__ import annotations

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from hrd_desktop.crypto.shares import combine_shares, parse_share
from hrd_desktop.domain.errors.shares import ShareError
from hrd_desktop.services.shares import credential_of

HERE = Path(__file__).parent
VECTORS = json.loads((HERE / "shares.json").read_text(encoding="utf-8"))["vectors"]

vectors = pytest.mark.parametrize("vector", [pytest.param(entry, id=entry["note"]) for entry in VECTORS])


@pytest.fixture(scope="module")
def second() -> Iterator[ModuleType]:
    sys.path.insert(0, str(HERE))
    yield importlib.import_module("second_reader_shares")
    sys.path.remove(str(HERE))


@vectors
def test_the_program(vector: dict[str, Any]) -> None:
    if "kind" in vector:
        with pytest.raises(ShareError) as caught:
            combine_shares([parse_share(text) for text in vector["shares"]])
        assert caught.value.code == vector["kind"]
    else:
        shares = [parse_share(text) for text in vector["shares"]]
        assert combine_shares(shares).hex() == vector["secret"]
        assert credential_of(shares).secret.hex() == "01" + vector["secret"]


@vectors
def test_the_second_reader(second: ModuleType, vector: dict[str, Any]) -> None:
    if "kind" in vector:
        with pytest.raises(Exception, match=vector["kind"]) as caught:
            second.credential_of_shares(vector["shares"])
        assert type(caught.value).__name__ == "RefusedError"
    else:
        assert second.credential_of_shares(vector["shares"]).hex() == "01" + vector["secret"]
