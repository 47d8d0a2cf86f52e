"""What credit card statements share. They are written from the bank's side: positive is spent, negative paid back.

No card statement has a running balance, so nothing in it proves that it was read completely; all are flagged.
"""

from __future__ import annotations

from collections.abc import Sequence

from huikuan.formats.banks.bank_columns import bank_emit, identity
from huikuan.formats.spec import About, Column, Constant, Emit, Expression, Fact, Format, Reject
from huikuan.records.messages import gettext_noop, register

register(
    {
        "bank.card_sign": gettext_noop(
            "%(place)s, column “%(column)s”: neither the words of the line nor a sign tell whether it was spent or "
            "paid back. Expected 消费, 退货 or 还款 before the text. Mend the line, or choose the columns by hand "
            "(column mapping)."
        ),
        "bank.card_currency": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” states no currency. Expected for example CNY 123.18. "
            "Mend the cell, or import the rest and set this row aside."
        ),
        "bank.card_year": gettext_noop(
            "%(place)s, column “%(column)s”: “%(value)s” is a day without a year, and the title of the bill, which "
            "states year and month (2024年01月), is missing or the day does not exist. Import the bill with its title."
        ),
    }
)

UNPROVED_NOTE = gettext_noop("Without balances: nothing in the file proves that it was read completely.")
SPENT = Expression("amount", "-written", "money")
_ABSENT = tuple(
    Expression(name, "NULL", "money" if name == "balance" else "text")
    for name in ("balance", "counterparty", "counterparty_account")
)


def card(
    format_id: str,
    about: About,
    needs: tuple[tuple[str, ...], ...],
    columns: tuple[Column, ...],
    values: Sequence[Constant | Expression],
    *,
    moment: str = "moment",
    currency: str = "",
    rejects: tuple[Reject, ...] = (),
    facts: tuple[Fact, ...] = (),
    ignored: str = "",
    traded: str = "traded_date",
    lacks: tuple[tuple[str, ...], ...] = (),
) -> Format:
    """A card's layout. Values it must give: `amount`, `text`, the moment and its date, `own_account` if a column tells
    it, `currency_code`."""
    given = {value.name for value in values} | {column.name for column in columns}
    absent = tuple(value for value in _ABSENT if value.name not in given)
    ref = identity(f"{moment}_date", traded, "amount", "text", "own_account", "currency_code")
    if "own_account" not in given:
        absent += (Expression("own_account", "NULL", "text"),)
    emit: Emit = bank_emit(moment=moment, value_date=traded)
    return Format(
        id=format_id,
        about=about,
        needs=needs,
        lacks=lacks,
        columns=columns,
        values=(*values, *absent, ref),
        rejects=rejects,
        emits=(emit,),
        facts=facts,
        ignored=ignored,
        account_value="own_account",
        currency=currency,
        currency_value="currency_code",
    )
