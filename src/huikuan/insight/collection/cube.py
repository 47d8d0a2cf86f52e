"""Small tables beside a collection, so that pages over a million orders need not read them all.

`cube`: the orders' figures added up by what pages filter by. `receipts`: what reached the bank, by order day and bank
day. `earlier`: what orders collected before their last day of collection, so that what an order had collected by any
day can be told from its row and a short list. All three are derived: the same figures as the collection, added up.
"""

from __future__ import annotations

from huikuan.insight.semantic.cube import Cube

# Days overdue at which an age group ends; the last group has no end.
AGES = (3, 7, 15, 30, 60)
# Where outstanding money is. The first two are settled, the others not.
PLACES = ("in_wallets", "in_transit", "not_due", "overdue", "disputed")
SUMS = (
    "paid", "platform_borne", "refunded", "fees", "receivable", "settled", "collected", "settled_not_collected",
    "in_transit", "not_due", "reserve", "overdue", "disputed", "written_off", "in_wallets", "outstanding",
)  # fmt: skip
# Whether an order counts in a figure; `written_off` for the roll-forward.
FLAGS = ("receivable", "in_wallets", "in_transit", "not_due", "overdue", "disputed", "written_off", "outstanding")


# The cube as questions about orders ask it.
ORDER_CUBE = Cube("cube", ("business_date", "shop", "status", "age"), "orders")


def age_sql(days: str = "overdue_days") -> str:
    """The age group of an overdue amount: 0 not overdue, 1 up to `AGES[0]` days, ... the last beyond all."""
    steps = " ".join(f"WHEN {days} <= {end} THEN {number}" for number, end in enumerate(AGES, 1))
    return f"(CASE WHEN overdue = 0 OR {days} IS NULL THEN 0 {steps} ELSE {len(AGES) + 1} END)::TINYINT"


def rows_sql(collection: str) -> str:
    """A collection with the columns pages add: what is outstanding, what is in wallets, the age group."""
    return (
        f"SELECT *, (settled_not_collected - in_transit)::DECIMAL(18,5) AS in_wallets, "
        f"(receivable - collected - written_off)::DECIMAL(18,5) AS outstanding, {age_sql()} AS age FROM {collection}"
    )


def cube_sql(collection: str) -> str:
    """Key: shop, currency, status, business_date, age, the flags. Figures are sums over orders."""
    flags = ", ".join(f"{name} <> 0 AS has_{name}" for name in FLAGS)
    sums = ", ".join(f"sum({name})::DECIMAL(38,5) AS {name}" for name in SUMS)
    return (
        f"SELECT shop, currency, status, business_date, age, {flags}, count(*) AS orders, "
        f"sum(settled + fees)::DECIMAL(38,5) AS settled_gross, "
        f"min(expected_date) FILTER (not_due > 0) AS expected_from, "
        f"max(expected_date) FILTER (not_due > 0) AS expected_to, {sums} FROM ({rows_sql(collection)}) GROUP BY ALL"
    )


def receipts_sql(collection: str, share: str, payout: str = "payout_key") -> str:
    """Key: shop, currency, business_date (of the order), bank_date, account, payout (its key in payout-bank)."""
    return (
        f"SELECT s.shop, s.currency, c.business_date, s.bank_date, s.account, s.{payout} AS payout, "
        f"count(*) AS orders, sum(s.amount)::DECIMAL(38,5) AS amount FROM {share} s JOIN {collection} c "
        f"ON c.order_no = s.order_no AND c.shop = s.shop AND c.currency = s.currency WHERE s.matched GROUP BY ALL"
    )


def earlier_sql(collection: str, share: str) -> str:
    """Key: row (the order's number in the collection's file), bank_date: receipts of orders before the day their last
    receipt came."""
    return (
        f"SELECT c.file_row_number AS row, s.bank_date, sum(s.amount)::DECIMAL(38,5) AS amount "
        f"FROM {share} s JOIN {collection} c "
        f"ON c.order_no = s.order_no AND c.shop = s.shop AND c.currency = s.currency "
        f"WHERE s.matched AND s.bank_date <> c.collected_on GROUP BY ALL"
    )


def cubes_sql(collection: str, share: str, payout: str = "payout_key") -> dict[str, str]:
    """The three tables by name, each as a query. `collection` is read from its file with `file_row_number`; `payout`:
    the column of `share` that names the payout."""
    return {
        "cube": cube_sql(collection),
        "receipts": receipts_sql(collection, share, payout),
        "earlier": earlier_sql(collection, share),
    }
