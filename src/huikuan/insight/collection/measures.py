"""The measures of a collection by name, each with its definition in one sentence, and questions asked of it directly.

Home page, reports and exports ask here, so one word means one figure everywhere. A measure is additive unless it is a
ratio of two others. Money is never summed across currencies: every question is asked by currency. The subject `orders`
of the semantic layer (`insight.semantic`) has the same measures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import duckdb

from huikuan.insight.reports.tables import ratio_of
from huikuan.insight.semantic.cube import Cube
from huikuan.insight.semantic.model import Measure
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

__all__ = ["DIMENSIONS", "MEASURES", "Dimension", "Measure", "measure_rows", "receipts_by_day", "status_title"]


@dataclass(frozen=True)
class Dimension:
    """What figures are split by: an expression over a row of a collection that gives text."""

    name: str
    title: str
    definition: str
    sql: str


MEASURES: dict[str, Measure] = {
    measure.name: measure
    for measure in (
        Measure("orders", _("Orders"), _("Number of orders."), how="count", type="count"),
        Measure("paid", _("Paid"), _("What buyers paid, before refunds."), "paid"),
        Measure("platform_borne", _("Borne by platform"), _("What the platform pays on top."), "platform_borne"),
        Measure("refunded", _("Refunded"), _("Given back to buyers."), "refunded"),
        Measure(
            "gross",
            _("Net sales"),
            _("Paid and borne by the platform, less refunds, before fees."),
            "paid + platform_borne - refunded",
        ),
        Measure("fees", _("Fees"), _("What platforms charged for the orders so far."), "fees"),
        Measure("receivable", _("Receivable"), _("Net sales less fees: what the orders bring in all."), "receivable"),
        Measure("settled", _("Settled"), _("What platforms have settled, less fees."), "settled"),
        Measure("collected", _("Collected"), _("Settled and found in the bank."), "collected"),
        Measure("in_transit", _("In transit"), _("Paid out by the platform, not yet found in the bank."), "in_transit"),
        Measure(
            "in_wallets",
            _("In wallets"),
            _("Settled and still in the platform account."),
            "settled_not_collected - in_transit",
        ),
        Measure(
            "not_due",
            _("Not due"),
            _("Not settled, within its cycle; what a platform will take back counts negative."),
            "not_due",
        ),
        Measure("reserve", _("In reserve"), _("Not due: held back of what was settled."), "reserve"),
        Measure("overdue", _("Overdue"), _("Not settled though past its due date."), "overdue"),
        Measure("disputed", _("Disputed"), _("Not settled and in dispute."), "disputed"),
        Measure(
            "written_off",
            _("Written off"),
            _("Not settled and closed, by a person or within the tolerance."),
            "written_off",
        ),
        Measure(
            "overdue_orders",
            _("Overdue orders"),
            _("Number of orders with an overdue amount."),
            "overdue > 0",
            how="count",
            type="count",
        ),
        Measure(
            "fee_rate",
            _("Fee rate"),
            _("Fees of what was settled before fees."),
            how="ratio",
            type="rate",
            ratio=("fees", "settled_gross"),
        ),
        Measure(
            "settled_gross",
            _("Settled before fees"),
            _("What platforms have settled, before fees."),
            "settled + fees",
        ),
        Measure(
            "collection_rate",
            _("Collection rate"),
            _("Collected of the receivable."),
            how="ratio",
            type="rate",
            ratio=("collected", "receivable"),
        ),
    )
}

DIMENSIONS: dict[str, Dimension] = {
    dimension.name: dimension
    for dimension in (
        Dimension("currency", _("Currency"), _("Currency of the order's amounts."), "currency"),
        Dimension("shop", _("Shop"), _("The shop that sold."), "shop"),
        Dimension("status", _("Status"), _("Collection status of the order."), "status"),
        Dimension("day", _("Day"), _("Day of the order."), "strftime(business_date, '%Y-%m-%d')"),
        Dimension("week", _("Week"), _("Week of the order, from Monday (ISO)."), "strftime(business_date, '%G-W%V')"),
        Dimension("month", _("Month"), _("Month of the order."), "strftime(business_date, '%Y-%m')"),
    )
}

STATUS_TITLES: dict[str, str] = {
    "written_off": _("Written off"),
    "disputed": _("Disputed"),
    "cancelled": _("Cancelled"),
    "unpaid": _("Unpaid"),
    "refunded": _("Refunded"),
    "collected": _("Collected"),
    "overdue": _("Overdue"),
    "not_shipped": _("Not shipped"),
    "partly_collected": _("Partly collected"),
    "settled": _("Settled, not collected"),
    "awaiting": _("Awaiting settlement"),
}


def status_title(code: str) -> str:
    """A collection status in the active language."""
    return translated(STATUS_TITLES[code]) if code in STATUS_TITLES else code


def measure_rows(
    con: duckdb.DuckDBPyConnection,
    table: str,
    measures: Sequence[str],
    dimensions: Sequence[str],
    where: str = "true",
    values: Mapping[str, Any] | None = None,
    cube: Cube | None = None,
) -> list[dict[str, Any]]:
    """Measures by dimensions over a collection table. Key: the dimensions, in which the rows are sorted; blank
    dimension values come last. `where` is a condition of our own with $names, bound to `values`. `cube`: the table is
    one of a collection's rows added up."""
    wanted = list(dict.fromkeys([*measures, *(part for name in measures for part in MEASURES[name].ratio or ())]))
    sums = [name for name in wanted if MEASURES[name].sql]
    selected = [f"{DIMENSIONS[name].sql} AS by_{name}" for name in dimensions]
    selected += [f"{cube.sql(MEASURES[name]) if cube else MEASURES[name].sql} AS {name}" for name in sums]
    keys = [f"by_{name}" for name in dimensions]
    tail = f" GROUP BY {', '.join(keys)} ORDER BY {', '.join(f'{key} NULLS LAST' for key in keys)}" if keys else ""
    cursor = con.execute(f"SELECT {', '.join(selected)} FROM {table} WHERE {where}{tail}", dict(values or {}))
    names = [*dimensions, *sums]
    rows = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    for row in rows:
        for name in wanted:
            ratio = MEASURES[name].ratio
            if ratio:
                row[name] = ratio_of(row[ratio[0]], row[ratio[1]])
    return rows


def receipts_by_day(con: duckdb.DuckDBPyConnection, share_table: str) -> list[dict[str, Any]]:
    """What reached the bank for orders, by bank day. Key: currency, day. `share_table` is a collection's shares."""
    rows = con.execute(
        f"""SELECT currency, bank_date, sum(amount)::DECIMAL(38,5) FROM {share_table}
        WHERE matched GROUP BY ALL ORDER BY ALL"""
    ).fetchall()
    return [dict(zip(("currency", "day", "collected"), row, strict=True)) for row in rows]
