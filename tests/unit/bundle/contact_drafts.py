"""Contacts with every field and any text that a field allows, for the round trips."""

from __future__ import annotations

from hypothesis import strategies as st

from hrd_desktop.domain.contacts import (
    MAX_EMERGENCY_ORDER,
    Channel,
    ChannelKind,
    ContactDraft,
    ContactKind,
    KeyCheck,
    Safety,
)

# What trips readers: separators, quotes, escapes, formulas, directions, joiners, astral characters.
AWKWARD = [
    ";", ",", ":", "\\", "\\n", "\\;", '"', "'", "''=", "=1+1", "+234", "-1", "@x", "'=1", "＝1", "^n", "^'",
    " ", "  ", "\u00a0", "\u200f", "\u202e", "\u200d", "\ufeff", "\U0001f468\u200d\U0001f469", "é", "e\u0301",
    "حقوق", "人权", "မြန်မာ", "\U0010ffff", "\ufffe", "END:VCARD", "BEGIN:VCARD", "%41", "=3D", "tel:", "http://x",
    "x@example.org", "_$!<Mobile>!$_", "UNSAFE", "sep=;", "|", "=", "data:,x", "signal", "VALUE=uri",
]  # fmt: skip
_CHARACTERS = st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])
_LINES = st.one_of(_CHARACTERS, st.sampled_from(["\n", "\t", "\u2028", "\u2029"]))


def lines(limit: int, *, filled: bool = False) -> st.SearchStrategy[str]:
    """A text of one line."""
    return _joined(st.one_of(st.sampled_from(AWKWARD), _CHARACTERS), limit, filled=filled)


def texts(limit: int, *, filled: bool = False) -> st.SearchStrategy[str]:
    """A text of any lines."""
    return _joined(st.one_of(st.sampled_from(AWKWARD), _LINES), limit, filled=filled)


def _joined(pieces: st.SearchStrategy[str], limit: int, *, filled: bool) -> st.SearchStrategy[str]:
    found = st.lists(pieces, max_size=40).map("".join).map(lambda text: text[:limit])
    return found.filter(lambda text: bool(text.strip())) if filled else found


def channels() -> st.SearchStrategy[Channel]:
    """A channel of any kind."""
    return st.builds(
        Channel,
        kind=st.sampled_from(ChannelKind),
        value=texts(1_000, filled=True),
        safe=st.sampled_from(Safety),
        hours=lines(200),
        note=texts(1_000),
        preferred=st.booleans(),
    )


_KEYS = st.one_of(
    st.just(""),
    texts(300, filled=True).map("age1".__add__),
    texts(300, filled=True).map("ssh-ed25519 ".__add__),
    texts(300).map("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n".__add__),
    texts(300, filled=True),
)
_LANGUAGES = st.sampled_from(["en", "fr", "ar", "zh-Hant-TW", "x-private", "my", "pt-BR", "i-klingon", "kmr"])


@st.composite
def drafts(draw: st.DrawFn) -> ContactDraft:
    """A contact that ``verify_contact`` accepts."""
    key = draw(_KEYS)
    fingerprint = draw(lines(200))
    checked = draw(st.sampled_from(KeyCheck)) if key or fingerprint else KeyCheck.NOT_CHECKED
    return ContactDraft(
        alias=draw(lines(200, filled=True)),
        kind=draw(st.sampled_from(ContactKind)),
        real_name=draw(lines(300)),
        role=draw(lines(200)),
        organisation=draw(lines(300)),
        channels=tuple(draw(st.lists(channels(), max_size=4))),
        languages=tuple(draw(st.lists(_LANGUAGES, max_size=4, unique=True))),
        emergency_order=draw(st.none() | st.integers(1, MAX_EMERGENCY_ORDER)),
        public_key=key,
        fingerprint=fingerprint,
        how_checked=checked,
        checked_on=None if checked is KeyCheck.NOT_CHECKED else draw(st.none() | st.dates()),
        notes=draw(texts(2_000)),
        delete_on=draw(st.none() | st.dates()),
        tags=tuple(draw(st.lists(lines(100, filled=True), max_size=4, unique=True))),
    )
