"""The claim file, read back: the same figures as the run's, with file and row, live totals, nothing of the buyer."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any

from django.test import Client
from django.urls import reverse
from openpyxl import load_workbook

from huikuan.server.books.models import Book
from huikuan.server.followup import services
from huikuan.server.followup.chosen import Chosen
from huikuan.server.followup.claimed import claimed_of
from huikuan.server.followup.models import Task
from huikuan.server.followup.services import Handing
from huikuan.server.workbench.services import results
from tests.server.followup.made import MISSING

D = Decimal


def taken(answer: Any) -> bytes:
    """The content of a file that was answered; reading it to the end closes it."""
    return b"".join(answer.streaming_content)


def sheet_rows(book: Any, title: str) -> tuple[list[str], list[dict[str, Any]], dict[str, Any]]:
    """Header, rows by header, the totals row of a sheet."""
    rows = [[cell.value for cell in row] for row in book[title].iter_rows()]
    start = next(n for n, row in enumerate(rows) if row[0] == "Order number")
    header = [name for name in rows[start] if name]
    body = [dict(zip(header, row, strict=False)) for row in rows[start + 1 :] if any(row)]
    end = next(n for n, row in enumerate(body) if row["Order number"] == "Total")
    return header, body[:end], body[end]


def test_the_claim_of_a_filter_has_the_same_figures(book: Book, clerk: Client) -> None:
    asked = {"of": "missing", "every": "1", "f_currency": "CNY", "format": "xlsx"}
    answer = clerk.post(reverse("followup:claim", args=[book.slug]), asked)
    content = taken(answer)
    written = load_workbook(io.BytesIO(content))
    _header, orders, total = sheet_rows(written, "Orders")
    got = {(row["Shop"], row["Order number"], "CNY"): D(str(row["Difference"])) for row in orders}
    assert got == {key: money for key, money in MISSING.items() if key[2] == "CNY"}
    for row in orders:
        parts = [D(str(row[name] or 0)) for name in ("Should be settled", "Settled", "Not due yet", "Difference")]
        assert parts[0] - parts[1] - parts[2] == parts[3], row
    assert total["Difference"].startswith("=SUBTOTAL(109,") and load_workbook(io.BytesIO(content), data_only=True)
    a5 = next(row for row in orders if row["Order number"] == "A5")
    assert (a5["File"], a5["Row"], a5["Cause"], a5["Days late"]) == ("orders.csv", 6, "Settled in part", 20)
    assert "40" in a5["Why"] and "60" in a5["Why"]
    _header, bills, _total = sheet_rows(written, "Bill rows")
    assert [(row["Order number"], row["Amount"], row["File"], row["Row"]) for row in bills] == [
        ("A5", 45, "bill.csv", 9), ("A5", -5, "bill.csv", 10),
    ]  # fmt: skip
    assert {row["Claimed before on"] for row in orders} == {None}
    again = load_workbook(io.BytesIO(taken(clerk.post(reverse("followup:claim", args=[book.slug]), asked))))
    assert {row["Claimed before on"].date() for row in sheet_rows(again, "Orders")[1]} == {book.today()}
    assert {each[:3]: each.claimed_on for each in claimed_of(book)} == dict.fromkeys(got, book.today())
    missing = reverse("followup:missing", args=[book.slug])
    listed = {
        key: clerk.get(missing, {"claimed": key}).content.decode().count("claimed 10-31") for key in ("none", "any")
    }
    assert listed == {"none": 0, "any": len(orders)}
    words = " ".join(str(cell.value) for sheet in written for row in sheet.iter_rows() for cell in row)
    assert "Zhang" not in words and "CNY 462.00 of 5 orders" in words


def test_the_claim_of_a_task_is_what_is_missing_now(world: Any, book: Book, clerk: Client) -> None:
    services.hand(book, world.users["clerk"], results(book), Chosen("missing"), Handing(split="one"))
    address = reverse("followup:claim", args=[book.slug])
    letter = clerk.post(address, {"task": "1", "format": "pdf"})
    assert taken(letter).startswith(b"%PDF") and "F-1" in letter["Content-Disposition"]
    page = clerk.get(reverse("followup:task", args=[book.slug, 1])).content.decode()
    assert "Claim file made" in page
    written = load_workbook(io.BytesIO(taken(clerk.post(address, {"task": "1"}))))
    assert {name for name in written.sheetnames if name.startswith("Orders")} == {"Orders CNY", "Orders USD"}
    services.end(Task.objects.get(), world.users["clerk"])
    assert taken(clerk.post(address, {"task": "1"}))
    nothing = {"of": "collection", "key": '["Shop A", "A6", "CNY"]'}
    assert clerk.post(address, nothing).status_code == 422
