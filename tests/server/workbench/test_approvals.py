"""A forced match waits for a second person where the book says so: kept aside, approved by another, or declined."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from huikuan.records.errors import UserError
from huikuan.server.accounts.models import Membership
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.workbench import approvals, services
from huikuan.server.workbench.models import Match, WaitingMatch
from tests.server.workbench.test_deciding import HTMX, NAME, apart_pair, is_open
from tests.server.workbench.test_reading import text


@pytest.fixture
def pair(demo: Book, found: Any) -> tuple[str, str]:
    demo.approval_from = Decimal(0)
    demo.save()
    left, right = apart_pair(found)
    return left["record_key"], right["record_key"]


def force(demo: Book, by: Any, pair: tuple[str, str]) -> Any:
    return services.match(
        demo, by, NAME, [pair[0]], [pair[1]], difference_reason="write_off", reason="given up", force=True
    )


def user(demo: Book, role: str) -> Any:
    return Membership.objects.get(book=demo, role=role).user


def test_it_counts_only_when_another_has_approved(world: Any, demo: Book, pair: tuple[str, str]) -> None:
    made = force(demo, user(demo, "accountant"), pair)
    assert made.waits and not Match.objects.filter(book=demo).exists()
    assert is_open(demo, pair[0]) and is_open(demo, pair[1])
    with pytest.raises(UserError) as own:
        approvals.approve(demo, user(demo, "accountant"), made.group_id)
    assert own.value.code == "approve.own"
    with pytest.raises(UserError) as taken:
        services.match(demo, user(demo, "owner"), NAME, [pair[0]], [pair[1]], difference_reason="other")
    assert taken.value.code == "match.waits"
    page = text(world.client("owner").get("/b/ours/approvals/", **HTMX))
    assert (
        "given up" in page
        and "Approve" in page
        and "1 forced match waits" in text(world.client("owner").get("/b/ours/"))
    )
    world.client("owner").post(f"/b/ours/approvals/{made.group_id}/approve/", **HTMX)
    match = Match.objects.get(book=demo, group_id=made.group_id)
    assert match.forced and match.created_by == user(demo, "accountant") and match.approved_by == user(demo, "owner")
    assert not is_open(demo, pair[0]) and not is_open(demo, pair[1])
    (link, *_) = services.results(demo).group(NAME, made.group_id)
    assert link["status"] == "forced" and not approvals.waiting_of(demo)
    assert Entry.objects.filter(action__in=("match.wait", "match.approve")).count() == 2


def test_declined_it_frees_its_records_and_keeps_why(world: Any, demo: Book, pair: tuple[str, str]) -> None:
    made = force(demo, user(demo, "accountant"), pair)
    refused = world.client("clerk").post(f"/b/ours/approvals/{made.group_id}/decline/", {"reason": "no"}, **HTMX)
    silent = world.client("owner").post(f"/b/ours/approvals/{made.group_id}/decline/", {"reason": " "}, **HTMX)
    assert (refused.status_code, silent.status_code) == (403, 422)
    world.client("owner").post(f"/b/ours/approvals/{made.group_id}/decline/", {"reason": "not ours"}, **HTMX)
    kept = WaitingMatch.objects.get(book=demo)
    assert (kept.live, kept.outcome, kept.answer) == (False, "declined", "not ours")
    assert Entry.objects.get(action="match.decline").after["reason"] == "not ours"
    assert force(demo, user(demo, "accountant"), pair).waits


def test_a_record_that_changed_meanwhile_keeps_it_waiting(demo: Book, pair: tuple[str, str]) -> None:
    made = force(demo, user(demo, "accountant"), pair)
    made.members[0]["fact_amount"] = "1.00000"
    made.save()
    with pytest.raises(UserError) as changed:
        approvals.approve(demo, user(demo, "owner"), made.group_id)
    assert changed.value.code == "approve.changed"
    assert [each.group_id for each in approvals.waiting_of(demo)] == [made.group_id]
    assert not Match.objects.filter(book=demo).exists()


def test_below_the_amount_one_person_is_enough(demo: Book, pair: tuple[str, str]) -> None:
    demo.approval_from = Decimal(1_000_000)
    demo.save()
    assert not force(demo, user(demo, "accountant"), pair).waits


def test_only_the_owner_changes_who_must_look(world: Any, demo: Book) -> None:
    told = {"name": demo.name, "clerk_limit": "100", "approval_from": "50"}
    world.client("accountant").post("/b/ours/settings", told)
    demo.refresh_from_db()
    assert demo.approval_from is None
    world.client("owner").post("/b/ours/settings", told)
    demo.refresh_from_db()
    assert demo.approval_from == 50


def test_what_was_written_off_is_reported_to_the_cent(world: Any, demo: Book, pair: tuple[str, str]) -> None:
    made = force(demo, user(demo, "accountant"), pair)
    approvals.approve(demo, user(demo, "owner"), made.group_id)
    match = Match.objects.get(book=demo)
    page = text(world.client("owner").get("/b/ours/reports/write_offs/?from=2020-01-01&to=2099-12-31"))
    assert "Control total" in page and made.group_id in page
    assert f"{abs(match.difference):,.2f}" in page
