"""A session on a vault that is only being made: what fails when it is closed is a failure of the whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from hrd_desktop.domain.errors.vault import AfterworkFailedError, DiskFailedError, DiskFullError
from hrd_desktop.services.session import Session


@contextmanager
def whole(session: Session) -> Iterator[Session]:
    """Use and close ``session``.

    *Afterwork* says that what was asked is done and is in the vault. Of a vault that has no name yet, and is
    removed after a failure, that would be false: DiskFullError or DiskFailedError is raised in its place.
    """
    try:
        with session:
            yield session
    except AfterworkFailedError as error:
        if error.fields["cause"] == DiskFullError.code:
            raise DiskFullError() from None
        raise DiskFailedError(errno=None, step="settle") from None
