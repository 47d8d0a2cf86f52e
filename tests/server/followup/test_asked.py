"""Follow-up tasks as a subject of the report builder: every figure counted out, proved, and opened to its orders."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from huikuan.insight.semantic.answer import Source, ask
from huikuan.insight.semantic.question import question_of
from huikuan.insight.semantic.records import BLANK, asked_back, asked_of, records
from huikuan.insight.semantic.subjects import SUBJECTS
from huikuan.records.rules import Rules
from huikuan.server.books.models import Book
from huikuan.server.followup import services
from huikuan.server.followup.models import Task
from huikuan.server.reports.sources import source_for
from huikuan.server.workbench.services import results
from tests.server.collection.conftest import english
from tests.server.collection.made import day
from tests.server.followup.test_tasks import Chosen, hand

D = Decimal
FIGURES = {
    "tasks": 3, "open_tasks": 2, "overdue_tasks": 1, "orders": 3, "was": D(450), "at_stake": D(450),
    "open_stake": D(420), "promised": D(15), "days_to_close": 0, "arrived_rate": D(0),
}  # fmt: skip


@pytest.fixture
def tasks(world: Any, book: Book) -> list[Task]:
    """A late task of the accountant's; one of nobody's with orders in two currencies and a promise; an ended one."""
    clerk, owner = world.users["clerk"], world.users["accountant"].pk
    late = hand(book, clerk, Chosen("missing", (("Shop A", "A4", "CNY"),)), owner=owner, due_on=day(30)).tasks[0]
    mixed = Chosen("missing", (("Shop A", "A5", "CNY"), ("Shop B", "B4", "USD")))
    promised = services.edit(
        hand(book, clerk, mixed).tasks[0], clerk, promised_on=day(31), promised_amount=D(15), promised_currency="CNY"
    )
    ended = hand(book, clerk, Chosen("missing", (("Shop A", "A9", "CNY"),)), owner=owner).tasks[0]
    return [late, promised, services.end(ended, clerk, "done")]


@pytest.fixture
def source(book: Book, tasks: list[Task]) -> Source:
    return source_for(book, results(book), Rules())


def asked(source: Source, **plain: Any) -> Any:
    return ask(source, question_of({"subject": "followup", **plain}))


def test_the_figures_are_those_counted_out(source: Source) -> None:
    yuan, dollars = asked(source, rows=[], measures=list(FIGURES)[:8]).blocks
    rest = asked(source, rows=[], measures=list(FIGURES)[8:]).blocks[0].figures()
    assert yuan.figures() | {name: rest[name] for name in list(FIGURES)[8:]} == FIGURES
    assert (dollars.currency, dollars.figures()["tasks"], dollars.figures()["open_stake"]) == ("USD", 1, D(70))
    assert dollars.figures()["promised"] == 0
    by = {
        name: {key[0]: each.figures(key)["open_stake"] for key in each.rows}
        for name in ("owner", "state", "lateness", "shop", "cause")
        for each in asked(source, rows=[name], measures=["open_stake"]).blocks[:1]
    }
    assert by["owner"] == {"accountant": D(400), "": D(20)}
    assert by["state"] == {"open": D(400), "promised": D(20), "done": D(0)}
    assert by["lateness"] == {"late": D(400), "unset": D(20), "ended": D(0)}
    assert (by["shop"], by["cause"]) == ({"Shop A": D(420)}, {"c-O1": D(400), "c-P1": D(20), "unknown": D(0)})


def test_every_dimension_adds_up_and_its_cells_open_their_orders(source: Source) -> None:
    subject = SUBJECTS["followup"]
    measures = [each.name for each in subject.measures if each.additive]
    for dimension in subject.dimensions:
        answer = asked(source, rows=[dimension.name], measures=measures)
        assert answer.proved and answer.blocks[0].figures()["was"] == D(450)
        for key in answer.blocks[0].rows:
            cell = {f"d.{dimension.name}": key[0] or BLANK, "m": "was"}
            listed = records(source, asked_back(asked_of(answer.question, "CNY") | cell), "CNY")
            assert listed.totals[0]["was"] == answer.blocks[0].figures(key)["was"]


def test_what_changes_shows_at_once(book: Book, source: Source, tasks: list[Task], world: Any) -> None:
    services.edit(tasks[1], world.users["clerk"], promised_on=day(31), promised_amount=D(70), promised_currency="USD")
    again = source_for(book, results(book), Rules())
    blocks = asked(again, rows=[], measures=["promised"]).blocks
    assert [each.figures()["promised"] for each in blocks] == [D(0), D(70)]


def test_the_builder_shows_it_to_those_who_see_follow_up(world: Any, book: Book, tasks: list[Task]) -> None:
    question = {"subject": "followup", "rows": ["owner"], "measures": ["was"], "totals": True}
    builder = f"/b/{book.slug}/reports/builder/?{urlencode({'state': json.dumps({'q': question, 'a': True})})}"
    assert world.client("warehouse").get(builder).status_code == 403
    client: Client = english(world.client("auditor"))
    page = client.get(builder)
    assert page.context["answer"].proved and "Follow-up tasks" in page.content.decode()
    found = client.get(f"/b/{book.slug}/reports/records/?subject=followup&currency=CNY&m=was").content.decode()
    assert f'href="/b/{book.slug}/followup/1/"' in found and f'href="/b/{book.slug}/orders/A4/"' in found
