"""The columns of contact tables: our own headings, and those of Google, Outlook, Thunderbird and others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from hrd_desktop.domain.contacts import ChannelKind

# Our own headings, in the order they are written, and the field each holds.
OWN_HEADINGS: Final = {
    "Alias": "alias",
    "Kind": "kind",
    "Real name": "real_name",
    "Role": "role",
    "Organisation": "organisation",
    "Languages": "languages",
    "Emergency order": "emergency_order",
    "Public key": "public_key",
    "Fingerprint": "fingerprint",
    "How checked": "how_checked",
    "Checked on": "checked_on",
    "Notes": "notes",
    "Delete on": "delete_on",
    "Tags": "tags",
}
CHANNEL_PARTS: Final = ("kind", "value", "safe", "hours", "note", "preferred")


@dataclass(frozen=True)
class Column:
    """What a column holds: a ``field`` of the contact, or a ``part`` of the channel called ``channel``.

    ``kind`` is the channel's kind where the heading says it, ``note`` what else the heading says of it
    (``work``). ``several`` is true where Google packs several values into one cell.
    """

    field: str = ""
    channel: str = ""
    part: str = ""
    kind: ChannelKind | None = None
    note: str = ""
    several: bool = False


_FIELDS: Final = {
    **{heading.lower(): field for heading, field in OWN_HEADINGS.items()},
    "name": "formatted", "full name": "formatted", "display name": "formatted",
    "first name": "given", "given name": "given", "firstname": "given", "forename": "given",
    "middle name": "middle", "additional name": "middle", "second name": "middle",
    "last name": "family", "family name": "family", "lastname": "family", "surname": "family",
    "name prefix": "prefix", "prefix": "prefix", "name suffix": "suffix", "suffix": "suffix",
    "nickname": "nickname", "nick name": "nickname",
    "job title": "role", "organization title": "role", "organization 1 - title": "role",
    "position": "role", "occupation": "role", "function": "role", "profession": "role",
    "organization": "organisation", "company": "organisation", "company name": "organisation",
    "organization name": "organisation", "organization 1 - name": "organisation", "employer": "organisation",
    "department": "department", "organization department": "department",
    "organization 1 - department": "department",
    "note": "notes", "comment": "notes", "comments": "notes", "remarks": "notes",
    "labels": "labels", "group membership": "labels", "categories": "categories", "category": "categories",
    "language": "languages", "pgp key": "public_key",
}  # fmt: skip

_CHANNELS: Final = {
    "phone": (ChannelKind.PHONE, ""), "telephone": (ChannelKind.PHONE, ""), "tel": (ChannelKind.PHONE, ""),
    "phone number": (ChannelKind.PHONE, ""), "telephone number": (ChannelKind.PHONE, ""),
    "mobile": (ChannelKind.PHONE, "mobile"), "mobile phone": (ChannelKind.PHONE, "mobile"),
    "mobile number": (ChannelKind.PHONE, "mobile"), "cell": (ChannelKind.PHONE, "mobile"),
    "cell phone": (ChannelKind.PHONE, "mobile"), "primary phone": (ChannelKind.PHONE, "primary"),
    "business phone": (ChannelKind.PHONE, "work"), "business phone 2": (ChannelKind.PHONE, "work"),
    "work phone": (ChannelKind.PHONE, "work"), "home phone": (ChannelKind.PHONE, "home"),
    "home phone 2": (ChannelKind.PHONE, "home"), "company main phone": (ChannelKind.PHONE, "company"),
    "other phone": (ChannelKind.PHONE, "other"), "car phone": (ChannelKind.PHONE, "car"),
    "pager": (ChannelKind.PHONE, "pager"), "pager number": (ChannelKind.PHONE, "pager"),
    "fax": (ChannelKind.FAX, ""), "fax number": (ChannelKind.FAX, ""),
    "business fax": (ChannelKind.FAX, "work"),
    "home fax": (ChannelKind.FAX, "home"), "other fax": (ChannelKind.FAX, "other"),
    "email": (ChannelKind.EMAIL, ""), "e-mail": (ChannelKind.EMAIL, ""), "mail": (ChannelKind.EMAIL, ""),
    "email address": (ChannelKind.EMAIL, ""), "e-mail address": (ChannelKind.EMAIL, ""),
    "e-mail 2 address": (ChannelKind.EMAIL, ""), "e-mail 3 address": (ChannelKind.EMAIL, ""),
    "primary email": (ChannelKind.EMAIL, ""), "secondary email": (ChannelKind.EMAIL, ""),
    "work email": (ChannelKind.EMAIL, "work"), "home email": (ChannelKind.EMAIL, "home"),
    "signal": (ChannelKind.SIGNAL, ""), "whatsapp": (ChannelKind.WHATSAPP, ""),
    "telegram": (ChannelKind.TELEGRAM, ""), "threema": (ChannelKind.THREEMA, ""),
    "wire": (ChannelKind.WIRE, ""), "session": (ChannelKind.SESSION, ""), "matrix": (ChannelKind.MATRIX, ""),
    "xmpp": (ChannelKind.XMPP, ""), "jabber": (ChannelKind.XMPP, ""),
    "web": (ChannelKind.WEB, ""), "website": (ChannelKind.WEB, ""), "web page": (ChannelKind.WEB, ""),
    "web page 1": (ChannelKind.WEB, ""), "web page 2": (ChannelKind.WEB, ""), "url": (ChannelKind.WEB, ""),
    "homepage": (ChannelKind.WEB, ""), "personal web page": (ChannelKind.WEB, "home"),
    "address": (ChannelKind.ADDRESS, ""), "postal address": (ChannelKind.ADDRESS, ""),
}  # fmt: skip

_OWN_CHANNEL: Final = re.compile(rf"channel (\d{{1,3}}) ({'|'.join(CHANNEL_PARTS)})", re.ASCII)
_GOOGLE: Final = re.compile(
    r"(e-mail|phone|website|im|address) (\d{1,3}) - (type|label|value|service|formatted|street|"
    r"extended address|po box|city|region|postal code|country)",
    re.ASCII,
)
_GOOGLE_KINDS: Final = {
    "e-mail": ChannelKind.EMAIL,
    "phone": ChannelKind.PHONE,
    "website": ChannelKind.WEB,
    "im": ChannelKind.OTHER,
    "address": ChannelKind.ADDRESS,
}
_ADDRESS: Final = re.compile(
    r"(business|work|home|other) (street|street 2|street 3|address|address 2|address po box|po box|city|"
    r"state|postal code|zipcode|zip code|zip|country/region|country)",
    re.ASCII,
)
PICTURE_HEADINGS: Final = frozenset({"photo", "picture", "image"})


def columns_of(headings: Sequence[str]) -> list[Column | None]:
    """Return what each column holds, ``None`` where its heading is not known.

    A second column for the same field is not known either: which one is right cannot be told.
    """
    names = [" ".join(heading.lstrip("\ufeff").lower().split()) for heading in headings]
    found: list[Column | None] = []
    taken: set[Column] = set()
    for name in names:
        column = _column(name, set(names))
        if column is None or column in taken:
            found.append(None)
            continue
        taken.add(column)
        found.append(column)
    return found


def _column(name: str, names: set[str]) -> Column | None:
    if name == "title":
        # Outlook's title stands before a name ("Dr."); elsewhere it is what somebody works as.
        return Column(field="prefix" if names & {"first name", "given name"} else "role")
    if name in _FIELDS:
        return Column(field=_FIELDS[name])
    if name in _CHANNELS:
        kind, note = _CHANNELS[name]
        return Column(channel=name, part="value", kind=kind, note=note)
    own = _OWN_CHANNEL.fullmatch(name)
    if own is not None:
        return Column(channel=f"channel {int(own.group(1))}", part=own.group(2))
    google = _GOOGLE.fullmatch(name)
    if google is not None:
        base, number, part = google.groups()
        part = "label" if part == "type" else part
        return Column(channel=f"{base} {number}", part=part, kind=_GOOGLE_KINDS[base], several=True)
    address = _ADDRESS.fullmatch(name)
    if address is not None:
        place, part = address.groups()
        note = "work" if place == "business" else place
        return Column(channel=f"{place} address", part=part, kind=ChannelKind.ADDRESS, note=note)
    return None
