"""Reading pages over a reconciled demo: figures add up, filters and paging hold, few queries, quick."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.documents.models import DocumentRow
from huikuan.server.workbench import panes, services
from huikuan.server.workbench.overview import overview

ZERO = Decimal(0)
BENCH = "/b/ours/workbench/order-settlement/"


def text(response: Any) -> str:
    return response.content.decode()


def rows_of(html: str) -> list[dict[str, str]]:
    """The data of each row of a pane."""
    rows = re.findall(r"<tr tabindex[^>]*>", html)
    return [dict(re.findall(r'data-(\w+)="([^"]*)"', row)) for row in rows]


def test_the_overview_adds_up_on_both_sides(world: Any, demo: Book) -> None:
    request = world.client("clerk").get("/b/ours/reconciliations/").wsgi_request
    told = overview(demo, request.scope)
    assert {line.name for line in told.lines} >= {"order-settlement", "payout-bank", "balance"}
    for line in told.lines:
        assert line.proved
        for side in line.sides:
            assert side.total == side.matched + side.difference + side.rest + side.work
    published = {(r["name"], r["side"]): r["total"] for r in services.results(demo).statement()}
    assert {(line.name, side.side): side.total for line in told.lines for side in line.sides} == published


def test_the_overview_shows_each_figure_and_the_tick(clerk: Client, found: Any) -> None:
    html = text(clerk.get("/b/ours/reconciliations/"))
    for row in found.statement():
        assert numbers.money_exact(row["total"]) in html
    assert "does not add up" not in html
    assert html.count("adds up") >= len(found.manifest.names)


def test_a_match_by_hand_shows_in_the_overview_at_once(world: Any, demo: Book, found: Any) -> None:
    request = world.client("clerk").get("/b/ours/reconciliations/").wsgi_request
    before = next(line for line in overview(demo, request.scope).lines if line.name == "order-settlement")
    left, right = equal_pair(found)
    services.match(demo, world.users["clerk"], "order-settlement", [left["record_key"]], [right["record_key"]])
    after = next(line for line in overview(demo, request.scope).lines if line.name == "order-settlement")
    assert after.left.total == before.left.total
    assert after.left.matched == before.left.matched + left["amount"]
    assert after.todo == before.todo - 2
    assert after.proved


def equal_pair(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An open order and an open settlement line of the same amount."""
    rows = found.open_items("order-settlement", limit=500).rows
    right = {row["amount"]: row for row in rows if row["side"] == "right" and row["record_key"]}
    for row in rows:
        other = right.get(row["amount"])
        if row["side"] == "left" and row["record_key"] and row["needs_work"] and other and other["needs_work"]:
            return row, other
    raise AssertionError("the demo has no equal pair")


def test_never_run_says_so_and_offers_to_import_then_to_run(world: Any, english: None) -> None:
    html = text(world.client("clerk").get("/b/ours/reconciliations/"))
    assert "Nothing has been reconciled yet" in html
    assert 'href="/b/ours/import/"' in html and "/reconciliations/run/" not in html
    counts = dict.fromkeys(("rows", "accepted", "rejected", "ignored", "new", "updated", "duplicate"), 1)
    DocumentRow.objects.create(book=world.ours.book, document_id="d1", imported_at=timezone.now(), **counts)
    html = text(world.client("clerk").get("/b/ours/reconciliations/"))
    assert 'action="/b/ours/reconciliations/run/' in html
    assert "/reconciliations/run/" not in text(world.client("auditor").get("/b/ours/reconciliations/"))


def test_panes_show_what_needs_work_and_count_all_of_it(clerk: Client, found: Any) -> None:
    html = text(clerk.get(BENCH))
    wanted = found.run.query(
        "SELECT side, count(*) AS n FROM order_settlement_open WHERE needs_work GROUP BY side ORDER BY side"
    )
    counts = [json.loads(part) for part in re.findall(r"data-counts='([^']*)'", html)]
    assert [part["work"] for part in counts] == [row["n"] for row in wanted]
    assert len(rows_of(html)) == sum(row["n"] for row in wanted)


def test_a_filter_of_words_and_amounts_holds_on_the_server(clerk: Client, found: Any) -> None:
    html = text(clerk.get(f"{BENCH}pane/left/", {"q": "> 100", "show": "all"}))
    amounts = [abs(Decimal(row["amount"])) for row in rows_of(html)]
    expected = found.run.query(
        "SELECT count(*) AS n FROM order_settlement_open WHERE side = 'left' AND abs(amount) > 100"
    )[0]["n"]
    assert amounts and min(amounts) > 100
    assert f'<span class="muted">{expected:,}</span>' in html
    order = rows_of(html)[0]["order"]
    only = rows_of(text(clerk.get(f"{BENCH}pane/left/", {"q": order, "show": "all"})))
    assert {row["order"] for row in only} == {order}
    none = text(clerk.get(f"{BENCH}pane/left/", {"q": "no such word"}))
    assert "No row fits this filter" in none


def test_a_class_narrows_and_days_narrow(clerk: Client) -> None:
    every = rows_of(text(clerk.get(f"{BENCH}pane/left/", {"show": "all", "size": "200"})))
    some = rows_of(text(clerk.get(f"{BENCH}pane/left/", {"show": "all", "class": "missing_right"})))
    assert 0 < len(some) < len(every)
    days = rows_of(text(clerk.get(f"{BENCH}pane/left/", {"show": "all", "q": "10-20..10-31", "size": "200"})))
    assert days and all("2026-10-20" <= row["date"] <= "2026-10-31" for row in days)
    assert len(days) == len([row for row in every if row["date"] >= "2026-10-20"])


@pytest.mark.parametrize("sort", ["-date", "date", "amount", "-amount", "order_no", "class", "-scope"])
def test_pages_by_key_show_every_row_once_in_order(clerk: Client, found: Any, sort: str) -> None:
    seen: list[str] = []
    query = {"show": "all", "sort": sort, "size": "50"}
    for _ in range(20):
        html = text(clerk.get(f"{BENCH}pane/left/", query))
        seen += [row["item"] for row in rows_of(html)]
        following = re.search(r'data-next="([^"]*)" data-page="(\d+)"', html)
        if not following:
            break
        query |= {"after": following[1], "page": following[2]}
    total = found.run.query("SELECT count(*) AS n FROM order_settlement_open WHERE side = 'left'")[0]["n"]
    assert len(seen) == len(set(seen)) == total > 50


def test_the_other_side_is_sorted_by_closeness(clerk: Client) -> None:
    query = {"show": "all", "near": "59.90", "near_currency": "CNY", "near_date": "2026-10-10"}
    html = text(clerk.get(f"{BENCH}pane/left/", query))
    apart = [abs(Decimal(row["amount"]) - Decimal("59.90")) for row in rows_of(html) if row["key"]]
    assert apart == sorted(apart) and len(apart) > 10
    assert "Sorted by closeness" in html


def test_select_all_of_the_filter_gives_every_selectable_row(clerk: Client, found: Any) -> None:
    told = clerk.get(f"{BENCH}pane/left/keys/", {"show": "all"}).json()
    keys = found.run.query("SELECT count(*) AS n FROM order_settlement_open WHERE side = 'left' AND record_key <> ''")
    assert len(told["rows"]) == keys[0]["n"]
    assert sum(Decimal(row["amount"]) for row in told["rows"]) == sum(
        row["amount"]
        for row in found.open_items("order-settlement", limit=5000).rows
        if row["side"] == "left" and row["record_key"]
    )


def test_a_row_says_where_it_comes_from_and_why(clerk: Client, found: Any) -> None:
    row = next(r for r in found.open_items("order-settlement", limit=500).rows if r["class"] == "missing_right")
    html = text(clerk.get(f"{BENCH}item/{row['item_id']}/"))
    assert row["document"][:20] in html
    assert f"row {row['source_row']:,}" in html
    assert "past its due date" in html
    assert "By number" in html
    assert "This row is open no more" in text(clerk.get(f"{BENCH}item/{'f' * 32}/"))


def test_matched_lists_groups_with_why_and_filters(clerk: Client, found: Any) -> None:
    links = found.run.table("order-settlement", "links")
    groups = found.run.query(f"SELECT count(DISTINCT group_id) AS n FROM {links}")[0]["n"]
    html = text(clerk.get(f"{BENCH}matched/"))
    assert f"{groups:,} rows" in html
    assert "Both sides name the same number" in html
    different = text(clerk.get(f"{BENCH}matched/?status=difference"))
    wanted = found.run.query(f"SELECT count(DISTINCT group_id) AS n FROM {links} WHERE status = 'difference'")
    assert different.count("<tr><td") == wanted[0]["n"]


def test_matched_groups_are_found_by_any_number_of_theirs(clerk: Client, found: Any) -> None:
    link = next(row for row in found.links("order-settlement", limit=400).rows if row["side"] == "right")
    order, flow = link["order_no"], link["record_key"].split("/")[1]
    for words in (order, order[:12], order[3:9], flow):
        html = text(clerk.get(f"{BENCH}matched/", {"q": words, "size": "200"}))
        assert f"/group/{link['group_id']}/" in html, words
    assert "<tr><td" not in text(clerk.get(f"{BENCH}matched/", {"q": "no such number"}))


@pytest.mark.parametrize("query", [{}, {"pass": "key"}])
def test_pages_of_groups_show_every_group_once_those_without_a_day_last(
    clerk: Client, found: Any, query: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    groups = found.run.table("order-settlement", "groups")
    undated = f"(SELECT * REPLACE (CASE WHEN left_sum > 200 THEN NULL ELSE day END AS day) FROM {groups})"
    monkeypatch.setattr("huikuan.pipeline.results.results.Results.groups", lambda self, name: undated)
    where = " AND ".join(["true", *(f"{name} = '{value}'" for name, value in query.items())])
    wanted = found.run.query(
        f"SELECT group_id FROM {undated} WHERE {where} ORDER BY day DESC NULLS LAST, group_id DESC"
    )
    seen: list[str] = []
    asked = dict(query)
    for _ in range(20):
        page = clerk.get(f"{BENCH}matched/", asked).context["page"]
        seen += [row["group_id"] for row in page.rows]
        if not page.next_cursor:
            break
        asked |= {"after": page.next_cursor, "page": str(page.number + 1)}
    assert seen == [row["group_id"] for row in wanted]


def test_a_group_shows_both_sides_and_its_sum(clerk: Client, found: Any) -> None:
    link = next(row for row in found.links("order-settlement", limit=200).rows if row["status"] == "difference")
    html = text(clerk.get(f"{BENCH}group/{link['group_id']}/", {"order_no": link["order_no"]}))
    assert "the amounts differ" in html
    assert f"{abs(link['residual']):,.2f}" in html
    assert clerk.get(f"{BENCH}group/{'0' * 32}/").status_code == 404


def test_names_that_are_none_are_not_found(clerk: Client) -> None:
    assert clerk.get("/b/ours/workbench/nonsense/").status_code == 404
    assert clerk.get(f"{BENCH}pane/middle/").status_code == 404


def test_a_clerk_sees_counterparties_masked(world: Any, demo: Book, found: Any) -> None:
    address = "/b/ours/workbench/payout-bank/pane/right/?show=all&size=200"
    names = {
        row["party"]
        for row in panes.pane(demo, found, "payout-bank", panes.Wanted("right", show="all", names=True)).rows
        and found.run.query("SELECT DISTINCT party FROM said_payout_bank WHERE length(party) > 3")
    }
    assert names
    seen, masked = text(world.client("accountant").get(address)), text(world.client("clerk").get(address))
    assert all(name in seen for name in names if name[:4] in seen)
    assert not any(name in masked for name in names)


def test_pages_need_few_queries(clerk: Client, found: Any) -> None:
    order = found.links("order-settlement", limit=1).rows[0]["order_no"]
    pages = ["/b/ours/reconciliations/", BENCH, f"{BENCH}pane/left/", f"{BENCH}matched/", f"/b/ours/orders/{order}/"]
    for page in pages:
        clerk.get(page)
        with CaptureQueriesContext(connection) as captured:
            assert clerk.get(page).status_code == 200
        assert len(captured) <= 28, (page, len(captured))  # the left bar's counts among them, however many rows


def test_causes_are_counted_and_lead_to_their_rows(clerk: Client, found: Any) -> None:
    told = {row["cause"]: row for row in found.causes("order-settlement")}
    opened = list(found.stream("order-settlement", "open", ("cause", "amount"), "item_id"))
    assert {c: (r["count"], r["amount"]) for c, r in told.items()} == {
        cause: (len(sizes), sum(sizes))
        for cause in told
        if (sizes := [abs(row["amount"]) for row in opened if row["cause"] == cause])
    }
    html = text(clerk.get(f"{BENCH}causes/"))
    assert numbers.money_exact(told["c-O1"]["amount"]) in html
    assert f"{BENCH}?show=all&amp;cause=c-O1" in html
    shown = rows_of(text(clerk.get(f"{BENCH}?show=all&cause=c-D1")))
    assert len(shown) == told["c-D1"]["count"]
    detail = text(clerk.get(f"{BENCH}item/{shown[0]['item']}/"))
    assert "Order number missing or changed" in detail
