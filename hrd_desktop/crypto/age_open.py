"""Opening any age file, by passphrase or by private keys, in authenticated chunks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import BinaryIO

# pyrage ships no type information.
import pyrage

from hrd_desktop.crypto.age_header import read_header
from hrd_desktop.crypto.age_hybrid import HybridIdentity, is_hybrid_header, iter_decrypt_hybrid
from hrd_desktop.crypto.age_identities import AgeIdentity
from hrd_desktop.crypto.age_passphrase import is_passphrase_header, iter_decrypt_with_passphrase
from hrd_desktop.crypto.age_stream import NONCE_BYTES
from hrd_desktop.domain.errors.bundle import (
    AgeHeaderInvalid,
    AgePayloadInvalid,
    BundleNeedsIdentity,
    BundleNeedsPassphrase,
    BundleWrongIdentity,
)


def decrypt_age(
    source: BinaryIO,
    sink: Callable[[bytes], object],
    *,
    identities: Sequence[AgeIdentity] = (),
    passphrase: str | None = None,
) -> None:
    """Give the plaintext of the age file ``source`` (seekable, at its start) to ``sink``, piece by piece.

    Every piece was authenticated, but only a call that returns has given the whole: a truncated file
    fails after its last good piece. Raises ``AgeHeaderInvalid``, ``AgePayloadInvalid``,
    ``AgeWorkFactorRefused``, ``BundleNeedsPassphrase``, ``BundleNeedsIdentity``,
    ``BundleWrongPassphrase``, ``BundleWrongIdentity``, and whatever ``sink`` and ``source`` raise.
    """
    # The header is read here first, within bounds: pyrage would read on without end for its last line.
    header = read_header(source)
    if len(source.read(NONCE_BYTES)) != NONCE_BYTES:
        raise AgePayloadInvalid(detail="nonce")
    source.seek(0)
    if is_passphrase_header(header):
        if passphrase is None:
            raise BundleNeedsPassphrase()
        for piece in iter_decrypt_with_passphrase(source, passphrase):
            sink(piece)
        return
    if not identities:
        raise BundleNeedsIdentity()
    hybrid = [identity.key for identity in identities if isinstance(identity.key, HybridIdentity)]
    others = [identity for identity in identities if not isinstance(identity.key, HybridIdentity)]
    if is_hybrid_header(header) and hybrid:
        for piece in iter_decrypt_hybrid(source, hybrid):
            sink(piece)
        return
    if not others:
        raise BundleWrongIdentity()
    _decrypt_with_identities(source, sink, others)


def _decrypt_with_identities(
    source: BinaryIO, sink: Callable[[bytes], object], identities: Sequence[AgeIdentity]
) -> None:
    ends = _Ends(source, sink)
    try:
        pyrage.decrypt_io(ends, ends, [identity.key for identity in identities])
    except pyrage.DecryptError as error:
        if ends.error is None:
            if str(error) == "No matching keys found":
                raise BundleWrongIdentity() from None
            raise AgeHeaderInvalid(detail="mac") from None
    except OSError:
        if ends.error is None:
            raise AgePayloadInvalid(detail="chunk") from None
    if ends.error is not None:
        raise ends.error


class _Ends:
    """Both ends pyrage works between; it keeps the first failure of either, whose class pyrage hides."""

    def __init__(self, source: BinaryIO, sink: Callable[[bytes], object]) -> None:
        self._source = source
        self._sink = sink
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        if self.error is not None:
            raise self.error
        try:
            return self._source.read(size)
        except BaseException as error:  # kept and raised again by _decrypt_with_identities
            self.error = error
            raise

    def write(self, data: bytes) -> int:
        if self.error is not None:
            raise self.error
        try:
            self._sink(data)
        except BaseException as error:  # kept and raised again by _decrypt_with_identities
            self.error = error
            raise
        return len(data)

    def flush(self) -> None:
        return None
