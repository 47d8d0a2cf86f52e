"""What the base page needs: layer, navigation, books to switch to, the job of the top bar."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

LAYERS = {"drawer": "core/drawer.html", "dialog": "core/dialog.html"}


def page(request: HttpRequest) -> dict[str, Any]:
    """Context of every template. `layout` is the frame a page extends: whole page, drawer or dialog."""
    target = getattr(request, "htmx", None) and request.htmx.target  # type: ignore[attr-defined]
    context: dict[str, Any] = {
        "layout": LAYERS.get(str(target), "core/base.html"),
        "in_layer": str(target) in LAYERS,
        "languages": settings.LANGUAGES,
        "language_code": getattr(request, "LANGUAGE_CODE", settings.LANGUAGE_CODE),
    }
    if getattr(request, "membership", None) is not None:
        context |= _of_book(request)
    return context


def _of_book(request: HttpRequest) -> dict[str, Any]:
    from huikuan.server.books.queries import books_of
    from huikuan.server.core.navigation import navigation
    from huikuan.server.core.scope import recent_periods
    from huikuan.server.jobs.queries import job_of_top_bar

    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    return {
        "book": book,
        "membership": request.membership,  # type: ignore[attr-defined]
        "scope": scope,
        "navigation": SimpleLazyObject(lambda: navigation(request)),
        "books": SimpleLazyObject(lambda: books_of(request.user)),
        "periods": SimpleLazyObject(lambda: recent_periods(scope, book)),
        "top_job": SimpleLazyObject(lambda: job_of_top_bar(book, request.user)),
    }
