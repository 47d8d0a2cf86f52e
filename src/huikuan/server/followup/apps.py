"""The app `followup`."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class FollowupConfig(AppConfig):
    """Collection follow-up."""

    name = "huikuan.server.followup"
    label = "followup"

    def ready(self) -> None:
        """Name the actions of the audit log, say in the left bar and on the home page what is due."""
        from huikuan.server.audit import actions
        from huikuan.server.core.navigation import count_for
        from huikuan.server.core.todo import Todo, todo_for

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
        }.items():
            actions.name(code, words)

        @count_for("followup:list")
        def due(request: HttpRequest) -> tuple[int, bool]:
            from huikuan.server.followup import reminders

            return reminders.waiting(request)

        @todo_for
        def chase(request: HttpRequest) -> list[Todo]:
            from huikuan.server.followup import reminders  # here: the command line starts without the engine

            return reminders.todos(request)
