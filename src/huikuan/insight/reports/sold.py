"""Sold lines: the order lines behind what was sold, of a shop or product, by the day of the order.

They are those of `sold_lines`, so that they add up to the figures of sales comparison and net income, to the cent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from huikuan.insight.day_tables.sold_lines import sold_lines
from huikuan.insight.reports.base import FROM, SHOP, TO, Parameter, Report, ReportSource, finished, period_fact
from huikuan.insight.reports.listing import conditions, lists_by_currency
from huikuan.insight.reports.tables import Column, ReportTable, Row
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

DETAIL = "sold-lines"
TABLE = "r_sold"
UNTOLD = "~"  # of `product`: lines that tell neither number nor name


def make_list(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """The lines behind a figure, the latest first; each leads to its row of a file."""
    sold = sold_lines(source.order_line, source.collection, source.as_of, source.timezone, keys=True)
    source.con.execute(f"CREATE OR REPLACE TEMP VIEW {TABLE} AS SELECT *, sales - refunded AS net FROM ({sold})")
    told = {
        "shop": "shop = $shop", "product": f"coalesce(nullif(product, ''), '{UNTOLD}') = $product",
        "currency": "currency = $currency", "from": "business_date >= $from", "to": "business_date <= $to",
    }  # fmt: skip
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("shop", translated(_("Shop"))),
        Column("date", translated(_("Date")), "date"),
        Column("product", translated(_("Product"))),
        Column("quantity", translated(_("Pieces")), "count", total=True, drill={}),
        Column("sales", translated(_("Sales")), "money", total=True, drill={}),
        Column("refunded", translated(_("Refunded")), "money", total=True, drill={}),
        Column("net", translated(_("Net sales")), "money", total=True, drill={}),
    )

    def line(row: Mapping[str, Any]) -> Row:
        quantity = row["quantity"]
        product, title = row["product"], row["title"] or ""
        product = f"{product} {title}" if title and title != product else product
        whole = int(quantity) if quantity == quantity.to_integral_value() else quantity.normalize()
        values = (
            row["order_no"], row["shop"], row["business_date"], product, whole, row["sales"], row["refunded"],
            row["net"],
        )  # fmt: skip
        return Row(values, drill={"record_key": row["record_key"]}, target="source")

    order = "business_date DESC, order_no, line_no"
    where = conditions(told, params)
    sections = lists_by_currency(source, _("Sold lines"), TABLE, where, order, params, columns, line)
    return finished(LINES, source, (period_fact(params),), sections)


LINES = Report(
    DETAIL,
    _("Sold lines"),
    _("The order lines behind what was sold, each with its row of a file."),
    (FROM, TO, SHOP, Parameter("product", _("Product")), Parameter("currency", _("Currency"), hidden=True)),
    make_list,
    needs=("collection", "order_line"),
    group="sales",
    detail=True,
)
