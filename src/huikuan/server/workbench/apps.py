"""The app `workbench`."""

from django.apps import AppConfig
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _


class WorkbenchConfig(AppConfig):
    """Workbench."""

    name = "huikuan.server.workbench"
    label = "workbench"

    def ready(self) -> None:
        """Name the actions of the audit log, count the work in the left bar, answer the search."""
        from huikuan.server.audit import actions
        from huikuan.server.core import search as searching
        from huikuan.server.core.navigation import count_for

        for code, words in {
            "match.make": _("Matched by hand"),
            "match.force": _("Match forced"),
            "match.wait": _("Forced match waits for a second person"),
            "match.approve": _("Forced match approved"),
            "match.decline": _("Forced match declined"),
            "match.undo": _("Match by hand taken back"),
            "match.apart": _("Match taken apart"),
            "apart.undo": _("Taking apart taken back"),
            "record.exclude": _("Record excluded"),
            "exclusion.undo": _("Exclusion taken back"),
            "record.correct": _("Field corrected"),
            "correction.undo": _("Correction taken back"),
            "record.add": _("Record entered by hand"),
            "record.undo": _("Record entered by hand taken back"),
            "item.classify": _("Bill item classified"),
            "item.undo": _("Class of a bill item taken back"),
            "order.dispute": _("Order in dispute"),
            "dispute.undo": _("Dispute ended"),
            "suggestion.reject": _("Suggestion rejected"),
            "suggestion.undo": _("Suggestion allowed again"),
            "note.add": _("Note written"),
            "reconcile.run": _("Reconciled"),
        }.items():
            actions.name(code, words)

        @searching.provider
        def find(request: HttpRequest, text: str) -> list[searching.Hit]:
            from huikuan.server.workbench import search  # here: the command line starts without the engine

            return search.find(request, text)

        @count_for("workbench:workbench")
        def work(request: HttpRequest) -> tuple[int, bool]:
            from huikuan.server.workbench import counts

            return counts.work(request)
