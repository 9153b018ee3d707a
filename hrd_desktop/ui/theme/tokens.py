"""Every colour, distance and size of type that the window uses. Nothing else names one."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Colours:
    """One set of colours, as ``#rrggbb``.

    Text on its ground has a contrast of at least 4.5 (WCAG 2.2, 1.4.3).
    """

    window: str
    surface: str
    raised: str
    text: str
    muted: str
    border: str
    control_border: str
    accent: str
    on_accent: str
    accent_soft: str
    on_accent_soft: str
    danger: str
    on_danger: str
    danger_soft: str
    warning: str
    warning_soft: str
    success: str
    success_soft: str
    focus: str
    preview: str


LIGHT = Colours(
    window="#f5f4f0",
    surface="#ffffff",
    raised="#faf9f6",
    text="#1f2328",
    muted="#5a616a",
    border="#dcd9d2",
    control_border="#83878c",
    accent="#1c6670",
    on_accent="#ffffff",
    accent_soft="#d9eaeb",
    on_accent_soft="#123f45",
    danger="#b3261e",
    on_danger="#ffffff",
    danger_soft="#f9e1df",
    warning="#7d5200",
    warning_soft="#fbefd5",
    success="#2a643a",
    success_soft="#ddeee1",
    focus="#1c6670",
    preview="#e9e7e1",
)

DARK = Colours(
    window="#16181b",
    surface="#1d2024",
    raised="#24282d",
    text="#e9e7e2",
    muted="#a6abb2",
    border="#343940",
    control_border="#747b84",
    accent="#72c5cb",
    on_accent="#08272b",
    accent_soft="#1f3a3e",
    on_accent_soft="#c4e9ec",
    danger="#f58a82",
    on_danger="#3a0805",
    danger_soft="#452523",
    warning="#e8bd70",
    warning_soft="#3c311e",
    success="#86cb99",
    success_soft="#20372a",
    focus="#8fd6db",
    preview="#0f1113",
)


class Space:
    """Distances in device-independent pixels, multiples of four."""

    XS = 4
    S = 8
    M = 12
    L = 16
    XL = 24
    XXL = 32


class Size:
    """Sizes in device-independent pixels."""

    RADIUS = 6
    ICON = 20
    CONTROL = 34
    ROW = 52
    THUMBNAIL = 160
    FORM_WIDTH = 460


class Type:
    """Factors of the system's own font size, so that a user's larger text stays larger."""

    SMALL = 0.9
    BASE = 1.0
    TITLE = 1.2
    HEADLINE = 1.6
