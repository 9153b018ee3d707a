"""Backup, check, prune, restore and rescue: what each may leave behind, whatever happened to it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from hrd_desktop.domain.backup import KeepRule
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.progress import CancelToken, NoProgress
from hrd_desktop.services.backup import Backup
from hrd_desktop.services.backup_check import CheckReport, check_backup
from hrd_desktop.services.backup_places import backup_state
from hrd_desktop.services.credentials import load_credential
from hrd_desktop.services.ids import new_uuid
from hrd_desktop.services.rescue import Rescue
from hrd_desktop.services.session import Session
from hrd_desktop.services.unlock import unlock
from hrd_desktop.services.verify import verify
from tests.faults.harness import Scenario
from tests.faults.inprocess import Looker
from tests.faults.scenarios import BACKUP, CHECK, PRUNE, RESCUE, RESTORE

#: Files in the backup once it is up to date: six items, one list, one copy of the records.
OBJECTS = 6 + 1 + 1
#: Items when the first snapshot was made, and in the vault that is rescued.
ITEMS = 4


@dataclass(frozen=True)
class Left:
    """What is to be judged.

    ``done``: the command said that all is done. ``killed``: it could say nothing. ``report``: its own words
    where it brought back only a part. ``before``: the hash of every file before it ran. ``again``: a rescue
    that came to nothing is made again; what it needs is the same byte for byte, so now and then is enough.
    """

    folder: Path
    done: bool
    killed: bool
    before: Mapping[str, str]
    report: Mapping[str, Any] | None = None
    again: bool = True

    @property
    def backup(self) -> Path:
        return self.folder / "backup"

    def check_untouched(self, part: str) -> None:
        """Every file under this folder is as it was."""
        now = hashes(self.folder / part)
        then = {
            name[len(part) + 1 :]: value for name, value in self.before.items() if name.startswith(part + "/")
        }
        # The lock is made by whoever looks, and is empty.
        now.pop("lock", None), then.pop("lock", None)
        assert now == then, f"{part} was changed"


@dataclass(frozen=True)
class Way:
    """A scenario; the beginnings of the paths it changes and of those it only reads; and the judgement."""

    scenario: Scenario
    changes: str
    reads: str
    judge: Callable[[Looker, Left], str]


def hashes(folder: Path) -> dict[str, str]:
    """The hash of every file, by its path inside."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


# -- looking, in this process -----------------------------------------------------------------------


def checked(looker: Looker, backup: Path, name: str) -> CheckReport:
    """A full check with the passphrase in the file ``name``; all must be well."""
    with mock.patch("hrd_desktop.services.backup_check.stretch", looker.stretch):
        report = check_backup(
            str(backup),
            credential(looker, name),
            tenth=False,
            random=os.urandom,
            progress=NoProgress(),
            cancel=CancelToken(),
        )
    assert report.ok and report.counts, report.bad
    return report


def numbers(looker: Looker, backup: Path, name: str = "one") -> list[int]:
    """The snapshots, the newest first, which must be whole."""
    return [one.number for one in checked(looker, backup, name).snapshots]


def credential(looker: Looker, name: str) -> Any:
    return load_credential((looker.secrets / name).read_text("utf-8").splitlines()[0], None)


@contextmanager
def opened(looker: Looker, vault: Path) -> Iterator[Session]:
    """The vault, open, and verified: everything in it is whole."""
    with unlock(
        str(vault),
        credential(looker, "one"),
        random=os.urandom,
        clock=SystemClock(),
        stretch_with=looker.stretch,
    ) as session:
        report = verify(session, None, progress=NoProgress(), cancel=CancelToken())
        assert report.ok and not report.bad, report
        yield session


def up_to_date(looker: Looker, left: Left, keep: str | None = None) -> None:
    """The next backup makes it right: one snapshot of everything, and nothing beside it."""
    with opened(looker, left.folder / "vault") as session:
        run = Backup(session, progress=NoProgress(), cancel=CancelToken(), work_lanes=1)
        done = run.run(str(left.backup), keep=None if keep is None else KeepRule.parse(keep))
    assert done.item_count == 6 and not done.failed
    assert numbers(looker, left.backup, "three") == [2], "not one snapshot after the next backup"
    objects = [path for path in (left.backup / "objects").rglob("*") if path.is_file()]
    assert len(objects) == OBJECTS, f"{len(objects)} files in the backup"
    assert len(list((left.backup / "keys").iterdir())) == 2


# -- judging ----------------------------------------------------------------------------------------


def judge_backup(looker: Looker, left: Left) -> str:
    """The snapshot from before, the new one, or both, whole; then the next backup makes it right."""
    found = numbers(looker, left.backup)
    assert found in ([1], [2, 1], [2]), found
    assert found == [2] or not left.done, "said to be done, and is not"
    up_to_date(looker, left)
    return {(1,): "old", (2,): "new"}.get(tuple(found), "both")


def judge_prune(looker: Looker, left: Left) -> str:
    """The snapshot that is kept is whole, and the other is whole or gone."""
    found = numbers(looker, left.backup, "three")
    assert found in ([2, 1], [2]), found
    assert found == [2] or not left.done, "said to be done, and is not"
    up_to_date(looker, left, keep="1")
    return "new" if found == [2] else "old"


def judge_check(looker: Looker, left: Left) -> str:
    """The backup is as it was; it counts as checked only when all of it was read."""
    left.check_untouched("backup")
    assert numbers(looker, left.backup) == [1]
    with opened(looker, left.folder / "vault") as session:
        noted = backup_state(session).checked_utc is not None
    assert noted or not left.done, "said to be checked, and is not noted"
    return "new" if noted else "old"


def judge_restore(looker: Looker, left: Left) -> str:
    """Nothing at the place or a vault, whole but for what was named; the backup is as it was."""
    left.check_untouched("backup")
    assert numbers(looker, left.backup) == [1]
    return judge_new_vault(looker, left, "restored", "failed")


def judge_rescue(looker: Looker, left: Left) -> str:
    """As after a restore; the damaged vault is as it was, and a second rescue has everything."""
    left.check_untouched("vault")
    result = judge_new_vault(looker, left, "rescued", "lost")
    if result == "old" and left.again:
        report = Rescue(
            str(left.folder / "vault"),
            str(left.folder / "rescued"),
            credential(looker, "one"),
            random=os.urandom,
            clock=SystemClock(),
            new_id=lambda: new_uuid(os.urandom),
            progress=NoProgress(),
            cancel=CancelToken(),
            stretch=looker.stretch,
        ).run()
        assert report.complete and report.from_records == ITEMS
    return result


def judge_new_vault(looker: Looker, left: Left, name: str, missing: str) -> str:
    target = left.folder / name
    beside = [path.name for path in left.folder.iterdir() if path.name.startswith(f"{name}.creating-")]
    assert left.killed or not beside, "something was left"
    if not target.exists():
        assert not left.done, "said to be made, and is not there"
        return "old"
    if left.report is not None:
        lost = left.report[missing]
        unreadable = [one for one in left.report.get("unknown", ()) if one["code"] == "disk-failed"]
        assert lost or unreadable, "said to be made in part, and names nothing"
        text = credential(looker, "one")
        with unlock(
            str(target), text, random=os.urandom, clock=SystemClock(), stretch_with=looker.stretch
        ) as session:
            found = verify(session, None, progress=NoProgress(), cancel=CancelToken())
        named = {str(one["id"]) for one in lost}
        assert {str(one.item_id) for one in found.bad} <= named, "a lost item was not named"
        return "in part"
    with opened(looker, target) as session:
        assert session.read(lambda vault: vault.records.items.count()) == ITEMS
    return "new"


WAYS = (
    Way(BACKUP, "", "", judge_backup),
    Way(CHECK, "vault", "backup", judge_check),
    Way(PRUNE, "backup", "", judge_prune),
    Way(RESTORE, "restored", "backup", judge_restore),
    Way(RESCUE, "rescued", "vault", judge_rescue),
)
