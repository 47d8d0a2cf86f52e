"""The app `delivery`."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class DeliveryConfig(AppConfig):
    """Automatic reports: made by schedule, sent by e-mail and webhook, kept in an archive."""

    name = "huikuan.server.delivery"
    label = "delivery"

    def ready(self) -> None:
        """Words of the audit log; failures in the left bar and on the home page."""
        from huikuan.server.audit import actions
        from huikuan.server.core.navigation import count_for
        from huikuan.server.core.todo import Todo, todo_for

        for code, words in {
            "delivery.create": _("Automatic report set up"),
            "delivery.change": _("Automatic report changed"),
            "delivery.pause": _("Automatic report paused"),
            "delivery.resume": _("Automatic report resumed"),
            "delivery.remove": _("Automatic report removed"),
            "delivery.by_hand": _("Report sent by hand"),
            "delivery.again": _("Report sent again"),
            "delivery.made": _("Automatic report made"),
            "delivery.sent": _("Automatic report sent"),
            "delivery.dismiss": _("Failure of a report noted"),
            "delivery.keep": _("Time that automatic reports are kept changed"),
            "delivery.expired": _("Automatic report removed: its time was over"),
            "delivery.file": _("File of an automatic report taken"),
            "channel.create": _("Webhook added"),
            "channel.change": _("Webhook changed"),
            "channel.remove": _("Webhook removed"),
            "channel.test": _("Webhook tried"),
            "mail.change": _("Mail server changed"),
            "mail.test": _("Mail server tried"),
        }.items():
            actions.name(code, words)

        @count_for("delivery:list")
        def failures(request: HttpRequest) -> tuple[int, bool]:
            from huikuan.server.delivery.queries import failures as failed

            count = len(failed(request))
            return count, count > 0

        @todo_for
        def undelivered(request: HttpRequest) -> list[Todo]:
            from huikuan.server.delivery.todo import todos

            return todos(request)
