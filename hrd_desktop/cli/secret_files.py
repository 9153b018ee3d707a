"""Writing what others must not see (a recovery code, a passphrase, contacts) to a file the user names."""

from __future__ import annotations

import errno
import os

from hrd_desktop.domain.errors.base import SheafError, UsageError


class SecretFileExists(UsageError):
    """Something is already at the place where a secret was to be written."""

    code = "secret-file-exists"


class SecretFileFailed(SheafError):
    """The file for the secret cannot be written. Field: ``errno``."""

    code = "secret-file"


def check_secret_file(path: str) -> None:
    """Refuse early what ``write_secret_file`` would refuse late.

    Raises SecretFileExists, SecretFileFailed.
    """
    if os.path.lexists(path):
        raise SecretFileExists()
    if not os.access(os.path.dirname(os.path.abspath(path)), os.W_OK | os.X_OK):
        raise SecretFileFailed(errno=errno.EACCES)


def write_secret_file(path: str, text: str) -> None:
    """Write ``text`` to a new file, as ``write_private_file`` does."""
    write_private_file(path, text.encode())


def write_private_file(path: str, data: bytes) -> None:
    """Write ``data`` to a new file, 0600, and wait until it is on the disk.

    Raises SecretFileExists, SecretFileFailed; a file that could not be finished is removed.
    """
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_NOFOLLOW", 0), 0o600)
    except FileExistsError:
        raise SecretFileExists() from None
    except OSError as error:
        raise SecretFileFailed(errno=error.errno) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        os.unlink(path)
        raise SecretFileFailed(errno=error.errno) from None
