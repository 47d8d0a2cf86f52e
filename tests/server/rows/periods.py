"""Rows of the pages of periods."""

from __future__ import annotations

from typing import Any

from tests.server.rows import MONEY, OWNER, RULES, Row


def month(_company: Any) -> tuple[Any, ...]:
    """A month."""
    return ("2026-01",)


def as_file(_company: Any) -> tuple[Any, ...]:
    """A month's frozen figures as a file."""
    return ("2026-01", "xlsx")


ROWS = [
    Row("periods:list", MONEY),
    Row("periods:period", MONEY, args=month),
    Row("periods:file", MONEY, args=as_file),
    Row("periods:close", RULES, args=month),
    Row("periods:close", RULES, "post", args=month),
    Row("periods:reopen", OWNER, args=month),
    Row("periods:reopen", OWNER, "post", args=month, data={"reason": "mistake"}),
]
