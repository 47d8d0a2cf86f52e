"""Rows of the analysis pages."""

from tests.server.rows import MATCH, MONEY, Row

ROWS = [
    Row("analysis:list", MONEY),
    Row("analysis:dismiss", MATCH),
    Row("analysis:dismiss", MATCH, "post"),
    Row("analysis:restore", MATCH, "post"),
    Row("analysis:forecast", MONEY),
    Row("analysis:day", MONEY),
]
