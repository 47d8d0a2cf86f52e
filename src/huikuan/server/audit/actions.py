"""Words for the actions of the audit log. An action without words is shown as its code."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

ACTIONS: dict[str, Any] = {
    "user.login": _("Logged in"),
    "user.login_failed": _("Login failed"),
    "user.logout": _("Logged out"),
    "user.create": _("User created"),
    "user.password": _("Password changed"),
    "user.role": _("Role changed"),
    "book.create": _("Book created"),
    "book.change": _("Book changed"),
    "shop.create": _("Shop created"),
    "shop.change": _("Shop changed"),
    "account.create": _("Account created"),
    "account.change": _("Account changed"),
    "rules.change": _("Rule changed"),
    "rules.delete": _("Rule removed"),
    "rules.import": _("Rules imported"),
    "rules.dismiss": _("Proposed rule dismissed"),
    "job.cancel": _("Job cancelled"),
}


def name(action: str, words: Any) -> None:
    """Give an action of another app its words (lazy translation)."""
    ACTIONS[action] = words
