"""The report of a wipe in words."""

from __future__ import annotations

from hrd_desktop.services.wipe_report import FAILED, OUT_OF_REACH, OVERWRITTEN

TYPE_CHECKING = False
if TYPE_CHECKING:
    from hrd_desktop.services.wipe_report import Step, WipeReport

_WHAT = {
    "key-slots": "Key files",
    "key-slots-again": "Key files, once more and read back",
    "objects": "Encrypted items",
    "databases": "Databases",
    "journals": "Database journals",
    "share": "Key files made by the program, which copies need as well",
    "settings": "Settings files",
    "files": "Files removed",
}
_NOT_REACHED = {
    "older-copies": "Copies of this vault made earlier. Whoever has one and a passphrase can open it.",
    "backups": "Backups.",
    "bundles": "Bundles that were given away.",
    "flash-storage": "Cells that a solid-state disk, card or stick has set aside.",
    "file-system": "Older blocks: this file system ({detail}) does not write in place, or is not known to.",
    "synced-folder": "What {detail} has copied elsewhere.",
    "share": "A key file made by the program; it is not where it was made and on no stick that is plugged in"
    " ({detail}).",
    "other-vault": "Another vault that is remembered; it was not found where it used to be.",
    "folder": "The folder itself ({detail}); files in it that are not the vault's were not touched.",
}
_NOT_FOUND = "There is no vault at this place; nothing was overwritten.\n"
_NO_KEYS = (
    "There are files of a vault at this place, but no key file that could be one.\nNothing was touched.\n"
)
_NOT_PERMITTED = (
    "This place could not be looked into: the system does not let this account.\n"
    "NOTHING WAS OVERWRITTEN. If a vault is there, its owner can wipe it.\n"
)


def describe(report: WipeReport) -> str:
    """What was done, what failed, and what is out of reach, in that order."""
    if not report.found:
        return _NOT_FOUND
    if any(step.step == "vault" for step in report.steps):
        return _NO_KEYS
    if any((step.step, step.vault) == ("place", 1) for step in report.steps):
        return _NOT_PERMITTED
    lines: list[str] = []
    if report.keys_overwritten_ms is not None:
        lines.append(f"The keys were overwritten in {report.keys_overwritten_ms:.1f} ms.")
    lines += [_done(step) for step in report.steps if step.result == OVERWRITTEN and step.step != "folder"]
    failed = [step for step in report.steps if step.result == FAILED]
    if failed:
        lines += ["", "NOT DONE:", *(f"  {_failure(step)}" for step in failed)]
    elif not any(step.step == "files" for step in report.steps):
        lines.append("The files are still there; the next command on this vault removes them.")
    lines += ["", "Out of reach:"]
    lines += [
        "  " + _NOT_REACHED.get(step.step, step.step).format(detail=step.detail)
        for step in report.steps
        if step.result == OUT_OF_REACH
    ]
    return "\n".join(lines) + "\n"


def _done(step: Step) -> str:
    if step.step == "holder":
        return _whose(step) + "The program that had it open was ended."
    return f"{_whose(step)}{_WHAT.get(step.step, step.step)}: {step.detail}"


def _failure(step: Step) -> str:
    if step.step == "holder":
        return _whose(step) + "Another program may still have the vault open. Switch the computer off."
    return f"{_whose(step)}{_WHAT.get(step.step, step.step)}: {step.detail}"


def _whose(step: Step) -> str:
    """Vaults are counted and not named: whoever reads along must not learn a name."""
    return f"Vault {step.vault}: " if step.vault > 1 else ""
