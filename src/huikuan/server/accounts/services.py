"""What happens to users: creating, passwords, roles. Used by the web and the command line alike; all is audited."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction

from huikuan.records.codes import ROLES
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.server.accounts.models import Membership, User
from huikuan.server.audit.services import record

register(
    {
        "user.exists": gettext_noop("There is already a user named %(name)s. Choose another name."),
        "user.unknown": gettext_noop("There is no user named %(name)s."),
        "user.weak_password": gettext_noop("The password is not accepted: %(why)s"),
        "user.unknown_role": gettext_noop("There is no role %(role)s; the roles are: %(roles)s."),
        "user.other_books": gettext_noop(
            "%(name)s also belongs to books that are not yours. Only an administrator may set a new password."
        ),
        "user.last_owner": gettext_noop("%(name)s is the last owner of this book. Make somebody else owner first."),
    }
)
# Without letters and digits that are mistaken for each other.
ALPHABET = "abcdefghjkmnpqrstuvwxyz23456789"


def one_time_password() -> str:
    """A random password that is easy to type, like `k7wd-x3mp-9tqa`."""
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(4)) for _ in range(3))


@transaction.atomic
def create_user(
    name: str, *, password: str | None = None, superuser: bool = False, display_name: str = "", by: Any = None
) -> tuple[User, str]:
    """A new user and the password to log in with first. A password that is not given is one-time.

    UserError `user.exists`, `user.weak_password`.
    """
    if User.objects.filter(username__iexact=name).exists():
        raise UserError("user.exists", name=name)
    user = User(username=name, is_superuser=superuser, display_name=display_name)
    user.must_change_password = password is None
    shown = password or one_time_password()
    if password is not None:
        _check(password, user)
    user.set_password(shown)
    user.save()
    record(by, "user.create", user, after={"name": name, "superuser": superuser})
    return user, shown


@transaction.atomic
def set_password(user: User, password: str | None = None, *, by: Any = None) -> str:
    """Set a password, or a one-time password where none is given; returns it. Ends the user's other sessions."""
    shown = password or one_time_password()
    if password is not None:
        _check(password, user)
    user.must_change_password = password is None
    user.set_password(shown)
    user.save(update_fields=["password", "must_change_password"])
    record(by or user, "user.password", user)
    return shown


def get_user(name: str) -> User:
    """The user of that name. UserError `user.unknown`."""
    user = User.objects.filter(username__iexact=name).first()
    if user is None:
        raise UserError("user.unknown", name=name)
    return user


@transaction.atomic
def set_role(user: User, book: Any, role: str, *, by: Any = None) -> Membership | None:
    """Give a user a role in a book, or take it away with an empty role (then None). The last owner stays."""
    if role and role not in ROLES:
        raise UserError("user.unknown_role", role=role, roles=", ".join(ROLES))
    existing = Membership.objects.select_for_update().filter(user=user, book=book).first()
    before = existing.role if existing else ""
    others = Membership.objects.filter(book=book, role="owner").exclude(user=user)
    if before == "owner" and role != "owner" and not others.exists():
        raise UserError("user.last_owner", name=user.shown_name)
    membership = None
    if role:
        membership, _created = Membership.objects.update_or_create(user=user, book=book, defaults={"role": role})
    elif existing:
        existing.delete()
    record(by, "user.role", user, book=book, before={"role": before}, after={"role": role})
    return membership


def _check(password: str, user: User) -> None:
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise UserError("user.weak_password", why=" ".join(error.messages)) from error
