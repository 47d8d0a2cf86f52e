"""Columns and saved views of lists, per user and book.

A view of a page calls `listing(request, "collection", COLUMNS)` and gives it to its template as `listing`; there
`{% list_tools listing %}` draws the two menus, and the table takes `class="list {{ listing.classes }}"`. Columns are
told apart by their place, so each row of such a table has all its cells, that of the totals too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.permissions import book_view
from huikuan.server.core.models import ListView
from huikuan.server.core.shortcuts import book_url, done, toast

register(
    {
        "list.no_name": gettext_noop("Give the view a name of at most 60 characters."),
        "list.too_many": gettext_noop("There are %(most)s views of this list already. Delete one first."),
    }
)
PAGES = ("collection", "documents", "matched")
# Not part of a view: what every page's address holds, the place in the list, the view itself.
PASSING = ("period", "as_of", "after", "page", "view")
VIEWS_AT_MOST = 30


@dataclass(frozen=True)
class Column:
    """A column of a list; one that is `fixed` cannot be hidden. `place` counts from 1."""

    name: str
    label: Any
    place: int
    hidden: bool
    fixed: bool = False


@dataclass(frozen=True)
class Listing:
    """A list as the user wants it: its columns, the saved views, the one that is open (None: none)."""

    page: str
    columns: tuple[Column, ...]
    views: tuple[ListView, ...]
    view: ListView | None
    query: str

    @property
    def classes(self) -> str:
        """The classes of the table that leave the hidden columns out."""
        return " ".join(f"without-{column.place}" for column in self.columns if column.hidden)

    @property
    def changed(self) -> bool:
        """Whether the open view has been filtered or sorted further."""
        return self.view is not None and self.view.query != self.query


def listing(request: HttpRequest, page: str, columns: Sequence[tuple[str, Any]], fixed: int = 1) -> Listing:
    """The list `page` as the user wants it; the first `fixed` columns are always there."""
    kept = list(ListView.objects.filter(user=request.user, book=request.book, page=page))  # type: ignore[attr-defined,misc]
    views = tuple(each for each in kept if each.name)
    wanted = request.GET.get("view", "")
    view = next((each for each in views if str(each.pk) == wanted), None)
    plain = next((each for each in kept if not each.name), None)
    source = view or plain
    hidden = set(source.hidden) if source else set()
    made = tuple(
        Column(name, label, place, place > fixed and name in hidden, place <= fixed)
        for place, (name, label) in enumerate(columns, 1)
    )
    return Listing(page, made, views, view, query_of(request.GET.urlencode()))


def query_of(text: str) -> str:
    """The part of an address that belongs to a view, in one order."""
    return urlencode(sorted((name, value) for name, value in parse_qsl(text) if name not in PASSING))[:1000]


def _page(page: str) -> str:
    if page not in PAGES:
        raise Http404
    return page


def _back(request: HttpRequest, **query: Any) -> HttpResponse:
    """To the list the form stands on, with the place and view changed."""
    told = request.POST.get("next", "")
    path, _mark, rest = told.partition("?")
    if not path.startswith(f"/b/{request.book.slug}/"):  # type: ignore[attr-defined]
        return done(request, book_url(request, "core:home"))
    params = {name: value for name, value in parse_qsl(rest) if name not in ("after", "page")} | query
    params = {name: value for name, value in params.items() if value not in (None, "")}
    return done(request, f"{path}?{urlencode(params)}" if params else path)


@require_POST
@book_view("open_book")
def columns(request: HttpRequest, page: str) -> HttpResponse:
    """Leave columns out: `all` names them, `shown` those that stay. They belong to the view that is open, if one is."""
    known, shown = request.POST.getlist("all"), set(request.POST.getlist("shown"))
    mine = {"user": request.user, "book": request.book, "page": _page(page)}  # type: ignore[attr-defined]
    hidden = [name for name in known[:40] if name not in shown]
    view = request.POST.get("view", "")
    if view.isdecimal() and ListView.objects.filter(pk=view, **mine).update(hidden=hidden):
        return _back(request)
    ListView.objects.update_or_create(**mine, name="", defaults={"hidden": hidden})
    return _back(request, view=None)


@require_POST
@book_view("open_book")
def save_view(request: HttpRequest, page: str) -> HttpResponse:
    """Keep the filter, the order and the columns of the list under a name; the same name again replaces it."""
    mine = {"user": request.user, "book": request.book, "page": _page(page)}  # type: ignore[attr-defined]
    name = request.POST.get("name", "").strip()
    if not name or len(name) > 60:
        raise UserError("list.no_name")
    if ListView.objects.filter(**mine).exclude(name=name).count() > VIEWS_AT_MOST:
        raise UserError("list.too_many", most=VIEWS_AT_MOST)
    values = {"query": query_of(request.POST.get("query", "")), "hidden": request.POST.getlist("hidden")[:40]}
    view, _made = ListView.objects.update_or_create(**mine, name=name, defaults=values)
    toast(request, _("View saved: %(name)s") % {"name": name})
    return _back(request, view=view.pk)


@require_POST
@book_view("open_book")
def delete_view(request: HttpRequest, pk: int) -> HttpResponse:
    """Forget a view of one's own; one that is not there is forgotten already."""
    ListView.objects.exclude(name="").filter(pk=pk, user=request.user, book=request.book).delete()  # type: ignore[attr-defined,misc]
    return _back(request, view=None)
