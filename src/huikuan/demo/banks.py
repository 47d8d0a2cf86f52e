"""What happens on the three bank accounts: payouts come in, wages, rent and taxes go out, money is moved between them.

A movement is placed on its account in time order, with the balance after it; then each is written by its bank's writer.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

from huikuan.demo import payouts as p
from huikuan.demo.payouts import Payout
from huikuan.demo.seller import (
    BANKS,
    BOC,
    CCB,
    DATES,
    DAY,
    END,
    ICBC,
    LEGAL_NAME,
    ONE_MONTH,
    WALLETS,
    Month,
    Span,
)

ALIPAY = ("支付宝（中国）网络技术有限公司客户备付金", "215500690001")
WECHAT = ("财付通支付科技有限公司客户备付金", "243300133")
NOTHING = ("", "")


@dataclass
class BankMove:
    """One movement on a bank account. `code` labels it where no payout belongs to it. `hidden`: not in the file."""

    bank: int
    at: int
    cents: int
    party: tuple[str, str]  # the other party's name and account
    summary: str
    memo: str
    code: str = ""
    payouts: tuple[Payout, ...] = ()
    balance: int = 0
    hidden: bool = False
    ref: str = ""
    place: tuple[str, int] = ("", 0)


def receipts(payouts: list[Payout]) -> list[BankMove]:
    """The bank movements that the payouts of one wallet become, up to the as-of day."""
    found: list[BankMove] = []
    waiting: list[Payout] = []
    for payout in payouts:
        if payout.role in p.ECHO:
            at = payout.at + DAY + 7_000
            party, bank = OTHER_STRANGER, WALLETS[payout.wallet].bank
            found.append(BankMove(bank, at, payout.cents, party, "汇入", "往来", "unidentified_receipt"))
        if payout.role in p.NOT_ARRIVING:
            continue
        waiting.append(payout)
        if payout.role in (p.MERGED_FIRST, p.MERGED_MORE):
            continue
        found += _receipts(tuple(waiting))
        waiting = []
    if waiting:
        found += _receipts(tuple(waiting))
    return [move for move in found if move.at < END]


def _receipts(payouts: tuple[Payout, ...]) -> list[BankMove]:
    """One bank line, or two of a payout that comes in two parts."""
    last = payouts[-1]
    cents = sum(payout.cents for payout in payouts)
    if last.role == p.WITH_FEE:
        cents -= p.FEE[last.wallet]
    reference = last.flow if last.role in p.NAMED else ""
    at = _arrival(last)
    if last.role not in (p.SPLIT_NAMED, p.SPLIT_BARE):
        return [_receipt(payouts, at, cents, reference)]
    first = cents * 3 // 5 // 100 * 100
    return [_receipt(payouts, at, first, reference), _receipt(payouts, at + 40, cents - first, reference)]


def _arrival(payout: Payout) -> int:
    """The moment of arrival: the same day or the next, or days late."""
    same_day = payout.at % 3 != 0
    late = {p.SLOW: 4, p.LATE_NAMED: 8, p.LATE_BARE: 9}.get(payout.role, 0)
    return payout.at + late * DAY + (5_400 + payout.at % 3_000 if same_day else DAY - 1_800)


def _receipt(payouts: tuple[Payout, ...], at: int, cents: int, reference: str) -> BankMove:
    wallet = WALLETS[payouts[-1].wallet]
    if wallet.platform == "alipay":
        memo = f"支付宝提现 {reference}".strip()
        return BankMove(wallet.bank, at, cents, ALIPAY, "网上支付转入", memo, payouts=payouts)
    memo = f"微信支付商户提现{wallet.account} {reference}".strip()
    return BankMove(wallet.bank, at, cents, WECHAT, "大额支付", memo, payouts=payouts)


# (day of the month, bank, yuan signed, other party, summary, memo, label). Memos tell this month and the one before.
Scheduled = tuple[int, int, int, tuple[str, str], str, str, str]
WAGES = ("代发工资户", "350799000088")
LANDLORD = ("杭州滨江物业经营有限公司", "571906612310801")
TREASURY = ("国家金库杭州市滨江区支库", "")
SOCIAL = ("杭州市社会保险管理服务中心", "")
FUND = ("杭州住房公积金管理中心", "")
STRANGER = ("宁波海曙启帆贸易有限公司", "39410001040027711")
OTHER_STRANGER = ("赵明远", "6228480329941170052")
PAYEE = ("义乌市锦程包装材料厂", "1208022009200177345")
OTHER_PAYEE = ("杭州云图广告设计工作室", "571912345610203")

SCHEDULE: tuple[Scheduled, ...] = (
    (9, BOC, -28_600, LANDLORD, "转账", "{this.month}月仓库房租", "not_operating"),
    (10, BOC, -96_318, WAGES, "代发工资", "{before.year}年{before.month}月工资", "not_operating"),
    (14, BOC, -21_457, SOCIAL, "社保缴费", "社保费 {before:%Y%m}", "not_operating"),
    (14, BOC, -9_864, FUND, "公积金", "住房公积金 {before:%Y%m}", "not_operating"),
    (15, BOC, -17_923, TREASURY, "税款", "增值税及附加税款 {before:%Y%m}", "not_operating"),
    (15, BOC, -2_108, TREASURY, "税款", "个人所得税税款 {before:%Y%m}", "not_operating"),
    (12, ICBC, -6_480, PAYEE, "转账支出", "包材", "unidentified_payment"),
    (19, BOC, -3_750, OTHER_PAYEE, "转账", "设计", "unidentified_payment"),
    (23, BOC, -12_260, PAYEE, "转账", "纸箱", "unidentified_payment"),
    (16, ICBC, 5_860, STRANGER, "汇入", "往来", "unidentified_receipt"),
    (22, BOC, 1_280, OTHER_STRANGER, "汇入", "", "unidentified_receipt"),
    (27, CCB, 3_415, STRANGER, "转账存入", "货", "unidentified_receipt"),
)
FEES_AND_INTEREST: tuple[tuple[int, int, int, str, str], ...] = (  # cents
    (20, BOC, -4_500, "手续费", "账户管理费"),
    (20, ICBC, -1_250, "手续费", "网上银行转账手续费"),
    (21, ICBC, 2_317, "利息", "结息"),
    (21, CCB, 1_184, "利息", "结息"),
    (21, BOC, 15_962, "利息", "单位活期存款结息"),
    (25, CCB, -800, "手续费", "短信服务费手续费"),
)
HIDDEN = (20, ICBC, -432_150, PAYEE, "转账支出", "包材尾款")  # the line that the statement leaves out
TRANSFERS = ((ICBC, (9, 16, 23, 29)), (CCB, (13, 27)))  # to the basic account


FULL_SPENDING = 3_000  # orders a month of a seller of several months from which it spends as much as that of one
LEAST_SPENDING = 10  # percent
LEFT_BEHIND = 1_200_000  # cents that a seller of several months transfers nowhere
GROWING = 3  # percent a month by which it spent less before


def _at(month: Month, day: int, seconds: int) -> int:
    """A moment on a day of a month, the last where it has fewer days."""
    return min(month.first + day - 1, month.last) * DAY + seconds


def _own(bank: int) -> tuple[str, str]:
    return (LEGAL_NAME, BANKS[bank].account)


def spending(span: Span, orders: int) -> list[int]:
    """How much a seller of so many orders spends in each month, in percent of what `SCHEDULE` says.

    >>> spending(ONE_MONTH, 10), spending(Span(3), 4_500)
    ([100], [47, 48, 50])
    """
    if span.count == 1:
        return [100]
    last = min(max(100 * orders // (span.count * FULL_SPENDING), LEAST_SPENDING), 100)
    return [last * (100 - GROWING * ago) // 100 for ago in reversed(range(span.count))]


def other_moves(span: Span = ONE_MONTH, orders: int = 0) -> list[BankMove]:
    """All movements that have nothing to do with a platform, but the transfers, whose amount depends on the balance."""
    moves: list[BankMove] = []
    for month, percent in zip(span.months, spending(span, orders), strict=True):
        moves += _month_moves(month, percent)
    day, bank, cents, party, summary, memo = HIDDEN
    moves.append(BankMove(bank, _at(span.months[-1], day, 40_500), cents, party, summary, memo, hidden=True))
    return moves


def _month_moves(month: Month, percent: int) -> list[BankMove]:
    """What a month's schedule says. Receipts and payments that nobody can place occur in the last month only."""
    texts = {"this": DATES[month.first], "before": DATES[month.first - 1]}
    moves = [
        BankMove(bank, _at(month, day, 36_000 + n * 611), yuan * percent, party, summary, memo.format(**texts), label)
        for n, (day, bank, yuan, party, summary, memo, label) in enumerate(SCHEDULE)
        if month.is_last or not label.startswith("unidentified")
    ]
    return moves + [
        BankMove(bank, _at(month, day, 66_000 + n * 31), cents, NOTHING, summary, memo, "not_operating")
        for n, (day, bank, cents, summary, memo) in enumerate(FEES_AND_INTEREST)
    ]


def _transfer(source: int, at: int, balance: int, memo: str, span: Span) -> list[BankMove]:
    """Most of the balance, in whole thousands, to the basic account: out here, in there a minute later. Of several
    months less and in whole hundreds, as sales are smaller."""
    kept, unit = (LEFT_BEHIND, 10_000) if span.count > 1 else (0, 100_000)
    cents = ((balance - kept) * 4 // 5 - at % 3 * unit) // unit * unit
    if cents <= 0:
        return []
    return [
        BankMove(source, at, -cents, _own(BOC), "转账支出", memo, "own_transfer"),
        BankMove(BOC, at + 64, cents, _own(source), "转账收入", memo, "own_transfer"),
    ]


def run_banks(payouts: list[Payout], hard: bool, span: Span = ONE_MONTH, orders: int = 0) -> list[list[BankMove]]:
    """Movements of each account in time order with balances, transfers between them included, of a seller of so many
    orders; hard: every other transfer says nothing of what it is."""
    accounts: list[list[BankMove]] = [[] for _ in BANKS]
    for wallet in range(len(WALLETS)):
        for move in receipts([payout for payout in payouts if payout.wallet == wallet]):
            accounts[move.bank].append(move)
    for move in other_moves(span, orders):
        accounts[move.bank].append(move)
    for source, days in TRANSFERS:
        _place(accounts[source], source)
        for n, (month, day) in enumerate(product(span.months, days)):
            at = _at(month, day, 57_600 + source * 300)
            memo = "往来" if hard and n % 2 else "内部资金调拨"
            for move in _transfer(source, at, _balance_at(accounts[source], source, at), memo, span):
                accounts[move.bank].append(move)
            _place(accounts[source], source)
    for bank, moves in enumerate(accounts):
        _place(moves, bank)
        _number(moves, bank)
    return accounts


def _place(moves: list[BankMove], bank: int) -> None:
    moves.sort(key=lambda move: (move.at, move.cents, move.memo))
    balance = BANKS[bank].opening
    for move in moves:
        balance += move.cents
        move.balance = balance


def _balance_at(moves: list[BankMove], bank: int, at: int) -> int:
    before = [move.balance for move in moves if move.at <= at]
    return before[-1] if before else BANKS[bank].opening


def _number(moves: list[BankMove], bank: int) -> None:
    for n, move in enumerate(moves):
        move.ref = f"{DATES[move.at // DAY]:%y%m%d}{bank + 1}{n * 37 + 1009:08d}"
