"""Fee rates learned from what a shop was charged: the rate most of its orders bear to the cent, by fee and category.

Input: a collection, order lines (for the category) and settlement lines. Orders settled whole and refunded nothing. A
fee of an order is all its lines of that type. Candidates are the commonest rates charged / base, to a hundredth and a
thousandth of a percent, on what was settled before fees and on what was paid; of these that counts which most orders
bear exactly. It is proposed where it explains 90 % of the orders to the minor unit: for all categories, else for each
category by itself, else from the day on from which a newer rate holds. Fewer than 30 orders teach nothing.

All in whole minor units: a rate is a whole number of hundred-thousandths, so nothing is rounded but the fee.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

import duckdb

from huikuan.insight.learning.settlement_lags import LEAST_ORDERS, SETTLED, History
from huikuan.records.codes import FEE_TYPES
from huikuan.records.currency import NO_MINOR_UNITS, THREE_DECIMALS
from huikuan.records.fee_rates import ALL, rate_of
from huikuan.records.rules import FeeRate
from huikuan.records.sql import dict_rows, sql_text

ENOUGH = Decimal("0.9")
BASES = ("gross", "paid")
UNIT = 100_000  # rates are whole hundred-thousandths
COARSE = 10  # hundred-thousandths in a hundredth of a percent
CANDIDATES, FINE_CANDIDATES = 3, 2  # rates to a hundredth of a percent, and finer, that are tried
WITHIN = 1  # minor units: several lines are rounded each by itself


NARROW = "DECIMAL(14,3)"  # times a unit it is a machine's whole number, many times faster than a wider one


def _listed(words: Any) -> str:
    return ", ".join(sql_text(word) for word in sorted(words))


# Key: key (the hash of an order's number, and of its shop where the lines tell it), currency, type. Amounts in whole
# minor units, `unit` to the currency's one. An order that two shops have is nobody's where lines tell no shop.
FEES_SQL = """
CREATE OR REPLACE TEMP TABLE p_fee AS
WITH fee AS (
    SELECT {key} AS key, currency, type, (-sum(amount::{narrow}))::{narrow} AS charged
    FROM {settlement_line} WHERE order_no <> '' AND type IN ({types}) AND NOT {corroborating} GROUP BY ALL
), known AS (
    SELECT {key} AS key, currency, shop, {day} AS day,
        (settled::{narrow} + fees::{narrow})::{narrow} AS gross, paid::{narrow} AS paid,
        (CASE WHEN currency IN ({none}) THEN 1 WHEN currency IN ({three}) THEN 1000 ELSE 100 END)::DECIMAL(4,0) AS unit
    FROM {collection} WHERE {settled} AND settled + fees > 0 {alone}
)
SELECT k.key, k.shop, f.type, k.day, (f.charged * k.unit)::BIGINT AS charged, (k.gross * k.unit)::BIGINT AS gross,
    (k.paid * k.unit)::BIGINT AS paid, k.unit::BIGINT AS unit, 1::BIGINT AS n
FROM fee f JOIN known k ON k.key = f.key AND k.currency = f.currency
WHERE f.charged > 0
"""
BY_SHOP = {"key": "hash(order_no, shop)", "alone": ""}
BY_NUMBER = {"key": "hash(order_no)", "alone": "QUALIFY count(*) OVER (PARTITION BY order_no, currency) = 1"}

# The same fees of the same amounts as one row with their number `n`.
SUMS_SQL = """
CREATE OR REPLACE TEMP TABLE p_sum AS
SELECT shop, type, min(day) AS day, charged, gross, paid, unit, count(*) AS n FROM p_fee GROUP BY ALL
"""

# The category of orders of one alone. Key: key.
CATEGORY_SQL = """
CREATE OR REPLACE TEMP TABLE p_category AS
SELECT {key} AS key, min(category) AS category FROM {order_line} WHERE category <> ''
GROUP BY 1 HAVING min(category) = max(category)
"""

# How often a rate would give the fee, to the unit and nearly. Key: shop, type, category, rate.
FITS_SQL = """
WITH told AS (
    SELECT shop, type, {category} AS category, {base} AS base, charged, unit, day, n
    FROM {fees} WHERE {base} > 0 {where}
), fine AS (
    SELECT shop, type, category, (charged * 2 * {unit} + base) // (2 * base) AS rate, sum(n) AS n
    FROM told GROUP BY ALL
), rated AS (
    SELECT *, true AS fine FROM fine UNION ALL BY NAME
    SELECT shop, type, category, (rate + {coarse} // 2) // {coarse} * {coarse} AS rate, sum(n) AS n, false AS fine
    FROM fine GROUP BY ALL
), candidate AS (
    SELECT DISTINCT shop, type, category, rate FROM (
        SELECT *, row_number() OVER (PARTITION BY shop, type, category, fine ORDER BY n DESC, rate) AS place
        FROM rated WHERE rate > 0
    ) WHERE place <= CASE WHEN fine THEN {fine} ELSE {candidates} END
), apart AS (
    SELECT t.shop, t.type, t.category, c.rate, t.day, t.unit, t.n,
        t.charged - (t.base * c.rate + {half}) // {unit} AS apart
    FROM told t JOIN candidate c ON c.shop = t.shop AND c.type = t.type AND c.category = t.category
)
SELECT shop, type, category, rate, rate % {coarse} <> 0 AS fine, sum(n)::BIGINT AS orders,
    coalesce(sum(n) FILTER (apart = 0), 0)::BIGINT AS exact,
    coalesce(sum(n) FILTER (abs(apart) <= {within}), 0)::BIGINT AS explained,
    coalesce(sum(apart * n) FILTER (abs(apart) > {within}), 0)::BIGINT AS rest, min(day) AS first, max(unit) AS unit
FROM apart GROUP BY ALL ORDER BY shop, type, category, exact DESC, fine, rate
"""

# Per day how many orders two rates explain.
DAYS_SQL = """
SELECT day, count(*) FILTER (abs(charged - (base * $old + {half}) // {unit}) <= {within}),
    count(*) FILTER (abs(charged - (base * $new + {half}) // {unit}) <= {within})
FROM (SELECT day, charged, {base} AS base FROM p_fee WHERE shop = $shop AND type = $type)
GROUP BY day ORDER BY day
"""


@dataclass(frozen=True)
class FeeProposal:
    """A fee rate that a shop's history suggests. `rate` is None where none explains enough, or too few orders were
    charged (`orders`); then `best` is the commonest one."""

    shop: str
    type: str
    category: str
    orders: int
    current: FeeRate | None = None
    rate: FeeRate | None = None
    best: Decimal | None = None
    explained: int = 0
    rest: Decimal = Decimal(0)  # what the orders it does not explain were charged above it

    @property
    def same(self) -> bool:
        """Whether the contract on file says the same."""
        if self.rate is None or self.current is None:
            return False
        return self.rate.rate == self.current.rate and self.rate.base == self.current.base


def propose_fees(history: History, order_line: str, settlement_line: str) -> list[FeeProposal]:
    """What each shop's fees say, by shop, type and category. Without `order_line` (blank) no categories are known."""
    key = _fees(history, settlement_line)
    proposals: list[FeeProposal] = []
    lines = order_line or "(SELECT '' AS shop, '' AS order_no, '' AS category)"
    categories = CATEGORY_SQL.format(key=key, order_line=lines)
    for (shop, type_, _category), (base, fits) in sorted(_best_of_bases(history, "", "p_sum").items()):
        proposals += _of_fee(history, shop, type_, base, fits, categories)
    for table in ("p_fee", "p_sum", "p_category"):
        history.con.execute(f"DROP TABLE IF EXISTS {table}")
    return proposals


def _fees(history: History, settlement_line: str) -> str:
    """Create p_fee and p_sum; returns the SQL of an order's key."""
    con, types = history.con, _listed(FEE_TYPES)
    columns = {row[0] for row in con.execute(f"DESCRIBE {settlement_line}").fetchall()}
    blank = f"FROM {settlement_line} WHERE order_no <> '' AND coalesce(shop, '') = '' AND type IN ({types})"
    by = BY_NUMBER if con.execute(f"SELECT 1 {blank} LIMIT 1").fetchone() else BY_SHOP
    query = FEES_SQL.format(
        settlement_line=settlement_line, collection=history.collection, types=types, settled=SETTLED,
        corroborating="coalesce(corroborating, false)" if "corroborating" in columns else "false",
        day=history.paid_day, none=_listed(NO_MINOR_UNITS), three=_listed(THREE_DECIMALS), narrow=NARROW, **by,
    )  # fmt: skip
    con.execute(query)
    con.execute(SUMS_SQL)
    return by["key"]


Fits = list[dict[str, Any]]
Key = tuple[str, str, str]


def _best_of_bases(
    history: History, where: str, fees: str = "p_fee", category: str = sql_text(ALL)
) -> dict[Key, tuple[str, Fits]]:
    """Rates with their fits, best first, by shop, type and category, on the base that explains most; of equals the base
    of the contract on file, else `gross`."""
    con = history.con
    apart = con.execute("SELECT 1 FROM p_sum WHERE paid <> gross LIMIT 1").fetchone()
    found: dict[Key, tuple[str, Fits]] = {}
    for base in BASES if apart else BASES[:1]:
        for key, fits in _fits(con, base, where, fees, category).items():
            current = rate_of(history.rules.fee_rates, key[0], key[1], None, (key[2],))
            own = current.base if current else base
            on_file = int(own == base)
            if key not in found or (fits[0]["exact"], on_file) > (found[key][1][0]["exact"], 0):
                found[key] = base if apart else own, fits
    return found


def _fits(con: duckdb.DuckDBPyConnection, base: str, where: str, fees: str, category: str) -> dict[Key, Fits]:
    query = FITS_SQL.format(
        category=category, base=base, where=where, fees=fees, coarse=COARSE, candidates=CANDIDATES, unit=UNIT,
        fine=FINE_CANDIDATES, half=UNIT // 2, within=WITHIN,
    )  # fmt: skip
    found: dict[Key, Fits] = {}
    for told in dict_rows(con.execute(query)):
        better = found.setdefault((told["shop"], told["type"], told["category"]), [])
        if all(abs(told["rate"] - each["rate"]) >= COARSE for each in better):  # else it is the same rate, rounded
            better.append(told)
    return found


def _of_fee(history: History, shop: str, type_: str, base: str, fits: Fits, categories: str) -> list[FeeProposal]:
    """What one fee of a shop says: one rate, a rate for each category, or a newer rate from a day on."""
    whole = _proposal(history, shop, type_, base, fits)
    if whole.rate is not None or whole.orders < LEAST_ORDERS:
        return [whole]
    newer = _newer(history, shop, type_, base, fits)
    if newer is not None:
        return newer
    history.con.execute(categories)
    where = f"AND shop = {sql_text(shop)} AND type = {sql_text(type_)}"
    split = _best_of_bases(history, where, "p_fee JOIN p_category USING (key)", "category")
    of_categories = [_proposal(history, shop, type_, b, f) for _key, (b, f) in sorted(split.items())]
    return of_categories if any(each.rate is not None for each in of_categories) else [whole]


def _proposal(
    history: History, shop: str, type_: str, base: str, fits: Fits, orders: int = 0, from_day: date | None = None
) -> FeeProposal:
    best = fits[0]
    category = best["category"]
    current = rate_of(history.rules.fee_rates, shop, type_, None, (category,))
    rate = Decimal(best["rate"]) / UNIT
    told = FeeProposal(
        shop, type_, category, best["orders"], current, None, rate, best["explained"],
        Decimal(best["rest"]) / best["unit"],
    )  # fmt: skip
    if best["orders"] < LEAST_ORDERS or best["explained"] < best["orders"] * ENOUGH:
        return told
    keep = replace(current, category=category) if current else FeeRate(shop, type_, rate, category=category)
    tolerance = keep.tolerance or Decimal(WITHIN) / best["unit"]
    first = from_day or best["first"]
    return replace(told, rate=replace(keep, rate=rate, base=base, valid_from=first, tolerance=tolerance))


def _newer(history: History, shop: str, type_: str, base: str, fits: Fits) -> list[FeeProposal] | None:
    """Two rates, the second from a day on, where together they explain enough; None where they don't."""
    if len(fits) < 2:
        return None
    one, other = fits[0]["rate"], fits[1]["rate"]
    query = DAYS_SQL.format(base=base, unit=UNIT, half=UNIT // 2, within=WITHIN)
    values = {"old": one, "new": other, "shop": shop, "type": type_}
    days = history.con.execute(query, values).fetchall()
    ways = []
    for first, second in ((1, 2), (2, 1)):
        before, after = 0, sum(row[second] for row in days)
        for row in days:
            ways.append((before + after, first, row[0]))
            before, after = before + row[first], after - row[second]
    explained, first, at = max(ways, key=lambda way: (way[0], -way[1], way[2]))
    if explained < fits[0]["orders"] * ENOUGH:
        return None
    found = []
    for condition in ("<", ">="):
        where = f"AND shop = {sql_text(shop)} AND type = {sql_text(type_)} AND day {condition} DATE '{at.isoformat()}'"
        for b, f in _best_of_bases(history, where).values():
            found.append(_proposal(history, shop, type_, b, f))
    return found if len(found) == 2 and all(each.rate is not None for each in found) else None
