"""`generate` writes the files of the made-up seller's months, in the true formats, with the truth about them.

The days are run one after the other: an order is drawn with its whole future, its money waits in its wallet's bucket
of the day, the wallet's day is closed when no order can add to it any more. So memory holds a few integers per order.
Everything follows from (orders, seed, hard, months); file contents are the same on any machine.
"""

from __future__ import annotations

import gc
from collections.abc import Callable
from itertools import chain
from pathlib import Path
from random import Random

from huikuan.demo import guide, results, truth
from huikuan.demo.aftersales import AfterSales
from huikuan.demo.banks import BankMove, run_banks
from huikuan.demo.couriers import CourierBill
from huikuan.demo.course import COMMISSION_RATE
from huikuan.demo.erp import ErpExport
from huikuan.demo.layouts import write_layouts
from huikuan.demo.marks import HARD, NORMAL, Level, Marks
from huikuan.demo.movements import movements_of
from huikuan.demo.orders import Order, OrderSource, day_counts, shop_orders
from huikuan.demo.seller import (
    BANKS,
    DAY,
    EARLY_EXPORT_DAY,
    END,
    LAST_DAY,
    LEDGER_DAY,
    ONE_MONTH,
    SHOPS,
    WALLETS,
    Span,
    money,
)
from huikuan.demo.tables import NONE, FlowTable, OrderTable
from huikuan.demo.truth import FileTruth, Labels, Place, Truth
from huikuan.demo.wallets import AlipayRun, WalletRun, WechatRun
from huikuan.demo.writers import tmall
from huikuan.demo.writers.camt import write_camt
from huikuan.demo.writers.ccb import write_ccb
from huikuan.demo.writers.icbc import write_icbc
from huikuan.demo.writers.tmall import RECUT_SHOP, RECUT_WEEKS, OrderReport, ReportAgain
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register

register(
    {
        "demo.orders": gettext_noop("A demo needs at least one order, %(orders)s were asked for."),
    }
)

Progress = Callable[[str, int, int], None]

LEAST_ORDERS = 1
BANK_FILES = (("icbc.statement", write_icbc), ("ccb.statement", write_ccb), ("camt.053", write_camt))


class Demo:
    """One run of the generator."""

    def __init__(
        self, folder: Path, orders: int, seed: int, level: Level, progress: Progress | None, span: Span = ONE_MONTH
    ) -> None:
        self.level, self.span = level, span
        self.folder, self.number, self.seed = folder, orders, seed
        self.orders, self.flows, self.labels = OrderTable(), FlowTable(), Labels()
        self._progress = progress or (lambda stage, done, total: None)
        self.wallets: list[WalletRun] = [
            (AlipayRun if wallet.platform == "alipay" else WechatRun)(
                number, folder, level, span, self.orders, self.flows, self.labels
            )
            for number, wallet in enumerate(WALLETS)
        ]
        self.wallets[1].neighbour = self.wallets[0]
        self.reports = [  # of each month, by shop
            [
                OrderReport(folder, n, month.done_day * DAY, tmall.export_moment(month.done_day, n))
                for n in range(len(SHOPS))
            ]
            for month in span.months
        ]
        self.again = [ReportAgain(folder, RECUT_SHOP, week) for week in range(RECUT_WEEKS if level.hard else 0)]
        self.courier = CourierBill(folder, self.labels, span)
        self.erp = ErpExport(folder, self.labels, self._place, self.courier, self.orders.freight, span)
        self.after_sales = AfterSales(folder, self.labels, span)
        early = EARLY_EXPORT_DAY
        self.early = OrderReport(folder, 0, early * DAY, tmall.export_moment(early, 0))

    def run(self) -> Truth:
        """Write everything."""
        self._run_days()
        for again in self.again:
            again.write(self.labels)
        for report in (*chain(*self.reports), self.early, *(again.report for again in self.again)):
            self._end_report(report)
        for wallet in self.wallets:
            wallet.close()
        self._run_banks()
        self.erp.close()
        self.courier.close()
        self.after_sales.close()
        for wallet in self.wallets:
            results.collect(self.orders, wallet.queue, wallet.payouts)
        guide.write_rules(self.folder, self.level, self.span)
        layouts = write_layouts(self.folder)
        guide.write_readme(self.folder, self.labels.files, self.number, self.seed, layouts, self.span)
        self._progress("truth", self.number, self.number)
        found = results.OrderResults(self.orders, self.flows, self.labels, self._place)
        return truth.write_truth(
            self.folder,
            self.labels,
            self.number,
            links=chain(found.links(), self.erp.links()),
            open_rows=chain(found.open_rows(), self.erp.open_rows()),
            collection=found.collection(),
            span=self.span,
        )

    def _run_days(self) -> None:
        counted = shop_orders(self.number)
        marks = Marks(Random(f"{self.seed}/marks"), self.level, self.span)  # noqa: S311  a made-up seller needs no secrets
        numbers = [0] * len(SHOPS)
        sources = [
            OrderSource(n, Random(f"{self.seed}/shop/{n}"), marks, self.level, numbers, self.span)  # noqa: S311
            for n in range(len(SHOPS))
        ]
        before = min(max(2, counted[0] // 3_000), counted[0] // 20)
        for wallet in self.wallets:
            wallet.plan_others(strangers=max(2, counted[wallet.number] // 2_500), orders=counted[wallet.number])
        for order in sources[0].before_start(before, 0):
            self._take(order)
        counted[0] -= before
        counts = [dict(day_counts(shop, counted[n], self.span)) for n, shop in enumerate(SHOPS)]
        for day in range(-self.span.earlier, LAST_DAY + 1):
            for n, source in enumerate(sources):
                for order in source.day(day, counts[n].get(day, 0), len(self.orders)):
                    self._take(order)
            for wallet in self.wallets:
                wallet.run_day(day)
            self._progress("orders", len(self.orders), self.number)

    def _take(self, order: Order) -> None:
        """Write an order into the reports, remember it, send its money on the way."""
        shop, month = order.shop, self.span.number(order.created // DAY)
        report = self.reports[month][shop]
        place = (report.lines.document, report.add(order))
        is_last = self.span.months[month].is_last
        if is_last and shop == 0 and order.created < EARLY_EXPORT_DAY * DAY:
            self.labels.same_later(place, (self.early.lines.document, self.early.add(order)))
        if is_last and self.again and shop == RECUT_SHOP:
            week = min(max(order.created // DAY - LEDGER_DAY, 0) // 7, RECUT_WEEKS - 1)
            self.again[week].add(order, place)
        self._remember(order, month, place[1])
        self.erp.add(order)
        self.after_sales.add(order)
        wallet = self.wallets[order.wallet]
        for at, item, cents, key in movements_of(order, self.span):
            wallet.put(at, item, cents, order.index, no=order.no, key=key, paid=order.paid or order.created)

    def _place(self, index: int) -> Place:
        """Document and line of an order."""
        report = self.reports[self.orders.month[index]][self.orders.shop[index]]
        return report.lines.document, self.orders.row[index]

    def _remember(self, order: Order, month: int, row: int) -> None:
        table = self.orders
        state = tmall.state_at(order, END)
        is_paid = tmall.UNPAID < state < tmall.CANCELLED
        table.no.append(order.no)
        table.shop.append(order.shop)
        table.month.append(month)
        table.row.append(row)
        table.item.append(order.items[0][0])
        table.mark.append(order.mark)
        table.total.append(order.total if is_paid else 0)
        table.refunded.append(order.refund_by(END) if is_paid else 0)
        if order.borne and is_paid:
            table.borne[order.index] = order.borne
        if order.commission != COMMISSION_RATE:
            table.commission[order.index] = order.commission
        table.state.append(state)
        table.received.append(order.received if state == tmall.DONE else 0)
        table.paid.append(order.paid if is_paid else 0)
        for column in (table.gross, table.fees, table.collected, table.freight):
            column.append(0)
        table.first.append(NONE)

    def _end_report(self, report: OrderReport) -> None:
        report.close()
        totals = {"paid": money(report.paid), "refunded": money(report.refunded)}
        lines = report.lines
        self.labels.files.append(
            FileTruth(lines.name, lines.document, "tmall.orders", report.shop.name, "", lines.count - 1, totals)
        )

    def _run_banks(self) -> None:
        payouts = [payout for wallet in self.wallets for payout in wallet.payouts]
        accounts = run_banks(payouts, self.level.hard, self.span, self.number)
        for bank, all_moves in enumerate(accounts):
            kind, write = BANK_FILES[bank]
            opening = BANKS[bank].opening
            for number, month in enumerate(self.span.months):
                moves = [move for move in all_moves if self.span.number(move.at // DAY) == number]
                document, rows = write(self.folder, moves, month, opening)
                opening = moves[-1].balance if moves else opening
                results.label_bank(self.labels, document, rows, moves)
                self.labels.files.append(_bank_file(kind, document, bank, moves))
        results.label_payouts(self.labels, payouts, [move for moves in accounts for move in moves])


def _bank_file(kind: str, document: str, bank: int, moves: list[BankMove]) -> FileTruth:
    shown = [move.cents for move in moves if not move.hidden]
    totals = {
        "in": money(sum(cents for cents in shown if cents > 0)),
        "out": money(-sum(cents for cents in shown if cents < 0)),
    }
    return FileTruth(document, document, kind, "", BANKS[bank].account, len(shown), totals)


def generate(
    out: Path, orders: int, seed: int = 1, hard: bool = False, progress: Progress | None = None, months: int = 1
) -> Truth:
    """Write the demo's files, `rules.toml`, `README.txt`, `truth.json` and the folder `layouts` into the folder `out`
    (made if need be).

    `orders` are those of all `months`, of which the last is October 2026. `progress(stage, done, total)` is called now
    and then. The same (orders, seed, hard, months) give the same contents.
    `hard`: far more goes wrong, and files tell the same again, cut otherwise. Raises UserError `demo.orders`.
    """
    if orders < LEAST_ORDERS:
        raise UserError("demo.orders", orders=orders)
    out.mkdir(parents=True, exist_ok=True)
    was_enabled = gc.isenabled()
    gc.disable()  # a million short-lived tuples and not one cycle among them
    try:
        return Demo(out, orders, seed, HARD if hard else NORMAL, progress, Span(months)).run()
    finally:
        if was_enabled:
            gc.enable()
