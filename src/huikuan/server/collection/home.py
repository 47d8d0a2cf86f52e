"""The home page's figures: the roll-forward of the receivable, where it is, by shop, by day, by age.

    opening + net receivable - written off - received - payout fees and rounding = closing

Orders count in the period they were placed in, money on the day the bank had it, both as known on the run's day, so
each figure is a list of orders with the same total. `received` is what reached the bank: what orders collected, less
what payouts lost on the way (the residuals of matched payouts). Closing is added up a second time from where the money
is; `Equation.proved` says whether both agree.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.cube import AGES, PLACES
from huikuan.insight.reports.tables import ratio_of
from huikuan.pipeline.results.results import Results
from huikuan.server.collection.cubes import kept, table
from huikuan.server.collection.figures import ORDER_DAY

ZERO = Decimal(0)
PAYOUTS = "payout-bank"
BAR = ("not_due", "in_wallets", "in_transit", "disputed", "overdue")


@dataclass(frozen=True)
class Equation:
    """The roll-forward of one shop, or of all, in one currency. All amounts add up by the equation above."""

    orders: int = 0
    opening_orders: int = 0
    opening: Decimal = ZERO
    receivable: Decimal = ZERO
    gross: Decimal = ZERO
    refunded: Decimal = ZERO
    fees: Decimal = ZERO
    settled_gross: Decimal = ZERO
    written_off: Decimal = ZERO
    collected: Decimal = ZERO  # of orders, in the period; received = collected - lost
    lost: Decimal = ZERO
    since: Decimal = ZERO  # received after the period, of what was closing
    places: dict[str, Decimal] = field(default_factory=dict)
    overdue_orders: int = 0
    receipts: int = 0  # payouts that brought it

    @property
    def received(self) -> Decimal:
        """What reached the bank."""
        return self.collected - self.lost

    @property
    def closing(self) -> Decimal:
        """By the equation."""
        return self.opening + self.receivable - self.written_off - self.received - self.lost

    @property
    def proved(self) -> bool:
        """Closing is what the places hold, and what came in since."""
        return self.closing == sum(self.places.values(), ZERO) + self.since

    @property
    def fee_rate(self) -> Decimal | None:
        """Fees of what was settled, of the period's orders."""
        return ratio_of(self.fees, self.settled_gross)

    @property
    def overdue_rate(self) -> Decimal | None:
        """The overdue part of closing."""
        return ratio_of(self.places.get("overdue", ZERO), self.closing)

    @property
    def bar(self) -> list[tuple[str, Decimal, Decimal]]:
        """Place, amount and width in per cent of those that hold money; what will be taken back has no width."""
        amounts = [(name, self.places.get(name, ZERO)) for name in BAR] + [("since", self.since)]
        whole = sum((amount for _, amount in amounts if amount > 0), ZERO)
        return [
            (name, amount, max(ZERO, amount * 100 / whole).quantize(Decimal("0.01")) if whole else ZERO)
            for name, amount in amounts
            if amount
        ]


@dataclass(frozen=True)
class Money:
    """Everything of one currency. `shops`: name → equation, in the order of the closing receivable."""

    currency: str
    whole: Equation
    shops: tuple[tuple[str, Equation], ...]
    expected: tuple[date, date] | None
    ages: tuple[tuple[int, int, Decimal, Decimal], ...]  # age group, orders, amount, width in per cent
    daily: tuple[tuple[date, date, Decimal], ...]  # first day, last day, collected


FLOW_SQL = f"""
SELECT shop, currency,
    coalesce(sum(receivable - written_off) FILTER (d < $first), 0) AS before_net,
    coalesce(sum(orders) FILTER (d < $first), 0)::BIGINT AS opening_orders,
    coalesce(sum(orders) FILTER (d >= $first), 0)::BIGINT AS orders,
    coalesce(sum(receivable) FILTER (d >= $first), 0) AS receivable,
    coalesce(sum(paid + platform_borne) FILTER (d >= $first), 0) AS gross,
    coalesce(sum(refunded) FILTER (d >= $first), 0) AS refunded,
    coalesce(sum(fees) FILTER (d >= $first), 0) AS fees,
    coalesce(sum(settled_gross) FILTER (d >= $first), 0) AS settled_gross,
    coalesce(sum(written_off) FILTER (d >= $first), 0) AS written_off,
    coalesce(sum(orders) FILTER (has_overdue), 0)::BIGINT AS overdue_orders,
    min(expected_from) AS expected_from, max(expected_to) AS expected_to,
    {", ".join(f"sum({name}) AS {name}" for name in PLACES)}
FROM (SELECT *, {ORDER_DAY} AS d FROM {{cube}}) WHERE d <= $last GROUP BY shop, currency ORDER BY shop
"""
RECEIPT_SQL = f"""
SELECT shop, currency, coalesce(sum(amount) FILTER (d < $first AND bank_date < $first), 0) AS before,
    coalesce(sum(amount) FILTER (bank_date <= $last), 0) AS until,
    coalesce(sum(amount) FILTER (bank_date > $last), 0) AS since,
    count(DISTINCT payout) FILTER (bank_date BETWEEN $first AND $last) AS receipts
FROM (SELECT *, {ORDER_DAY} AS d FROM {{receipts}}) WHERE d <= $last GROUP BY shop, currency
"""
# A payout's residual belongs to the shop that had most of it.
LOST_SQL = f"""
WITH taken AS (
    SELECT payout, shop, currency, sum(amount) AS amount FROM (SELECT *, {ORDER_DAY} AS d FROM {{receipts}})
    WHERE d <= $last AND bank_date BETWEEN $first AND $last GROUP BY ALL
), paid AS (
    SELECT payout, currency, first(shop ORDER BY amount DESC, shop) AS shop FROM taken GROUP BY payout, currency
), residual AS (
    SELECT group_id, currency, min(record_key) AS payout, min(residual) AS residual FROM {{links}}
    WHERE side = 'left' AND residual <> 0 GROUP BY group_id, currency
)
SELECT shop, currency, sum(residual) AS lost FROM residual JOIN paid USING (payout, currency) GROUP BY shop, currency
"""
DAILY_SQL = f"""
SELECT currency, date_trunc($step, bank_date)::DATE AS day, sum(amount) AS amount
FROM (SELECT *, {ORDER_DAY} AS d FROM {{receipts}})
WHERE d <= $last AND bank_date BETWEEN $first AND $last GROUP BY ALL ORDER BY ALL
"""
AGE_SQL = f"""
SELECT currency, age, sum(orders)::BIGINT AS orders, sum(overdue) AS amount
FROM (SELECT *, {ORDER_DAY} AS d FROM {{cube}}) WHERE d <= $last AND age > 0 GROUP BY ALL ORDER BY ALL
"""
DAYS_SHOWN = 92


def figures(found: Results, first: date, last: date) -> list[Money]:
    """The home page's figures of a period, one `Money` per currency that has orders or receipts in it."""
    values = {"first": first, "last": last}
    cube, receipts = table(found, "cube"), table(found, "receipts")
    flows = kept(found, FLOW_SQL.format(cube=cube), values)
    came = {(r["shop"], r["currency"]): r for r in kept(found, RECEIPT_SQL.format(receipts=receipts), values)}
    losses = _losses(found, values)
    step = "month" if (last - first).days > DAYS_SHOWN else "day"
    daily = kept(found, DAILY_SQL.format(receipts=receipts), values | {"step": step})
    ages = kept(found, AGE_SQL.format(cube=cube), values)
    return [
        _money(currency, [row for row in flows if row["currency"] == currency], came, losses, daily, ages, step)
        for currency in sorted({row["currency"] for row in flows})
    ]


def _losses(found: Results, values: dict[str, Any]) -> dict[tuple[str, str], Decimal]:
    """Residuals of the payouts that brought what was received, by shop and currency."""
    if PAYOUTS not in found.manifest.names:
        return {}
    sql = LOST_SQL.format(receipts=table(found, "receipts"), links=found.run.table(PAYOUTS, "links"))
    return {(row["shop"], row["currency"]): row["lost"] for row in kept(found, sql, values)}


def lost_of(found: Results, first: date, last: date, currency: str, shop: str = "") -> Decimal:
    """What payouts lost on their way to the bank in a period, of one shop or of all."""
    losses = _losses(found, {"first": first, "last": last})
    return sum((lost for (name, code), lost in losses.items() if code == currency and shop in ("", name)), ZERO)


def _money(
    currency: str,
    flows: Sequence[dict[str, Any]],
    came: dict[tuple[str, str], dict[str, Any]],
    losses: dict[tuple[str, str], Decimal],
    daily: Sequence[dict[str, Any]],
    ages: Sequence[dict[str, Any]],
    step: str,
) -> Money:
    shops = [
        (row["shop"], _equation(row, came.get((row["shop"], currency)), losses.get((row["shop"], currency), ZERO)))
        for row in flows
    ]
    shops.sort(key=lambda pair: (-pair[1].closing, pair[0]))
    awaited = [row for row in flows if row["expected_from"]]
    expected = (
        (min(row["expected_from"] for row in awaited), max(row["expected_to"] for row in awaited)) if awaited else None
    )
    late = {row["age"]: row for row in ages if row["currency"] == currency}
    most = max((row["amount"] for row in late.values()), default=ZERO)
    groups = tuple(
        (n, late[n]["orders"] if n in late else 0, late[n]["amount"] if n in late else ZERO, _width(late.get(n), most))
        for n in range(1, len(AGES) + 2)
    )
    bars = tuple((row["day"], _end(row["day"], step), row["amount"]) for row in daily if row["currency"] == currency)
    return Money(currency, total_of([each for _, each in shops]), tuple(shops), expected, groups, bars)


def _width(row: dict[str, Any] | None, most: Decimal) -> Decimal:
    return (row["amount"] * 100 / most).quantize(Decimal("0.01")) if row and most > 0 else ZERO


def _end(day: date, step: str) -> date:
    if step == "day":
        return day
    following = date(day.year + day.month // 12, day.month % 12 + 1, 1)
    return date.fromordinal(following.toordinal() - 1)


def _equation(flow: dict[str, Any], came: dict[str, Any] | None, lost: Decimal) -> Equation:
    """One shop's. `before_net` less what had come before is the opening receivable."""
    before, until, since, receipts = (came[k] if came else 0 for k in ("before", "until", "since", "receipts"))
    return Equation(
        orders=flow["orders"], opening_orders=flow["opening_orders"], opening=flow["before_net"] - before,
        receivable=flow["receivable"], gross=flow["gross"], refunded=flow["refunded"], fees=flow["fees"],
        settled_gross=flow["settled_gross"], written_off=flow["written_off"], collected=ZERO + until - before,
        lost=lost, since=ZERO + since, places={name: flow[name] for name in PLACES},
        overdue_orders=flow["overdue_orders"], receipts=receipts,
    )  # fmt: skip


def total_of(parts: Sequence[Equation]) -> Equation:
    """The equation of several shops: each figure added up."""
    names = (
        "orders", "opening_orders", "opening", "receivable", "gross", "refunded", "fees", "settled_gross",
        "written_off", "collected", "lost", "since", "overdue_orders", "receipts",
    )  # fmt: skip
    sums: dict[str, Any] = {name: sum(getattr(each, name) for each in parts) for name in names}
    places = {name: sum((each.places[name] for each in parts), ZERO) for name in PLACES}
    return Equation(**sums, places=places)
