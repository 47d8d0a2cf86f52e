"""Users with their preferences, and their role in each book."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person who logs in by name and password. `is_superuser`: may create books and sees every book as owner."""

    THEMES = [("auto", _("As the system")), ("light", _("Light")), ("dark", _("Dark"))]
    DENSITIES = [("compact", _("Compact")), ("normal", _("Normal")), ("wide", _("Wide"))]

    display_name = models.CharField(max_length=80, blank=True)
    language = models.CharField(max_length=10, blank=True)  # blank: as the browser says
    theme = models.CharField(max_length=5, choices=THEMES, default="auto")
    density = models.CharField(max_length=7, choices=DENSITIES, default="normal")
    single_keys = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)

    @property
    def shown_name(self) -> str:
        """The name shown to others."""
        return self.display_name or self.username


class Membership(models.Model):
    """The role of a user in a book. One per user and book."""

    ROLES = [
        ("owner", _("Owner")),
        ("accountant", _("Accountant")),
        ("clerk", _("Clerk")),
        ("warehouse", _("Warehouse")),
        ("auditor", _("Auditor")),
    ]
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    book = models.ForeignKey("books.Book", on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=12, choices=ROLES)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "book"], name="one_role_per_user_and_book")]
        ordering = ["user__username"]

    def may(self, permission: str) -> bool:
        """Whether the role has a permission of `accounts.permissions.PERMISSIONS`."""
        from huikuan.server.accounts.permissions import allowed

        return allowed(self.role, permission)
