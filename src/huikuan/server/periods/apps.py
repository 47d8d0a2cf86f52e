"""The app `periods`."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PeriodsConfig(AppConfig):
    """Closing and reopening of months, weeks and days."""

    name = "huikuan.server.periods"
    label = "periods"

    def ready(self) -> None:
        """Words of the audit log, the line of the home page."""
        from django.http import HttpRequest

        from huikuan.server.audit import actions
        from huikuan.server.core.todo import Todo, todo_for

        actions.name("period.close", _("Period closed"))
        actions.name("period.reopen", _("Period reopened"))

        @todo_for
        def closable(request: HttpRequest) -> list[Todo]:
            from huikuan.server.periods.todo import todos  # here: the command line starts without the engine

            return todos(request)
