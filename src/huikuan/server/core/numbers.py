"""How numbers and dates are written on screen (LOOK section 6). Never used for files or programs."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

MINUS = "−"
DASH = "–"
CENT = Decimal("0.01")
DATE = re.compile(r"\d{4}-\d\d-\d\d")


def money(value: Any, zero: str = DASH) -> str:
    """An amount: 1,128,498.32, minus U+2212, zero as `zero`, None as nothing. More than two decimals are kept.

    >>> money(Decimal("-1234.5")), money(Decimal("0.30000")), money(Decimal("0.00125")), money(None), money(0)
    ('−1,234.50', '0.30', '0.00125', '', '–')
    """
    if value is None or value == "":
        return ""
    amount = value if isinstance(value, Decimal) else Decimal(str(value))
    if amount == 0:
        return zero
    text = f"{abs(amount):,f}"
    whole, _, decimals = text.partition(".")
    decimals = decimals.rstrip("0").ljust(2, "0")
    return f"{MINUS if amount < 0 else ''}{whole}.{decimals}"


def money_exact(value: Any) -> str:
    """An amount in statements and differences, where zero is 0.00."""
    return money(value, zero="0.00")


def count(value: Any, zero: str = "0") -> str:
    """A count: 30,025. None is nothing."""
    if value is None or value == "":
        return ""
    number = int(value)
    return zero if number == 0 else f"{MINUS if number < 0 else ''}{abs(number):,}"


def quantity(value: Any) -> str:
    """Pieces: without decimals where there are none.

    >>> quantity(Decimal("3.00000")), quantity(Decimal("1.5"))
    ('3', '1.5')
    """
    if value is None or value == "":
        return ""
    amount = Decimal(str(value))
    text = f"{abs(amount):,f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return f"{MINUS if amount < 0 else ''}{text}"


def rate(value: Any) -> str:
    """A rate given as a fraction: 0.0624 is 6.24%.

    >>> rate(Decimal("0.0624")), rate(None)
    ('6.24%', '')
    """
    if value is None or value == "":
        return ""
    percent = (Decimal(str(value)) * 100).quantize(CENT, rounding=ROUND_HALF_UP)
    return f"{MINUS if percent < 0 else ''}{abs(percent)}%"


def reference(value: Any) -> str:
    """A bank's reference as people know it. Where the bank gives none, the key is made of columns joined by `|`: of
    these only a first part that is no date is a reference.

    >>> reference("261009300001009|2026-10-09|-28600"), reference("2026-10-28|4209.10"), reference("88-1")
    ('261009300001009', '', '88-1')
    """
    first, joined, _rest = str(value or "").partition("|")
    return "" if joined and DATE.match(first) else first


def day(value: date | datetime | str | None, year: int | None = None) -> str:
    """A date: 2026-10-31, within `year` 10-31. None is nothing."""
    if not value:
        return ""
    if isinstance(value, str):
        value = date.fromisoformat(value[:10])
    return f"{value:%m-%d}" if value.year == year else f"{value:%Y-%m-%d}"


def moment(value: datetime | None, year: int | None = None) -> str:
    """A time already in the book's zone: 2026-10-31 09:26, within `year` 10-31 09:26."""
    return f"{day(value, year)} {value:%H:%M}" if value else ""
