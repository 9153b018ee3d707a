"""What a word is, and when two words are the same: the same folding for texts and for searches.

Scripts that write words without spaces between them (Burmese, Khmer, Thai, Lao, Chinese, Japanese) are
cut into single clusters, a letter with the signs that belong to it; a search for several of them in a row
is a search for that sequence, of whatever length. All other scripts are cut where letters, digits and
signs end. Case, accents, Arabic vowel signs, tatweel, joiners and the script of digits make no difference.
"""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

#: Longer words are cut here when they are indexed and when they are searched for; a SHA-256 in hex fits.
MAX_WORD_CHARACTERS: Final = 64

_BOUNDARY: Final = "\x01"

# Blocks of scripts without spaces between words: Thai, Lao, Myanmar with its extensions, Khmer, Tai Le, New
# Tai Lue, Tai Tham, Balinese, Javanese, Tai Viet, kana, ideographs.
_UNSPACED: Final = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\u1b00-\u1b7f\u3040-\u30ff\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\ua980-\ua9ff\uaa60-\uaadf\uf900-\ufaff\U00020000-\U0003ffff"
)
# Signs that do not make another word: accents of Latin, Greek and Cyrillic, points of Hebrew and Arabic,
# Quranic marks, tatweel, soft hyphen, joiners and zero-width spaces, marks of direction, variation selectors.
_IGNORED: Final = re.compile(
    "[\u00ad\u0300-\u036f\u0483-\u0487\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7\u0610-\u061c\u0640"
    "\u064b-\u065f\u0670\u06d6-\u06dc\u06df-\u06e4\u06e7\u06e8\u06ea-\u06ed\u200b-\u200f\u202a-\u202e"
    "\u2060-\u2069\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\ufeff]"
)
# Letters that people type in one another's place, and letters without a decomposition.
_SAME: Final = {
    "\u0131": "i",
    "\u00f8": "o",
    "\u0142": "l",
    "\u0111": "d",
    "\u00e6": "ae",
    "\u0153": "oe",
    "\u0649": "\u064a",
    "\u06cc": "\u064a",
    "\u06a9": "\u0643",
    "\u0629": "\u0647",
    "\u06c1": "\u0647",
}
_CLUSTER: Final = re.compile(f"{_BOUNDARY}(.[{_UNSPACED}]*)", re.DOTALL)
_IS_UNSPACED: Final = re.compile(f"[{_UNSPACED}]")
_NOT_A_WORD: Final = re.compile(r"[^a-z0-9]+")


def words_of(text: str) -> list[str]:
    """The folded words of a text, in order. Holds letters, digits and signs of scripts only."""
    if text.isascii():
        words = _NOT_A_WORD.sub(" ", text.lower()).split()
    else:
        bare = _IGNORED.sub("", _folded_case(text))
        cut = unicodedata.normalize("NFC", bare).translate(_CHARACTERS)
        if _BOUNDARY in cut:
            cut = _CLUSTER.sub(r"\1 ", cut)
        words = cut.split()
    return [word[:MAX_WORD_CHARACTERS] for word in words]


def is_cluster(word: str) -> bool:
    """Whether a folded word is a cluster of a script without spaces."""
    return _IS_UNSPACED.match(word) is not None


@lru_cache(maxsize=8192)
def fold_character(character: str) -> str:
    """One character folded by itself, a space where it ends a word, nothing where it is ignored.

    For finding a match in a text as it was written; signs stand apart here as they do in NFKD.
    """
    bare = _IGNORED.sub("", _folded_case(character))
    folded = bare.translate(_CHARACTERS)
    return folded.replace(_BOUNDARY, "").strip() or " " if folded else ""


def _folded_case(text: str) -> str:
    """Compatibility caseless form (Unicode 3.13, D146): decomposed first, as styled letters have no case."""
    return unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())


class _Characters(dict[int, str]):
    """For ``str.translate``: what each character becomes, worked out when it is first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        category = unicodedata.category(character)
        if category == "Nd":
            result = str(unicodedata.decimal(character))
        elif character in _SAME:
            result = _SAME[character]
        elif category[0] in "LN" and _IS_UNSPACED.match(character):
            result = f" {_BOUNDARY}{character}"
        elif category[0] in "LMN" or category == "Co":
            result = character
        else:
            result = " "
        self[code] = result
        return result


_CHARACTERS: Final = _Characters()
