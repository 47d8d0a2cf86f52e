"""ICBC 工商银行: statements of personal accounts, credit cards and corporate accounts.

Personal (明细查询文件下载): real files, masked by their publisher. Lines 2 to 6 name card and sub-account; the header
stands on line 7; cells are padded with blanks and a tab; booked amounts are in two columns; the last line states
totals. Balances may be hidden (`xx,yyyy.zz`): then only the totals prove the reading. No time of day, no row number.

Corporate: documented by third parties' importers only. First line `[HISTORYDETAIL]`; GBK, comma or tab, the `.CSV` may
be an OLE workbook; three layouts (借方/贷方发生额; 借贷标志 and 发生额; 转出/转入金额), told apart by their columns.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_columns import (
    BALANCE,
    CURRENCY_CODE,
    IN_AND_OUT,
    MINUTE,
    balance_column,
    balance_fault,
    bank_emit,
    currency_column,
    identity,
    joined_text,
    moment_column,
    no_amount,
)
from huikuan.formats.spec import (
    About,
    Amount,
    Balance,
    Choice,
    Day,
    Expression,
    Fact,
    Footer,
    Format,
    Identifier,
    Reject,
    Text,
    Total,
)
from huikuan.records.messages import gettext_noop

# The totals' row: one pair (in, out), or two (transaction, booked), the last of which counts.
_NUMBER = r"-?\d[\d,]*?\.\d{2}"
_GAP = r"[^\d-]+"
_ROW = rf"合计(?:金额)?(?:{_GAP}{_NUMBER}{_GAP}{_NUMBER})?"

ICBC_PERSONAL = Format(
    id="icbc.statement",
    about=About(
        title=gettext_noop("ICBC 工商银行 personal account and credit card statement"),
        where=gettext_noop("ICBC online banking, 明细查询, 下载"),
        verified="real file",
        note=gettext_noop("Balances may be hidden by the bank; the totals of the last line are compared."),
    ),
    needs=(("交易日期",), ("摘要",), ("记账金额(收入)",), ("记账金额(支出)",), ("余额",)),
    columns=(
        moment_column(("记账日期", "交易日期")),
        Day("traded", ("交易日期",)),
        Text("summary", ("摘要",), scrub=True),
        Text("detail", ("交易详情",), scrub=True),
        Text("place", ("交易场所",), scrub=True),
        Amount("money_in", ("记账金额(收入)",)),
        Amount("money_out", ("记账金额(支出)",)),
        currency_column("记账币种"),
        balance_column("余额"),
        Text("counterparty", ("对方户名",), scrub=True),
        Text("counterparty_account", ("对方账户", "对方账号")),
    ),
    values=(
        IN_AND_OUT,
        BALANCE,
        CURRENCY_CODE,
        joined_text("summary", "detail", "place"),
        identity(
            "moment_date", "traded_date", "summary", "place", "amount", "balance", "counterparty", "currency_code"
        ),
    ),
    rejects=(no_amount("记账金额(收入)"), balance_fault("余额")),
    emits=(bank_emit(),),
    footer=Footer(("人民币合计", "合计", "美元合计", "港币合计"), expected=True),
    facts=(
        Fact("account", r"卡号[:：]\s*([0-9xX*]{4,})"),
        Fact("total_in", rf"^(?:人民币)?{_ROW}{_GAP}({_NUMBER}){_GAP}{_NUMBER}[^\d]*$"),
        Fact("total_out", rf"^(?:人民币)?{_ROW}{_GAP}{_NUMBER}{_GAP}({_NUMBER})[^\d]*$"),
    ),
    totals=(
        Total("记账金额(收入)", "total_in", "sum(money_in) FILTER (currency_code = 'CNY')"),
        Total("记账金额(支出)", "total_out", "sum(abs(money_out)) FILTER (currency_code = 'CNY')"),
    ),
    balance=Balance(by="currency_code"),
    currency_value="currency_code",
)

_TURNOVER = Expression(
    "amount",
    "CASE WHEN money_in IS NOT NULL OR money_out IS NOT NULL "
    "THEN coalesce(money_in, 0) - abs(coalesce(money_out, 0)) "
    "WHEN direction = 'in' THEN turnover WHEN direction = 'out' THEN -abs(turnover) END",
    "money",
)
DIRECTIONS = {
    "贷": "in",
    "借": "out",
    "贷方": "in",
    "借方": "out",
    "C": "in",
    "D": "out",
    "入": "in",
    "出": "out",
    "入賬": "in",
    "扣賬": "out",
}

ICBC_CORPORATE = Format(
    id="icbc.statement",
    about=About(
        title=gettext_noop("ICBC 工商银行 corporate account statement"),
        where=gettext_noop("ICBC corporate online banking, 账户明细, 下载"),
        verified="documentation",
        note=gettext_noop(
            "Three layouts, proved by the running balance. ICBC Asia's wording in traditional Chinese is read too."
        ),
    ),
    needs=(
        ("对方账号", "对方帐号", "對方賬號"),
        ("交易时间", "交易時間"),
        ("借方发生额", "发生额", "转出金额", "轉出金額", "扣賬金額", "扣賬"),
        ("余额", "餘額", "結餘"),
        ("用途", "摘要", "附言"),
        ("对方单位名称", "对方单位", "對方單位"),
    ),
    lacks=(("交易流水号",), ("核心流水号",), ("账户明细编号-交易流水号",)),
    columns=(
        moment_column(("交易时间", "交易時間")),
        Identifier("own_account", ("本方账号", "本方賬號")),
        Identifier("voucher", ("凭证号", "憑證號")),
        Choice("direction", ("借/贷", "借贷标志", "借贷", "借/貸", "借貸標誌"), DIRECTIONS),
        Amount("turnover", ("发生额", "發生額")),
        Amount("money_out", ("借方发生额", "转出金额", "轉出金額", "扣賬金額", "扣賬")),
        Amount("money_in", ("贷方发生额", "转入金额", "轉入金額", "入賬金額", "入賬")),
        balance_column("余额", "餘額", "結餘"),
        currency_column("币种", "幣種", "貨幣"),
        Text("counterparty", ("对方单位名称", "对方单位", "对方户名", "對方單位", "對方戶名"), scrub=True),
        Identifier("counterparty_account", ("对方账号", "對方賬號")),
        Text("summary", ("摘要",), scrub=True),
        Text("purpose", ("用途",), scrub=True),
        Text("remark", ("附言",), scrub=True),
        Text("receipt", ("回单个性化信息", "個性化信息"), scrub=True),
    ),
    values=(
        _TURNOVER,
        BALANCE,
        CURRENCY_CODE,
        joined_text("summary", "purpose", "remark", "receipt"),
        identity("moment_date", MINUTE, "amount", "balance", "counterparty_account", "voucher"),
    ),
    rejects=(
        Reject("bank.no_amount", "amount IS NULL", "发生额"),
        balance_fault("余额"),
    ),
    emits=(bank_emit(reference="voucher"),),
    marks=("[HISTORYDETAIL]",),
    footer=Footer(("合计", "总计", "合計")),
    facts=(Fact("account", r"(?:查询账号|本方账号|^账号|卡号|賬號)[^\d]{0,20}([\d*]{4,}[\d*-]*)"),),
    balance=Balance(by="currency_code"),
    account_value="own_account",
    currency_value="currency_code",
)
