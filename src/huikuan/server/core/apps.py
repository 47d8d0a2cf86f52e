"""The app of the frame: base page, components, health; and the hook that lets the library speak the user's language."""

from django.apps import AppConfig


class CoreConfig(AppConfig):
    """Core."""

    name = "huikuan.server.core"
    label = "core"

    def ready(self) -> None:
        """Let the library's sentences be translated by Django's gettext."""
        from django.utils.translation import gettext

        from huikuan.records.messages import use_translator

        use_translator(gettext)
