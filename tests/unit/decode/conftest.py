"""One real decoder for the tests of a module."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from hrd_desktop.decode.client import Decoder, decoder_in
from hrd_desktop.process.children import ChildRegistry


@pytest.fixture(scope="module")
def decoder() -> Iterator[Decoder]:
    children = ChildRegistry()
    real = decoder_in(children)
    yield real
    real.close()
    assert children.close(30.0) == 0
