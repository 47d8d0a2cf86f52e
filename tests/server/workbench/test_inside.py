"""The page of a bank line or payout: its orders add up to it, and it is reached from where one would look."""

from __future__ import annotations

import re
from collections import defaultdict
from decimal import Decimal
from typing import Any

from django.test import Client

from huikuan.pipeline.results.inside import inside, orders_inside
from tests.server.workbench.test_reading import text

ZERO = Decimal(0)


def payouts_and_receipts(found: Any) -> list[dict[str, Any]]:
    links = found.run.now("payout-bank", "links", found.decisions)
    opened = found.run.now("payout-bank", "open", found.decisions)
    return found.run.query(
        f"SELECT record_key, side, amount FROM {links} UNION SELECT record_key, side, amount FROM {opened} "
        "WHERE record_key <> '' ORDER BY record_key"
    )


def test_every_drill_down_adds_up_to_the_figure_above_it(found: Any) -> None:
    """Over the whole demo: the pages of a receipt's orders to its sums, these to the payouts and to the bank's line;
    and all payouts to what the collection says has left the wallets."""
    of_payout: dict[str, Decimal] = {}
    for row in payouts_and_receipts(found):
        told = inside(found, row["record_key"])
        assert told is not None
        rows, after = [], None
        while page := orders_inside(found, told, after, 7):
            rows += page
            after = [page[-1]["order_no"], page[-1]["shop"]]
        sums = told.sums
        for name, total in (
            ("brought", sums.brought),
            ("refunds", sums.refunds),
            ("fees", sums.fees),
            ("amount", sums.net),
        ):
            assert sum((each[name] for each in rows), ZERO) == total
        assert len({(each["order_no"], each["shop"]) for each in rows}) == len(rows) == sums.orders
        assert all(each["brought"] + each["refunds"] + each["fees"] == each["amount"] for each in rows)
        assert sums.total == (sums.paid_out if sums.received is None else sums.received)
        assert sums.brought + sums.refunds + sums.fees + sums.other == sums.paid_out
        if row["side"] == "left":
            assert row["amount"] in [each["amount"] for each in told.payouts]
            of_payout.update(dict.fromkeys(told.keys, sums.net) if len(told.keys) == 1 else {})
        else:
            assert row["amount"] in [each["amount"] for each in told.receipts]
    shares: dict[str, Decimal] = defaultdict(Decimal)
    for each in found.run.query(f"SELECT payout_key, amount FROM {found.run.table('', 'share')}"):
        shares[each["payout_key"]] += each["amount"]
    assert len(of_payout) > 3
    assert {key: shares[key] for key in of_payout} == of_payout
    collected = found.run.query(f"SELECT sum(collected + in_transit) AS total FROM {found.run.table('', 'collection')}")
    assert sum(shares.values()) == collected[0]["total"]


def test_an_order_says_of_its_payout_what_the_payout_says_of_the_order(found: Any) -> None:
    table = found.run.table("", "share")
    rows = found.run.query(
        f"SELECT order_no, shop, payout_key, sum(amount) AS amount FROM {table} GROUP BY ALL LIMIT 40"
    )
    for row in rows:
        told = inside(found, row["payout_key"])
        assert told is not None
        if len(told.keys) > 1:
            continue
        inner = {(each["order_no"], each["shop"]): each["amount"] for each in orders_inside(found, told, None, 5000)}
        assert inner[row["order_no"], row["shop"]] == row["amount"]


def test_what_orders_brought_less_refunds_and_fees_is_what_was_settled(found: Any) -> None:
    """Orders whose money has left the wallet whole: the parts of their shares are those of their settlement lines."""
    fees = (
        f"SELECT c.order_no, c.fees AS charged, -sum(s.fees) AS paid FROM {found.run.table('', 'collection')} c "
        f"JOIN {found.run.table('', 'share')} s ON s.order_no = c.order_no AND s.shop = c.shop "
        "WHERE c.settled_not_collected = c.in_transit GROUP BY ALL HAVING sum(s.amount) = c.settled"
    )
    rows = found.run.query(fees.replace("c.fees AS charged,", "c.fees AS charged, c.settled,"))
    assert len(rows) > 20
    assert [row for row in rows if row["charged"] != row["paid"]] == []


def test_the_page_of_a_receipt_lists_its_orders_and_leads_to_them(clerk: Client, found: Any) -> None:
    row = next(
        r for r in payouts_and_receipts(found) if r["side"] == "right" and inside(found, r["record_key"]).sums.orders
    )
    html = text(clerk.get(f"/b/ours/inside/{row['record_key']}/"))
    told = inside(found, row["record_key"])
    assert told is not None
    order = orders_inside(found, told, None, 1)[0]
    assert f"/b/ours/orders/{order['order_no']}/" in html
    assert "/source/bank_line" in html
    assert re.search(r"/inside/payout(:|%3A)", html)
    assert clerk.get("/b/ours/inside/bank_line:none/1/0/").status_code == 404
    payout = told.payouts[0]["record_key"]
    assert clerk.get(f"/b/ours/inside/{payout}/").status_code == 200
    assert clerk.get(f"/b/ours/source/{payout}/").status_code == 200


def test_a_receipt_is_reached_from_workbench_match_order_and_search(clerk: Client, found: Any) -> None:
    rows = payouts_and_receipts(found)
    row = next(r for r in rows if r["side"] == "right" and inside(found, r["record_key"]).sums.orders)
    told = inside(found, row["record_key"])
    assert told is not None
    address = "/b/ours/inside/"
    assert address in text(clerk.get(f"/b/ours/workbench/payout-bank/group/{told.group_id}/"))
    order = orders_inside(found, told, None, 1)[0]
    assert address in text(clerk.get(f"/b/ours/orders/{order['order_no']}/"))
    item = next(each["item_id"] for each in found.open_items("payout-bank", limit=50).rows if each["record_key"])
    assert address in text(clerk.get(f"/b/ours/workbench/payout-bank/item/{item}/"))
    amount = f"{row['amount']:.2f}"
    assert address in text(clerk.get("/b/ours/search", {"q": amount}))
