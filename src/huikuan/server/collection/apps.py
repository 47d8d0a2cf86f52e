"""The app `collection`."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """Home page, collection list."""

    name = "huikuan.server.collection"
    label = "collection"
