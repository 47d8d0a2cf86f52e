"""What a person types into a pane's filter box: words, amounts `> 5000` or `100..200`, days `10-20..10-31`.

Everything typed must hold. Amounts compare the size without its sign. A day without year is taken in the year that puts
it nearest before the last day shown.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

NUMBER = r"[\d,]+(?:\.\d+)?"
COMPARED = re.compile(rf"(>=|<=|>|<|=|≥|≤)\s*({NUMBER})(?![\d.-])")
DAY = r"(?:\d{4}-)?\d{1,2}-\d{1,2}"
DAYS = re.compile(rf"(?<!\S)({DAY})(?:\s*(?:\.\.|–|~)\s*({DAY}))?(?!\S)")
AMOUNTS = re.compile(rf"(?<!\S)({NUMBER})\.\.({NUMBER})(?!\S)")


@dataclass(frozen=True)
class Typed:
    """A filter box read: amounts are inclusive bounds of the size, `over`/`under` exclusive ones."""

    words: tuple[str, ...] = ()
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    over: Decimal | None = None
    under: Decimal | None = None
    first: date | None = None
    last: date | None = None

    @property
    def empty(self) -> bool:
        """Nothing is asked."""
        return self == Typed()


def holds_sql(columns: Sequence[str], word: str) -> str:
    """SQL for: one of the columns holds the word, which is bound as often as there are columns. Letters are compared
    in lower case, as the word is; what has no letters, such as a number, is looked for as it stands.

    >>> holds_sql(("order_no", "scope"), "4200")
    '(contains(order_no, ?) OR contains(scope, ?))'
    """
    form = "contains({}, ?)" if word.upper() == word else "contains(lower({}), ?)"
    return f"({' OR '.join(form.format(column) for column in columns)})"


def typed_conditions(
    typed: Typed, order_no: str, amount: str, bounds: Sequence[tuple[str, Decimal | None]] = ()
) -> tuple[list[str], dict[str, Any]]:
    """Conditions for words in the column `order_no` and for the size of `amount`, with their $names; `bounds`: further
    ones of the amount, as (sign, value). The days are left to the caller."""
    parts: list[str] = []
    values: dict[str, Any] = {}
    for number, word in enumerate(typed.words):
        column = f"lower({order_no})" if word.upper() != word else order_no
        parts.append(f"contains({column}, $word{number})")
        values[f"word{number}"] = word
    own = ((">=", typed.at_least), ("<=", typed.at_most), (">", typed.over), ("<", typed.under))
    for number, (sign, value) in enumerate((*own, *bounds)):
        if value is not None:
            parts.append(f"{amount} {sign} $bound{number}::DECIMAL(28,5)")
            values[f"bound{number}"] = value
    return parts, values


@dataclass
class _Reading:
    bounds: dict[str, Decimal] = field(default_factory=dict)
    days: list[date] = field(default_factory=list)


BOUNDS = {">": "over", "<": "under", ">=": "at_least", "≥": "at_least", "<=": "at_most", "≤": "at_most"}


def read(text: str, until: date) -> Typed:
    """Read a filter box. `until`: the last day shown, for days without a year.

    >>> read("支付宝 > 5,000", date(2026, 10, 31))
    Typed(words=('支付宝',), at_least=None, at_most=None, over=Decimal('5000'), under=None, first=None, last=None)
    >>> read("10-20..10-31", date(2026, 10, 31)).first
    datetime.date(2026, 10, 20)
    """
    left, found = unicodedata.normalize("NFKC", text).replace("大于", ">").replace("小于", "<"), _Reading()

    def compared(match: re.Match[str]) -> str:
        value = _number(match[2])
        for name in [BOUNDS[match[1]]] if match[1] in BOUNDS else ["at_least", "at_most"]:
            found.bounds[name] = value
        return " "

    def between(match: re.Match[str]) -> str:
        found.bounds |= {"at_least": _number(match[1]), "at_most": _number(match[2])}
        return " "

    def days(match: re.Match[str]) -> str:
        both = [_day(part, until) for part in (match[1], match[2] or match[1])]
        if None in both:
            return match[0]
        found.days = [each for each in both if each]
        return " "

    left = COMPARED.sub(compared, left)
    left = AMOUNTS.sub(between, left)
    left = DAYS.sub(days, left)
    first, last = (min(found.days), max(found.days)) if found.days else (None, None)
    return Typed(tuple(left.lower().split()), first=first, last=last, **found.bounds)


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "") or "0")


def _day(text: str, until: date) -> date | None:
    parts = [int(part) for part in text.split("-")]
    try:
        if len(parts) == 3:
            return date(*parts)
        day = date(until.year, *parts)
        return day if day <= until else date(until.year - 1, *parts)
    except ValueError:
        return None
