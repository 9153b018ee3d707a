"""Which key files the program made, so that a wipe finds them and never touches another file.

Kept in the settings file, since a wipe has no passphrase: (vault, file, check) as three texts. The check is a
hash of the content under a label of its own: it says whether a file is the one that was made, and is of no
use for opening anything. Part of the panic path: nothing heavy is imported here.
"""

from __future__ import annotations

import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hrd_desktop.services.wipe_report import Step

#: (absolute path of the vault, absolute path of the file, check in hex)
Share = tuple[str, str, str]

SHARE_BYTES = 32
#: So many are remembered at most.
KEPT_SHARES = 16
_LABEL = b"sheaf/v1/share-check"
_CHECK_DIGITS = 32
_PATH_LIMIT = 4096


def check_of(content: bytes) -> str:
    """The check of a key file that the program made."""
    import hashlib

    return hashlib.sha256(_LABEL + content).hexdigest()[:_CHECK_DIGITS]


def shares_named_in(untrusted: dict[str, object]) -> tuple[Share, ...]:
    """The shares that the content of a settings file names."""
    shares = untrusted.get("shares")
    if not isinstance(shares, list):
        return ()
    return tuple((share[0], share[1], share[2]) for share in shares if _is_share(share))[:KEPT_SHARES]


def is_ours(share: Share) -> bool:
    """Whether the file that was made lies where it was made, with what was written in it."""
    try:
        return _open_ours(share, lambda fd: None)
    except OSError:
        return False


def delete_share(share: Share, random: Callable[[int], bytes]) -> bool:
    """Overwrite and unlink the file, if it is the one that was made; whether it was. Raises OSError."""
    from hrd_desktop.storage.disk import fsync_folder, sync_data, write_at

    def overwrite(fd: int) -> None:
        write_at(fd, 0, random(SHARE_BYTES))
        sync_data(fd)

    if not _open_ours(share, overwrite):
        return False
    os.unlink(share[1])
    fsync_folder(os.path.dirname(share[1]))
    return True


def delete_shares(shares: Sequence[Share], random: Callable[[int], bytes]) -> list[Step]:
    """What a wipe does with them, as steps of its report; nothing is raised."""
    from hrd_desktop.services.wipe_report import FAILED, OUT_OF_REACH, OVERWRITTEN, Step, reason_code

    steps: list[Step] = []
    done = 0
    for share in shares:
        try:
            if delete_share(share, random):
                done += 1
            else:
                steps.append(Step("share", OUT_OF_REACH, "changed"))
        except (FileNotFoundError, NotADirectoryError):
            # The stick is not here, or somebody moved the file: it still opens what it opened.
            steps.append(Step("share", OUT_OF_REACH, "not-found"))
        except OSError as error:
            steps.append(Step("share", FAILED, reason_code(error)))
    return [*([Step("share", OVERWRITTEN, str(done))] if done else []), *steps]


def _open_ours(share: Share, work: Callable[[int], None]) -> bool:
    """Run ``work`` on the open file if it is ours: regular, of one name, with the content that was made."""
    from hrd_desktop.storage.disk import open_write, read_at

    fd = open_write(share[1])
    try:
        found = os.fstat(fd)
        if not stat.S_ISREG(found.st_mode) or found.st_nlink != 1 or found.st_size != SHARE_BYTES:
            return False
        if check_of(read_at(fd, 0, SHARE_BYTES)) != share[2]:
            return False
        work(fd)
        return True
    finally:
        os.close(fd)


def _is_share(untrusted: object) -> bool:
    return (
        isinstance(untrusted, list)
        and len(untrusted) == 3
        and all(isinstance(text, str) and "\0" not in text for text in untrusted)
        and all(os.path.isabs(path) and len(path) <= _PATH_LIMIT for path in untrusted[:2])
        and len(untrusted[2]) == _CHECK_DIGITS
    )
