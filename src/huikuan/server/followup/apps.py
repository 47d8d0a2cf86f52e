"""The app `followup`."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class FollowupConfig(AppConfig):
    """Collection follow-up."""

    name = "huikuan.server.followup"
    label = "followup"

    def ready(self) -> None:
        """Name the actions of the audit log, say in the left bar, on the home page and by e-mail what is due."""
        from huikuan.server.audit import actions
        from huikuan.server.core.navigation import count_for
        from huikuan.server.core.todo import Todo, todo_for
        from huikuan.server.delivery.errands import errand

        for code, words in {
            "followup.create": _("Follow-up task made"),
            "followup.add": _("Orders added to a follow-up task"),
            "followup.drop": _("Orders taken out of a follow-up task"),
            "followup.assign": _("Follow-up task handed over"),
            "followup.edit": _("Follow-up task changed"),
            "followup.done": _("Follow-up task done"),
            "followup.given_up": _("Follow-up task given up"),
            "followup.reopen": _("Follow-up task opened again"),
            "followup.attach": _("File attached to a follow-up task"),
            "followup.detach": _("File taken off a follow-up task"),
            "followup.claim": _("Claim file made"),
            "followup.reminders": _("Reminders of follow-up set up"),
            "followup.reminded": _("Own reminders of follow-up turned on or off"),
            "followup.reminder": _("Reminder of follow-up sent"),
        }.items():
            actions.name(code, words)

        errand(ReminderErrand())

        @count_for("followup:list")
        def due(request: HttpRequest) -> tuple[int, bool]:
            from huikuan.server.followup import reminders

            return reminders.waiting(request)

        @todo_for
        def chase(request: HttpRequest) -> list[Todo]:
            from huikuan.server.followup import reminders  # here: the command line starts without the engine

            return reminders.todos(request)


class ReminderErrand:
    """The daily reminder by e-mail, for the clock: `reminder_mail`, which is loaded when it is needed."""

    def tick(self, now: datetime) -> None:
        """Plan it and have the worker send it."""
        from huikuan.server.followup import reminder_mail

        reminder_mail.tick(now)

    def work_off(self, now: datetime, book: Any) -> Iterator[dict[str, Any]]:
        """Plan and send it now."""
        from huikuan.server.followup import reminder_mail

        return reminder_mail.work_off(now, book)
