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

from huikuan.insight.settlement_lags import LEAST_ORDERS, SETTLED, History
from huikuan.records.codes import FEE_TYPES
from huikuan.records.currency import NO_MINOR_UNITS, THREE_DECIMALS
from huikuan.records.fee_rates import ALL, rate_of
from huikuan.records.rules import FeeRate
from huikuan.records.sql import sql_text

ENOUGH = Decimal("0.9")
BASES = ("gross", "paid")
UNIT = 100_000  # rates are whole hundred-thousandths
COARSE = 10  # hundred-thousandths in a hundredth of a percent
CANDIDATES = 4  # of each kind
WITHIN = 1  # minor units: several lines are rounded each by itself


def _listed(words: Any) -> str:
    return ", ".join(sql_text(word) for word in sorted(words))


FEES_SQL = """
CREATE OR REPLACE TEMP TABLE p_fee AS
WITH fee AS (
    SELECT order_no, coalesce(shop, '') AS shop, currency, type, -sum(amount) AS charged
    FROM {settlement_line} WHERE order_no <> '' AND type IN ({types}) AND NOT {corroborating} GROUP BY ALL
), sorted AS (
    SELECT order_no, shop, CASE WHEN min(coalesce(category, '')) = max(coalesce(category, ''))
        THEN min(coalesce(category, '')) ELSE '' END AS category FROM {order_line} GROUP BY ALL
), known AS (
    SELECT shop, order_no, currency, {day} AS day, settled + fees AS gross, paid,
        count(*) OVER (PARTITION BY order_no, currency) AS shops,
        CASE WHEN currency IN ({none}) THEN 1 WHEN currency IN ({three}) THEN 1000 ELSE 100 END AS unit
    FROM {collection} WHERE {settled}
)
SELECT k.shop, f.type, k.currency, coalesce(s.category, '') AS category, k.day, (f.charged * k.unit)::BIGINT AS charged,
    (k.gross * k.unit)::BIGINT AS gross, (k.paid * k.unit)::BIGINT AS paid, k.unit
FROM fee f JOIN known k ON k.order_no = f.order_no AND k.currency = f.currency
    AND (k.shop = f.shop OR (f.shop = '' AND k.shops = 1))
LEFT JOIN sorted s ON s.shop = k.shop AND s.order_no = k.order_no
WHERE f.charged > 0 AND k.gross > 0
"""

# How often a rate would give the fee, to the unit and nearly. Key: shop, type, category, rate.
FITS_SQL = """
WITH told AS (
    SELECT shop, type, {category} AS category, {base} AS base, charged, unit, day FROM p_fee WHERE {base} > 0 {where}
), rated AS (
    SELECT shop, type, category, step, (charged * {unit} * 2 + base * step) // (2 * base * step) * step AS rate
    FROM told, (SELECT unnest([{coarse}, 1]) AS step)
), candidate AS (
    SELECT DISTINCT shop, type, category, rate FROM (
        SELECT *, row_number() OVER (PARTITION BY shop, type, category, step ORDER BY n DESC, rate) AS place
        FROM (SELECT shop, type, category, step, rate, count(*) AS n FROM rated WHERE rate > 0 GROUP BY ALL)
    ) WHERE place <= {candidates}
), apart AS (
    SELECT t.shop, t.type, t.category, c.rate, t.day, t.unit,
        t.charged - (t.base * c.rate + {half}) // {unit} AS apart
    FROM told t JOIN candidate c ON c.shop = t.shop AND c.type = t.type AND c.category = t.category
)
SELECT shop, type, category, rate, rate % {coarse} <> 0 AS fine, count(*) AS orders,
    count(*) FILTER (apart = 0) AS exact,
    count(*) FILTER (abs(apart) <= {within}) AS explained,
    coalesce(sum(apart) FILTER (abs(apart) > {within}), 0) AS rest, min(day) AS first, max(unit) AS unit
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
    rates: tuple[tuple[Decimal, int], ...] = ()  # the commonest rates, with the orders each explains

    @property
    def same(self) -> bool:
        """Whether the contract on file says the same."""
        if self.rate is None or self.current is None:
            return False
        return self.rate.rate == self.current.rate and self.rate.base == self.current.base


def propose_fees(history: History, order_line: str, settlement_line: str) -> list[FeeProposal]:
    """What each shop's fees say, by shop, type and category. Without `order_line` (blank) no categories are known."""
    _fees(history, order_line, settlement_line)
    proposals: list[FeeProposal] = []
    whole = _best_of_bases(history, sql_text(ALL), "")
    for (shop, type_, _category), (base, fits) in sorted(whole.items()):
        proposals += _of_fee(history, shop, type_, base, fits)
    history.con.execute("DROP TABLE p_fee")
    return proposals


def _fees(history: History, order_line: str, settlement_line: str) -> None:
    columns = {row[0] for row in history.con.execute(f"DESCRIBE {settlement_line}").fetchall()}
    nothing = "(SELECT '' AS order_no, '' AS shop, '' AS category WHERE false)"
    history.con.execute(
        FEES_SQL.format(
            settlement_line=settlement_line, order_line=order_line or nothing, collection=history.collection,
            corroborating="coalesce(corroborating, false)" if "corroborating" in columns else "false",
            types=_listed(FEE_TYPES), settled=SETTLED, day=history.paid_day, none=_listed(NO_MINOR_UNITS),
            three=_listed(THREE_DECIMALS),
        )
    )  # fmt: skip


Fits = list[dict[str, Any]]
Key = tuple[str, str, str]


def _best_of_bases(history: History, category: str, where: str) -> dict[Key, tuple[str, Fits]]:
    """Rates with their fits, best first, by shop, type and category, on the base that explains most; of equals the base
    of the contract on file, else `gross`."""
    con = history.con
    apart = con.execute("SELECT 1 FROM p_fee WHERE paid <> gross LIMIT 1").fetchone()
    found: dict[Key, tuple[str, Fits]] = {}
    for base in BASES if apart else BASES[:1]:
        for key, fits in _fits(con, base, category, where).items():
            current = rate_of(history.rules.fee_rates, key[0], key[1], None, (key[2],))
            own = current.base if current else base
            on_file = int(own == base)
            if key not in found or (fits[0]["exact"], on_file) > (found[key][1][0]["exact"], 0):
                found[key] = base if apart else own, fits
    return found


def _fits(con: duckdb.DuckDBPyConnection, base: str, category: str, where: str) -> dict[Key, Fits]:
    query = FITS_SQL.format(
        category=category, base=base, where=where, coarse=COARSE, candidates=CANDIDATES, unit=UNIT, half=UNIT // 2,
        within=WITHIN,
    )  # fmt: skip
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or ()]
    found: dict[Key, Fits] = {}
    for row in cursor.fetchall():
        told = dict(zip(names, row, strict=True))
        better = found.setdefault((told["shop"], told["type"], told["category"]), [])
        if all(abs(told["rate"] - each["rate"]) >= COARSE for each in better):  # else it is the same rate, rounded
            better.append(told)
    return found


def _of_fee(history: History, shop: str, type_: str, base: str, fits: Fits) -> list[FeeProposal]:
    """What one fee of a shop says: one rate, a rate for each category, or a newer rate from a day on."""
    whole = _proposal(history, shop, type_, base, fits)
    if whole.rate is not None or whole.orders < LEAST_ORDERS:
        return [whole]
    newer = _newer(history, shop, type_, base, fits)
    if newer is not None:
        return newer
    where = f"AND shop = {sql_text(shop)} AND type = {sql_text(type_)} AND category <> ''"
    split = _best_of_bases(history, "category", where)
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
        tuple((Decimal(each["rate"]) / UNIT, each["explained"]) for each in fits[:CANDIDATES]),
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
        for b, f in _best_of_bases(history, sql_text(ALL), where).values():
            found.append(_proposal(history, shop, type_, b, f))
    return found if len(found) == 2 and all(each.rate is not None for each in found) else None
