"""Everything about one order."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest


def order_page(request: HttpRequest, order_no: str, shop: str) -> dict[str, Any] | None:
    """The page's context; None where no such order is known."""
    return None
