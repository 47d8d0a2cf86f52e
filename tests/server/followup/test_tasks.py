"""Tasks: handed over, changed, ended, opened again; what became of their orders; reminders; many at once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from huikuan.pipeline.results.results import Results
from huikuan.records.errors import UserError
from huikuan.server.audit.models import Entry
from huikuan.server.audit.services import verify
from huikuan.server.books.models import Book
from huikuan.server.followup import attachments, changes, reminders, services, shown
from huikuan.server.followup.chosen import Chosen
from huikuan.server.followup.models import Task, TaskOrder
from huikuan.server.followup.services import Handing
from huikuan.server.workbench.services import results
from tests.server.collection.made import Order, day
from tests.server.followup.made import ITEMS, ORDERS, publish_run

D = Decimal
ALL = Chosen("missing")


def hand(book: Book, actor: Any, chosen: Chosen = ALL, **handing: Any) -> services.Handed:
    return services.hand(book, actor, results(book), chosen, Handing(**handing))


def test_orders_are_handed_over_once(world: Any, book: Book) -> None:
    clerk = world.users["clerk"]
    first = hand(book, clerk, Chosen("missing", (("Shop A", "A4", "CNY"),)), owner=clerk.pk, due_on=day(30))
    assert [(t.number, t.owner, t.title) for t in first.tasks] == [(1, clerk, "Shop A · Overdue · 1 order")]
    mixed = Chosen("collection", (("Shop A", "A4", "CNY"), ("Shop A", "A5", "CNY"), ("Shop A", "A6", "CNY")))
    added = hand(book, clerk, mixed, task=1)
    assert (added.orders, added.held, added.nothing) == (1, 1, 1)
    assert added.sentence == "1 order handed to F-1. 1 was in a task already. Of 1 nothing is missing."
    rest = hand(book, clerk, Chosen("collection", (), (("figure", "overdue"),)), split="cause")
    assert [(t.number, list(t.orders.values_list("order_no", flat=True))) for t in rest.tasks] == [
        (2, ["B2"]), (3, ["B4"]),
    ]  # fmt: skip
    with pytest.raises(UserError, match="in a task already"):
        hand(book, clerk, mixed)
    held = TaskOrder.objects.get(order_no="A5")
    assert (held.missing, held.expected, held.settled, held.kind, held.cause) == (20, 60, 40, "short", "c-P1")
    last = Entry.objects.filter(action="followup.add").get()
    assert last.after == {"orders": 1, "missing": {"CNY": "20.00000"}} and last.object == first.tasks[0].subject


def test_who_may_and_in_which_book(world: Any, book: Book) -> None:
    for role in ("auditor", "warehouse"):
        with pytest.raises(UserError, match="may not do this"):
            hand(book, world.users[role])
    with pytest.raises(UserError, match="Choose somebody"):
        hand(book, world.users["clerk"], owner=world.outsider.pk)
    with pytest.raises(UserError, match="Choose somebody"):
        hand(book, world.users["clerk"], owner=world.users["auditor"].pk)
    hand(book, world.users["clerk"])
    publish_run(world.theirs.book)
    theirs = hand(world.theirs.book, world.outsider)  # the same orders' names in another book are other orders
    assert (theirs.tasks[0].number, theirs.orders, theirs.held) == (1, 6, 0)
    assert set(changes.standings(book, results(book))) == {Task.objects.get(book=book).pk}


def test_what_became_of_the_orders_in_the_next_run(world: Any, book: Book) -> None:
    clerk = world.users["clerk"]
    task = hand(book, clerk, Chosen("missing", (), (("shop", "Shop A"),))).tasks[0]
    (before,) = changes.standings(book, results(book)).values()
    assert (before.orders, before.arrived, before.changed, before.money[0].left) == (4, 0, 0, 452)
    partly = (
        *(order for order in ORDERS if order.no in ("A1", "A6", "B2", "B4")),  # A9 is gone
        Order("A4", day(10), "400", "overdue", came=((day(30), "300", "P9"),), overdue="100", late_days=5),
        Order("A5", day(12), "60", came=((day(20), "60", "P2"),)),
    )
    publish_run(book, partly, ITEMS[2:])
    found = results(book)
    (after,) = changes.standings(book, found).values()
    assert (after.orders, after.arrived, after.gone, after.changed) == (4, 1, 1, 3)
    assert (after.money[0].was, after.money[0].left, after.cleared) == (452, 102, False)
    told = {row["order_no"]: shown.what_changed(row) for row in changes.orders_of(found, task, changed=True)}
    assert told["A4"][0] == "Missing 400.00 → 100.00" and "Settled 0.00 → 300.00" in told["A4"]
    assert told["A5"][:2] == ["Missing 20.00 → 0.00", "Status Overdue → Collected"]
    assert "not known any more" in told["A9"][0] and "A1" not in told
    task.refresh_from_db()
    assert task.state == "open"  # nothing closes by itself


def test_closing_is_proposed_and_done_by_a_person(world: Any, book: Book, clerk: Client) -> None:
    task = hand(book, world.users["clerk"], Chosen("missing", (("Shop B", "B2", "CNY"),))).tasks[0]
    paid = (Order("B2", day(1), "10", shop="Shop B", came=((day(30), "10", "P"),)),)
    publish_run(book, paid, ())
    listed = clerk.get(reverse("followup:list", args=[book.slug])).content.decode()
    assert "Of 1 task nothing is missing any more" in listed and "Close?" in listed
    home = clerk.get(reverse("core:home", args=[book.slug])).content.decode()
    assert "Of 1 follow-up nothing is missing any more" in home
    assert clerk.post(reverse("followup:end", args=[book.slug, 1]), {"state": "done"}).status_code == 302
    task.refresh_from_db()
    assert (task.state, task.closed_actor, task.orders.filter(live=True).count()) == ("done", "clerk", 0)
    assert "Close?" not in clerk.get(reverse("followup:list", args=[book.slug])).content.decode()
    page = clerk.get(reverse("followup:task", args=[book.slug, 1])).content.decode()
    assert "Follow-up task done" in page and "Open again" in page


def test_ended_tasks_free_their_orders_and_come_back_without_those_taken(world: Any, book: Book) -> None:
    clerk = world.users["clerk"]
    task = hand(book, clerk).tasks[0]
    with pytest.raises(UserError, match="Say why"):
        services.end(task, clerk, "given_up")
    services.end(task, clerk, "given_up", "too small")
    with pytest.raises(UserError, match="has ended"):
        services.edit(task, clerk, due_on=day(31))
    other = hand(book, clerk, Chosen("missing", (("Shop A", "A4", "CNY"),))).tasks[0]
    assert services.reopen(task, clerk) == 1
    assert set(other.orders.filter(live=True).values_list("order_no", flat=True)) == {"A4"}
    assert services.drop(task, clerk, [("Shop A", "A5", "CNY"), ("Shop A", "A4", "USD")]) == 1
    assert task.orders.filter(live=True).count() == 4
    services.end(other, clerk)
    assert hand(book, clerk, Chosen("missing", (("Shop A", "A4", "CNY"),)), task=task.number).orders == 1


def test_a_promise_is_kept_with_the_task(world: Any, book: Book) -> None:
    clerk = world.users["clerk"]
    task = hand(book, clerk).tasks[0]
    with pytest.raises(UserError, match="needs a day"):
        services.edit(task, clerk, promised_amount=D(100))
    task = services.edit(task, clerk, promised_on=day(30), promised_amount=D("100.50"))
    assert (task.state, task.promised_currency) == ("promised", "CNY")
    assert shown.ShownTask(task, changes.standings(book, results(book))[task.pk], day(31)).promise_late
    entry = Entry.objects.filter(action="followup.edit").get()
    assert entry.after == {"promised_on": "2026-10-30", "promised_amount": "100.50"}
    assert services.edit(task, clerk, promised_on=None, promised_amount=None).state == "open"


def test_reminders_by_person(world: Any, book: Book, clerk: Client) -> None:
    users = world.users
    mine, owner = users["clerk"], users["owner"]
    asked = ((mine, day(31), None), (owner, None, day(25)), (None, day(20), None), (mine, None, None))
    for number, (person, due, remind) in enumerate(asked):
        values = {"owner": person, "due_on": due, "remind_on": remind}
        Task.objects.create(book=book, number=number + 1, title=f"T{number}", **values)
    told = [
        (r.person and r.person.username, [t.title for t in r.tasks], len(r.late)) for r in reminders.due_reminders(book)
    ]
    assert told == [("clerk", ["T0"], 0), ("owner", ["T1"], 1), (None, ["T2"], 1)]
    assert reminders.due_reminders(book, date(2026, 10, 1)) == []
    assert reminders.due_reminders(world.theirs.book) == []
    home = clerk.get(reverse("core:home", args=[book.slug])).content.decode()
    assert "2 follow-ups are due" in home  # his own and nobody's
    assert 'count late">2<' in home


def test_five_thousand_orders_in_one_go(world: Any, book: Book, django_capture_on_commit_callbacks: Any) -> None:
    made = tuple(Order(f"N{n:05}", day(1), "7.25", "overdue", overdue="7.25", late_days=3) for n in range(5_000))
    publish_run(book, made, ())
    clerk = world.client("clerk")
    asked = {"of": "missing", "every": "1", "go": "1", "split": "one", "title": "All", "owner": world.users["owner"].pk}
    with CaptureQueriesContext(connection) as queries, django_capture_on_commit_callbacks(execute=True):
        answer = clerk.post(reverse("followup:hand", args=[book.slug]), asked)
    assert answer.status_code == 302 and "/jobs/" in answer["Location"]
    assert len(queries) < 120  # SQLite takes 999 values at a time
    task = Task.objects.get(book=book)
    assert (task.title, task.owner, task.orders.filter(live=True).count()) == ("All", world.users["owner"], 5_000)
    found: Results = results(book)
    assert changes.standings(book, found)[task.pk].money[0].left == D("36250")
    with CaptureQueriesContext(connection) as queries:
        services.end(task, world.users["clerk"])
    assert len(queries) < 20 and not task.orders.filter(live=True).exists()


def test_many_tasks_at_once(world: Any, book: Book, clerk: Client) -> None:
    hand(book, world.users["clerk"], split="cause")
    numbers = list(Task.objects.values_list("number", flat=True))
    services.end(Task.objects.get(number=numbers[0]), world.users["clerk"])
    address = reverse("followup:many", args=[book.slug])
    assert "Hand over" in clerk.post(address, {"task": numbers, "do": "assign"}).content.decode()
    clerk.post(address, {"task": numbers, "do": "assign", "go": "1", "owner": world.users["owner"].pk})
    assert Task.objects.filter(owner=world.users["owner"]).count() == len(numbers) - 1
    clerk.post(address, {"task": numbers, "do": "due", "go": "1", "due_on": "2026-11-05"})
    assert Task.objects.filter(due_on=date(2026, 11, 5)).count() == len(numbers) - 1
    assert clerk.post(address, {"task": numbers, "do": "given_up", "go": "1"}).status_code == 422
    clerk.post(address, {"task": numbers, "do": "promise", "go": "1", "promised_on": "2026-11-07"})
    assert Task.objects.filter(state="promised", promised_on=date(2026, 11, 7)).count() == len(numbers) - 1
    clerk.post(address, {"task": numbers, "do": "done", "go": "1"})
    assert not Task.objects.exclude(state="done").exists() and not TaskOrder.objects.filter(live=True).exists()


def test_thousands_of_tasks_change_in_a_few_queries_each_with_its_history(world: Any, book: Book) -> None:
    count, users = 1_200, world.users
    Task.objects.bulk_create(Task(book=book, number=n + 1, title=f"T{n}", due_on=day(1)) for n in range(count))
    already = Task.objects.get(number=7)
    services.edit(already, users["clerk"], owner=users["owner"].pk)
    numbers, logged = range(1, count + 1), Entry.objects.filter(action="followup.assign")
    with CaptureQueriesContext(connection) as queries:
        assert services.many(book, users["clerk"], numbers, "assign", {"owner": users["owner"].pk}) == (count, 0)
    writes = [query for query in queries if not query["sql"].startswith("INSERT")]
    assert len(writes) < 30 and len(queries) < 60  # SQLite takes 999 values at a time
    assert Task.objects.filter(owner=users["owner"]).count() == count
    assert logged.count() == count and logged.filter(object=already.subject).count() == 1  # it had that owner
    assert verify() is None
    with pytest.raises(UserError, match="Say why"):
        services.many(book, users["clerk"], numbers, "given_up", {"closing": " "})
    assert services.many(book, users["clerk"], numbers, "done", {}) == (count, 0)
    assert services.many(book, users["clerk"], numbers[:3], "due", {"due_on": day(9)}) == (0, 3)


def test_tasks_are_found_by_number_order_and_words_and_all_found_are_changed(
    world: Any, book: Book, clerk: Client
) -> None:
    hand(book, world.users["clerk"], split="cause", owner=world.users["owner"].pk)
    address = reverse("followup:list", args=[book.slug])

    def found(words: str, **more: str) -> set[int]:
        return {row.task.number for row in clerk.get(address, {"q": words} | more).context["tasks"]}

    every = found("")
    by_order = {each.order_no: each.task.number for each in TaskOrder.objects.select_related("task")}
    assert found("F-2") == found("f2") == {2} and 2 in found("2")
    assert found("A4") == {by_order["A4"]} and found("a4 nothing") == set()
    assert found("overdue shop b") == {by_order["B2"]} and found("owner") == every
    assert found("owner", show="mine") == set()
    many = reverse("followup:many", args=[book.slug])
    asked = {"every": "1", "f_show": "live", "f_q": "Shop A", "do": "due", "due_on": "2026-11-05"}
    dialog = clerk.post(many, asked).content.decode()
    assert f"{len(found('Shop A'))} tasks" in dialog and 'name="f_q" value="Shop A"' in dialog
    clerk.post(many, asked | {"go": "1"})
    assert set(Task.objects.filter(due_on=date(2026, 11, 5)).values_list("number", flat=True)) == found("Shop A")
    assert found("Shop A") < every


def test_orders_are_taken_out_by_ticks_and_by_a_filter(world: Any, book: Book, clerk: Client) -> None:
    task = hand(book, world.users["clerk"]).tasks[0]
    page, address = (reverse(f"followup:{name}", args=[book.slug, 1]) for name in ("task", "drop"))
    assert "Take out the ticked ones" in clerk.get(page).content.decode()
    assert changes.standings(book, results(book))[task.pk].orders == 6
    clerk.post(address, {"key": '["Shop A", "A4", "CNY"]'})
    assert changes.standings(book, results(book))[task.pk].orders == 5
    assert "Select an order first" in clerk.post(address).content.decode()
    assert set(task.orders.values_list("order_no", flat=True)) == {"A1", "A5", "A9", "B2", "B4"}
    listed = clerk.get(reverse("followup:missing", args=[book.slug]), {"task": "1"}).content.decode()
    assert "Take out of F-1" in listed
    clerk.post(address, {"of": "missing", "every": "1", "f_task": "1", "f_shop": "Shop A"})
    assert set(task.orders.values_list("order_no", flat=True)) == {"B2", "B4"}
    auditor = world.client("auditor").get(page).content.decode()
    assert "Take out the ticked ones" not in auditor


def test_files_are_kept_encrypted_and_only_of_known_types(world: Any, book: Book, clerk: Client) -> None:
    task = hand(book, world.users["clerk"]).tasks[0]
    address = reverse("followup:attach", args=[book.slug, task.number])
    content = b"%PDF-1.7 the platform's answer"
    assert clerk.post(address, {"file": SimpleUploadedFile("answer.pdf", content)}).status_code == 302
    kept = task.attachments.get()
    stored = attachments.store_of(book).path_of(kept.sha256).read_bytes()
    assert b"platform" not in stored
    got = clerk.get(reverse("followup:file", args=[book.slug, task.number, kept.pk]))
    assert got.content == content and got["Content-Disposition"].startswith("attachment")
    for name, body in (("page.html", b"<script>"), ("fake.pdf", b"<script>"), ("x.csv", b"a\0b")):
        refused = clerk.post(address, {"file": SimpleUploadedFile(name, body)})
        assert refused.status_code == 422 and "cannot be attached" in refused.content.decode()
    clerk.post(reverse("followup:detach", args=[book.slug, task.number, kept.pk]))
    assert clerk.get(reverse("followup:file", args=[book.slug, task.number, kept.pk])).status_code == 404
    page = clerk.get(reverse("followup:task", args=[book.slug, task.number])).content.decode()
    assert "File taken off a follow-up task" in page and "answer.pdf" in page
