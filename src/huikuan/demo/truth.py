"""The truth about the demo's files: what belongs together, what is wrong and why. Written as `truth.json`.

files       name, document, format, kind of account or shop, rows, totals
links       reconciliation, left, right, class (blank: agrees), identifiable
open        reconciliation, document, source_row, class, cause, amount (signed as on its side), side;
            a difference inside a link is told at its order's row with `residual` true, amount left - right
            what no identifiable link explains is open on both sides, though another link tells its truth
collection  one row per order; settled and collected is what identifiable links bring; freight what the courier charged
            for its parcels, half of a parcel's for each of two orders in it, null where no parcel of it is known
same        rows that tell the same record in two documents; links and open name the newer document's
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from huikuan.demo.seller import AS_OF, BOOK_START, COMPANY, ONE_MONTH, Span, money

ORDER_SETTLEMENT, SETTLEMENT_WALLET = "order-settlement", "settlement-wallet"
PAYOUT_BANK, BALANCE, ORDER_ERP = "payout-bank", "balance", "order-erp"

# By class: what the files bear out. An order that brings too much by a sum that nothing names has no known cause.
CAUSES = {
    "not_due": "c-T1", "missing_right": "c-O1", "short": "c-P1", "over": "unknown", "missing_left": "c-D1",
    "unexpected_settlement": "unknown", "refund_missing": "c-R2", "refund_twice": "c-P3", "duplicate": "c-P3",
    "fee_rate": "c-F2", "fee_not_returned": "c-F3",
    "key_missing": "c-D1", "key_damaged": "c-D1", "other_period": "c-T4", "payout_in_transit": "c-T3",
    "payout_missing": "c-O1", "payout_returned": "c-P4", "unidentified_receipt": "c-W2",
    "unidentified_payment": "unknown", "own_transfer": "unknown", "not_operating": "unknown", "balance_break": "c-D5",
}  # fmt: skip
BANK_OWN = ("手续费", "利息")  # what the bank itself says of its fees and interest


def bank_cause(code: str, summary: str) -> str:
    """The cause of what is open at the bank: its own fee or interest, or a payout that it kept a fee of."""
    own = code == "short" or (code == "not_operating" and summary in BANK_OWN)
    return "c-W1" if own else CAUSES[code]


@dataclass(frozen=True)
class FileTruth:
    """One file (or member): how to import it, how many data rows it has, what it adds up to."""

    file: str
    document: str
    format: str
    shop: str
    account: str
    rows: int
    totals: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Truth:
    """What `generate` gives back: where everything is, and how much of each. Counts are by class ("" = agrees).
    `start`: the day the book starts on."""

    folder: Path
    path: Path
    files: tuple[FileTruth, ...]
    orders: int
    links: dict[str, int]
    open: dict[str, int]
    start: date = BOOK_START


Place = tuple[str, int]


@dataclass
class Labels:
    """Labels gathered while the files are written. `documents` numbers the documents for the flow table."""

    documents: list[str] = field(default_factory=list)
    files: list[FileTruth] = field(default_factory=list)
    open_rows: list[dict[str, Any]] = field(default_factory=list)
    links: list[dict[str, Any]] = field(default_factory=list)
    same: list[tuple[Place, Place]] = field(default_factory=list)
    apart: dict[int, list[Place]] = field(default_factory=dict)  # order index -> its rows that do not name it
    _numbers: dict[str, int] = field(default_factory=dict)

    def document(self, name: str) -> int:
        """The number of a document."""
        if name not in self._numbers:
            self._numbers[name] = len(self.documents)
            self.documents.append(name)
        return self._numbers[name]

    def same_later(self, shown: Place, other: Place) -> None:
        """Two rows tell the same record; `shown` is the one that counts."""
        self.same.append((shown, other))

    def open(self, reconciliation: str, side: str, place: Place, code: str, cents: int, **more: Any) -> None:
        """Label a row as an open item."""
        self.open_rows.append(open_row(reconciliation, side, place, code, cents, **more))

    def link(self, left: list[Place], right: list[Place], code: str = "", identifiable: bool = True) -> None:
        """Label payouts and bank lines as the same money."""
        self.links.append(link_row(PAYOUT_BANK, left, right, code, identifiable))


def open_row(
    reconciliation: str, side: str, place: Place, code: str, cents: int, *, cause: str = "", **more: Any
) -> dict[str, Any]:
    """One row of the list `open`; the cause is that of its class where none is given."""
    return {
        "reconciliation": reconciliation, "side": side, "document": place[0], "source_row": place[1],
        "class": code, "cause": cause or CAUSES[code], "amount": money(cents), **more,
    }  # fmt: skip


def link_row(name: str, left: list[Place], right: list[Place], code: str, identifiable: bool) -> dict[str, Any]:
    """One row of the list `links`."""
    return {
        "reconciliation": name,
        "left": [{"document": document, "source_row": row} for document, row in left],
        "right": [{"document": document, "source_row": row} for document, row in right],
        "class": code,
        "identifiable": identifiable,
    }


def _written(out: Any, name: str, rows: Iterable[dict[str, Any]], counts: Counter[str]) -> None:
    out.write(f'"{name}": [')
    separator = "\n"
    for row in rows:
        counts[row.get("class", "")] += 1
        out.write(separator + json.dumps(row, ensure_ascii=False))
        separator = ",\n"
    out.write("\n],\n")


def write_truth(
    folder: Path,
    labels: Labels,
    orders: int,
    *,
    links: Iterator[dict[str, Any]],
    open_rows: Iterator[dict[str, Any]],
    collection: Iterator[dict[str, Any]],
    span: Span = ONE_MONTH,
) -> Truth:
    """Write `truth.json`, row by row, and sum it up."""
    path = folder / "truth.json"
    linked: Counter[str] = Counter()
    opened: Counter[str] = Counter()
    with path.open("w", encoding="utf-8", newline="\n") as out:
        head = {"seller": COMPANY, "start": span.book_start.isoformat(), "as_of": AS_OF.isoformat(), "currency": "CNY"}
        out.write(json.dumps(head, ensure_ascii=False)[:-1] + ",\n")
        _written(out, "files", (asdict(file) for file in labels.files), Counter())
        _written(out, "links", (row for part in (links, labels.links) for row in part), linked)
        _written(out, "open", (row for part in (open_rows, labels.open_rows) for row in part), opened)
        _written(out, "collection", collection, Counter())
        _written(out, "same", (_same(*pair) for pair in labels.same), Counter())
        out.write('"version": 1}\n')
    return Truth(folder, path, tuple(labels.files), orders, dict(linked), dict(opened), span.book_start)


def _same(shown: Place, other: Place) -> dict[str, Any]:
    return {"document": other[0], "source_row": other[1], "same_as": {"document": shown[0], "source_row": shown[1]}}
