"""Pictures of a collection: the funnel from order to bank, cohorts of order months, the largest products and shops,
fee and refund rates by month. All over one currency; `where` is a condition of our own on orders `c`, with $names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import duckdb

ZERO = Decimal(0)
STEPS = ("ordered", "shipped", "received", "settled", "collected")
# Days from the order to the bank at which a cohort's column ends; the last has no end.
COHORT_DAYS = (7, 14, 21, 30, 60)
MONTHS = 12
GROSS = "(c.paid + c.platform_borne - c.refunded)"


@dataclass(frozen=True)
class Orders:
    """Which orders are looked at: tables in a connection and the condition; `lines`: which of their order lines `l`."""

    con: duckdb.DuckDBPyConnection
    collection: str
    share: str
    order_line: str
    where: str
    values: Mapping[str, Any]
    lines: str = "true"

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """The rows of a query; the values it names are bound."""
        return self.con.execute(sql, {name: self.values[name] for name in self.values if f"${name}" in sql}).fetchall()


@dataclass(frozen=True)
class Step:
    """A step of the funnel: orders that came so far, what they are worth net of refunds, and of it what is there."""

    name: str
    orders: int
    worth: Decimal


def funnel(of: Orders) -> list[Step]:
    """How many orders came how far. An order that came further passed the steps before, whatever tells their days.
    Orders that buyers owe nothing for (unpaid, cancelled, wholly refunded) are left out."""
    settled = "c.settled_on IS NOT NULL OR c.collected > 0"
    reached = {
        "ordered": "true",
        "shipped": f"c.shipped_at IS NOT NULL OR c.received_at IS NOT NULL OR {settled}",
        "received": f"c.received_at IS NOT NULL OR {settled}",
        "settled": settled,
        "collected": "c.collected > 0",
    }
    parts = ", ".join(
        f"count(*) FILTER ({sql}), coalesce(sum({GROSS}) FILTER ({sql}), 0)::DECIMAL(38,5)" for sql in reached.values()
    )
    row = of.rows(f"SELECT {parts} FROM {of.collection} c WHERE {of.where} AND {GROSS} > 0")[0]
    return [Step(name, row[2 * n], row[2 * n + 1]) for n, name in enumerate(STEPS)]


@dataclass(frozen=True)
class Cohort:
    """The orders of one month: what they bring in all, and what of it reached the bank by days from the order."""

    month: str
    orders: int
    receivable: Decimal
    collected: tuple[Decimal, ...]

    @property
    def total(self) -> Decimal:
        """All that reached the bank."""
        return sum(self.collected, ZERO)


def cohorts(of: Orders) -> list[Cohort]:
    """The last `MONTHS` months of orders, oldest first. Receipts of a column come within its days."""
    ends = (*COHORT_DAYS, 10**6)
    columns = ", ".join(
        f"coalesce(sum(s.amount) FILTER (s.bank_date - c.business_date <= {end}"
        f"{f' AND s.bank_date - c.business_date > {start}' if n else ''}), 0)::DECIMAL(38,5)"
        for n, (start, end) in enumerate(zip((0, *COHORT_DAYS), ends, strict=True))
    )
    month = "strftime(c.business_date, '%Y-%m')"
    came = {
        row[0]: row[1:]
        for row in of.rows(
            f"""SELECT {month} AS month, {columns} FROM {of.share} s
            JOIN {of.collection} c USING (shop, order_no, currency)
            WHERE s.matched AND {of.where} AND c.business_date IS NOT NULL GROUP BY month"""
        )
    }
    rows = of.rows(
        f"""SELECT {month} AS month, count(*), sum(c.receivable)::DECIMAL(38,5) FROM {of.collection} c
        WHERE {of.where} AND c.business_date IS NOT NULL GROUP BY month ORDER BY month DESC LIMIT {MONTHS}"""
    )
    nothing = (ZERO,) * len(ends)
    return [Cohort(name, orders, money, tuple(came.get(name, nothing))) for name, orders, money in reversed(rows)]


@dataclass(frozen=True)
class Share:
    """One of the largest: its sales net of refunds, its part of all, and the part of it and all larger ones."""

    name: str
    title: str
    sales: Decimal
    part: Decimal
    together: Decimal


@dataclass(frozen=True)
class Pareto:
    """The largest by sales. `count`: how many there are; `most`: how many of them make 80 % of sales; `rest`: the sales
    of those not listed."""

    shares: tuple[Share, ...]
    total: Decimal
    count: int
    most: int
    rest: Decimal


def products(of: Orders, listed: int) -> Pareto | None:
    """Products by sales net of refunds; None where order lines are not there."""
    if not of.order_line:
        return None
    product = "coalesce(nullif(l.sku, ''), nullif(l.title, ''), '')"
    rows = of.rows(
        f"""SELECT {product} AS product, coalesce(any_value(l.title), ''),
            sum(coalesce(l.paid, 0) + coalesce(l.platform_borne, 0) - coalesce(l.refunded, 0))::DECIMAL(38,5) AS sales
        FROM {of.order_line} l JOIN {of.collection} c ON c.shop = l.shop AND c.order_no = l.order_no
            AND c.currency = l.currency
        WHERE {of.where} AND {of.lines} AND {GROSS} > 0 AND l.status NOT IN ('unpaid', 'cancelled')
        GROUP BY product ORDER BY sales DESC, product"""
    )
    return _pareto(rows, listed)


def shops(of: Orders, listed: int) -> Pareto | None:
    """Shops by sales net of refunds."""
    rows = of.rows(
        f"""SELECT c.shop, c.shop, sum({GROSS})::DECIMAL(38,5) AS sales FROM {of.collection} c
        WHERE {of.where} AND {GROSS} > 0 GROUP BY c.shop ORDER BY sales DESC, c.shop"""
    )
    return _pareto(rows, listed)


def _pareto(rows: list[tuple[Any, ...]], listed: int) -> Pareto | None:
    rows = [row for row in rows if row[2] > 0]
    total = sum((row[2] for row in rows), ZERO)
    if not total:
        return None
    shares, together, most = [], ZERO, 0
    for name, title, sales in rows:
        most += together < total * Decimal("0.8")
        together += sales
        shares.append(Share(name, title or name, sales, sales / total, together / total))
    rest = sum((each.sales for each in shares[listed:]), ZERO)
    return Pareto(tuple(shares[:listed]), total, len(rows), most, rest)


@dataclass(frozen=True)
class MonthRates:
    """A month's figures: fees of what was settled in it before fees, refunds of what was ordered in it."""

    month: str
    fees: Decimal
    settled: Decimal
    refunded: Decimal
    sold: Decimal


def rates(of: Orders) -> list[MonthRates]:
    """The last `MONTHS` months, oldest first."""
    fees = of.rows(
        f"""SELECT strftime(c.settled_on, '%Y-%m') AS month, sum(c.fees)::DECIMAL(38,5),
            sum(c.settled + c.fees)::DECIMAL(38,5)
        FROM {of.collection} c WHERE {of.where} AND c.settled_on IS NOT NULL GROUP BY month"""
    )
    sold = of.rows(
        f"""SELECT strftime(c.business_date, '%Y-%m') AS month, sum(c.refunded)::DECIMAL(38,5),
            sum(c.paid + c.platform_borne)::DECIMAL(38,5)
        FROM {of.collection} c WHERE {of.where} AND c.business_date IS NOT NULL GROUP BY month"""
    )
    charged = {month: (fee, gross) for month, fee, gross in fees}
    orders = {month: (back, paid) for month, back, paid in sold}
    months = sorted({*charged, *orders})[-MONTHS:]
    nothing = (ZERO, ZERO)
    return [MonthRates(month, *charged.get(month, nothing), *orders.get(month, nothing)) for month in months]
