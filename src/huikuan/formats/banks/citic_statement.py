"""CITIC 中信银行: statements of credit cards, one sheet for each currency. From a real .xls (masked by its publisher).

Header on row 2; positive is spent, negative a reward or a repayment; the booked currency and amount count. Corporate
files (header on row 13 or 16) are read as those of any bank.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import SPENT, UNPROVED_NOTE, card
from huikuan.formats.banks.bank_columns import CURRENCIES
from huikuan.formats.spec import SHANGHAI, About, Amount, Choice, Day, Expression, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

CITIC_CREDIT = card(
    "citic.statement",
    About(
        title=gettext_noop("CITIC 中信银行 credit card bill"),
        where=gettext_noop("CITIC credit card site, 已出账单明细, 下载"),
        verified="documentation",
        note=UNPROVED_NOTE,
    ),
    needs=(("交易日期",), ("入账日期",), ("交易描述",), ("结算币种",), ("结算金额",)),
    columns=(
        Moment("moment", ("入账日期",), filled=True, tz=SHANGHAI),
        Day("traded", ("交易日期",)),
        Text("text", ("交易描述",), scrub=True),
        Identifier("own_account", ("卡末四位", "卡号末四位")),
        Choice("currency", ("结算币种",), CURRENCIES, filled=True),
        Amount("written", ("结算金额",), filled=True, unit=True),
    ),
    values=(SPENT, Expression("currency_code", "currency", "text")),
)
