"""Passphrases that the program makes: seven words of a well-known list."""

from __future__ import annotations

from collections.abc import Callable

from hrd_desktop.crypto.passphrase_words import make_word_passphrase, parse_word_list
from hrd_desktop.services.resources import resource_folder


def make_passphrase(random: Callable[[int], bytes]) -> str:
    """Seven words, 90 bits. Raises WordListInvalid, FileNotFoundError when the installation is incomplete."""
    words = parse_word_list((resource_folder() / "words" / "eff_large_wordlist.txt").read_bytes())
    return make_word_passphrase(words, random)
