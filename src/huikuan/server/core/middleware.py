"""Errors put into words where the request was made, and toasts added to htmx answers."""

from __future__ import annotations

import logging
import secrets
from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string

from huikuan.records.errors import HuikuanError, UserError

log = logging.getLogger("huikuan.server")
GetResponse = Callable[[HttpRequest], HttpResponse]


class errors:
    """A UserError becomes a page or fragment with its sentence (422); others are logged under an error number (500)."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """The answer."""
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """The answer for an error of our own tree; None leaves all others to Django."""
        if not isinstance(error, HuikuanError):
            return None
        status, number = 422, ""
        if not isinstance(error, UserError):
            status, number = 500, error_number()
            log.error("%s %s: %s", number, request.path, error, exc_info=error)
        template = "core/_fault.html" if getattr(request, "htmx", False) else "core/error.html"
        context = {"sentence": str(error), "code": error.code, "number": number, "status": status}
        return render(request, template, context, status=status)


def error_number() -> str:
    """A short number that a user can read out and an operator finds in the log, like E-4F21."""
    return f"E-{secrets.token_hex(2).upper()}"


def toasts(get_response: GetResponse) -> GetResponse:
    """Append waiting toasts to an htmx answer; a full page shows them itself."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        is_fragment = getattr(request, "htmx", False) and not request.htmx.boosted  # type: ignore[attr-defined]
        is_html = response.get("Content-Type", "").startswith("text/html") and not response.streaming
        if is_fragment and is_html and response.status_code == 200 and "HX-Redirect" not in response:
            waiting = list(messages.get_messages(request))
            if waiting:
                text = render_to_string("core/_toasts.html", {"messages": waiting, "swap": True}, request)
                response.content += text.encode()
        return response

    return middleware
