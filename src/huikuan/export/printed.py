"""Who printed a report and when, and money as plain text: what all export formats share."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from huikuan.records import money
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

CENT = Decimal("0.01")
MINUS = "\u2212"


@dataclass(frozen=True)
class Printed:
    """For head and foot: the person's name as shown, the moment in the book's time zone; of a list also the company and
    the language's code (for fonts)."""

    by: str = ""
    at: datetime | None = None
    company: str = ""
    language: str = "en"

    @property
    def time_text(self) -> str:
        """The moment as shown; blank where it is not told."""
        return self.at.strftime("%Y-%m-%d %H:%M") if self.at else ""

    def told(self) -> list[tuple[str, str]]:
        """Person and time as label and value, for a file without a foot; without what is not known."""
        both = ((translated(_("Printed by")), self.by), (translated(_("Printed on")), self.time_text))
        return [(label, value) for label, value in both if value]


plain_money = money.plain


def shown_money(amount: Decimal, zero: str = "0.00") -> str:
    """Money for people: two decimals (half up), thousands separators, a real minus sign in front.

    >>> shown_money(Decimal("-1234.5"))
    '−1,234.50'
    """
    if not amount:
        return zero
    text = f"{amount.copy_abs().quantize(CENT, rounding='ROUND_HALF_UP'):,}"
    return f"{MINUS}{text}" if amount < 0 else text


def shown_rate(rate: Decimal) -> str:
    """A rate in percent with two decimals.

    >>> shown_rate(Decimal("0.062449"))
    '6.24%'
    """
    text = f"{(rate.copy_abs() * 100).quantize(CENT, rounding='ROUND_HALF_UP')}%"
    return f"{MINUS}{text}" if rate < 0 else text


def plain(value: Any, kind: str) -> Any:
    """A value for JSON: money and rates as text, dates as ISO 8601, counts as numbers, blank as None."""
    if value is None or value == "":
        return None if value is None else ""
    if kind == "money" and isinstance(value, Decimal):
        return plain_money(value)
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, date) else value
