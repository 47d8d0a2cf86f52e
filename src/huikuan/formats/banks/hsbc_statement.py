"""HSBC 滙豐 Hong Kong: statements of accounts and credit cards. From real files (masked by their publisher).

Dates are day first; a TAB stands behind the quotes of an amount; the last cell of a file may end with a blank.
Account: signed amounts, lines of several currencies mixed, each with a balance of its own; newest first.
Credit card: signed, and DEBIT or CREDIT beside; no balance. Neither names its account.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_cards import UNPROVED_NOTE, card
from huikuan.formats.banks.bank_columns import CURRENCIES
from huikuan.formats.banks.bank_statement import statement
from huikuan.formats.spec import About, Amount, Choice, Day, Expression, Moment, Reject, Text
from huikuan.records.messages import gettext_noop

_DAYS = ("%d/%m/%Y", "%Y-%m-%d")

HSBC_DEBIT = statement(
    "hsbc.statement",
    About(
        title=gettext_noop("HSBC Hong Kong account statement"),
        where=gettext_noop("HSBC HK online banking, account, download CSV"),
        verified="real file",
        note=gettext_noop("Each currency has a running balance of its own, which proves the reading."),
    ),
    needs=(("Date",), ("Billing amount",), ("Billing currency",), ("Balance",), ("Balance currency",)),
    order="day",
)

HSBC_CREDIT = card(
    "hsbc.statement",
    About(
        title=gettext_noop("HSBC Hong Kong credit card statement"),
        where=gettext_noop("HSBC HK online banking, credit card, download CSV"),
        verified="documentation",
        note=UNPROVED_NOTE,
    ),
    needs=(("Transaction date",), ("Post date",), ("Billing amount",), ("Billing currency",), ("Credit / Debit",)),
    columns=(
        Moment("moment", ("Post date",), formats=("%d/%m/%Y %H:%M:%S",), date_formats=_DAYS, filled=True),
        Day("traded", ("Transaction date",), formats=_DAYS),
        Text("text", ("Description",), scrub=True),
        Text("counterparty", ("Merchant name",), scrub=True),
        Choice("currency", ("Billing currency",), CURRENCIES, filled=True),
        Amount("written", ("Billing amount",), filled=True),
        Choice("way", ("Credit / Debit",), {"DEBIT": "out", "CREDIT": "in"}, filled=True),
        Text("status", ("Transaction status",)),
    ),
    values=(
        Expression("amount", "written", "money"),
        Expression("currency_code", "currency", "text"),
    ),
    rejects=(Reject("bank.card_sign", "way = 'out' AND written > 0 OR way = 'in' AND written < 0", "Credit / Debit"),),
    ignored="upper(status) = 'PENDING'",
)
