"""Dimensions that several subjects share: time, shop and platform, account, record."""

from __future__ import annotations

from huikuan.insight.semantic.model import Dimension
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
ORDER_NO = Dimension("order_no", _("Order number"), _("The platform's order number."), "order_no", many=True)
CLASS = Dimension("class", _("Kind"), _("What kind of open item it is."), "class", words="class")


def month_of(name: str, title: str, definition: str, column: str) -> Dimension:
    """The month of another day of a row than the one it counts by."""
    return Dimension(name, title, definition, column, STEPS["month"])
