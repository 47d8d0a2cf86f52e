"""Write `records/data/bank_holidays.csv`: on which weekdays banks are closed, on which weekend days they are open.

Not part of the product: run by hand when a country has published its next year (China: in November), in an
environment with `pip install holidays`; then read the difference. Years that a country has not published yet hold what
its laws let expect, without the working days it will set for them.
"""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Any

import holidays

FILE = Path(__file__).parent.parent / "src/huikuan/records/data/bank_holidays.csv"
YEARS = range(2016, 2031)
SATURDAY = 5
COUNTRIES = (
    "AU", "BR", "CA", "CN", "GB", "HK", "ID", "IN", "JP", "KR", "MO", "MX", "MY", "PH", "SG", "TH", "TW", "US",
    "VN",
)  # fmt: skip
PROVINCES = {"GB": "ENG"}
EURO = "EU"  # the days on which payments in euro rest (TARGET)


def calendar(country: str, year: int) -> Any:
    """The library's calendar of a country and year."""
    if country == EURO:
        return holidays.financial_holidays("XECB", years=year)
    return holidays.country_holidays(country, subdiv=PROVINCES.get(country), years=year)


def days(found: set[date], year: int) -> str:
    """Days of a year as `MM-DD MM-DD`."""
    return " ".join(f"{day:%m-%d}" for day in sorted(found) if day.year == year)


def row(country: str, year: int) -> list[str]:
    """One country's year."""
    known = calendar(country, year)
    closed = {day for day in known if day.weekday() < SATURDAY}
    opened = {day for day in getattr(known, "weekend_workdays", ()) if day.weekday() >= SATURDAY}
    return [country, str(year), days(closed, year), days(opened, year)]


if __name__ == "__main__":
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["country", "year", "closed", "open"])
        writer.writerows(row(country, year) for country in sorted((*COUNTRIES, EURO)) for year in YEARS)
