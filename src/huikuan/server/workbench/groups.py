"""Matched groups: how many, a page of them with why, one with all its records."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.http import HttpRequest

from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.groups import GROUPS_ORDER
from huikuan.server.books.models import Book
from huikuan.server.core import paging
from huikuan.server.workbench import filters, queries
from huikuan.server.workbench.inside import has_inside
from huikuan.server.workbench.models import Match
from huikuan.server.workbench.rows import Row, row_of, short_account
from huikuan.server.workbench.words import because, class_words

ZERO = Decimal(0)
RECORDS_FOUND = 1000
CONFLICT_CODE = '"code": "conflict"'
NUMBER_LETTERS = 10  # a word of so many letters is first taken for an order number or the beginning of one
SEARCHED = ("order_no", "record_key", "scope", "reason")


def facets(found: Results, name: str) -> tuple[int, list[dict[str, Any]]]:
    """Number of groups, and groups by pass and status."""
    rows = sorted(found.passes(name), key=lambda row: (-row["groups"], row["pass"], row["status"]))
    return sum(row["groups"] for row in rows), rows


def count(found: Results, name: str) -> int:
    """How many groups are matched."""
    return facets(found, name)[0]


def conflicts(book: Book, found: Results, name: str) -> list[str]:
    """The matches made by people that no longer fit the facts: a record changed or went after they were made."""
    if not Match.objects.filter(book=book, reconciliation=name, live=True).exists():
        return []
    links = found.run.now(name, "links", found.decisions)
    clause = f"\"pass\" = 'decision' AND contains(evidence, '{CONFLICT_CODE}')"
    rows = found.run.kept(f"SELECT DISTINCT group_id FROM {links} WHERE {clause} ORDER BY group_id", [])
    return [row["group_id"] for row in rows]


@dataclass(frozen=True)
class Changed:
    """A record of a person's match that is not what it was: `now` None when no file tells it any more."""

    name: str
    key: str
    before: Decimal
    now: Decimal | None


def changes(found: Results, name: str, made: Match) -> list[Changed]:
    """What has changed of the records of a match since it was made."""
    members = list(made.members.all())
    known = {row["record_key"]: row for row in found.records(name, [each.record_key for each in members])}
    told = []
    for each in members:
        row = known.get(each.record_key)
        if row is None or row["amount"] != each.fact_amount:
            shown = each.record_key.partition(":")[2].rstrip("/").rpartition("/")[2] or each.record_key
            label = each.order_no or shown
            told.append(Changed(label, each.record_key, each.fact_amount, row["amount"] if row else None))
    return told


def page(request: HttpRequest, found: Results, name: str, until: date | None) -> dict[str, Any]:
    """A page of groups by words, pass and status; sorted by the group's first day, newest first."""
    text, by, status = (request.GET.get(key, "") for key in ("q", "pass", "status"))
    apart = request.GET.get("conflict") == "1"
    after, number, size = paging.page_params(request)
    typed = filters.read(text[:200], until or found.manifest.as_of)
    narrowed = not typed.empty or by or status or until or apart
    clause, params = _where(typed, by, status, until)
    torn = conflicts(request.book, found, name)  # type: ignore[attr-defined]
    if apart:
        clause, params = f"{clause} AND list_contains(?::VARCHAR[], group_id)", [*params, torn]
    total, facet_rows = facets(found, name)
    rows: list[dict[str, Any]] = []
    for sql, bound in _with_words(found, name, typed.words):
        rows = _rows(found, name, f"{clause} AND {sql}", params + bound, after, size, at_once=not narrowed)
        if rows:
            break
    cursor = paging.encode([rows[size - 1]["day"], rows[size - 1]["group_id"]]) if len(rows) > size else ""
    shown = [row | {"why": _why(row), "scope_label": short_account(row["scope"] or "")} for row in rows[:size]]
    return {
        "page": paging.Page(shown, number, size, None if narrowed else total, cursor),
        "text": text, "pass": by, "status": status, "facets": _by_pass(facet_rows), "statuses": _by_status(facet_rows),
        "total": total, "conflicts": len(torn),
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


def _rows(
    found: Results, name: str, clause: str, params: list[Any], after: list[Any] | None, size: int, *, at_once: bool
) -> list[dict[str, Any]]:
    """The groups of a page and one more, the newest first. Not `at_once`: first which they are, by the columns that
    decide, then they; their days tell where they lie."""
    seek, bound = _seek(after)
    source, order = found.groups(name), f"ORDER BY {GROUPS_ORDER} LIMIT {size + 1}"
    if at_once:
        return found.run.query(f"SELECT * FROM {source} {clause} {seek} {order}", params + bound)
    keys = found.run.query(f"SELECT day, group_id FROM {source} {clause} {seek} {order}", params + bound)
    if not keys:
        return []
    days = [key["day"] for key in keys if key["day"]]
    near = f"(day BETWEEN ? AND ? {'OR day IS NULL' if len(days) < len(keys) else ''})" if days else "day IS NULL"
    return found.run.query(
        f"SELECT * FROM {source} WHERE {near} AND group_id IN (SELECT unnest(?::VARCHAR[])) {order}",
        [*([min(days), max(days)] if days else []), [key["group_id"] for key in keys]],
    )


def _seek(after: list[Any] | None) -> tuple[str, list[Any]]:
    """The condition that goes on after a cursor. Groups without a day come last."""
    if not after or len(after) != 2:
        return "", []
    day, group_id = after
    if day is None:
        return "AND day IS NULL AND group_id < ?", [group_id]
    return "AND (day < ?::DATE OR (day = ?::DATE AND group_id < ?) OR day IS NULL)", [day, day, group_id]


def _where(typed: filters.Typed, by: str, status: str, until: date | None) -> tuple[str, list[Any]]:
    """The conditions of a list but for its words."""
    parts: list[str] = ["true"]
    params: list[Any] = []
    size = "greatest(abs(coalesce(left_sum, 0)), abs(coalesce(right_sum, 0)))"
    for sql, value in (
        ('"pass" = ?', by or None), ("status = ?", status or None), ("day <= ?", until),
        ("last >= ?", typed.first), ("day <= ?", typed.last),
        (f"{size} >= ?::DECIMAL(18,5)", typed.at_least), (f"{size} <= ?::DECIMAL(18,5)", typed.at_most),
        (f"{size} > ?::DECIMAL(18,5)", typed.over), (f"{size} < ?::DECIMAL(18,5)", typed.under),
    ):  # fmt: skip
        if value is not None:
            parts.append(sql)
            params.append(value)
    return "WHERE " + " AND ".join(parts), params


def chosen(found: Results, name: str, typed: filters.Typed, by: str, status: str) -> tuple[str, list[Any]]:
    """The condition of all groups that the page lists by words, pass and status, with its values."""
    clause, params = _where(typed, by, status, None)
    for sql, bound in _with_words(found, name, typed.words):
        told = f"{clause} AND {sql}", params + bound
        if found.run.query(f"SELECT 1 AS one FROM {found.groups(name)} {told[0]} LIMIT 1", told[1]):
            break
    return told


def _with_words(found: Results, name: str, words: Sequence[str]) -> Iterator[tuple[str, list[Any]]]:
    """Ways to look for words, the quickest first; the next is for when one has found nothing."""
    if not words:
        yield "true", []
        return
    if len(words) == 1 and len(words[0]) >= NUMBER_LETTERS:
        yield "order_no >= ? AND order_no < ?", [words[0], words[0] + "\U0010ffff"]
    anywhere = " AND ".join(filters.holds_sql(SEARCHED, word) for word in words)
    yield anywhere, [word for word in words for _ in SEARCHED]
    groups = groups_with(found, name, words)
    if groups:
        yield "group_id IN (SELECT unnest(?::VARCHAR[]))", [groups]


def groups_with(found: Results, name: str, words: Sequence[str]) -> list[str]:
    """Groups one of whose records has all the words in its key: flow numbers, which no list of groups holds."""
    links = found.run.now(name, "links", found.decisions)
    clause = " AND ".join(filters.holds_sql(("record_key",), word) for word in words)
    asked = f"SELECT DISTINCT group_id FROM {links} WHERE {clause} LIMIT {RECORDS_FOUND}"
    return [row["group_id"] for row in found.run.kept(asked, list(words))]


def group(book: Book, found: Results, name: str, group_id: str, order_no: str = "") -> dict[str, Any] | None:
    """One group: its records of both sides, sums, why it was made, what is left of it; None if there is none."""
    rows = found.group(name, group_id, order_no) or (found.group(name, group_id) if order_no else [])
    if not rows:
        return None
    sides: dict[str, list[Row]] = {"left": [], "right": []}
    for row in rows:
        filled = row | {
            "item_id": row["link_id"],
            "needs_work": False,
            "due_date": None,
            "suggestion": "",
            "class": row["class"] or "",
            "amount": row["allocated"],
        }
        sides[row["side"]].append(row_of(name, filled, found))
    first, made = rows[0], queries.match_of(book, group_id)
    return {
        "group_id": group_id,
        "rows": sides,
        "sums": {side: sum((row.amount for row in each), ZERO) for side, each in sides.items()},
        "status": first["status"],
        "residual": first["residual"],
        "inside_key": first["record_key"] if has_inside(first["record_key"]) else "",
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
        "class_words": class_words(first["class"] or "", name, own=name in found.manifest.declared),
        "left_over": found.group_open(name, group_id),
        "made": made,
        "changes": changes(found, name, made) if made and made.live else [],
        "notes": queries.notes_of(book, [f"group:{group_id}"]),
    }
