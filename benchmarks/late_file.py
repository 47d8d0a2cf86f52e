"""After a run of a big book, one late file and one match by hand: `python benchmarks/late_file.py HOME [--check]`.

HOME is a book of `big_book.py`, made and reconciled whole where it is not there yet. In one warm process, as the worker
and the web are:

    match   one match by hand of an order and a settlement, until the page of what is open shows it without them
    file    an order report of 1,000 rows that comes late (800 orders known already, 200 new ones), from its import over
            the run to the page of what is open

Prints seconds and seconds of processor of each step. `--check`: then computes the whole and compares, row for row.
Each call imports another file, so that it can be repeated.
"""

from __future__ import annotations

import argparse
import csv
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import big_book

HEADER = (
    "订单编号", "买家会员名", "买家应付货款", "买家实际支付金额", "总金额", "退款金额", "订单状态", "订单创建时间",
    "订单付款时间", "发货时间", "确认收货时间", "宝贝标题",
)  # fmt: skip
KNOWN, NEW = 800, 200
NAME = "order-settlement"


def write_report(path: Path, orders: int, turn: int) -> None:
    """Orders of one shop and a few days, all received meanwhile; the new ones lie between the known."""
    start = orders // 3 // 3 * 3 + turn * 3 * KNOWN  # shop 0
    with path.open("w", encoding="gb18030", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(HEADER)
        for n in range(KNOWN + NEW):
            number = start + n * 3 if n < KNOWN else start + (n - KNOWN) * 3
            order_no = 4200000000000000000 + number * 8191 + (0 if n < KNOWN else 5 + turn)
            price = f"{(number * 7919 % 29900 + 900) / 100:.2f}"
            paid = datetime(2026, 1, 1, tzinfo=UTC) + number * (timedelta(days=86) / orders)
            times = [f"{paid + timedelta(days=days):%Y-%m-%d %H:%M:%S}" for days in (0, 0, 1, 3)]
            rows.writerow((f"={order_no}", f"b{n}", price, price, price, "0.00", "交易成功", *times, "夏季新款连衣裙"))


class Steps:
    """Says how long each step took."""

    def __init__(self) -> None:
        self.seconds = self.work = 0.0

    def take(self, what: str, step: Callable[[], Any]) -> Any:
        """The step's result."""
        start, work = time.perf_counter(), time.process_time()
        result = step()
        print(big_book.step_line("  " + what, start, work), flush=True)
        self.seconds += time.perf_counter() - start
        self.work += time.process_time() - work
        return result

    def told(self, what: str) -> None:
        """All steps together."""
        print(f"{what:<40} {self.seconds:7.2f} s {self.work:8.2f} s of processor", flush=True)


def main() -> None:
    """Both, and the check."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("home", type=Path)
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--turns", type=int, default=2, help="the first is cold: a process that has just begun")
    parser.add_argument("--check", action="store_true")
    given = parser.parse_args()
    made = (given.home / "books").exists()
    if not made:
        big_book.make_book(given.home, given.orders)
        big_book.reconcile(given.home)
    from huikuan.server.setup import setup

    setup(given.home)
    from django.contrib.auth import get_user_model
    from django.test import Client

    from huikuan.server.books.services import find_book
    from huikuan.server.documents.library import library_book

    book = find_book()
    client = Client(SERVER_NAME="localhost")
    client.force_login(get_user_model().objects.get(username=big_book.USER))
    page = f"/b/{book.slug}/workbench/{NAME}/"
    done = sum(
        d.file_name.startswith("ExportOrderList20260401") for d in library_book(book).lake.documents(undone=True)
    )
    for turn in range(given.turns):
        print("cold" if turn == 0 else "warm")
        _file(book, client, page, given.orders, done + turn)
        _match(book, client, page)
    if given.check:
        _check(book)
    print(f"peak memory {big_book.peak_mib():,.0f} MiB")


def _asked(client: Any, page: str) -> None:
    answer = client.get(page)
    if answer.status_code != 200:
        raise SystemExit(f"{page} was answered with {answer.status_code}")


def _match(book: Any, client: Any, page: str) -> None:
    """An open order and an open settlement of the same currency, matched with a difference."""
    from huikuan.pipeline.results.results import Filter
    from huikuan.server.workbench import services

    found = services.results(book)
    pair = [
        next(row["record_key"] for row in found.open_items(NAME, Filter(side=side), limit=50).rows if row["record_key"])
        for side in ("left", "right")
    ]
    steps = Steps()
    told = {"difference_reason": "other", "reason": "bench"}
    made = steps.take("matched", lambda: services.match(book, "bench", NAME, [pair[0]], [pair[1]], **told))
    steps.take("page", lambda: _asked(client, page))
    steps.told("one manual match")
    services.unmatch(book, "bench", made.group_id, "bench")


def _file(book: Any, client: Any, page: str, orders: int, turn: int) -> None:
    from huikuan.server.documents.services import import_paths
    from huikuan.server.workbench import services

    steps = Steps()
    with tempfile.TemporaryDirectory() as folder:
        name = f"ExportOrderList20260401{turn:04}.csv"
        path = Path(folder) / name
        write_report(path, orders, turn)
        imported = steps.take("imported", lambda: import_paths(book, "bench", [(path, name)], _options()))
    if imported[0].status != "imported":
        raise SystemExit(f"{imported[0]}")
    manifest = steps.take("reconciled", lambda: services.reconcile(book, "bench"))
    steps.take("page", lambda: _asked(client, page))
    steps.told("one late file of 1,000 rows")
    print(
        f"    {imported[0].rows} rows, {manifest.keys} orders computed anew, base: {manifest.base or 'none, the whole'}"
    )


def _options() -> Any:
    from huikuan.pipeline.documents.importing import ImportOptions

    return ImportOptions(shop="Shop 0")


def _check(book: Any) -> None:
    """The published run is what a whole run gives."""
    from huikuan.pipeline.compute import connect
    from huikuan.pipeline.runs import published as runs
    from huikuan.pipeline.runs.reconciling import Asked
    from huikuan.server.documents.library import library_book
    from huikuan.server.workbench import services

    folder = runs.get_run(library_book(book), runs.Arguments())
    ours = runs.files_of(folder, runs.read_manifest(folder))
    whole = services.reconcile(book, "bench", Asked(full=True))
    theirs = runs.files_of(folder.parent / whole.run, whole)
    con = connect()
    for path in sorted(theirs.folder.glob("*.parquet")):
        part = path.name.removesuffix(".parquet")
        if part == "earlier":  # by row numbers of the run itself
            continue
        names = ", ".join(f'"{row[0]}"' for row in con.execute(f"DESCRIBE ({theirs.sql(part)})").fetchall())
        one, other = (f"SELECT {names} FROM ({files.sql(part)})" for files in (ours, theirs))
        query = f"(FROM ({one}) EXCEPT ALL FROM ({other})) UNION ALL (FROM ({other}) EXCEPT ALL FROM ({one}))"
        differing = con.execute(f"SELECT count(*) FROM ({query})").fetchall()[0][0]
        print(f"  {part}: {'the same' if not differing else f'{differing} rows differ'}", flush=True)


if __name__ == "__main__":
    main()
