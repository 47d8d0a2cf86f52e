"""The daily reminder by e-mail: to whom, in which words, once a day, caught up, tried again, at one's own wish."""

from __future__ import annotations

from datetime import date, time, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from huikuan.records.errors import UserError
from huikuan.server.audit.models import Entry
from huikuan.server.books.models import Book
from huikuan.server.delivery import clock
from huikuan.server.followup import reminder_mail, services
from huikuan.server.followup.models import ReminderMail, ReminderOptOut, ReminderSetting, Task
from huikuan.server.jobs.models import Job
from tests.server.collection.conftest import english
from tests.server.collection.made import day
from tests.server.delivery.conftest import mailbox, moment  # noqa: F401 - a fixture
from tests.server.delivery.receivers import Mailbox
from tests.server.followup.test_tasks import Chosen, hand

MORNING = moment(31, 1, 5, month=10)  # 09:05 in the book's zone, the day the small run is of


@pytest.fixture
def told(world: Any, book: Book, settings: Any) -> Book:
    """The book with tasks of the clerk, the owner and nobody, reminded since the evening before."""
    settings.ADDRESS = "https://books.example.com"
    users = world.users
    for name, language in (("clerk", "en"), ("owner", "zh-hans"), ("accountant", "")):
        users[name].email, users[name].language = f"{name}@example.com", language
        users[name].save()
    for number, (no, owner) in enumerate((("A4", "clerk"), ("A5", "clerk"), ("B2", "owner"), ("A9", None)), 1):
        shop = "Shop B" if no == "B2" else "Shop A"
        keys = ((shop, no, "CNY"),)
        pk = users[owner].pk if owner else None
        hand(book, users["clerk"], Chosen("missing", keys), owner=pk, due_on=day(27 + number))
    services.edit(Task.objects.get(number=2), users["clerk"], promised_on=day(27), due_on=day(31))
    ReminderSetting.objects.create(book=book, at=time(9), planned_until=moment(30, 12, month=10))
    return book


def sent(book: Book, now: Any) -> list[tuple[str, str]]:
    return [(row["to"], row["state"]) for row in reminder_mail.work_off(now, book)]


def test_everybody_is_told_once_a_day_in_their_language(world: Any, told: Book, mailbox: Mailbox) -> None:  # noqa: F811
    assert sent(told, moment(31, 0, 59, month=10)) == []
    assert sent(told, MORNING) == [("clerk@example.com", "sent"), ("owner@example.com", "sent")]
    assert sent(told, MORNING) == [] and sent(told, MORNING + timedelta(hours=8)) == []
    (to, mail), (_to, chinese) = mailbox.got
    text = mail.get_body().get_content()
    assert to == "clerk@example.com" and mail["Subject"] == "2 follow-ups are due · Ours"
    broken, late = text.index("Promises not kept"), text.index("\nOverdue")
    assert broken < text.index("F-2 ") < late < text.index("F-1 ")
    assert "CNY 400.00 missing · to be done by 2026-10-28" in text and "CNY 20.00 missing" in text
    assert "promised for 2026-10-27" in text and "F-3" not in text
    assert "1 task that is due has no owner yet." in text
    assert "https://books.example.com/b/ours/followup/?show=mine" in text
    assert "https://books.example.com/b/ours/followup/reminders/" in text
    assert chinese["Subject"].startswith("1") and "follow-up" not in chinese["Subject"]
    assert "CNY 10.00" in chinese.get_body().get_content()
    logged = Entry.objects.filter(action="followup.reminder")
    assert {entry.after["to"]: entry.after["tasks"] for entry in logged} == {
        "clerk@example.com": 2, "owner@example.com": 1,
    }  # fmt: skip


def test_what_was_missed_is_caught_up_on_its_day_only(world: Any, told: Book, mailbox: Mailbox) -> None:  # noqa: F811
    setting = ReminderSetting.objects.get()
    ReminderSetting.objects.update(planned_until=moment(29, 12, month=10))
    assert sent(told, moment(30, 20, month=10)) == []  # 04:00: the reminder of the day before is not told any more
    setting.refresh_from_db()
    assert setting.planned_until == moment(30, 20, month=10) and not ReminderMail.objects.exists()
    assert len(sent(told, moment(31, 12, month=10))) == 2  # the machine was off until 20:00
    ReminderMail.objects.all().delete()
    ReminderSetting.objects.update(planned_until=moment(25, 1, month=10))
    assert len(sent(told, moment(31, 12, month=10))) == 2  # off for a week: told once
    assert len(mailbox.got) == 4


def test_two_workers_send_once_and_what_is_lost_is_not_sent_again(
    world: Any, told: Book, mailbox: Mailbox, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch,  # noqa: F811
) -> None:  # fmt: skip
    reminder_mail.plan(MORNING)
    ReminderSetting.objects.update(planned_until=moment(30, 12, month=10))  # another has read it before
    reminder_mail.plan(MORNING)
    one, same = (ReminderMail.objects.get(user=world.users["clerk"]) for _ in range(2))
    assert reminder_mail.send(one, MORNING) and not reminder_mail.send(same, MORNING) and len(mailbox.got) == 1
    ReminderMail.objects.filter(pk=one.pk).update(state="sending", claimed_at=MORNING - timedelta(days=1))
    mailbox.refuse = {"owner@example.com": "450 later"}
    monkeypatch.setattr(timezone, "now", lambda: MORNING)
    with django_capture_on_commit_callbacks(execute=True):
        clock.tick()
    job = Job.objects.get(kind=reminder_mail.JOB)
    assert (job.state, job.result) == ("done", {"sent": 0}) and len(mailbox.got) == 1
    lost, refused = ReminderMail.objects.order_by("user__username")
    assert (lost.state, lost.error_code) == ("failed", "sending.interrupted")
    assert (refused.state, refused.error_code, refused.attempts) == ("waiting", "mail.refused", 1)
    page = english(world.client("owner")).get(reverse("followup:reminders", args=["ours"])).content.decode()
    assert "450" in page or "later" in page
    mailbox.refuse = {}
    monkeypatch.setattr(timezone, "now", lambda: MORNING + timedelta(minutes=10))
    assert sent(told, MORNING + timedelta(minutes=10)) == [("owner@example.com", "sent")]


def test_who_wants_none_gets_none(world: Any, told: Book, mailbox: Mailbox) -> None:  # noqa: F811
    client = english(world.client("clerk"))
    page = reverse("followup:reminders", args=["ours"])
    before = client.get(page).content.decode()
    assert "2 follow-ups are due" in before and "F-1 Shop A" in before
    client.post(reverse("followup:remind_me", args=["ours"]))
    assert ReminderOptOut.objects.get().user == world.users["clerk"]
    assert sent(told, MORNING) == [("owner@example.com", "sent")]
    client.post(reverse("followup:remind_me", args=["ours"]), {"on": "1"})
    assert not ReminderOptOut.objects.exists()
    setting = reverse("followup:remind_setting", args=["ours"])
    assert client.post(setting, {"at": "08:00"}).status_code == 403
    owner = english(world.client("owner"))
    assert owner.post(setting, {"on": "on", "at": "25:00"}).status_code == 422
    assert owner.post(setting, {"at": "08:00"}).status_code == 302
    kept = ReminderSetting.objects.get()
    assert (kept.on, kept.at) == (False, time(8)) and kept.planned_until > moment(1, 0)
    assert Entry.objects.get(action="followup.reminders").after == {"on": False, "at": "08:00"}
    assert reminder_mail.plan(timezone.now() + timedelta(days=2)) == []
    with pytest.raises(UserError):
        reminder_mail.want(told, world.users["auditor"], world.users["auditor"], wanted=False)


def test_a_setting_comes_with_the_first_task_and_nothing_is_due_without_a_mail_server(world: Any, book: Book) -> None:
    assert reminder_mail.plan(MORNING) == [] and not ReminderSetting.objects.exists()
    assert not reminder_mail.setting_of(book).on  # this book stands still
    ReminderSetting.objects.all().delete()
    book.fixed_today = None
    assert reminder_mail.setting_of(book).on
    assert reminder_mail.message_for(book, world.users["clerk"], date(2026, 10, 31)) is None
