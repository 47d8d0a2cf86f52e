"""The app `exports`."""

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    """Lists as files, and lists shared with people outside."""

    name = "huikuan.server.exports"
    label = "exports"

    def ready(self) -> None:
        """Words of the audit log."""
        from django.utils.translation import gettext_lazy as _

        from huikuan.server.audit import actions

        actions.name("list.export", _("List taken as a file"))
        actions.name("collection.export", _("Collection list taken as a file"))
        actions.name("share.create", _("List shared"))
        actions.name("share.revoke", _("Sharing ended"))
        actions.name("share.download", _("Shared list taken as a file"))
