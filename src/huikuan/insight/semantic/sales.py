"""Subjects of what was sold: orders with their collection, order lines."""

from __future__ import annotations

from huikuan.insight.collection.cube import AGES, ORDER_CUBE, age_sql
from huikuan.insight.collection.measures import MEASURES
from huikuan.insight.day_tables.line_cube import LINE_CUBE, LINE_DAYS
from huikuan.insight.semantic.dimensions import (
    CATEGORY,
    DAY,
    ORDER,
    ORDER_NO,
    PLATFORM,
    SHOP,
    SKU,
    month_of,
    shown,
    time_dimensions,
)
from huikuan.insight.semantic.model import Dimension, Measure, RecordColumn, Subject
from huikuan.records.messages import gettext_noop as _

DAYS_TO_COLLECT = "collected_on - business_date"
STATUS = Dimension("status", _("Status"), _("Collection status of the order."), "status", words="collection")
LINE_STATUS = Dimension("status", _("Order status"), _("Status of the order line."), "status", words="order")
PRODUCT = Dimension("product", _("Product"), _("Name of the item sold, else its code."), "product", many=True)
PARTS = ("product", "sku", "category", "status")
REFUND_RATE = Measure(
    "refund_rate",
    _("Refund rate"),
    _("Refunded of what buyers paid."),
    how="ratio",
    type="rate",
    ratio=("refunded", "paid"),
)

ORDERS = Subject(
    "orders",
    _("Orders and collection"),
    _("Each order with what it should bring and how much of it has come."),
    _("One order and currency."),
    ("shop", "order_no", "currency"),
    f"SELECT *, {age_sql()} AS age FROM {{collection}}",
    (
        *MEASURES.values(),
        Measure(
            "outstanding",
            _("Outstanding"),
            _("Receivable, neither collected nor written off."),
            "receivable - collected - written_off",
        ),
        Measure(
            "days_to_collect",
            _("Days to collect, median"),
            _("Days from the order to its last receipt in the bank: half of the collected orders took no longer."),
            f"CASE WHEN status = 'collected' THEN {DAYS_TO_COLLECT} END",
            how="median",
            type="count",
        ),
        Measure(
            "overdue_rate",
            _("Overdue rate"),
            _("Overdue of the receivable."),
            how="ratio",
            type="rate",
            ratio=("overdue", "receivable"),
        ),
        REFUND_RATE,
    ),
    (
        *time_dimensions(),
        PLATFORM,
        SHOP,
        STATUS,
        Dimension("age", _("Days overdue"), _("By how many days the order is overdue."), "age", words="age"),
        month_of("expected_month", _("Expected in"), _("Month the money is expected."), "expected_date"),
        month_of("collected_month", _("Collected in"), _("Month of the last receipt."), "collected_on"),
        ORDER_NO,
    ),
    (
        ORDER,
        shown(SHOP),
        DAY,
        shown(STATUS),
        RecordColumn("receivable", _("Receivable"), "receivable", "money"),
        RecordColumn("collected", _("Collected"), "collected", "money"),
    ),
    ("collection",),
    sourced=False,
    cubes=(ORDER_CUBE,),
)

ORDER_LINES = Subject(
    "order_lines",
    _("Sales by order line"),
    _("What was ordered, line by line, as the shops' order files tell it."),
    _("One item line of an order."),
    ("shop", "order_no", "line_no"),
    "SELECT *, coalesce(nullif(title, ''), sku, '') AS product FROM {order_lines}",
    (
        Measure(
            "net_sales",
            _("Net sales"),
            _("Paid and borne by the platform, less refunds, before fees."),
            "coalesce(paid, 0) + coalesce(platform_borne, 0) - coalesce(refunded, 0)",
        ),
        MEASURES["paid"],
        MEASURES["refunded"],
        MEASURES["platform_borne"],
        Measure("list_amount", _("List price"), _("Price before discounts."), "list_amount"),
        Measure("merchant_discount", _("Own discount"), _("Discounts the merchant bears."), "merchant_discount"),
        Measure("platform_discount", _("Platform discount"), _("Discounts the platform bears."), "platform_discount"),
        Measure("shipping_fee", _("Freight paid"), _("Freight the buyer pays, included in paid."), "shipping_fee"),
        Measure("pieces", _("Pieces"), _("Pieces ordered, cancelled lines too."), "qty", type="count"),
        Measure("lines", _("Order lines"), _("Number of order lines."), how="count", type="count"),
        Measure(
            "orders",
            _("Orders"),
            _("Number of different orders; an order with several products is counted once for each."),
            "(shop, order_no)",
            how="distinct",
            type="count",
            apart=PARTS,
        ),
        REFUND_RATE,
        Measure(
            "paid_per_line",
            _("Paid per line"),
            _("What buyers paid by number of order lines."),
            how="ratio",
            ratio=("paid", "lines"),
        ),
    ),
    (
        *time_dimensions(),
        PLATFORM,
        SHOP,
        PRODUCT,
        SKU,
        CATEGORY,
        LINE_STATUS,
        Dimension("province", _("Province"), _("Where the order went."), "province"),
        Dimension("city", _("City"), _("Where the order went."), "city", many=True),
        ORDER_NO,
    ),
    (
        ORDER,
        shown(SHOP),
        DAY,
        shown(PRODUCT),
        shown(LINE_STATUS),
        RecordColumn("paid", _("Paid"), "paid", "money"),
        RecordColumn("refunded", _("Refunded"), "refunded", "money"),
    ),
    ("order_lines", "collection"),
    controls=(
        (
            "net_sales",
            "SELECT currency, sum(paid + platform_borne - refunded) AS amount FROM {collection} GROUP BY currency",
        ),
    ),
    cubes=(LINE_DAYS, LINE_CUBE),
    control_of=_("the orders of the collection"),
)
assert len(AGES) == 5  # noqa: S101 - `words.AGE_TITLES` has a name for each group
