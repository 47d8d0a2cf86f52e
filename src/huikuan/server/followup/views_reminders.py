"""The page of reminders by e-mail: when they go out, to whom, what became of the last ones, one's own wish."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.delivery import mail
from huikuan.server.delivery.message import as_text
from huikuan.server.delivery.queries import SENDING_LOOKS
from huikuan.server.followup import reminder_mail
from huikuan.server.followup.forms import ReminderForm
from huikuan.server.followup.models import ReminderMail
from huikuan.server.followup.queries import people_of


@require_GET
@book_view("view_money")
def reminders(request: HttpRequest) -> HttpResponse:
    """When reminders go out, to whom, and what one would get today."""
    return _page(request, ReminderForm(instance=reminder_mail.setting_of(request.book)))  # type: ignore[attr-defined]


@require_POST
@book_view("rules")
def setting(request: HttpRequest) -> HttpResponse:
    """Save whether and when reminders go out."""
    form = ReminderForm(request.POST, instance=reminder_mail.setting_of(request.book))  # type: ignore[attr-defined]
    if not form.is_valid():
        return _page(request, form, status=422)
    reminder_mail.save_setting(form.save(commit=False), request, timezone.now())
    toast(request, _("Saved."))
    return done(request, book_url(request, "followup:reminders"))


@require_POST
@book_view("cases")
def own(request: HttpRequest) -> HttpResponse:
    """One's own wish: to be reminded, or not."""
    wanted = bool(request.POST.get("on"))
    reminder_mail.want(request.book, request.user, request, wanted)  # type: ignore[attr-defined,arg-type]
    toast(request, _("You get reminders by e-mail.") if wanted else _("You get no reminders by e-mail."))
    return done(request, book_url(request, "followup:reminders"))


def _page(request: HttpRequest, form: ReminderForm, status: int = 200) -> HttpResponse:
    book = request.book  # type: ignore[attr-defined]
    told = {user.pk for user in reminder_mail.told_people(book)}
    latest: dict[int, ReminderMail] = {}
    for each in ReminderMail.objects.filter(book=book).order_by("-day"):
        latest.setdefault(each.user_id, each)
    people: list[dict[str, Any]] = [
        {
            "user": user, "told": user.pk in told, "last": (last := latest.get(user.pk)),
            "look": SENDING_LOOKS[last.state] if last else "",
        }
        for user in people_of(book)
    ]  # fmt: skip
    mine = next((each for each in people if each["user"] == request.user), None)
    today = mine and reminder_mail.message_for(book, mine["user"], book.today(), get_language() or "")
    context = {
        "form": form, "setting": form.instance, "people": people, "mine": mine,
        "today": today and {"subject": today.message.subject, "text": as_text(today.message)},
        "no_mail": mail.mail_server() is None, "no_address": not mail.address(),
    }  # fmt: skip
    request.nav_page = "followup:list"  # type: ignore[attr-defined]
    return render(request, "followup/reminders.html", context, status=status)
