"""What is known of the platforms' own settlement cycles: the rule a shop follows until it has one of its own.

`data/platforms.csv` holds one row per platform with the grade of its source (A first-party documentation, B a vendor or
practitioner, C a third party, D a mirror, `unsourced` general knowledge). They are starting values: cycles change and
differ by shop, so a rule of the shop's own goes before, and the program proposes one from the shop's history.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from importlib.resources import files

from huikuan.records.rules import SettlementRule

WHOLE = ("days", "bank_days", "reserve_days", "grace")
DECIMAL = ("reserve", "minimum")


@dataclass(frozen=True)
class PlatformDefault:
    """A platform's usual settlement rule (of no shop) and how well it is sourced."""

    platform: str
    rule: SettlementRule
    grade: str
    remark: str


@cache
def platform_defaults() -> dict[str, PlatformDefault]:
    """The defaults by every name of their platforms, in small letters."""
    text = files("huikuan.records").joinpath("data/platforms.csv").read_text(encoding="utf-8")
    found: dict[str, PlatformDefault] = {}
    for row in csv.DictReader(text.splitlines()):
        default = PlatformDefault(row["platform"], _rule(row), row["grade"], row["remark"])
        for name in (row["platform"], *row["names"].split("|")):
            found[name.lower()] = default
    return found


def _rule(row: dict[str, str]) -> SettlementRule:
    days = {name: int(row[name]) for name in WHOLE}
    shares = {name: Decimal(row[name]) for name in DECIMAL}
    return SettlementRule("", anchor=row["anchor"], batch=row["batch"], **days, **shares)  # type: ignore[arg-type]


def platform_default(platform: str) -> PlatformDefault | None:
    """What is known of a platform, by any of its names; None where it is not known."""
    return platform_defaults().get(platform.strip().lower())


def default_rule(shop: str, platform: str = "") -> SettlementRule:
    """The rule of a shop that has none of its own: its platform's, else receipt, 2 bank days, 3 days of grace.

    >>> default_rule("A", "抖店").days, default_rule("A", "nobody's").anchor
    (7, 'received')
    """
    known = platform_default(platform)
    return replace(known.rule, shop=shop) if known else SettlementRule(shop)
