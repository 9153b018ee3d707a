"""What a restore made, in sentences."""

from __future__ import annotations

from hrd_desktop.domain.backup import SnapshotInfo
from hrd_desktop.services.restore import NotRestored, RestoreReport
from hrd_desktop.ui.text import isolated, number_text, time_text, translated

_CONTEXT = "restore"


def snapshot_text(found: SnapshotInfo) -> str:
    """One snapshot in a list: when it was made and how many items it has."""
    return translated(
        _CONTEXT,
        "{when}  ·  items: {count}",
        when=time_text(found.made_utc),
        count=number_text(found.item_count),
    )


def headline_of(report: RestoreReport) -> str:
    """How it went, in one sentence."""
    if report.reserve_lost and not report.failed:
        return translated(_CONTEXT, "The new vault is there, without its reserve")
    if report.failed:
        return translated(_CONTEXT, "The new vault is there, and some items are not in it")
    return translated(_CONTEXT, "The vault is back")


def paragraphs(report: RestoreReport) -> list[str]:
    """What is in it, and what is to be done now."""
    told = [
        translated(
            _CONTEXT,
            "It is the vault as it was on {when}: {count} items, each compared with its hash.",
            when=time_text(report.snapshot.made_utc),
            count=number_text(report.items - len(report.failed)),
        )
    ]
    if report.left_out:
        told.append(
            translated(
                _CONTEXT,
                "Items that were destroyed after that were left out: {count}.",
                count=number_text(report.left_out),
            )
        )
    if report.failed:
        told.append(
            translated(
                _CONTEXT,
                "Of the items below, the records and the custody logs are in it, and their files are not: "
                "in this backup they are damaged or missing. Another backup or an older snapshot may have "
                "them.",
            )
        )
    told.append(
        translated(
            _CONTEXT,
            "It opens with the passphrase of the backup. Make a recovery code for it, under Security.",
        )
        if report.own
        else translated(
            _CONTEXT, "It opens with every passphrase, recovery code and set of shares of that time."
        )
    )
    if report.reserve_lost:
        told.append(
            translated(
                _CONTEXT,
                "The reserve in this backup is damaged, so the new vault has none. Another backup may "
                "have it.",
            )
        )
    if report.other_damaged:
        told.append(
            translated(_CONTEXT, "Other snapshots in this backup cannot be read. Make a new backup soon.")
        )
    return told


def not_restored_text(one: NotRestored) -> str:
    """An item that is not in the new vault, by its number, and why."""
    why = {
        "missing": translated(_CONTEXT, "its file is not in the backup"),
        "damaged": translated(_CONTEXT, "its file is damaged in the backup"),
        "backup-disk-failed": translated(_CONTEXT, "the medium does not give its file out"),
    }.get(one.code, translated(_CONTEXT, "its file is not what it should be"))
    return translated(_CONTEXT, "{item}: {why}", item=isolated(one.reference), why=why)
