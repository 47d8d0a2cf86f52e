"""The pages that tell which days the documents cover."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huikuan.pipeline.documents.coverage import Coverage
from huikuan.pipeline.documents.importing import ImportOptions
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.documents import coverage_shown as shown
from huikuan.server.documents import services
from huikuan.server.documents.coverage import coverage_of
from huikuan.server.documents.models import QuietDays
from tests.pipeline.test_coverage import document, one, orders
from tests.pipeline.test_proofs import MOVES, ledger
from tests.server.world import World

pytestmark = pytest.mark.django_db(transaction=True)
AS_OF = "as_of=2026-10-05"


def english(world: World, role: str = "clerk") -> Client:
    client = world.client(role)
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = "en"
    return client


def address(world: World, name: str, *args: Any) -> str:
    return reverse(f"documents:{name}", args=[world.ours.book.slug, *args]) + f"?{AS_OF}"


def take(book: Book, *paths: Path) -> None:
    rows = services.import_paths(book, "test", [(path, path.name) for path in paths], ImportOptions(account="ali"))
    assert {row.status for row in rows} <= {"imported", "unchanged"}


@pytest.fixture
def gap(world: World, tmp_path: Path) -> Coverage:
    """A wallet of which the second and third day are missing, and 20.00 with them."""
    take(
        world.ours.book,
        ledger(tmp_path, "first.csv", MOVES[:1], (1, 1)),
        ledger(tmp_path, "last.csv", MOVES[3:], (4, 4)),
    )
    return coverage_of(world.ours.book, date(2026, 10, 5))[0]


def test_a_gap_is_told_in_words_with_its_money_wherever_one_looks(world: World, gap: Coverage) -> None:
    said = "lines for 20.00 are missing"
    page = english(world).get(address(world, "coverage")).content.decode()
    assert said in page and "2026-10-02 – 2026-10-03: Gap" in page
    assert said in english(world).get(address(world, "stream", gap.key)).content.decode()
    assert "1 file is missing or late" in english(world).get(address(world, "list")).content.decode()
    home = english(world).get(reverse("core:home", args=[world.ours.book.slug]) + f"?{AS_OF}")
    today = english(world).get(reverse("core:home", args=[world.ours.book.slug])).content.decode()
    assert home.status_code == 200 and "1 gap between files" in today and said in today


def test_the_gap_goes_when_its_days_are_imported_and_comes_back_when_they_are_undone(
    world: World, gap: Coverage, tmp_path: Path
) -> None:
    take(world.ours.book, ledger(tmp_path, "rest.csv", MOVES[1:3], (2, 3)))
    assert "No gap" in english(world).get(address(world, "coverage")).content.decode()
    rest = next(d for d in services.documents_of(world.ours.book) if d.file_name == "rest.csv")
    services.undo(world.ours.book, "test", rest.document_id)
    assert "lines for 20.00 are missing" in english(world).get(address(world, "coverage")).content.decode()


def test_a_day_leads_to_its_document_or_to_the_list_of_several(world: World, gap: Coverage, tmp_path: Path) -> None:
    take(world.ours.book, ledger(tmp_path, "whole.csv", MOVES, (1, 4)))
    page = english(world).get(address(world, "stream", gap.key)).content.decode()
    assert re.search(r'class="day day-covered" href="[^"]+/documents/2[^"]+" data-drawer title="2026-10-02: Cov', page)
    (several,) = re.findall(r'class="day day-twice" href="([^"]+day=2026-10-01)"', page)
    listed = english(world).get(several.replace("&amp;", "&")).content.decode()
    assert "first.csv" in listed and "whole.csv" in listed and "last.csv" not in listed
    assert "Covered twice" in page and "whole.csv" in page


def mark(world: World, stream: Coverage, first: str, last: str, role: str = "clerk") -> str:
    client = english(world, role)
    client.post(address(world, "quiet", stream.key), {"first": first, "last": last})
    return client.get(address(world, "stream", stream.key)).content.decode()


@pytest.fixture
def holiday(world: World, tmp_path: Path) -> Coverage:
    """A wallet of which the second and third day are missing, and no money with them."""
    take(
        world.ours.book,
        ledger(tmp_path, "first.csv", [(1, 100, 100)], (1, 1)),
        ledger(tmp_path, "last.csv", [(4, 5, 105)], (4, 4)),
    )
    return coverage_of(world.ours.book, date(2026, 10, 5))[0]


def test_days_without_business_are_asked_for_no_more_until_the_mark_is_taken_back(
    world: World, holiday: Coverage
) -> None:
    page = english(world).get(address(world, "stream", holiday.key)).content.decode()
    assert "is not covered, though the balance goes on" in page and "No business on these days" in page
    page = mark(world, holiday, "2026-10-02", "2026-10-03")
    assert "is not covered" not in page and "2026-10-02: No business" in page and "said by" in page
    assert "No gap" in english(world).get(address(world, "coverage")).content.decode()
    (said,) = QuietDays.objects.filter(book=world.ours.book)
    english(world).post(address(world, "undo_quiet", holiday.key, said.pk))
    assert "is not covered" in english(world).get(address(world, "stream", holiday.key)).content.decode()
    told = Entry.objects.filter(book=world.ours.book).values_list("action", flat=True)
    assert {"coverage.quiet", "coverage.quiet_undo"} <= set(told)


def test_money_that_is_missing_is_missing_whatever_was_said(world: World, gap: Coverage) -> None:
    page = english(world).get(address(world, "stream", gap.key)).content.decode()
    assert "No business on these days" not in page
    assert "lines for 20.00 are missing" in mark(world, gap, "2026-10-02", "2026-10-03")


@pytest.mark.parametrize(
    ("first", "last"),
    [("2026-10-01", "2026-10-03"), ("2026-10-03", "2026-10-02"), ("2026-09-01", "2026-09-02"), ("", "2026-10-02"),
     ("2126-10-02", "2126-10-03")],
    ids=["a file tells it", "ends before it begins", "before the first file", "no day", "days to come"],
)  # fmt: skip
def test_only_missing_days_can_be_marked(world: World, gap: Coverage, first: str, last: str) -> None:
    mark(world, gap, first, last)
    assert not QuietDays.objects.filter(book=world.ours.book).exists()


def test_an_auditor_cannot_mark_days(world: World, gap: Coverage) -> None:
    mark(world, gap, "2026-10-02", "2026-10-02", role="auditor")
    assert not QuietDays.objects.filter(book=world.ours.book).exists()


def test_a_book_without_documents_says_how_to_begin(world: World) -> None:
    assert "No data yet" in english(world).get(address(world, "coverage")).content.decode()
    assert english(world).get(address(world, "stream", "0" * 12)).status_code == 404


def test_no_more_queries_with_more_documents(world: World, gap: Coverage, tmp_path: Path) -> None:
    client, page = english(world), address(world, "coverage")
    client.get(page)
    with CaptureQueriesContext(connection) as few:
        client.get(page)
    take(world.ours.book, *(ledger(tmp_path, f"{n}.csv", MOVES[1:3], (2, 3 + n)) for n in range(5)))
    client.get(page)
    with CaptureQueriesContext(connection) as many:
        client.get(page)
    assert len(many) == len(few)


def test_the_strip_of_a_year_covers_its_months_exactly() -> None:
    stream = one([document("2025-12-20..2026-01-10"), document("2026-01-10..2026-02-28")], date(2026, 3, 1))
    january, february, *rest = shown.strip_of(stream, 2026).months
    assert [(p.state, str(p.left), str(p.width)) for p in january.pieces] == [
        ("covered", "0.00", "29.03"), ("twice", "29.03", "3.22"), ("covered", "32.25", "67.74"),
    ]  # fmt: skip
    assert [(p.state, str(p.width)) for p in february.pieces] == [("covered", "100.00")]
    assert all(not month.pieces for month in rest[1:])
    assert january.words.startswith("2026-01: 2026-01-01 – 2026-01-09: Covered; 2026-01-10: Covered twice")


def test_days_whose_balance_goes_on_are_drawn_as_covered() -> None:
    rows = {"period_stated": False}
    stream = one(
        [
            document("2026-01-02..2026-01-29", ("0", "10"), **rows),
            document("2026-02-03..2026-02-27", ("10", "30"), **rows),
        ]
    )
    assert shown.runs_of(stream)[0] == shown.Run(date(2026, 1, 2), date(2026, 2, 27), "covered")
    doubtful = one([orders("2026-01-01..2026-01-29"), orders("2026-02-02..2026-02-28")], date(2026, 3, 2))
    assert [(run.state, run.first) for run in shown.runs_of(doubtful)] == [
        ("covered", date(2026, 1, 1)), ("covered", date(2026, 2, 2)), ("maybe", date(2026, 1, 30)),
        ("expected", date(2026, 3, 1)),
    ]  # fmt: skip
    assert shown.hints(doubtful, date(2026, 3, 1))[0].text.startswith("2026-01-30 – 2026-02-01 has no rows")


def test_the_calendar_has_every_day_of_the_year_once() -> None:
    days = [
        cell.day
        for month in shown.calendar_of(one([document("2026-01-01..2026-01-31")]), 2026)
        for week in month.weeks
        for cell in week
        if cell
    ]
    assert len(days) == len(set(days)) == 365
