"""What a backup, a check and a drill found, in sentences."""

from __future__ import annotations

from hrd_desktop.services.backup import BackupReport
from hrd_desktop.services.backup_check import CheckReport
from hrd_desktop.services.backup_drill import DrillReport
from hrd_desktop.services.backup_places import BackupState
from hrd_desktop.services.restore_items import ItemBack
from hrd_desktop.ui.text import number_text, translated

_CONTEXT = "backup"


def backup_words(report: BackupReport) -> tuple[str, bool]:
    """What was backed up, and whether all of it was."""
    if report.is_new:
        lines = [
            translated(
                _CONTEXT,
                "The backup is complete: {items} items, {copied} of them copied now.",
                items=number_text(report.item_count - len(report.failed)),
                copied=number_text(report.copied),
            )
        ]
    else:
        lines = [translated(_CONTEXT, "Nothing has changed since the last backup, which is complete.")]
    lines.append(translated(_CONTEXT, "Snapshots in it: {count}.", count=number_text(report.snapshots)))
    if report.failed:
        lines.append(
            translated(
                _CONTEXT,
                "{count} items could not be taken: check the vault to see which are damaged.",
                count=number_text(len(report.failed)),
            )
        )
    if "backup-older" in report.notices:
        lines.append(
            translated(_CONTEXT, "This folder was an older copy of the backup: newer snapshots are missing.")
        )
    if "list-damaged" in report.notices:
        lines.append(
            translated(_CONTEXT, "A snapshot in it cannot be read, so nothing was removed. Check the backup.")
        )
    if "begun" in report.notices:
        lines.append(translated(_CONTEXT, "Check it now: only a checked backup is one to rely on."))
    return "\n".join(lines), not report.failed and "list-damaged" not in report.notices


def check_words(report: CheckReport) -> str:
    """What a check found."""
    if not report.ok:
        return translated(
            _CONTEXT,
            "{bad} of {checked} files in the backup are damaged or missing. Back up again: what the vault "
            "still has is copied anew. Then check once more.",
            bad=number_text(len(report.bad)),
            checked=number_text(report.checked),
        )
    if report.tenth:
        return translated(
            _CONTEXT,
            "A random tenth is whole: {checked} of {objects} files. Only a full check counts.",
            checked=number_text(report.checked),
            objects=number_text(report.objects),
        )
    return translated(
        _CONTEXT,
        "All is well: {checked} files in {snapshots} snapshots were decrypted and are what they should be.",
        checked=number_text(report.checked),
        snapshots=number_text(len(report.snapshots)),
    )


def drill_words(report: DrillReport) -> str:
    """What a drill proved."""
    if report.ok:
        return translated(
            _CONTEXT,
            "A vault was made from the backup, opened and destroyed again: {items} items, {logs} custody "
            "logs, and {read} items tried at random gave their bytes.",
            items=number_text(report.items),
            logs=number_text(report.logs),
            read=number_text(report.read),
        )
    return translated(
        _CONTEXT,
        "The drill failed: {read} of {sample} items tried gave their bytes. Check the backup.",
        read=number_text(report.read),
        sample=number_text(report.sample),
    )


def items_words(done: list[ItemBack]) -> str:
    """What became of the items."""
    back = sum(one.result in ("bytes-back", "new") for one in done)
    here = sum(one.result == "already-here" for one in done)
    bad = sum(not one.ok for one in done)
    lines = [translated(_CONTEXT, "{count} items came back.", count=number_text(back))]
    if here:
        lines.append(
            translated(_CONTEXT, "{count} are in the vault already, whole.", count=number_text(here))
        )
    if bad:
        lines.append(translated(_CONTEXT, "{count} are damaged in the backup.", count=number_text(bad)))
    return "\n".join(lines)


def age_words(state: BackupState) -> str:
    """The line beside the panic button."""
    if not state.places:
        return translated(_CONTEXT, "No backup")
    days = state.age_days
    if days is None:
        return translated(_CONTEXT, "No checked backup")
    if days == 0:
        return translated(_CONTEXT, "Checked backup: today")
    if days == 1:
        return translated(_CONTEXT, "Checked backup: yesterday")
    return translated(_CONTEXT, "Checked backup: {days} days ago", days=number_text(days))


def banner_words(state: BackupState) -> str:
    """The calm reminder; empty while none is due, and for whoever has not set up a backup."""
    if not state.is_due or not state.places:
        return ""
    if state.age_days is None:
        return translated(
            _CONTEXT, "No backup of this vault was checked yet. Only a checked backup is one to rely on."
        )
    return translated(
        _CONTEXT,
        "The last checked backup is {days} days old.",
        days=number_text(state.age_days),
    )
