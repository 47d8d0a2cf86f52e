"""What a perfect reconciliation of the demo would find, worked out from the tables of orders and movements."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

from huikuan.demo import marks as k
from huikuan.demo.aftersales import cause_of_missing
from huikuan.demo.banks import BankMove
from huikuan.demo.evidence import judged_bundles
from huikuan.demo.guide import settlement_rule
from huikuan.demo.payouts import Payout
from huikuan.demo.seller import AS_OF, DATES, DAY, SHOPS, money
from huikuan.demo.tables import NONE, FlowTable, MoneyQueue, OrderTable
from huikuan.demo.truth import BALANCE, ORDER_SETTLEMENT, PAYOUT_BANK, Labels, bank_cause, link_row, open_row
from huikuan.demo.writers import tmall
from huikuan.records.bank_days import add_business_days, calendar_of_country
from huikuan.records.due_dates import due_date

CALENDAR = calendar_of_country("CN")


class OrderResults:
    """The order side of the truth. `place` tells document and line of an order in the order report that counts."""

    def __init__(
        self, orders: OrderTable, flows: FlowTable, labels: Labels, place: Callable[[int], tuple[str, int]]
    ) -> None:
        self._orders, self._flows, self._labels, self.place = orders, flows, labels, place
        self._rules = [settlement_rule(shop) for shop in SHOPS]
        self._due: dict[tuple[int, int], date] = {}

    def expected(self, index: int) -> int:
        """What the order should bring, before fees."""
        return self._orders.total[index] + self._orders.borne.get(index, 0) - self._orders.refunded[index]

    def due(self, index: int) -> date | None:
        """The last day on which missing money is not yet overdue; None while the clock has not started."""
        shop = self._orders.shop[index]
        rule = self._rules[shop]
        anchor = self._orders.received[index] if rule.anchor == "received" else self._orders.paid[index]
        if not anchor:
            return None
        key = (shop, anchor // DAY)
        if key not in self._due:
            self._due[key] = due_date(rule, DATES[anchor // DAY], CALENDAR)
        return self._due[key]

    def links(self) -> Iterator[dict[str, Any]]:
        """Orders and the bill rows that settle them; those that do not name their order cannot be found."""
        orders = self._orders
        for index in range(len(orders)):
            if orders.first[index] != NONE:
                rows = [(self._labels.documents[doc], row) for doc, row in self._flows.of(orders, index)]
                known = orders.mark[index] not in k.KEYLESS
                yield link_row(ORDER_SETTLEMENT, [self.place(index)], rows, self._class(index) if known else "", known)
            if index in self._labels.apart:
                yield link_row(ORDER_SETTLEMENT, [self.place(index)], self._labels.apart[index], "", False)

    def _class(self, index: int) -> str:
        """The class of a linked order: of its difference, else `late`, else blank."""
        if self.expected(index) != self._orders.gross[index]:
            return self._difference(index)[0]
        due, came = self.due(index), self._orders.came.get(index)
        return "late" if due and came is not None and DATES[came] > due else ""

    def _difference(self, index: int) -> tuple[str, str]:
        """Class and cause of what remains between a linked order and what came."""
        if self._orders.mark[index] == k.SALE_KEYLESS:
            return self._waiting(index), ""
        code, cause = k.DIFFERENCE[self._orders.mark[index]]
        return code, cause_of_missing(self._orders.no[index]) if self._orders.mark[index] == k.REFUND_MISSING else cause

    def _waiting(self, index: int) -> str:
        return "missing_right" if self._is_overdue(index) else "not_due"

    def open_rows(self) -> Iterator[dict[str, Any]]:
        """Orders that nothing settled though something is owed, and what is left inside the links."""
        orders = self._orders
        for index in range(len(orders)):
            expected = self.expected(index)
            mark = orders.mark[index]
            if orders.first[index] != NONE and mark not in k.KEYLESS:
                left = expected - orders.gross[index]
                if left and mark not in (k.DUPLICATE_SALE, k.REFUND_TWICE):  # these are labelled where they stand
                    code, cause = self._difference(index)
                    yield open_row(ORDER_SETTLEMENT, "left", self.place(index), code, left, cause=cause, residual=True)
            elif mark == k.BEFORE_START:
                yield open_row(ORDER_SETTLEMENT, "left", self.place(index), "other_period", expected)
            elif expected:
                yield open_row(ORDER_SETTLEMENT, "left", self.place(index), self._waiting(index), expected)

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
                "freight": money(orders.freight[index]) if orders.freight[index] else None,
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


def collect(orders: OrderTable, queue: MoneyQueue, payouts: list[Payout]) -> None:
    """Fill in what each order of a wallet has brought to the bank: first in, first out."""
    queue.payouts = [(payout.at // DAY, payout.cents, payout.arrived) for payout in payouts if not payout.returned]
    for owner, cents in queue.taken():
        if owner != NONE:
            orders.collected[owner] += cents


def label_bank(labels: Labels, document: str, rows: list[int], moves: list[BankMove]) -> None:
    """Label a statement's lines that no payout belongs to, or that are broken by the line that is missing."""
    missing = 0
    for row, move in zip(rows, moves, strict=True):
        if move.hidden:
            missing += move.cents
            continue
        move.place = (document, row)
        if missing:
            labels.open(BALANCE, "left", move.place, "balance_break", -missing, residual=True)
            missing = 0
        if not move.payouts:
            cause = bank_cause(move.code, move.summary)
            labels.open(PAYOUT_BANK, "right", move.place, move.code, move.cents, cause=cause)


def label_payouts(labels: Labels, payouts: list[Payout], moves: list[BankMove]) -> None:
    """Label payouts and the bank lines that answer them, once these stand at their places."""
    answers: dict[int, list[BankMove]] = {}
    for move in moves:
        if move.payouts:
            answers.setdefault(id(move.payouts[-1]), []).append(move)
    bundles = [(list(lines[0].payouts), lines) for lines in answers.values()]
    for out, lines, found in judged_bundles(bundles, payouts, moves):
        _label_bundle(labels, out, lines, found)
    for payout in payouts:
        if payout.returned:
            labels.open(PAYOUT_BANK, "left", payout.place, "payout_returned", payout.cents)
        elif not payout.arrived:
            labels.open(PAYOUT_BANK, "left", payout.place, payout_class(payout), payout.cents)


def payout_class(payout: Payout) -> str:
    """The class of a payout that is not found at the bank: in transit until its bank days have passed."""
    return "payout_missing" if _payout_due(payout) < AS_OF else "payout_in_transit"


def _payout_due(payout: Payout) -> date:
    return add_business_days(DATES[payout.at // DAY], settlement_rule(SHOPS[payout.wallet]).bank_days, CALENDAR)


def _label_bundle(labels: Labels, out: list[Payout], lines: list[BankMove], found: bool) -> None:
    rest = sum(payout.cents for payout in out) - sum(move.cents for move in lines)
    left, right = [payout.place for payout in out], [move.place for move in lines]
    is_late = DATES[max(move.at for move in lines) // DAY] > max(_payout_due(payout) for payout in out)
    labels.link(left, right, "short" if rest else "late" if is_late else "", found)
    for payout in out:
        payout.arrived = found
    for move in lines if not found else ():
        labels.open(PAYOUT_BANK, "right", move.place, "unidentified_receipt", move.cents)
    if rest and found:
        labels.open(PAYOUT_BANK, "left", left[-1], "short", rest, cause="c-W1", residual=True)
