"""What a rescue found, in sentences."""

from __future__ import annotations

from hrd_desktop.domain.rescue import LostItem, RescueReport
from hrd_desktop.ui.text import filled, isolated, number_text, time_text, translated

_CONTEXT = "rescue"


def headline_of(report: RescueReport) -> str:
    """How it went, in one sentence."""
    if report.complete:
        return translated(_CONTEXT, "Everything that was found is in the new vault")
    if report.lost:
        return translated(_CONTEXT, "The new vault is there, and something is lost")
    return translated(_CONTEXT, "The new vault is there, without some of the records")


def paragraphs(report: RescueReport) -> list[str]:
    """What is in, where the records are from, and what is not there."""
    records = report.records
    told = [
        filled(
            translated(_CONTEXT, "{count} items are in, each read to its end and compared with its hash."),
            count=number_text(report.from_records + report.from_headers),
        )
    ]
    if records.origin == "database":
        told.append(translated(_CONTEXT, "Records, contacts and custody are whole."))
    elif records.origin == "snapshot" and records.changed_utc is not None:
        told.append(
            filled(
                translated(
                    _CONTEXT,
                    "Records, contacts and custody are from the spare copy inside the vault, as they "
                    "were on {time}. "
                    "What was changed after that is not in them.",
                ),
                time=time_text(records.changed_utc),
            )
        )
    elif records.origin == "salvaged":
        told.append(
            translated(
                _CONTEXT,
                "The records were damaged and there was no whole copy of them. What could be read is in; "
                "the rest "
                "of them is lost.",
            )
        )
    else:
        told.append(
            translated(
                _CONTEXT,
                "No records could be read: titles, notes, cases, tags, contacts and custody are lost. "
                "Each file has "
                "its name, its hash and its times.",
            )
        )
    if report.from_headers and records.origin != "none":
        told.append(
            filled(
                translated(
                    _CONTEXT,
                    "{count} of the items are not in the records and have their name and times only.",
                ),
                count=number_text(report.from_headers),
            )
        )
    if report.unknown:
        told.append(
            filled(
                translated(
                    _CONTEXT,
                    "Files that do not open with this passphrase (of another vault, of the reserve, or "
                    "destroyed): "
                    "{count}.",
                ),
                count=number_text(len(report.unknown)),
            )
        )
    told.append(
        translated(
            _CONTEXT,
            "Other passphrases, recovery codes and shares do not open the new vault: make new ones in "
            "Security. "
            "Keep the damaged vault until you have looked through the new one.",
        )
    )
    return told


def lost_text(lost: LostItem) -> str:
    """One line for a lost item: which, and why."""
    why = {
        "missing": translated(_CONTEXT, "its file is not there"),
        "damaged": translated(_CONTEXT, "its file is damaged"),
        "disk-failed": translated(_CONTEXT, "the disk does not give it out"),
        "newer-format": translated(_CONTEXT, "a newer version of the program wrote it"),
    }.get(lost.code, translated(_CONTEXT, "its file was destroyed or replaced"))
    return filled(
        translated(_CONTEXT, "{reference} {name}: {why}"),
        reference=isolated(lost.reference or ""),
        name=isolated(lost.original_name),
        why=why,
    ).strip()
