"""A decision starts the background run; one waits per book, and what a decision sets loose keeps its class."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from huikuan.pipeline.results.results import Filter
from huikuan.records.errors import UserError
from huikuan.server.books.models import Book
from huikuan.server.jobs.models import Job
from huikuan.server.workbench import services

BENCH = "/b/ours/workbench/payout-bank/"


def open_keys(found: Any, side: str) -> list[str]:
    rows = found.open_items("payout-bank", Filter(side=side), limit=50).rows
    return [row["record_key"] for row in rows if row["record_key"]]


def waiting(book: Book) -> list[Job]:
    return list(Job.objects.filter(book=book, kind="reconcile", state="waiting"))


def test_decisions_start_one_run(clerk: Client, demo: Book, found: Any) -> None:
    first, second, *_ = open_keys(found, "right")
    for key in (first, second):
        assert clerk.post(f"{BENCH}exclude/", {"right": key, "reason": "not ours"}).status_code == 200
    (job,) = waiting(demo)
    assert job.params["as_of"] is None
    assert services.start_reconcile(demo, "command line").pk == job.pk, "asked for, it is the same run"
    Job.objects.update(state="running")
    assert services.refresh(demo, "command line") is not None
    assert len(waiting(demo)) == 1, "the one that runs may have begun before the decision"


def test_a_refused_suggestion_starts_none(clerk: Client, demo: Book, found: Any) -> None:
    item = found.open_items("payout-bank", limit=1).rows[0]["item_id"]
    assert clerk.post(f"{BENCH}reject/{item}/").status_code == 200
    assert not waiting(demo)


def test_nothing_is_started_before_the_first_reconciliation(world: Any) -> None:
    assert services.refresh(world.theirs.book, "command line") is None


@pytest.mark.parametrize(("limit", "taken"), [("0.01", False), ("100000000", True)])
def test_the_clerks_limit_is_the_books(demo: Book, world: Any, found: Any, limit: str, taken: bool) -> None:
    demo.clerk_limit = Decimal(limit)
    demo.save()
    left, right = open_keys(found, "left")[0], open_keys(found, "right")[0]
    request = world.client("clerk").get("/b/ours/reconciliations/").wsgi_request

    def decide() -> None:
        services.match(demo, request, "payout-bank", [left], [right], difference_reason="other")

    if taken:
        decide()
    else:
        with pytest.raises(UserError) as error:
            decide()
        assert error.value.code == "match.limit"
