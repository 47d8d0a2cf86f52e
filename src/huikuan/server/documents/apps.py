"""The app `documents`."""

from django.apps import AppConfig
from django.http import HttpRequest


class DocumentsConfig(AppConfig):
    """Documents."""

    name = "huikuan.server.documents"
    label = "documents"

    def ready(self) -> None:
        """Words of the audit log; the count of refused files beside Import."""
        from django.utils.translation import gettext_lazy as _

        from huikuan.server.audit import actions
        from huikuan.server.core.navigation import count_for

        actions.name("document.import", _("Document imported"))
        actions.name("document.left", _("File left out: it would have changed known records"))
        actions.name("document.undo", _("Document undone"))
        actions.name("coverage.quiet", _("Days without business marked"))
        actions.name("coverage.quiet_undo", _("Mark of days without business taken back"))
        actions.name("mapping.save", _("Column mapping saved"))
        actions.name("mapping.delete", _("Column mapping removed"))

        @count_for("documents:list")
        def flagged(request: HttpRequest) -> tuple[int, bool]:
            from huikuan.server.documents.queries import documents

            return documents(request.book, status="flagged").count(), False  # type: ignore[attr-defined]
