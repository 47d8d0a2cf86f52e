"""Dimensions and columns of records that several subjects share: time, shop and platform, account, kind and cause."""

from __future__ import annotations

from dataclasses import replace

from huikuan.insight.semantic.model import Dimension, RecordColumn
from huikuan.records.messages import gettext_noop as _

# SQL of a day's period as its name: 2026-10-31, 2026-W44, 2026-10, 2026-Q4, 2026.
STEPS = {
    "day": "strftime({0}, '%Y-%m-%d')",
    "week": "strftime({0}, '%G-W%V')",
    "month": "strftime({0}, '%Y-%m')",
    "quarter": "year({0}) || '-Q' || quarter({0})",
    "year": "strftime({0}, '%Y')",
}


def time_dimensions(column: str = "business_date") -> tuple[Dimension, ...]:
    """Year to day of the day a subject's rows count by."""
    return (
        Dimension("year", _("Year"), _("Calendar year of the day."), column, STEPS["year"], "year"),
        Dimension("quarter", _("Quarter"), _("Calendar quarter of the day."), column, STEPS["quarter"], "quarter"),
        Dimension("month", _("Month"), _("Month of the day."), column, STEPS["month"], "month"),
        Dimension("week", _("Week"), _("Week of the day, from Monday (ISO)."), column, STEPS["week"], "week"),
        Dimension("day", _("Day"), _("The day itself."), column, STEPS["day"], "day", many=True),
    )


SHOP = Dimension("shop", _("Shop"), _("The shop that sold."), "shop")
PLATFORM = Dimension(
    "platform", _("Platform"), _("The platform of the shop, as the rules name it."), "shop", lookup="platform"
)
ACCOUNT = Dimension("account", _("Account"), _("The account that has the money."), "account")
SCOPE = Dimension("scope", _("Shop or account"), _("Whose it is."), "scope")
ORDER_NO = Dimension("order_no", _("Order number"), _("The platform's order number."), "order_no", many=True)
SKU = Dimension("sku", _("Item code"), _("The merchant's code of the item, where told."), "sku", many=True)
CATEGORY = Dimension("category", _("Category"), _("Category of the item, where told."), "category")
FEE_TYPE = Dimension("type", _("Fee type"), _("What it is: sale, refund, commission ..."), "type", words="type")
ITEM = Dimension("item", _("Bill item"), _("The platform's own wording."), "item", many=True)
STATE = Dimension("state", _("State"), _("Matched, or why it is open."), "state", words="state")
RECONCILIATION = Dimension(
    "reconciliation", _("Reconciliation"), _("Which one compared it."), "reconciliation", words="reconciliation"
)
SIDE = Dimension("side", _("Side"), _("Ours or theirs."), "side", words="side")
CLASS = Dimension("class", _("Kind"), _("What kind of open item or difference it is."), "class", words="class")
CAUSE = Dimension("cause", _("Cause"), _("Why it is open or differs."), "cause", words="cause")
# The shop of what belongs to a shop or account, where an account is one shop's alone.
OWN_SHOP = replace(
    SHOP, definition=_("The shop it belongs to, or whose alone the account is."), blank=_("Several or none")
)
OWN_PLATFORM = replace(PLATFORM, blank=OWN_SHOP.blank)
OWN_ACCOUNT = replace(ACCOUNT, definition=_("The account it belongs to, where it is no shop's."), blank=_("A shop's"))
ORDER = RecordColumn("order_no", _("Order"), "order_no")
DAY = RecordColumn("day", _("Day"), "business_date", "date")
AMOUNT = RecordColumn("amount", _("Amount"), "amount", "money")


def shown(dimension: Dimension) -> RecordColumn:
    """A dimension as a column of a list of records."""
    return RecordColumn(dimension.name, dimension.title, dimension.column, words=dimension.words)


def month_of(name: str, title: str, definition: str, column: str) -> Dimension:
    """The month of another day of a row than the one it counts by."""
    return Dimension(name, title, definition, column, STEPS["month"])
