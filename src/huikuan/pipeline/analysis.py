"""What a published run says about the time to come and the time before: cash forecast, findings, pictures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

import duckdb

from huikuan.insight.collection.claim import Claimed
from huikuan.insight.exploration import (
    Cohort,
    MonthRates,
    Orders,
    Pareto,
    Step,
    cohorts,
    funnel,
    products,
    rates,
    shops,
)
from huikuan.insight.findings.search import FindingSource, Found, findings
from huikuan.insight.forecast.cash import CENT, Forecast, forecast
from huikuan.insight.forecast.check import Check, check, receipts
from huikuan.insight.forecast.states import histories, open_groups, open_sql
from huikuan.insight.reports import order_income
from huikuan.pipeline.reporting import report_source
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions
from huikuan.records.rules import Rules

ZERO = Decimal(0)
SETTLEMENT = "order-settlement"
SHOWN_PAST = 28  # days of receipts told beside the forecast


@dataclass(frozen=True)
class CashForecast:
    """One currency's forecast, how good it was on the past, and the receipts of the days before: day, amount."""

    forecast: Forecast
    check: Check
    past: tuple[tuple[date, Decimal], ...]


def cash_forecasts(results: Results) -> list[CashForecast]:
    """The forecast of each currency in which anything is outstanding or was received, sorted."""
    collection, share = (results.run.table("", part) for part in ("collection", "share"))
    as_of, zone = results.manifest.as_of, results.book.timezone
    con = results.run.cursor()
    try:
        groups = open_groups(con, collection, share, zone)
        told = histories(con, collection, share, zone, as_of)
        found = []
        for currency in sorted({group.currency for group in groups} | {currency for _shop, currency in told}):
            made = forecast(groups, told, currency, as_of)
            came = receipts(con, share, currency, as_of)
            found.append(CashForecast(made, check(told, came, made), _past(con, share, currency, as_of)))
        return found
    finally:
        con.close()


def _past(con: duckdb.DuckDBPyConnection, share: str, currency: str, as_of: date) -> tuple[tuple[date, Decimal], ...]:
    """What reached the bank for orders on each of the last days, from the first day on that anything did."""
    rows = con.execute(
        f"""SELECT bank_date, sum(amount) FROM {share} WHERE matched AND currency = $currency AND bank_date <= $as_of
        GROUP BY bank_date ORDER BY bank_date""",
        {"currency": currency, "as_of": as_of},
    ).fetchall()
    if not rows:
        return ()
    came, days = dict(rows), min((as_of - rows[0][0]).days + 1, SHOWN_PAST)
    shown = [as_of - timedelta(days=days - 1 - n) for n in range(days)]
    return tuple((day, came.get(day, ZERO).quantize(CENT)) for day in shown)


@dataclass(frozen=True)
class OpenOrder:
    """An order of a group of the forecast."""

    order_no: str
    shop: str
    amount: Decimal


def orders_of_group(
    results: Results, shop: str, currency: str, state: str, since: date | None, limit: int
) -> list[OpenOrder]:
    """The orders behind a group of the forecast, most money first."""
    collection, share = (results.run.table("", part) for part in ("collection", "share"))
    rows = results.run.query(
        f"""SELECT order_no, shop, sum(amount)::DECIMAL(38,5) AS amount
        FROM ({open_sql(collection, share, results.book.timezone)})
        WHERE shop = ? AND currency = ? AND state = ? AND since IS NOT DISTINCT FROM ?
        GROUP BY ALL ORDER BY abs(sum(amount)) DESC, order_no LIMIT ?""",
        [shop, currency, state, since, limit],
    )
    return [OpenOrder(row["order_no"], row["shop"], row["amount"]) for row in rows]


INCOME_DAYS = 90  # of orders whose products are asked for losses


def findings_of(results: Results, rules: Rules, decisions: Decisions, claimed: Sequence[Claimed] = ()) -> Found:
    """What changed for the worse in a run (`insight.findings`); `claimed`: the orders that claim files asked for."""
    with report_source(results, rules, decisions) as source:
        if not source.collection or not source.collection_share:
            return Found((), 0, 0)
        con, as_of = source.con, results.manifest.as_of
        order_income.build(source, f"business_date > DATE '{as_of - timedelta(days=INCOME_DAYS)}'", {})
        bank = con.execute(
            f"SELECT max(business_date) FROM {source.bank_line} WHERE business_date <= $as_of", {"as_of": as_of}
        ).fetchone()
        return findings(
            FindingSource(
                con,
                as_of,
                collection=source.collection,
                share=source.collection_share,
                order_line=source.order_line,
                wallet_line=source.wallet_line,
                order_open=source.opens.get(SETTLEMENT, ""),
                income_line="i_line",
                income_costs=" + ".join([*order_income.FEE_GROUPS, "coalesce(freight, 0)"]),
                bank_until=bank[0] if bank else None,
                timezone=source.timezone,
                claimed=tuple(claimed),
            )
        )


@dataclass(frozen=True)
class Explored:
    """What the analysis page draws of one currency's orders of a period."""

    funnel: list[Step]
    cohorts: list[Cohort]
    products: Pareto | None
    shops: Pareto | None
    rates: list[MonthRates]


@dataclass(frozen=True)
class Wanted:
    """Which orders pictures are of: a currency, shops (none: all), a category of items (blank: all)."""

    currency: str
    shops: tuple[str, ...] = ()
    category: str = ""


def categories_of(results: Results) -> list[str]:
    """The categories of items that order lines tell."""
    if not results.run.holds("", "line_cube"):
        return []
    cube = results.run.table("", "line_cube")
    return [
        row["category"]
        for row in results.run.kept(f"SELECT DISTINCT category FROM {cube} WHERE category <> '' ORDER BY 1", [])
    ]


def explore(results: Results, wanted: Wanted, first: date, last: date, listed: int) -> Explored:
    """The pictures of some orders. Funnel and largest: of the orders placed from `first` to `last`; cohorts and rates:
    of the last months, whatever the period. Of a category the orders that have an item of it, and of products those of
    it alone."""
    run = results.run
    line = run.table("", "facts_order_line") if run.holds("", "facts_order_line") else ""
    where, lines = "c.currency = $currency", "true"
    if wanted.shops:
        where += " AND list_contains($shops::VARCHAR[], c.shop)"
    if wanted.category and line:
        lines = "l.category = $category"
        where += f" AND (c.shop, c.order_no) IN (SELECT (l.shop, l.order_no) FROM {line} l WHERE {lines})"
    values = {
        "currency": wanted.currency, "shops": list(wanted.shops), "category": wanted.category, "first": first,
        "last": last,
    }  # fmt: skip
    con = run.cursor()
    try:
        every = Orders(con, run.table("", "collection"), run.table("", "share"), line, where, values, lines)
        within = replace(every, where=f"{where} AND c.business_date BETWEEN $first AND $last")
        return Explored(
            funnel(within), cohorts(every), products(within, listed),
            shops(within, listed) if len(wanted.shops) != 1 else None, rates(every),
        )  # fmt: skip
    finally:
        con.close()
