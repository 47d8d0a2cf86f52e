"""PSBC 邮储银行: the bill of a credit card, as it comes by e-mail. Known from the code of a third party.

Dates are whole (`20300703`), unlike those of CMB's bill, whose column names it shares. Positive is spent. Statements of
accounts are read as those of any bank.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import SPENT, UNPROVED_NOTE, card
from huikuan.formats.spec import SHANGHAI, About, Amount, Constant, Day, Fact, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

PSBC_CREDIT = card(
    "psbc.statement",
    About(
        title=gettext_noop("PSBC 邮储银行 credit card bill"),
        where=gettext_noop("PSBC, 信用卡电子账单 (e-mail, its table saved as CSV, Excel or a web page)"),
        verified="documentation",
        note=UNPROVED_NOTE,
    ),
    needs=(("交易日",), ("记账日",), ("交易摘要",), ("人民币金额",), ("交易国别", "境内外交易标识")),
    columns=(
        Moment("moment", ("记账日",), filled=True, tz=SHANGHAI),
        Day("traded", ("交易日",)),
        Text("text", ("交易摘要",), scrub=True),
        Amount("written", ("人民币金额",), filled=True, unit=True),
        Identifier("own_account", ("卡号末四位",)),
    ),
    values=(SPENT, Constant("currency_code", "CNY")),
    facts=(
        Fact("period_from", r"账单周期[^\d]{0,3}(\d{4}/\d{2}/\d{2})"),
        Fact("period_to", r"账单周期[^\d]{0,3}\d{4}/\d{2}/\d{2}\s*[-至~]\s*(\d{4}/\d{2}/\d{2})"),
    ),
)
