"""The content of a self-opening page: vectors, refusals, and any size in any pieces."""

from __future__ import annotations

import base64
import hashlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hrd_desktop.crypto.self_opening import (
    OpeningKeys,
    iter_open,
    iter_seal,
    make_header,
    new_keys,
    normal_passphrase,
    parse_header,
)
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.errors.bundle import BundleWrongPassphrase, OpeningPageInvalid, PassphraseRefused

DOCUMENT: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "vectors" / "self-opening.json").read_text("utf-8")
)
KEYS = OpeningKeys(DOCUMENT["passphrase"], bytes(32), 100_000)


def kind_of(error: SheafError) -> str:
    if isinstance(error, BundleWrongPassphrase):
        return "wrong-passphrase"
    return "header" if error.fields["detail"] == "header" else "damaged"


@pytest.mark.parametrize("vector", DOCUMENT["vectors"], ids=lambda vector: vector["note"])
def test_vectors(vector: dict[str, Any]) -> None:
    chunks = [base64.b64decode(chunk) for chunk in vector["chunks"]]
    passphrase = vector.get("passphrase", DOCUMENT["passphrase"])
    try:
        header = parse_header(vector["header"].encode())
        content = b"".join(iter_open(chunks, header, passphrase))
    except (BundleWrongPassphrase, OpeningPageInvalid) as error:
        assert vector.get("kind") == kind_of(error)
        return
    assert "kind" not in vector
    assert hashlib.sha256(content).hexdigest() == vector["content_sha256"]


@settings(max_examples=12)
@given(content=st.binary(max_size=20_000), step=st.integers(1, 9_000))
def test_any_content_in_any_pieces(content: bytes, step: int) -> None:
    header = make_header(
        KEYS,
        name="x.zip",
        file="x.data",
        size_bytes=len(content),
        salt=bytes(32),
        iterations=100_000,
        ident=bytes(16),
        chunk_bytes=4096,
    )
    pieces = [content[start : start + step] for start in range(0, len(content), step)]
    chunks = list(iter_seal(pieces, header, KEYS))
    assert len(chunks) == header.chunks
    assert 16 + sum(map(len, chunks)) == header.payload_bytes
    assert b"".join(iter_open(chunks, header, DOCUMENT["passphrase"])) == content
    with pytest.raises(OpeningPageInvalid):
        list(iter_seal([*pieces, b"x"], header, KEYS))


@pytest.mark.parametrize("words", ["", "one two three four five six", "a b c d e f g h", "password"])
def test_only_seven_words_are_taken(words: str) -> None:
    with pytest.raises(PassphraseRefused):
        new_keys(words, bytes)


def test_a_passphrase_is_read_as_a_person_types_it() -> None:
    assert normal_passphrase("  Abacus\u00a0 DROP-down\n") == "abacus drop-down"
    assert "abacus" not in repr(KEYS)
