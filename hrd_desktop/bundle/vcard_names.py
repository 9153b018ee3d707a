"""The names vCards give to services and channels, in both directions."""

from __future__ import annotations

from typing import Final

from hrd_desktop.domain.contacts import ChannelKind

# Written as IMPP with the kind as scheme. Matrix is not: its registered scheme has another form
# than what people write down.
SERVICES: Final = {
    ChannelKind.SIGNAL: "Signal",
    ChannelKind.WHATSAPP: "WhatsApp",
    ChannelKind.TELEGRAM: "Telegram",
    ChannelKind.THREEMA: "Threema",
    ChannelKind.WIRE: "Wire",
    ChannelKind.SESSION: "Session",
    ChannelKind.XMPP: "XMPP",
}

# Services and labels as others write them, in lower case.
SERVICE_KINDS: Final = {
    **{kind.value: kind for kind in SERVICES},
    "tg": ChannelKind.TELEGRAM,
    "jabber": ChannelKind.XMPP,
    "googletalk": ChannelKind.XMPP,
    "google talk": ChannelKind.XMPP,
    "gtalk": ChannelKind.XMPP,
    "matrix": ChannelKind.MATRIX,
    "element": ChannelKind.MATRIX,
}

# One property for each service, as vCard 3.0 programs wrote before IMPP; the value is the service.
SERVICE_PROPERTIES: Final = {
    "X-JABBER": "jabber",
    "X-GTALK": "gtalk",
    "X-GOOGLE-TALK": "gtalk",
    "X-SKYPE": "skype",
    "X-SKYPE-USERNAME": "skype",
    "X-AIM": "aim",
    "X-ICQ": "icq",
    "X-MSN": "msn",
    "X-YAHOO": "yahoo",
    "X-QQ": "qq",
    "X-SIGNAL": "signal",
    "X-WHATSAPP": "whatsapp",
    "X-TELEGRAM": "telegram",
}

# Words of TYPE that say nothing a person would want to read beside a number.
SILENT_TYPES: Final = frozenset({
    "pref", "voice", "internet", "text", "msg", "fax", "x400", "postal", "parcel", "intl", "dom",
    "x-internet", "other",
})  # fmt: skip

UNSAFE_LABEL: Final = "UNSAFE"  # what a telephone shows beside a channel that must not be used

PICTURES: Final = frozenset({"PHOTO", "LOGO", "SOUND"})

CHANNEL_PROPERTIES: Final = frozenset({
    "TEL", "EMAIL", "IMPP", "ADR", "URL", "SOCIALPROFILE", "X-SOCIALPROFILE", "X-SHEAF-CHANNEL",
}) | SERVICE_PROPERTIES.keys()  # fmt: skip

WANTED: Final = CHANNEL_PROPERTIES | {
    "FN", "N", "NICKNAME", "KIND", "X-ABSHOWAS", "X-ADDRESSBOOKSERVER-KIND", "ORG", "TITLE", "ROLE",
    "LANG", "CATEGORIES", "KEY", "NOTE", "LABEL", "X-ABLABEL",
    "X-SHEAF-REAL-NAME", "X-SHEAF-LANG", "X-SHEAF-EMERGENCY", "X-SHEAF-FINGERPRINT", "X-SHEAF-CHECKED",
    "X-SHEAF-CHECKED-ON", "X-SHEAF-DELETE-ON", "X-SHEAF-SAFE", "X-SHEAF-HOURS", "X-SHEAF-NOTE",
}  # fmt: skip
