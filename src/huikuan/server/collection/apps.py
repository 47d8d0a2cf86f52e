"""The app `collection`."""

from django.apps import AppConfig


class CollectionConfig(AppConfig):
    """Home page, collection list."""

    name = "huikuan.server.collection"
    label = "collection"

    def ready(self) -> None:
        """Words of the audit log."""
        from django.utils.translation import gettext_lazy as _

        from huikuan.server.audit import actions

        actions.name("collection.export", _("Collection list taken as a file"))
