"""What is missing, from figures known by hand: by order, by shop and cause, by filter; lists agree."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse

from huikuan.pipeline.results.results import Results
from huikuan.server.books.models import Book
from huikuan.server.collection.cubes import rows
from huikuan.server.core.paging import decode
from huikuan.server.followup import missing, queries
from huikuan.server.followup.filters import filter_of
from tests.server.collection.made import AS_OF
from tests.server.followup.made import MISSING

D = Decimal


def test_each_order_and_why(found: Results) -> None:
    got = {(r["shop"], r["order_no"], r["currency"]): r for r in rows(found, f"SELECT * FROM {missing.table(found)}")}
    assert {key: row["missing"] for key, row in got.items()} == MISSING
    told = {key[1]: (row["kind"], row["cause"], row["days"]) for key, row in got.items()}
    assert told == {
        "A1": ("overcharged", "c-F2", 16), "A4": ("late", "c-O1", 5), "A5": ("short", "c-P1", 20),
        "A9": ("disputed", "unknown", 9), "B2": ("late", "c-O1", 30), "B4": ("late", "unknown", 1),
    }  # fmt: skip
    for row in got.values():
        assert row["expected"] - row["settled"] - row["later"] == row["missing"], row


def test_groups_add_up_by_currency_and_never_across(found: Results) -> None:
    got = {(g["currency"], g["shop"], g["cause"]): g for g in missing.groups(found)}
    assert got["CNY", "Shop A", "c-O1"]["missing"] == 400
    assert got["CNY", "Shop A", "c-O1"]["oldest"] == date(2026, 10, 26)
    for currency, whole in (("CNY", 462), ("USD", 70)):
        assert sum(g["missing"] for key, g in got.items() if key[0] == currency) == whole
        parts = [g["overdue"] + g["disputed"] + g["overcharged"] for key, g in got.items() if key[0] == currency]
        assert sum(parts) == whole


def test_filters_and_pages(book: Book, found: Results) -> None:
    def orders(asked: dict[str, str], size: int = 50) -> list[str]:
        _form, wanted = filter_of(asked, AS_OF)
        assert wanted is not None
        got: list[str] = []
        after: Any = None
        with queries.with_held(book, found) as cursor:
            while True:
                page = queries.page(cursor, found, wanted, after, 1, size, 0)
                got += [row["order_no"] for row in page.rows]
                if not page.next_cursor:
                    return got
                after = decode(page.next_cursor)

    assert orders({}) == orders({}, size=1) == ["A4", "B4", "A9", "A5", "B2", "A1"]
    assert orders({"sort": "days"}, size=2) == ["B4", "A4", "A9", "A1", "A5", "B2"]
    assert orders({"shop": "Shop B", "currency": "CNY"}) == ["B2"]
    assert orders({"kind": "short"}) == ["A5"] == orders({"cause": "c-P1"})
    assert orders({"q": "> 30"}) == ["A4", "B4"]
    assert orders({"first": "2026-10-30", "last": "2026-10-30"}) == ["B4"]
    assert orders({"task": "any"}) == []
    assert filter_of({"cause": "nonsense"}, AS_OF)[1] is None


def test_the_pages_show_the_same_figures(book: Book, clerk: Client) -> None:
    page = clerk.get(reverse("followup:list", args=[book.slug])).content.decode().replace("&amp;", "&")
    assert ">462.00" in page
    address = re.search(r'href="([^"]*missing/\?shop=Shop\+A[^"]*cause=c-O1)"', page)
    assert address
    listed = clerk.get(address[1]).content.decode()
    assert re.findall(r"data-total>([^<]*)<", listed) == ["400.00"]
