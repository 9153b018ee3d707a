"""A reserve that is used looks like one that is not; right, duress and wrong are answered alike."""

from __future__ import annotations

import contextlib
import json
import math
import os
import random
import shutil
import statistics
import sys
import time
import zlib
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from hrd_desktop.crypto.credential import credential_from_text
from hrd_desktop.crypto.kdf import KdfParameters
from hrd_desktop.domain.clock import SystemClock
from hrd_desktop.domain.errors.base import SheafError
from hrd_desktop.domain.slots import FLAG_REFRESH_RESERVE, SlotKind
from hrd_desktop.services.answer_time import AnswerTime
from hrd_desktop.services.reserve import look_at_reserve
from hrd_desktop.services.unlock import unlock
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.rekey import KeptSlot, rekey
from hrd_desktop.storage.reserve_refresh import forget_refresh
from hrd_desktop.storage.slot_changes import SlotChanges
from hrd_desktop.storage.snapshots import take_snapshot
from tests.gates.telling_apart import auc_interval, best_single_auc, cross_validated_auc, ks_p_value
from tests.unit.storage.second import INNER, make_second, put_inside, reserve_paths
from tests.unit.storage.small_vault import KEEP, cheap, make_vault, opened, put_item, root_of_text

PAIRS = 500
ANSWERS = 200
DURESS = "the one that refreshes"
_SAMPLE_BYTES = 16_384


def make_pair_member(folder: Path, used: bool, chance: random.Random) -> None:
    """A vault as somebody has it who used it for a while; the reserve is the only difference."""
    layout = make_vault(folder, (KEEP,), reserve_bytes=16 << 20)
    with opened(layout, KEEP) as vault:
        if used:
            make_second(vault, [INNER])
    if used:
        with opened(layout, INNER) as vault:
            items = [put_inside(vault, os.urandom(chance.randrange(1, 900_000))) for _ in range(3)]
            take_snapshot(vault)
        with opened(layout, INNER) as vault:
            put_inside(vault, os.urandom(chance.randrange(1, 60_000)))
            if chance.random() < 0.3:
                rekey(vault, [KeptSlot(vault.slot_number, vault.root)])
            assert vault.records.items.load(items[0].id)
    with opened(layout, KEEP) as vault:
        put_item(vault, os.urandom(50_000))
        take_snapshot(vault)


def look_from_outside(folder: Path) -> list[float]:
    """All that the outer passphrase, the commands and the folder give, as numbers."""
    times, shown = _timed(folder)
    numbers = [*times, float(shown["epoch"]), float(shown["items"]), float(shown["size"])]
    numbers += _listing_numbers(folder)
    for path in [
        *reserve_paths(VaultLayout(str(folder))),
        str(folder / "keyslots.a"),
        str(folder / "keyslots.b"),
    ]:
        numbers += _byte_numbers(Path(path).read_bytes())
    for copy in "ab":
        slots = (folder / f"keyslots.{copy}").read_bytes()
        for number in range(8):
            numbers.append(_chi_square(slots[4096 * (number + 1) : 4096 * (number + 2)]))
    return numbers


def _timed(folder: Path) -> tuple[list[float], dict[str, int]]:
    """How long opening, looking, verifying both databases and closing take, and what is shown."""
    marks = [time.perf_counter()]
    session = unlock(
        str(folder), credential_from_text(KEEP), random=os.urandom, clock=SystemClock(), stretch_with=cheap
    )
    marks.append(time.perf_counter())
    state = session.read(lambda vault: vault.records.state())
    view = look_at_reserve(session)
    marks.append(time.perf_counter())
    session.read(lambda vault: (vault.records.verify(), vault.derived.verify()))
    marks.append(time.perf_counter())
    session.close()
    marks.append(time.perf_counter())
    shown = {"epoch": state.epoch, "items": state.item_count, "size": view.size_bytes or 0}
    return [later - earlier for earlier, later in pairwise(marks)], shown


def _listing_numbers(folder: Path) -> list[float]:
    """Counts, lengths, times, blocks and the order of inodes; names are random and so is their order."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    statuses = {str(path.relative_to(folder)): path.stat() for path in files}
    top = sorted(name for name in statuses if "/" not in name)
    first = min(status.st_ino for status in statuses.values())
    ranks = sorted(top, key=lambda name: statuses[name].st_ino)
    numbers = [float(len(files)), float(len({status.st_mtime_ns for status in statuses.values()}))]
    numbers += [float(len({status.st_atime_ns for status in statuses.values()}))]
    for name in top:
        status = statuses[name]
        numbers += [float(status.st_size), float(status.st_blocks), float(ranks.index(name))]
        numbers.append(float(status.st_ino - first))
    inside = [status for name, status in statuses.items() if "/" in name]
    numbers += [float(sum(s.st_size for s in inside)), float(sum(s.st_blocks for s in inside))]
    numbers.append(statistics.fmean(status.st_ino - first for status in inside))
    return numbers


def _byte_numbers(data: bytes) -> list[float]:
    head, tail = data[:_SAMPLE_BYTES], data[-_SAMPLE_BYTES:]
    zeros = float(data.count(0)) / len(data) * 256
    return [_chi_square(head), _chi_square(tail), zeros, len(zlib.compress(head, 1)) / len(head)]


def _chi_square(data: bytes) -> float:
    expected = len(data) / 256
    counts = Counter(data)
    found = sum((counts.get(value, 0) - expected) ** 2 / expected for value in range(256))
    return (found - 255) / math.sqrt(510)


def gather(pairs: int, folder: Path) -> tuple[list[list[float]], list[int]]:
    """Rows and labels of so many pairs, each vault made, looked at and thrown away in random order."""
    chance = random.Random(42)
    rows, labels = [], []
    for _ in range(pairs):
        kinds = [0, 1]
        chance.shuffle(kinds)
        for used in kinds:
            place = folder / "v"
            make_pair_member(place, bool(used), chance)
            rows.append(look_from_outside(place))
            labels.append(used)
            shutil.rmtree(place)
    return rows, labels


def test_a_few_pairs_are_described_by_the_same_numbers(tmp_path: Path) -> None:
    rows, labels = gather(2, tmp_path)
    assert len({len(row) for row in rows}) == 1
    assert sorted(labels) == [0, 0, 1, 1]


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_five_hundred_pairs_cannot_be_told_apart(tmp_path: Path, full: bool) -> None:
    pairs = int(os.environ.get("HRD_PAIRS", PAIRS))
    rows, labels = gather(pairs, tmp_path)
    auc = cross_validated_auc(rows, labels)
    low, high = auc_interval(auc, pairs, pairs)
    single, which = best_single_auc(rows, labels)
    chance = random.Random(5)
    planted = [[*row, label + chance.gauss(0, 0.7)] for row, label in zip(rows, labels, strict=True)]
    control = cross_validated_auc(planted, labels)
    figures = {"auc": auc, "interval": [low, high], "best_single": [single, which], "planted": control}
    sys.stdout.write(json.dumps({"pairs": pairs, "features": len(rows[0]), **figures}) + "\n")
    assert control > 0.7, "the classifier finds nothing at all"
    assert auc <= 0.55, f"AUC {auc:.3f} ({low:.3f} to {high:.3f})"


def _answer(folder: Path, text: str) -> float:
    """Seconds from the end of the key derivation to the answer, whatever it is."""
    ended = 0.0

    def stretch(secret: bytes, salt: bytes, parameters: KdfParameters) -> bytes:
        nonlocal ended
        derived = cheap(secret, salt, parameters)
        ended = time.perf_counter()
        return derived

    answer, session = AnswerTime(), None
    with contextlib.suppress(SheafError):
        session = unlock(
            str(folder),
            credential_from_text(text),
            random=os.urandom,
            clock=SystemClock(),
            answer=answer,
            stretch_with=stretch,
        )
    answer.wait()
    seconds = time.perf_counter() - ended
    if session is not None:
        session.close()
    return seconds


def _vault_of_answers(folder: Path) -> Path:
    layout = make_vault(folder / "v", (KEEP,), reserve_bytes=16 << 20)
    with opened(layout, KEEP) as vault:
        make_second(vault, [INNER])
        put_item(vault, b"something")
        SlotChanges(vault).add(
            root=root_of_text(DURESS, vault.header.salt),
            kind=SlotKind.PASSPHRASE,
            label="",
            flags=FLAG_REFRESH_RESERVE,
        )
    return folder / "v"


def _measure(folder: Path, count: int) -> dict[str, list[float]]:
    vault = _vault_of_answers(folder)
    kinds = {"right": KEEP, "duress": DURESS, "wrong": "none of them"}
    found: dict[str, list[float]] = {kind: [] for kind in kinds}
    chance = random.Random(1)
    for _ in range(count):
        order = list(kinds)
        chance.shuffle(order)
        for kind in order:
            found[kind].append(_answer(vault, kinds[kind]))
            with opened(VaultLayout(str(vault)), KEEP) as again:
                # What the one before began is no part of the next one's answer.
                forget_refresh(again)
    return found


@pytest.mark.gate
@pytest.mark.timeout(0)
def test_right_duress_and_wrong_are_answered_at_the_same_time(tmp_path: Path, full: bool) -> None:
    found = _measure(tmp_path, int(os.environ.get("HRD_ANSWERS", ANSWERS)))
    medians = {kind: statistics.median(times) for kind, times in found.items()}
    compared = [("right", "duress"), ("right", "wrong"), ("duress", "wrong")]
    chances = {f"{a}/{b}": ks_p_value(found[a], found[b]) for a, b in compared}
    sys.stdout.write(json.dumps({"medians": medians, "ks": chances}) + "\n")
    for a, b in compared:
        assert abs(medians[a] - medians[b]) < 0.001, medians
        assert chances[f"{a}/{b}"] > 0.001, chances
