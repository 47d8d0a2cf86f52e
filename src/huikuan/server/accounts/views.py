"""Login, logout, password, profile, language."""

from __future__ import annotations

import time

from axes.helpers import get_failure_limit
from axes.models import AccessAttempt
from django.conf import settings
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.server.accounts import services
from huikuan.server.accounts.forms import ChangePasswordForm, LoginForm, ProfileForm
from huikuan.server.audit.services import record
from huikuan.server.core.scope import enter_last_book
from huikuan.server.core.shortcuts import toast

MINUTES_LOCKED = int(settings.AXES_COOLOFF_TIME * 60)


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """Log in; say how many tries are left, and when the lock opens again."""
    if request.user.is_authenticated:
        return HttpResponseRedirect(_next(request))
    form = LoginForm(request.POST or None)
    fault = ""
    if request.method == "POST" and form.is_valid():
        name, password = form.cleaned_data["username"], form.cleaned_data["password"]
        user = authenticate(request, username=name, password=password)
        if user is not None:
            login(request, user)
            request.session["started_at"] = request.session["seen_at"] = int(time.time())
            request.session["remember"] = form.cleaned_data["remember"]
            record(request, "user.login", user)
            return HttpResponseRedirect(_next(request))
        fault = _fault(request, name)
        record(request, "user.login_failed", None, after={"name": name[:150]})
    context = {"form": form, "fault": fault, "expired": request.GET.get("expired"), "next": request.GET.get("next", "")}
    return render(request, "accounts/login.html", context, status=401 if fault else 200)


def locked(request: HttpRequest, response: HttpResponse | None, credentials: object) -> HttpResponse:
    """The answer of a locked login: the page that `login_page` drew, with the status that says so."""
    answer = response if response is not None else HttpResponse()
    answer.status_code = 429
    return answer


def _fault(request: HttpRequest, name: str) -> str:
    limit = get_failure_limit(request, {"username": name})
    failures = max(
        AccessAttempt.objects.filter(username=name, ip_address=request.META.get("REMOTE_ADDR")).values_list(
            "failures_since_start", flat=True
        ),
        default=0,
    )
    left = limit - failures
    if left <= 0:
        return _("Locked after too many wrong tries. Try again in %(minutes)s minutes.") % {"minutes": MINUTES_LOCKED}
    return _(
        "User name or password is wrong. %(left)s tries are left, then there is a wait of %(minutes)s minutes."
    ) % {
        "left": left,
        "minutes": MINUTES_LOCKED,
    }


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()):
        return wanted
    return str(settings.LOGIN_REDIRECT_URL) if settings.LOGIN_REDIRECT_URL.startswith("/") else "/"


@require_POST
def logout_page(request: HttpRequest) -> HttpResponse:
    """End the session."""
    record(request, "user.logout", request.user)
    logout(request)
    return redirect("accounts:login")


@sensitive_post_parameters()
@never_cache
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change one's own password; demanded after the login with a one-time password."""
    form = ChangePasswordForm(request.user, request.POST or None)
    forced = request.user.must_change_password  # type: ignore[union-attr]
    if request.method == "POST" and form.is_valid():
        services.set_password(request.user, form.cleaned_data["new_password1"], by=request)  # type: ignore[arg-type]
        update_session_auth_hash(request, request.user)  # type: ignore[arg-type]
        toast(request, _("Password changed."))
        return redirect("home")
    status = 422 if form.errors else 200
    return render(request, "accounts/password.html", {"form": form, "forced": forced}, status=status)


@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    """Name, language, appearance, row height, keyboard."""
    enter_last_book(request)
    form = ProfileForm(request.POST or None, instance=request.user)
    if request.method == "POST" and form.is_valid():
        form.save()
        toast(request, _("Saved."))
        response = redirect("accounts:profile")
        _remember_language(response, form.cleaned_data["language"])
        return response
    memberships = request.user.memberships.select_related("book")  # type: ignore[union-attr]
    context = {"form": form, "memberships": memberships}
    return render(request, "accounts/profile.html", context, status=422 if form.errors else 200)


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Switch the language here and, for a user who is logged in, everywhere."""
    code = request.POST.get("language", "")
    response = HttpResponseRedirect(_next(request))
    if code in dict(settings.LANGUAGES):
        if request.user.is_authenticated:
            request.user.language = code  # type: ignore[union-attr]
            request.user.save(update_fields=["language"])
        _remember_language(response, code)
    return response


@require_GET
def keys(request: HttpRequest) -> HttpResponse:
    """The list of keyboard shortcuts."""
    enter_last_book(request)
    return render(request, "accounts/keys.html")


def _remember_language(response: HttpResponse, code: str) -> None:
    if code:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=settings.LANGUAGE_COOKIE_AGE, samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE, httponly=True,
        )  # fmt: skip
