"""BOC 中国银行: statements of debit cards, credit cards and corporate accounts.

Debit card (交易流水明细单): a real statement, taken from the bank's PDF to CSV by a third party. Header on line 2,
one signed amount, `-------------------` means nothing.
Credit card: the layout of the same origin; 存入 and 支出 in two columns, no balance: nothing proves its reading. The
bank in Hong Kong writes it so too, with other names, as a third party's importer shows.
Corporate: documented by third parties' importers only. UTF-8 with BOM; 查询账号 on line 2, header about line 8, often
bilingual (`交易日期[ Transaction Date ]`); 往账 is money out; payer and payee in columns of their own.
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
    Format,
    Identifier,
    Text,
)
from huikuan.records.messages import gettext_noop


def _bilingual(chinese: str, english: str) -> tuple[str, ...]:
    """A header as the corporate portal writes it, with its English name or without."""
    return chinese, f"{chinese}[ {english} ]", f"{chinese}[{english}]"


def _told(name: str) -> Expression:
    """A text column in which a line of hyphens means nothing."""
    return Expression(name, f"CASE WHEN NOT regexp_matches({name}_raw, '^-+$') THEN {name}_raw END", "text")


BOC_DEBIT = Format(
    id="boc.statement",
    about=About(
        title=gettext_noop("BOC 中国银行 debit card statement"),
        where=gettext_noop("BOC mobile or online banking, 交易流水明细单"),
        verified="real file",
        note=gettext_noop("One signed amount; proved by the running balance."),
    ),
    needs=(("记账日期",), ("币别",), ("金额",), ("余额",), ("交易名称",)),
    columns=(
        moment_column(("记账日期",), also=("记账时间",)),
        currency_column("币别"),
        Amount("amount", ("金额",), filled=True),
        balance_column("余额"),
        Text("name_raw", ("交易名称",), scrub=True),
        Text("channel_raw", ("渠道",), scrub=True),
        Text("branch_raw", ("网点名称",), scrub=True),
        Text("remark_raw", ("附言",), scrub=True),
        Text("counterparty_raw", ("对方账户名",), scrub=True),
        Text("counterparty_account_raw", ("对方卡号/账号",)),
        Identifier("own_account", ("借记卡号",)),
    ),
    values=(
        BALANCE,
        CURRENCY_CODE,
        _told("name"),
        _told("channel"),
        _told("branch"),
        _told("remark"),
        _told("counterparty"),
        _told("counterparty_account"),
        joined_text("name", "channel", "branch", "remark"),
        identity("moment_date", MINUTE, "amount", "balance", "counterparty_account", "currency_code"),
    ),
    rejects=(balance_fault("余额"),),
    emits=(bank_emit(),),
    facts=(Fact("account", r"(?:借记卡号|账号)[:：][\s,]*([0-9xX*]{4,})"),),
    balance=Balance(by="currency_code"),
    account_value="own_account",
    currency_value="currency_code",
)

BOC_CREDIT = Format(
    id="boc.statement",
    about=About(
        title=gettext_noop("BOC 中国银行 credit card statement"),
        where=gettext_noop("BOC mobile or online banking, 信用卡账单"),
        verified="documentation",
        note=gettext_noop("Without balances: nothing in the file proves that it was read completely."),
    ),
    needs=(
        ("交易日", "交易日期"),
        ("银行记账日", "記賬日期"),
        ("卡号后四位", "卡號"),
        ("交易描述",),
        ("存入", "入賬款項"),
        ("支出", "新簽賬項"),
    ),
    columns=(
        moment_column(("银行记账日", "記賬日期")),
        Day("traded", ("交易日", "交易日期")),
        Identifier("own_account", ("卡号后四位", "卡號")),
        Text("text", ("交易描述",), scrub=True),
        Amount("money_in", ("存入", "入賬款項")),
        Amount("money_out", ("支出", "新簽賬項")),
        currency_column("币种", "記賬幣別"),
    ),
    values=(
        IN_AND_OUT,
        Expression("balance", "NULL", "money"),
        Expression("counterparty", "NULL", "text"),
        Expression("counterparty_account", "NULL", "text"),
        CURRENCY_CODE,
        identity("moment_date", "traded_date", "amount", "text", "own_account", "currency_code"),
    ),
    rejects=(no_amount("支出"),),
    emits=(bank_emit(),),
    account_value="own_account",
    currency_value="currency_code",
)

_AMOUNT = Expression(
    "amount",
    "CASE direction WHEN 'in' THEN abs(written) WHEN 'out' THEN -abs(written) ELSE written END",
    "money",
)
_PAYER = ("付款人账号", "Debit Account No.")
_PAYEE = ("收款人账号", "Payee's Account Number")

BOC_CORPORATE = Format(
    id="boc.statement",
    about=About(
        title=gettext_noop("BOC 中国银行 corporate account statement"),
        where=gettext_noop("BOC corporate online banking, 账户明细, 下载"),
        verified="documentation",
        note=gettext_noop(
            "往账 is money out; the other party is the payee then, else the payer. Proved by the running balance."
        ),
    ),
    needs=(
        _bilingual("交易类型", "Transaction Type"),
        _bilingual("交易日期", "Transaction Date"),
        _bilingual("交易金额", "Trade Amount"),
        _bilingual("交易后余额", "After-transaction balance"),
        _bilingual(*_PAYEE),
    ),
    columns=(
        moment_column(_bilingual("交易日期", "Transaction Date"), also=_bilingual("交易时间", "Transaction time")),
        Choice(
            "direction",
            _bilingual("交易类型", "Transaction Type"),
            {"来账": "in", "來賬": "in", "往账": "out", "往賬": "out"},
            otherwise="",
        ),
        Text("business", _bilingual("业务类型", "Business type")),
        Identifier("payer_account", _bilingual(*_PAYER)),
        Text("payer", _bilingual("付款人名称", "Payer's Name"), scrub=True),
        Identifier("payee_account", _bilingual(*_PAYEE)),
        Text("payee", _bilingual("收款人名称", "Payee's Name"), scrub=True),
        currency_column(*_bilingual("交易货币", "Trade Currency")),
        Amount("written", _bilingual("交易金额", "Trade Amount"), filled=True),
        balance_column(*_bilingual("交易后余额", "After-transaction balance")),
        Day("booked", _bilingual("起息日期", "Value Date")),
        Identifier("bank_no", _bilingual("交易流水号", "Transaction reference number")),
        Identifier("company_no", _bilingual("客户业务编号", "Customer Transaction Reference")),
        Text("summary", _bilingual("摘要", "Reference"), scrub=True),
        Text("purpose", _bilingual("用途", "Purpose"), scrub=True),
        Text("remark", (*_bilingual("交易附言", "Remark"), "附言"), scrub=True),
    ),
    values=(
        _AMOUNT,
        BALANCE,
        CURRENCY_CODE,
        Expression("counterparty", "CASE WHEN amount < 0 THEN payee ELSE payer END", "text"),
        Expression("counterparty_account", "CASE WHEN amount < 0 THEN payee_account ELSE payer_account END", "text"),
        joined_text("business", "summary", "purpose", "remark"),
        identity("bank_no", "moment_date", MINUTE, "amount", "balance", "counterparty_account"),
    ),
    rejects=(balance_fault("交易后余额"),),
    emits=(bank_emit(value_date="booked_date", reference="coalesce(company_no, bank_no)"),),
    facts=(Fact("account", r"查询账号[^\d]{0,60}([\d*]{4,})"),),
    balance=Balance(by="currency_code"),
    currency_value="currency_code",
)
