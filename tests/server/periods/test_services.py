"""Closing a period of a book: rights, what is asked before, what is refused after, the audit log."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from huikuan.pipeline.periods.closed import Closed, closed_periods, faults_of
from huikuan.records.errors import UserError
from huikuan.server.accounts.models import User
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.core.maintenance import check
from huikuan.server.documents.library import library_book
from huikuan.server.documents.services import documents_of, undo
from huikuan.server.periods import services
from huikuan.server.periods.models import Closing
from huikuan.server.workbench import services as workbench
from tests.server.periods.conftest import OCTOBER
from tests.server.workbench.test_reading import equal_pair

BANK = "payout-bank"


def person(role: str) -> User:
    return User.objects.get(username=role)


def refused(code: str, deed: Callable[[], Any]) -> str:
    with pytest.raises(UserError) as told:
        deed()
    assert told.value.code == code
    return str(told.value)


def test_what_is_closed_stays_until_the_owner_reopens_it(book: Book, october: Closed) -> None:
    for user in map(person, ("clerk", "warehouse", "auditor")):
        refused("access.denied", partial(services.close, book, user, "2026-09", accept_open=True, reason="x"))
    (row,) = Closing.objects.filter(book=book)
    assert (row.actor, row.content_hash, row.reason, row.live) == ("tests", october.content_hash, "month end", True)
    entry = Entry.objects.get(action="period.close")
    assert (entry.object, entry.after["hash"]) == ("period:2026-10", october.content_hash)
    found = workbench.results(book)
    linked = found.links(BANK, limit=1).rows[0]
    document = documents_of(book)[0]
    line = next(row for row in found.links(BANK, limit=50).rows if row["record_key"].startswith("bank_line:"))
    deeds: list[tuple[str, Callable[[], Any]]] = [
        ("period.uses_document", lambda: undo(book, "tests", document.document_id)),
        ("period.record_closed", lambda: workbench.exclude(book, "tests", line["record_key"], "no")),
        ("period.record_closed", lambda: workbench.correct(book, "tests", line["record_key"], "text", "x", "no")),
        ("period.settled", lambda: workbench.unmatch_in(book, "tests", BANK, linked["group_id"], "no")),
        (
            "period.day_closed",
            lambda: workbench.add_record(
                book, "tests", "bank_line",
                {"account": "A", "ref": "1", "amount": "5", "business_date": "2026-10-09"}, "no",
            ),
        ),
    ]  # fmt: skip
    for code, deed in deeds:
        assert OCTOBER in refused(code, deed)
    before = {path.name: path.read_bytes() for path in october.folder.iterdir()}
    left, right = equal_pair(found)
    workbench.match(book, "tests", "order-settlement", [left["record_key"]], [right["record_key"]])
    assert {path.name: path.read_bytes() for path in october.folder.iterdir()} == before, (
        "an open item is settled later"
    )
    assert faults_of(october) == []

    refused("access.denied", lambda: services.reopen(book, person("accountant"), OCTOBER, "mistake"))
    refused("close.reason", lambda: services.reopen(book, person("owner"), OCTOBER, " "))
    services.reopen(book, person("owner"), OCTOBER, "mistake")
    row = Closing.objects.get(book=book)
    assert (row.live, row.reopened_actor, row.reopened_reason) == (False, "owner", "mistake")
    assert Entry.objects.get(action="period.reopen").after == {"reason": "mistake"}
    workbench.exclude(book, "tests", line["record_key"], "no")
    undo(book, "tests", document.document_id)


@pytest.mark.engine
def test_check_finds_a_copy_that_is_not_the_one_that_was_closed(book: Book, october: Closed, world: Any) -> None:
    assert closed_periods(library_book(world.theirs.book)) == [], "books are apart"
    refused("period.open", lambda: services.reopen(world.theirs.book, "tests", OCTOBER, "mine"))
    assert services.faults(book) == [(OCTOBER, [])]
    (row,) = [each for each in check(book.name, lambda *_: None) if each["check"] == f"period {OCTOBER}"]
    assert row["ok"] and row["text"].startswith(october.content_hash[:16])
    Closing.objects.update(content_hash="0" * 64)
    assert services.faults(book) == [(OCTOBER, ["not the copy that was closed"])]
    (october.folder / "records.parquet").unlink()
    assert services.faults(book)[0][1][0] == "records.parquet"
