"""A claim to a platform: which orders miss money, how much and why, with the rows of the files that show it.

Each order's difference is what is asked for: expected − settled − not due yet = difference, where expected is what the
buyer and the platform owe less what was refunded and the fees of the contract. Nothing of the buyer is in it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from huikuan.insight.reports.tables import Column, ReportTable, Row, Section
from huikuan.insight.words import word_of
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)


class Claimed(NamedTuple):
    """An order that a claim file asked for, and the day of the last one."""

    shop: str
    order_no: str
    currency: str
    claimed_on: date


@dataclass(frozen=True)
class ClaimOrder:
    """An order with its evidence. Money in `currency`; `fees` as charged (positive), `overcharged` the part too much.

    `difference` is what is claimed, `claimed_on` the day of the last claim before; `file` and `row` say where the order
    stands.
    """

    shop: str
    order_no: str
    currency: str
    ordered_on: date | None
    paid_on: date | None
    shipped_on: date | None
    received_on: date | None
    due_on: date | None
    days: int
    paid: Decimal
    platform_borne: Decimal
    refunded: Decimal
    fees: Decimal
    overcharged: Decimal
    expected: Decimal
    settled: Decimal
    later: Decimal
    difference: Decimal
    cause: str
    why: str
    claimed_on: date | None
    file: str
    row: int | None


@dataclass(frozen=True)
class BillRow:
    """A row of a bill about a claimed order. `amount`: money to the seller positive; `type`: a settlement code."""

    shop: str
    order_no: str
    currency: str
    day: date | None
    type: str
    item: str
    amount: Decimal
    account: str
    flow_no: str
    file: str
    sheet: str
    row: int | None


@dataclass(frozen=True)
class ClaimHead:
    """Who claims, as of which day, what it is called; `facts` more lines of the head (label, value)."""

    company: str
    as_of: date
    title: str
    facts: tuple[tuple[str, str], ...] = ()
    language: str = "en"


def claim_report(head: ClaimHead, orders: Sequence[ClaimOrder], bills: Sequence[BillRow], letter: bool) -> ReportTable:
    """The claim as a report: its sum by shop and cause, the orders, the bill rows; one of each per currency. A `letter`
    (for print) has fewer columns and no bill rows."""
    sections: list[Section] = []
    for currency in sorted({order.currency for order in orders}):
        mine = [order for order in orders if order.currency == currency]
        sections.append(_summary(mine, currency))
        sections.append(_orders(mine, currency, letter))
        rows = [bill for bill in bills if bill.currency == currency]
        if rows and not letter:
            sections.append(_bills(rows, currency))
    facts = ((translated(_("Company")), head.company), (translated(_("As of")), head.as_of.isoformat()), *head.facts)
    return ReportTable(
        "claim", head.title, head.company, facts, tuple(sections), notes=(translated(NOTE),),
        signature=(translated(_("Company")), translated(_("Date"))) if letter else (), as_of=head.as_of,
        language=head.language, intro=_intro(orders),
    )  # fmt: skip


NOTE = _(
    "Difference = should be settled − settled − not due yet. "
    "Should be settled = paid + platform's part − refunded − fees charged + charged too much."
)
ASK = _("Please check these orders and settle the difference, or tell us for each order why it is not owed.")


def _intro(orders: Sequence[ClaimOrder]) -> tuple[str, ...]:
    """What is asked for, in sentences."""
    told = []
    for currency in sorted({order.currency for order in orders}):
        mine = [order for order in orders if order.currency == currency]
        values = {
            "count": f"{len(mine):,}", "currency": currency,
            "amount": f"{sum((order.difference for order in mine), ZERO):,.2f}",
        }  # fmt: skip
        one = _("By our books, %(currency)s %(amount)s of %(count)s order has not been settled as it should be.")
        many = _("By our books, %(currency)s %(amount)s of %(count)s orders has not been settled as it should be.")
        told.append(translated(one if len(mine) == 1 else many) % values)
    return (*told, translated(ASK))


def _summary(orders: Sequence[ClaimOrder], currency: str) -> Section:
    columns = (
        Column("shop", translated(_("Shop"))), Column("cause", translated(_("Cause"))),
        Column("orders", translated(_("Orders")), "count", True), Column("oldest", translated(_("Oldest day")), "date"),
        Column("difference", translated(_("Difference")), "money", True),
    )  # fmt: skip
    groups: dict[tuple[str, str], list[ClaimOrder]] = {}
    for order in orders:
        groups.setdefault((order.shop, order.cause), []).append(order)
    rows = []
    for (shop, cause), part in sorted(groups.items()):
        oldest = min((order.due_on for order in part if order.due_on), default=None)
        money = sum((order.difference for order in part), ZERO)
        rows.append(Row((shop, word_of("cause", cause), len(part), oldest, money)))
    title = translated(_("By shop and cause"))
    return Section(title, columns, tuple(rows), translated(_("Total")), currency, detail=False)


ORDER_COLUMNS = (
    ("order_no", _("Order number"), "text"), ("shop", _("Shop"), "text"), ("ordered_on", _("Ordered"), "date"),
    ("paid_on", _("Paid on"), "date"), ("shipped_on", _("Shipped on"), "date"),
    ("received_on", _("Received on"), "date"),
    ("due_on", _("Due on"), "date"), ("days", _("Days late"), "count"), ("paid", _("Paid"), "money"),
    ("platform_borne", _("Platform's part"), "money"), ("refunded", _("Refunded"), "money"),
    ("fees", _("Fees charged"), "money"), ("overcharged", _("Charged too much"), "money"),
    ("expected", _("Should be settled"), "money"), ("settled", _("Settled"), "money"),
    ("later", _("Not due yet"), "money"),
    ("difference", _("Difference"), "money"), ("cause", _("Cause"), "text"), ("why", _("Why"), "text"),
    ("claimed_on", _("Claimed before on"), "date"), ("file", _("File"), "text"), ("row", _("Row"), "count"),
)  # fmt: skip
IN_LETTER = ("order_no", "shop", "due_on", "expected", "settled", "difference", "cause")


def _orders(orders: Sequence[ClaimOrder], currency: str, letter: bool) -> Section:
    chosen = [column for column in ORDER_COLUMNS if not letter or column[0] in IN_LETTER]
    columns = tuple(Column(key, translated(title), kind, kind == "money") for key, title, kind in chosen)  # type: ignore[arg-type]

    def value(order: ClaimOrder, key: str) -> object:
        return word_of("cause", order.cause) if key == "cause" else getattr(order, key)

    rows = tuple(Row(tuple(value(order, key) for key, *_rest in chosen)) for order in orders)
    return Section(translated(_("Orders")), columns, rows, translated(_("Total")), currency)


BILL_COLUMNS = (
    ("order_no", _("Order number"), "text"), ("shop", _("Shop"), "text"), ("day", _("Date"), "date"),
    ("type", _("Type"), "text"), ("item", _("Bill item"), "text"), ("amount", _("Amount"), "money"),
    ("account", _("Account"), "text"), ("flow_no", _("Flow number"), "text"), ("file", _("File"), "text"),
    ("sheet", _("Sheet"), "text"), ("row", _("Row"), "count"),
)  # fmt: skip


def _bills(bills: Sequence[BillRow], currency: str) -> Section:
    columns = tuple(Column(key, translated(title), kind, kind == "money") for key, title, kind in BILL_COLUMNS)  # type: ignore[arg-type]

    def value(bill: BillRow, key: str) -> object:
        return word_of("type", bill.type) if key == "type" else getattr(bill, key)

    rows = tuple(Row(tuple(value(bill, key) for key, *_rest in BILL_COLUMNS)) for bill in bills)
    return Section(translated(_("Bill rows")), columns, rows, translated(_("Total")), currency)
