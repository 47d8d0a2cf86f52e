"""Run as a process and killed: imports, undoes and compacts without end, and says what is done."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from making import document, order_line, table_of, wallet_line

from huikuan.lake.lake import Lake

ROWS = 400


def content(number: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Orders and movements of a document; half of them are the previous document's as well."""
    start = number * ROWS // 2
    orders = [order_line(f"{n:07}", status="paid", source_row=n) for n in range(start, start + ROWS)]
    movements = [wallet_line(f"{n:07}", str(number), source_row=n) for n in range(start, start + ROWS)]
    return orders, movements


def import_one(lake: Lake, number: int, attempt: str) -> str:
    """Import a document; its id."""
    told = document(f"d{number:04}-{attempt}", kinds=("order_line", "wallet_line"), sha256=f"{number:04}")
    orders, movements = content(number)
    con = duckdb.connect(":memory:")
    con.register("orders", table_of("order_line", orders, told.document_id))
    con.register("movements", table_of("wallet_line", movements, told.document_id))
    with lake.writer(timeout_s=10) as writer:
        for kind, table in (("order_line", "orders"), ("wallet_line", "movements")):
            writer.compare(con, kind, table, told)
            writer.append(kind, con.execute(f"SELECT * FROM {table}").fetch_record_batch())
        writer.commit(told)
    return told.document_id


def without_end(folder: Path, seed: str, first: int, say: Callable[[tuple[str, str]], None]) -> None:
    """Import documents from number `first` on; what `say` is given is ready, or a document committed or undone."""
    chance = random.Random(seed)
    lake = Lake(folder)
    say(("ready", ""))
    for number in itertools.count(first):
        say(("committed", import_one(lake, number, seed)))
        step = chance.random()
        if step < 0.3:
            with lake.writer(timeout_s=10) as writer:
                writer.compact(grace_s=0)
        elif step < 0.6:
            document_id = chance.choice(lake.documents()).document_id
            with lake.writer(timeout_s=10) as writer:
                writer.undo(document_id, "tester")
            say(("undone", document_id))
