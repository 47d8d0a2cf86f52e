"""What a published run says about the time to come: the cash forecast."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.forecast import CENT, Forecast, forecast
from huikuan.insight.forecast_check import Check, check, receipts
from huikuan.insight.forecast_states import day_of, histories, open_groups, open_sql
from huikuan.pipeline.results import Results

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
            found.append(CashForecast(made, check(told, came, made), _past(came)))
        return found
    finally:
        con.close()


def _past(came: tuple[int, Any]) -> tuple[tuple[date, Decimal], ...]:
    first, amounts = came
    start = max(0, len(amounts) - SHOWN_PAST)
    return tuple(
        (day_of(first + n), Decimal(repr(float(amounts[n]))).quantize(CENT)) for n in range(start, len(amounts))
    )


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
