"""Fields of a contact out of the words of a file, the same for every kind of file.

A word that cannot be read is left out and counted; it never becomes a claim that the file did not make.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from typing import Final

from hrd_desktop.bundle.contacts_text import Tally
from hrd_desktop.domain.contacts import MAX_ALIAS, MAX_EMERGENCY_ORDER, KeyCheck, Safety, verify_language
from hrd_desktop.domain.contacts_read import LeftOutReason
from hrd_desktop.domain.errors.contacts import ContactFieldError

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_ORDER: Final = re.compile(r"[0-9]{1,3}", re.ASCII)


class FieldReader:
    """Reads single fields; ``name`` is the property or column that a loss is counted under."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally

    def day(self, untrusted_text: str, name: str) -> date | None:
        """Read an ISO 8601 day, ``2026-01-31``; empty is ``None``."""
        text = untrusted_text.strip()
        if not text:
            return None
        try:
            if _DATE.fullmatch(text):
                return date.fromisoformat(text)
        except ValueError:
            pass  # the thirtieth of February is as unreadable as a word
        self._tally.add(LeftOutReason.UNREADABLE, name)
        return None

    def emergency_order(self, untrusted_text: str, name: str) -> int | None:
        """Read a place in the order of calls; empty is ``None``."""
        text = untrusted_text.strip()
        if not text:
            return None
        if _ORDER.fullmatch(text) and 1 <= int(text) <= MAX_EMERGENCY_ORDER:
            return int(text)
        self._tally.add(LeftOutReason.UNREADABLE, name)
        return None

    def check(
        self, untrusted_word: str, checked_on: date | None, name: str, *, has_key: bool
    ) -> tuple[KeyCheck, date | None]:
        """Read how and when a key was checked; without a key there was nothing to check."""
        word = untrusted_word.strip().lower()
        if word == KeyCheck.NOT_CHECKED:
            word = ""
        if has_key and word in list(KeyCheck):
            return KeyCheck(word), checked_on
        if word or checked_on is not None:
            self._tally.add(LeftOutReason.UNREADABLE, name)
        return KeyCheck.NOT_CHECKED, None

    def safety(self, untrusted_word: str, name: str) -> Safety:
        """Read whether a channel is safe; what cannot be read is unknown."""
        word = untrusted_word.strip().lower()
        if word in list(Safety):
            return Safety(word)
        if word:
            self._tally.add(LeftOutReason.UNREADABLE, name)
        return Safety.UNKNOWN

    def languages(self, untrusted_tags: Iterable[tuple[str, str]]) -> tuple[str, ...]:
        """Read pairs of tag and name, each tag once."""
        found: dict[str, str] = {}
        for untrusted_tag, name in untrusted_tags:
            tag = untrusted_tag.strip().replace("_", "-")
            if not tag:
                continue
            try:
                verify_language("languages", tag)
            except ContactFieldError:
                self._tally.add(LeftOutReason.UNREADABLE, name)
            else:
                found.setdefault(tag.lower(), tag)
        return tuple(found.values())


def choose_names(
    *, formatted: str, spoken: str, nickname: str, real: str, others: Iterable[str]
) -> tuple[str, str]:
    """Return alias and real name.

    A nickname is what its owner wants shown, so the formatted name is then the real one. The name in
    parts (``spoken``) is a real name only where it says another thing than the formatted one; our own
    cards repeat the alias there. Without any name, the first of ``others`` is shown.
    """
    shown = formatted if formatted.strip() else spoken
    if nickname.strip() and shown.strip() and _words(nickname) != _words(shown):
        return nickname, real or shown
    if shown.strip():
        differs = bool(spoken) and _words(spoken) != _words(shown)
        return shown, real or (spoken if differs else "")
    return next((name[:MAX_ALIAS] for name in (nickname, *others) if name.strip()), ""), real


def _words(name: str) -> set[str]:
    return set(re.findall(r"\w+", name.casefold())) or {name.strip()}
