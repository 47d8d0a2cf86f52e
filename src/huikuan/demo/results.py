"""What a perfect reconciliation of the demo would find, worked out from the tables of orders and movements."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from huikuan.demo import orders as o
from huikuan.demo.banks import BankMove
from huikuan.demo.guide import settlement_rule
from huikuan.demo.payouts import IN_TRANSIT, LOST, WITH_FEE, Payout
from huikuan.demo.seller import AS_OF, DATES, DAY, SHOPS, money
from huikuan.demo.tables import NONE, FlowTable, MoneyQueue, OrderTable
from huikuan.demo.truth import BALANCE, ORDER_SETTLEMENT, PAYOUT_BANK, Labels, link_row, open_row
from huikuan.demo.writers import tmall
from huikuan.records.due_dates import due_date

DIFFERENCE_CLASS = {
    o.SHORT: "short", o.OVER: "over", o.REFUND_MISSING: "refund_missing", o.REFUND_TWICE: "refund_twice",
    o.UNEXPECTED: "unexpected_settlement", o.DUPLICATE_SALE: "duplicate",
}  # fmt: skip


class OrderResults:
    """The order side of the truth. `report` names the document of each shop's order report that counts."""

    def __init__(self, orders: OrderTable, flows: FlowTable, labels: Labels, report: list[str]) -> None:
        self._orders, self._flows, self._labels, self._report = orders, flows, labels, report
        self._rules = [settlement_rule(shop) for shop in SHOPS]
        self._due: dict[tuple[int, int], date] = {}

    def place(self, index: int) -> tuple[str, int]:
        """Document and line of an order."""
        return self._report[self._orders.shop[index]], self._orders.row[index]

    def expected(self, index: int) -> int:
        """What the order should bring, before fees."""
        return self._orders.total[index] - self._orders.refunded[index]

    def due(self, index: int) -> date | None:
        """The last day on which missing money is not yet overdue; None while the clock has not started."""
        shop = self._orders.shop[index]
        rule = self._rules[shop]
        anchor = self._orders.received[index] if rule.anchor == "received" else self._orders.paid[index]
        if not anchor:
            return None
        key = (shop, anchor // DAY)
        if key not in self._due:
            self._due[key] = due_date(rule, DATES[anchor // DAY])
        return self._due[key]

    def links(self) -> Iterator[dict[str, Any]]:
        """Orders and the bill rows that settle them."""
        orders = self._orders
        for index in range(len(orders)):
            if orders.first[index] == NONE:
                continue
            mark = orders.mark[index]
            rows = [(self._labels.documents[doc], row) for doc, row in self._flows.of(orders, index)]
            known = mark not in (o.KEY_MISSING, o.KEY_DAMAGED)
            code = DIFFERENCE_CLASS.get(mark, "") if self.expected(index) != orders.gross[index] and known else ""
            yield link_row(ORDER_SETTLEMENT, [self.place(index)], rows, code, known)

    def open_rows(self) -> Iterator[dict[str, Any]]:
        """Orders that nothing settled though something is owed, and what is left inside the links."""
        orders = self._orders
        for index in range(len(orders)):
            expected = self.expected(index)
            mark = orders.mark[index]
            linked = orders.first[index] != NONE and mark not in (o.KEY_MISSING, o.KEY_DAMAGED)
            if linked:
                left = expected - orders.gross[index]
                if left and mark not in (o.DUPLICATE_SALE, o.REFUND_TWICE):  # these are labelled where they stand
                    code = DIFFERENCE_CLASS[mark]
                    yield open_row(ORDER_SETTLEMENT, "left", self.place(index), code, left, residual=True)
            elif mark == o.BEFORE_START:
                yield open_row(ORDER_SETTLEMENT, "left", self.place(index), "other_period", expected)
            elif expected:
                code = "missing_right" if self._is_overdue(index) else "not_due"
                yield open_row(ORDER_SETTLEMENT, "left", self.place(index), code, expected)

    def _is_overdue(self, index: int) -> bool:
        due = self.due(index)
        return due is not None and due < AS_OF

    def collection(self) -> Iterator[dict[str, Any]]:
        """One row per order: what is owed, settled, collected and overdue on the as-of day."""
        orders = self._orders
        for index in range(len(orders)):
            expected, gross = self.expected(index), orders.gross[index]
            receivable = expected - orders.fees[index]
            settled = gross - orders.fees[index]
            unsettled = expected - gross
            overdue = unsettled if unsettled > 0 and self._is_overdue(index) else 0
            due = self.due(index)
            yield {
                "order_no": str(orders.no[index]),
                "shop": SHOPS[orders.shop[index]].name,
                "currency": "CNY",
                "status": self._status(index, overdue, settled, receivable),
                "receivable": money(receivable),
                "settled": money(settled),
                "collected": money(orders.collected[index]),
                "refunded": money(orders.refunded[index]),
                "overdue": money(overdue),
                "due_date": due.isoformat() if due else None,
            }

    def _status(self, index: int, overdue: int, settled: int, receivable: int) -> str:
        """The first status that fits."""
        orders = self._orders
        state, collected = orders.state[index], orders.collected[index]
        fits = (
            (state == tmall.CANCELLED, "cancelled"),
            (state == tmall.UNPAID, "unpaid"),
            (orders.refunded[index] == orders.total[index], "refunded"),
            (self.expected(index) <= orders.gross[index] and collected >= min(settled, receivable), "collected"),
            (overdue > 0, "overdue"),
            (state == tmall.PAID, "not_shipped"),
            (collected > 0, "partly_collected"),
            (settled != 0, "settled"),
            (True, "awaiting"),
        )
        return next(name for fit, name in fits if fit)


def collect(orders: OrderTable, queues: list[MoneyQueue]) -> None:
    """Fill in what each order has brought to the bank: first in, first out per wallet."""
    for queue in queues:
        for owner, cents in queue.taken():
            if owner != NONE:
                orders.collected[owner] += cents


def label_payouts(labels: Labels, payouts: list[Payout]) -> None:
    """Label the payouts that no bank line answers."""
    for payout in payouts:
        if payout.role == LOST:
            labels.open(PAYOUT_BANK, "left", payout.place, "payout_missing", payout.cents)
        elif payout.role == IN_TRANSIT:
            labels.open(PAYOUT_BANK, "left", payout.place, "payout_in_transit", payout.cents)
    for payout in payouts:
        if payout.returned:
            labels.open(PAYOUT_BANK, "left", payout.place, "payout_returned", payout.cents)


def label_bank(labels: Labels, document: str, rows: list[int], moves: list[BankMove]) -> None:
    """Label a statement's lines: linked to payouts, explained otherwise, or broken by the line that is missing."""
    missing = 0
    for row, move in zip(rows, moves, strict=True):
        if move.hidden:
            missing += move.cents
            continue
        here = (document, row)
        if missing:
            labels.open(BALANCE, "left", here, "balance_break", -missing, residual=True)
            missing = 0
        if not move.payouts:
            labels.open(PAYOUT_BANK, "right", here, move.code, move.cents)
            continue
        left = [payout.place for payout in move.payouts]
        code = "short" if move.payouts[-1].role == WITH_FEE else ""
        labels.link(left, [here], code)
        if code:
            rest = sum(payout.cents for payout in move.payouts) - move.cents
            labels.open(PAYOUT_BANK, "left", left[-1], code, rest, residual=True)
