"""Matched groups: how many, a page of them with why, one with all its records."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from huikuan.pipeline.results import Results
from huikuan.server.books.models import Book
from huikuan.server.core import paging
from huikuan.server.workbench import filters, queries
from huikuan.server.workbench.rows import Row, row_of, short_account
from huikuan.server.workbench.words import because, class_words

ZERO = Decimal(0)
COUNTS_KEPT = 64
_counts: OrderedDict[tuple[str, str], tuple[int, list[dict[str, Any]]]] = OrderedDict()


def facets(found: Results, name: str) -> tuple[int, list[dict[str, Any]]]:
    """Number of groups, and groups by pass and status; counted once per run and decision."""
    links = found.run.now(name, found.decisions)[0]
    key = (str(found.run.folder), links)
    if key not in _counts:
        rows = found.run.query(
            f"SELECT pass, status, count(DISTINCT group_id) AS groups FROM {links} GROUP BY ALL ORDER BY groups DESC, pass, status"
        )
        _counts[key] = (sum(row["groups"] for row in rows), rows)
        while len(_counts) > COUNTS_KEPT:
            _counts.popitem(last=False)
    return _counts[key]


def count(found: Results, name: str) -> int:
    """How many groups are matched."""
    return facets(found, name)[0]


def page(request: HttpRequest, found: Results, name: str, until: date | None) -> dict[str, Any]:
    """A page of groups by words, pass and status; sorted by the group's first day, newest first."""
    text, by, status = (request.GET.get(key, "") for key in ("q", "pass", "status"))
    after, number, size = paging.page_params(request)
    typed = filters.read(text[:200], until or found.manifest.as_of)
    clause, params = _where(typed, by, status, until)
    links = found.run.now(name, found.decisions)[0]
    total, facet_rows = facets(found, name)
    seek, bound = ("", [])
    if after and len(after) == 2:
        seek, bound = (
            "HAVING min(date) < ?::DATE OR (min(date) = ?::DATE AND group_id < ?)",
            [after[0], after[0], after[1]],
        )
    rows = found.run.query(
        f"SELECT group_id, min(date) AS day, max(date) AS last, min(pass) AS pass, min(status) AS status, min(class) AS class, "
        f"min(residual) AS residual, min(currency) AS currency, min(order_no) AS order_no, min(scope) AS scope, "
        f"min(evidence) AS evidence, min(reason) AS reason, count(*) FILTER (side = 'left') AS left_count, "
        f"count(*) FILTER (side = 'right') AS right_count, sum(allocated) FILTER (side = 'left') AS left_sum, "
        f"sum(allocated) FILTER (side = 'right') AS right_sum, min(record_key) AS record_key "
        f"FROM {links} {clause} GROUP BY group_id {seek} ORDER BY day DESC, group_id DESC LIMIT {size + 1}",
        params + bound,
    )
    cursor = paging.encode([rows[size - 1]["day"], rows[size - 1]["group_id"]]) if len(rows) > size else ""
    shown = [row | {"why": _why(row), "scope_label": short_account(row["scope"] or "")} for row in rows[:size]]
    narrowed = not typed.empty or by or status or until
    return {
        "page": paging.Page(shown, number, size, None if narrowed else total, cursor),
        "text": text, "pass": by, "status": status, "facets": _by_pass(facet_rows), "statuses": _by_status(facet_rows),
        "total": total,
    }  # fmt: skip


def _why(row: dict[str, Any]) -> str:
    """Why a group is one. An order that expects nothing stands alone and is matched with nothing."""
    if not row["right_count"] and row["status"] == "matched" and not row["left_sum"]:
        return because('{"code": "nothing_owed"}')
    return because(row["evidence"] or "", row["reason"] or "")


def _by_pass(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    told: dict[str, int] = {}
    for row in rows:
        told[row["pass"]] = told.get(row["pass"], 0) + row["groups"]
    return sorted(told.items(), key=lambda pair: -pair[1])


def _by_status(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    told: dict[str, int] = {}
    for row in rows:
        told[row["status"]] = told.get(row["status"], 0) + row["groups"]
    return sorted(told.items(), key=lambda pair: -pair[1])


def _where(typed: filters.Typed, by: str, status: str, until: date | None) -> tuple[str, list[Any]]:
    parts: list[str] = []
    params: list[Any] = []
    for sql, value in (
        ('"pass" = ?', by or None), ("status = ?", status or None), ("date <= ?", until),
        ("date >= ?", typed.first), ("date <= ?", typed.last),
        ("abs(amount) >= ?::DECIMAL(18,5)", typed.at_least), ("abs(amount) <= ?::DECIMAL(18,5)", typed.at_most),
        ("abs(amount) > ?::DECIMAL(18,5)", typed.over), ("abs(amount) < ?::DECIMAL(18,5)", typed.under),
    ):  # fmt: skip
        if value is not None:
            parts.append(sql)
            params.append(value)
    for word in typed.words:
        parts.append("contains(lower(concat_ws(' ', order_no, record_key, scope, reason)), ?)")
        params.append(word)
    return ("WHERE " + " AND ".join(parts) if parts else ""), params


def group(book: Book, found: Results, name: str, group_id: str, order_no: str = "") -> dict[str, Any] | None:
    """One group: its records of both sides, sums, why it was made, what is left of it; None if there is none."""
    rows = found.group(name, group_id, order_no) or (found.group(name, group_id) if order_no else [])
    if not rows:
        return None
    sides: dict[str, list[Row]] = {"left": [], "right": []}
    for row in rows:
        filled = row | {
            "item_id": row["link_id"], "needs_work": False, "due_date": None, "suggestion": "", "class": row["class"] or "",
            "amount": row["allocated"],
        }  # fmt: skip
        sides[row["side"]].append(row_of(name, filled, found.manifest.as_of))
    first = rows[0]
    return {
        "group_id": group_id,
        "rows": sides,
        "sums": {side: sum((row.amount for row in each), ZERO) for side, each in sides.items()},
        "status": first["status"],
        "residual": first["residual"],
        "currency": first["currency"],
        "order_no": first["order_no"] or "",
        "why": _why(
            first
            | {
                "right_count": len(sides["right"]),
                "left_sum": sum((row.amount for row in sides["left"]), ZERO),
                "reason": "",
            }
        ),
        "reason": first["reason"] or "",
        "class_code": first["class"] or "",
        "class_words": class_words(first["class"] or ""),
        "left_over": found.group_open(name, group_id),
        "made": queries.match_of(book, group_id),
        "notes": queries.notes_of(book, [f"group:{group_id}"]),
    }
