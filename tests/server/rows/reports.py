"""Rows of the reports."""

from typing import Any

from tests.server.rows import MONEY, OWNER, Row


def saved(company: Any) -> tuple[int]:
    """A saved report of nobody, shared with all who see money: who manages the users may delete it."""
    from huikuan.server.reports.models import SavedReport

    values = {"question": {"subject": "orders", "measures": ["paid"]}, "shared_with": MONEY.split()}
    found, _made = SavedReport.objects.get_or_create(book=company.book, title="Paid", defaults=values)
    return (found.pk,)


STATE = '{"q":{"subject":"orders","measures":["paid"]}}'
ROWS = [
    Row("reports:list", MONEY),
    Row("reports:builder", MONEY),
    Row("reports:builder_file", MONEY),
    Row("reports:save", MONEY),
    Row("reports:save", MONEY, "post", data={"state": STATE, "title": ""}),
    Row("reports:records", MONEY),
    Row("reports:delete", OWNER, args=saved),
    Row("reports:delete", OWNER, "post", saved),
    Row("reports:report", MONEY, args=lambda _company: ("collection-summary",)),
    Row("reports:download", MONEY, args=lambda _company: ("collection-summary",)),
]
