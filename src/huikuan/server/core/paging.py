"""Paging by keyset for lists of any length: the cursor names the last row shown, so page 900 costs what page 1 does.

`keyset_page` does it for a Django queryset. A page read by SQL makes its own `Page` with `encode`/`decode` of the
cursor; `{% pager page %}` draws both. The address carries `after` (the cursor), `page` (its number) and `size`.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest

SIZES = (50, 100, 200)


@dataclass(frozen=True)
class Page:
    """Rows of one page. `total` counts all rows (None: not counted); `next_cursor` is blank on the last page."""

    rows: Sequence[Any]
    number: int
    size: int
    total: int | None
    next_cursor: str

    @property
    def pages(self) -> int | None:
        """How many pages there are; None if not counted."""
        return None if self.total is None else max(1, -(-self.total // self.size))


def encode(values: Sequence[Any]) -> str:
    """A cursor of the sort values of the last row shown."""
    text = json.dumps([_plain(value) for value in values], separators=(",", ":"), ensure_ascii=False)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode(cursor: str) -> list[Any] | None:
    """The sort values of a cursor as plain JSON values; None for none or a damaged one."""
    try:
        values = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        return None
    return values if isinstance(values, list) and values else None


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


def page_params(request: HttpRequest) -> tuple[list[Any] | None, int, int]:
    """Cursor values (None on page one), page number and page size which the address asks for."""
    after = decode(request.GET.get("after", ""))
    number = request.GET.get("page", "1")
    size = request.GET.get("size", "")
    return (
        after,
        int(number) if after and number.isdecimal() and int(number) > 1 else 1,
        int(size) if size.isdecimal() and int(size) in SIZES else SIZES[0],
    )


def keyset_page(request: HttpRequest, rows: QuerySet[Any], order: Sequence[str]) -> Page:
    """One page of a queryset sorted by `order` (`-at`, `id`); the last of these must be unique, none may be null."""
    after, number, size = page_params(request)
    total = rows.count()
    wanted = rows.order_by(*order)
    if after and len(after) == len(order):
        wanted = wanted.filter(_beyond(order, after))
    found = list(wanted[: size + 1])
    shown = found[:size]
    names = [name.lstrip("-") for name in order]
    cursor = encode([getattr(shown[-1], name) for name in names]) if len(found) > size else ""
    return Page(shown, number, size, total, cursor)


def _beyond(order: Sequence[str], after: Sequence[Any]) -> Q:
    """Rows that come after the cursor: beyond in the first sort value, or equal in it and beyond in the second ..."""
    beyond, equal = Q(), Q()
    for name, value in zip(order, after, strict=True):
        field = name.lstrip("-")
        step = Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        beyond |= equal & step
        equal &= Q(**{field: value})
    return beyond
