"""The app `analysis`."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Cash forecast, findings, exploration."""

    name = "huikuan.server.analysis"
    label = "analysis"

    def ready(self) -> None:
        """Words of the audit log."""
        from django.utils.translation import gettext_lazy as _

        from huikuan.server.audit import actions

        actions.name("finding.dismiss", _("Finding put aside"))
        actions.name("finding.restore", _("Finding shown again"))
