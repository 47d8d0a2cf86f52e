"""The app `jobs`."""

from django.apps import AppConfig


class JobsConfig(AppConfig):
    """Jobs."""

    name = "huikuan.server.jobs"
    label = "jobs"
