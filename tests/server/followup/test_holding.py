"""Who follows up an order, on the collection list, in its file and on the order's page."""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from huikuan.server.books.models import Book
from huikuan.server.exports.lists import list_named
from huikuan.server.followup import services
from huikuan.server.followup.chosen import Chosen, read
from huikuan.server.workbench.services import results
from tests.server.followup.test_tasks import hand

EVERY = {"A1", "A4", "A5", "A6", "A9", "B2", "B4"}


@pytest.fixture
def followed(world: Any, book: Book) -> Book:
    """A4 and B2 are followed up by the clerk, A5 by nobody, A9 no more."""
    clerk = world.users["clerk"]
    hand(book, clerk, Chosen("missing", (("Shop A", "A4", "CNY"), ("Shop B", "B2", "CNY"))), owner=clerk.pk)
    hand(book, clerk, Chosen("missing", (("Shop A", "A5", "CNY"),)))
    services.end(hand(book, clerk, Chosen("missing", (("Shop A", "A9", "CNY"),))).tasks[0], clerk)
    return book


def test_the_list_shows_and_filters_by_who_follows_up(world: Any, followed: Book, clerk: Client) -> None:
    address, pk = reverse("collection:list", args=[followed.slug]), world.users["clerk"].pk

    def listed(**asked: str) -> set[str]:
        page = clerk.get(address, asked)
        numbers = {row["order_no"] for row in page.context["page"].rows}
        assert sum(row["orders"] for row in page.context["totals"]) == len(numbers)
        return numbers

    assert listed() == EVERY
    assert listed(task="any") == {"A4", "A5", "B2"} and listed(task="none") == EVERY - {"A4", "A5", "B2"}
    assert listed(task=f"of{pk}") == {"A4", "B2"} and listed(task=f"of{pk}", shop="Shop B") == {"B2"}
    assert listed(task="nobody") == {"A5"} and listed(task="of999") == set()
    for page in (address, reverse("followup:missing", args=[followed.slug])):
        assert clerk.get(page, {"task": "1; drop"}).status_code == 422
    page = clerk.get(address, {"task": f"of{pk}"}).content.decode()
    assert 'title="2 shops · Overdue · 2 orders">F-1</a> clerk' in page and "Followed up by clerk" in page
    services.end(followed_task(followed, 2), world.users["clerk"])
    assert listed(task="any") == {"A4", "B2"}  # asked anew: tasks change while the run stays


def followed_task(book: Book, number: int) -> Any:
    from huikuan.server.followup.models import Task

    return Task.objects.get(book=book, number=number)


def test_its_file_and_what_is_selected_by_it_are_the_same_orders(world: Any, followed: Book, clerk: Client) -> None:
    asked = {"task": "any", "format": "csv"}
    answer = clerk.get(reverse("exports:export", args=[followed.slug, "collection"]), asked)
    text = b"".join(answer.streaming_content).decode("utf-8-sig")  # type: ignore[attr-defined]
    source = list_named("collection").open(followed, {"task": "any"}, True)
    source.con.close()
    assert ("Follow-up", "In a task") in source.facts
    found = {cell for row in csv.reader(io.StringIO(text)) for cell in row}
    assert found & EVERY == {"A4", "A5", "B2"}
    picked = read(followed, results(followed), Chosen("collection", (), (("task", "none"),)))
    assert {row["order_no"] for row in picked.rows} == {"A1", "A9", "B4"} and (picked.held, picked.nothing) == (0, 1)


def test_the_page_of_an_order_names_its_tasks(followed: Book, clerk: Client) -> None:
    def page(order_no: str) -> str:
        return clerk.get(reverse("workbench:order", args=[followed.slug, order_no])).content.decode()

    assert ">F-1</a> 2 shops · Overdue · 2 orders" in page("A4") and "F-2" in page("A5")
    ended = page("A9")
    assert ">F-3</a>" in ended and "Done" in ended
    assert "F-1" not in page("A6")
