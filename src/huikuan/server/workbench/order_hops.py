"""The stations of an order: order, parcel, settlement, wallet, bank. Each column of money adds up to its total."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from huikuan.records.codes import FEE_TYPES
from huikuan.records.kind import record_key_parts
from huikuan.server.books.models import Book
from huikuan.server.core import numbers, statuses
from huikuan.server.workbench.order_gathered import Gathered
from huikuan.server.workbench.rows import short_account

ZERO = Decimal(0)


@dataclass(frozen=True)
class Line:
    """A figure in a hop's column. `key`, `row`, `document`: the record it comes from; `inside`: the bank line or payout
    whose orders can be looked at."""

    label: str
    amount: Decimal | None
    day: date | None = None
    key: str = ""
    row: int | None = None
    strong: bool = False
    text: str = ""
    document: str = ""
    inside: str = ""


@dataclass(frozen=True)
class Hop:
    """One station of the money. `state`: done, part, waiting, late, none."""

    icon: str
    title: str
    state: str
    when: str
    amount: Decimal | None
    note: str
    lines: list[Line]
    total_label: str
    total: Decimal | None
    after: str = ""  # how long to the next hop, in words


def hops_of(book: Book, gathered: Gathered) -> list[Hop]:
    """Order, parcel, settlement, wallet, bank; each column of money adds up to its total."""
    return [
        _order_hop(book, gathered),
        _parcel_hop(book, gathered),
        _settlement_hop(book, gathered),
        _wallet_hop(book, gathered),
        _bank_hop(book, gathered),
    ]


def _order_hop(book: Book, gathered: Gathered) -> Hop:
    lines: list[Line] = []
    paid = borne = listed = ZERO
    for row in gathered.lines:
        paid, borne = paid + (row["paid"] or ZERO), borne + (row["platform_borne"] or ZERO)
        if row["list_amount"] is not None:
            listed += row["list_amount"]
            label = (
                f"{row['title'] or row['sku'] or _('Item')} ×{numbers.quantity(row['qty'])}"
                if row["qty"]
                else row["title"] or ""
            )
            lines.append(Line(label, row["list_amount"], key=row["record_key"], row=row["source_row"]))
    for name, label, sign in (
        ("merchant_discount", _("Merchant's discount"), -1), ("platform_discount", _("Platform's discount"), -1),
        ("shipping_fee", _("Freight"), 1),
    ):  # fmt: skip
        amount = sum((row[name] or ZERO for row in gathered.lines), ZERO) * sign
        if amount:
            listed += amount
            lines.append(Line(label, amount))
    if lines and listed != paid:
        lines.append(Line(_("Not itemised"), paid - listed))
    key = gathered.lines[0] if gathered.lines else {}
    lines.append(
        Line(_("Paid by the buyer"), paid, key=key.get("record_key", ""), row=key.get("source_row"), strong=True)
    )
    if borne:
        lines.append(Line(_("Borne by the platform"), borne))
    first = gathered.money or key
    when = numbers.moment(book.local(first["paid_at"]), book.today().year) if first.get("paid_at") else ""
    state = "done" if gathered.lines else "none"
    note = _("paid by the buyer") if not borne else f"{numbers.money(paid)} + {numbers.money(borne)}"
    return Hop(
        "shopping-cart",
        _("Order"),
        state,
        when,
        paid + borne if gathered.lines else None,
        note if gathered.lines else _("No file tells this order."),
        lines if gathered.lines else [],
        _("Should come in, before fees"),
        paid + borne,
        _days(_day_of(book, first.get("paid_at")), _sent_on(book, gathered)),
    )


def _parcel_hop(book: Book, gathered: Gathered) -> Hop:
    """When the order was sent, by its own report and by the parcels that are told."""
    year, sent = book.today().year, _sent_on(book, gathered)
    lines = [
        Line(
            f"{row['courier'] or _('Parcel')} {row['tracking_no']}", None, _day_of(book, row["shipped_at"]),
            row["record_key"], row["source_row"], document=row.get("document") or "",
            text=f"×{numbers.quantity(row['qty'])}" if row["qty"] else _("File and row"),
        )
        for row in gathered.parcels
    ]  # fmt: skip
    received = sorted(row["received_at"] for row in gathered.lines if row["received_at"])
    if received:
        lines.append(Line(_("Received"), None, _day_of(book, received[-1])))
    waits = not sent and not received and any(row["paid"] for row in gathered.lines)
    note = _("sent") if sent else _("not sent yet") if waits else _("nothing is told of it")
    state, when = "done" if sent else "waiting" if waits else "none", numbers.day(sent, year) if sent else ""
    after = _days(sent or _day_of(book, gathered.money.get("paid_at")), first_day(gathered.settled))
    return Hop("truck-delivery", _("Parcel"), state, when, None, note, lines, "", None, after)


def _sent_on(book: Book, gathered: Gathered) -> date | None:
    """The day the first item was sent; None where none was, or nothing tells it."""
    moments = [row["shipped_at"] for rows in (gathered.lines, gathered.parcels) for row in rows if row["shipped_at"]]
    return _day_of(book, min(moments)) if moments else None


def _day_of(book: Book, moment: Any) -> date | None:
    return book.local(moment).date() if moment else None


def first_day(rows: list[dict[str, Any]]) -> date | None:
    """The earliest business date of records; None where none has one."""
    days = [row["business_date"] for row in rows if row["business_date"]]
    return min(days) if days else None


def _days(first: date | None, second: date | None) -> str:
    if first is None or second is None:
        return ""
    days = (second - first).days
    return _("same day") if days == 0 else _("%(n)s d") % {"n": days}


def item_word(row: Mapping[str, Any]) -> str:
    """What the platform calls a line, without its code; else the type's word."""
    item = (row.get("item") or "").rpartition("|")[2].strip()
    return item or str(statuses.word_of("type", row.get("type") or "unclassified"))


def _span(rows: list[dict[str, Any]], year: int) -> str:
    days = sorted(row["business_date"] for row in rows if row["business_date"])
    if not days:
        return ""
    first, last = numbers.day(days[0], year), numbers.day(days[-1], year)
    return first if first == last else f"{first} – {last}"


def _settlement_hop(book: Book, gathered: Gathered) -> Hop:
    year, rows = book.today().year, gathered.settled
    total = sum((row["amount"] for row in rows), ZERO)
    fees = sum((row["amount"] for row in rows if row["type"] in FEE_TYPES), ZERO)
    lines = [
        Line(
            item_word(row), row["amount"], row["business_date"], row["record_key"], row["source_row"],
            document=row.get("document") or "",
        )
        for row in rows
    ]  # fmt: skip
    due = gathered.money.get("due_date")
    late = bool(gathered.money.get("overdue"))
    if not rows:
        note = _("due %(day)s") % {"day": numbers.day(due, year)} if due else _("nothing settled yet")
        return Hop(
            "receipt-2",
            _("Settlement"),
            "late" if late else "waiting",
            note,
            None,
            _("nothing settled yet"),
            [],
            _("Settled, net"),
            None,
        )
    note = _("%(gross)s − fees %(fees)s") % {
        "gross": numbers.money_exact(total - fees),
        "fees": numbers.money_exact(-fees),
    }
    return Hop(
        "receipt-2",
        _("Settlement"),
        "part" if late else "done",
        _span(rows, year),
        total,
        note,
        lines,
        _("Settled, net"),
        total,
        _days(first_day(rows), first_day(gathered.wallet) or first_day(rows)),
    )


def _wallet_hop(book: Book, gathered: Gathered) -> Hop:
    year, rows = book.today().year, gathered.wallet
    settled = sum((row["amount"] for row in gathered.settled), ZERO)
    told = sum((row["amount"] for row in rows), ZERO)
    account = next((record_key_parts(row["record_key"])[1][0] for row in (*rows, *gathered.settled)), "")
    title = " · ".join(part for part in (_("Wallet"), short_account(account)) if part)
    if not rows and not gathered.settled:
        return Hop(
            "wallet", title, "waiting", "", None, _("nothing has come in yet"), [], _("Came into the wallet"), None
        )
    lines = [
        Line(
            item_word(row), row["amount"], row["business_date"], row["record_key"], row["source_row"],
            document=row.get("document") or "",
        )
        for row in rows
    ]  # fmt: skip
    for row, alone in gathered.wallet_unnamed:
        label = _("Names no order") if alone else _("In one sum with other orders")
        amount, text = (row["amount"], "") if alone else (None, numbers.money_exact(row["amount"]))
        told += amount or ZERO
        key, document = row["record_key"], row["document"] or ""
        lines.append(Line(label, amount, row["date"], key, row["source_row"], text=text, document=document))
    if told != settled:
        lines.append(Line(_("Not named per order in the wallet's bill"), settled - told))
    note = _("%(n)s movements") % {"n": len(rows)} if rows else _("the wallet's bill names no orders")
    paid_out = min((share["payout_date"] for share in gathered.shares), default=None)
    return Hop(
        "wallet",
        title,
        "done",
        _span(rows or gathered.settled, year),
        settled,
        note,
        lines,
        _("Came into the wallet"),
        settled,
        _days(first_day(rows or gathered.settled), paid_out),
    )


def _bank_hop(book: Book, gathered: Gathered) -> Hop:
    year, lines, arrived = book.today().year, [], ZERO
    accounts: set[str] = set()
    days: list[date] = []
    for share in gathered.shares:
        payout = gathered.payouts[share["payout"]]
        lines += _payout_lines(share, payout, year)
        if share["matched"]:
            arrived += share["amount"]
            days += [share["bank_date"]] if share["bank_date"] else []
            accounts |= {short_account(record_key_parts(row["record_key"])[1][0]) for row in payout["bank"]}
    title = " · ".join([str(_("Bank")), *sorted(accounts)])
    collected = gathered.money.get("collected", arrived)
    waiting = gathered.money.get("settled_not_collected", ZERO)
    if not gathered.shares or not (days or arrived):
        note = _("on the way") if gathered.money.get("in_transit") else _("nothing has arrived yet")
        return Hop(
            "building-bank",
            title,
            "waiting",
            _bank_due(gathered, year),
            None,
            note,
            lines,
            _("Arrived of this order"),
            ZERO if lines else None,
        )
    when = " – ".join(dict.fromkeys([numbers.day(min(days), year), numbers.day(max(days), year)])) if days else ""
    note = _("%(amount)s still on the way") % {"amount": numbers.money_exact(waiting)} if waiting else ""
    return Hop(
        "building-bank",
        title,
        "part" if waiting else "done",
        when,
        collected,
        note,
        lines,
        _("Arrived of this order"),
        collected,
    )


def _bank_due(gathered: Gathered, year: int) -> str:
    due = gathered.money.get("due_date")
    return _("due %(day)s") % {"day": numbers.day(due, year)} if due and gathered.settled else ""


def _payout_lines(share: Mapping[str, Any], payout: Mapping[str, Any], year: int) -> list[Line]:
    """A payout as lines: its number, its whole, the bank's line, this order's share."""
    lines = [Line(_("Payout"), None, share["payout_date"], text=payout["number"], inside=payout["key"])]
    if payout["amount"] is not None:
        orders = _("%(n)s orders") % {"n": numbers.count(payout["orders"])}
        whole = payout["bank"][0]["record_key"] if payout["bank"] else payout["key"]
        text = numbers.money_exact(payout["amount"])
        lines.append(Line(_("Whole payout, %(orders)s") % {"orders": orders}, None, text=text, inside=whole))
    for row in payout["bank"]:
        lines.append(
            Line(
                _("Bank line"),
                None,
                row["date"],
                row["record_key"],
                row["source_row"],
                text=numbers.money_exact(row["amount"]),
                document=row.get("document") or "",
            )
        )
    if payout["why"]:
        lines.append(Line(payout["why"], None, text=""))
    label = _("Share of this order, arrived") if share["matched"] else _("Share of this order, on the way")
    return [
        *lines,
        Line(
            label,
            share["amount"] if share["matched"] else None,
            strong=True,
            text="" if share["matched"] else numbers.money_exact(share["amount"]),
        ),
    ]
