"""Why the open items of a reconciliation are open: items and money by cause, and the share whose cause is not known."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from huikuan.pipeline.results.results import Results
from huikuan.records.codes import UNKNOWN_CAUSE


@dataclass(frozen=True)
class CauseLine:
    """One cause. `amount` adds up sizes; the shares are of all open items of the currency."""

    cause: str
    items: int
    work: int
    amount: Decimal
    item_share: Decimal
    money_share: Decimal

    @property
    def percent(self) -> int:
        """Its share of the items as a bar's width."""
        return int(self.item_share * 100)


@dataclass(frozen=True)
class CauseTable:
    """The causes of one currency. `unknown` is None where every cause is known."""

    currency: str
    lines: list[CauseLine]
    items: int
    work: int
    amount: Decimal

    @property
    def unknown(self) -> CauseLine | None:
        """What has no known cause."""
        return next((line for line in self.lines if line.cause == UNKNOWN_CAUSE), None)


def counted_causes(found: Results, name: str) -> list[CauseTable]:
    """One table per currency, the currency with most items first."""
    by_currency: dict[str, list[dict[str, Any]]] = {}
    for row in found.causes(name):
        by_currency.setdefault(row["currency"] or "", []).append(row)
    tables = [_table(currency, rows) for currency, rows in by_currency.items()]
    return sorted(tables, key=lambda table: (-table.items, table.currency))


def _table(currency: str, rows: list[dict[str, Any]]) -> CauseTable:
    items, amount = sum(row["count"] for row in rows), sum((row["amount"] for row in rows), Decimal(0))
    lines = [
        CauseLine(
            row["cause"] or UNKNOWN_CAUSE, row["count"], row["work"], row["amount"],
            Decimal(row["count"]) / items, row["amount"] / amount if amount else Decimal(0),
        )
        for row in rows
    ]  # fmt: skip
    return CauseTable(currency, lines, items, sum(line.work for line in lines), amount)
