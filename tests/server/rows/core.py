"""Rows of the frame's own pages."""

from tests.server.rows import ALL, Row

ROWS = [
    Row("core:home", ALL),
    Row("core:search", ALL),
    Row("core:as_of", ALL),
    Row("core:more", ALL),
    Row("core:help", ALL),
    Row("core:columns", ALL, "post", lambda company: ("collection",)),
    Row("core:save_view", ALL, "post", lambda company: ("collection",), {"name": "Late"}),
    Row("core:delete_view", ALL, "post", lambda company: (999999,)),
]
