"""Small helpers of views: toasts, answers to forms in a dialog or drawer, files as answers."""

from __future__ import annotations

import json
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse


def toast(request: HttpRequest, sentence: str, undo_url: str = "") -> None:
    """Show a toast with the answer: something done that can be undone. `undo_url` is posted to by its button.

    Never for errors: these stand where they happened.
    """
    messages.success(request, sentence, extra_tags=undo_url)


@lru_cache(maxsize=8192)
def book_path(name: str, slug: str, *args: Any) -> str:
    """The address of a page of a book without a query. Pages have a hundred of them; NoReverseMatch is not kept."""
    return reverse(name, args=[slug, *args])


def book_url(request: HttpRequest, name: str, *args: Any, query: dict[str, Any] | None = None) -> str:
    """The address of a page of the request's book, with its period and as-of date."""
    address = book_path(name, request.book.slug, *args)  # type: ignore[attr-defined]
    params = request.scope.params | {key: value for key, value in (query or {}).items() if value not in (None, "")}  # type: ignore[attr-defined]
    return f"{address}?{urlencode(params)}" if params else address


def file_answer(path: Path, name: str, content_type: str | None = None) -> FileResponse:
    """A file as an answer, to be saved under a name. What stands at `path` may be removed at once."""
    kept = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the response
    with path.open("rb") as made:
        shutil.copyfileobj(made, kept)
    kept.seek(0)
    return FileResponse(kept, as_attachment=True, filename=name, content_type=content_type)


def done(request: HttpRequest, url: str) -> HttpResponse:
    """The answer after a form was carried out: go to `url`, from a page, a dialog or a drawer alike."""
    if getattr(request, "htmx", False):
        return HttpResponse(status=204, headers={"HX-Redirect": url})
    return HttpResponseRedirect(url)


def close_layer(**events: Any) -> HttpResponse:
    """The answer that closes dialog or drawer and tells the page what happened (htmx triggers by name)."""
    return HttpResponse(status=204, headers={"HX-Trigger": json.dumps({"layers:close": True} | events)})
