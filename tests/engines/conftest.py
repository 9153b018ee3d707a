"""The engines take minutes: they are run with the long proofs."""

from __future__ import annotations

import pytest


@pytest.fixture(autouse=True)
def long_proofs_wait(request: pytest.FixtureRequest, full: bool) -> None:
    """What is marked ``gate`` is run by `make gates`."""
    if request.node.get_closest_marker("gate") is not None and not full:
        pytest.skip("with --full")
