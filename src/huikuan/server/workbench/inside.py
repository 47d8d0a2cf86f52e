"""The page of a bank line or payout: the way of its money and every order inside it, adding up to the receipt."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.pipeline.results.inside import Inside, inside, orders_inside
from huikuan.records.kind import record_key_parts
from huikuan.server.core import numbers, paging
from huikuan.server.workbench.overview import published
from huikuan.server.workbench.rows import short_account
from huikuan.server.workbench.words import because, class_words

# Records whose money has orders inside it.
HOLDING = ("bank_line", "payout")


@dataclass(frozen=True)
class Piece:
    """A bank line or payout of the page: with file and row, and the address of its own page where it is another's."""

    key: str
    name: str
    account: str
    day: date | None
    amount: Decimal
    document: str
    source_row: int | None
    is_asked: bool


def has_inside(record_key: str) -> bool:
    """Whether a record may hold orders' money."""
    return record_key.partition(":")[0] in HOLDING


def inside_page(request: HttpRequest, record_key: str) -> dict[str, Any] | None:
    """The page's context; None where no run knows such a bank line or payout."""
    scope = replace(request.scope, chosen_period=False)  # type: ignore[attr-defined]
    results = published(request.book, scope)  # type: ignore[attr-defined]
    found = inside(results, record_key) if results and has_inside(record_key) else None
    if results is None or found is None:
        return None
    after, number, size = paging.page_params(request)
    rows = orders_inside(results, found, after, size + 1)
    cursor = paging.encode([rows[size - 1]["order_no"], rows[size - 1]["shop"]]) if len(rows) > size else ""
    code = found.open.get("class", "")
    first = (found.payouts or found.receipts)[0]
    return {
        "found": found,
        "sums": found.sums,
        "parts": _parts(found),
        "receipts": [_piece(row, record_key) for row in found.receipts],
        "payouts": [_piece(row, record_key) for row in found.payouts],
        "asked": next(p for row in (*found.payouts, *found.receipts) if (p := _piece(row, record_key)).is_asked),
        "class_code": code,
        "class_words": class_words(code),
        "status": "" if found.open else first["status"],
        "why": "" if found.open else because(first["evidence"] or "", first["reason"] or ""),
        "page": paging.Page(rows[:size], number, size, found.sums.orders, cursor),
    }


def _piece(row: dict[str, Any], asked: str) -> Piece:
    key, document = row["record_key"], row["document"] or ""
    kind, parts = record_key_parts(key)
    name = parts[-1] if kind == "payout" else numbers.reference(parts[-2]) or _("Bank line")
    account, day = short_account(parts[0]), row["date"]
    return Piece(key, name, account, day, row["allocated"], document, row["source_row"], key == asked)


def _parts(found: Inside) -> list[tuple[Any, Decimal]]:
    """The parts of the total that are something: labels and amounts, which add up to it."""
    sums = found.sums
    told = [
        (_("Orders, before refunds and fees"), sums.brought),
        (_("Refunds"), sums.refunds),
        (_("Fees"), sums.fees),
        (_("Money of no order"), sums.other),
        (_("Difference between bank and payout") if found.payouts else _("Not explained by a payout"), sums.apart),
    ]
    return [(label, amount) for label, amount in told if amount or label == told[0][0]]
