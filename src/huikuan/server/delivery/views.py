"""Schedules: the list, a new one, changing, pausing, removing, sending now, trying."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.insight.reports.base import Report
from huikuan.records.messages import translated
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.delivery import mail, queries, services
from huikuan.server.delivery.due import WEEKDAYS
from huikuan.server.delivery.forms import ScheduleForm, reports_for
from huikuan.server.delivery.models import Schedule
from huikuan.server.reports.saved import reports_of


@require_GET
@book_view("view_money")
def schedules(request: HttpRequest) -> HttpResponse:
    """What is sent regularly: when next, to whom, how the last one went."""
    rows = queries.schedules_of(request.book, request.membership)  # type: ignore[attr-defined]
    reports = reports_of(request.book)  # type: ignore[attr-defined]
    for row in rows:
        each = row["schedule"]
        row["report"] = translated(reports[each.report].title) if each.report in reports else each.report
        row["when"] = when(each)
        row["to"] = [*each.emails, *(channel.name for channel in each.channels.all())]
        row["look"] = queries.badge_of(row["last"]) if row["last"] else None
    mailing = any(row["schedule"].emails for row in rows) and mail.mail_server() is None
    context = {"rows": rows, "no_mail": mailing, "no_address": bool(rows) and not mail.address()}
    return render(request, "delivery/list.html", context | {"catch_up": services.CATCH_UP})


def when(schedule: Schedule) -> str:
    """When a schedule is due, in words."""
    told = {"time": f"{schedule.at:%H:%M}", "day": schedule.month_day}
    if schedule.every == "weekly":
        return _("%(weekday)s %(time)s") % (told | {"weekday": WEEKDAYS[schedule.weekday]})
    if schedule.every == "monthly":
        return _("on day %(day)s of the month, %(time)s") % told
    return _("every day %(time)s") % told


@require_http_methods(["GET", "POST"])
@book_view("rules")
def schedule(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new schedule, or an existing one. Choosing another report shows its parameters."""
    book = request.book  # type: ignore[attr-defined]
    request.nav_page = "delivery:list"  # type: ignore[attr-defined]
    found = _seen(request, pk) if pk else None
    before = services.told(found) if found else None
    reports = reports_for(book, request.membership, found)  # type: ignore[attr-defined]
    only_params = bool(request.htmx) and request.htmx.target == "report-params"  # type: ignore[attr-defined]
    if only_params:
        form = ScheduleForm(instance=found, book=book, initial=_asked(request, reports), reports=reports)
        return render(request, "delivery/_params.html", {"form": form})
    initial = {} if found else _first_values(request, reports)
    form = ScheduleForm(request.POST or None, instance=found, book=book, initial=initial, reports=reports)
    if request.method == "POST" and form.is_valid():
        saved = services.save_schedule(form.save(commit=False), form.cleaned_data["channels"], request, before)
        toast(request, _("Saved: %(name)s") % {"name": saved.name})
        return done(request, book_url(request, "delivery:list"))
    if found and form.errors:
        found.refresh_from_db()
    context = {"form": form, "schedule": found, "zone": book.timezone}
    return render(request, "delivery/form.html", context, status=422 if form.errors else 200)


def _asked(request: HttpRequest, reports: Mapping[str, Report]) -> dict[str, Any]:
    """What the address tells of the report: its name and its parameters."""
    name = request.GET.get("report", "")
    chosen = reports.get(name)
    known = {parameter.name for parameter in chosen.parameters} if chosen else set()
    return {
        "report": name,
        "params": {key: value[:100] for key, value in request.GET.items() if key in known and value},
    }


def _first_values(request: HttpRequest, reports: Mapping[str, Report]) -> dict[str, Any]:
    """What a new schedule begins with: the report one came from, daily, in one's own language."""
    asked = _asked(request, reports)
    chosen = reports.get(asked["report"])
    return asked | {
        "name": translated(chosen.title) if chosen else "", "period": "yesterday", "every": "daily", "weekday": 1,
        "month_day": 1, "at": "09:00", "formats": ["xlsx"], "language": get_language() or "zh-hans",
        "emails": request.user.email if request.user.is_authenticated else "",
    }  # fmt: skip


@require_POST
@book_view("rules")
def pause(request: HttpRequest, pk: int) -> HttpResponse:
    """Pause, or go on."""
    found = _found(request, pk)
    paused = services.pause(found, request)
    words = _("Paused: %(name)s") if paused else _("Goes on: %(name)s")
    toast(request, words % {"name": found.name}, book_url(request, "delivery:pause", pk))
    return done(request, book_url(request, "delivery:list"))


@require_http_methods(["GET", "POST"])
@book_view("rules")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, then remove a schedule; its archive stays."""
    found = _found(request, pk)
    if request.method == "POST":
        services.remove(found, request)
        toast(request, _("Removed: %(name)s") % {"name": found.name})
        return done(request, book_url(request, "delivery:list"))
    return render(request, "delivery/remove.html", {"schedule": found})


@require_http_methods(["GET", "POST"])
@book_view("rules")
def send(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, naming the recipients; then make and send an issue now."""
    found = _seen(request, pk)
    if request.method == "POST":
        issue = services.issue_now(found, request)
        return done(request, book_url(request, "delivery:issue", issue.pk))
    return render(request, "delivery/send.html", {"schedule": found, "to": services.recipients(found)})


@require_POST
@book_view("rules")
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Make an issue that is sent to nobody, to look at."""
    issue = services.issue_now(_seen(request, pk), request, trial=True)
    return done(request, book_url(request, "delivery:issue", issue.pk))


def _found(request: HttpRequest, pk: int) -> Schedule:
    return get_object_or_404(Schedule, pk=pk, book=request.book)  # type: ignore[attr-defined]


def _seen(request: HttpRequest, pk: int) -> Schedule:
    """A schedule whose report the person sees; others can only be paused and removed."""
    seen = Schedule.objects.filter(queries.seen_by(request.membership), book=request.book)  # type: ignore[attr-defined]
    return get_object_or_404(seen, pk=pk)
