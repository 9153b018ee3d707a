"""A vault with items, and backing it up in one line."""

from __future__ import annotations

import os
import uuid
from pathlib import Path

from hrd_desktop.crypto.credential import Credential, credential_from_text
from hrd_desktop.crypto.kdf import MINIMUM
from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup import Backup, BackupReport
from hrd_desktop.services.backup_check import CheckReport, check_backup
from hrd_desktop.services.backup_own import OwnCredential
from hrd_desktop.services.create import create
from hrd_desktop.services.ingest import Ingest, IngestChoices
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock

WORDS = credential_from_text("correct horse")
OTHER = credential_from_text("battery staple")


def make_vault(root: Path, reserve_bytes: int = 0, recovery_code: bytes | None = None) -> Path:
    """A vault that opens with WORDS."""
    create(
        str(root),
        WORDS,
        parameters=MINIMUM,
        recovery_code=recovery_code,
        reserve_bytes=reserve_bytes,
        random=os.urandom,
        clock=SystemClock(),
    )
    return root


def opened(root: Path, credential: Credential = WORDS) -> Session:
    """The vault, open."""
    return unlock(str(root), credential, random=os.urandom, clock=SystemClock())


def take(session: Session, folder: Path, **contents: bytes) -> list[uuid.UUID]:
    """Take files in; their ids."""
    folder.mkdir(exist_ok=True)
    paths: list[bytes] = []
    for name, content in contents.items():
        path = folder / f"{name}.bin"
        path.write_bytes(content)
        paths.append(os.fsencode(path))
    report = Ingest(
        session,
        IngestChoices(),
        work_lanes=1,
        progress=NoProgress(),
        cancel=CancelToken(),
        new_id=uuid.uuid4,
    ).run(paths)
    assert not report.failed
    return [done.item.id for done in report.items]


def back_up(
    session: Session, folder: Path, own: OwnCredential | None = None, keep: str | None = None
) -> BackupReport:
    """One backup."""
    run = Backup(session, progress=NoProgress(), cancel=CancelToken())
    return run.run(str(folder), own=own, keep=None if keep is None else KeepRule.parse(keep))


def check(folder: Path, credential: Credential = WORDS, *, tenth: bool = False) -> CheckReport:
    """One check."""
    return check_backup(
        str(folder),
        credential,
        tenth=tenth,
        random=os.urandom,
        progress=NoProgress(),
        cancel=CancelToken(),
    )


def files_of(folder: Path) -> dict[str, bytes]:
    """Every file below ``folder`` and its bytes."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
