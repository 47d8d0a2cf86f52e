"""The app `workbench`."""

from django.apps import AppConfig


class WorkbenchConfig(AppConfig):
    """Workbench."""

    name = "huikuan.server.workbench"
    label = "workbench"
