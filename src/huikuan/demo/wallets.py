"""Runs a wallet day by day: sorts the day's movements, keeps the balance, pays out, writes the bills, labels rows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from huikuan.demo import marks as k
from huikuan.demo import movements as m
from huikuan.demo import payouts as p
from huikuan.demo.catalogue import GOODS
from huikuan.demo.course import COMMISSION_RATE
from huikuan.demo.marks import Level
from huikuan.demo.movements import Movement
from huikuan.demo.payouts import Payout
from huikuan.demo.seller import BANKS, DAY, END, LAST_DAY, LEDGER_DAY, WALLETS, Month, Span, money, share
from huikuan.demo.tables import NONE, FlowTable, MoneyQueue, OrderTable
from huikuan.demo.truth import ORDER_SETTLEMENT, SETTLEMENT_WALLET, FileTruth, Labels, Place
from huikuan.demo.writers.alipay import LedgerFile
from huikuan.demo.writers.wechat import FundBill, TradeBill, refund_no, transaction_no

STRANGER_PREFIX = 49  # order numbers of no shop of ours
STRANGER_PRICES = (2990, 4990, 6990, 9900, 3990, 15900)


BOOKED_LATER = END - 1_800  # trades from this moment on reach WeChat's balance, and its fund bill, the day after
CUT_AGAIN = range(LEDGER_DAY + 6, LEDGER_DAY + 10)  # days that are exported once more, each by itself


class DayAgain:
    """Rows of a day that is exported once more by itself, in the opposite order."""

    def __init__(self) -> None:
        self.rows: list[tuple[Place, Callable[[Any], int]]] = []

    def add(self, place: Place, write: Callable[[Any], int]) -> None:
        """A row that stands at `place`, and what writes it into another file (its line number)."""
        self.rows.append((place, write))

    def write(self, file: Any, labels: Labels) -> None:
        """Write the rows into a file and forget them."""
        for place, write in reversed(self.rows):
            labels.same_later(place, (file.document, write(file)))
        self.rows = []


class WalletRun:
    """The common part: movements wait in the bucket of their day until that day is run."""

    def __init__(
        self, number: int, folder: Path, level: Level, span: Span, orders: OrderTable, flows: FlowTable, labels: Labels
    ) -> None:
        self.number = number
        self.level = level
        self.span = span
        self._folder = folder
        self.neighbour: WalletRun | None = None  # whose payouts this one's may equal
        self.wallet = WALLETS[number]
        self.orders, self.flows, self.labels = orders, flows, labels
        self.balance = self.wallet.opening
        self.queue = MoneyQueue(self.wallet.opening)
        self._again, self._again2 = DayAgain(), DayAgain()  # the rows of a day that is exported once more
        self.payouts: list[Payout] = []
        self._buckets: dict[int, list[Movement]] = defaultdict(list)
        self._sequence = 0
        self._payout_days = set(p.payout_days(number, level.hard, span))
        self._month_begins = {month.first for month in span.months}
        self._payouts_before = 0  # those of the months before
        self._day_net: dict[int, int] = {}
        self._refunded: set[int] = set()  # orders marked to be refunded twice, once refunded

    def put(
        self, at: int, item: int, cents: int, index: int = NONE, *, no: int = 0, key: int = 0, paid: int = 0
    ) -> None:
        """A movement to come."""
        self._sequence += 1
        self._buckets[at // DAY].append((at, self._sequence, item, cents, index, no, key, paid))

    def plan_others(self, strangers: int, orders: int) -> None:
        """What moves without an order of ours: deposits, advertising, settlements of unknown orders."""
        first = self.span.ledger_day
        advertising = min(180_000, max(5_000, orders // self.span.count * 12))
        for day in range(first + 3, LAST_DAY, 7):
            self.put_other(day * DAY + 38_000 + self.number * 60, day, advertising)
        for n in range(strangers):
            at = (first + n * (LAST_DAY - first) // strangers) * DAY + 54_000 + n * 97 % 9_000
            no = (STRANGER_PREFIX * 10**8 + self.number * 1_000_003 + n * 7_919) * 10**9 + 104_729 * (n + 1)
            self.put_sale_of_stranger(at, no, STRANGER_PRICES[n % len(STRANGER_PRICES)])

    def put_other(self, at: int, day: int, advertising: int) -> None:
        """A movement that belongs to no order."""

    def put_sale_of_stranger(self, at: int, no: int, cents: int) -> None:
        """A settlement for an order that is in no report."""
        self.put(at, m.SALE, cents, no=no, paid=at - 3 * DAY)

    def run_day(self, day: int) -> None:
        """Write the bill rows of a day."""
        if day in self._month_begins:
            self._payouts_before = len(self.payouts)
        moves = self._buckets.pop(day, [])
        if day in self._payout_days:
            self._sequence += 1
            moves.append((p.payout_moment(self.number, day), self._sequence, m.PAYOUT, 0, NONE, 0, 0, 0))
        moves.sort()
        self._day_net = {}
        self.book(moves, day)
        self.queue.end_day(day, self._day_net)

    def book(self, moves: list[Movement], day: int) -> None:
        """Write the sorted movements of a day."""
        raise NotImplementedError

    def is_second_refund(self, index: int) -> bool:
        """Whether the order has been refunded before."""
        if index == NONE or self.orders.mark[index] != k.REFUND_TWICE:
            return False
        again = index in self._refunded
        self._refunded.add(index)
        return again

    def move(self, index: int, cents: int) -> int:
        """Move the balance; the balance after it. `index` is the order whose money it is, else NONE."""
        self.balance += cents
        self._day_net[index] = self._day_net.get(index, 0) + cents
        return self.balance

    def title(self, index: int) -> str:
        """The name of the first of the goods of an order."""
        return GOODS[self.orders.item[index] if index != NONE else 0][0]

    def close(self) -> None:
        """End the files."""
        raise NotImplementedError

    def payout_of(self, day: int, at: int) -> tuple[int, int]:
        """(cents, role) of the payout due now; no cents if there is too little money."""
        cents = self.balance - p.KEPT[self.number] - at % 97
        if cents < p.LEAST:
            return 0, 0
        last, near = (run.payouts[-1] if run and run.payouts else None for run in (self, self.neighbour))
        role = p.role_of(self.number, len(self.payouts) - self._payouts_before, day, self.level.hard, last)
        return p.cents_of(role, cents, last, near), role

    def pay_out(self, payout: Payout) -> None:
        """Remember a payout; one that bounces comes back the next morning."""
        self.payouts.append(payout)
        self.balance -= payout.cents
        if payout.role == p.RETURNED:
            self.put(payout.at + DAY - 1_200, m.PAYOUT_BACK, payout.cents)

    def settle(self, move: Movement, place: tuple[int, int], again: bool) -> None:
        """Put a bill row to its order, or label it as what is wrong with it."""
        _, _, item, cents, index, _, key, _ = move
        here = (self.labels.documents[place[0]], place[1])
        if index == NONE:
            self.labels.open(ORDER_SETTLEMENT, "right", here, "missing_left", cents)
            return
        if key == m.KEY_BLANK and self.orders.mark[index] == k.SALE_KEYLESS:
            self.labels.apart.setdefault(index, []).append(here)
        else:
            self.flows.add(self.orders, index, *place)
        if key not in m.TELLS_ORDER:
            code = "key_missing" if key == m.KEY_BLANK else "key_damaged"
            self.labels.open(ORDER_SETTLEMENT, "right", here, code, cents)
            return
        if item in m.GROSS:
            self.orders.gross[index] += cents
            if self.orders.mark[index] == k.LATE and item == m.SALE:
                self.orders.came[index] = move[0] // DAY
        else:
            self.orders.fees[index] -= cents
        if again:
            self._label_again(item, here, cents)
        elif item == m.COMMISSION:
            self._label_commission(index, here, -cents)

    def _label_commission(self, index: int, here: Place, charged: int) -> None:
        """Label a commission above the contract's, or one of which a refund gave nothing back."""
        mark, total = self.orders.mark[index], self.orders.total[index]
        rate = self.orders.commission.get(index, COMMISSION_RATE)
        owed = share(total, rate)
        if mark == k.FEE_HIGH:
            self.labels.open(ORDER_SETTLEMENT, "right", here, "fee_rate", owed - charged)
        elif mark == k.FEE_KEPT:
            kept = share(total - self.orders.refunded[index], rate) - owed
            self.labels.open(ORDER_SETTLEMENT, "right", here, "fee_not_returned", kept)

    def _label_again(self, item: int, here: tuple[str, int], cents: int) -> None:
        """Label what is booked once too often: a residual of its order's link, but for a fee, which is none."""
        code = "refund_twice" if item == m.REFUND else "duplicate"
        if item in m.GROSS:
            self.labels.open(ORDER_SETTLEMENT, "left", here, code, -cents, residual=True)
        else:
            self.labels.open(ORDER_SETTLEMENT, "right", here, code, cents)


class AlipayRun(WalletRun):
    """An Alipay wallet with its ledger, a download for each month; that of the first wallet's last month comes as two
    that overlap by two days."""

    def __init__(
        self, number: int, folder: Path, level: Level, span: Span, orders: OrderTable, flows: FlowTable, labels: Labels
    ) -> None:
        super().__init__(number, folder, level, span, orders, flows, labels)
        self.files = [self._file(*days, 33_000) for month in span.months for days in self._downloads(month)]
        for file in self.files:
            labels.document(file.document)
        self._flow = 3_652_980_000_000_000 + number * 40_000_000_000_000

    def _downloads(self, month: Month) -> list[tuple[int, int]]:
        """First and last day of each download of a month."""
        if self.number == 0 and month.is_last:
            return [(month.first, month.first + 15), (month.first + 14, month.last)]
        return [(month.first, month.last)]

    def _file(self, first: int, last: int, second: int) -> LedgerFile:
        """A download of some days, made at a second of the day after."""
        return LedgerFile(
            self._folder, self.wallet.account, newer=self.number == 0, first=first, last=last,
            exported=(last + 1) * DAY + second,
        )  # fmt: skip

    def put_other(self, at: int, day: int, advertising: int) -> None:
        """Advertising every week, a deposit once, a part of which comes back in the last week."""
        self.put(at, m.ADVERTISING, -advertising)
        if day < self.span.ledger_day + 7:
            self.put(at + 3_600, m.DEPOSIT, -min(50_000, 2 * advertising))
        elif day + 7 >= LAST_DAY:
            self.put(at + 3_600, m.DEPOSIT_BACK, min(20_000, advertising))

    def book(self, moves: list[Movement], day: int) -> None:
        """Write the sorted movements of a day into every download that covers it."""
        files = [file for file in self.files if file.covers(day)]
        seen: set[tuple[int, int]] = set()
        for move in moves:
            at, _, item, cents, index, _, key, _ = move
            self._flow += 11 + at % 17
            if item == m.PAYOUT:
                self._book_payout(files, move, day)
                continue
            owner = index if key in m.TELLS_ORDER else NONE
            balance = self.move(owner, cents) if item != m.PAYOUT_BACK else self._returned(cents)
            place = self._write(files, self._flow, move, balance, self.title(index) if item < m.PAYOUT else "")
            if item == m.PAYOUT_BACK:
                self._label_return(place, cents)
            elif item < m.PAYOUT:
                again = self.is_second_refund(index) if item == m.REFUND else self._is_copy(index, item, seen)
                self.settle(move, (self.labels.document(place[0]), place[1]), again)
        if self._again.rows:
            file = self._file(day, day, 20_000)
            self._again.write(file, self.labels)
            self._end(file)

    def _is_copy(self, index: int, item: int, seen: set[tuple[int, int]]) -> bool:
        if index == NONE or self.orders.mark[index] not in (k.DUPLICATE_SALE, k.DUPLICATE_FEE):
            return False
        if (index, item) in seen:
            return True
        seen.add((index, item))
        return False

    def _returned(self, cents: int) -> int:
        self.balance += cents
        return self.balance

    def _write(self, files: list[LedgerFile], flow: int, move: Movement, balance: int, memo: str) -> tuple[str, int]:
        rows = [(file.document, file.add(flow, move, balance, memo)) for file in files]
        if self.level.hard and move[0] // DAY in CUT_AGAIN:
            self._again.add(rows[-1], lambda file: file.add(flow, move, balance, memo))
        self.labels.same.extend((rows[-1], other) for other in rows[:-1])
        return rows[-1]

    def _book_payout(self, files: list[LedgerFile], move: Movement, day: int) -> None:
        cents, role = self.payout_of(day, move[0])
        if not cents:
            return
        bank = BANKS[self.wallet.bank]
        memo = f"提现到{bank.bank_name[:6]}({bank.account[-4:]})"
        paid = (*move[:3], -cents, *move[4:])
        place = self._write(files, self._flow, paid, self.balance - cents, memo)
        self.pay_out(Payout(self.number, move[0], cents, role, str(self._flow), place))

    def _label_return(self, place: tuple[str, int], cents: int) -> None:
        self.labels.open("payout-bank", "left", place, "payout_returned", -cents)

    def close(self) -> None:
        """End the files."""
        for file in self.files:
            self._end(file)

    def _end(self, file: LedgerFile) -> None:
        file.close()
        t = file.totals
        self.labels.files.append(
            FileTruth(file.lines.name, file.document, "alipay.ledger", "", self.wallet.account,
                      t.number_in + t.number_out, {"in": money(t.cents_in), "out": money(t.cents_out)})
        )  # fmt: skip


class WechatRun(WalletRun):
    """A WeChat Pay account: trades settle orders, the fund bill is the wallet; each for one month."""

    def __init__(
        self, number: int, folder: Path, level: Level, span: Span, orders: OrderTable, flows: FlowTable, labels: Labels
    ) -> None:
        super().__init__(number, folder, level, span, orders, flows, labels)
        self._bills = [self._bills_of(month.first, month.last) for month in span.months]
        self.trades, self.funds = self._bills[0]
        for bills in self._bills:
            for bill in bills:
                labels.document(bill.document)

    def _bills_of(self, first: int, last: int) -> tuple[TradeBill, FundBill]:
        account = self.wallet.account
        return TradeBill(self._folder, account, first, last), FundBill(self._folder, account, first, last)

    def put_sale_of_stranger(self, at: int, no: int, cents: int) -> None:
        """A payment for an order that is in no report, and its fee."""
        self.put(at, m.SALE, cents, no=no, paid=at)
        self.put(at, m.PAYMENT_FEE, -share(cents, m.PAYMENT_RATE), no=no, paid=at)

    def book(self, moves: list[Movement], day: int) -> None:
        """Write the movements of a day, those of one second by trade number: a sale or refund and its fee are one."""
        self.trades, self.funds = self._bills[self.span.number(day)]
        moves.sort(key=lambda move: (move[0], transaction_no(move[5], move[7], False) if move[5] else "", move[1]))
        seen: set[int] = set()
        skip = False
        for n, move in enumerate(moves):
            if skip:
                skip = False
                continue
            if move[2] == m.PAYOUT:
                self._book_payout(move, day)
                continue
            fee = 0
            if n + 1 < len(moves):
                after = moves[n + 1]
                if after[2] == m.PAYMENT_FEE and after[:1] + after[4:6] == move[:1] + move[4:6]:
                    fee, skip = after[3], True
            self._book_trade(move, fee, seen)
        if self._again.rows:
            trades, funds = self._bills_of(day, day)
            self._again.write(trades, self.labels)
            self._again2.write(funds, self.labels)
            self._end(trades, funds)

    def _trade(self, day: int, write: Callable[[TradeBill], int]) -> int:
        row = write(self.trades)
        if self.level.hard and day in CUT_AGAIN:
            self._again.add((self.trades.document, row), write)
        return row

    def _fund(self, at: int, numbers: tuple[str, str], kind: str, cents: int, balance: int, *, memo: str = "") -> int:
        def write(bill: FundBill) -> int:
            return bill.add(at, numbers, kind, cents, balance, memo=memo)

        row = write(self.funds)
        if self.level.hard and at // DAY in CUT_AGAIN:
            self._again2.add((self.funds.document, row), write)
        return row

    def _book_trade(self, move: Movement, fee: int, seen: set[int]) -> None:
        at, _, item, cents, index, no, key, paid = move
        owner = index if key in m.TELLS_ORDER else NONE
        again = False
        if item == m.SALE:
            again = index != NONE and index in seen
            seen.add(index)
            row = self._trade(at // DAY, lambda bill: bill.add_sale(move, self.title(index), -fee, again))
            numbers = (transaction_no(no, paid, again),) * 2
            if at < BOOKED_LATER:
                self._fund(at, numbers, "交易", cents, self.move(owner, cents))
                if fee:
                    self._fund(at, numbers, "扣除交易手续费", fee, self.move(owner, fee))
        else:
            again = self.is_second_refund(index)
            row = self._trade(at // DAY, lambda bill: bill.add_refund(move, self.title(index), fee))
            numbers = (refund_no(no, at), transaction_no(no, paid, False))
            memo = f"退款总金额{money(-cents)}元;含手续费{money(fee)}元"
            if at < BOOKED_LATER:
                self._fund(at, numbers, "退款", cents + fee, self.move(owner, cents + fee), memo=memo)
        if at >= BOOKED_LATER:
            self._label_later(item, (self.trades.document, row), cents, fee)
        self.settle(move, (self.labels.document(self.trades.document), row), again)
        if owner != NONE:
            self.orders.fees[index] -= fee

    def _label_later(self, item: int, here: Place, cents: int, fee: int) -> None:
        """Label a trade that the fund bill does not tell yet: a refund differs within its sale's group."""
        if item == m.REFUND:
            self.labels.open(SETTLEMENT_WALLET, "left", here, "over", cents + fee, cause="c-T2", residual=True)
            return
        for part in (cents, fee) if fee else (cents,):
            self.labels.open(SETTLEMENT_WALLET, "left", here, "not_due", part, cause="c-T2")

    def _book_payout(self, move: Movement, day: int) -> None:
        at = move[0]
        cents, role = self.payout_of(day, at)
        if not cents:
            return
        number = 10_000_000_000 + (at - LEDGER_DAY * DAY) * 31
        flow = f"4200009{number:021d}"
        balance = self.balance - cents
        row = self._fund(at, (f"1000{number:016d}", flow), "提现", -cents, balance, memo="商户提现")
        self.pay_out(Payout(self.number, at, cents, role, flow, (self.funds.document, row)))

    def close(self) -> None:
        """End the files."""
        for trades, funds in self._bills:
            self._end(trades, funds)

    def _end(self, trades: TradeBill, funds: FundBill) -> None:
        trades.close()
        funds.close()
        account = self.wallet.account
        paid = {"in": money(trades.settled), "out": money(trades.refunds), "fees": money(trades.fees)}
        moved = {"in": money(funds.cents_in), "out": money(funds.cents_out)}
        rows = funds.number_in + funds.number_out
        self.labels.files += [
            FileTruth(trades.document, trades.document, "wechatpay.trades", "", account, trades.count, paid),
            FileTruth(funds.document, funds.document, "wechatpay.funds", "", account, rows, moved),
        ]
