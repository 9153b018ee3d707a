"""A wipe of every vault that this program remembers: the one that was named first, then the others.

Method: docs/adr/0070. Part of the panic path: what is not needed before the keys of the named vault are gone
is imported afterwards.
"""

from __future__ import annotations

import os
import time

from hrd_desktop.services.wipe import finish_wipe_if_tombstoned, wipe_vault
from hrd_desktop.storage import settings_place

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from hrd_desktop.services.wipe_report import Step, WipeReport


def wipe_all(
    root: str,
    *,
    random: Callable[[int], bytes],
    clock_ns: Callable[[], int],
    environment: Mapping[str, str],
    keys_only: bool = False,
    on_keys_overwritten: Callable[[], None] | None = None,
) -> WipeReport:
    """Wipe the vault at ``root``, then every other one that the settings file names, then that file.

    Where ``root`` is no vault, nothing is touched: a slip in a path must not cost another vault. The keys of
    all vaults go before anything else of any. Between the first keys and the others a mark is written beside
    the settings, so that whoever is killed is finished by the next start (``finish_begun_wipe``).
    """
    others: list[str] = []
    shares: list[Step] = []

    def when_first_keys_are_gone() -> None:
        if on_keys_overwritten is not None:
            on_keys_overwritten()
        _write_mark(environment)
        others.extend(_other_vaults(root, environment))
        wipe_keys_of(others, random=random)
        shares.extend(delete_shares_of([root, *others], environment, random))

    report = wipe_vault(
        root,
        random=random,
        clock_ns=clock_ns,
        settings_paths=(),
        keys_only=keys_only,
        on_keys_overwritten=when_first_keys_are_gone,
    )
    if not report.found or _nothing_was_tried(report):
        if not keys_only:
            # Gone already, by a wipe of everything that was killed before it came to the others.
            finish_begun_wipe("", environment, random=random, clock_ns=clock_ns)
        return report
    from hrd_desktop.services.wipe_report import WipeReport

    steps = [*report.steps, *shares]
    for number, vault in enumerate(others, start=2):
        steps += _wipe_other(vault, number, random, clock_ns, keys_only)
    if not keys_only:
        steps += _remove_settings(environment, random, clock_ns)
    return WipeReport(report.keys_overwritten_ms, tuple(_sorted(steps)))


def delete_shares_of(
    vaults: Sequence[str], environment: Mapping[str, str], random: Callable[[int], bytes]
) -> list[Step]:
    """Delete the key files that were made for these vaults: the only step that reaches older copies."""
    from hrd_desktop.services.remembered_vaults import read_settings_file
    from hrd_desktop.services.share_records import delete_shares, shares_named_in
    from hrd_desktop.services.share_search import shares_of

    paths = settings_place.settings_paths(environment)
    if not paths:
        return []
    return delete_shares(shares_of(shares_named_in(read_settings_file(paths[0])), vaults), random)


def wipe_keys_of(vaults: Sequence[str], *, random: Callable[[int], bytes]) -> None:
    """Overwrite the keys of these vaults, where they are vaults; takes milliseconds and raises nothing.

    Who counts on it wipes them again afterwards, and that one reports.
    """
    from hrd_desktop.services.wipe_keys import is_vault, overwrite_keys
    from hrd_desktop.storage.layout import VaultLayout

    for vault in vaults:
        layout = VaultLayout(os.path.realpath(vault))
        if is_vault(layout):
            overwrite_keys(layout, random, read_back=False)


def finish_begun_wipe(
    root: str,
    environment: Mapping[str, str],
    *,
    random: Callable[[int], bytes] = os.urandom,
    clock_ns: Callable[[], int] = time.monotonic_ns,
) -> WipeReport | None:
    """What every start and every command calls before anything else; the report when ``root`` was wiped.

    A wipe of everything is finished wherever its mark is, whichever vault is asked for. Without that mark a
    tombstone speaks for its own vault alone: a folder with one in it, handed over by somebody else, must not
    destroy another vault. ``root`` may be empty: then only a wipe of everything is looked for.
    """
    mark = settings_place.wipe_mark(environment)
    found: WipeReport | None = None
    if mark is not None and os.path.lexists(mark):
        delete_shares_of(_remembered(environment), environment, random)
        for vault in _remembered(environment):
            report = wipe_vault(vault, random=random, clock_ns=clock_ns, settings_paths=())
            if os.path.realpath(vault) == os.path.realpath(root or os.sep):
                found = report if report.found else None
        _remove_settings(environment, random, clock_ns)
    if root and found is None:
        found = finish_wipe_if_tombstoned(root, random=random, clock_ns=clock_ns)
        if found is not None:
            delete_shares_of([root], environment, random)
            _forget(root, environment, random, clock_ns)
    return found


def _other_vaults(root: str, environment: Mapping[str, str]) -> list[str]:
    """The remembered vaults but this one, each once."""
    seen = {os.path.realpath(root)}
    others = []
    for vault in _remembered(environment):
        place = os.path.realpath(vault)
        if place not in seen:
            seen.add(place)
            others.append(vault)
    return others


def _remembered(environment: Mapping[str, str]) -> tuple[str, ...]:
    from hrd_desktop.services.remembered_vaults import read_settings_file, vaults_named_in

    paths = settings_place.settings_paths(environment)
    return vaults_named_in(read_settings_file(paths[0])) if paths else ()


def _write_mark(environment: Mapping[str, str]) -> None:
    """Say beside the settings that everything they name goes; nothing where there are none.

    Never through a link: the file is made new or is there already. A mark that cannot be written is no reason
    to stop; a kill would then leave the other vaults as they are.
    """
    mark = settings_place.wipe_mark(environment)
    if mark is None or not os.path.lexists(settings_place.settings_file(environment)):
        return
    from hrd_desktop.storage.disk import create_file, fsync_folder

    try:
        os.close(create_file(mark))
        fsync_folder(os.path.dirname(mark))
    except OSError:
        return


def _wipe_other(
    vault: str,
    number: int,
    random: Callable[[int], bytes],
    clock_ns: Callable[[], int],
    keys_only: bool,
) -> list[Step]:
    from hrd_desktop.services.wipe_report import OUT_OF_REACH, Step

    if not os.path.isdir(vault):
        # On a stick that is not plugged in, or moved: nobody can say that it is gone.
        return [Step("other-vault", OUT_OF_REACH, "", number)]
    report = wipe_vault(vault, random=random, clock_ns=clock_ns, settings_paths=(), keys_only=keys_only)
    for step in report.steps:
        step.vault = number
    # What no wipe reaches is said once, unless this vault lies in another kind of place.
    return [
        step
        for step in report.steps
        if step.result != OUT_OF_REACH or step.step in ("file-system", "synced-folder", "folder")
    ]


def _remove_settings(
    environment: Mapping[str, str], random: Callable[[int], bytes], clock_ns: Callable[[], int]
) -> list[Step]:
    from hrd_desktop.services.wipe_steps import Rest
    from hrd_desktop.storage.layout import VaultLayout

    paths = settings_place.settings_paths(environment)
    mark = settings_place.wipe_mark(environment)
    if not paths or mark is None:
        return []
    began = clock_ns()
    # The mark goes last: as long as it is there, the next start goes on.
    steps = Rest(VaultLayout(os.path.dirname(mark)), random).remove_settings([*paths, mark])
    for step in steps:
        step.vault = 0
    steps[0].ms = round((clock_ns() - began) / 1e6, 3)
    return steps


def _forget(
    root: str, environment: Mapping[str, str], random: Callable[[int], bytes], clock_ns: Callable[[], int]
) -> None:
    """Take a vault that was wiped alone out of the settings; without another one the file goes."""
    paths = settings_place.settings_paths(environment)
    if not paths or not os.path.lexists(paths[0]):
        return
    if not _other_vaults(root, environment):
        _remove_settings(environment, random, clock_ns)
        return
    from hrd_desktop.domain.errors.settings import SettingsFailedError
    from hrd_desktop.services.settings_file import SettingsFile

    place = os.path.realpath(root)
    settings = SettingsFile(paths[0])
    for vault in _remembered(environment):
        if os.path.realpath(vault) == place:
            try:
                settings.update(lambda found, vault=vault: found.without_vault(vault))  # type: ignore[misc]  # bound now
            except SettingsFailedError:
                return


def _nothing_was_tried(report: WipeReport) -> bool:
    """Whether the folder was no vault that could be wiped."""
    return any(step.step in ("vault", "place") for step in report.steps)


def _sorted(steps: list[Step]) -> list[Step]:
    """What is out of reach comes after what was done."""
    from hrd_desktop.services.wipe_report import OUT_OF_REACH

    return [step for step in steps if step.result != OUT_OF_REACH] + [
        step for step in steps if step.result == OUT_OF_REACH
    ]
