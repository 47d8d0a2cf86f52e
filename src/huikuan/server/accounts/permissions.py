"""Who may do what in a book: the closed list of permissions, the roles that have them, and the guard of book pages.

Every view under /b/BOOK/ is wrapped by `book_view`. A book one has no role in does not exist (404); a right one's
role lacks is refused (403). `tests/server/test_permissions.py` holds every address against every role.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from huikuan.server.accounts.models import Membership

# permission → the roles that have it (DESIGN section 3).
PERMISSIONS: dict[str, frozenset[str]] = {
    "open_book": frozenset({"owner", "accountant", "clerk", "warehouse", "auditor"}),  # enter the book at all
    "view_money": frozenset({"owner", "accountant", "clerk", "auditor"}),  # every page with an amount
    "view_goods": frozenset({"owner", "accountant", "clerk", "warehouse", "auditor"}),
    "view_counterparty": frozenset({"owner", "accountant", "auditor"}),  # unmasked names on bank lines
    "import": frozenset({"owner", "accountant", "clerk"}),  # import and undo documents, column mappings
    "match": frozenset({"owner", "accountant", "clerk"}),  # match, exclude, correct, note; run a reconciliation
    "force": frozenset({"owner", "accountant"}),  # match against the figures, approve another's
    "rules": frozenset({"owner", "accountant"}),  # shops, accounts, settlement rules, fee rates
    "export": frozenset({"owner", "accountant", "clerk", "auditor"}),  # reports as files
    "cases": frozenset({"owner", "accountant", "clerk"}),
    "own_cases": frozenset({"owner", "accountant", "clerk", "warehouse"}),
    "goods": frozenset({"owner", "accountant", "clerk", "warehouse"}),  # record receipts and counts
    "close": frozenset({"owner", "accountant"}),
    "reopen": frozenset({"owner"}),
    "manage_users": frozenset({"owner"}),
    "view_audit": frozenset({"owner", "accountant", "auditor"}),
}


def allowed(role: str, permission: str) -> bool:
    """Whether a role has a permission. KeyError for a permission that is not on the list."""
    return role in PERMISSIONS[permission]


def role_in(user: Any, slug: str) -> Membership | None:
    """The user's membership in the book of that slug; None if there is none or no such book.

    A superuser without a role in it enters any book as its owner.
    """
    found = Membership.objects.select_related("book").filter(user=user, book__slug=slug).order_by().first()
    if found is not None:
        found.user = user
    if found is None and user.is_superuser:
        from huikuan.server.books.models import Book

        book = Book.objects.filter(slug=slug).first()
        return Membership(user=user, book=book, role="owner") if book else None
    return found


View = Callable[..., HttpResponseBase]


def book_view(permission: str) -> Callable[[View], View]:
    """Guard a view under /b/BOOK/. Sets `request.book`, `request.membership` and `request.scope` (period, as-of).

    The view is called as `view(request, ...)` without the slug. 404 for another's book, 403 without the right.
    """
    if permission not in PERMISSIONS:
        raise KeyError(f"unknown permission {permission}")

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, book: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            from huikuan.server.core.scope import scope_of

            membership = role_in(request.user, book) if request.user.is_authenticated else None
            if membership is None:
                raise Http404
            request.book, request.membership = membership.book, membership  # type: ignore[attr-defined]
            request.scope = scope_of(request, membership.book)  # type: ignore[attr-defined]
            if not membership.may(permission):
                raise PermissionDenied(permission)
            return view(request, *args, **kwargs)

        guarded.permission = permission  # type: ignore[attr-defined]
        return guarded

    return decorate
