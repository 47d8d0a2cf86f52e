"""What a figure of the home page is made of, order by order: the same words there and on the list.

Days count both ends. An order counts by the day it was placed (a blank day counts as before all others), money by the
day the bank had it. Receivables are as known on the run's day: a later refund counts with its order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from huikuan.insight.collection.cube import PLACES

# The day an order counts by, in any of the tables.
ORDER_DAY = "coalesce(business_date, DATE '1900-01-01')"


@dataclass(frozen=True)
class Figure:
    """`sql`: an order's amount; `days`: what of the orders counts; `early`: name → day of the receipts looked up.

    `cubed`: the amount is a column of the small table too.
    """

    name: str
    title: Any
    sql: str
    days: str = ""
    early: dict[str, str] | None = None

    @property
    def cubed(self) -> bool:
        """Whether totals can be told without reading the orders."""
        return self.early is None


def _before(name: str, day: str) -> str:
    """What an order had collected before a day."""
    return f"(CASE WHEN collected_on < {day} THEN collected ELSE coalesce({name}.amount, 0) END)"


FROM, AFTER = "$first::DATE", "($last::DATE + 1)"
UNTIL = f"{ORDER_DAY} <= $last::DATE"
SINCE_FROM = f"{ORDER_DAY} >= $first::DATE"
BEFORE_FROM = f"CASE WHEN {ORDER_DAY} < {FROM} THEN {_before('e_first', FROM)} ELSE 0 END"

PLACE_TITLES = {
    "not_due": _("Awaiting settlement"),
    "in_wallets": _("Settled, in wallets"),
    "in_transit": _("Payouts in transit"),
    "overdue": _("Overdue"),
    "disputed": _("Disputed"),
}
FIGURES: dict[str, Figure] = {
    figure.name: figure
    for figure in (
        Figure(
            "opening",
            _("Opening receivable"),
            f"receivable - written_off - {_before('e_first', FROM)}",
            f"{ORDER_DAY} < {FROM}",
            {"e_first": FROM},
        ),
        Figure("receivable", _("Net receivable"), "receivable"),
        Figure("written_off", _("Written off"), "written_off"),
        Figure(
            "received",
            pgettext_lazy("money", "Received"),
            f"{_before('e_after', AFTER)} - {BEFORE_FROM}",
            UNTIL,
            {"e_first": FROM, "e_after": AFTER},
        ),
        Figure(
            "closing",
            _("Closing receivable"),
            f"receivable - written_off - {_before('e_after', AFTER)}",
            UNTIL,
            {"e_after": AFTER},
        ),
        Figure(
            "since", _("Received since"), f"collected - {_before('e_after', AFTER)}", UNTIL, {"e_after": AFTER}
        ),
        Figure("outstanding", _("Outstanding"), "outstanding"),
        *(Figure(name, PLACE_TITLES[name], name) for name in PLACES),
    )
}  # fmt: skip


def joins_sql(figure: Figure | None, earlier: str) -> str:
    """The look-ups of earlier receipts that a figure needs, for a query over orders `c`."""
    if figure is None or not figure.early:
        return ""
    return " ".join(
        f"LEFT JOIN (SELECT row, sum(amount)::DECIMAL(18,5) AS amount FROM {earlier} "
        f"WHERE bank_date < {day} GROUP BY row) {name} ON {name}.row = c.file_row_number"
        for name, day in figure.early.items()
    )
