"""What a period comes to in a few figures: a closed one by its frozen copy, open months by the current run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huikuan.pipeline.periods.closed import Closed
from huikuan.pipeline.results.results import Results

ORDERS, BANK = "order-settlement", "payout-bank"
ZERO = Decimal(0)


@dataclass(frozen=True)
class Figures:
    """A period in one currency. `sold`: what its orders bring after refunds. `collected`: what of platforms' money
    reached the bank in it. `open_count`, `open`: what is open and needs work, as sizes."""

    currency: str
    sold: Decimal = ZERO
    collected: Decimal = ZERO
    open_count: int = 0
    open: Decimal = ZERO


def closed_figures(closed: Closed) -> list[Figures]:
    """The frozen figures, by currency."""
    own = [row for row in closed.statement if not row["late"]]
    parts = [
        *(_part(row, sold=row["total"]) for row in own if (row["name"], row["side"]) == (ORDERS, "left")),
        *(
            _part(row, collected=row["matched"] + row["difference"])
            for row in own
            if (row["name"], row["side"]) == (BANK, "right")
        ),
        *(_part(row, open_count=row["count"], open=row["amount"]) for row in closed.work),
    ]
    return _added(parts)


def figures_by_month(found: Results) -> dict[str, list[Figures]]:
    """The months' figures by the current results, decisions laid over; a month is named like 2026-01."""
    parts: dict[str, list[dict[str, Any]]] = {}
    for query in _queries(found):
        for row in found.run.kept(query, []):
            parts.setdefault(row.pop("month"), []).append(row)
    return {month: _added(rows) for month, rows in parts.items()}


def _queries(found: Results) -> list[str]:
    month = "SELECT strftime(date, '%Y-%m') AS month, currency,"
    rest = "date IS NOT NULL GROUP BY ALL"
    names = found.manifest.names
    queries = []
    if ORDERS in names:
        links, opened = (found.run.now(ORDERS, part, found.decisions) for part in ("links", "open"))
        queries += [
            f"{month} sum(allocated) AS sold FROM {links} WHERE side = 'left' AND {rest}",
            f"{month} sum(amount) AS sold FROM {opened} "
            f"WHERE side = 'left' AND coalesce(record_key, '') <> '' AND {rest}",
        ]
    if BANK in names:
        links = found.run.now(BANK, "links", found.decisions)
        queries.append(f"{month} sum(allocated) AS collected FROM {links} WHERE side = 'right' AND {rest}")
    queries += [
        f"{month} count(*) AS open_count, sum(abs(amount)) AS open FROM {found.run.counted(name, found.decisions)} "
        f"WHERE needs_work AND {rest}"
        for name in names
    ]
    return queries


def _part(row: dict[str, Any], **told: Any) -> dict[str, Any]:
    return {"currency": row["currency"], **told}


def _added(parts: Iterable[dict[str, Any]]) -> list[Figures]:
    sums: dict[str, dict[str, Any]] = {}
    for part in parts:
        found = sums.setdefault(part["currency"], {})
        for name, value in part.items():
            if name != "currency":
                found[name] = found.get(name, 0) + value
    return [Figures(currency, **told) for currency, told in sorted(sums.items())]
