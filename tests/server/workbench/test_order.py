"""The page of one order: what adds up, what links where, what is not found; the search of the top bar."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from huikuan.records.rules import FeeRate, Rules
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from huikuan.server.workbench.order_fees import fees_of
from huikuan.server.workbench.order_gathered import Gathered
from huikuan.server.workbench.orders import grouped, order_page, parts_of
from tests.server.workbench.test_reading import text

ZERO = Decimal(0)


def orders_of(found: Any, status: str, count: int = 5) -> list[dict[str, Any]]:
    table = found.run.table("", "collection")
    return found.run.query(f"SELECT * FROM {table} WHERE status = ? ORDER BY order_no LIMIT {count}", [status])


@pytest.mark.parametrize("status", ["collected", "settled", "overdue", "refunded", "awaiting", "not_shipped"])
def test_bar_and_hops_add_up(world: Any, demo: Book, found: Any, status: str) -> None:
    orders = orders_of(found, status)
    assert orders
    for row in orders:
        request = world.client("clerk").get(f"/b/ours/orders/{row['order_no']}/").wsgi_request
        told = order_page(request, row["order_no"], row["shop"])
        assert told is not None
        assert (
            sum((part.amount for part in told["parts"]), ZERO) == told["whole"] == row["paid"] + row["platform_borne"]
        )
        for hop in told["hops"][:4]:
            strong = [line for line in hop.lines if not line.strong]
            if hop.total is not None and hop.icon != "shopping-cart":
                assert sum((line.amount or ZERO for line in strong), ZERO) == hop.total
        order_hop = told["hops"][0]
        items = sum(
            (line.amount for line in order_hop.lines if not line.strong and line.label != "Borne by the platform"), ZERO
        )
        paid = next(line.amount for line in order_hop.lines if line.strong)
        assert items == paid
        bank = sum((line.amount or ZERO for line in told["hops"][4].lines if line.strong), ZERO)
        assert bank == row["collected"]


def test_every_figure_leads_to_its_row(clerk: Client, found: Any) -> None:
    row = orders_of(found, "collected", 1)[0]
    html = text(clerk.get(f"/b/ours/orders/{row['order_no']}/"))
    keys = [link["record_key"] for link in found.links_of_order("order-settlement", row["order_no"])]
    for key in keys:
        assert f"/source/{key.split('/')[0].split(':')[0]}" in html
    assert html.count("/source/") >= len(keys)
    assert "Both sides name the same number" in html


def test_an_unknown_order_says_what_may_be_the_matter(clerk: Client) -> None:
    html = text(clerk.get("/b/ours/orders/999999/"))
    assert "No order 999999 was found" in html


def test_history_holds_matches_and_notes(world: Any, clerk: Client, demo: Book, found: Any) -> None:
    row = orders_of(found, "overdue", 1)[0]
    services.note(
        demo, world.users["clerk"], f"order:{row['shop']}/{row['order_no']}", "the platform answers on Friday"
    )
    html = text(clerk.get(f"/b/ours/orders/{row['order_no']}/"))
    assert "the platform answers on Friday" in html
    assert "Overdue" in html


def test_fees_are_held_against_the_rate_of_the_day() -> None:
    line = {"type": "commission", "amount": Decimal("-5.50"), "business_date": None}
    sale = {"type": "sale", "amount": Decimal("100"), "business_date": None}
    gathered = Gathered("1", "A", "CNY", {}, [{"paid": Decimal(100), "category": None}], [sale, line], [])
    rules = Rules(fee_rates=(FeeRate("A", "commission", Decimal("0.05")), FeeRate("B", "commission", Decimal("0.01"))))
    (fee,) = fees_of(gathered, rules)
    assert (fee.base, fee.expected, fee.actual, fee.apart) == (
        Decimal(100),
        Decimal("5.00"),
        Decimal("5.50"),
        Decimal("0.50"),
    )
    (free,) = fees_of(gathered, Rules())
    assert free.expected is None and free.apart is None


def test_order_numbers_are_grouped_for_the_eye() -> None:
    assert grouped("410288371120993621") == ["4102", "8837", "1120", "9936", "21"]
    assert grouped("DD-20261001-7") == ["DD-20261001-7"]
    assert parts_of({}) == []


def test_search_finds_orders_references_and_amounts(world: Any, clerk: Client, found: Any) -> None:
    row = orders_of(found, "collected", 1)[0]
    direct = clerk.get("/b/ours/search", {"q": row["order_no"]})
    assert direct.status_code == 302 and row["order_no"] in direct["Location"]
    several = text(clerk.get("/b/ours/search", {"q": row["order_no"][:8]}))
    assert several.count("/orders/") > 1
    amount = text(clerk.get("/b/ours/search", {"q": f"{row['paid']:,.2f}"}))
    assert row["order_no"] in amount or amount.count("/orders/") >= 8
    settled = next(link for link in found.links("order-settlement", limit=50).rows if link["side"] == "right")
    flow = settled["record_key"].split("/")[1]
    reference = clerk.get("/b/ours/search", {"q": flow})
    assert settled["order_no"] in (reference.headers.get("Location", "") + text(reference))
    warehouse = text(world.client("warehouse").get("/b/ours/search", {"q": row["order_no"]}))
    assert "/orders/" not in warehouse
