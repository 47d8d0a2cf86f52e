"""Webhooks of a book, and the mail server of the installation (for its administrators)."""

from __future__ import annotations

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.delivery import mail, services
from huikuan.server.delivery.forms import ChannelForm, MailServerForm, TrialForm
from huikuan.server.delivery.models import Channel, MailServer


@require_GET
@book_view("view_money")
def channels(request: HttpRequest) -> HttpResponse:
    """The webhooks of the book, their addresses masked."""
    rows = Channel.objects.filter(book=request.book).prefetch_related("schedules")  # type: ignore[attr-defined]
    return render(request, "delivery/channels.html", {"rows": rows})


@sensitive_post_parameters("url", "secret")
@never_cache
@require_http_methods(["GET", "POST"])
@book_view("rules")
def channel(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new webhook, or an existing one."""
    found = _found(request, pk) if pk else None
    form = ChannelForm(request.POST or None, instance=found, book=request.book)  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        saved = services.save_channel(form.save(commit=False), request, form.cleaned_data["url"], form.new_secret)
        toast(request, _("Saved: %(name)s") % {"name": saved.name})
        return done(request, book_url(request, "delivery:channels"))
    context = {"form": form, "title": _("Webhook"), "channel": found}
    return render(request, "delivery/channel.html", context, status=422 if form.errors else 200)


@require_POST
@book_view("rules")
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """Remove a webhook that no report uses."""
    found = _found(request, pk)
    services.remove_channel(found, request)
    toast(request, _("Removed: %(name)s") % {"name": found.name})
    return done(request, book_url(request, "delivery:channels"))


@require_POST
@book_view("rules")
def trial(request: HttpRequest, pk: int) -> HttpResponse:
    """Send a trial message; the answer stands on the page."""
    found = _found(request, pk)
    fault = services.try_channel(found, request)
    rows = Channel.objects.filter(book=found.book).prefetch_related("schedules")
    context = {"rows": rows, "tried": found, "fault": str(fault) if fault else ""}
    return render(request, "delivery/channels.html", context, status=422 if fault else 200)


def _found(request: HttpRequest, pk: int) -> Channel:
    return get_object_or_404(Channel, pk=pk, book=request.book)  # type: ignore[attr-defined]


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
@book_view("open_book")
def mail_page(request: HttpRequest) -> HttpResponse:
    """The mail server of the installation; for administrators."""
    _administrator(request)
    server = mail.mail_server()
    fixed = server is not None and server.of_environment
    row = MailServer.objects.first()
    form = MailServerForm(request.POST or None, instance=row)
    if request.method == "POST" and not fixed and form.is_valid():
        services.save_mail_server(form.save(commit=False), request, form.new_password)
        toast(request, _("Saved."))
        return done(request, book_url(request, "delivery:mail"))
    context = {"form": form, "server": server, "fixed": fixed, "trial": _trial_form(request)}
    return render(request, "delivery/mail.html", context, status=422 if form.errors else 200)


@require_POST
@book_view("open_book")
def mail_trial(request: HttpRequest) -> HttpResponse:
    """Send a trial mail; the answer of the server stands on the page."""
    _administrator(request)
    server, trial_form = mail.mail_server(), TrialForm(request.POST)
    fault = ""
    if trial_form.is_valid():
        fault = str(services.try_mail(trial_form.cleaned_data["to"], request) or "")
    context = {
        "form": MailServerForm(instance=MailServer.objects.first()), "server": server, "trial": trial_form,
        "fixed": server is not None and server.of_environment, "fault": fault,
        "tried": trial_form.is_valid() and trial_form.cleaned_data["to"],
    }  # fmt: skip
    return render(request, "delivery/mail.html", context, status=422 if fault or trial_form.errors else 200)


def _trial_form(request: HttpRequest) -> TrialForm:
    return TrialForm(initial={"to": request.user.email if request.user.is_authenticated else ""})


def _administrator(request: HttpRequest) -> None:
    if not request.user.is_superuser:  # type: ignore[union-attr]
        raise PermissionDenied
