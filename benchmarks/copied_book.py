"""A run of a big book many times over: `python benchmarks/copied_book.py FROM HOME [--copies 10]`.

Reconciling 10,000,000 order lines takes long, and what reports cost hangs on the files of the run alone. So those of
one book (`big_book.py`, reconciled, its reports asked for once) are written again, once for each copy, into a new home:
orders, records and groups have numbers of their own, wallets and banks too, shops are `SHOPS` times as many; money,
days and states are the same. Statements are multiplied. Of the lake only the bank's lines are copied: reports read all
else from the run. Files that no report reads are left out, as are columns of the largest; the links of orders, of which
reports read what is kept, have no rows.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import big_book

SHOPS = 4  # shops for each of the first book's
LEFT_OUT = ("groups", "seen", "said", "settlement-wallet.links", "earlier")
EMPTY = "order-settlement.links"
KEPT_LEFT_OUT = ("r_line", "r_movement_told", "r_wallet_part", "i_all_line", "i_fee")
COLUMNS = {
    "facts_order_line": "shop, order_no, line_no, currency, status, business_date, created_at, paid_at, shipped_at, "
    "received_at, closed_at, refunded_at, paid, platform_borne, refunded, sku, title, category, qty",
    "facts_settlement_line": "record_key, account, shop, order_no, type, item, amount, business_date, currency, "
    "corroborating",
    "facts_wallet_line": "account, currency, business_date, movement, item, text, order_no, amount",
}
NUMBERED = (
    "record_key", "group_id", "item_id", "link_id", "flow_no", "trade_no", "payout", "payout_key", "thing", "account",
)  # fmt: skip


def column_sql(name: str, copy: int) -> str:
    """A column as it stands in a copy."""
    letter = "ABCD"[copy % SHOPS]
    numbered, of_shop = f"{name} || '-{copy}'", f"{name} || '{letter}'"
    made = {
        **dict.fromkeys(NUMBERED, f"CASE WHEN {name} <> '' THEN {numbered} ELSE {name} END"),
        "order_no": f"CASE WHEN {name} <> '' THEN '{copy}' || {name} ELSE {name} END",
        "shop": f"CASE WHEN {name} <> '' THEN {of_shop} ELSE {name} END",
        "scope": f"CASE WHEN {name} LIKE 'Shop%' THEN {of_shop} ELSE {numbered} END",
        "oid": f"{name} + {copy} * 100000000",
    }
    return f"{made[name]} AS {name}" if name in made else name


def copied_sql(con: Any, path: Path, copies: int, wanted: str = "") -> str:
    """The query of a file's rows, copy after copy."""
    rows = f"(SELECT {wanted or '*'} FROM read_parquet('{path}'))"
    names = [f'"{row[0]}"' if row[0] == "row" else row[0] for row in con.execute(f"DESCRIBE FROM {rows}").fetchall()]
    parts = (f"SELECT {', '.join(column_sql(name, copy) for name in names)} FROM {rows}" for copy in range(copies))
    return " UNION ALL ".join(parts)


def statement_sql(path: Path, copies: int) -> str:
    """A statement, multiplied."""
    figures = ("total", "matched", "difference", "open", "groups", "links")
    return f"SELECT * REPLACE ({', '.join(f'{n} * {copies} AS {n}' for n in figures)}) FROM read_parquet('{path}')"


def copy_files(source: Path, target: Path, copies: int, skipped: tuple[str, ...], mark: str = "") -> None:
    """Write the Parquet files of a folder again. `mark` takes the place of the one in names of kept tables."""
    from huikuan.pipeline.compute import connect
    from huikuan.pipeline.runs.run_tables import ORDER_FACTS, ORDER_ROW_GROUP, ROW_GROUP

    target.mkdir(parents=True, exist_ok=True)
    con = connect("3GB")
    con.execute("SET preserve_insertion_order = true")
    for path in sorted(source.glob("*.parquet")):
        part = path.name.removesuffix(".parquet")
        table = part.rpartition(".")[0] if mark else part
        if table.endswith(skipped):
            continue
        made = target / (f"{table}.{mark}.parquet" if mark else path.name)
        query = copied_sql(con, path, copies, COLUMNS.get(part, ""))
        if part.endswith(".statement"):
            query = statement_sql(path, copies)
        elif part in ("documents", EMPTY):
            query = f"FROM read_parquet('{path}') WHERE {part != EMPTY}"
        size = ORDER_ROW_GROUP if part.removeprefix("facts_") in ORDER_FACTS else ROW_GROUP
        with big_book.timed(table):
            con.execute(
                f"COPY ({query}) TO '{made}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, "
                f"ROW_GROUP_SIZE {size if not mark else 61_440})"
            )
    con.close()


def rules_text(copies: int) -> str:
    """The rules of a book of copies."""
    shops = [f"Shop {n}{letter}" for n in range(big_book.SHOPS) for letter in "ABCD"[:SHOPS]]
    told = [
        f'[[shop]]\nname = "{shop}"\nplatform = "tmall"\n[[settlement_rule]]\nshop = "{shop}"\nanchor = "received"\n'
        for shop in shops
    ]
    for copy in range(copies):
        told += [
            f'[[account]]\nname = "wallet{n}-{copy}"\nkind = "wallet"\nshops = ["Shop {n}{"ABCD"[copy % SHOPS]}"]\n'
            f'pays_into = ["bank-{copy}"]\n'
            for n in range(big_book.SHOPS)
        ]
        told.append(f'[[account]]\nname = "bank-{copy}"\nkind = "bank"\n')
    return "".join(told)


def copy_bank(source: Any, target: Any, copies: int) -> None:
    """The bank's lines, a document for each copy."""
    from huikuan.pipeline.compute import connect
    from huikuan.records.kinds import KINDS

    con = connect()
    source.register_current(con, "bank_line", "told")
    names = [field.name for field in KINDS["bank_line"].all_fields]
    with target.writer("copied book") as writer:
        for copy in range(copies):
            columns = ", ".join(column_sql(name, copy) for name in names)
            queries = {"bank_line": f"SELECT {columns} FROM told"}
            big_book.add_document(writer, con, "icbc.statement", queries, f"icbc-{copy}.csv", 3, "")
        writer.compact()
    con.close()


def main() -> None:
    """Make the home where it is not there yet; else only its kept tables anew."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path)
    parser.add_argument("home", type=Path)
    parser.add_argument("--copies", type=int, default=10)
    asked = parser.parse_args()
    new = not (asked.home / "books").exists()
    if new:
        big_book.new_book(asked.home, rules_text(asked.copies))
    from huikuan.server.setup import setup

    setup(asked.home)
    from huikuan.lake.lake import Lake
    from huikuan.pipeline.plain import hash_of
    from huikuan.pipeline.results.kept import FOLDER, mark_of
    from huikuan.pipeline.runs import published as runs
    from huikuan.server.books.services import find_book, rules_of
    from huikuan.server.documents.library import library_book

    first = next((asked.source / "books").iterdir())
    run = max(path.parent for path in (first / "results").glob(f"*/{runs.MANIFEST}"))
    book, rules = library_book(find_book()), rules_of(find_book())
    if new:
        copy_bank(Lake(first / "lake"), book.lake, asked.copies)
        made = runs.new_run_folder(book, datetime.now(UTC))
        copy_files(run, made, asked.copies, LEFT_OUT)
        told = replace(runs.read_manifest(run), run=made.name, facts=book.lake.version(), rules=hash_of(rules))
        (made / runs.MANIFEST).write_text(told.to_json(), encoding="utf-8")
        runs.publish(book, runs.arguments(book, told.as_of), made)
    folder = runs.find_run(book, runs.Arguments())
    assert folder is not None
    kept = book.results_folder / FOLDER / folder.name
    copy_files(first / "results" / FOLDER / run.name, kept, asked.copies, KEPT_LEFT_OUT, mark_of(rules))


if __name__ == "__main__":
    main()
