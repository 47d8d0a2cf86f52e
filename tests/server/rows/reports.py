"""Rows of the reports."""

from tests.server.rows import MONEY, Row

ROWS = [
    Row("reports:list", MONEY),
    Row("reports:report", MONEY, args=lambda _company: ("collection-summary",)),
    Row("reports:download", MONEY, args=lambda _company: ("collection-summary",)),
]
