"""CGB 广发银行: statements of credit cards. A real bill, taken from the bank's PDF to CSV by a third party.

Positive is spent; 退款 and 还款 are negative, as their words (`（退款）`) say too. Booked amount
and currency count.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import UNPROVED_NOTE, card
from huikuan.formats.banks.bank_columns import CURRENCIES
from huikuan.formats.spec import SHANGHAI, About, Amount, Choice, Day, Expression, Moment, Text
from huikuan.records.messages import gettext_noop

CGB_CREDIT = card(
    "cgb.statement",
    About(
        title=gettext_noop("CGB 广发银行 credit card bill"),
        where=gettext_noop("CGB, 信用卡账单 (PDF, converted to CSV)"),
        verified="real file",
        note=UNPROVED_NOTE,
    ),
    needs=(("交易日期",), ("入账日期",), ("交易摘要",), ("入账金额",), ("入账货币",)),
    columns=(
        Moment("moment", ("入账日期",), filled=True, tz=SHANGHAI),
        Day("traded", ("交易日期",)),
        Text("text", ("交易摘要",), scrub=True),
        Choice("currency", ("入账货币",), CURRENCIES, filled=True),
        Amount("written", ("入账金额",), filled=True, unit=True),
    ),
    values=(
        # The words win: money paid back or returned comes in, whatever sign it is written with.
        Expression(
            "amount",
            "CASE WHEN regexp_matches(text, '^[（(](退款|还款|退货)[）)]') THEN abs(written) ELSE -written END",
            "money",
        ),
        Expression("currency_code", "currency", "text"),
    ),
)
