"""The app `periods`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeriodsConfig(AppConfig):
    """Closing and reopening of months, weeks and days."""

    name = "huikuan.server.periods"
    label = "periods"

    def ready(self) -> None:
        """Words of the audit log."""
        from huikuan.server.audit import actions

        actions.name("period.close", _("Period closed"))
        actions.name("period.reopen", _("Period reopened"))
