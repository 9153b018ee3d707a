"""From what a person has (a text, a key file) to a credential, and advice on how strong a text is."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator

from hrd_desktop.crypto.credential import Credential, credential_from_text, digest_key_file
from hrd_desktop.domain.errors.vault import UnusableKeyFileError

READ_BYTES = 1 << 16

#: zxcvbn raises above this many characters; longer texts are judged by their first part, which can only
#: make them look weaker than they are.
ZXCVBN_LIMIT = 72

#: Guesses below which a passphrase is called weak: with the default cost (over a second each on a
#: laptop), ten thousand machines need more than a year for 10^12.
WEAK_BELOW_GUESSES = 10**12


def load_credential(text: str, key_file: str | None) -> Credential:
    """The credential of a text and, where given, the key file at that path.

    Raises UnusablePassphraseError, UnusableKeyFileError.
    """
    digest = digest_key_file(_pieces(key_file)) if key_file is not None else None
    return credential_from_text(text, digest)


def _pieces(path: str) -> Iterator[bytes]:
    try:
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except OSError as error:
        raise UnusableKeyFileError(errno=error.errno or errno.EIO) from None
    try:
        while piece := os.read(handle, READ_BYTES):
            yield piece
    except OSError as error:
        raise UnusableKeyFileError(errno=error.errno or errno.EIO) from None
    finally:
        os.close(handle)


def is_weak(text: str) -> bool:
    """Whether somebody with an image of the disk could guess this passphrase.

    Estimate: zxcvbn (Wheeler, USENIX Security 2016). It is advice; no passphrase is refused for it.
    """
    from zxcvbn import zxcvbn

    return int(zxcvbn(text[:ZXCVBN_LIMIT])["guesses"]) < WEAK_BELOW_GUESSES
