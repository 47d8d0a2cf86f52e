"""Language of the user, end of sessions, login before everything, forced change of a one-time password."""

from __future__ import annotations

import time
from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation

GetResponse = Callable[[HttpRequest], HttpResponse]
LANGUAGES = frozenset(code for code, _name in settings.LANGUAGES)
OPEN_PATHS = ("/health", "/account/login", "/account/language", "/share/")
# Written at most once a minute, so that reading pages costs no write.
SEEN_STEP_SECONDS = 60


def wanted_language(request: HttpRequest) -> str:
    """The user's language, else the cookie's, else the browser's, else Simplified Chinese."""
    preferred = getattr(request.user, "language", "") or request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
    if preferred in LANGUAGES:
        return preferred
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        code = part.split(";")[0].strip()
        if code.startswith(("zh-hant", "zh-tw", "zh-hk", "zh-mo")):
            return "zh-hant"
        if code.startswith("zh"):
            return "zh-hans"
        if code.startswith("en"):
            return "en"
    return str(settings.LANGUAGE_CODE)


def language(get_response: GetResponse) -> GetResponse:
    """Activate the language for the request; say it in the answer."""

    def middleware(request: HttpRequest) -> HttpResponse:
        code = wanted_language(request)
        request.LANGUAGE_CODE = code  # type: ignore[attr-defined]
        with translation.override(code):
            response = get_response(request)
            if hasattr(response, "render") and not getattr(response, "is_rendered", True):
                response = response.render()
        response.headers.setdefault("Content-Language", code)
        return response

    return middleware


def session_limits(get_response: GetResponse) -> GetResponse:
    """End a session that was idle too long or is too old. Polls of running jobs do not count as use."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = int(time.time())
            session = request.session
            started, seen = session.setdefault("started_at", now), session.setdefault("seen_at", now)
            idle = settings.SESSION_REMEMBERED_SECONDS if session.get("remember") else settings.SESSION_IDLE_SECONDS
            if now - started > settings.SESSION_ABSOLUTE_SECONDS or now - seen > idle:
                logout(request)
                return to_login(request, expired=True)
            if now - seen >= SEEN_STEP_SECONDS and not request.headers.get("X-Poll"):
                session["seen_at"] = now
        return get_response(request)

    return middleware


def login_required(get_response: GetResponse) -> GetResponse:
    """Everything but login, language, health and shared links needs a login; a one-time password is changed first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        path = request.path
        if path.startswith((settings.STATIC_URL, *OPEN_PATHS)):
            return get_response(request)
        if not request.user.is_authenticated:
            return to_login(request)
        change = reverse("accounts:password")
        if getattr(request.user, "must_change_password", False) and path not in (change, reverse("accounts:logout")):
            return HttpResponseRedirect(change)
        return get_response(request)

    return middleware


def to_login(request: HttpRequest, expired: bool = False) -> HttpResponse:
    """Send to the login page, which returns to where one was."""
    back = request.get_full_path() if request.method == "GET" else request.META.get("HTTP_REFERER", "/")
    if request.headers.get("HX-Request"):
        back = request.headers.get("HX-Current-URL", "/")
    query = {"next": back} | ({"expired": "1"} if expired else {})
    address = f"{reverse('accounts:login')}?{urlencode(query)}"
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)
