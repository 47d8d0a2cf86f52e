"""What is missing, order by order: late, short, charged too much, in dispute; from the published run.

    missing = overdue + disputed + overcharged

`overdue` and `disputed` are the collection's, so their totals are those of the home page; `overcharged` is what the fee
audit found taken too much (order-settlement's findings of `OVERCHARGED`). The cause is that of the order's largest open
item. Decisions made since the run are laid over.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from typing import Any

from huikuan.pipeline.results.results import Results
from huikuan.records.codes import UNKNOWN_CAUSE
from huikuan.server.collection.cubes import kept, orders, rows

SETTLEMENT = "order-settlement"
OVERCHARGED = ("fee_rate", "fee_not_returned", "duplicate")
KINDS = ("late", "short", "overcharged", "disputed")
COLUMNS = (
    "row, shop, order_no, currency, status, kind, cause, business_date, expected, settled, later, overdue, disputed, "
    "overcharged, missing, due_on, days, why"
)
_lock = threading.Lock()
NO_ITEMS = (
    "(SELECT ''::VARCHAR AS shop, ''::VARCHAR AS order_no, ''::VARCHAR AS currency, ''::VARCHAR AS cause, "
    "''::VARCHAR AS why, 0::DECIMAL(18,5) AS overcharged, NULL::DATE AS found_on LIMIT 0)"
)
# Kind: money that never came, came in part, was taken as a fee, is in dispute.
MISSING_SQL = """
SELECT c.file_row_number AS row, c.shop, c.order_no, c.currency, c.status, c.business_date,
    (c.receivable + coalesce(i.overcharged, 0))::DECIMAL(18,5) AS expected, c.settled,
    (c.not_due + c.written_off)::DECIMAL(18,5) AS later,
    greatest(c.overdue, 0)::DECIMAL(18,5) AS overdue, greatest(c.disputed, 0)::DECIMAL(18,5) AS disputed,
    coalesce(i.overcharged, 0)::DECIMAL(18,5) AS overcharged,
    (greatest(c.overdue, 0) + greatest(c.disputed, 0) + coalesce(i.overcharged, 0))::DECIMAL(18,5) AS missing,
    CASE WHEN c.overdue > 0 AND c.settled = 0 THEN 'late' WHEN c.overdue > 0 THEN 'short'
        WHEN c.disputed > 0 THEN 'disputed' ELSE 'overcharged' END AS kind,
    coalesce(nullif(i.cause, ''), $unknown) AS cause,
    coalesce(i.why, '') AS why,
    CASE WHEN c.overdue > 0 THEN c.due_date ELSE coalesce(i.found_on, c.due_date, c.business_date) END AS due_on,
    greatest($as_of::DATE - due_on, 0)::BIGINT AS days
FROM {orders} c LEFT JOIN {items} i ON i.shop = c.shop AND i.order_no = c.order_no AND i.currency = c.currency
WHERE c.overdue > 0 OR c.disputed > 0 OR i.overcharged > 0
"""
ITEMS_SQL = """
(SELECT scope AS shop, order_no, currency,
    first(cause ORDER BY needs_work DESC, abs(amount) DESC, item_id) AS cause,
    first(cause_evidence ORDER BY needs_work DESC, abs(amount) DESC, item_id) AS why,
    coalesce(-sum(amount) FILTER (side = 'right'), 0)::DECIMAL(18,5) AS overcharged,
    max(date) FILTER (side = 'right') AS found_on
FROM {open} WHERE coalesce(order_no, '') <> '' AND (side = 'left' OR (class IN ({classes}) AND amount < 0))
GROUP BY ALL)
"""


def table(found: Results) -> str:
    """The name of the table of missing money, on the run's connection. Key: shop, order_no, currency; also `row`."""
    opened = found.run.now(SETTLEMENT, "open", found.decisions) if SETTLEMENT in found.manifest.names else ""
    name = f"missing_{opened or 'plain'}"
    with _lock:
        if name not in found.run.prepared:
            classes = ", ".join(f"'{code}'" for code in OVERCHARGED)
            items = ITEMS_SQL.format(open=opened, classes=classes) if opened else NO_ITEMS
            query = MISSING_SQL.format(orders=orders(found), items=items)
            cursor = found.run.cursor()
            try:
                cursor.execute(
                    f"CREATE OR REPLACE TABLE {name} AS {query}",
                    {"unknown": UNKNOWN_CAUSE, "as_of": found.manifest.as_of},
                )
            finally:
                cursor.close()
            found.run.prepared.add(name)
    return name


def kinds(found: Results) -> list[dict[str, Any]]:
    """Orders and money by kind and currency."""
    return kept(
        found,
        f"SELECT kind, currency, count(*) AS orders, sum(missing) AS missing FROM {table(found)} GROUP BY ALL "
        "ORDER BY currency, kind",
    )


def groups(found: Results) -> list[dict[str, Any]]:
    """What is missing by currency, shop and cause: orders, money, the oldest day; the largest first in each shop."""
    return kept(
        found,
        f"SELECT currency, shop, cause, count(*) AS orders, sum(missing) AS missing, sum(overdue) AS overdue, "
        f"sum(disputed) AS disputed, sum(overcharged) AS overcharged, min(due_on) AS oldest, max(days) AS days "
        f"FROM {table(found)} GROUP BY currency, shop, cause ORDER BY currency, shop, missing DESC, cause",
    )


def causes_of(found: Results) -> list[str]:
    """The causes that occur."""
    return [row["cause"] for row in kept(found, f"SELECT DISTINCT cause FROM {table(found)} ORDER BY 1")]


def shops_of(found: Results) -> list[str]:
    """The shops that miss money."""
    return [row["shop"] for row in kept(found, f"SELECT DISTINCT shop FROM {table(found)} ORDER BY 1")]


def of_rows(found: Results, numbers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """The rows of some numbers of the collection's file."""
    wanted = ", ".join(str(int(number)) for number in numbers) or "-1"
    return {row["row"]: row for row in rows(found, f"SELECT {COLUMNS} FROM {table(found)} WHERE row IN ({wanted})")}
