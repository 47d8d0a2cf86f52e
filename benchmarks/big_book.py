"""A big book in a new home: `python benchmarks/big_book.py HOME [--orders 1000000] [--password P]`.

Three shops of a Tmall-like platform, 88 days of orders until 27 March 2026, their wallets' movements (each of them a
wallet line and a settlement line, three for an order), a few thousand payouts and one bank account. Looked at as of
31 March about 5 % of the orders are open in one way or another. The rows come from `range()` by arithmetic, so a
book of a size is always the same; they are written straight into the lake, a document for each shop and month.
"""

# ruff: noqa: E501 (SQL)
from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb

from huikuan.records.document import Document
from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.kinds import KINDS

TODAY = date(2026, 3, 31)
USER = "bench"
PASSWORD = "a bench needs no secret"
SHOPS = 3
RULES = (
    "".join(
        f'[[shop]]\nname = "Shop {n}"\nplatform = "tmall"\n[[account]]\nname = "wallet{n}"\nkind = "wallet"\n'
        f'shops = ["Shop {n}"]\npays_into = ["bank"]\n[[settlement_rule]]\nshop = "Shop {n}"\nanchor = "received"\n'
        for n in range(SHOPS)
    )
    + '[[account]]\nname = "bank"\nkind = "bank"\n'
)

# What becomes of an order, in ten thousandths (`luck`): cancelled, on its way, never settled, damaged number,
# unknown number, one short, settled twice, partly refunded; all others are settled in full.
ORDERS = """
CREATE TABLE orders AS
SELECT i, i % 3 AS shop, (4200000000000000000 + i * 8191)::VARCHAR AS order_no, (i * 7919 % 29900 + 900) * 0.01::DECIMAL(3,2) AS price,
    TIMESTAMP '2026-01-01' + to_microseconds(i * (86 * 86400000000 // {n})) AS moment, i * 48271 % 10000 AS luck,
    CASE WHEN luck BETWEEN 600 AND 1099 THEN (price * 0.3)::DECIMAL(12,2) ELSE 0 END AS refunded
FROM range({n}) r(i)
"""
LINES = """
SELECT 'order_line:Shop ' || shop || '/' || order_no || '/' || line AS record_key, '' AS source_sheet, row_number() OVER (ORDER BY i, line) + 1 AS source_row,
    'CNY' AS currency, moment - INTERVAL 8 HOUR AS occurred_at, moment::DATE AS business_date, '' AS text, 'Shop ' || shop AS shop, order_no,
    line::VARCHAR AS line_no, CASE WHEN luck < 100 THEN 'cancelled' WHEN luck < 350 THEN 'shipped' ELSE 'received' END AS status,
    'SKU' || lpad((i * line % 500)::VARCHAR, 4, '0') AS sku, '夏季新款连衣裙女装' || i * line % 500 || '号' AS title, 1 AS qty, part AS list_amount,
    0 AS merchant_discount, 0 AS platform_discount, 0 AS shipping_fee, CASE WHEN luck < 100 THEN 0 ELSE part END AS paid, 0 AS platform_borne,
    CASE WHEN line = 1 THEN refunded ELSE 0 END AS refunded, occurred_at AS created_at, CASE WHEN luck >= 100 THEN occurred_at END AS paid_at,
    CASE WHEN luck >= 100 THEN occurred_at + INTERVAL 1 DAY END AS shipped_at, CASE WHEN luck >= 350 THEN occurred_at + INTERVAL 3 DAY END AS received_at,
    CASE WHEN luck < 100 THEN occurred_at + INTERVAL 1 HOUR END AS closed_at, CASE WHEN refunded > 0 AND line = 1 THEN occurred_at + INTERVAL 4 DAY END AS refunded_at,
    'pay' || i AS payment_no, '女装' AS category, '浙江省' AS province, '杭州市' AS city, '310000' AS postcode, md5(i::VARCHAR) AS buyer_hash, '张*' AS buyer_mask
FROM (SELECT *, unnest(CASE WHEN i % 5 = 0 AND price > 20 THEN [1, 2] ELSE [1] END) AS line,
    CASE WHEN i % 5 <> 0 OR price <= 20 THEN price WHEN line = 1 THEN price - 10 ELSE 10 END AS part
    FROM orders WHERE shop = {shop} AND month(moment) = {month})
"""
# One row per movement of a wallet that an order brings; `part` 0 sale, 1 commission, 2 service fee, 3 refund, 4 sale again.
FLOWS = """
CREATE TABLE flows AS
SELECT i, shop, part, moment + INTERVAL 3 DAY + to_seconds(part) + CASE WHEN part >= 3 THEN INTERVAL 1 DAY ELSE INTERVAL 0 DAY END AS happened,
    CASE WHEN luck BETWEEN 410 AND 419 THEN NULL WHEN luck BETWEEN 420 AND 429 THEN '9' || order_no[2:] ELSE order_no END AS named,
    CASE part WHEN 0 THEN price - CASE WHEN luck BETWEEN 430 AND 459 THEN 1 ELSE 0 END WHEN 1 THEN -(price * 0.05)::DECIMAL(12,2)
        WHEN 2 THEN -(price * 0.006)::DECIMAL(12,2) WHEN 3 THEN -refunded ELSE price END AS amount
FROM orders, unnest([0, 1, 2, 3, 4]) p(part)
WHERE luck >= 410 AND (part <= 2 OR (part = 3 AND refunded > 0) OR (part = 4 AND luck BETWEEN 460 AND 469))
"""
# Ten times a day each wallet pays out what it has taken since.
WALLET = """
CREATE TABLE wallet AS
WITH payout AS (SELECT shop, epoch(happened)::BIGINT // 8640 AS slot, -sum(amount) AS amount FROM flows GROUP BY ALL),
moved AS (
    SELECT shop, happened, 1 AS tie, i, part, named, amount, '20260' || lpad((i * 10 + part)::VARCHAR, 14, '0') AS flow_no FROM flows
    UNION ALL SELECT shop, make_timestamp((slot + 1) * 8640000000), 0, NULL, 9, NULL, amount, '20269' || lpad((slot * 10 + shop)::VARCHAR, 14, '0') FROM payout
)
SELECT *, sum(amount) OVER (PARTITION BY shop ORDER BY happened, tie, flow_no ROWS UNBOUNDED PRECEDING)::DECIMAL(18,5) AS balance,
    row_number() OVER (PARTITION BY shop, month(happened) ORDER BY happened, tie, flow_no) AS seq FROM moved
"""
WALLET_LINES = """
SELECT 'wallet_line:wallet' || shop || '/' || flow_no || '//0' AS record_key, '' AS source_sheet, seq + 5 AS source_row, 'CNY' AS currency,
    happened - INTERVAL 8 HOUR AS occurred_at, happened::DATE AS business_date, CASE part WHEN 9 THEN '提现' ELSE '订单收款' END AS text, 'wallet' || shop AS account,
    flow_no, '' AS component, 0 AS n, amount, balance, seq, CASE part WHEN 9 THEN 'payout' ELSE '' END AS movement,
    ['交易付款', '交易分账', '其它', '交易退款', '交易付款'][part + 1] AS item, coalesce(named, '') AS order_no, 'trade' || i AS trade_no,
    CASE part WHEN 9 THEN flow_no ELSE '' END AS payout_id, md5(coalesce(i, 0)::VARCHAR) AS counterparty_hash, '王*' AS counterparty_mask
FROM wallet WHERE shop = {shop} AND month(happened) = {month} ORDER BY seq
"""
SETTLEMENT_LINES = """
SELECT 'settlement_line:wallet' || shop || '/' || flow_no || '//0' AS record_key, '' AS source_sheet, seq + 5 AS source_row, 'CNY' AS currency,
    happened - INTERVAL 8 HOUR AS occurred_at, happened::DATE AS business_date, '' AS text, 'wallet' || shop AS account, flow_no, '' AS component, 0 AS n,
    'Shop ' || shop AS shop, coalesce(named, '') AS order_no, CASE WHEN named IS NULL THEN 'damaged' ELSE 'ok' END AS key_state,
    ['sale', 'commission', 'service_fee', 'refund', 'sale'][part + 1] AS type, ['交易付款', '交易分账', '其它', '交易退款', '交易付款'][part + 1] AS item,
    amount, '' AS batch, 'trade' || i AS trade_no, '' AS sku, 1 AS source_rank
FROM wallet WHERE shop = {shop} AND month(happened) = {month} AND part <> 9 ORDER BY seq
"""
# The payouts a day later, one in two hundred never; half of them name their payout. Besides, rent and unknown receipts.
BANK = """
CREATE TABLE bank AS
WITH moved AS (
    SELECT happened::DATE + 1 AS day, shop || '-' || flow_no AS id, -amount AS amount, '支付宝 提现' || CASE WHEN seq % 2 = 0 THEN ' ' || flow_no ELSE '' END AS memo
    FROM wallet WHERE part = 9 AND seq % 200 <> 7
    UNION ALL SELECT DATE '2026-01-02' + (i % 88)::INTEGER, 'x-' || i, CASE WHEN i % 3 = 0 THEN -5000 ELSE 100.07 + i END, CASE WHEN i % 3 = 0 THEN '房租' ELSE '转账' END FROM range(400) r(i)
)
SELECT *, (1000000 + sum(amount) OVER (ORDER BY day, id ROWS UNBOUNDED PRECEDING))::DECIMAL(18,5) AS balance, row_number() OVER (ORDER BY day, id) AS seq
FROM moved WHERE day <= DATE '2026-03-31'
"""
BANK_LINES = """
SELECT 'bank_line:bank/' || id || '/0' AS record_key, '' AS source_sheet, seq + 3 AS source_row, 'CNY' AS currency, NULL AS occurred_at, day AS business_date,
    memo AS text, 'bank' AS account, id AS ref, 0 AS n, amount, balance, seq, day AS value_date, '某公司' AS counterparty, '' AS counterparty_account, '' AS reference FROM bank
"""
# Of each document: format, kinds with their queries, name.
DOCUMENTS = (
    ("tmall.orders", {"order_line": LINES}, "ExportOrderList-{shop}-2026{month:02}.csv"),
    ("alipay.ledger", {"wallet_line": WALLET_LINES, "settlement_line": SETTLEMENT_LINES}, "alipay-{shop}-2026{month:02}.csv"),
)  # fmt: skip


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how long a step took, and how much work it was (seconds of all processors)."""
    start, work = time.perf_counter(), time.process_time()
    yield
    print(step_line(what, start, work), flush=True)


def step_line(what: str, start: float, work: float) -> str:
    """One line: the step, its seconds, its processor seconds."""
    return f"{what:<40} {time.perf_counter() - start:7.1f} s {time.process_time() - work:8.1f} s of processor"


def make_rows(con: duckdb.DuckDBPyConnection, orders: int) -> None:
    """The narrow tables from which the documents' readings are made."""
    for statement in (ORDERS.format(n=orders), FLOWS, WALLET, BANK):
        con.execute(statement)


def append(writer: Any, con: duckdb.DuckDBPyConnection, kind: str, query: str, document_id: str) -> int:
    """One document's readings of a kind, in the kind's own types."""
    columns = ", ".join(
        f'CAST({f.name} AS {DUCKDB_TYPES[f.type]}) AS "{f.name}"'
        for f in KINDS[kind].all_fields
        if f.name != "document_id"
    )
    rows: int = writer.append_query(con, kind, f"SELECT {columns} FROM ({query})", document_id)
    return rows


def add_document(
    writer: Any,
    con: duckdb.DuckDBPyConnection,
    format_id: str,
    queries: dict[str, str],
    name: str,
    month: int,
    shop: str,
) -> None:
    """Append a document's readings and commit it."""
    document_id = name.rpartition(".")[0]
    rows = {kind: append(writer, con, kind, query, document_id) for kind, query in queries.items()}
    first = date(2026, month, 1)
    last = TODAY if month == TODAY.month else date(2026, month + 1, 1)
    total = sum(rows.values())
    writer.commit(
        Document(
            document_id=document_id, file_name=name, sha256=document_id, size_bytes=0, format=format_id, kinds=tuple(queries),
            shop=f"Shop {shop}" if "order_line" in queries else "", account=f"wallet{shop}" if "wallet_line" in queries else "bank" * (shop == ""),
            status="imported", period_from=first, period_to=last, period_stated=False, exported_at=datetime(2026, 4, 1, tzinfo=UTC),
            rows=max(rows.values()), accepted=max(rows.values()), rejected=0, ignored=0, new=total, imported_by=USER,
        )
    )  # fmt: skip


def fill(lake: Any, con: duckdb.DuckDBPyConnection) -> None:
    """All documents, then one compaction, as a worker leaves the lake after an import."""
    with lake.writer("big book") as writer:
        for month in (1, 2, 3):
            for shop in range(SHOPS):
                for format_id, queries, name in DOCUMENTS:
                    told = {kind: query.format(shop=shop, month=month) for kind, query in queries.items()}
                    add_document(writer, con, format_id, told, name.format(shop=shop, month=month), month, str(shop))
        add_document(writer, con, "icbc.statement", {"bank_line": BANK_LINES}, "icbc.csv", 3, "")
        writer.compact()


def new_book(home: Path, rules: str) -> Any:
    """A home with an empty book; the book of the database."""
    from huikuan.server.setup import setup

    setup(home)
    from huikuan.server.books.setup import first_book
    from huikuan.server.books.toml import import_text

    book = first_book(
        "Big", USER, PASSWORD, currency="CNY", timezone="Asia/Shanghai", start=date(2026, 1, 1), by=None
    ).book
    book.fixed_today = TODAY
    book.save(update_fields=["fixed_today"])
    import_text(book, rules)
    return book


def make_book(home: Path, orders: int) -> Any:
    """The home, its book with rules and documents; the book of the database."""
    book = new_book(home, RULES)
    from huikuan.pipeline.compute import connect
    from huikuan.server.documents.library import library_book
    from huikuan.server.documents.services import refresh

    con = connect("6GB")
    with timed("rows made"):
        make_rows(con, orders)
    with timed("written to the lake"):
        fill(library_book(book).lake, con)
    con.close()
    refresh(book)
    return book


def reconcile(home: Path) -> Any:
    """Reconcile and publish; the run's manifest."""
    from huikuan.server.setup import setup

    setup(home)
    from huikuan.pipeline.runs import reconciling
    from huikuan.server.books.services import find_book, rules_of
    from huikuan.server.documents.library import library_book
    from huikuan.server.workbench.services import decisions_of

    book = find_book()
    last: list[Any] = ["  facts", time.perf_counter(), time.process_time()]

    def told(stage: str, done: float, total: float) -> None:
        print(step_line(*last), flush=True)
        last[:] = ["  " + stage, time.perf_counter(), time.process_time()]

    manifest = reconciling.run(library_book(book), rules_of(book), decisions_of(book), None, told)
    told("", 0, 0)
    return manifest


def peak_mib() -> float:
    """The most memory this process has held, in MiB; 0 where the system does not tell."""
    if sys.platform == "win32":
        return 0.0
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Make the book where the home is not there yet, then reconcile it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    given = parser.parse_args()
    if not (given.home / "books").exists():
        make_book(given.home, given.orders)
        print(f"peak memory of making {peak_mib():,.0f} MiB")
    with timed("reconciled"):
        manifest = reconcile(given.home)
    for name, rows in manifest.rows.items():
        print(f"  {name}: {dict(rows)}")
    print(f"peak memory {peak_mib():,.0f} MiB")


if __name__ == "__main__":
    main()
