"""The app `reports`."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """Built-in reports on screen and as files."""

    name = "huikuan.server.reports"
    label = "reports"

    def ready(self) -> None:
        """Words of the audit log."""
        from django.utils.translation import gettext_lazy as _

        from huikuan.server.audit import actions

        actions.name("report.export", _("Report taken as a file"))
        actions.name("report.save", _("Report saved"))
        actions.name("report.delete", _("Report deleted"))
