"""The sentences of insight's and export's codes, registered once on import."""

from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register

register(
    {
        "collection.identity": _(
            "The collection of %(orders)s orders does not add up (first: %(shop)s, %(order_no)s). It was not published."
        ),
        "collection.rows": _("The collection has %(found)s rows where %(expected)s orders were given."),
        "collection.total": _(
            "The collection's %(measure)s of %(currency)s is %(found)s, its sources say %(expected)s."
        ),
        "report.unknown": _("There is no report “%(name)s”. Known reports: %(known)s."),
        "report.parameter": _("The report “%(report)s” needs “%(parameter)s”."),
        "report.choice": _("“%(value)s” is no value of “%(parameter)s”. Possible: %(known)s."),
        "report.control": _(
            "The report “%(report)s” does not balance and is not shown: %(label)s is %(found)s, %(agrees_with)s is "
            "%(expected)s."
        ),
        "report.stale": _(
            "Files were imported or decisions made since the last reconciliation, so this report would not balance. "
            "Reconcile, then ask again."
        ),
        "report.span": _("The period ends (%(last)s) before it begins (%(first)s)."),
        "report.account": _("The account “%(account)s” has no lines up to %(as_of)s. Import its statement first."),
        "report.currencies": _("The account “%(account)s” has several currencies (%(known)s). Choose one."),
        "pdf.no_font": _(
            "No font with Chinese characters was found. Build the front end, or set HUIKUAN_FONTS to a folder of fonts."
        ),
        "pdf.rows": _("%(rows)s rows are too many for a PDF (at most %(most)s). Choose Excel or CSV."),
        "pdf.failed": _("The PDF could not be made: %(detail)s"),
        "export.format": _("“%(format)s” is no export format. Possible: %(known)s."),
    }
)
