"""On which days banks work: a calendar for each country, from data, laid over by the book's own days.

Banks work Monday to Friday, without public holidays, and on the weekend days a country makes working days for them
(China's 调休). `data/bank_holidays.csv` holds both by country and year (source: the package `holidays`, see
`scripts/bank_holidays.py`); years it does not know have weekends only. The country is that of the currency.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files

from huikuan.records.rules import Holiday, Rules

ONE_DAY = timedelta(days=1)
SATURDAY = 5
COUNTRY_OF_CURRENCY = {
    "AUD": "AU", "BRL": "BR", "CAD": "CA", "CNY": "CN", "EUR": "EU", "GBP": "GB", "HKD": "HK", "IDR": "ID", "INR": "IN",
    "JPY": "JP", "KRW": "KR", "MOP": "MO", "MXN": "MX", "MYR": "MY", "PHP": "PH", "SGD": "SG", "THB": "TH", "TWD": "TW",
    "USD": "US", "VND": "VN",
}  # fmt: skip
COUNTRIES = tuple(sorted(COUNTRY_OF_CURRENCY.values()))


@dataclass(frozen=True)
class BankCalendar:
    """Weekdays on which banks are closed, and days at the weekend on which they are open."""

    closed: frozenset[date] = frozenset()
    opened: frozenset[date] = frozenset()

    def is_open(self, day: date) -> bool:
        """Whether banks work on a day."""
        return day in self.opened or (day.weekday() < SATURDAY and day not in self.closed)


WEEKDAYS = BankCalendar()


def add_business_days(day: date, days: int, calendar: BankCalendar = WEEKDAYS) -> date:
    """`days` business days after `day`; 0 leaves any day as it is.

    >>> add_business_days(date(2026, 10, 30), 2)
    datetime.date(2026, 11, 3)
    >>> add_business_days(date(2026, 9, 30), 2, calendar_of_country("CN"))  # National Day, then the working 10th
    datetime.date(2026, 10, 9)
    """
    while days > 0:
        day += ONE_DAY
        if calendar.is_open(day):
            days -= 1
    return day


def calendar_of(rules: Rules, currency: str) -> BankCalendar:
    """The calendar of a currency's country with the book's own days; Monday to Friday where the currency is blank or
    its country is not known."""
    country = COUNTRY_OF_CURRENCY.get(currency, "")
    return _laid_over(calendar_of_country(country), (day for day in rules.holidays if day.country == country))


def _laid_over(calendar: BankCalendar, own: Iterable[Holiday]) -> BankCalendar:
    closed, opened = set(calendar.closed), set(calendar.opened)
    for holiday in own:
        closed.discard(holiday.day)
        opened.discard(holiday.day)
        (opened if holiday.working else closed).add(holiday.day)
    return BankCalendar(frozenset(closed), frozenset(opened))


@cache
def calendar_of_country(country: str) -> BankCalendar:
    """The calendar that the product knows of a country; Monday to Friday for one it does not know."""
    closed: set[date] = set()
    opened: set[date] = set()
    for row in _known():
        if row["country"] == country:
            closed.update(_days(row["year"], row["closed"]))
            opened.update(_days(row["year"], row["open"]))
    return BankCalendar(frozenset(closed), frozenset(opened))


def last_known_year(country: str) -> int:
    """The last year whose holidays the product knows; 0 for a country it does not know."""
    return max((int(row["year"]) for row in _known() if row["country"] == country), default=0)


@cache
def _known() -> tuple[dict[str, str], ...]:
    text = files("huikuan.records").joinpath("data/bank_holidays.csv").read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines()))


def _days(year: str, text: str) -> Iterable[date]:
    return (date.fromisoformat(f"{year}-{day}") for day in text.split())
