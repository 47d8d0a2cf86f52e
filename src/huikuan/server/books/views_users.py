"""Settings: users of the book and their roles."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from huikuan.records.errors import UserError
from huikuan.server.accounts import services
from huikuan.server.accounts.models import Membership, User
from huikuan.server.accounts.permissions import book_view
from huikuan.server.books.forms import RoleForm, UserForm
from huikuan.server.core.shortcuts import book_url, done, toast


@require_GET
@book_view("manage_users")
def users(request: HttpRequest) -> HttpResponse:
    """Who has which role in this book."""
    rows = Membership.objects.filter(book=request.book).select_related("user")  # type: ignore[attr-defined]
    return render(request, "books/users.html", {"memberships": rows, "roles": Membership.ROLES})


@never_cache
@require_http_methods(["GET", "POST"])
@book_view("manage_users")
def add(request: HttpRequest) -> HttpResponse:
    """Add a user to the book. A new one gets a one-time password, shown once."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        name, shown_name = form.cleaned_data["username"], form.cleaned_data["display_name"]
        user = User.objects.filter(username__iexact=name).first()
        one_time = ""
        if user is None:
            user, one_time = services.create_user(name, display_name=shown_name, by=request)
        services.set_role(user, request.book, form.cleaned_data["role"], by=request)  # type: ignore[attr-defined]
        if one_time:
            return render(request, "books/one_time_password.html", {"member": user, "one_time": one_time})
        toast(request, _("%(name)s added.") % {"name": user.shown_name})
        return done(request, book_url(request, "books:users"))
    return render(
        request, "books/form.html", {"form": form, "title": _("Add a user")}, status=422 if form.errors else 200
    )


@require_POST
@book_view("manage_users")
def role(request: HttpRequest, pk: int) -> HttpResponse:
    """Another role for a member, or none. The last owner stays."""
    member = _member(request, pk)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return redirect(book_url(request, "books:users"))
    services.set_role(member.user, request.book, form.cleaned_data["role"], by=request)  # type: ignore[attr-defined]
    toast(request, _("Saved: %(name)s") % {"name": member.user.shown_name})
    return done(request, book_url(request, "books:users"))


@never_cache
@require_POST
@book_view("manage_users")
def password(request: HttpRequest, pk: int) -> HttpResponse:
    """A new one-time password for a member, shown once. Refused for members who also belong to books not one's own."""
    member = _member(request, pk)
    others = Membership.objects.filter(user=member.user).exclude(book=request.book)  # type: ignore[attr-defined]
    own = Membership.objects.filter(user=request.user.pk, role="owner").values("book_id")
    if not request.user.is_superuser and (member.user.is_superuser or others.exclude(book_id__in=own).exists()):  # type: ignore[union-attr]
        raise UserError("user.other_books", name=member.user.shown_name)
    one_time = services.set_password(member.user, by=request)
    return render(request, "books/one_time_password.html", {"member": member.user, "one_time": one_time})


def _member(request: HttpRequest, pk: int) -> Membership:
    rows = Membership.objects.select_related("user")
    return get_object_or_404(rows, pk=pk, book=request.book)  # type: ignore[attr-defined]
