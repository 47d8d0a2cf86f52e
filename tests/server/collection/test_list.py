"""The collection list: filters, totals, pages, matrices, files of exactly what is shown."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import CalamineWorkbook

from huikuan.pipeline.results.results import Results
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.collection import queries
from huikuan.server.collection.filters import SORTS, Wanted, filter_of
from huikuan.server.core.paging import decode
from huikuan.server.exports import services as exports
from huikuan.server.jobs.models import Job
from tests.listed import listed
from tests.server.collection.conftest import english
from tests.server.collection.made import AS_OF, ORDERS, Order, day, publish

D = Decimal


def numbers_of(page: Any) -> list[str]:
    return [row["order_no"] for row in page.context["page"].rows]


def wanted_of(**asked: str) -> Wanted:
    form, wanted = filter_of(asked, AS_OF)
    assert wanted is not None, form.errors
    return wanted


def address(book: Book, query: str = "") -> str:
    return f"/b/{book.slug}/collection/{query}"


def export_of(book: Book, query: str) -> str:
    return f"/b/{book.slug}/export/collection/{query}"


def test_the_list_counts_and_totals_its_filter(clerk: Client, book: Book) -> None:
    page = clerk.get(address(book))
    assert page.status_code == 200
    assert dict(page.context["chips"])["overdue"] == 3
    assert page.context["every"] == len(ORDERS)
    (totals,) = page.context["totals"]
    assert (totals["orders"], totals["outstanding"], totals["overdue"]) == (len(ORDERS), D("1069"), D("470"))
    assert numbers_of(page)[:3] == ["B2", "A5", "A4"]  # longest overdue first


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?status=overdue", {"A4", "A5", "B2"}),
        ("?shop=Shop+B", {"B1", "B2", "B3"}),
        ("?q=a4", {"A4"}),
        ("?q=%3E+400", {"A6", "B1"}),
        ("?q=%3E%3D400", {"A4", "A6", "B1"}),
        ("?q=10-20..10-22", {"A7", "A8", "A9"}),
        ("?amount_from=1%2C000", {"B1"}),
        ("?amount_from=%EF%BC%96%EF%BC%90&amount_to=70", {"A5", "A7"}),
        ("?first=2026-10-20&last=2026-10-21", {"A7", "A8"}),
        ("?age=4", {"A5", "B2"}),
        ("?age=0&status=overdue", set()),
        ("?figure=in_transit", {"A7"}),
        ("?figure=opening&first=2026-10-01", {"A1", "A2", "B2"}),
        ("?figure=received&first=2026-10-04&last=2026-10-12", {"A2", "A3"}),
        ("?figure=since&last=2026-10-04", {"A2", "A3"}),
        ("?q=nothing+like+it", set()),
        ("?currency=USD", set()),
    ],
)
def test_filters(clerk: Client, book: Book, query: str, expected: set[str]) -> None:
    page = clerk.get(address(book, query))
    assert page.status_code == 200
    assert set(numbers_of(page)) == expected
    assert sum(row["orders"] for row in page.context["totals"]) == len(expected)


@pytest.mark.parametrize(
    "query", ["?status=gone", "?amount_from=ten", "?amount_from=NaN", "?first=2026-13-01", "?figure=opening",
              "?figure=none", "?sort=paid", "?age=9"],
)  # fmt: skip
def test_what_cannot_be_understood_is_said(clerk: Client, book: Book, query: str) -> None:
    page = clerk.get(address(book, query))
    assert page.status_code == 422
    assert "cannot be understood" in page.content.decode()
    assert clerk.get(export_of(book, query)).status_code == 422


@pytest.mark.parametrize("sort", [f"{way}{name}" for name in SORTS if name != "figure" for way in ("", "-")])
def test_pages_go_through_every_order_once(found: Results, sort: str) -> None:
    wanted, seen, after = wanted_of(sort=sort), [], None
    while True:
        page = queries.page(found, wanted, after, 1, 2, 0)
        seen += [row["order_no"] for row in page.rows]
        if not page.next_cursor:
            break
        after = decode(page.next_cursor)
    assert sorted(seen) == sorted(order.no for order in ORDERS)
    whole = queries.page(found, wanted, None, 1, 100, 0)
    assert seen == [row["order_no"] for row in whole.rows]


def test_a_figure_can_be_paged_too(found: Results) -> None:
    wanted = wanted_of(figure="received", first="2026-10-01", last="2026-10-31")
    first = queries.page(found, wanted, None, 1, 2, 0)
    second = queries.page(found, wanted, decode(first.next_cursor), 2, 2, 0)
    rows = [*first.rows, *second.rows]
    assert [(row["order_no"], row["figure"]) for row in rows] == [
        ("B1", D(1000)), ("A3", D(240)), ("A2", D(120)), ("A1", D(95)),
    ]  # fmt: skip


def test_a_damaged_cursor_is_page_one(clerk: Client, book: Book) -> None:
    assert numbers_of(clerk.get(address(book, "?after=rubbish"))) == numbers_of(clerk.get(address(book)))
    assert clerk.get(address(book, "?after=WyJ4IiwgMV0")).status_code == 200


def test_the_small_table_and_the_orders_give_the_same_totals(found: Results) -> None:
    for asked in ({}, {"shop": "Shop A"}, {"figure": "overdue"}, {"figure": "outstanding"}, {"age": "4"},
                  {"first": "2026-10-10", "figure": "receivable"}, {"last": "2026-10-15"}):  # fmt: skip
        wanted = wanted_of(**asked)
        assert wanted.cubed
        slow = wanted_of(**asked, amount_from="0")
        assert not slow.cubed
        assert queries.summary(found, wanted) == queries.summary(found, slow), asked


def test_both_matrices_add_up(found: Results) -> None:
    (by_age,), (by_status,) = queries.age_matrices(found), queries.status_matrices(found)
    assert (by_age.total, by_age.late, by_age.adds_up) == (D("1069"), D("470"), True)
    assert by_status.total == sum((order.row()["receivable"] for order in ORDERS), D(0))
    assert by_status.adds_up
    assert sum(by_status.totals) == by_status.total


def test_a_matrix_that_does_not_add_up_says_so(clerk: Client, book: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "AGE_COLUMNS", queries.AGE_COLUMNS[1:])
    assert "does not add up" in clerk.get(address(book)).content.decode()


def csv_of(response: Any) -> list[dict[str, str]]:
    return listed(b"".join(response.streaming_content))


def test_files_hold_exactly_the_filter(clerk: Client, book: Book) -> None:
    page = clerk.get(address(book, "?status=overdue&sort=order_no"))
    rows = csv_of(clerk.get(export_of(book, "?status=overdue&sort=order_no&format=csv")))
    assert [row["Order number"] for row in rows] == numbers_of(page) == ["A4", "A5", "B2"]
    assert sum(D(row["Overdue"]) for row in rows) == page.context["totals"][0]["overdue"]
    answer = clerk.get(export_of(book, "?status=overdue&format=xlsx"))
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(answer.streaming_content))).get_sheet_by_index(0)
    cells = [row for row in sheet.to_python() if row and row[0] in ("A4", "A5", "B2")]
    header = next(row for row in sheet.to_python() if "Overdue" in row)
    assert sum(D(str(row[header.index("Overdue")])) for row in cells) == D("470")
    pdf = clerk.get(export_of(book, "?status=overdue&format=pdf"))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    assert Entry.objects.filter(book=book, action="list.export").count() == 3


def test_file_and_command_line_agree(clerk: Client, book: Book, found: Results) -> None:
    told = {row["order_no"]: row for row in found.stream_collection(("order_no", "receivable", "collected", "overdue"))}
    rows = csv_of(clerk.get(export_of(book, "?format=csv")))
    assert {row["Order number"] for row in rows} == set(told)
    for title, name in (("Receivable", "receivable"), ("Collected", "collected"), ("Overdue", "overdue")):
        assert {row["Order number"]: D(row[title]) for row in rows} == {no: row[name] for no, row in told.items()}


def test_a_long_list_is_written_in_the_background(
    clerk: Client, book: Book, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    with django_capture_on_commit_callbacks(execute=True):
        answer = clerk.get(export_of(book, "?status=overdue&format=csv"))
    assert answer.status_code == 302
    job = Job.objects.get(kind=exports.JOB)
    assert (job.state, job.result["rows"]) == ("done", 3)
    assert {row["Order number"] for row in csv_of(clerk.get(job.result_url))} == {"A4", "A5", "B2"}


def test_an_unknown_kind_of_file_is_refused(clerk: Client, book: Book) -> None:
    assert clerk.get(export_of(book, "?format=docx")).status_code == 422
    assert clerk.get(f"/b/{book.slug}/export/nothing/").status_code == 404


def test_another_day_has_to_be_worked_out_first(world: Any, clerk: Client, book: Book) -> None:
    page = clerk.get(address(book, "?as_of=2026-10-15"))
    assert "Work it out" in page.content.decode()
    asked = english(world.client("auditor")).get(address(book, "?as_of=2026-10-15")).content.decode()
    assert "Work it out" not in asked
    publish(book, (Order("A4", day(10), "400", "awaiting", not_due="400"),), as_of=date(2026, 10, 15))
    page = clerk.get(address(book, "?as_of=2026-10-15"))
    assert page.context["totals"][0]["outstanding"] == D("400")
    assert "The book as it was on 2026-10-15" in page.content.decode()


def test_reconciling_as_of_a_day_starts_a_job(clerk: Client, book: Book) -> None:
    answer = clerk.post(address(book, "run/?as_of=2026-10-15"), {"page": "collection:list"})
    assert answer.status_code == 302
    assert answer["Location"] == address(book, "?as_of=2026-10-15")
    assert Job.objects.get(kind="reconcile").params["as_of"] == "2026-10-15"


def test_few_queries(clerk: Client, book: Book, django_assert_max_num_queries: Any) -> None:
    clerk.get(address(book))
    with django_assert_max_num_queries(32):
        clerk.get(address(book))
