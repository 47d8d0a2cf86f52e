"""Everything about one order: where its money is now, the four hops, fees, what happened, each figure down to its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.pipeline.results import Results
from huikuan.records.codes import FEE_TYPES
from huikuan.records.kind import record_key_parts
from huikuan.records.rules import FeeRate, Rules
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.core import numbers, statuses
from huikuan.server.workbench import order_facts, order_history, services
from huikuan.server.workbench.overview import published
from huikuan.server.workbench.rows import short_account
from huikuan.server.workbench.words import because, class_words

ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """A segment of the bar: so much of the order's money is here."""

    look: str
    label: str
    amount: Decimal
    share: Decimal


@dataclass(frozen=True)
class Line:
    """A figure in a hop's column. `key`: the record it comes from; `doubt`: it is part of a difference."""

    label: str
    amount: Decimal | None
    day: date | None = None
    key: str = ""
    row: int | None = None
    strong: bool = False
    text: str = ""


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


@dataclass(frozen=True)
class Fee:
    """Charged of a fee type, and what the shop's rate says. `expected` None: no rate entered."""

    type: str
    base: Decimal
    rate: Decimal | None
    expected: Decimal | None
    actual: Decimal

    @property
    def apart(self) -> Decimal | None:
        """Charged above the rate; None without a rate."""
        return None if self.expected is None else self.actual - self.expected

    @property
    def effective(self) -> Decimal | None:
        """What was charged, as a rate of its base."""
        return self.actual / self.base if self.base else None


@dataclass
class Gathered:
    """What is known of the order, before it is put into words."""

    order_no: str
    shop: str
    currency: str
    money: Mapping[str, Any]
    lines: list[dict[str, Any]]
    settled: list[dict[str, Any]]
    wallet: list[dict[str, Any]]
    shares: list[dict[str, Any]] = field(default_factory=list)
    payouts: dict[str, dict[str, Any]] = field(default_factory=dict)
    links: list[dict[str, Any]] = field(default_factory=list)
    open: list[dict[str, Any]] = field(default_factory=list)


def order_page(request: HttpRequest, order_no: str, shop: str) -> dict[str, Any] | None:
    """The page's context; None where no file, no result names such an order."""
    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    found = published(book, _whole(scope))
    decisions = services.decisions_of(book)
    told = order_facts.of_order(book, decisions, order_no)
    collected = found.collection_of_order(order_no) if found else []
    shops = sorted({row["shop"] for row in (*told["order_line"], *collected) if row["shop"]})
    if not told["order_line"] and not told["settlement_line"] and not collected:
        return None
    chosen = shop if shop in shops else (shops[0] if shops else "")
    gathered = _gather(found, order_no, chosen, told, collected, book)
    rules = rules_of(book)
    fees = fees_of(gathered, rules)
    return {
        "order_no": order_no,
        "grouped": grouped(order_no),
        "shop": chosen,
        "shops": [each for each in shops if each != chosen],
        "currency": gathered.currency,
        "money": gathered.money,
        "status": gathered.money.get("status", ""),
        "found": found,
        "steps": _steps(book, gathered),
        "whole": gathered.money.get("paid", ZERO) + gathered.money.get("platform_borne", ZERO),
        "parts": parts_of(gathered.money),
        "hops": hops_of(book, gathered),
        "fees": fees,
        "fee_sums": _fee_sums(fees),
        "left_over": [
            row | {"words": class_words(row["class"])}
            for row in gathered.open
            if row["needs_work"] or row["class"] == "not_due"
        ],
        "why": [
            (row["group_id"], row["status"], because(row["evidence"], row["reason"])) for row in _groups(gathered.links)
        ],
        "history": order_history.events(book, gathered.order_no, chosen, told, gathered.links, found),
        "subject": f"order:{chosen}/{order_no}",
    }


def _whole(scope: Any) -> Any:
    from dataclasses import replace

    return replace(scope, chosen_period=False)


def grouped(order_no: str) -> list[str]:
    """An order number in groups of four digits, for the eye; others whole."""
    if not order_no.isdigit() or len(order_no) < 12:
        return [order_no]
    return [order_no[at : at + 4] for at in range(0, len(order_no), 4)]


def _gather(
    found: Results | None,
    order_no: str,
    shop: str,
    told: dict[str, list[dict[str, Any]]],
    collected: list[dict[str, Any]],
    book: Book,
) -> Gathered:
    money = next((row for row in collected if row["shop"] == shop), {})
    lines = [row for row in told["order_line"] if row["shop"] == shop]
    others = {row["shop"] for row in told["order_line"]} - {shop}
    settled = [row for row in told["settlement_line"] if (row["shop"] or shop) not in others]
    currency = next((row["currency"] for row in (*lines, *settled)), book.currency)
    gathered = Gathered(order_no, shop, currency, money, lines, settled, told["wallet_line"])
    if found is None:
        return gathered
    if "order-settlement" in found.manifest.names:
        gathered.links = found.links_of_order("order-settlement", order_no)
        gathered.open = found.open_of_order("order-settlement", order_no)
    gathered.shares = found.run.query(
        f"SELECT * FROM {found.run.table('', 'share')} WHERE order_no = ? AND shop = ? ORDER BY payout_date, payout",
        [order_no, shop],
    )
    for share in gathered.shares:
        gathered.payouts[share["payout"]] = _payout(found, share)
    return gathered


def _payout(found: Results, share: Mapping[str, Any]) -> dict[str, Any]:
    """The payout a share went with: its number, amount, the bank lines matched with it, how many orders it holds."""
    _kind, parts = record_key_parts(share["payout"])
    key = f"payout:{parts[0]}/{parts[1].replace('/', '%2F')}" if len(parts) > 1 else share["payout"]
    counted = found.run.query(
        f"SELECT count(DISTINCT order_no) AS orders FROM {found.run.table('', 'share')} WHERE payout = ?",
        [share["payout"]],
    )
    told: dict[str, Any] = {"number": parts[1] if len(parts) > 1 else key, "orders": counted[0]["orders"], "bank": [], "amount": None,
                            "group_id": "", "why": "", "key": key}  # fmt: skip
    if "payout-bank" not in found.manifest.names:
        return told
    links, opened = found.of_record("payout-bank", key)
    if links:
        group = found.group("payout-bank", links[0]["group_id"])
        told |= {
            "amount": links[0]["amount"],
            "group_id": links[0]["group_id"],
            "why": because(links[0]["evidence"] or "", links[0]["reason"] or ""),
            "bank": [row for row in group if row["side"] == "right"],
        }
    elif opened:
        told |= {"amount": opened[0]["amount"], "class": opened[0]["class"], "due": opened[0]["due_date"]}
    return told


def _groups(links: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({row["group_id"]: row for row in links}.values())


PARTS = (
    ("collected", "matched", "bank"),
    ("wallet", "in_transit", "wallet"),
    ("in_transit", "in_transit", "transit"),
    ("fees", "closed", "fees"),
    ("refunded", "not_due", "refunded"),
    ("not_due", "not_due", "not_due"),
    ("overdue", "overdue", "overdue"),
    ("disputed", "open", "disputed"),
    ("written_off", "forced", "written_off"),
)


def parts_of(money: Mapping[str, Any]) -> list[Part]:
    """Where paid + platform's part is now: the parts add up to it exactly."""
    if not money:
        return []
    labels = {
        "bank": _("Bank"), "wallet": _("In the platform account"), "transit": _("On the way to the bank"), "fees": _("Fees"),
        "refunded": _("Refunded"), "not_due": _("Not due"), "overdue": _("Overdue"), "disputed": _("Disputed"),
        "written_off": _("Written off"),
    }  # fmt: skip
    amounts = dict(money) | {"wallet": money["settled_not_collected"] - money["in_transit"]}
    found = [(look, labels[name], amounts[column]) for column, look, name in PARTS if amounts[column]]
    size = sum((abs(amount) for _look, _label, amount in found), ZERO) or Decimal(1)
    return [Part(look, label, amount, (abs(amount) * 100 / size).quantize(CENT)) for look, label, amount in found]


def _steps(book: Book, gathered: Gathered) -> list[tuple[str, str]]:
    """When the order was paid, shipped, received, closed."""
    words = (
        ("paid_at", _("paid")),
        ("shipped_at", _("shipped")),
        ("received_at", _("received")),
        ("closed_at", _("closed")),
    )
    year = book.today().year
    first = gathered.money or (gathered.lines[0] if gathered.lines else {})
    return [(numbers.day(book.local(first[name]).date(), year), word) for name, word in words if first.get(name)]


# The four hops --------------------------------------------------------------------------------------------------------
def hops_of(book: Book, gathered: Gathered) -> list[Hop]:
    """Order, settlement, wallet, bank; each column adds up to its total."""
    return [
        _order_hop(book, gathered),
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
        "shopping-cart", _("Order"), state, when, paid + borne if gathered.lines else None, note if gathered.lines else _("No file tells this order."),
        lines if gathered.lines else [], _("Should come in, before fees"), paid + borne,
        _days(_day_of(book, first.get("paid_at")), _first(gathered.settled)),
    )  # fmt: skip


def _day_of(book: Book, moment: Any) -> date | None:
    return book.local(moment).date() if moment else None


def _first(rows: list[dict[str, Any]]) -> date | None:
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
        Line(item_word(row), row["amount"], row["business_date"], row["record_key"], row["source_row"]) for row in rows
    ]
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
    note = f"{numbers.money_exact(total - fees)} {numbers.MINUS} {_('fees')} {numbers.money_exact(-fees)}"
    return Hop("receipt-2", _("Settlement"), "part" if late else "done", _span(rows, year), total, note, lines, _("Settled, net"), total,
               _days(_first(rows), _first(gathered.wallet) or _first(rows)))  # fmt: skip


def _wallet_hop(book: Book, gathered: Gathered) -> Hop:
    year, rows = book.today().year, gathered.wallet
    settled = sum((row["amount"] for row in gathered.settled), ZERO)
    told = sum((row["amount"] for row in rows), ZERO)
    account = next((record_key_parts(row["record_key"])[1][0] for row in (*rows, *gathered.settled)), "")
    title = f"{_('Wallet')} · {short_account(account)}" if account else str(_("Wallet"))
    if not rows and not gathered.settled:
        return Hop(
            "wallet", title, "waiting", "", None, _("nothing has come in yet"), [], _("Came into the wallet"), None
        )
    lines = [
        Line(item_word(row), row["amount"], row["business_date"], row["record_key"], row["source_row"]) for row in rows
    ]
    if told != settled:
        lines.append(Line(_("Not named per order in the wallet's bill"), settled - told))
    note = _("%(n)s movements") % {"n": len(rows)} if rows else _("the wallet's bill names no orders")
    paid_out = min((share["payout_date"] for share in gathered.shares), default=None)
    return Hop("wallet", title, "done", _span(rows or gathered.settled, year), settled, note, lines, _("Came into the wallet"), settled,
               _days(_first(rows or gathered.settled), paid_out))  # fmt: skip


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
    lines = [Line(_("Payout"), None, share["payout_date"], payout["key"], None, text=payout["number"])]
    if payout["amount"] is not None:
        orders = _("%(n)s orders") % {"n": numbers.count(payout["orders"])}
        lines.append(
            Line(_("Whole payout, %(orders)s") % {"orders": orders}, None, text=numbers.money_exact(payout["amount"]))
        )
    for row in payout["bank"]:
        lines.append(
            Line(
                _("Bank line"),
                None,
                row["date"],
                row["record_key"],
                row["source_row"],
                text=numbers.money_exact(row["amount"]),
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


# Fees -----------------------------------------------------------------------------------------------------------------
def fees_of(gathered: Gathered, rules: Rules) -> list[Fee]:
    """Each fee type charged for the order beside what the shop's rate says, as of the order's day."""
    gross = sum((row["amount"] for row in gathered.settled if row["type"] in ("sale", "subsidy", "refund")), ZERO)
    paid = sum((row["paid"] or ZERO for row in gathered.lines), ZERO)
    day = gathered.money.get("business_date") or _first(gathered.settled)
    charged: dict[str, Decimal] = {}
    for row in gathered.settled:
        if row["type"] in FEE_TYPES:
            charged[row["type"]] = charged.get(row["type"], ZERO) - row["amount"]
    fees = []
    for code in [code for code in FEE_TYPES if code in charged]:
        rate = _rate(rules.fee_rates, gathered.shop, code, day, {row["category"] for row in gathered.lines})
        base = paid if rate and rate.base == "paid" else gross
        expected = None
        if rate is not None:
            expected = max((base * rate.rate).quantize(CENT, ROUND_HALF_UP), rate.minimum) if base > 0 else ZERO
        fees.append(Fee(code, base, rate.rate if rate else None, expected, charged[code]))
    return fees


def _rate(rates: tuple[FeeRate, ...], shop: str, code: str, day: date | None, categories: set[Any]) -> FeeRate | None:
    """The rate that holds: the order's category before all, the latest version."""
    holding = [
        rate for rate in rates
        if rate.shop == shop and rate.type == code and (day is None or rate.valid_from <= day) and rate.category in ("*", *categories)
    ]  # fmt: skip
    return max(holding, key=lambda rate: (rate.category != "*", rate.valid_from), default=None)


def _fee_sums(fees: list[Fee]) -> dict[str, Decimal | None]:
    known = [fee for fee in fees if fee.expected is not None]
    return {
        "actual": sum((fee.actual for fee in fees), ZERO),
        "expected": sum((fee.expected or ZERO for fee in known), ZERO) if known else None,
        "apart": sum((fee.apart or ZERO for fee in known), ZERO) if known else None,
    }
