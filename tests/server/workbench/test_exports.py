"""What is open and what is matched as files: exactly what the pages show."""

from __future__ import annotations

from decimal import Decimal as D
from typing import Any

from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from tests.listed import listed


def rows_of(answer: Any) -> list[dict[str, str]]:
    return listed(b"".join(answer.streaming_content))


def test_the_workbenchs_lists_are_files_of_what_it_shows(world: Any, demo: Book) -> None:
    found, client = services.results(demo), world.client("accountant")
    address = f"/b/{demo.slug}/export/"
    work = rows_of(client.get(f"{address}open/?name=order-settlement&format=csv"))
    every = rows_of(client.get(f"{address}open/?name=order-settlement&show=all&format=csv"))
    opened = found.run.query(f"SELECT * FROM {found.run.now('order-settlement', 'open', found.decisions)}")
    assert len(every) == len(opened) > len(work) == sum(1 for row in opened if row["needs_work"]) > 0
    assert sum(D(row["Amount"]) for row in every) == sum(row["amount"] for row in opened)
    one = opened[0]["order_no"]
    narrowed = client.get(f"{address}open/?name=order-settlement&show=all&lq={one}&rq={one}&format=csv")
    assert {row["Order number"] for row in rows_of(narrowed)} == {one}
    links = rows_of(client.get(f"{address}links/?name=payout-bank&format=csv"))
    assert len(links) == found.manifest.rows["payout-bank"]["links"]
    some = rows_of(client.get(f"{address}links/?name=payout-bank&status=matched&format=csv"))
    assert 0 < len(some) < len(links)
    assert client.get(f"{address}links/?name=nothing&format=csv").status_code == 422
