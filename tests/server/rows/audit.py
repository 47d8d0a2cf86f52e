"""Rows of the audit log."""

from tests.server.rows import AUDIT, Row

ROWS = [
    Row("audit:list", AUDIT),
    Row("audit:export", AUDIT),
    Row("audit:entry", AUDIT, args=lambda company: (company.entry.pk,)),
]
