"""What happens on the three bank accounts: payouts come in, wages, rent and taxes go out, money is moved between them.

A movement is placed on its account in time order, with the balance after it; then each is written by its bank's writer.
"""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.demo import payouts as p
from huikuan.demo.payouts import Payout
from huikuan.demo.seller import BANKS, BOC, CCB, DATES, DAY, END, ICBC, LEDGER_DAY, LEGAL_NAME, WALLETS

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


# (day of the month, bank, yuan signed, other party, summary, memo, label)
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
    (9, BOC, -28_600, LANDLORD, "转账", "10月仓库房租", "not_operating"),
    (10, BOC, -96_318, WAGES, "代发工资", "2026年9月工资", "not_operating"),
    (14, BOC, -21_457, SOCIAL, "社保缴费", "社保费 202609", "not_operating"),
    (14, BOC, -9_864, FUND, "公积金", "住房公积金 202609", "not_operating"),
    (15, BOC, -17_923, TREASURY, "税款", "增值税及附加税款 202609", "not_operating"),
    (15, BOC, -2_108, TREASURY, "税款", "个人所得税税款 202609", "not_operating"),
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


def _at(day_of_october: int, seconds: int) -> int:
    return (LEDGER_DAY + day_of_october - 1) * DAY + seconds


def _own(bank: int) -> tuple[str, str]:
    return (LEGAL_NAME, BANKS[bank].account)


def other_moves() -> list[BankMove]:
    """All movements that have nothing to do with a platform, but the transfers, whose amount depends on the balance."""
    moves = [
        BankMove(bank, _at(day, 36_000 + n * 611), yuan * 100, party, summary, memo, label)
        for n, (day, bank, yuan, party, summary, memo, label) in enumerate(SCHEDULE)
    ]
    moves += [
        BankMove(bank, _at(day, 66_000 + n * 31), cents, NOTHING, summary, memo, "not_operating")
        for n, (day, bank, cents, summary, memo) in enumerate(FEES_AND_INTEREST)
    ]
    day, bank, cents, party, summary, memo = HIDDEN
    moves.append(BankMove(bank, _at(day, 40_500), cents, party, summary, memo, hidden=True))
    return moves


def _transfer(source: int, at: int, balance: int, memo: str) -> list[BankMove]:
    """Most of the balance, in whole thousands, to the basic account: out here, in there a minute later."""
    cents = (balance * 4 // 5 - at % 3 * 100_000) // 100_000 * 100_000
    if cents <= 0:
        return []
    return [
        BankMove(source, at, -cents, _own(BOC), "转账支出", memo, "own_transfer"),
        BankMove(BOC, at + 64, cents, _own(source), "转账收入", memo, "own_transfer"),
    ]


def run_banks(payouts: list[Payout], hard: bool) -> list[list[BankMove]]:
    """Movements of each account in time order with balances, transfers between them included; hard: every other
    transfer says nothing of what it is."""
    accounts: list[list[BankMove]] = [[] for _ in BANKS]
    for wallet in range(len(WALLETS)):
        for move in receipts([payout for payout in payouts if payout.wallet == wallet]):
            accounts[move.bank].append(move)
    for move in other_moves():
        accounts[move.bank].append(move)
    for source, days in TRANSFERS:
        _place(accounts[source], source)
        for n, day in enumerate(days):
            at = _at(day, 57_600 + source * 300)
            memo = "往来" if hard and n % 2 else "内部资金调拨"
            for move in _transfer(source, at, _balance_at(accounts[source], source, at), memo):
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
