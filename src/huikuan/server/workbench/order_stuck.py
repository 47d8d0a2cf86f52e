"""At which station an order's money stands, where not all of it is in the bank: the one that needs looking at first."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from huikuan.server.books.models import Book
from huikuan.server.core import numbers
from huikuan.server.workbench.order_gathered import Gathered

ZERO = Decimal(0)


@dataclass(frozen=True)
class Stuck:
    """Where so much of the order's money stands, and why; `look` is a colour of statuses."""

    icon: str
    look: str
    where: Any
    amount: Decimal
    why: Any


def stuck_at(book: Book, gathered: Gathered) -> Stuck | None:
    """The station, what is late before what only waits; None where nothing is outstanding."""
    money, year = gathered.money, book.today().year
    if not money:
        return None
    due = _("due %(day)s") % {"day": numbers.day(money["due_date"], year)} if money.get("due_date") else ""
    unmoved = sum((row["amount"] for row in gathered.wallet_open if row["side"] == "left"), ZERO)
    in_wallet = money["settled_not_collected"] - money["in_transit"]
    missing = next((p for p in gathered.payouts.values() if p.get("class") == "payout_missing"), None)
    late, on_the_way = _("Stuck before the bank:"), _("On the way to the bank:")
    lost = _("payout %(number)s never reached the bank") % {"number": missing["number"]} if missing else ""
    reserve = money.get("reserve", ZERO)
    stations = (
        Stuck("receipt-2", "overdue", _("Stuck before the settlement:"), money["overdue"], due),
        Stuck("wallet", "overdue", _("Stuck before the wallet:"), unmoved, _("settled, but nothing moved there")),
        Stuck("building-bank", "overdue", late, money["in_transit"] if missing else ZERO, lost),
        Stuck("wallet", "in_transit", _("Stands in the wallet:"), in_wallet, _("not paid out yet")),
        Stuck("building-bank", "in_transit", on_the_way, money["in_transit"], ""),
        Stuck("receipt-2", "not_due", _("Waits for the settlement:"), money["not_due"] - reserve, due),
        Stuck("receipt-2", "not_due", _("Held back in reserve:"), reserve, due),
    )
    return next((station for station in stations if station.amount > 0), None)
