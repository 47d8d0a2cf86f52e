"""Which payout took which order's money (DESIGN rules 7 and 18).

A payout that names its batch or its order took exactly that. All others take the oldest money of their wallet and
currency. The money of a wallet is a sequence of days: the opening balance first, then each day's movements, refunds
and fees before receipts, receipts by flow time and number. So what is left in a wallet after a payout is always the
newest money, a refund is paid out of the money around it, and an order may be taken in part by two payouts.

Money without a business date exists as of any day and is its wallet's newest.

Days and payouts are few: where each payout ends is worked out here in plain Python; the shares of the orders, which
are many, by one join.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from huikuan.records.due_dates import ENDLESS
from huikuan.records.kind import MONEY, record_key
from huikuan.records.rules import BEGINNING

if TYPE_CHECKING:
    from huikuan.insight.collection.collecting import CollectionInputs, Setting

ZERO = Decimal(0)
NO_TIME = datetime(1, 1, 1)  # noqa: DTZ001 (all times are naive UTC)
Wallet = tuple[str, str]  # account, currency


@dataclass(frozen=True)
class Payout:
    """Money that left a platform account for a bank. `amount` is positive; `matched`: a bank line was found."""

    key: str
    record_key: str
    wallet: Wallet
    payout_id: str
    order_no: str
    day: date
    at: datetime | None
    flow_no: str
    amount: Decimal
    bank_date: date | None = None
    matched: bool = False
    in_wallet: bool = True  # False: a settlement batch paid straight to a bank

    @property
    def order(self) -> tuple[date, datetime, str, str]:
        """First in, first out."""
        return (self.day, self.at or NO_TIME, self.flow_no, self.key)


@dataclass(frozen=True)
class Day:
    """One day of a wallet: cumulative money before its receipts (`low`), after the orders' and after all of them."""

    day: date
    low: Decimal
    end: Decimal


@dataclass(frozen=True)
class Touch:
    """A payout reaching into a day: it takes the cumulative money from `lo` to `hi` (None: from or to the edge)."""

    payout: Payout
    day: date
    low: Decimal
    lo: Decimal | None
    hi: Decimal | None


def days_of(opening: Decimal, movements: Iterable[tuple[date, Decimal, Decimal, Decimal]]) -> list[Day]:
    """The days of one wallet from (day, taken, received, other): refunds and fees of orders (negative), receipts of
    orders, and the net of everything else, which comes last where it adds and first where it takes."""
    days = [Day(BEGINNING, min(opening, ZERO), opening)]
    total = opening
    for day, taken, received, other in sorted(movements):
        low = total + taken + min(other, ZERO)
        total += taken + received + other
        days.append(Day(day, low, total))
    return days


def touches_of(days: Sequence[Day], payouts: Iterable[Payout]) -> list[Touch]:
    """How far each payout reaches: up to the last day, not after its own, that begins below what is paid out so far.

    Where more was paid out than the days hold (a statement is missing), the excess came from money unknown and takes
    nobody's."""
    touches: list[Touch] = []
    paid_out = excess = reached = ZERO
    start = 0
    for payout in sorted(payouts, key=lambda payout: payout.order):
        paid_out += payout.amount
        today = bisect_right(days, payout.day, key=lambda day: day.day) - 1
        excess = max(excess, paid_out - days[today].end)
        reach = max(reached, paid_out - excess)
        stop = max(today, start)
        while stop > start and days[stop].low > reach:
            stop -= 1
        for index in range(start, stop + 1):
            lo = reached if index == start and touches else None
            hi = reach if index == stop else None
            touches.append(Touch(payout, days[index].day, days[index].low, lo, hi))
        start, reached = stop, reach
    return touches


def pair_returns(payouts: Sequence[Payout], returns: Sequence[Payout]) -> tuple[list[Payout], list[Payout]]:
    """Take payouts that came back out: (payouts that stand, returns without a payout). A return takes back the latest
    standing payout before it of the same id, else of the same amount."""
    standing = sorted(payouts, key=lambda payout: payout.order)
    unpaired: list[Payout] = []
    for back in sorted(returns, key=lambda payout: payout.order):
        fitting = [p for p in standing if p.wallet == back.wallet and p.amount == back.amount and p.day <= back.day]
        same_id = [p for p in fitting if back.payout_id and p.payout_id == back.payout_id]
        if fitting:
            standing.remove((same_id or fitting)[-1])
        else:
            unpaired.append(back)
    return standing, unpaired


# --- tables -----------------------------------------------------------------------------------------------------

PAYOUT_SQL = """
SELECT record_key, account, currency, coalesce(payout_id, ''), coalesce(order_no, ''), business_date, occurred_at,
    coalesce(flow_no, ''), amount, movement
FROM {wallet_line} WHERE movement IN ('payout', 'payout_returned')
  AND (business_date IS NULL OR business_date <= $as_of) ORDER BY ALL
"""
BATCH_SQL = """
SELECT min(record_key), account, currency, batch, '', max(business_date), max(occurred_at), min(flow_no),
    sum(-amount), 'payout'
FROM {settlement_line} WHERE type = 'payout' AND coalesce(batch, '') <> ''
  AND (business_date IS NULL OR business_date <= $as_of)
  AND account NOT IN (SELECT DISTINCT account FROM {wallets}) GROUP BY account, currency, batch ORDER BY ALL
"""
# Payouts with a bank line, and the day the bank had the money.
MATCHED_SQL = """
SELECT l.record_key, max(r.date) FROM {links} l JOIN {links} r ON r.group_id = l.group_id AND r.side = 'right'
WHERE l.side = 'left' AND r.date <= $as_of GROUP BY l.record_key
"""
PAYOUT_SCHEMA = pa.schema(
    [("payout", pa.string()), ("account", pa.string()), ("currency", pa.string()), ("payout_id", pa.string()),
     ("order_no", pa.string()), ("day", pa.date32()), ("amount", MONEY), ("matched", pa.bool_()),
     ("bank_date", pa.date32()), ("payout_key", pa.string())]
)  # fmt: skip
TOUCH_SCHEMA = pa.schema(
    [("payout", pa.string()), ("account", pa.string()), ("currency", pa.string()), ("day", pa.date32()),
     ("low", MONEY), ("lo", MONEY), ("hi", MONEY)]
)  # fmt: skip
SHARE_COLUMNS = "oid, currency, account, payout, payout_key, payout_date, matched, bank_date, amount, fees, refunds"
EMPTY_SHARE = """CREATE OR REPLACE TEMP TABLE c_share (oid BIGINT, currency VARCHAR, account VARCHAR, payout VARCHAR,
    payout_key VARCHAR, payout_date DATE, matched BOOLEAN, bank_date DATE, amount DECIMAL(18,5), fees DECIMAL(18,5),
    refunds DECIMAL(18,5))"""

# The money of an order on a day of a wallet; `payout` where its batch or its order is named by a payout.
ELEMENT_SQL = f"""
CREATE OR REPLACE TEMP TABLE c_element AS
SELECT s.oid, s.currency, s.account, coalesce(s.business_date, DATE '{ENDLESS}') AS day,
    coalesce(b.payout, n.payout) AS payout, sum(s.gross + s.fee)::DECIMAL(18,5) AS amount,
    sum(s.fee)::DECIMAL(18,5) AS fees, sum(s.refund)::DECIMAL(18,5) AS refunds,
    min(s.occurred_at) AS moved_at, min(s.flow_no) AS flow_no
FROM c_settled s
LEFT JOIN (SELECT account, currency, payout_id, min(payout) AS payout FROM c_payout GROUP BY ALL) b
    ON b.account = s.account AND b.currency = s.currency AND b.payout_id = s.batch
LEFT JOIN (SELECT p.account, p.currency, o.oid, min(p.payout) AS payout
           FROM c_payout p JOIN (SELECT DISTINCT oid, order_no FROM c_order) o USING (order_no)
           WHERE p.order_no <> '' GROUP BY ALL HAVING count(*) = 1) n
    ON n.account = s.account AND n.currency = s.currency AND n.oid = s.oid
GROUP BY s.oid, s.currency, s.account, day, coalesce(b.payout, n.payout)
"""
NAMED_SHARE_SQL = f"""
INSERT INTO c_share ({SHARE_COLUMNS})
SELECT e.oid, e.currency, e.account, p.payout, p.payout_key, p.day, p.matched, p.bank_date,
    sum(e.amount), sum(e.fees), sum(e.refunds)
FROM c_element e JOIN c_payout p ON p.payout = e.payout GROUP BY ALL
"""
DAYS_SQL = f"""
WITH orders AS (
    SELECT account, currency, day, sum(least(amount, 0)) FILTER (payout IS NULL) AS taken,
        sum(greatest(amount, 0)) FILTER (payout IS NULL) AS received, sum(amount) AS amount
    FROM c_element WHERE account IN (SELECT DISTINCT account FROM {{wallet_line}}) GROUP BY ALL
), wallet AS (
    SELECT account, currency, coalesce(business_date, DATE '{ENDLESS}') AS day, sum(amount) AS amount
    FROM {{wallet_line}} WHERE coalesce(movement, '') NOT IN ('payout', 'payout_returned')
      AND (business_date IS NULL OR business_date <= $as_of) GROUP BY ALL
)
SELECT account, currency, day, coalesce(orders.taken, 0), coalesce(orders.received, 0),
    coalesce(wallet.amount, 0) - coalesce(orders.amount, 0)
FROM orders FULL JOIN wallet USING (account, currency, day) ORDER BY ALL
"""
OPENING_SQL = """
SELECT account, currency, first(balance - amount ORDER BY occurred_at NULLS FIRST, seq, flow_no)
FROM {wallet_line} JOIN (
    SELECT account, currency, min(business_date) AS business_date FROM {wallet_line}
    WHERE balance IS NOT NULL GROUP BY ALL
) first_day USING (account, currency, business_date)
WHERE balance IS NOT NULL GROUP BY account, currency
"""
# Of an order's money between `before` and `before + amount` in its day, what lies between lo and hi. What takes
# (refunds, fees) comes first in its day: the payout that reaches the day first takes it whole. So does the first
# payout that reaches an order's money take its fees and refunds: the rest of a share is what the order brought.
SHARE_SQL = f"""
INSERT INTO c_share ({SHARE_COLUMNS})
WITH placed AS (
    SELECT *, coalesce(sum(greatest(amount, 0)) OVER (PARTITION BY account, currency, day
        ORDER BY moved_at NULLS LAST, flow_no, oid
        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM c_element WHERE payout IS NULL
), taken AS (
    SELECT e.*, t.payout AS taker, CASE WHEN e.amount < 0 THEN CASE WHEN t.lo IS NULL THEN e.amount ELSE 0 END
        ELSE CASE WHEN t.hi IS NULL THEN e.amount ELSE least(greatest(t.hi - t.low - e.before, 0), e.amount) END
           - CASE WHEN t.lo IS NULL THEN 0 ELSE least(greatest(t.lo - t.low - e.before, 0), e.amount) END
        END AS share, coalesce(t.lo - t.low - e.before, 0) <= 0 AS is_first
    FROM placed e JOIN c_touch t ON t.account = e.account AND t.currency = e.currency AND t.day = e.day
)
SELECT e.oid, e.currency, e.account, p.payout, p.payout_key, p.day, p.matched, p.bank_date, sum(e.share),
    coalesce(sum(e.fees) FILTER (e.is_first AND e.share <> 0), 0),
    coalesce(sum(e.refunds) FILTER (e.is_first AND e.share <> 0), 0)
FROM taken e JOIN c_payout p ON p.payout = e.taker GROUP BY ALL HAVING sum(e.share) <> 0
"""


def build(con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting) -> None:
    """Create c_share. Grain: one order, account and payout; the amount of the order that this payout took, and which
    fees and refunds (signed as settled) are in it. `payout_key` is the payout's key in payout-bank."""
    con.execute(EMPTY_SHARE)
    payouts, unpaired = _payouts(con, inputs, setting)
    con.register("c_payout", pa.Table.from_pylist([_payout_row(payout) for payout in payouts], schema=PAYOUT_SCHEMA))
    con.execute(ELEMENT_SQL)
    con.execute(NAMED_SHARE_SQL)
    if inputs.wallet_line:
        named = {row[0] for row in con.execute("SELECT DISTINCT payout FROM c_element").fetchall()}
        free = [payout for payout in payouts if payout.in_wallet and payout.key not in named]
        touches = _touches(con, inputs.wallet_line, setting, free, unpaired)
        con.register("c_touch", pa.Table.from_pylist([_touch_row(touch) for touch in touches], schema=TOUCH_SCHEMA))
        con.execute(SHARE_SQL)
        con.unregister("c_touch")
    con.unregister("c_payout")


def _payouts(
    con: duckdb.DuckDBPyConnection, inputs: CollectionInputs, setting: Setting
) -> tuple[list[Payout], list[Payout]]:
    """Standing payouts, told whether a bank line was found, and returns without a payout."""
    rows: list[tuple[Any, ...]] = []
    values = {"as_of": setting.as_of}
    if inputs.wallet_line:
        rows += [
            (*row, True) for row in con.execute(PAYOUT_SQL.format(wallet_line=inputs.wallet_line), values).fetchall()
        ]
    if inputs.settlement_line:
        wallets = inputs.wallet_line or "(SELECT '' AS account WHERE false)"
        query = BATCH_SQL.format(settlement_line=inputs.settlement_line, wallets=wallets)
        rows += [(*row, False) for row in con.execute(query, values).fetchall()]
    matched: dict[str, date] = {}
    if inputs.payout_links:
        matched = dict(con.execute(MATCHED_SQL.format(links=inputs.payout_links), values).fetchall())
    out = [_payout(row, matched) for row in rows if row[9] == "payout"]
    back = [_payout(row, {}) for row in rows if row[9] == "payout_returned"]
    return pair_returns(out, back)


def _payout(row: tuple[Any, ...], matched: dict[str, date]) -> Payout:
    key, account, currency, payout_id, order_no, day, at, flow_no, amount, _movement, in_wallet = row
    named = record_key("payout", account, payout_id or flow_no)
    bank_date = matched.get(named) or matched.get(key)
    found = bank_date is not None
    return Payout(
        key,
        named,
        (account, currency),
        payout_id,
        order_no,
        day or ENDLESS,
        at,
        flow_no,
        abs(amount),
        bank_date,
        found,
        in_wallet,
    )


def _touches(
    con: duckdb.DuckDBPyConnection, wallet_line: str, setting: Setting, payouts: list[Payout], unpaired: list[Payout]
) -> list[Touch]:
    movements: dict[Wallet, dict[date, list[Decimal]]] = defaultdict(dict)
    for account, currency, day, *amounts in con.execute(
        DAYS_SQL.format(wallet_line=wallet_line), {"as_of": setting.as_of}
    ).fetchall():
        movements[account, currency][day] = amounts
    for back in unpaired:
        day_amounts = movements[back.wallet].setdefault(back.day, [ZERO, ZERO, ZERO])
        day_amounts[2] += back.amount
    openings = {(row[0], row[1]): row[2] for row in con.execute(OPENING_SQL.format(wallet_line=wallet_line)).fetchall()}
    touches: list[Touch] = []
    for wallet in sorted({payout.wallet for payout in payouts}):
        opening = setting.rules.opening_balances.get(wallet[0], openings.get(wallet, ZERO))
        days = days_of(
            opening, [(day, amounts[0], amounts[1], amounts[2]) for day, amounts in movements[wallet].items()]
        )
        touches += touches_of(days, [payout for payout in payouts if payout.wallet == wallet])
    return touches


def _payout_row(payout: Payout) -> dict[str, Any]:
    account, currency = payout.wallet
    day = None if payout.day == ENDLESS else payout.day
    return {
        "payout": payout.key, "account": account, "currency": currency, "payout_id": payout.payout_id,
        "order_no": payout.order_no, "day": day, "amount": payout.amount, "matched": payout.matched,
        "bank_date": payout.bank_date, "payout_key": payout.record_key,
    }  # fmt: skip


def _touch_row(touch: Touch) -> dict[str, Any]:
    account, currency = touch.payout.wallet
    return {
        "payout": touch.payout.key, "account": account, "currency": currency, "day": touch.day,
        "low": touch.low, "lo": touch.lo, "hi": touch.hi,
    }  # fmt: skip
