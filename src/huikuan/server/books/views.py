"""Settings of a book: the book itself, shops and accounts; creating another book."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.records.messages import gettext_noop
from huikuan.server.accounts.permissions import book_view
from huikuan.server.audit.services import record
from huikuan.server.books import services
from huikuan.server.books.forms import AccountForm, BookForm, BookSettingsForm, ShopForm, initial_of, values_of
from huikuan.server.books.models import Account, Shop
from huikuan.server.core.shortcuts import book_url, done, toast
from huikuan.server.jobs.models import Job
from huikuan.server.jobs.services import start


@require_http_methods(["GET", "POST"])
@book_view("view_money")
def settings_page(request: HttpRequest) -> HttpResponse:
    """Name and first day of the book."""
    book = request.book  # type: ignore[attr-defined]
    form = BookSettingsForm(request.POST or None, instance=book)
    form.fields["approval_from"].disabled = not request.membership.may("manage_users")  # type: ignore[attr-defined]
    if request.method == "POST":
        need(request, "rules")
        if form.is_valid():
            with transaction.atomic():
                record(request, "book.change", book, before=initial_of(form), after=form.cleaned_data)
                form.save()
            toast(request, _("Saved."))
            return done(request, book_url(request, "books:settings"))
        book.refresh_from_db()
    return render(request, "books/settings.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
@book_view("open_book")
def create(request: HttpRequest) -> HttpResponse:
    """Another book; for administrators of the installation."""
    if not request.user.is_superuser:  # type: ignore[union-attr]
        raise PermissionDenied
    form = BookForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        book = services.create_book(**form.cleaned_data, owner=request.user, by=request)
        toast(request, _("Book created: %(name)s") % {"name": book.name})
        return done(request, reverse("core:home", args=[book.slug]))
    context = {"form": form, "title": _("New book")}
    return render(request, "books/form.html", context, status=422 if form.errors else 200)


@require_POST
@book_view("open_book")
def load_demo(request: HttpRequest) -> HttpResponse:
    """Load the demo into a book of its own, in the background; for administrators of the installation."""
    if not request.user.is_superuser:  # type: ignore[union-attr]
        raise PermissionDenied
    book = request.book  # type: ignore[attr-defined]
    if not Job.objects.filter(book=book, kind="demo", state__in=("waiting", "running")).exists():
        start(book, "demo", {"by": request.user.get_username()}, title=gettext_noop("Demo"), by=request)
    return done(request, book_url(request, "core:home"))


@require_GET
@book_view("view_money")
def shops(request: HttpRequest) -> HttpResponse:
    """Shops and accounts."""
    book = request.book  # type: ignore[attr-defined]
    context = {
        "shops": book.shops.all(),
        "accounts": book.accounts.prefetch_related("shops", "pays_into"),
    }
    return render(request, "books/shops.html", context)


@require_http_methods(["GET", "POST"])
@book_view("rules")
def shop(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new shop, or an existing one."""
    return _edit(request, ShopForm, Shop, "shop", pk, _("Shop"))


@require_http_methods(["GET", "POST"])
@book_view("rules")
def account(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new account, or an existing one."""
    return _edit(request, AccountForm, Account, "account", pk, _("Account"))


def _edit(request: HttpRequest, form_class: Any, model: Any, kind: str, pk: int | None, title: str) -> HttpResponse:
    book = request.book  # type: ignore[attr-defined]
    instance = get_object_or_404(model, pk=pk, book=book) if pk else None
    form = form_class(request.POST or None, instance=instance, book=book)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            before = initial_of(form) if pk else {}
            saved = form.save()
            record(request, f"{kind}.{'change' if pk else 'create'}", saved, before=before, after=values_of(form))
        toast(request, _("Saved: %(name)s") % {"name": saved.name})
        return done(request, book_url(request, "books:shops"))
    return render(request, "books/form.html", {"form": form, "title": title}, status=422 if form.errors else 200)


def need(request: HttpRequest, permission: str) -> None:
    """PermissionDenied unless the role has a further permission than the view's own."""
    if not request.membership.may(permission):  # type: ignore[attr-defined]
        raise PermissionDenied(permission)
