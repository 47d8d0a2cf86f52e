"""The app `audit`."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    """Audit."""

    name = "huikuan.server.audit"
    label = "audit"
