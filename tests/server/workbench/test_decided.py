"""Decisions are read again when, and only when, something was decided or taken back."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import transaction

from huikuan.pipeline.results.results import Filter
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from huikuan.server.workbench.decided import decisions_of

NAME = "order-settlement"


@pytest.fixture
def key(demo: Book) -> str:
    """An open record of the book."""
    rows = services.results(demo).open_items(NAME, limit=50).rows
    return str(next(row["record_key"] for row in rows if row["record_key"]))


def test_what_was_read_is_kept_while_nothing_changes(
    demo: Book, world: Any, key: str, django_assert_num_queries: Any
) -> None:
    services.exclude(demo, world.users["owner"], key, "twice", NAME)
    first = decisions_of(demo)
    assert [each.record_key for each in first.exclusions] == [key]
    with django_assert_num_queries(1):
        assert decisions_of(demo) is first


def test_each_decision_and_each_taking_back_shows_at_once(demo: Book, world: Any, key: str) -> None:
    owner = world.users["owner"]
    made = services.exclude(demo, owner, key, "twice", NAME)
    assert len(decisions_of(demo).exclusions) == 1
    services.dispute(demo, owner, "Shop", "A1", "buyer complains")
    assert decisions_of(demo).disputed_orders == (("Shop", "A1"),)
    services.take_back(demo, owner, "exclusion", made.pk)
    assert decisions_of(demo).exclusions == ()
    assert len(decisions_of(demo).disputed_orders) == 1
    assert decisions_of(world.theirs.book).disputed_orders == ()


def test_a_match_is_read_with_its_members_and_without_when_undone(demo: Book, world: Any) -> None:
    owner, found = world.users["owner"], services.results(demo)
    sides = [found.open_items(NAME, Filter(side=side), limit=50).rows for side in ("left", "right")]
    left, right = (next(row for row in rows if row["record_key"]) for rows in sides)
    made = services.match(
        demo, owner, NAME, [left["record_key"]], [right["record_key"]], difference_reason="other", force=True
    )
    assert [len(match.members) for match in decisions_of(demo).matches] == [2]
    services.unmatch(demo, owner, made.group_id)
    assert decisions_of(demo).matches == ()


def test_what_a_failed_transaction_had_decided_is_not_kept(demo: Book, world: Any) -> None:
    owner = world.users["owner"]
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        services.dispute(demo, owner, "Shop", "FAILED", "?")
        assert decisions_of(demo).disputed_orders == (("Shop", "FAILED"),)
        raise ZeroDivisionError
    services.dispute(demo, owner, "Shop", "A2", "?")  # the database may give it the same number
    assert decisions_of(demo).disputed_orders == (("Shop", "A2"),)
