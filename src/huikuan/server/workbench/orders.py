"""Everything about one order: where its money is now, hops, fees, what happened, each figure down to its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _

from huikuan.pipeline.results.results import Results
from huikuan.pipeline.results.sorted_file import in_order
from huikuan.records.kind import record_key_parts
from huikuan.server.books.models import Book
from huikuan.server.books.services import rules_of
from huikuan.server.core import numbers
from huikuan.server.core.scope import Scope
from huikuan.server.workbench import order_facts, order_history, services
from huikuan.server.workbench.order_books import books_of
from huikuan.server.workbench.order_fees import fee_sums, fees_of
from huikuan.server.workbench.order_gathered import Gathered
from huikuan.server.workbench.order_hops import hops_of
from huikuan.server.workbench.order_stuck import stuck_at
from huikuan.server.workbench.overview import published
from huikuan.server.workbench.words import because, class_words

WALLETS = "settlement-wallet"
ZERO = Decimal(0)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Part:
    """A segment of the bar: so much of the order's money is here."""

    look: str
    label: str
    amount: Decimal
    share: Decimal


def order_page(request: HttpRequest, order_no: str, shop: str) -> dict[str, Any] | None:
    """The page's context; None where no file, no result names such an order."""
    book, scope = request.book, request.scope  # type: ignore[attr-defined]
    found = published(book, _whole(scope))
    decisions = services.decisions_of(book)
    told = order_facts.of_order(book, decisions, order_no, found)
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
        "stuck": stuck_at(book, gathered),
        "held": books_of(found, order_no, chosen),
        "fees": fees,
        "fee_sums": fee_sums(fees),
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


def _whole(scope: Scope) -> Scope:
    """The scope without its period: an order is looked at whole."""
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
    parcels = [row for row in told["shipment_line"] if row["shop"] in (shop, "", None)]
    gathered = Gathered(order_no, shop, currency, money, lines, settled, told["wallet_line"], parcels)
    if found is None:
        return gathered
    if "order-settlement" in found.manifest.names:
        gathered.links = found.links_of_order("order-settlement", order_no)
        gathered.open = found.open_of_order("order-settlement", order_no)
    if WALLETS in found.manifest.names:
        gathered.wallet_open = [row for row in found.open_of_order(WALLETS, order_no) if row["needs_work"]]
        gathered.wallet_unnamed = _unnamed_in_wallet(found, order_no)
    shares = [row for row in found.shares_of_order(order_no) if row["shop"] == shop]
    gathered.shares = in_order(shares, ("payout_date", "payout"))
    for share in gathered.shares:
        gathered.payouts[share["payout"]] = _payout(found, share)
    return gathered


def _unnamed_in_wallet(found: Results, order_no: str) -> list[tuple[dict[str, Any], bool]]:
    """Wallet lines matched with what was settled for the order that name no order; with each whether it is the order's
    alone (a payment's fee), or one sum with other orders (a batch)."""
    named = found.links_of_order(WALLETS, order_no)
    if not named:
        return []
    unnamed = found.told(
        found.run.query(
            f"SELECT * FROM {found.source(WALLETS, 'links')} WHERE (order_no IS NULL OR order_no = '') "
            "AND side = 'right' AND group_id IN (SELECT unnest(?::VARCHAR[])) ORDER BY date, record_key",
            [sorted({row["group_id"] for row in named})],
        )
    )
    missing: dict[str, Decimal] = {row["group_id"]: -row["residual"] for row in named}
    for row in (*named, *unnamed):
        missing[row["group_id"]] += row["allocated"] if row["side"] == "left" else -row["allocated"]
    return [(row, not missing[row["group_id"]]) for row in unnamed]


def _payout(found: Results, share: Mapping[str, Any]) -> dict[str, Any]:
    """The payout a share went with: its number, amount, the bank lines matched with it, how many orders it holds."""
    key = share["payout_key"]
    parts = record_key_parts(key)[1]
    counted = found.run.query(
        f"SELECT count(DISTINCT order_no) AS orders FROM {found.run.table('', 'share')} WHERE payout = ?",
        [share["payout"]],
    )
    told: dict[str, Any] = {
        "number": parts[1] if len(parts) > 1 else key,
        "orders": counted[0]["orders"],
        "bank": [],
        "amount": None,
        "group_id": "",
        "why": "",
        "key": key,
    }
    if "payout-bank" not in found.manifest.names:
        return told
    links, opened = found.of_record("payout-bank", key)
    if links:
        group = found.group("payout-bank", links[0]["group_id"])
        told |= {
            "amount": links[0]["amount"],
            "group_id": links[0]["group_id"],
            "why": because(links[0]["evidence"] or "", links[0]["reason"] or ""),
            "bank": found.told([row for row in group if row["side"] == "right"]),
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
    ("waiting", "not_due", "not_due"),
    ("reserve", "not_due", "reserve"),
    ("overdue", "overdue", "overdue"),
    ("disputed", "open", "disputed"),
    ("written_off", "forced", "written_off"),
)


def parts_of(money: Mapping[str, Any]) -> list[Part]:
    """Where paid + platform's part is now: the parts add up to it exactly."""
    if not money:
        return []
    labels = {
        "bank": _("Bank"),
        "wallet": _("In the platform account"),
        "transit": _("On the way to the bank"),
        "fees": _("Fees"),
        "refunded": _("Refunded"),
        "not_due": _("Not due"),
        "reserve": _("In reserve"),
        "overdue": _("Overdue"),
        "disputed": _("Disputed"),
        "written_off": _("Written off"),
    }
    reserve = money.get("reserve", ZERO)  # results of an earlier version do not tell it
    amounts = dict(money) | {"wallet": money["settled_not_collected"] - money["in_transit"]}
    amounts |= {"reserve": reserve, "waiting": money["not_due"] - reserve}
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
