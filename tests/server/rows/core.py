"""Rows of the frame's own pages."""

from tests.server.rows import ALL, Row

ROWS = [
    Row("core:home", ALL),
    Row("core:search", ALL),
    Row("core:as_of", ALL),
    Row("core:more", ALL),
    Row("core:help", ALL),
]
