"""Argon2id with each answer kept, where one credential opens several things one after another."""

from __future__ import annotations

from collections.abc import Callable

from hrd_desktop.crypto.kdf import KdfParameters

Stretch = Callable[[bytes, bytes, KdfParameters], bytes]


class StretchedOnce:
    """For one credential only: the answer is known by salt and cost."""

    def __init__(self, stretch: Stretch) -> None:
        self._stretch = stretch
        self._known: dict[tuple[bytes, KdfParameters], bytes] = {}

    def __call__(self, secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
        if (salt, parameters) not in self._known:
            self._known[salt, parameters] = self._stretch(secret, salt, parameters)
        return self._known[salt, parameters]
