"""Rows of the analysis pages."""

from tests.server.rows import MONEY, Row

ROWS = [
    Row("analysis:forecast", MONEY),
    Row("analysis:day", MONEY),
]
