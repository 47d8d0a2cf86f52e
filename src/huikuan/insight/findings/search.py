"""Findings: what changed for the worse in a book, what it costs, and how sure that is.

Two kinds. *Tested*: a shop's or product's recent figures against its own earlier ones (`tested`); a test says
how likely such a change is by chance, and of all tests of the book only as many hold as keep false ones under `RATE`
(Benjamini-Hochberg). *Counted*: sums that are facts, as overcharges nobody has claimed (`counted`).

What is found must also matter: each kind has a least change. `size` says how bad a finding is in its own unit; one that
was dismissed is told again when it has grown clearly worse.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.insight.collection.claim import Claimed
from huikuan.insight.findings.statistics import benjamini_hochberg, decimal_of

RATE = 0.05  # of what is said may be false
WORSE = Decimal("1.5")  # times the size at its dismissal: clearly worse
WEEK = 7
RECENT_WEEKS = 4
LEAST_WEEKS = 8  # of history before them
MOST_WEEKS = 26
KINDS = (
    "stopped", "fee_rate", "settlement_lag", "collection", "refund_rate", "overcharge", "losing_product",
    "idle_balance",
)  # fmt: skip


@dataclass(frozen=True)
class FindingSource:
    """Where findings are looked for: a connection and its tables (blank: not there).

    `collection`, `share` as a run has them; `order_line`, `wallet_line`: current records; `order_open`: what is open in
    order-settlement; `income_line`: what lines brought (`i_line` of `order_income`), `income_costs` the SQL of what was
    taken off each. `bank_until`: the last day bank statements tell of; `claimed`: what claim files asked for.
    """

    con: duckdb.DuckDBPyConnection
    as_of: date
    collection: str = "collection"
    share: str = "share"
    order_line: str = ""
    wallet_line: str = ""
    order_open: str = ""
    income_line: str = ""
    income_costs: str = "0"
    bank_until: date | None = None
    claimed: tuple[Claimed, ...] = ()
    timezone: str = "Asia/Shanghai"

    def rows(self, sql: str, **values: Any) -> list[tuple[Any, ...]]:
        """The rows of a query; `$as_of` and other names it mentions are bound."""
        told = {"as_of": self.as_of, **values}
        return self.con.execute(sql, {name: told[name] for name in told if f"${name}" in sql}).fetchall()


@dataclass(frozen=True)
class Finding:
    """One thing found. `subject`: a shop, an account, or a product of `shop`. `now`, `usual`: the figures compared, in
    the unit of the kind (rate, days, money, count); `money`: what it costs or holds; `chance`: by chance alone (None:
    a sum, no test). `series`: what led up to it, oldest first: label, value."""

    kind: str
    shop: str
    subject: str
    currency: str
    money: Decimal
    size: Decimal
    now: Decimal
    usual: Decimal
    chance: float | None = None
    series: tuple[tuple[str, Decimal], ...] = ()
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What is dismissed: the kind and whom it is about."""
        return "|".join((self.kind, self.shop, self.subject, self.currency))


@dataclass(frozen=True)
class Found:
    """All findings, most money first, how many tests were made, and how many weeks the longest history has."""

    findings: tuple[Finding, ...]
    tests: int
    weeks: int

    @property
    def too_short(self) -> bool:
        """Whether nothing could be compared with its past."""
        return self.weeks < RECENT_WEEKS + LEAST_WEEKS


@dataclass(frozen=True)
class Tested:
    """A test that was made; `finding` is what it would say, None where the change is too small to matter."""

    chance: float
    finding: Finding | None


def findings(source: FindingSource) -> Found:
    """Look for everything. Without orders nothing is found."""
    from huikuan.insight.findings.counted import counted
    from huikuan.insight.findings.tested import tested, weeks_of

    tests = tested(source)
    held = benjamini_hochberg([each.chance for each in tests], RATE)
    found = [each.finding for each, holds in zip(tests, held, strict=True) if holds and each.finding]
    found += counted(source)
    return Found(
        tuple(sorted(found, key=lambda each: (-each.money, each.kind, each.key))), len(tests), weeks_of(source)
    )


def rate(value: float) -> Decimal:
    """A rate or other estimate as it is told: six decimals."""
    return decimal_of(value).quantize(Decimal("0.000001"))


def cents(value: float | Decimal) -> Decimal:
    """An amount to the cent: an estimate, or a sum of the book, which is never made a float."""
    return decimal_of(value).quantize(Decimal("0.01"))
