"""Bank reconciliation statement 银行存款余额调节表, of a bank account or a platform wallet as of a day.

Left the company's books, right the statement; each plus what only the other side has received, less what only the
other side has paid: both adjusted balances must be equal. The statement's balance is the one its file states; the
books' balance is added up from what the company knows of, so a statement with a missing line does not balance here.
The items come from `balance_items`. It is a check and no voucher: nothing is posted from it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from huikuan.insight.reports.balance_items import Balance, Item, balance_days, bank_balance, wallet_balance
from huikuan.insight.reports.base import Parameter, Report, ReportSource, signature, unit_text
from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.insight.words import ITEMS, word_of
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ITEMS_MAX = 1000
# heading of the list, in words for a bank and for a wallet
PARTS: dict[str, tuple[str, str]] = {
    "theirs_in": (_("Received by the bank, not in the books"), _("Received in the wallet, not in the books")),
    "theirs_out": (_("Paid by the bank, not in the books"), _("Paid from the wallet, not in the books")),
    "ours_in": (_("Received in the books, not by the bank"), _("Received in the books, not in the wallet")),
    "ours_out": (_("Paid in the books, not by the bank"), _("Paid in the books, not from the wallet")),
}


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The statement of one account and the list of the items that make the two sides differ."""
    account = params["account"]
    as_of = params["as_of"] or source.as_of
    is_wallet, currency = _find(source, account, params["currency"], as_of)
    balance = (wallet_balance if is_wallet else bank_balance)(source, account, currency, as_of)
    sections = [_statement(balance, is_wallet, currency)]
    sections += [_list(balance, part, is_wallet, currency) for part in PARTS if balance.of(part)]
    facts = (
        (translated(_("Account")), account),
        (translated(_("As of")), as_of.isoformat()),
        (translated(_("Unit")), unit_text(currency)),
    )
    title = translated(_("Wallet reconciliation statement") if is_wallet else REPORT.title)
    notes = _notes(balance)
    return ReportTable(
        REPORT.name, title, source.company, facts, tuple(sections), notes, signature(), as_of, source.language
    )


def _find(source: ReportSource, account: str, currency: str, as_of: Any) -> tuple[bool, str]:
    """Whether the account is a wallet, and its currency."""
    for lines, is_wallet in ((source.bank_line, False), (source.wallet_line, True)):
        if not lines:
            continue
        table = balance_days(source, lines)
        query = f"SELECT DISTINCT currency FROM {table} WHERE account = $account AND business_date <= $as_of ORDER BY 1"
        known = [row[0] for row in source.con.execute(query, {"account": account, "as_of": as_of}).fetchall()]
        if currency in known:
            return is_wallet, currency
        if len(known) > 1 and not currency:
            raise UserError("report.currencies", account=account, known=", ".join(known))
        if known and not currency:
            return is_wallet, known[0]
    raise UserError("report.account", account=account, as_of=as_of.isoformat())


def _statement(balance: Balance, is_wallet: bool, currency: str) -> Section:
    which = int(is_wallet)
    books = translated(_("Balance in the books"))
    stated = translated(_("Balance of the wallet's bill") if is_wallet else _("Balance of the bank statement"))
    plus, minus, adjusted = (translated(word) for word in (_("Add: "), _("Less: "), _("Adjusted balance")))
    part = {name: translated(titles[which]) for name, titles in PARTS.items()}
    columns = (
        Column("left", translated(_("Company's books"))),
        Column("left_amount", translated(_("Amount")), "money"),
        Column("right", translated(_("Wallet's bill") if is_wallet else _("Bank statement"))),
        Column("right_amount", translated(_("Amount")), "money"),
    )
    rows = [
        Row((books, balance.books, stated, balance.stated)),
        Row((plus + part["theirs_in"], balance.sum("theirs_in"), plus + part["ours_in"], balance.sum("ours_in"))),
        Row((minus + part["theirs_out"], balance.sum("theirs_out"), minus + part["ours_out"], balance.sum("ours_out"))),
        Row(
            (adjusted, balance.adjusted_books, adjusted, balance.adjusted_stated),
            "total",
            adds=((0, 1), (1, 1), (2, -1)),
        ),
    ]
    if balance.difference:
        rows.append(Row(("", None, translated(_("Unexplained difference")), balance.difference), "subtotal"))
    return Section("", columns, tuple(rows), currency=currency, detail=False, zero_shown=True)


def _list(balance: Balance, part: str, is_wallet: bool, currency: str) -> Section:
    items = balance.of(part)
    columns = (
        Column("date", translated(_("Date")), "date"),
        Column("reference", translated(_("Reference"))),
        Column("text", translated(_("Description"))),
        Column("reason", translated(_("Reason"))),
        Column("amount", translated(_("Amount")), "money", total=True),
    )
    rows = [Row((item.date, item.reference, item.text, _reason(item), item.amount)) for item in items[:ITEMS_MAX]]
    rest = items[ITEMS_MAX:]
    if rest:
        label = translated(_("%(count)s further items")) % {"count": len(rest)}
        rows.append(Row((None, "", label, "", sum((item.amount for item in rest), Decimal(0)))))
    title = translated(PARTS[part][int(is_wallet)])
    return Section(title, columns, tuple(rows), translated(_("Total")), currency, detail=False, zero_shown=True)


def _reason(item: Item) -> str:
    return word_of("item" if item.reason in ITEMS else "class", item.reason)


def _notes(balance: Balance) -> tuple[str, ...]:
    notes: Sequence[str] = [_("This statement is a check and no voucher: nothing is posted from it.")]
    if not balance.is_stated:
        notes = [*notes, _("The file states no balance: the statement's balance is added up from its lines.")]
    if balance.difference:
        notes = [*notes, _("The adjusted balances differ: lines are missing from the statement, or stand there twice.")]
    return tuple(translated(note) for note in notes)


REPORT = Report(
    "bank-reconciliation",
    _("Bank reconciliation statement"),
    _("Why the balance in the books and the balance of the statement differ, item by item."),
    (
        Parameter("account", _("Account"), required=True),
        Parameter("as_of", _("As of"), "date"),
        Parameter("currency", _("Currency")),
    ),
    make,
    group="accounts",
)
