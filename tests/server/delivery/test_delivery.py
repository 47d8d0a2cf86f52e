"""Automatic reports from the clock to the recipients: made once, sent once, caught up, tried again, kept."""

from __future__ import annotations

import csv
import io
import json
from datetime import date, time, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from huikuan.records.errors import UserError
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.delivery import making, sending, services
from huikuan.server.delivery.models import Channel, Issue, MailServer, Schedule, Sending
from huikuan.server.jobs.models import Job
from tests.server.collection.conftest import english
from tests.server.collection.made import ORDERS
from tests.server.delivery.conftest import make_channel, make_schedule, moment
from tests.server.delivery.receivers import Mailbox, Robots

D = Decimal
OCTOBER = [order.row() for order in ORDERS if order.day and order.day.month == 10]


def deliver(book: Book, now: Any = None) -> list[Issue]:
    return list(services.work_off(now or timezone.now(), book))


def due_since(schedule: Schedule, since: Any) -> None:
    Schedule.objects.filter(pk=schedule.pk).update(planned_until=since)


def test_a_report_is_made_once_and_reaches_everybody_signed(
    world: Any, book: Book, mailbox: Mailbox, robots: tuple[Robots, str]
) -> None:
    owner, (web, address) = world.users["owner"], robots
    kinds = {
        "wecom": "/wecom?key=kEy-of-wecom",
        "dingtalk": "/dingtalk?access_token=t0ken-of-dingtalk",
        "feishu": "/feishu",
        "json": "/json",
    }
    channels = [make_channel(book, owner, kind, address + path) for kind, path in kinds.items()]
    schedule = make_schedule(
        book, owner, channels, emails=["boss@example.com", "cfo@example.com"], formats=["csv", "xlsx"]
    )
    due_since(schedule, moment(1, 0))
    issues = deliver(book, moment(1, 1, 5))
    assert [(i.state, i.late, i.due_at) for i in issues] == [("made", False, moment(1, 1))]
    assert {s.state for s in issues[0].sendings.all()} == {"sent"} and issues[0].sendings.count() == 6
    assert deliver(book, moment(1, 1, 6)) == []

    assert sorted(to for to, _ in mailbox.got) == ["boss@example.com", "cfo@example.com"]
    mail = mailbox.got[0][1]
    assert mail["From"] == "huikuan@example.com" and mail["Subject"] == "Morning 2026-10-01 – 2026-10-30"
    text = mail.get_body().get_content()
    receivable = sum(row["receivable"] for row in OCTOBER if row["business_date"] <= date(2026, 10, 30))
    assert f"Receivable: {receivable:,.2f}" in text and "CNY" in text
    assert f"https://books.example.com/b/ours/delivery/archive/{issues[0].pk}" in text
    attached = {part.get_filename(): part.get_content() for part in mail.iter_attachments()}
    assert sorted(attached) == ["Morning-2026-10-30.csv", "Morning-2026-10-30.xlsx"]
    content = attached["Morning-2026-10-30.csv"]
    raw = content.encode() if isinstance(content, str) else content
    # The archive gives the very bytes that were sent, and keeps none of them readable on disk.
    answer = world.client("auditor").get(f"/b/ours/delivery/archive/{issues[0].pk}/csv")
    kept = b"".join(answer.streaming_content)
    assert kept.decode("utf-8-sig").split() == raw.decode("utf-8-sig").split()
    assert list(csv.reader(io.StringIO(kept.decode("utf-8-sig"))))
    assert all(b"Shop A" not in path.read_bytes() for path in (book.folder / "delivery").rglob("*") if path.is_file())

    assert sorted(kind for kind, _ in web.got) == sorted(kinds)
    told = dict(web.got)["json"]
    figures = {row["name"]: row["value"] for row in told["groups"][0]["figures"]}
    assert figures["Receivable"] == f"{receivable:,.2f}" and told["company"] == "Ours"
    # Nothing of a record is in a message.
    unsigned = [{key: value for key, value in body.items() if key != "sign"} for _, body in web.got]
    for told in [*(json.dumps(body, ensure_ascii=False) for body in unsigned), text]:
        assert not any(row["order_no"] in told for row in OCTOBER)
    # No address or secret is in the audit log or on a page.
    log = json.dumps([[e.before, e.after] for e in Entry.objects.all()])
    page = world.client("owner").get("/b/ours/delivery/webhooks/").content.decode()
    assert (
        "t0ken-of-dingtalk" not in log + page and "kEy-of-wecom" not in log + page and "correct horse" not in log + page
    )
    assert "127.0.0.1/…" in page
    assert "kEy-of-wecom" not in json.dumps(list(Channel.objects.values("wrapped_url", "hint")))


def test_missed_reports_are_caught_up_newest_first_and_not_all_of_them(
    world: Any, book: Book, mailbox: Mailbox
) -> None:
    book.fixed_today = None  # as if the clock were followed: each has the days of its own moment
    book.save()
    schedule = make_schedule(book, world.users["owner"], period="yesterday")
    due_since(schedule, moment(1, 1))
    made = services.plan(moment(7, 3), book)
    assert [(i.due_at.day, i.state, i.late) for i in Issue.objects.order_by("-due_at")] == [
        (7, "waiting", True), (6, "waiting", True), (5, "waiting", True),
        (4, "missed", True), (3, "missed", True), (2, "missed", True),
    ]  # fmt: skip
    assert len(made) == 6 and services.plan(moment(7, 4), book) == []
    book.fixed_today = date(2026, 10, 31)
    book.save()
    done = deliver(book, moment(7, 4))
    assert [i.due_at.day for i in done] == [7, 6, 5] and len(mailbox.got) == 3
    assert "Late: this was due" in mailbox.got[0][1].get_body().get_content()
    # Paused: nothing is missed meanwhile.
    services.pause(schedule, world.users["owner"])
    assert services.plan(timezone.now() + timedelta(days=3), book) == []


def test_two_workers_make_one_issue_and_send_it_once(world: Any, book: Book, mailbox: Mailbox) -> None:
    schedule = make_schedule(book, world.users["owner"])
    due_since(schedule, moment(1, 0))
    services.plan(moment(1, 2), book)
    due_since(schedule, moment(1, 0))  # a worker that has read the schedule before the other planned
    services.plan(moment(1, 2), book)
    first, second = Issue.objects.get(), Issue.objects.get()
    assert making.make(first) and not making.make(second)
    one, other = Sending.objects.get(), Sending.objects.get()
    assert sending.send(one) and not sending.send(other)
    assert len(mailbox.got) == 1
    # A worker lost while sending: not sent again by itself, told as unknown; lost while making: made again.
    Sending.objects.update(state="sending", claimed_at=moment(1, 2))
    Issue.objects.update(state="making", claimed_at=moment(1, 2))
    making.free_lost(moment(1, 3))
    sending.fail_lost(moment(1, 3))
    assert Sending.objects.get().error_code == "sending.interrupted" and Issue.objects.get().state == "waiting"


def test_failures_are_tried_again_then_given_up_and_shown(
    world: Any, book: Book, mailbox: Mailbox, robots: tuple[Robots, str]
) -> None:
    owner, (web, address) = world.users["owner"], robots
    mailbox.refuse = {"gone@example.com": "550 no such user"}
    channels = [
        make_channel(book, owner, "json", address + "/broken"),
        make_channel(book, owner, "json", address + "/away"),
    ]
    schedule = make_schedule(book, owner, channels, emails=["gone@example.com", "boss@example.com"])
    issue = services.issue_now(schedule, owner)
    deliver(book)
    states = {s.shown: (s.state, s.attempts, s.error_code) for s in issue.sendings.all()}
    assert states == {
        "gone@example.com": ("failed", 1, "mail.refused"), "boss@example.com": ("sent", 1, ""),
        "json 1": ("waiting", 1, "webhook.refused"), "json 2": ("failed", 1, "webhook.redirect"),
    }  # fmt: skip
    broken = issue.sendings.get(error_code="webhook.refused")
    assert broken.state == "waiting" and broken.next_try_at > timezone.now() + timedelta(minutes=4)
    assert web.posts.count("json") == 0, "a redirect is not followed"
    for pause in making.BACK_OFF[1:]:
        Sending.objects.filter(pk=broken.pk).update(next_try_at=timezone.now())
        deliver(book)
        broken.refresh_from_db()
        assert broken.state == "waiting" and broken.next_try_at > timezone.now() + pause * 0.9
    Sending.objects.filter(pk=broken.pk).update(next_try_at=timezone.now())
    deliver(book)
    broken.refresh_from_db()
    assert (broken.state, broken.attempts) == ("failed", 6) and web.posts.count("broken") == 6
    assert len(mailbox.got) == 1
    home = english(world.client("accountant")).get("/b/ours/").content.decode()
    assert "1 automatic report did not arrive" in home
    page = english(world.client("accountant")).get(f"/b/ours/delivery/archive/{issue.pk}").content.decode()
    assert "no such user" in page and "Not to all" in page
    web.mended = True
    services.send_again(issue, owner)
    deliver(book)
    broken.refresh_from_db()
    assert broken.state == "sent" and web.got[-1][0] == "broken"
    assert len(mailbox.got) == 1, "who has it does not get it twice"
    services.dismiss(issue, owner)
    assert "did not arrive" not in english(world.client("accountant")).get("/b/ours/").content.decode()


def test_a_report_that_cannot_be_made_says_why_and_an_older_run_is_said(
    world: Any, book: Book, mailbox: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = world.users["owner"]
    broken = make_schedule(book, owner, name="Broken", report="bank-reconciliation", params={"account": ""})
    issue = services.issue_now(broken, owner)
    deliver(book)
    issue.refresh_from_db()
    assert issue.state == "failed" and "account" in issue.fault and not mailbox.got
    good = make_schedule(book, owner)
    book.shops.create(name="Newer")  # the rules are newer than the run

    def fails(*told: Any, **more: Any) -> None:
        raise RuntimeError("disk full")

    monkeypatch.setattr(making.workbench, "reconcile", fails)
    made = services.issue_now(good, owner)
    deliver(book)
    made.refresh_from_db()
    assert made.older and "newer data could not be reconciled" in mailbox.got[0][1].get_body().get_content()
    monkeypatch.undo()


def test_the_clock_starts_one_job_for_an_issue(
    world: Any, book: Book, mailbox: Mailbox, django_capture_on_commit_callbacks: Any
) -> None:
    schedule = make_schedule(book, world.users["owner"])
    due_since(schedule, moment(1, 0))
    assert len(services.tick(moment(1, 2))) == 1
    assert services.tick(moment(1, 2, 1)) == []  # its job waits
    job = Job.objects.get(kind="delivery")
    with django_capture_on_commit_callbacks(execute=True):
        from huikuan.server.jobs.services import enqueue

        enqueue(job)
    job.refresh_from_db()
    assert (job.state, job.result) == ("done", {"state": "made", "sent": 1})
    assert len(mailbox.got) == 1 and services.tick(moment(1, 3)) == []


def test_a_schedule_by_its_page(world: Any, book: Book, settings: Any) -> None:
    client = english(world.client("accountant"))
    form = {
        "name": "Weekly fees", "report": "collection-summary", "param_by": "week", "param_shop": "Shop A",
        "period": "last_week", "every": "weekly", "weekday": "3", "month_day": "1", "at": "08:30", "formats": ["pdf"],
        "language": "zh-hans", "emails": "a@example.com，b@example.com\na@example.com",
    }  # fmt: skip
    wrong = client.post("/b/ours/delivery/new", form | {"emails": "nobody"})
    assert wrong.status_code == 422 and "is no e-mail address" in wrong.content.decode()
    none = client.post("/b/ours/delivery/new", form | {"emails": ""})
    assert none.status_code == 422 and not Schedule.objects.exists()
    assert client.post("/b/ours/delivery/new", form).status_code == 302
    made = Schedule.objects.get()
    assert made.emails == ["a@example.com", "b@example.com"] and made.params == {"by": "week", "shop": "Shop A"}
    assert (made.weekday, made.at, made.created_by) == (3, time(8, 30), world.users["accountant"])
    assert "Weekly fees" in client.get("/b/ours/delivery/").content.decode()
    assert client.get("/b/theirs/delivery/").status_code == 404
    linked = client.get("/b/ours/delivery/new?report=collection-summary&by=month").content.decode()
    assert '<option value="month" selected>' in linked
    foreign = Channel.objects.create(book=world.theirs.book, name="Theirs", kind="json", hint="x")
    assert client.post("/b/ours/delivery/new", form | {"name": "B", "channels": [foreign.pk]}).status_code == 422


def test_the_mail_server_is_the_administrators_and_its_password_is_kept_closed(
    world: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from tests.server.delivery.receivers import SECRET, USER, certificate, mail_server

    admin, file_and_context = english(world.client("admin")), certificate(tmp_path)
    with mail_server(file_and_context[1]) as (box, port):
        form = {"host": "127.0.0.1", "port": port, "security": "starttls", "user": USER, "password": SECRET,
                "sender": "me@example.com", "address": ""}  # fmt: skip
        assert admin.post("/b/ours/delivery/mail", form).status_code == 302
        assert SECRET not in MailServer.objects.get().wrapped_password
        assert SECRET not in admin.get("/b/ours/delivery/mail").content.decode()
        untrusted = admin.post("/b/ours/delivery/mail/try", {"to": "me@example.com"})
        assert untrusted.status_code == 422 and "certificate" in untrusted.content.decode() and not box.got
        monkeypatch.setenv("SSL_CERT_FILE", str(file_and_context[0]))
        assert admin.post("/b/ours/delivery/mail/try", {"to": "me@example.com"}).status_code == 200
        assert [to for to, _ in box.got] == ["me@example.com"]
        # A kept password goes to no other server than it was given for.
        moved = admin.post("/b/ours/delivery/mail", form | {"host": "localhost", "password": ""})
        assert moved.status_code == 422
        assert admin.post("/b/ours/delivery/mail", form | {"password": "wrong"}).status_code == 302
        refused = admin.post("/b/ours/delivery/mail/try", {"to": "me@example.com"}).content.decode()
        assert "refused user name or password" in refused


@pytest.mark.parametrize(
    "url",
    ["file:///etc/passwd", "http://example.com/x", "https://127.0.0.1/x", "https://169.254.169.254/latest",
     "https://localhost/x", "https://[::1]/x", "https://10.1.2.3/x", "https://a:b@example.com/", "https://a b", "ftp://x.y"],
)  # fmt: skip
def test_a_webhook_reaches_no_inner_address(world: Any, url: str) -> None:
    with pytest.raises(UserError):
        make_channel(world.ours.book, world.users["owner"], "json", url)


def test_a_name_that_leads_inside_is_refused_at_the_connection(
    world: Any, robots: tuple[Robots, str], settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    web, address = robots
    settings.WEBHOOK_HOSTS = []
    import socket

    port = int(address.rpartition(":")[2])
    real = socket.create_connection
    monkeypatch.setattr("http.client.socket.create_connection", lambda *told, **more: real(("127.0.0.1", port), 5))
    fault = services.try_channel(
        make_channel(world.ours.book, world.users["owner"], "json", "https://books.example.com/x"), world.users["owner"]
    )
    assert fault is not None and fault.code == "webhook.inside" and web.posts == []
