"""What the engine suggests, ready to be taken: the item, its candidates, what would be left."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from huikuan.engine.pass6_suggest import DOUBTS
from huikuan.pipeline.plain import plain_decimal
from huikuan.pipeline.results.results import Results
from huikuan.records.messages import text_of
from huikuan.server.books.models import Book
from huikuan.server.workbench import panes
from huikuan.server.workbench.rows import Row

AT_MOST = 12


@dataclass(frozen=True)
class Offer:
    """A suggestion: an open item, the nearest candidate, how many others, reasons for (`good`) and against."""

    row: Row
    other: Row
    more: int
    difference: Decimal
    good: tuple[str, ...]
    doubts: tuple[str, ...]

    @property
    def rows_json(self) -> str:
        """Both rows for the page's script."""
        return json.dumps([_plain(self.row), _plain(self.other)], ensure_ascii=False)


def _plain(row: Row) -> dict[str, str]:
    return {
        "side": row.side,
        "key": row.key,
        "item": row.item_id,
        "amount": plain_decimal(row.amount),
        "currency": row.currency,
        "date": row.day.isoformat() if row.day else "",
        "order": row.order_no,
        "label": row.short,
    }


def candidates(row: Row) -> dict[str, list[dict[str, Any]]]:
    """The record keys a suggestion names, the likeliest first, each with its reasons."""
    try:
        told = json.loads(row.suggestion)
    except ValueError:
        return {}
    return dict(zip(told["keys"], told["why"], strict=True))


def offered(book: Book, found: Results, name: str, wanted: panes.Wanted) -> dict[str, Any]:
    """The offers of a reconciliation, each record once, the largest first.

    What somebody rejected for a left item is not offered for that item again, whichever side suggested it."""
    refused = set(panes.refused_of(book, name))
    told = replace(wanted, typed=panes.Typed(), classes=(), near=None)
    rows = panes.suggested_rows(book, found, name, told, AT_MOST * 3 + len(refused))
    keys = list(dict.fromkeys(key for row in rows for key in candidates(row)))
    others = panes.rows_of_keys(book, found, name, keys, wanted.names) if keys else {}
    offers: list[Offer] = []
    used: set[str] = set()
    for row in rows:
        named = [others[key] for key in candidates(row) if key in others]
        other = next((each for each in named if each.key not in used and _left(row, each).item_id not in refused), None)
        if other is None or row.key in used:
            continue
        used |= {row.key, other.key}
        offers.append(_offer(row, other, candidates(row)[other.key], len(named) - 1))
    return {"offers": offers[:AT_MOST], "offers_more": max(0, len(offers) - AT_MOST)}


def _left(row: Row, other: Row) -> Row:
    return row if row.side == "left" else other


def _offer(row: Row, other: Row, reasons: list[dict[str, Any]], more: int) -> Offer:
    left, right = (row, other) if row.side == "left" else (other, row)
    good = [text_of(told["code"], told) for told in reasons if told["code"] not in DOUBTS]
    doubts = [text_of(told["code"], told) for told in reasons if told["code"] in DOUBTS]
    if left.scope == right.scope:
        good.append(left.scope_label)
    if more:
        doubts.append(ngettext("%(n)s other candidate", "%(n)s other candidates", more) % {"n": more})
    if not right.order_no and left.order_no:
        doubts.append(_("the settlement line names no order"))
    return Offer(left, right, more, left.amount - right.amount, tuple(good), tuple(doubts))
