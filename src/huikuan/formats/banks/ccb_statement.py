"""CCB 建设银行: statements of personal and corporate accounts.

Personal (交易明细 .xls): a real file. Five rows name bank, branch, currency and account; the header stands in row 6,
its cells padded; 支出 and 收入 hold 0 where the other has the amount; the last row says 以上数据仅供参考.
Corporate: documented by third parties' importers only. Header in row 1, 借方发生额（支取） and 贷方发生额（收入）,
and each line has the bank's own number 账户明细编号-交易流水号.
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
    Day,
    Fact,
    Footer,
    Format,
    Identifier,
    Text,
)
from huikuan.records.messages import gettext_noop

CCB_PERSONAL = Format(
    id="ccb.statement",
    about=About(
        title=gettext_noop("CCB 建设银行 personal account statement"),
        where=gettext_noop("CCB online banking, 交易明细, 下载"),
        verified="real file",
        note=gettext_noop("Proved by the running balance; 以上数据仅供参考 at its end is the bank's own footer."),
    ),
    needs=(("记账日",), ("交易日期",), ("支出",), ("收入",), ("账户余额",)),
    columns=(
        moment_column(("交易日期",), also=("交易时间",)),
        Day("booked", ("记账日",)),
        Amount("money_out", ("支出",)),
        Amount("money_in", ("收入",)),
        balance_column("账户余额"),
        currency_column("币种"),
        Text("summary", ("摘要",), scrub=True),
        Text("counterparty_account", ("对方账号",)),
        Text("counterparty", ("对方户名",), scrub=True),
        Text("place", ("交易地点", "交易地点/附言"), scrub=True),
    ),
    values=(
        IN_AND_OUT,
        BALANCE,
        CURRENCY_CODE,
        joined_text("summary", "place"),
        identity("moment_date", MINUTE, "amount", "balance", "counterparty_account", "currency_code"),
    ),
    rejects=(no_amount("支出"), balance_fault("账户余额")),
    emits=(bank_emit(value_date="booked_date"),),
    footer=Footer(("以上数据仅供参考",), expected=True),
    facts=(Fact("account", r"账\s*号[:：][\s,]*([0-9xX*]{4,})"),),
    balance=Balance(by="currency_code"),
    currency_value="currency_code",
)

CCB_CORPORATE = Format(
    id="ccb.statement",
    about=About(
        title=gettext_noop("CCB 建设银行 corporate account statement"),
        where=gettext_noop("CCB corporate online banking, 账户明细, 下载"),
        verified="documentation",
        note=gettext_noop("The bank's own line number identifies each line; proved by the running balance."),
    ),
    needs=(
        ("交易时间",),
        ("借方发生额(支取)", "借方发生额/元(支取)", "借方发生额"),
        ("贷方发生额(收入)", "贷方发生额/元(收入)", "贷方发生额"),
        ("余额",),
        ("账户明细编号-交易流水号",),
    ),
    columns=(
        moment_column(("交易时间",)),
        Identifier("own_account", ("账号",)),
        Amount("money_out", ("借方发生额(支取)", "借方发生额/元(支取)", "借方发生额")),
        Amount("money_in", ("贷方发生额(收入)", "贷方发生额/元(收入)", "贷方发生额")),
        balance_column("余额"),
        currency_column("币种"),
        Text("counterparty", ("对方户名",), scrub=True),
        Identifier("counterparty_account", ("对方账号",)),
        Day("booked", ("记账日期",)),
        Text("summary", ("摘要",), scrub=True),
        Text("remark", ("备注",), scrub=True),
        Identifier("bank_no", ("账户明细编号-交易流水号",), filled=True),
        Identifier("company_no", ("企业流水号",)),
    ),
    values=(IN_AND_OUT, BALANCE, CURRENCY_CODE, joined_text("summary", "remark")),
    rejects=(no_amount("借方发生额(支取)"), balance_fault("余额")),
    emits=(bank_emit(ref="bank_no", value_date="booked_date", reference="company_no"),),
    footer=Footer(("以上数据仅供参考", "合计")),
    facts=(Fact("account", r"账\s*号[:：][\s,]*([0-9xX*]{4,})"),),
    balance=Balance(by="currency_code"),
    account_value="own_account",
    currency_value="currency_code",
)
