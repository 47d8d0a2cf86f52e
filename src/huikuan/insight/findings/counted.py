"""The counted findings: sums that are facts of the book and need no test."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from huikuan.insight.findings.search import Finding, FindingSource, cents
from huikuan.records.codes import FEE_CLASSES

ZERO = Decimal(0)
IDLE_DAYS = 28
LEAST_IDLE = Decimal("0.10")  # of what a wallet took in over these days
LEAST_OVERCHARGE = Decimal("0.001")  # of the fees of four weeks; below it is not told
LEAST_ORDERS = 10  # of a product that loses money
CLAIMED_SQL = (
    "SELECT unnest($shops::VARCHAR[]) AS shop, unnest($orders::VARCHAR[]) AS order_no, "
    "unnest($currencies::VARCHAR[]) AS currency"
)


def counted(source: FindingSource) -> Iterable[Finding]:
    """All of them."""
    return [*_overcharges(source), *_idle(source), *_losing(source)]


def _overcharges(source: FindingSource) -> Iterable[Finding]:
    """What the fee audit found and nobody has claimed or written off, by shop; fees charged twice too, which stand
    beside their group as a row of its right side without a record."""
    if not source.order_open:
        return
    classes = ", ".join(f"'{name}'" for name in FEE_CLASSES)
    rows = source.rows(
        f"""SELECT o.scope, o.currency, count(*), -sum(o.amount)::DECIMAL(38,5), min(o.date), max(o.date)
        FROM {source.order_open} o ANTI JOIN ({CLAIMED_SQL}) c
            ON c.shop = o.scope AND c.order_no = o.order_no AND c.currency = o.currency
        WHERE o.needs_work AND o.amount < 0 AND (o.class IN ({classes})
            OR (o.class = 'duplicate' AND o.side = 'right' AND coalesce(o.record_key, '') = ''))
        GROUP BY ALL ORDER BY ALL""",
        shops=[each.shop for each in source.claimed],
        orders=[each.order_no for each in source.claimed],
        currencies=[each.currency for each in source.claimed],
    )
    fees = {
        (shop, currency): amount
        for shop, currency, amount in source.rows(
            f"SELECT shop, currency, sum(fees) FROM {source.collection} GROUP BY ALL"
        )
    }
    for shop, currency, items, money, first, last in rows:
        of = fees.get((shop, currency), ZERO)
        if money <= 0 or (of > 0 and money < of * LEAST_OVERCHARGE):
            continue
        yield Finding(
            "overcharge", shop, shop, currency, money, money, Decimal(items), ZERO, None, (),
            {"items": items, "first": first.isoformat() if first else "", "last": last.isoformat() if last else ""},
        )  # fmt: skip


IDLE_SQL = """
WITH closing AS (
    SELECT account, currency, business_date, arg_max(balance, (coalesce(occurred_at, business_date::TIMESTAMP), seq))
        AS balance, sum(greatest(amount, 0)) AS came
    FROM {wallet_line} WHERE balance IS NOT NULL AND business_date <= $as_of GROUP BY ALL
)
SELECT account, currency, min(balance) FILTER (business_date > $as_of - $days),
    sum(came) FILTER (business_date > $as_of - $days),
    arg_max(balance, business_date), min(business_date), max(business_date),
    arg_max(balance, business_date) FILTER (business_date <= $as_of - $days)
FROM closing GROUP BY account, currency ORDER BY ALL
"""


def _idle(source: FindingSource) -> Iterable[Finding]:
    """Money that lay in a wallet on each of the last 28 days: the least balance a day closed with."""
    if not source.wallet_line:
        return
    known = {row[0] for row in source.con.execute(f"DESCRIBE {source.wallet_line}").fetchall()}
    sql = IDLE_SQL.format(wallet_line=source.wallet_line)
    if "occurred_at" not in known:
        sql = sql.replace("coalesce(occurred_at, business_date::TIMESTAMP)", "business_date")
    for account, currency, least, came, now, first, _last, before in source.rows(sql, days=IDLE_DAYS):
        if (source.as_of - first).days < IDLE_DAYS:
            continue
        balances = [each for each in (least, before, now) if each is not None]
        idle, took = min(balances), came or ZERO
        if idle > 0 and idle >= took * LEAST_IDLE:
            yield Finding(
                "idle_balance", "", account, currency, cents(idle), cents(idle), cents(now), ZERO, None, (),
                {"days": IDLE_DAYS, "came": str(cents(took))},
            )  # fmt: skip


def _losing(source: FindingSource) -> Iterable[Finding]:
    """Products of which more was taken off than they brought: `i_line` of `order_income`, where it was made."""
    if not source.income_line:
        return
    rows = source.rows(
        f"""SELECT shop, currency, product, any_value(title), count(DISTINCT oid), sum(sales - refunded) AS net,
            sum({source.income_costs}) AS costs, sum(coalesce(freight, 0)) AS freight
        FROM {source.income_line} WHERE product <> '' GROUP BY shop, currency, product
        HAVING count(DISTINCT oid) >= {LEAST_ORDERS} AND sum(sales - refunded) < sum({source.income_costs})
        ORDER BY ALL"""
    )
    for shop, currency, product, title, orders, net, costs, freight in rows:
        loss = costs - net
        yield Finding(
            "losing_product", shop, product, currency, cents(loss), cents(loss), cents(net), cents(costs), None, (),
            {"title": title or product, "orders": orders, "freight": str(cents(freight))},
        )  # fmt: skip
