"""Deciding in the workbench: match, difference, undo of one link, exclude, correct, enter, notes; refusals in words."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from huikuan.pipeline.results.results import Filter
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.workbench import services
from huikuan.server.workbench.models import Apart, Correction, Exclusion, ManualRecord, Match, Note, SuggestionRefused
from tests.server.workbench.test_reading import equal_pair, text

NAME = "order-settlement"
BENCH = f"/b/ours/workbench/{NAME}/"
HTMX = {"HTTP_HX_REQUEST": "true"}


def is_open(demo: Book, key: str) -> bool:
    found = services.results(demo)
    return bool(found.open_items(NAME, Filter(record_keys=(key,))).count)


def apart_pair(found: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """An open order and an open settlement line that differ by less than the clerk's limit."""
    rows = [row for row in found.open_items(NAME, limit=500).rows if row["record_key"] and row["needs_work"]]
    for left in rows:
        for right in rows:
            if (left["side"], right["side"]) == ("left", "right") and 0 < abs(left["amount"] - right["amount"]) < 100:
                return left, right
    raise AssertionError("no such pair")


def test_equal_rows_are_matched_and_leave_with_a_toast_that_undoes(clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    answer = clerk.post(f"{BENCH}match/", {"left": left["record_key"], "right": right["record_key"]}, **HTMX)
    assert answer.status_code == 200
    assert "bench:changed" in json.loads(answer["HX-Trigger"])
    made = Match.objects.get(book=demo)
    assert made.difference == 0 and made.reconciliation == NAME and made.actor == "clerk"
    assert "Matched 1 ↔ 1." in text(answer)
    assert f"/undo/{made.group_id}/" in text(answer)
    assert not is_open(demo, left["record_key"]) and not is_open(demo, right["record_key"])
    entry = Entry.objects.filter(action="match.make").get()
    assert entry.actor == "clerk" and entry.after["left"] == [left["record_key"]]


def test_undo_takes_back_that_match_alone(clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    other = next(
        row for row in found.open_items(NAME, Filter(side="left"), limit=500).rows
        if row["record_key"] and row["record_key"] != left["record_key"]
    )  # fmt: skip
    services.exclude(demo, "test", other["record_key"], "not ours", NAME)
    clerk.post(f"{BENCH}match/", {"left": left["record_key"], "right": right["record_key"]}, **HTMX)
    made = Match.objects.get(book=demo)
    assert clerk.post(f"{BENCH}undo/{made.group_id}/", **HTMX).status_code == 200
    assert is_open(demo, left["record_key"]) and is_open(demo, right["record_key"])
    assert not is_open(demo, other["record_key"])
    made.refresh_from_db()
    assert not made.live and made.undone_actor == "clerk"


def test_undo_last_is_the_users_own(world: Any, clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    services.match(demo, world.users["accountant"], NAME, [left["record_key"]], [right["record_key"]])
    refused = clerk.post(f"{BENCH}undo/", **HTMX)
    assert refused.status_code == 422
    assert "no match here" in text(refused)
    assert Match.objects.get(book=demo).live


def test_rows_that_differ_need_the_kind_of_difference(clerk: Client, demo: Book, found: Any) -> None:
    left, right = apart_pair(found)
    keys = {"left": left["record_key"], "right": right["record_key"]}
    refused = clerk.post(f"{BENCH}match/", keys, **HTMX)
    assert refused.status_code == 422 and "Give the reason" in text(refused)
    apart = abs(left["amount"] - right["amount"])
    asked = clerk.post(f"{BENCH}difference/", {**keys, "step": "ask"}, HTTP_HX_TARGET="dialog", **HTMX)
    assert asked.status_code == 200
    assert f"{apart:,.2f}" in text(asked) and "Result: both sides leave the list" in text(asked)
    assert not Match.objects.exists(), "asking decides nothing"
    without = clerk.post(f"{BENCH}difference/", keys, HTTP_HX_TARGET="dialog", **HTMX)
    assert without.status_code == 422 and "Say what the difference is." in text(without)
    done = clerk.post(f"{BENCH}difference/", {**keys, "difference_reason": "fee", "reason": "per payout"}, **HTMX)
    assert done.status_code == 200
    made = Match.objects.get(book=demo)
    assert (abs(made.difference), made.difference_reason, made.reason) == (apart, "fee", "per payout")


def test_a_difference_within_the_tolerance_is_rounding(
    clerk: Client, demo: Book, found: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    left, right = apart_pair(found)
    apart = abs(left["amount"] - right["amount"])
    keys = {"left": left["record_key"], "right": right["record_key"]}
    monkeypatch.setattr(services, "tolerance_of", lambda found, name: apart - Decimal("0.01"))
    assert clerk.post(f"{BENCH}match/", keys, **HTMX).status_code == 422
    monkeypatch.setattr(services, "tolerance_of", lambda found, name: apart)
    assert f'data-tolerance="{apart:.2f}"' in text(clerk.get(BENCH))
    done = clerk.post(f"{BENCH}match/", keys, **HTMX)
    assert done.status_code == 200 and f"{apart:,.2f} booked as Rounding" in text(done)
    assert Match.objects.get(book=demo).difference_reason == "rounding"


def test_a_clerk_is_held_to_the_limit_an_accountant_may_force(
    world: Any, clerk: Client, demo: Book, found: Any
) -> None:
    rows = [row for row in found.open_items(NAME, limit=500).rows if row["record_key"]]
    left = max((r for r in rows if r["side"] == "left"), key=lambda r: r["amount"])
    right = min((r for r in rows if r["side"] == "right"), key=lambda r: abs(r["amount"]))
    given = {"left": left["record_key"], "right": right["record_key"], "difference_reason": "write_off"}
    assert left["amount"] - right["amount"] > demo.clerk_limit
    refused = clerk.post(f"{BENCH}difference/", given, HTTP_HX_TARGET="dialog", **HTMX)
    assert refused.status_code == 422 and "above your limit" in text(refused)
    forced = world.client("accountant").post(f"{BENCH}difference/", {**given, "force": "1"}, **HTMX)
    assert forced.status_code == 200
    assert Match.objects.get(book=demo).forced


def test_what_another_took_is_said_by_name(world: Any, clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    world.users["accountant"].display_name = "周文员"
    world.users["accountant"].save()
    services.match(demo, world.users["accountant"], NAME, [left["record_key"]], [right["record_key"]])
    late = clerk.post(f"{BENCH}match/", {"left": left["record_key"], "right": right["record_key"]}, **HTMX)
    assert late.status_code == 422
    assert "周文员 has just decided on this row" in text(late)
    assert json.loads(late["HX-Trigger"])["bench:changed"] == {"keep": True}
    assert Match.objects.count() == 1


def test_an_automatic_match_is_taken_apart_and_put_back(clerk: Client, demo: Book, found: Any) -> None:
    link = next(r for r in found.links(NAME, limit=100).rows if r["status"] == "matched" and r["amount"] > 0)
    answer = clerk.post(f"{BENCH}undo/{link['group_id']}/", {"order_no": link["order_no"]}, **HTMX)
    assert answer.status_code == 200 and "Taken apart" in text(answer)
    assert is_open(demo, link["record_key"])
    apart = Apart.objects.get(book=demo)
    assert clerk.post(f"{BENCH}take-back/apart/{apart.pk}/", **HTMX).status_code == 200
    assert not is_open(demo, link["record_key"])


def test_the_rest_of_an_automatic_match_gets_its_reason(clerk: Client, demo: Book, found: Any) -> None:
    row = next(r for r in found.open_items(NAME, limit=500).rows if not r["record_key"] and abs(r["amount"]) < 100)
    given = {"group": row["group_id"], "order_no": row["order_no"]}
    asked = clerk.post(f"{BENCH}difference/", {**given, "step": "ask"}, HTTP_HX_TARGET="dialog", **HTMX)
    assert asked.status_code == 200, text(asked)
    done = clerk.post(f"{BENCH}difference/", {**given, "difference_reason": "refund"}, **HTMX)
    assert done.status_code in (200, 422)
    if done.status_code == 200:
        assert Match.objects.get(book=demo).difference_reason == "refund"
    else:
        assert "above your limit" in text(done)  # order lines are gross, settlement lines net of fees


def test_excluding_needs_a_reason_and_is_undone_by_its_toast(clerk: Client, demo: Book, found: Any) -> None:
    rows = [r for r in found.open_items(NAME, Filter(side="right"), limit=10).rows if r["record_key"]][:2]
    keys = {"right": [row["record_key"] for row in rows]}
    asked = clerk.post(f"{BENCH}exclude/", {**keys, "step": "ask"}, HTTP_HX_TARGET="dialog", **HTMX)
    assert asked.status_code == 200 and "Exclude 2 records" in text(asked)
    assert clerk.post(f"{BENCH}exclude/", keys, HTTP_HX_TARGET="dialog", **HTMX).status_code == 422
    assert clerk.post(f"{BENCH}exclude/", {**keys, "reason": "private"}, **HTMX).status_code == 200
    assert Exclusion.objects.filter(book=demo, live=True).count() == 2
    assert not any(is_open(demo, row["record_key"]) for row in rows)
    numbers = ",".join(str(each.pk) for each in Exclusion.objects.all())
    assert clerk.post(f"{BENCH}take-back/exclusion/{numbers}/", **HTMX).status_code == 200
    assert all(is_open(demo, row["record_key"]) for row in rows)


def test_a_rejected_suggestion_is_offered_no_more(clerk: Client, demo: Book, found: Any) -> None:
    before = text(clerk.get(f"{BENCH}suggestions/"))
    assert "data-offer" in before, "the demo has a suggestion"
    item = before.partition("/reject/")[2].partition("/")[0]
    assert clerk.post(f"{BENCH}reject/{item}/", **HTMX).status_code == 200
    assert f"/reject/{item}/" not in text(clerk.get(f"{BENCH}suggestions/"))
    refused = SuggestionRefused.objects.get(book=demo)
    clerk.post(f"{BENCH}take-back/suggestion/{refused.pk}/", **HTMX)
    assert f"/reject/{item}/" in text(clerk.get(f"{BENCH}suggestions/"))


def test_a_field_is_corrected_with_reason_and_the_page_says_it_is_stale(clerk: Client, demo: Book, found: Any) -> None:
    row = next(
        r for r in found.open_items("payout-bank", limit=100).rows if (r["record_key"] or "").startswith("bank_line:")
    )
    address = f"/b/ours/records/correct/{row['record_key'].replace('|', '%7C')}/"
    assert clerk.get(address).status_code == 200
    wrong = clerk.post(address, {"field": "amount", "value": "12,5x", "reason": "typing"})
    assert wrong.status_code == 422 and "12,5x" in text(wrong)
    assert clerk.post(address, {"field": "amount", "value": "1", "reason": ""}).status_code == 422
    assert not Correction.objects.exists()
    done = clerk.post(address, {"field": "amount", "value": "１,２３４.５", "reason": "bank's paper says so"}, **HTMX)
    assert done.status_code == 200
    made = Correction.objects.get(book=demo)
    assert Decimal(made.after) == Decimal("1234.5") and Decimal(made.before) == row["amount"]
    assert "Reconcile again" in text(clerk.get("/b/ours/reconciliations/"))


def test_a_missing_record_is_entered(clerk: Client, demo: Book) -> None:
    address = "/b/ours/records/new/bank_line/"
    given = {
        "account": "Bank",
        "ref": "PAPER-1",
        "business_date": "2026-10-20",
        "amount": "-1,200.50",
        "reason": "on paper only",
    }
    missing = clerk.post(address, {**given, "amount": ""})
    assert missing.status_code == 422 and not ManualRecord.objects.exists()
    assert clerk.post(address, {**given, "amount": "much"}).status_code == 422
    assert clerk.post(address, given, **HTMX).status_code == 200
    made = ManualRecord.objects.get(book=demo)
    assert made.record_key == "bank_line:Bank/PAPER-1/0" and made.values["amount"] == "-1200.50"
    again = clerk.post(address, given)
    assert again.status_code == 422 and "decided so already" in text(again)


def test_a_note_stands_at_its_row(clerk: Client, demo: Book, found: Any) -> None:
    row = next(r for r in found.open_items(NAME, limit=50).rows if r["record_key"])
    subject = f"record:{row['record_key']}"
    assert clerk.post("/b/ours/notes/", {"subject": subject, "text": " "}).status_code == 422
    assert clerk.post("/b/ours/notes/", {"subject": subject, "text": "asked the platform"}, **HTMX).status_code == 200
    assert Note.objects.get(book=demo).text == "asked the platform"
    assert "asked the platform" in text(clerk.get(f"{BENCH}item/{row['item_id']}/"))


def test_nothing_is_decided_on_an_earlier_day(clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    answer = clerk.post(
        f"{BENCH}match/?as_of=2026-10-20", {"left": left["record_key"], "right": right["record_key"]}, **HTMX
    )
    assert answer.status_code == 422 and "earlier day" in text(answer)
    assert not Match.objects.exists()


def test_an_auditor_sees_no_action(world: Any, demo: Book) -> None:
    html = text(world.client("auditor").get(BENCH))
    assert 'data-do="match"' not in html and 'type="checkbox"' not in html
    assert "Your role may only read here" in html


@pytest.mark.engine
def test_a_match_whose_record_changed_is_shown_and_kept_as_it_is_now(clerk: Client, demo: Book, found: Any) -> None:
    left, right = equal_pair(found)
    made = services.match(demo, "test", NAME, [left["record_key"]], [right["record_key"]])
    assert "no longer fits" not in text(clerk.get(BENCH))
    paid = services.facts.told_record(services.library_book(demo), left["record_key"], services.decisions_of(demo))[
        "paid"
    ]
    services.correct(demo, "test", left["record_key"], "paid", str(paid + 1), "the file was wrong")
    services.reconcile(demo, "test")
    assert "1 match made by hand no longer fits" in text(clerk.get(BENCH))
    listed = text(clerk.get(f"{BENCH}matched/?conflict=1"))
    assert f"/group/{made.group_id}/" in listed and listed.count("/group/") == 1
    group = text(clerk.get(f"{BENCH}group/{made.group_id}/"))
    assert f"has changed since: {left['amount']:,.2f} → {left['amount'] + 1:,.2f}." in group
    again = {"group": made.group_id}
    asked = clerk.post(f"{BENCH}difference/", {**again, "step": "ask"}, HTTP_HX_TARGET="dialog", **HTMX)
    assert asked.status_code == 200 and ">1.00<" in text(asked)
    kept = clerk.post(f"{BENCH}difference/", {**again, "difference_reason": "fee"}, HTTP_HX_TARGET="dialog", **HTMX)
    assert kept.status_code == 200, text(kept)
    now = Match.objects.get(book=demo, live=True)
    assert now.group_id != made.group_id and now.difference == 1
    services.reconcile(demo, "test")
    assert "no longer fits" not in text(clerk.get(BENCH))
