"""Keys of custody logs are Ed25519 as RFC 8032 has it."""

from __future__ import annotations

import os

import pytest

from hrd_desktop.crypto.signing import new_signing_key, public_key


@pytest.mark.parametrize(
    ("seed", "public"),
    [
        (
            "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60",
            "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        ),
        (
            "4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb",
            "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        ),
    ],
    ids=["RFC 8032 test 1", "RFC 8032 test 2"],
)
def test_public_key_of_a_seed(seed: str, public: str) -> None:
    assert public_key(bytes.fromhex(seed)).hex() == public


def test_a_new_key_is_all_the_randomness_there_is() -> None:
    asked: list[int] = []

    def random(size_bytes: int) -> bytes:
        asked.append(size_bytes)
        return os.urandom(size_bytes)

    assert len(public_key(new_signing_key(random))) == 32
    assert asked == [32]
