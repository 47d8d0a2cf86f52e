"""CMB 招商银行: statements of debit and credit cards. Corporate files are read as those of any bank.

Debit card: a real statement, taken from the bank's PDF to CSV by a third party. One signed amount with thousands
separators; the other party's name and account are glued together in 对手信息.
Credit card: the layout of the same origin. The title (`招商银行信用卡对账单（… 2024年01月）`) states year and month,
the rows only `MM/DD`: a month after that of the bill was last year. 交易日 is blank on repayments, amounts are
positive where money was spent, and the amount at the place may be followed by its country (`8,000.00(CN)`).
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import SPENT, UNPROVED_NOTE, card
from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import About, Amount, Constant, Expression, Fact, Identifier, Reject, Text
from huikuan.records.messages import gettext_noop

CMB_DEBIT = statement(
    "cmb.statement",
    About(
        title=gettext_noop("CMB 招商银行 debit card statement"),
        where=gettext_noop("CMB mobile banking, 流水打印 (PDF, converted to CSV)"),
        verified="real file",
        note=gettext_noop("The file does not name its account: give it on import. Proved by the running balance."),
    ),
    needs=(("记账日期",), ("交易金额",), ("联机余额",), ("交易摘要",)),
)


def _day(name: str, written: str) -> Expression:
    """The date of a day `MM/DD`: in the year of the bill, or the one before where its month comes later."""
    month, day = f"regexp_extract({written}, '^(\\d{{1,2}})/(\\d{{1,2}})$', 1)", f"split_part({written}, '/', 2)"
    year = f"(TRY_CAST(fact_bill_year AS INT) - (TRY_CAST({month} AS INT) > TRY_CAST(fact_bill_month AS INT))::INT)"
    return Expression(name, f"TRY_CAST(concat_ws('-', {year}::VARCHAR, {month}, {day}) AS DATE)", "date")


CMB_CREDIT = card(
    "cmb.statement",
    About(
        title=gettext_noop("CMB 招商银行 credit card bill"),
        where=gettext_noop("CMB, 信用卡对账单 (e-mail or PDF, converted to CSV)"),
        verified="documentation",
        note=UNPROVED_NOTE,
    ),
    needs=(
        ("交易日", "交易日 SOLD"),
        ("记账日", "记账日 POSTED"),
        ("交易摘要", "交易摘要 DESCRIPTION"),
        ("人民币金额", "人民币金额 RMB AMOUNT"),
    ),
    lacks=(("交易国别", "境内外交易标识"),),  # PSBC's
    columns=(
        Text("sold", ("交易日", "交易日 SOLD")),
        Text("posted", ("记账日", "记账日 POSTED"), filled=True),
        Text("text", ("交易摘要", "交易摘要 DESCRIPTION"), scrub=True),
        Amount("written", ("人民币金额", "人民币金额 RMB AMOUNT"), filled=True, unit=True),
        Identifier("own_account", ("卡号末四位", "卡号末四位 CARD NO(Last 4digits)")),
    ),
    values=(
        _day("booked_date", "posted"),
        _day("traded_date", "sold"),
        Expression("booked", "NULL", "time"),
        SPENT,
        Constant("currency_code", "CNY"),
    ),
    moment="booked",
    rejects=(
        Reject("bank.card_year", "posted IS NOT NULL AND booked_date IS NULL", "记账日"),
        Reject("bank.card_year", "sold IS NOT NULL AND traded_date IS NULL", "交易日"),
    ),
    facts=(
        Fact("bill_year", r"(20\d\d)\s*年\s*\d{1,2}\s*月"),
        Fact("bill_month", r"20\d\d\s*年\s*(\d{1,2})\s*月"),
    ),
)
