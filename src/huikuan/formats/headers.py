"""Column headers made comparable. Platforms rename columns without notice: 帐 becomes 账, （元） becomes (元), a blank
appears at the end. The raw header is kept for the user; comparing is done on the normalised one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

_SYNONYMS = str.maketrans({"帐": "账", "餘": "余", "額": "额", "−": "-", "–": "-", "【": "[", "】": "]"})
_BLANKS = re.compile(r"\s+")
_AROUND = " \t\"'`\ufeff="


@lru_cache(maxsize=1 << 14)
def normalise_header(text: str) -> str:
    """A header as it is compared: NFKC, quotes and blanks around it off, inner blanks single, small letters.

    >>> normalise_header("\\t收入金额（＋元） "), normalise_header("入帐时间")
    ('收入金额(+元)', '入账时间')
    """
    plain = unicodedata.normalize("NFKC", text).translate(_SYNONYMS)
    return _BLANKS.sub(" ", plain).strip(_AROUND).casefold()


@lru_cache(maxsize=1 << 14)
def normalised_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """The names of one column, each as it is compared."""
    return tuple(normalise_header(name) for name in names)


def column_index(header: Sequence[str], names: tuple[str, ...], occurrence: int = 1) -> int | None:
    """Where a column stands in a normalised header; None if no name fits. `occurrence`: the n-th of equal headers."""
    for wanted in normalised_names(names):
        places = [index for index, each in enumerate(header) if each == wanted]
        if len(places) >= occurrence:
            return places[occurrence - 1]
    return None
