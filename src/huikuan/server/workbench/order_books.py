"""What the merchant's own order system holds of an order, as order-erp found it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.pipeline.results.results import Results
from huikuan.records.kind import record_key_parts
from huikuan.server.core import statuses
from huikuan.server.workbench.words import because, class_words

NAME = "order-erp"


@dataclass(frozen=True)
class Held:
    """A line of the order system. `orders`: the platform orders it names, where they are more than the page's one."""

    number: str
    day: date | None
    amount: Decimal
    orders: str
    key: str
    row: int | None
    document: str


@dataclass(frozen=True)
class Books:
    """The order system's lines, the matches they are in (`groups`: id and state), what is open between it and the
    platform, and the platform's orders that were sent together with this one."""

    lines: list[Held]
    groups: list[tuple[str, str]]
    open: list[dict[str, Any]]
    joined: list[str]

    @property
    def total(self) -> Decimal:
        """What it holds in all."""
        return sum((line.amount for line in self.lines), Decimal(0))


def books_of(found: Results | None, order_no: str, shop: str) -> Books | None:
    """What the order system holds of an order; None where nothing is known of it."""
    if found is None or NAME not in found.manifest.names:
        return None
    named = [row for row in found.links_of_order(NAME, order_no) if row["scope"] == shop]
    groups = {row["group_id"]: row["status"] for row in named}
    members = [row for group_id in sorted(groups) for row in found.told(found.group(NAME, group_id))]
    opened = [row for row in found.open_of_order(NAME, order_no) if row["scope"] == shop]
    lines = [_held(row, order_no) for row in members if row["side"] == "right"]
    if not lines and not opened:
        return None
    joined = {row["order_no"] for row in members if row["side"] == "left"} - {order_no}
    return Books(lines, list(groups.items()), [_told(row) for row in opened], sorted(joined))


def _held(row: dict[str, Any], order_no: str) -> Held:
    parts = record_key_parts(row["record_key"])[1]
    others = row["order_no"] or ""
    return Held(
        parts[1] if len(parts) > 1 else "", row["date"], row["allocated"], "" if others == order_no else others,
        row["record_key"], row["source_row"], row["document"] or "",
    )  # fmt: skip


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """An open item with its cause in words."""
    cause = str(statuses.word_of("cause", row["cause"])) if row["cause"] else ""
    why = because(row["cause_evidence"] or "") or class_words(row["class"], NAME)
    return row | {"words": why, "cause_word": cause}
