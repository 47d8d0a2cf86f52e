"""BOCOM 交通银行: statements of debit and credit cards. Corporate files are read as those of any bank.

Debit card: a real statement, taken from the bank's PDF to CSV by a third party. Unsigned amounts with 借 Dr and 贷 Cr.
Credit card: the layout of the same origin. Amount and currency share a cell, with or without a blank (`CNY 123.18`,
`CNY13.50`); only the words tell the sign (退货, 还款; 消费); the original currency may differ from the booked one.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import UNPROVED_NOTE, card
from huikuan.formats.banks.bank_columns import CURRENCIES
from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import SHANGHAI, About, Amount, Day, Expression, Identifier, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

BOCOM_DEBIT = statement(
    "bocom.statement",
    About(
        title=gettext_noop("BOCOM 交通银行 debit card statement"),
        where=gettext_noop("BOCOM mobile banking, 交易明细 (PDF, converted to CSV)"),
        verified="real file",
        note=gettext_noop("The file does not name its account: give it on import. Proved by the running balance."),
    ),
    needs=(("交易日期",), ("交易类型",), ("借贷",), ("交易金额",), ("余额",), ("交易地点",)),
    currency="CNY",
)

_IN = "^(退货|退款|冲正|撤销|费用返还|返还|溢缴|利息返还|.{0,6}还款)"
_OUT = "^(消费|取现|预借现金|分期|年费|利息|手续费|违约金|滞纳金|循环利息|.{0,6}(?:消费|手续费|取现))"
_BOOKED = ("入账币种/金额", "入账金额", "清算币种/金额")
_CODES = "|".join(sorted(name for name in CURRENCIES if name.isascii()))

BOCOM_CREDIT = card(
    "bocom.statement",
    About(
        title=gettext_noop("BOCOM 交通银行 credit card bill"),
        where=gettext_noop("BOCOM, 信用卡电子账单 (e-mail, converted to CSV)"),
        verified="documentation",
        note=UNPROVED_NOTE,
    ),
    needs=(("交易日期",), ("记账日期",), ("交易说明",), ("交易币种/金额",), ("入账币种/金额", "清算币种/金额")),
    columns=(
        Moment("moment", ("记账日期",), filled=True, tz=SHANGHAI),
        Day("traded", ("交易日期",)),
        Text("text", ("交易说明",), scrub=True),
        Identifier("own_account", ("卡末四位", "卡号末四位")),
        Amount("written", _BOOKED, filled=True, unit=True),
        Text("booked_text", _BOOKED),
    ),
    values=(
        Expression(
            "amount",
            f"CASE WHEN written < 0 OR regexp_matches(text, '{_IN}') THEN abs(written) "
            f"WHEN regexp_matches(text, '{_OUT}') THEN -abs(written) END",
            "money",
        ),
        Expression("code", f"nullif(regexp_extract(booked_text, '{_CODES}'), '')", "text"),
        Expression("currency_code", "CASE code WHEN 'RMB' THEN 'CNY' ELSE code END", "text"),
    ),
    rejects=(
        Reject("bank.card_sign", "amount IS NULL AND written IS NOT NULL", "交易说明"),
        Reject("bank.card_currency", "written IS NOT NULL AND code IS NULL", _BOOKED[0]),
    ),
)
