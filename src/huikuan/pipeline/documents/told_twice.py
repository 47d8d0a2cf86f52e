"""What a document tells that others tell too: the same content under another name, or some of the same records.

Nothing of it counts twice: a record has one key, whoever tells it. What the platform itself booked twice is another
matter: that is found by the reconciliations (classes `duplicate`, `refund_twice`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import duckdb

from huikuan.lake.lake import Lake
from huikuan.pipeline.compute import quoted
from huikuan.records.document import Document
from huikuan.records.kinds import KINDS

COMPARED = 12  # documents, the latest first


@dataclass(frozen=True)
class Shared:
    """Records that another document tells too: how many, and per currency the money in and out of them. `first`,
    `last`: the days both cover, where they state any. `whole`: all records of both."""

    document: Document
    records: int
    money: tuple[tuple[str, Decimal, Decimal], ...] = ()
    first: date | None = None
    last: date | None = None
    whole: bool = field(default=False)


def twin_of(document: Document, documents: Sequence[Document]) -> Document | None:
    """The document imported first that tells the same: the same bytes, or the same rows and totals of the same days,
    read the same way. None if there is none besides it."""
    for other in documents:
        if other.document_id == document.document_id:
            continue
        same_bytes = other.sha256 == document.sha256 and other.member == document.member
        if other.source == document.source and (same_bytes or _content(other) == _content(document)):
            return other
    return None


def _content(document: Document) -> tuple[object, ...]:
    days = (document.period_from, document.period_to)
    return (*days, document.rows, document.accepted, sorted(document.totals.items()), document.balances)


def shared_with(lake: Lake, con: duckdb.DuckDBPyConnection, document: Document) -> list[Shared]:
    """The standing documents that tell records of this one too, the latest import first."""
    near = [other for other in reversed(lake.documents()) if _may_share(document, other)]
    found = []
    for other in near[:COMPARED]:
        records, money = 0, dict[str, list[Decimal]]()
        sizes = [0, 0]
        for kind in (kind for kind in document.kinds if kind in other.kinds):
            amount = KINDS[kind].money or "NULL::DECIMAL(18,5)"
            lake.register_document(con, kind, document.document_id, "mine")
            lake.register_document(con, kind, other.document_id, "theirs")
            sizes = [sizes[n] + _count(con, table) for n, table in enumerate(("mine", "theirs"))]
            for currency, count, into, out in con.execute(_SHARED.format(amount=amount)).fetchall():
                records += count
                sums = money.setdefault(currency or "", [Decimal(0), Decimal(0)])
                sums[0], sums[1] = sums[0] + into, sums[1] + out
        if records:
            told = tuple((currency, into, out) for currency, (into, out) in sorted(money.items()) if into or out)
            found.append(Shared(other, records, told, *_common(document, other), records == sizes[0] == sizes[1]))
    return found


_SHARED = """
SELECT currency, count(*), coalesce(sum({amount}) FILTER ({amount} > 0), 0),
    coalesce(-sum({amount}) FILTER ({amount} < 0), 0)
FROM mine SEMI JOIN (SELECT record_key FROM theirs) t USING (record_key) GROUP BY currency ORDER BY currency
"""


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int:
    row = con.execute(f"SELECT count(*) FROM {quoted(table)}").fetchone()
    return int(row[0]) if row else 0


def _may_share(document: Document, other: Document) -> bool:
    if other.document_id == document.document_id or not set(other.kinds) & set(document.kinds):
        return False
    if (other.account, other.shop) != (document.account, document.shop):
        return False
    first, last = _common(document, other)
    return first is not None and last is not None and first <= last


def _common(one: Document, two: Document) -> tuple[date | None, date | None]:
    """The days both cover."""
    if one.period_from and two.period_from and one.period_to and two.period_to:
        return max(one.period_from, two.period_from), min(one.period_to, two.period_to)
    return None, None
