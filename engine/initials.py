"""Initials of the pinyin of a text, by which Chinese names are found without an input method: 赵国强 is `zgq`.

They are computed when a text is written, never when it is looked for. Letters and digits stay as they are, in lower case;
everything else is left out. A family name that is read otherwise than its character alone (单 as Shan) gives both readings.
"""

from __future__ import annotations

import os
import re

# Before the import, since that is when it reads it: the dictionary of phrases takes 45 MB more and gives names nothing.
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")

from pypinyin import Style, pinyin

LONGEST = 400
_FAMILY_NAMES = dict(zip("单曾仇解查区翟乐种召祭", "szqxzozycsz", strict=True))
_WORDS = re.compile(r"[^\W_]+")


def initials_of(text: str | None) -> str:
    """The initials of all words after one another; a second time, after a space, as family names are read."""
    words = _WORDS.findall(text or "")
    plain = "".join(map(_letters, words))
    named = "".join(_FAMILY_NAMES.get(word[0], _letters(word[0])) + _letters(word[1:]) for word in words)
    return (plain if plain == named else f"{plain} {named}")[:LONGEST]


def _letters(word: str) -> str:
    found = pinyin(word, style=Style.FIRST_LETTER, strict=False)
    return "".join(readings[0] for readings in found).lower()
