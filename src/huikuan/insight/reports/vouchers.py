"""Accounting vouchers 记账凭证: the period's sales, settlements, wallet and bank movements as entries, by rule.

Every voucher balances. The sums are proved against what they come from: sales and refunds of the collection, settlement
lines, wallet lines, bank lines. The rules are `records.voucher_rules`; the layouts of accounting programs are made of
the entries' section by `export.vouchers`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.movements import WRITTEN_OFF
from huikuan.insight.day_tables.by_day import table
from huikuan.insight.reports.balance_items import balance_days
from huikuan.insight.reports.base import FROM, SHOP, TO, Parameter, Report, ReportSource, finished, period_text
from huikuan.insight.reports.listing import list_rows
from huikuan.insight.reports.tables import Column, Control, ReportTable, Row, Section
from huikuan.insight.vouchers import postings as voucher_postings
from huikuan.insight.vouchers.entries import Maker, Voucher
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import register, translated
from huikuan.records.rules import BEGINNING
from huikuan.records.voucher_rules import EVENTS

ZERO = Decimal(0)
DETAIL = "voucher-records"
WORD = "记"
BY_RULE = _(
    "Accounts and summaries follow the voucher rules under Settings, Rules. Check them with your accountant before "
    "importing; there is no VAT without a rate."
)
NOT_YET = _("%(count)s paid orders are not booked as sales yet: they have not come that far.")
STATEMENTS = _(
    "Every wallet line and every bank line is booked once. What no rule knows stands in accounts to be looked into "
    "(待查)."
)
PER = Parameter(
    "per", _("Voucher for each"), default="shop", choices=("shop", "account"),
    words={"shop": _("Shop"), "account": _("Account")},
)  # fmt: skip
BY = Parameter("by", _("One voucher a"), default="day", choices=("day", "month"),
               words={"day": _("Day"), "month": _("Month")})  # fmt: skip
RECOGNISED = Parameter(
    "recognised", _("Sales are booked when"), default="received", choices=tuple(voucher_postings.RECOGNISED),
    words={"received": _("received"), "shipped": _("shipped"), "paid": _("paid")},
)  # fmt: skip

register({"voucher.unknown": _("There is no entry %(entry)s of voucher %(voucher)s in this period.")})


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: the entries, their sums by account, the control totals."""
    first, last = _span(source, params)
    maker, vouchers = _vouchers(source, params)
    sections: list[Section] = []
    controls: list[Control] = []
    for currency in sorted({each.currency for each in vouchers}):
        own = [each for each in vouchers if each.currency == currency]
        sections += [_entries(own, currency, params), _by_account(own, currency)]
        controls += _balance(own, currency)
        if not params["shop"]:
            controls += _controls(source, maker, currency, first, last, params["recognised"])
    notes = [BY_RULE, STATEMENTS] if sections else []
    facts = ((translated(_("Period")), period_text(params["from"], last)),)
    made = finished(REPORT, source, facts, sections, notes=notes, controls=controls)
    waiting = _not_booked(source, last, params["recognised"])
    told = (translated(NOT_YET) % {"count": f"{waiting:,}"},) if waiting else ()
    return replace(made, notes=(*told, *made.notes)) if sections else made


def _not_booked(source: ReportSource, last: date, recognised: str) -> int:
    """Orders paid up to a day whose sale is not booked by then."""
    row = source.con.execute(
        f"""SELECT coalesce(sum(waiting), 0) FROM {voucher_postings.order_days(source, recognised)}
        WHERE business_date <= $last AND coalesce(sold_on > $last, true)""",
        {"last": last},
    ).fetchone()
    return int(row[0]) if row else 0


def _span(source: ReportSource, params: Mapping[str, Any]) -> tuple[date, date]:
    return params["from"] or BEGINNING, min(params["to"] or source.as_of, source.as_of)


def _vouchers(source: ReportSource, params: Mapping[str, Any]) -> tuple[Maker, list[Voucher]]:
    """The vouchers of the period; numbered before those of other shops are left out."""
    first, last = _span(source, params)
    postings = voucher_postings.build(source, first, last, params["recognised"])
    maker = Maker(source.rules, params["by"], params["per"], last)
    vouchers = maker.vouchers(postings)
    if params["shop"]:
        accounts = {a.name for a in source.rules.accounts if a.shops == (params["shop"],)}
        vouchers = [each for each in vouchers if each.owner == params["shop"] or each.owner in accounts]
    return maker, vouchers


def _entries(vouchers: Sequence[Voucher], currency: str, params: Mapping[str, Any]) -> Section:
    columns = (
        Column("voucher", translated(_("Voucher"))),
        Column("date", translated(_("Date")), "date"),
        Column("word", translated(_("Word"))),
        Column("number", translated(_("No."))),
        Column("line", translated(_("Line")), "count"),
        Column("summary", translated(_("Summary"))),
        Column("code", translated(_("Account code"))),
        Column("account", translated(_("Account name"))),
        Column("debit", translated(_("Debit")), "money", total=True, drill={}),
        Column("credit", translated(_("Credit")), "money", total=True, drill={}),
        Column("shop", translated(_("Shop"))),
        Column("records", translated(_("Records")), "count"),
    )
    rows = []
    for voucher in vouchers:
        for line, entry in enumerate(voucher.entries, 1):
            amounts = (entry.amount, None) if entry.amount > ZERO else (None, -entry.amount)
            rows.append(
                Row(
                    (voucher.name, voucher.day, WORD, str(voucher.number), line, entry.summary, entry.code, entry.name,
                     *amounts, entry.shop, sum(each.number for each in entry.postings)),
                    drill={"voucher": voucher.name, "entry": str(line)},
                )
            )  # fmt: skip
    drill = {"by": params["by"], "per": params["per"], "currency": currency}
    return Section(
        translated(_("Entries")), columns, tuple(rows), translated(_("Total")), currency, target=DETAIL, drill=drill
    )


def _by_account(vouchers: Sequence[Voucher], currency: str) -> Section:
    sums: dict[tuple[str, str], list[Decimal]] = {}
    for entry in (entry for voucher in vouchers for entry in voucher.entries):
        line = sums.setdefault((entry.code, entry.name), [ZERO, ZERO])
        line[entry.amount < ZERO] += abs(entry.amount)
    columns = (
        Column("code", translated(_("Account code"))),
        Column("account", translated(_("Account name"))),
        Column("debit", translated(_("Debit")), "money", total=True),
        Column("credit", translated(_("Credit")), "money", total=True),
        Column("balance", translated(_("Debit less credit")), "money", total=True),
    )
    rows = tuple(Row((*key, debit, credit, debit - credit)) for key, (debit, credit) in sorted(sums.items()))
    return Section(translated(_("By account")), columns, rows, translated(_("Total")), currency)


def _balance(vouchers: Sequence[Voucher], currency: str) -> list[Control]:
    amounts = [entry.amount for voucher in vouchers for entry in voucher.entries]
    debit = sum((each for each in amounts if each > ZERO), ZERO)
    credit = -sum((each for each in amounts if each < ZERO), ZERO)
    return [Control(translated(_("Debit")), debit, translated(_("credit")), credit, currency)]


def _controls(
    source: ReportSource, maker: Maker, currency: str, first: date, last: date, recognised: str
) -> list[Control]:
    """How receivables, fees, wallets and banks move in the vouchers, beside the records as they stand in the book."""
    values = {"first": first, "last": last, "currency": currency}
    inside = "currency = $currency AND business_date BETWEEN $first AND $last"
    settled_days, wallet_days = table(source, "settled_days"), balance_days(source, source.wallet_line)
    counted = f"FROM {settled_days} WHERE currency = $currency AND day BETWEEN $first AND $last"

    def one(query: str) -> Decimal:
        row = source.con.execute(query, values).fetchone()
        return (row[0] if row else None) or ZERO

    sold = one(
        f"""SELECT sum(CASE WHEN sold_on BETWEEN $first AND $last THEN sold ELSE 0 END)
        - sum(CASE WHEN refunded_on BETWEEN $first AND $last THEN refunded ELSE 0 END)
        FROM {voucher_postings.order_days(source, recognised)} WHERE currency = $currency"""
    )
    settled = one(f"SELECT sum(amount) FILTER (is_gross) {counted}")
    written = one(f"SELECT sum(amount) FROM {WRITTEN_OFF} WHERE currency = $currency AND day BETWEEN $first AND $last")
    told = (
        (
            "receivable",
            _("Receivables moved"),
            _("sold less refunded, settled and written off"),
            sold - settled - written,
        ),
        (
            "wallet",
            _("Wallets moved"),
            _("wallet lines"),
            one(f"SELECT sum(moved) FROM {wallet_days} WHERE {inside}"),
        ),
        ("bank", _("Banks moved"), _("bank lines"), one(f"SELECT sum(amount) FROM {source.bank_line} WHERE {inside}")),
        (
            "fee",
            _("Fees booked"),
            _("fees of settlement lines"),
            -one(f"SELECT sum(amount) FILTER (is_fee) {counted}"),
        ),
    )
    return [
        Control(translated(label), maker.proved.get((name, currency), ZERO), translated(agrees), expected, currency)
        for name, label, agrees, expected in told
    ]


def make_records(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """What one entry adds up, record by record."""
    _maker, vouchers = _vouchers(source, {**params, "shop": ""})
    voucher = next((v for v in vouchers if v.name == params["voucher"]), None)
    number = params["entry"] or 1
    if voucher is None or not 0 < number <= len(voucher.entries):
        raise UserError("voucher.unknown", voucher=params["voucher"], entry=number)
    entry = voucher.entries[number - 1]
    query = voucher_postings.records_of(source, entry.postings, params["recognised"])
    columns = (
        Column("record", translated(_("Record"))),
        Column("event", translated(_("Event"))),
        Column("date", translated(_("Date")), "date"),
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("account", translated(_("Account"))),
        Column("amount", translated(_("Amount")), "money", total=True),
    )

    def line(row: Mapping[str, Any]) -> Row:
        values = (
            row["record_key"], translated(EVENTS[row["event"]]), row["day"], row["order_no"], row["shop"],
            row["account"], row["amount"],
        )  # fmt: skip
        return Row(values, drill={"record_key": row["record_key"]} if row["record_key"] else {}, target="source")

    rows = list_rows(source, f"{query} ORDER BY day, event, order_no, record_key", {}, columns, line)
    section = Section(translated(_("Records")), columns, rows, translated(_("Total")), voucher.currency)
    facts = (
        (translated(_("Voucher")), voucher.name), (translated(_("Line")), str(number)),
        (translated(_("Account")), f"{entry.code} {entry.name}"), (translated(_("Summary")), entry.summary),
    )  # fmt: skip
    controls = [] if entry.taxed else [_of_entry(source, entry.postings, query, voucher.currency)]
    return finished(RECORDS, source, facts, [section], notes=[SIGNED], controls=controls)


def _of_entry(source: ReportSource, postings: Sequence[Any], query: str, currency: str) -> Control:
    row = source.con.execute(f"SELECT sum(amount)::DECIMAL(38,5) FROM ({query})").fetchone()
    expected = sum((each.amount for each in {p.key: p for p in postings}.values()), ZERO)
    label, agrees = translated(_("Records added up")), translated(_("what the entry adds up"))
    return Control(label, (row[0] if row else None) or ZERO, agrees, expected, currency)


SIGNED = _(
    "Amounts as the events are told: of an entry on the other side of the account they stand with the other sign, and "
    "sales are shown with the VAT that is in them."
)
REPORT = Report(
    "vouchers",
    _("Accounting vouchers"),
    _("Sales, settlements, fees, wallets and banks as entries by rule, for 用友, 金蝶, Beancount and other programs."),
    (FROM, TO, BY, PER, SHOP, RECOGNISED),
    make,
    needs=("collection", "settlement_line"),
    group="accounts",
)
RECORDS = Report(
    DETAIL,
    _("Records of a voucher's entry"),
    _("What one entry of a voucher adds up."),
    (
        FROM, TO, Parameter("voucher", _("Voucher"), required=True, hidden=True),
        Parameter("entry", _("Line"), "count", hidden=True), Parameter("currency", _("Currency")),
        *(Parameter(p.name, p.title, default=p.default, choices=p.choices, words=p.words, hidden=True)
          for p in (BY, PER, RECOGNISED)),
    ),
    make_records,
    detail=True,
)  # fmt: skip
