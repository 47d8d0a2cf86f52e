"""Wise transaction history: one row per transfer, card payment or conversion, with what left one balance (source) and
what arrived in another (target). The statement of a single balance is read by its columns (`bank_statement`).

From third parties' importers and their test files, one of which was worked out against the balances: amounts stand
after fees, so that money out takes the source fee too. A conversion (`NEUTRAL`) is a line of each balance. Only what is
`COMPLETED` moved: `CANCELLED` never did, `REFUNDED` was charged and given back by the same row. One transfer may take
money from several balances, a row for each. A fee in another currency than its amount is a line of its own, told.
"""

from __future__ import annotations

from huikuan.formats.banks.bank_columns import bank_emit, joined_text
from huikuan.formats.banks.bank_statement import identity_sql
from huikuan.formats.spec import (
    BOOK,
    About,
    Amount,
    Choice,
    Emit,
    Expression,
    Flag,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop, register

register(
    {
        "wise.fee_currency": gettext_noop(
            "%(place)s, column “%(column)s”: the fee is in another currency than the amount; it was read as a movement "
            "of the balance in its own currency. Compare that balance with Wise."
        ),
        "wise.refunded_in": gettext_noop(
            "%(place)s, column “%(column)s”: a refunded receipt. Wise does not say whether its money came into the "
            "balance; it was left out. Compare the balance with Wise."
        ),
    }
)


def _movement(side: str, amount: str, currency: str, where: str) -> Emit:
    """The line of one balance that a row moves."""
    line = bank_emit(ref=identity_sql("number", f"'{side}'", amount, currency), reference="reference")
    return Emit("bank_line", {**line.fields, "amount": amount, "currency": currency}, moment="moment", where=where)


WISE_TRANSFERS = Format(
    id="wise.transfers",
    about=About(
        title=gettext_noop("Wise transaction history"),
        where=gettext_noop("wise.com → Transactions → Download, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("A line for each balance that a transfer moves; nothing proves that it is complete."),
    ),
    needs=(
        ("ID",),
        ("Status",),
        ("Direction",),
        ("Created on",),
        ("Source amount (after fees)",),
        ("Source currency",),
        ("Target amount (after fees)",),
        ("Target currency",),
    ),
    columns=(
        Identifier("number", ("ID",), filled=True),
        Text("state", ("Status",), filled=True),
        Choice("way", ("Direction",), {"OUT": "out", "IN": "in", "NEUTRAL": "between"}, filled=True),
        Moment("moment", ("Created on",), filled=True, tz=BOOK),
        Amount("source", ("Source amount (after fees)",)),
        Text("source_money", ("Source currency",)),
        Amount("fee", ("Source fee amount",)),
        Text("fee_money", ("Source fee currency",)),
        Amount("target", ("Target amount (after fees)",)),
        Text("target_money", ("Target currency",)),
        Text("payer", ("Source name",), scrub=True),
        Text("payee", ("Target name",), scrub=True),
        Text("reference", ("Reference",), scrub=True),
        Text("category", ("Category",)),
        Text("note", ("Note",), scrub=True),
    ),
    values=(
        Expression("no_movement", "upper(state) <> 'COMPLETED'", "bool"),
        Expression("charged", "coalesce(fee, 0) <> 0 AND way <> 'in' AND NOT no_movement", "bool"),
        Expression("apart", "charged AND upper(coalesce(fee_money, source_money)) <> upper(source_money)", "bool"),
        Expression("amount_out", "-(source + CASE WHEN charged AND NOT apart THEN fee ELSE 0 END)", "money"),
        Expression("fee_out", "-fee", "money"),
        Expression("counterparty", "CASE WHEN way = 'out' THEN payee WHEN way = 'in' THEN payer END", "text"),
        Expression("source_code", "upper(source_money)", "text"),
        Expression("fee_code", "upper(fee_money)", "text"),
        Expression("target_code", "upper(target_money)", "text"),
        Expression("balance", "NULL", "money"),
        Expression("counterparty_account", "NULL", "text"),
        joined_text("category", "note"),
    ),
    rejects=(
        Reject(
            "cell.empty",
            "NOT no_movement AND way <> 'in' AND (source IS NULL OR source_money IS NULL)",
            "Source amount (after fees)",
        ),
        Reject(
            "cell.empty",
            "NOT no_movement AND way <> 'out' AND (target IS NULL OR target_money IS NULL)",
            "Target amount (after fees)",
        ),
    ),
    flags=(
        Flag("wise.fee_currency", "apart", "Source fee amount"),
        Flag("wise.refunded_in", "upper(state) = 'REFUNDED' AND way = 'in'", "Status"),
    ),
    emits=(
        _movement("source", "amount_out", "source_code", "way <> 'in'"),
        _movement("fee", "fee_out", "fee_code", "apart"),
        _movement("target", "target", "target_code", "way <> 'out'"),
    ),
    ignored="no_movement",
    short_rows="pad",
)
