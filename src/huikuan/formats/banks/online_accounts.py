"""Statements of online accounts with a layout of their own: Revolut, N26 (its older one), Airwallex 空中云汇, Qonto.

From third parties' importers and their test files; no file of ours. Revolut writes its fee beside the amount: the
balance moves by the amount less the fee, and each product (of a business: each account) has a balance of its own. A
line that is not completed has no day. N26's `Account number` is the other party's. Airwallex lists holds among the
movements: they leave the account's balance as it was, and the purchase comes in a row of its own. Qonto writes
11-05-2026 for the 11th of May; what is not settled has no movement.
"""

from __future__ import annotations

from dataclasses import replace

from huikuan.formats.banks import bank_words as words
from huikuan.formats.banks.bank_columns import bank_emit, joined_text
from huikuan.formats.banks.bank_statement import identity_sql, statement
from huikuan.formats.spec import (
    BOOK,
    OFFSET,
    About,
    Amount,
    Balance,
    Column,
    Expression,
    Format,
    Identifier,
    Moment,
    Reject,
    Text,
)
from huikuan.records.messages import gettext_noop

_COMPLETED = (
    "Completed Date", "Fecha de finalización", "Date de fin", "Datum des Abschlusses", "Data di completamento",
    "Data de Conclusão",
)  # fmt: skip
_PRODUCT = ("Product", "Producto", "Produit", "Produkt", "Prodotto", "Produto")
_FEE = ("Fee", "Comisión", "Frais", "Gebühr", "Costo", "Commissione", "Comissão")
_TOLD = ("Amount", "Importe", "Montant", "Betrag", "Importo", "Montante")
_MONEY = ("Currency", "Divisa", "Devise", "Währung", "Valuta", "Moeda")
_LEFT = ("Balance", "Saldo", "Solde", "Guthaben", "Kontostand")
_STATE = ("State", "Status", "État", "Estado", "Stato")
_NO_DAY = Reject("cell.empty", "moment_date IS NULL AND NOT no_movement", _COMPLETED[0])
_EMIT = bank_emit(
    ref=identity_sql("number", "moment_date", "moment", "amount", "balance", "text", "currency_code"),
    reference="reference",
)


def _with(columns: tuple[Column, ...], *others: Column) -> tuple[Column, ...]:
    """The columns, others in the place of those with the same name."""
    by_name = {each.name: each for each in others}
    return tuple(by_name.get(each.name, each) for each in columns)


REVOLUT = Format(
    id="revolut.statement",
    about=About(
        title=gettext_noop("Revolut account statement"),
        where=gettext_noop("Revolut app or website, account, Statement, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("Amounts less their fees; each product and currency has a running balance of its own."),
    ),
    needs=(_COMPLETED, _PRODUCT, _TOLD, _FEE, _MONEY, _LEFT),
    columns=(
        Moment("moment", _COMPLETED, tz=BOOK, day_first="seen"),
        Text("number", ("ID",)),
        Text("product", _PRODUCT),
        Amount("told", _TOLD, filled=True, decimal_comma="seen"),
        Amount("fee", _FEE, decimal_comma="seen"),
        Text("money", _MONEY, filled=True),
        Amount("balance", _LEFT, decimal_comma="seen"),
        Text("state", _STATE),
        Text("kind", ("Type", "Tipo", "Typ", "Art")),
        Text("summary", ("Description", "Descripción", "Beschreibung", "Descrizione", "Descrição"), scrub=True),
        Text("counterparty", ("Payer",), scrub=True),
        Text("counterparty_account", ("Beneficiary IBAN", "Beneficiary account number")),
        Text("reference", ("Reference",), scrub=True),
    ),
    values=(
        Expression("no_movement", f"coalesce(lower(state) IN {words.NO_MOVEMENT!r}, FALSE)", "bool"),
        Expression("amount", "told - coalesce(fee, 0)", "money"),
        Expression("currency_code", "upper(money)", "text"),
        Expression("pocket", "concat_ws(' ', currency_code, product)", "text"),
        joined_text("kind", "summary"),
    ),
    rejects=(_NO_DAY,),
    emits=(_EMIT,),
    ignored="no_movement",
    balance=Balance(by="pocket"),
    currency_value="currency_code",
    short_rows="pad",
)

# A business: the total has the fee in it already.
_DONE = ("Date completed (UTC)", "Date completed (Europe/London)", "Date completed")
REVOLUT_BUSINESS = replace(
    REVOLUT,
    about=replace(REVOLUT.about, title=gettext_noop("Revolut Business statement")),
    needs=(_DONE, ("Total amount",), ("Payment currency",), ("Balance",), ("State",)),
    columns=_with(
        REVOLUT.columns,
        Moment("moment", _DONE, tz="UTC", day_first="seen"),
        Text("product", ("Account",)),
        Amount("told", ("Total amount",), filled=True),
        Amount("fee", ("Fee in the total",)),
        Text("money", ("Payment currency",), filled=True),
    ),
)

_N26_NEEDS = (("Payee",), ("Account number",), ("Transaction type",), ("Payment reference",), ("Amount (EUR)",))
_N26 = statement(
    "n26.statement",
    About(
        title=gettext_noop("N26 statement, older layout"),
        where=gettext_noop("N26 website, Downloads, CSV"),
        verified="documentation",
        note=gettext_noop("Nothing in the file proves that it is complete."),
    ),
    needs=(("Date",), *_N26_NEEDS),
    currency="EUR",
)
N26_STATEMENT = replace(
    _N26,
    columns=_with(_N26.columns, Identifier("own_account", ("IBAN",)), Text("party_account", ("Account number",))),
)

AIRWALLEX = Format(
    id="airwallex.statement",
    about=About(
        title=gettext_noop("Airwallex 空中云汇 balance activity report"),
        where=gettext_noop("Airwallex web app, Reports, Balance activity, as CSV"),
        verified="documentation",
        note=gettext_noop("Each currency has a running balance of its own; holds of cards are no movements."),
    ),
    needs=(
        ("Time",),
        ("Financial Transaction Type",),
        ("Transaction Id",),
        ("Wallet Currency",),
        ("Debit Net Amount",),
        ("Credit Net Amount",),
        ("Account Balance",),
    ),
    columns=(
        Moment("moment", ("Time",), filled=True, tz=OFFSET),
        Text("kind", ("Financial Transaction Type",), filled=True),
        Identifier("number", ("Transaction Id",)),
        Text("summary", ("Description",), scrub=True),
        Text("money", ("Wallet Currency",), filled=True),
        Amount("money_out", ("Debit Net Amount",)),
        Amount("money_in", ("Credit Net Amount",)),
        Amount("balance", ("Account Balance",)),
        Text("reference", ("Reference",), scrub=True),
        Text("counterparty", ("Counterparty",), scrub=True),
        Text("counterparty_account", ("Counterparty account",)),
    ),
    values=(
        Expression("no_movement", "regexp_matches(upper(kind), 'AUTHORI[SZ]ATION|RESERVE')", "bool"),
        Expression("amount", "coalesce(money_in, 0) - abs(coalesce(money_out, 0))", "money"),
        Expression("currency_code", "upper(money)", "text"),
        joined_text("kind", "summary"),
    ),
    rejects=(Reject("bank.no_amount", "money_in IS NULL AND money_out IS NULL", "Credit Net Amount"),),
    emits=(_EMIT,),
    ignored="no_movement",
    balance=Balance(by="currency_code"),
    currency_value="currency_code",
    short_rows="pad",
)

_QONTO_WHEN = (
    "Settlement date (local)", "Settlement date (UTC)", "Operation date (local)", "Operation date (UTC)",
)  # fmt: skip
_QONTO = statement(
    "qonto.statement",
    About(
        title=gettext_noop("Qonto transactions"),
        where=gettext_noop("Qonto web app, Transactions, Export, as CSV or Excel"),
        verified="documentation",
        note=gettext_noop("Only settled transactions are movements; each account of the file is a document."),
    ),
    needs=(_QONTO_WHEN, ("Total amount (incl. VAT)",), ("Counterparty name",), ("Currency",)),
    order="day",
)
_QONTO_OWN = (
    Amount("turnover", ("Total amount (incl. VAT)",), decimal_comma="seen"),
    Text("amount_text", ("Total amount (incl. VAT)",)),
    Text("moment_text", _QONTO_WHEN),
    Identifier("bank_no", ("Transaction ID",)),
    Identifier("own_account", ("Account IBAN", "Account name")),
    Text("party", ("Counterparty name",), scrub=True),
    Text("party_account", ("Counterparty IBAN",)),
    Text("summary", ("Payment method",)),
    Text("purpose", ("Reference",), scrub=True),
    Text("remark", ("Note",), scrub=True),
)
QONTO = replace(
    _QONTO,
    columns=tuple(
        replace(each, headers=_QONTO_WHEN, filled=False) if isinstance(each, Moment) and each.name == "moment" else each
        for each in _with(_QONTO.columns, *_QONTO_OWN)
    ),
    rejects=(
        *_QONTO.rejects,
        Reject("cell.empty", f"moment_date IS NULL AND NOT coalesce({_QONTO.ignored}, FALSE)", _QONTO_WHEN[0]),
    ),
)
