"""Rows of the collection list."""

from __future__ import annotations

from tests.server.rows import MATCH, MONEY, Row

ROWS = [
    Row("collection:list", MONEY),
    Row("collection:run", MATCH, "post"),
]
