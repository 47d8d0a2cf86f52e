"""A book of made-up orders and their money, in the tables of a published run, as of any day.

Made straight from a few rates and lags: no files, no reconciliation. What is random is drawn once; `tables(con, as_of)`
then shows what was known on a day. Shops are quiet by themselves: their rates stand still, sales follow the weekday and
wander a little (an AR(1) of their logarithm, as real sales do). `Change`s can be put in from a day on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

WEEKDAYS = np.array([1.0, 0.95, 0.95, 1.0, 1.1, 1.25, 1.2])
NONE = np.iinfo(np.int32).max


@dataclass(frozen=True)
class Change:
    """From a day on: `fee_rate` and `refund_rate` are added to, `settle_days` too; `sales` multiplies; `stops`: no
    more settlement. `sku`: only of one product."""

    day: date
    fee_rate: float = 0.0
    settle_days: int = 0
    refund_rate: float = 0.0
    sales: float = 1.0
    stops: bool = False
    sku: int | None = None


@dataclass(frozen=True)
class SimulatedShop:
    """A shop. `payout`: weekdays (0 Monday) of its payouts; `ship`, `transport`, `settle`: mean days."""

    name: str
    orders: float = 40.0
    price: float = 90.0
    fee_rate: float = 0.05
    refund_rate: float = 0.05
    ship: float = 1.0
    transport: float = 3.0
    settle: float = 3.0
    payout: tuple[int, ...] = (0, 2, 4)
    bank: tuple[float, ...] = (0.6, 0.3, 0.1)
    skus: int = 12
    wander: float = 0.06
    changes: tuple[Change, ...] = ()


@dataclass
class SimulatedBook:
    """Orders of some shops from `first` on for a number of days."""

    shops: Sequence[SimulatedShop]
    first: date
    days: int
    seed: int = 1
    table: pa.Table = field(init=False)

    def __post_init__(self) -> None:
        """Draw the orders."""
        random = np.random.default_rng(self.seed)
        self.table = pa.concat_tables([self._shop(random, shop) for shop in self.shops])

    def _shop(self, random: np.random.Generator, shop: SimulatedShop) -> pa.Table:
        day, level = _sales(random, shop, self.first, self.days)
        counts = random.poisson(level)
        paid = np.repeat(day, counts)
        size = len(paid)
        sku = random.integers(0, shop.skus, size)
        amount = np.round(np.maximum(random.lognormal(np.log(shop.price), 0.5, size), 1.0), 2)
        shipped = paid + random.poisson(shop.ship, size)
        received = shipped + 1 + random.poisson(shop.transport - 1, size)
        fee, extra, refund = (np.full(size, value) for value in (shop.fee_rate, 0.0, shop.refund_rate))
        stops = np.zeros(size, dtype=bool)
        for change in shop.changes:
            start = (change.day - self.first).days
            mine = np.ones(size, dtype=bool) if change.sku is None else sku == change.sku
            fee[mine & (received >= start)] += change.fee_rate
            extra[mine & (received >= start)] += change.settle_days
            refund[mine & (paid >= start)] += change.refund_rate
            stops |= mine & (received >= start) & change.stops
        refunded = random.random(size) < refund
        back = paid + 1 + random.poisson(5, size)
        settled = received + random.poisson(shop.settle, size) + extra.astype(int)
        settled = np.where(refunded | stops, NONE, settled)
        payout = np.where(settled < NONE, _next_payout(settled, shop.payout, self.first), NONE)
        bank = np.where(payout < NONE, payout + random.choice(len(shop.bank), size, p=shop.bank), NONE)
        # All money of one payout reaches the bank together.
        for each in np.unique(payout[payout < NONE]):
            bank[payout == each] = bank[payout == each][0]
        fees = np.round(amount * fee * random.normal(1.0, 0.05, size), 2)
        numbers = np.char.add(f"{shop.name}-", np.arange(size).astype(str))
        columns: dict[str, Any] = {
            "shop": [shop.name] * size, "order_no": numbers, "sku": np.char.add("sku-", sku.astype(str)),
            "paid_n": paid, "shipped_n": shipped, "received_n": received, "refunded_n": np.where(refunded, back, NONE),
            "settled_n": settled, "payout_n": payout, "bank_n": bank, "amount": amount, "fee": fees,
        }  # fmt: skip
        return pa.table({name: pa.array(values) for name, values in columns.items()})

    def tables(self, con: duckdb.DuckDBPyConnection, as_of: date) -> None:
        """Create `collection`, `share`, `facts_order_line` and `facts_wallet_line` as of a day."""
        con.register("simulated", self.table)
        values = {"first": self.first, "day": (as_of - self.first).days, "none": NONE}
        for sql in TABLES:
            con.execute(sql, {name: value for name, value in values.items() if f"${name}" in sql})
        con.unregister("simulated")


def _sales(random: np.random.Generator, shop: SimulatedShop, first: date, days: int) -> tuple[np.ndarray, np.ndarray]:
    """Days and how many orders each is expected to have."""
    day = np.arange(days)
    wander = np.zeros(days)
    for n in range(1, days):
        wander[n] = 0.9 * wander[n - 1] + random.normal(0, shop.wander)
    level = shop.orders * WEEKDAYS[(day + first.weekday()) % 7] * np.exp(wander)
    for change in shop.changes:
        if change.sku is None:
            level = np.where(day >= (change.day - first).days, level * change.sales, level)
    return day, level


def _next_payout(settled: np.ndarray, weekdays: tuple[int, ...], first: date) -> np.ndarray:
    """The next payout day on or after the day following the settlement."""
    ahead = np.array([min((want - day) % 7 for want in weekdays) for day in range(7)])
    start = np.where(settled < NONE, settled, 0) + 1
    return start + ahead[(start + first.weekday()) % 7]


DAY = "($first::DATE + {0}::INTEGER)"
KNOWN = "(CASE WHEN {0} <= $day THEN $first::DATE + {0}::INTEGER END)"


def _known(name: str) -> str:
    return KNOWN.format(f"least({name}, 100000)")


MONEY = "DECIMAL(18,5)"
TABLES = (
    f"""CREATE OR REPLACE TABLE collection AS
    WITH told AS (
        SELECT *, amount::{MONEY} AS paid, refunded_n <= $day AS is_refunded, settled_n <= $day AS is_settled,
            payout_n <= $day AS is_paid_out, bank_n <= $day AS is_in_bank FROM simulated WHERE paid_n <= $day
    ), summed AS (
        SELECT *, CASE WHEN is_refunded THEN paid ELSE 0 END::{MONEY} AS refunded,
            CASE WHEN is_settled THEN fee ELSE 0 END::{MONEY} AS fees,
            CASE WHEN is_settled THEN paid - fee::{MONEY} ELSE 0 END::{MONEY} AS settled FROM told
    )
    SELECT shop, order_no, 'CNY' AS currency,
        CASE WHEN is_refunded THEN 'refunded' WHEN is_in_bank THEN 'collected' WHEN is_settled THEN 'settled'
            ELSE 'awaiting' END AS status,
        {DAY.format("paid_n")} AS business_date, {DAY.format("paid_n")}::TIMESTAMP AS paid_at,
        {_known("shipped_n")}::TIMESTAMP AS shipped_at, {_known("received_n")}::TIMESTAMP AS received_at,
        CASE WHEN is_refunded THEN {DAY.format("refunded_n")} END::TIMESTAMP AS closed_at,
        paid, 0::{MONEY} AS platform_borne, refunded, fees, (paid - refunded - fees)::{MONEY} AS receivable, settled,
        CASE WHEN is_in_bank THEN settled ELSE 0 END::{MONEY} AS collected,
        CASE WHEN is_in_bank THEN 0 ELSE settled END::{MONEY} AS settled_not_collected,
        CASE WHEN is_paid_out AND NOT is_in_bank THEN settled ELSE 0 END::{MONEY} AS in_transit,
        CASE WHEN is_settled OR is_refunded THEN 0 ELSE paid END::{MONEY} AS not_due, 0::{MONEY} AS reserve,
        0::{MONEY} AS overdue, 0::{MONEY} AS disputed, 0::{MONEY} AS written_off,
        CASE WHEN received_n <= $day THEN {DAY.format("received_n")} + 7 END AS expected_date,
        CASE WHEN received_n <= $day THEN {DAY.format("received_n")} + 10 END AS due_date,
        NULL::BIGINT AS overdue_days, {_known("settled_n")} AS settled_on, {_known("bank_n")} AS collected_on
    FROM summed ORDER BY order_no""",
    f"""CREATE OR REPLACE TABLE share AS SELECT shop, order_no, 'CNY' AS currency, 'W-' || shop AS account,
        'payout:W-' || shop || '/' || payout_n AS payout_key, {DAY.format("payout_n")} AS payout_date,
        bank_n <= $day AS matched, {_known("bank_n")} AS bank_date, (amount::{MONEY} - fee::{MONEY})::{MONEY} AS amount
    FROM simulated WHERE payout_n <= $day AND paid_n <= $day""",
    f"""CREATE OR REPLACE TABLE facts_order_line AS SELECT shop, order_no, '1' AS line_no, 'CNY' AS currency, sku,
        'Product ' || sku AS title, CASE WHEN refunded_n <= $day THEN 'refunded' ELSE 'received' END AS status,
        {DAY.format("paid_n")} AS business_date, amount::{MONEY} AS paid, 0::{MONEY} AS platform_borne,
        1::{MONEY} AS qty,
        CASE WHEN refunded_n <= $day THEN amount ELSE 0 END::{MONEY} AS refunded
    FROM simulated WHERE paid_n <= $day""",
    f"""CREATE OR REPLACE TABLE facts_wallet_line AS
    WITH moved AS (
        SELECT shop, settled_n AS n, sum(amount::{MONEY} - fee::{MONEY}) AS amount FROM simulated
        WHERE settled_n <= $day GROUP BY ALL
        UNION ALL SELECT shop, payout_n, -sum(amount::{MONEY} - fee::{MONEY}) FROM simulated
        WHERE payout_n <= $day GROUP BY ALL
    )
    SELECT 'W-' || shop AS account, 'CNY' AS currency, {DAY.format("n")} AS business_date, amount::{MONEY} AS amount,
        sum(amount) OVER (PARTITION BY shop ORDER BY n, amount DESC)::{MONEY} AS balance,
        row_number() OVER (PARTITION BY shop ORDER BY n, amount DESC) AS seq,
        CASE WHEN amount < 0 THEN 'payout' END AS movement
    FROM moved""",
)


def after(first: date, days: int) -> date:
    """The day so many days later."""
    return first + timedelta(days=days)
