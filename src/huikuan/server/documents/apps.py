"""The app `documents`."""

from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "huikuan.server.documents"
    label = "documents"
