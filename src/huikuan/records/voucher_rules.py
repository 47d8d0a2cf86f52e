"""Which accounts an event of the money is booked to: rules with effective dates, the defaults, and which rule holds.

An event is something that happened to money (`EVENTS`). A posting's amount above zero is debited to the rule's `debit`
and credited to its `credit`; below zero the other way round. Accounts are written `CODE NAME`, such as `1122 应收账款`;
names and summaries may hold {shop}, {account}, {type}, {platform}. `*` means any.

The default codes are those of the 企业会计准则 (Accounting Standards for Business Enterprises), the treatment that of
common practice in China: fees of selling to 销售费用, fees of paying to 财务费用, wallets in 其他货币资金. There is
no default rate of VAT: how sales are taxed is for the book's accountant to say.
"""

from __future__ import annotations

import bisect
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from huikuan.records.codes import BANK_CLASSES, CAUSES, SETTLEMENT_TYPES
from huikuan.records.messages import gettext_noop as _
from huikuan.records.rules import VoucherRule

ANY = "*"
# Event -> what it is. What an amount above zero means follows from its default rule.
EVENTS: dict[str, str] = {
    "sale": _("Sold to buyers"),
    "refund": _("Given back to buyers"),
    "settled": _("Settled by the platform"),
    "fee": _("Charged by the platform"),
    "wallet": _("Moved in the wallet"),
    "payout": _("Paid out, or come back"),
    "deposit": _("Deposit paid or returned"),
    "transfer": _("Transferred out of the wallet"),
    "topup": _("Paid into the wallet"),
    "bill_payout": _("Paid out, by a bill without a wallet"),
    "bank_payout": _("A payout in the bank"),
    "bank_other": _("Other bank line"),
    "payout_short": _("Payout that came short"),
    "write_off": _("Written off"),
}
# Events that have types -> what a rule may name as its type; others have none.
TYPES: dict[str, tuple[str, ...]] = {
    "settled": SETTLEMENT_TYPES, "fee": SETTLEMENT_TYPES, "bill_payout": SETTLEMENT_TYPES, "bank_other": BANK_CLASSES,
    "payout_short": CAUSES, "write_off": ("payout-bank",),
}  # fmt: skip
TEXTED = ("transfer", "bank_other")  # events with a text that a rule may look into
TAXED = ("sale", "refund")  # events that may have VAT in them
PLACEHOLDERS = ("shop", "account", "type", "platform")  # in accounts and summaries
RECEIVABLE = "1122 应收账款"
CLEARING = "122101 其他应收款-平台待入账"
TRANSIT = "101209 其他货币资金-提现在途"
WALLET = "1012 其他货币资金-{account}"
BANK = "1002 银行存款-{account}"


def _rule(event: str, type_: str, debit: str, credit: str, summary: str, contains: str = "") -> VoucherRule:
    return VoucherRule(event, debit, credit, summary, type=type_, contains=contains)


DEFAULTS: tuple[VoucherRule, ...] = (
    _rule("sale", ANY, RECEIVABLE, "6001 主营业务收入", "{shop} 确认销售收入"),
    _rule("refund", ANY, "6001 主营业务收入-销售退回", RECEIVABLE, "{shop} 销售退回"),
    _rule("settled", ANY, CLEARING, RECEIVABLE, "{shop} 平台结算 {type}"),
    _rule("fee", ANY, "660101 销售费用-平台服务费", CLEARING, "{shop} {type}"),
    _rule("fee", "commission", "660102 销售费用-平台佣金", CLEARING, "{shop} {type}"),
    _rule("fee", "influencer_commission", "660103 销售费用-推广佣金", CLEARING, "{shop} {type}"),
    _rule("fee", "affiliate_commission", "660103 销售费用-推广佣金", CLEARING, "{shop} {type}"),
    _rule("fee", "marketing", "660104 销售费用-推广费", CLEARING, "{shop} {type}"),
    _rule("fee", "freight_insurance", "660105 销售费用-运费险", CLEARING, "{shop} {type}"),
    _rule("fee", "freight", "660106 销售费用-运费", CLEARING, "{shop} {type}"),
    _rule("fee", "payment_fee", "660301 财务费用-手续费", CLEARING, "{shop} {type}"),
    _rule("fee", "installment_fee", "660301 财务费用-手续费", CLEARING, "{shop} {type}"),
    _rule("fee", "penalty", "671101 营业外支出-平台罚款", CLEARING, "{shop} {type}"),
    _rule("fee", "compensation", "660107 销售费用-赔付", CLEARING, "{shop} {type}"),
    _rule("fee", "tax", "222102 应交税费-平台代扣税费", CLEARING, "{shop} {type}"),
    _rule("fee", "unclassified", "122199 其他应收款-待查", CLEARING, "{shop} {type}"),
    _rule("wallet", ANY, WALLET, CLEARING, "{account} 账户收支"),
    _rule("payout", ANY, TRANSIT, WALLET, "{account} 提现"),
    _rule("deposit", ANY, "122102 其他应收款-平台保证金", WALLET, "{account} 保证金"),
    _rule("transfer", ANY, "122199 其他应收款-待查", WALLET, "{account} 转出"),
    _rule("transfer", ANY, "112301 预付账款-推广充值", WALLET, "{account} 推广充值", "充值"),
    _rule("transfer", ANY, "122102 其他应收款-平台保证金", WALLET, "{account} 保证金", "保证金"),
    _rule("topup", ANY, "100299 银行存款-内部调拨", WALLET, "{account} 充值"),
    _rule("bill_payout", ANY, TRANSIT, CLEARING, "{account} 平台打款"),
    _rule("bill_payout", "deposit", "122102 其他应收款-平台保证金", CLEARING, "{account} 保证金"),
    _rule("bank_payout", ANY, BANK, TRANSIT, "{account} 提现到账"),
    _rule("bank_other", ANY, BANK, "224199 其他应付款-待查", "{account} 待查银行收支"),
    _rule("bank_other", "own_transfer", BANK, "100299 银行存款-内部调拨", "{account} 内部资金调拨"),
    _rule("bank_other", "not_operating", BANK, "224198 其他应付款-非平台收支", "{account} 非平台收支"),
    _rule("bank_other", ANY, BANK, "660301 财务费用-手续费", "{account} 银行手续费", "手续费"),
    _rule("bank_other", ANY, BANK, "660302 财务费用-利息收入", "{account} 利息", "利息"),
    _rule("bank_other", ANY, BANK, "660302 财务费用-利息收入", "{account} 利息", "结息"),
    _rule("payout_short", ANY, "122199 其他应收款-待查", TRANSIT, "{account} 提现到账差额"),
    _rule("payout_short", "c-W1", "660301 财务费用-手续费", TRANSIT, "{account} 提现手续费"),
    _rule("write_off", ANY, "660399 财务费用-尾差", RECEIVABLE, "{shop} 差额核销"),
    _rule("write_off", "payout-bank", "660301 财务费用-手续费", TRANSIT, "{account} 提现差额核销"),
)  # fmt: skip


@dataclass(frozen=True)
class Subject:
    """What a rule is looked for: an event of a day, and what it concerns."""

    event: str
    day: date
    shop: str = ""
    account: str = ""
    platform: str = ""
    type: str = ""
    text: str = ""


class VoucherRules:
    """The rules of a book on top of the defaults."""

    def __init__(self, own: Iterable[VoucherRule]) -> None:
        self._by_event: dict[str, list[tuple[tuple[int, ...], VoucherRule]]] = {}
        for is_own, rules in ((1, own), (0, DEFAULTS)):
            for rule in rules:
                self._by_event.setdefault(rule.event, []).append((_weight(rule, is_own), rule))
        self._begins = sorted({rule.valid_from for rules in self._by_event.values() for _weighed, rule in rules})

    def version(self, day: date) -> int:
        """Which rules have begun: days of one version have the same."""
        return bisect.bisect_right(self._begins, day)

    def of(self, subject: Subject) -> VoucherRule:
        """The rule that holds: the book's own before a default, the more special before the general (shop, account,
        text, type, platform), of several versions the latest begun."""
        fitting = [each for each in self._by_event[subject.event] if _fits(each[1], subject)]
        return max(fitting, key=lambda each: (*each[0], each[1].valid_from))[1]


def _weight(rule: VoucherRule, is_own: int) -> tuple[int, ...]:
    special = (rule.shop != ANY, rule.account != ANY, bool(rule.contains), rule.type != ANY, rule.platform != ANY)
    return (is_own, *(int(each) for each in special))


def _fits(rule: VoucherRule, subject: Subject) -> bool:
    return (
        rule.valid_from <= subject.day
        and rule.shop in (ANY, subject.shop)
        and rule.account in (ANY, subject.account)
        and rule.platform in (ANY, subject.platform)
        and rule.type in (ANY, subject.type)
        and rule.contains in subject.text
    )


def code_of(account: str) -> tuple[str, str]:
    """Code and name of an account as a rule writes it.

    >>> code_of("1122 应收账款")
    ('1122', '应收账款')
    """
    code, _space, name = account.strip().partition(" ")
    return code, name.strip()
