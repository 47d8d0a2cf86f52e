"""The app `analysis`."""

from django.apps import AppConfig


class AnalysisConfig(AppConfig):
    """Cash forecast, findings, exploration."""

    name = "huikuan.server.analysis"
    label = "analysis"
