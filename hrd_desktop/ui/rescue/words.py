"""What a rescue found, in sentences."""

from __future__ import annotations

from hrd_desktop.domain.rescue import LostItem, RescueReport
from hrd_desktop.ui.text import isolated, number_text, time_text, translated

_CONTEXT = "rescue"


def headline_of(report: RescueReport) -> str:
    """How it went, in one sentence."""
    if report.complete:
        return translated(_CONTEXT, "Everything that was found is in the new vault")
    if report.lost:
        return translated(_CONTEXT, "The new vault is there, and something is lost")
    if report.unreadable:
        return translated(_CONTEXT, "The new vault is there, and something may be lost")
    return translated(_CONTEXT, "The new vault is there, without some of the records")


def paragraphs(report: RescueReport) -> list[str]:
    """What is in, where the records are from, and what is not there."""
    told = [
        translated(
            _CONTEXT,
            "{count} items are in, each read to its end and compared with its hash.",
            count=number_text(report.from_records + report.from_headers),
        ),
        _records_text(report),
    ]
    if report.from_headers and report.records.origin != "none":
        told.append(
            translated(
                _CONTEXT,
                "{count} of the items are not in the records and have their name and times only.",
                count=number_text(report.from_headers),
            )
        )
    strangers = len(report.unknown) - len(report.unreadable)
    if strangers:
        told.append(
            translated(
                _CONTEXT,
                "Files that do not open with this passphrase (of another vault, of the reserve, or "
                "destroyed): {count}.",
                count=number_text(strangers),
            )
        )
    told.append(
        translated(
            _CONTEXT,
            "Other passphrases, recovery codes and shares do not open the new vault: make new ones in "
            "Security. Keep the damaged vault until you have looked through the new one.",
        )
    )
    return told


def _records_text(report: RescueReport) -> str:
    records = report.records
    if records.origin == "database":
        return translated(_CONTEXT, "Records, contacts and custody are whole.")
    if records.origin == "snapshot" and records.changed_utc is not None:
        return translated(
            _CONTEXT,
            "Records, contacts and custody are from the spare copy inside the vault, as they were on {time}. "
            "What was changed after that is not in them.",
            time=time_text(records.changed_utc),
        )
    if records.origin == "salvaged":
        return translated(
            _CONTEXT,
            "The records were damaged and there was no whole copy of them. What could be read is in; the "
            "rest of them is lost.",
        )
    return translated(
        _CONTEXT,
        "No records could be read: titles, notes, cases, tags, contacts and custody are lost. Each file has "
        "its name, its hash and its times.",
    )


def unreadable_text(name: str) -> str:
    """One line for a file or folder of the damaged vault that the disk does not give out."""
    return translated(
        _CONTEXT,
        "{name}: the disk does not give it out, and there may be items in it",
        name=isolated(name),
    )


def lost_text(lost: LostItem) -> str:
    """One line for a lost item: which, and why."""
    why = {
        "missing": translated(_CONTEXT, "its file is not there"),
        "damaged": translated(_CONTEXT, "its file is damaged"),
        "disk-failed": translated(_CONTEXT, "the disk does not give it out"),
        "not-permitted": translated(_CONTEXT, "this account may not read it"),
        "newer-format": translated(_CONTEXT, "a newer version of the program wrote it"),
    }.get(lost.code, translated(_CONTEXT, "its file was destroyed or replaced"))
    return translated(
        _CONTEXT,
        "{reference} {name}: {why}",
        reference=isolated(lost.reference or ""),
        name=isolated(lost.original_name),
        why=why,
    ).strip()
