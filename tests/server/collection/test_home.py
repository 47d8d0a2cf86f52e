"""The home page: its equation, from figures known by hand, and every figure's list with the same total."""

from __future__ import annotations

import re
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.test import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from huikuan.pipeline.results.results import Results
from huikuan.server.books.models import Book
from huikuan.server.collection import home
from huikuan.server.workbench.services import results
from tests.server.collection.conftest import english
from tests.server.collection.made import AS_OF, Order, day, publish

D = Decimal
FIGURE = re.compile(r'<a class="figure" href="([^"]*/collection/\?[^"]*)">([^<]+)</a>')
TOTAL = re.compile(r"data-total>([^<]*)<")


def amount(text: str) -> Decimal:
    return D(text.strip().replace(",", "").replace("−", "-").replace("–", "0"))


def test_the_roll_forward_of_a_month(found: Results) -> None:
    (money,) = home.figures(found, day(1), day(31))
    whole = money.whole
    # A1 95 + A2 200 − 80 come before October + B2 10, whose day is not known.
    assert whole.opening == D("225")
    assert whole.receivable == D("240") + 400 + 60 + 500 + 69 + 90 + 30 + 1000
    assert whole.written_off == D("90")
    assert whole.collected == D("95") + 120 + 240 + 1000
    assert whole.lost == D("14.5")
    assert whole.received == D("1440.5")
    assert whole.closing == D("49") + 20 + 500 + 470 + 30
    assert whole.places == {"in_wallets": 20, "in_transit": 49, "not_due": 500, "overdue": 470, "disputed": 30}
    assert whole.proved
    assert whole.opening + whole.receivable - whole.written_off - whole.received - whole.lost == whole.closing
    assert {shop: each.closing for shop, each in money.shops} == {"Shop A": D("1059"), "Shop B": D("10")}
    assert {shop: each.lost for shop, each in money.shops} == {"Shop A": D("15"), "Shop B": D("-0.5")}
    assert sum(value for _first, _last, value in money.daily) == whole.collected
    assert [(group, orders, value) for group, orders, value, _w in money.ages if orders] == [
        (2, 1, D("400")), (4, 2, D("70")),
    ]  # fmt: skip


def test_a_month_that_is_over_says_what_came_since(found: Results) -> None:
    (money,) = home.figures(found, day(1, 9), day(30, 9))
    whole = money.whole
    assert (whole.opening, whole.opening_orders) == (D("10"), 1)
    assert (whole.receivable, whole.collected, whole.closing) == (D("295"), D("80"), D("225"))
    assert (whole.since, whole.places["overdue"]) == (D("215"), D("10"))
    assert whole.proved


def test_months_follow_each_other(found: Results) -> None:
    (september,), (october,) = (home.figures(found, day(1, m), day(30 if m == 9 else 31, m)) for m in (9, 10))
    assert september.whole.closing == october.whole.opening


@st.composite
def orders(draw: st.DrawFn) -> tuple[Order, ...]:
    """Orders of any day whose money came at any later days, or is anywhere."""
    made = []
    for number in range(draw(st.integers(1, 6))):
        placed = day(draw(st.integers(1, 28)), draw(st.sampled_from([9, 10])))
        cents = st.integers(1, 50_000).map(lambda value: D(value) / 100)
        came = draw(st.lists(st.tuples(st.integers(1, 31), cents, st.sampled_from(["P1", "P2"])), max_size=3))
        paid_in = tuple((day(number_of_day), str(value), payout) for number_of_day, value, payout in came)
        rest, place = draw(cents), draw(st.sampled_from(["not_due", "overdue", "in_wallets", "written_off"]))
        paid = sum((D(value) for _, value, _ in paid_in), rest)
        late = 7 if place == "overdue" else None
        shop = draw(st.sampled_from(["Shop A", "Shop B"]))
        made.append(
            Order(f"N{number}", placed, str(paid), shop=shop, came=paid_in, late_days=late, **{place: str(rest)})
        )
    return tuple(made)


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=orders(), first=st.integers(1, 20), length=st.integers(0, 40), lost=st.integers(-300, 300))
def test_the_equation_holds_for_any_orders(
    world: Any, made: tuple[Order, ...], first: int, length: int, lost: int
) -> None:
    publish(world.ours.book, made, {"P1": str(D(lost) / 100)})
    start = day(first, 9)
    end = min(AS_OF, start.fromordinal(start.toordinal() + length))
    for money in home.figures(results(world.ours.book), start, end):
        assert money.whole.proved
        assert all(each.proved for _, each in money.shops)
        assert money.whole.closing == sum(each.closing for _, each in money.shops)


@pytest.mark.parametrize("period", ["2026-10", "2026-09", "2026"])
def test_every_figure_opens_a_list_with_the_same_total(clerk: Client, book: Book, period: str) -> None:
    page = clerk.get(f"/b/{book.slug}/", {"period": period}).content.decode()
    figures = {(unescape(address), text) for address, text in FIGURE.findall(page)}
    assert len(figures) >= 12
    for address, shown in figures:
        listed = clerk.get(address)
        assert listed.status_code == 200, address
        text = listed.content.decode()
        if "figure=" not in address:  # a number of orders
            assert sum(row["orders"] for row in listed.context["totals"]) == int(amount(shown)), address
            continue
        totals = [amount(each) for each in TOTAL.findall(text)]
        lost = listed.context["lost"]["lost"] if listed.context["lost"] else D(0)
        assert sum(totals, D(0)) - lost == amount(shown), (address, shown, totals)


def test_without_the_small_tables_the_figures_are_the_same(world: Any, found: Results) -> None:
    written = home.figures(found, day(1), day(31))
    publish(world.ours.book, cubes=False)
    made = results(world.ours.book)
    assert not (made.run.folder / "cube.parquet").exists()
    assert home.figures(made, day(1), day(31)) == written


def test_currencies_are_never_added_up(world: Any) -> None:
    publish(world.ours.book, (Order("C1", day(3), "10", "awaiting", not_due="10"),
                              Order("U1", day(3), "7", "awaiting", currency="USD", not_due="7")))  # fmt: skip
    page = english(world.client("auditor")).get(f"/b/{world.ours.book.slug}/")
    assert [(money.currency, money.whole.closing) for money in page.context["moneys"]] == [("CNY", 10), ("USD", 7)]


def test_a_new_book_shows_the_first_steps(world: Any) -> None:
    page = english(world.client("owner")).get(f"/b/{world.ours.book.slug}/")
    assert page.templates[0].name == "collection/first_steps.html"
    assert "Import files" in page.content.decode()


def test_the_warehouse_sees_no_money(world: Any, book: Book) -> None:
    page = english(world.client("warehouse")).get(f"/b/{book.slug}/").content.decode()
    assert "1,069.00" not in page
    assert f"/b/{book.slug}/help" in page


def test_what_waits_is_on_the_home_page(clerk: Client, book: Book) -> None:
    page = clerk.get(f"/b/{book.slug}/")
    told = {(todo.look, todo.amount) for todo in page.context["todos"]}
    assert ("overdue", D("49")) in told  # the late payout
    assert ("overdue", D("470")) in told  # the overdue orders
