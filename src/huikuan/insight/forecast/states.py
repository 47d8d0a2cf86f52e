"""Where an order's money is on its way to the bank, for the cash forecast: five states, each with the day it began.

    paid → shipped → received → wallet (settled, not paid out) → transit (paid out, not yet in the bank) → bank

`open_sql` tells the money of each state now, from a collection and its shares; `History` tells the same of any earlier
day by the days on which each state began, so that a forecast can be made as of that day with what was known then.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from huikuan.insight.collection.orders import local_day

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

STATES = ("paid", "shipped", "received", "wallet", "transit")
ON_THE_WAY = ("wallet", "transit")  # settled: what is left is neither charged nor refunded any more
NEVER = 2**30
FAR = 2**10 - 1  # days: what took so long never came
EPOCH = date(1970, 1, 1).toordinal()
SPAN = 210  # days of orders that a history reaches back


def number_of(day: date) -> int:
    """A day as the number the arrays use."""
    return day.toordinal() - EPOCH


def day_of(number: int) -> date:
    """The day of a number."""
    return date.fromordinal(int(number) + EPOCH)


def milestones(timezone: str) -> dict[str, str]:
    """The SQL of the days of a collection's row: paid, shipped, received."""
    return {
        "paid": f"coalesce({local_day('paid_at', timezone)}, business_date)",
        "shipped": local_day("shipped_at", timezone),
        "received": f"coalesce({local_day('received_at', timezone)}, {local_day('closed_at', timezone)})",
    }


def open_sql(collection: str, share: str, timezone: str) -> str:
    """The money that is to come, one row per order and state. Columns: shop, order_no, currency, state, since,
    expected_date, amount. All states of an order add up to what is outstanding of it.

    State `reserve`: held back until its day; `disputed`: waits for an end of the dispute.
    """
    days = milestones(timezone)
    state = "CASE WHEN {received} IS NOT NULL THEN 'received' WHEN {shipped} IS NOT NULL THEN 'shipped' ELSE 'paid' END"
    since = "coalesce({received}, {shipped}, {paid})"
    of = "shop, order_no, currency"
    return f"""
        SELECT {of}, 'transit' AS state, payout_date AS since, NULL::DATE AS expected_date, amount
        FROM {share} WHERE NOT matched
        UNION ALL SELECT {of}, 'wallet', settled_on, NULL, settled_not_collected - in_transit
        FROM {collection} WHERE settled_not_collected <> in_transit
        UNION ALL SELECT {of}, {state.format(**days)}, {since.format(**days)}, expected_date,
            not_due + overdue - reserve
        FROM {collection} WHERE not_due + overdue <> reserve
        UNION ALL SELECT {of}, 'reserve', expected_date, expected_date, reserve FROM {collection} WHERE reserve <> 0
        UNION ALL SELECT {of}, 'disputed', business_date, NULL, disputed FROM {collection} WHERE disputed <> 0"""


@dataclass(frozen=True)
class Group:
    """The money of one shop in one state since one day. `since`: None where the day is not known."""

    shop: str
    currency: str
    state: str
    since: date | None
    orders: int
    amount: Decimal
    expected: date | None = None


def open_groups(con: duckdb.DuckDBPyConnection, collection: str, share: str, timezone: str) -> list[Group]:
    """What is to come, by shop, state and day, sorted."""
    query = f"""SELECT shop, currency, state, since, count(DISTINCT order_no), sum(amount)::DECIMAL(38,5),
            max(expected_date) FROM ({open_sql(collection, share, timezone)})
        GROUP BY shop, currency, state, since ORDER BY ALL"""
    return [Group(*row) for row in con.execute(query).fetchall()]


@dataclass(frozen=True)
class Ways:
    """Ways from a state to the bank: the days a state began and ended, the day in the bank (`FAR` days on: never), and
    of the orders that went so their number and sums."""

    began: Ints
    ended: Ints
    bank: Ints
    orders: Floats
    weight: Floats
    paid: Floats
    net: Floats
    settled: Floats


@dataclass(frozen=True)
class History:
    """Orders of one shop and currency, alike ones put together: the number of the day each state began (`NEVER`: not
    yet), `bank`: of the last receipt, `left`: of a refund or cancellation of the whole. `orders`, `paid` (before
    refunds), `net` (after partial ones), `settled`: sums."""

    days: Mapping[str, Ints]
    bank: Ints
    left: Ints
    orders: Ints
    paid: Floats
    net: Floats
    settled: Floats

    def began(self, state: str) -> Ints:
        """The day a state began."""
        return self.days[state]

    def ended(self, state: str) -> Ints:
        """The day a state ended, whatever came next."""
        later = STATES[STATES.index(state) + 1 :]
        ends = [self.days[name] for name in later] + [self.bank]
        if state not in ON_THE_WAY:
            ends.append(self.left)
        found: Ints = np.minimum.reduce(ends)
        return found

    def in_state(self, state: str, day: int) -> Bools:
        """The rows that are in a state at the end of a day, by what was known then."""
        found: Bools = (self.began(state) <= day) & (self.ended(state) > day)
        return found

    def amount(self, state: str) -> Floats:
        """What a state's orders are still to bring: what was settled, or what was paid."""
        return self.settled if state in ON_THE_WAY else self.net

    @cached_property
    def ways(self) -> Mapping[str, Ways]:
        """For each state the ways orders went from it, alike ones put together."""
        return {state: self._ways(state) for state in STATES}

    def _ways(self, state: str) -> Ways:
        began = self.began(state)
        rows = np.flatnonzero(began < NEVER)
        began = began[rows]
        ended, bank = (np.clip(day[rows] - began, 0, FAR) for day in (self.ended(state), self.bank))
        key = (began * (FAR + 1) + ended) * (FAR + 1) + bank
        _keys, first, which = np.unique(key, return_index=True, return_inverse=True)

        def sums(values: Any) -> Any:
            return np.bincount(which, values[rows], len(first))

        began = began[first]
        return Ways(
            began, began + ended[first], began + bank[first], sums(self.orders), sums(self.amount(state)),
            sums(self.paid), sums(self.net), sums(self.settled),
        )  # fmt: skip


HISTORY_SQL = """
WITH last_share AS (
    SELECT shop, order_no, currency, max(payout_date) AS payout_date FROM {share} WHERE amount > 0 GROUP BY ALL
), told AS (
    SELECT c.*, l.payout_date, {paid} AS paid_day, {shipped} AS shipped_day, {received} AS received_day,
        CASE WHEN status IN ('refunded', 'cancelled') THEN {closed} END AS left_day
    FROM {collection} c LEFT JOIN last_share l USING (shop, order_no, currency)
    WHERE paid + platform_borne > 0 AND {paid} >= $first AND {paid} <= $as_of
)
SELECT shop, currency, {numbers}, count(*) AS orders,
    sum(paid + platform_borne)::DOUBLE AS paid,
    sum(CASE WHEN status = 'refunded' THEN paid + platform_borne ELSE paid + platform_borne - refunded END)::DOUBLE
        AS net,
    sum(settled)::DOUBLE AS settled
FROM told GROUP BY ALL ORDER BY ALL
"""
NUMBERED = {
    "paid_day": "paid_day", "shipped_day": "shipped_day", "received_day": "received_day", "wallet_day": "settled_on",
    "transit_day": "payout_date", "bank_day": "CASE WHEN collected > 0 THEN collected_on END", "left_day": "left_day",
}  # fmt: skip


def histories(
    con: duckdb.DuckDBPyConnection, collection: str, share: str, timezone: str, as_of: date
) -> dict[tuple[str, str], History]:
    """The history of each shop and currency, of orders paid within the last `SPAN` days."""
    numbers = ", ".join(
        f"coalesce(date_diff('day', DATE '1970-01-01', {sql}), {NEVER})::BIGINT AS {name}"
        for name, sql in NUMBERED.items()
    )
    query = HISTORY_SQL.format(
        collection=collection, share=share, numbers=numbers, closed=local_day("closed_at", timezone),
        **milestones(timezone),
    )  # fmt: skip
    table = con.execute(query, {"as_of": as_of, "first": day_of(number_of(as_of) - SPAN)}).fetchnumpy()
    return {(shop, currency): _history(table, shop, currency) for shop, currency in _keys(table)}


def _keys(table: Mapping[str, Any]) -> list[tuple[str, str]]:
    return sorted({(str(shop), str(cur)) for shop, cur in zip(table["shop"], table["currency"], strict=True)})


def _history(table: Mapping[str, Any], shop: str, currency: str) -> History:
    mine = (np.asarray(table["shop"]) == shop) & (np.asarray(table["currency"]) == currency)

    def part(name: str) -> Any:
        return np.asarray(table[name])[mine]

    days = {state: part(f"{state}_day") for state in STATES}
    return History(days, part("bank_day"), part("left_day"), part("orders"), part("paid"), part("net"), part("settled"))
