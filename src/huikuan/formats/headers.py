"""Column headers made comparable. Platforms rename columns without notice: 帐 becomes 账, （元） becomes (元), a blank
appears at the end. The raw header is kept for the user; comparing is done on the normalised one."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

from huikuan.records.money import CURRENCY_CODES

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


def joined_header(above: Sequence[str], below: Sequence[str]) -> tuple[str, ...]:
    """The names of columns that stand in two rows. A cell of the upper row that has names below it and blanks beside it
    is merged over them.

    >>> joined_header(("订单号", "金额", "", "备注"), ("", "应付", "运费"))
    ('订单号', '金额 应付', '金额 运费', '备注')
    """
    names, group = [], ""
    for place in range(max(len(above), len(below))):
        upper, lower = (row[place].strip() if place < len(row) else "" for row in (above, below))
        group = upper or (group if lower else "")
        names.append(lower if group in ("", lower) else f"{group} {lower}".strip())
    return tuple(names)


def column_index(
    header: Sequence[str], names: tuple[str, ...], occurrence: int = 1, with_currency: bool = False
) -> int | None:
    """Where a column stands in a normalised header; None if no name fits. `occurrence`: the n-th of equal headers.
    `with_currency`: a currency may stand behind the name, in brackets."""
    for wanted in normalised_names(names):
        places = [index for index, each in enumerate(header) if each == wanted]
        if len(places) >= occurrence:
            return places[occurrence - 1]
    if with_currency and any(currency_behind(each) for each in header):
        return column_index([without_currency(each) for each in header], names, occurrence)
    return None


# The currencies that stand behind the name of a column, in brackets or as `in EUR`; Rs is India's, RM Malaysia's.
_BEHIND = {
    "hk$": "HKD", "us$": "USD", "s$": "SGD", "a$": "AUD", "c$": "CAD", "nt$": "TWD", "rs": "INR", "rs.": "INR",
    "rm": "MYR", "rmb": "CNY", "人民币": "CNY", "美元": "USD", "港币": "HKD", "港元": "HKD", "欧元": "EUR", "€": "EUR",
    "£": "GBP",
}  # fmt: skip
_CURRENCY = re.compile(rf"(?: ?\( ?({'|'.join([*map(re.escape, _BEHIND), '[a-z]{3}'])}) ?\)| in ([a-z]{{3}}))$")


@lru_cache(maxsize=1 << 12)
def currency_behind(name: str) -> str:
    """The currency behind a normalised header; "" if there is none.

    >>> [currency_behind(name) for name in ("balance (inr )", "withdrawals(hk$)", "收入金额(元)", "umsatz in eur")]
    ['INR', 'HKD', '', 'EUR']
    """
    found = _CURRENCY.search(name)
    told = (found[1] or found[2]) if found else ""
    code = _BEHIND.get(told, told.upper())
    return code if code in CURRENCY_CODES else ""


def without_currency(name: str) -> str:
    """A normalised header without the currency behind it."""
    return _CURRENCY.sub("", name) if currency_behind(name) else name
