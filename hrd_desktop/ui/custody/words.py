"""Keys, digits and witnesses in words, and what a signed log does not prove."""

from __future__ import annotations

from datetime import UTC, datetime

from hrd_desktop.domain.bundle_report import Signed
from hrd_desktop.services.receipts import ReceiptCheck, ShownReceipt, WitnessSaid
from hrd_desktop.ui.text import isolated, number_text, time_text, translated

#: A witness may sign any time there is; what no calendar has is shown as the last day of it.
_LAST_TIME = 253_402_300_799


def limits_text() -> str:
    """What no verdict says; it stands wherever one is shown."""
    return translated(
        "custody",
        "This does not say whose key it is: compare the digits with the sender, in person or by voice, or"
        " hold a receipt or a countersignature of somebody you know. A log signed by its holder proves"
        " nothing before its first receipt, timestamp or countersignature, nothing of what happened before"
        " an item was taken in, and not that an event is the last one.",
    )


def key_text(digits: str) -> str:
    """A key as it is told by telephone."""
    return translated("custody", "The key by telephone: {digits}", digits=isolated(digits))


def head_text(size: int, digits: str) -> str:
    """A state of a log as it is told by telephone."""
    return translated(
        "custody",
        "The log by telephone: {count} events, {digits}",
        count=number_text(size),
        digits=isolated(digits),
    )


def witness_text(said: WitnessSaid, size: int) -> str:
    """That somebody countersigned."""
    return translated(
        "custody",
        "Events 1 to {count} were countersigned by key {key} on {time}, by that witness's clock",
        count=number_text(size),
        key=isolated(said.key_name),
        time=time_text(said.time_utc),
    )


def given_text(size: int, made_utc: datetime, given_to: str) -> str:
    """That a receipt was given, and to whom where that is known."""
    values = {"count": number_text(size), "time": time_text(made_utc)}
    if not given_to:
        return translated("custody", "Receipt of {count} events given on {time}", **values)
    return translated(
        "custody",
        "Receipt of {count} events given on {time} to {name}",
        **values,
        name=isolated(given_to),
    )


def receipt_lines(receipt: ShownReceipt) -> list[str]:
    """What a receipt says."""
    lines = [
        translated(
            "custody",
            "{count} events, signed by key {key}",
            count=number_text(receipt.size),
            key=isolated(receipt.key_name),
        ),
        head_text(receipt.size, receipt.spoken),
        key_text(receipt.key_spoken),
    ]
    return lines + [witness_text(said, receipt.size) for said in receipt.witnesses]


def check_text(check: ReceiptCheck) -> str:
    """That a receipt fits the log."""
    text = translated(
        "custody",
        "The log of {case} has {now} events; the first {count} are those of this receipt. Nothing before it"
        " was rewritten.",
        case=isolated(check.case_reference),
        now=number_text(check.events_now),
        count=number_text(check.size),
    )
    if check.earlier_key:
        text += " " + translated(
            "custody", "The receipt is of a key the log had before this vault was restored or rescued."
        )
    return text


def signed_text(signed: Signed) -> str:
    """Whose signature a bundle has, in the order in which it is compared."""
    lines = [key_text(signed.spoken)]
    lines += [head_text(size, spoken) for size, spoken in signed.heads]
    for seen in signed.witnesses:
        time = datetime.fromtimestamp(min(seen.time, _LAST_TIME), UTC)
        lines.append(witness_text(WitnessSaid(seen.key_name, seen.spoken, time), seen.size))
    if signed.timestamp_utc is not None:
        when = time_text(signed.timestamp_utc)
        if signed.timestamp_verified:
            lines.append(translated("custody", "A timestamp authority saw it on {time}", time=when))
        else:
            lines.append(
                translated(
                    "custody",
                    "There is a timestamp that says {time}; it was not checked against a root",
                    time=when,
                )
            )
    return "\n".join(lines)
