"""Wiping a vault: the keys first, in milliseconds, then whoever has it open, then all the rest.

Method: docs/spec/vault-format.md, section 8, and docs/adr/0060. Needs no passphrase and waits for no job.
Part of the panic path: what is not needed before the keys are gone is imported afterwards.
"""

from __future__ import annotations

import os
import time

from hrd_desktop.services.wipe_keys import is_vault, may_be_entered, overwrite_keys
from hrd_desktop.storage.layout import VaultLayout
from hrd_desktop.storage.tombstone import find_tombstone

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from hrd_desktop.services.wipe_holder import Stopped
    from hrd_desktop.services.wipe_keys import KeyOverwrite
    from hrd_desktop.services.wipe_report import Step, WipeReport


def wipe_vault(
    root: str,
    *,
    random: Callable[[int], bytes],
    clock_ns: Callable[[], int],
    settings_paths: Sequence[str],
    keys_only: bool = False,
    stop_holder: Callable[[VaultLayout, Callable[[], int]], Stopped] | None = None,
    on_keys_overwritten: Callable[[], None] | None = None,
) -> WipeReport:
    """Wipe the vault at ``root``; raises nothing for what the disk refuses, but reports it.

    ``clock_ns`` is a monotonic clock in nanoseconds. ``settings_paths``: files outside the vault that go with
    it. ``keys_only`` ends after the keys; the next start finishes. ``stop_holder`` ends whoever else has the
    vault open (``wipe_holder.stop_other_holders`` unless given). ``on_keys_overwritten`` is called after the
    first pass over the keys.

    Killed at any moment, it leaves the vault as it was, or with a tombstone and hence for nobody to open.
    """
    started = clock_ns()
    layout = VaultLayout(os.path.realpath(root))
    entered = may_be_entered(layout.root)
    if not is_vault(layout):
        return _report_nothing(layout, entered=entered)
    keys = overwrite_keys(layout, random, read_back=False)
    elapsed_ms = (clock_ns() - started) / 1e6
    if on_keys_overwritten is not None:
        on_keys_overwritten()

    from hrd_desktop.services.wipe_holder import stop_other_holders
    from hrd_desktop.services.wipe_report import WipeReport
    from hrd_desktop.services.wipe_steps import Rest, steps_out_of_reach

    steps = _key_steps("key-slots", layout, keys)
    steps[0].ms = round(elapsed_ms, 3)

    def timed(work: Callable[[], list[Step]]) -> None:
        began = clock_ns()
        done = work()
        done[0].ms = round((clock_ns() - began) / 1e6, 3)
        steps.extend(done)

    began = clock_ns()
    stopped = (stop_holder or stop_other_holders)(layout, clock_ns)
    stopped.step.ms = round((clock_ns() - began) / 1e6, 3)
    try:
        # Asked now, while the folder is still there.
        out_of_reach = steps_out_of_reach(layout)
        steps.append(stopped.step)
        # Whoever had it open may have written a slot between the first pass and its end.
        timed(lambda: _key_steps("key-slots-again", layout, overwrite_keys(layout, random, read_back=True)))
        if not keys_only:
            rest = Rest(layout, random)
            timed(rest.overwrite_objects)
            timed(rest.overwrite_databases)
            timed(rest.overwrite_journals)
            if settings_paths:
                timed(lambda: rest.remove_settings(settings_paths))
            timed(rest.remove_files)
    finally:
        stopped.release()
    return WipeReport(None if keys.failures else round(elapsed_ms, 3), (*steps, *out_of_reach))


def finish_wipe_if_tombstoned(
    root: str,
    *,
    random: Callable[[int], bytes] = os.urandom,
    clock_ns: Callable[[], int] = time.monotonic_ns,
    settings_paths: Sequence[str] = (),
) -> WipeReport | None:
    """Go on with a wipe of this vault that was begun; ``wipe_all.finish_begun_wipe`` is for every start.

    None, and nothing touched, unless a key slot file carries a valid tombstone; a missing, empty or damaged
    one is none.
    """
    if not find_tombstone(VaultLayout(root)):
        return None
    return wipe_vault(root, random=random, clock_ns=clock_ns, settings_paths=settings_paths)


def _key_steps(name: str, layout: VaultLayout, keys: KeyOverwrite) -> list[Step]:
    from hrd_desktop.services.wipe_report import Tally

    tally = Tally(name, layout.root)
    tally.count = keys.written
    for path, reason in keys.failures:
        tally.add_failure(path, reason)
    return tally.steps()


def _report_nothing(layout: VaultLayout, *, entered: bool) -> WipeReport:
    """Nothing here is known for a vault, and nothing is touched; one without its keys is a failure.

    So is a place that could not be looked into: there may be one.
    """
    from hrd_desktop.services.wipe_report import FAILED, NOT_FOUND, Step, WipeReport

    steps: list[Step] = [Step("key-slots", NOT_FOUND)]
    names = (layout.records(0), layout.derived(0), layout.keyslots(0), layout.keyslots(1))
    if any(os.path.lexists(path) for path in names):
        steps.append(Step("vault", FAILED, "no-key-slots"))
    elif not entered:
        steps.append(Step("place", FAILED, "not-permitted"))
    return WipeReport(None, tuple(steps))
