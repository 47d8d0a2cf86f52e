"""Shopify orders export: one row per item of an order.

Checked against a real export of a test shop (two orders of one item each). Further items of an order are extra lines
with the order's name and their Lineitem columns; what is the order's (amounts, times, currency) stands on its first
line only. It is allocated to the lines by what they cost, to the cent. Notes hold line breaks, zip codes begin with an
apostrophe, the prefix of an order's name is the shop's own choice (`#1001`, `P5601`).

What was taken off the price is the difference of the items' prices and Subtotal, so it is right whether a discount was
given on an item or on the order. `authorized` is not paid; of a partly paid order the outstanding balance is not.
"""

from __future__ import annotations

from huikuan.formats.allocation import allocated_sql
from huikuan.formats.spec import OFFSET, About, Amount, Emit, Expression, Format, Identifier, Moment, Person, Text
from huikuan.records.messages import gettext_noop


def _of_order(value: str) -> str:
    """SQL: a value that stands on one of the order's lines."""
    return f"max({value}) OVER (PARTITION BY order_no)"


def _allocated(amount: str) -> str:
    return allocated_sql(amount, "order_no", "list_amount")


_DISCOUNT = f"greatest(sum(list_amount) OVER (PARTITION BY order_no) - {_of_order('subtotal')}, 0)"

SHOPIFY_ORDERS = Format(
    id="shopify.orders",
    about=About(
        title=gettext_noop("Shopify orders export"),
        where=gettext_noop("Shopify admin → Orders → Export, as CSV"),
        verified="real file",
        note=gettext_noop("Amounts of an order of several items are allocated to its items."),
    ),
    needs=(
        ("Name",),
        ("Financial Status",),
        ("Total",),
        ("Created at",),
        ("Lineitem quantity",),
        ("Lineitem price",),
    ),
    file_name="orders_export",
    delimiters=(",", ";", "\t"),
    columns=(
        Identifier("order_no", ("Name",), filled=True),
        Text("money_state", ("Financial Status",)),
        Moment("paid_at", ("Paid at",), tz=OFFSET),
        Text("goods_state", ("Fulfillment Status",)),
        Moment("shipped", ("Fulfilled at",), tz=OFFSET),
        Text("money", ("Currency",)),
        Amount("subtotal", ("Subtotal",)),
        Amount("shipping", ("Shipping",)),
        Amount("total", ("Total",)),
        Moment("created", ("Created at",), tz=OFFSET),
        Amount("qty", ("Lineitem quantity",), filled=True),
        Text("title", ("Lineitem name",)),
        Amount("price", ("Lineitem price",), filled=True),
        Identifier("sku", ("Lineitem sku",)),
        Text("city", ("Shipping City",)),
        Identifier("postcode", ("Shipping Zip",)),
        Text("province", ("Shipping Province Name", "Shipping Province")),
        Moment("cancelled", ("Cancelled at",), tz=OFFSET),
        Identifier("payment_no", ("Payment ID", "Payment Reference")),
        Amount("refund", ("Refunded Amount",)),
        Amount("outstanding", ("Outstanding Balance",)),
        Person("buyer", ("Email",)),
    ),
    values=(
        Expression("list_amount", "CAST(qty * price AS DECIMAL(18,5))", "money"),
        Expression("state", "lower(money_state)", "text"),
        Expression(
            "unpaid", "coalesce(state IN ('pending', 'authorized', 'voided', 'unpaid', 'expired'), FALSE)", "bool"
        ),
        Expression(
            "paid",
            "CASE WHEN total IS NULL THEN NULL WHEN unpaid THEN 0 "
            "WHEN state = 'partially_paid' THEN total - coalesce(outstanding, 0) ELSE total END",
            "money",
        ),
        Expression(
            "refunded",
            "CASE WHEN total IS NULL THEN NULL WHEN unpaid THEN 0 WHEN refund IS NOT NULL THEN refund "
            "WHEN state = 'refunded' THEN total END",
            "money",
        ),
        Expression(
            "status",
            "CASE WHEN state IS NULL THEN NULL WHEN state = 'refunded' THEN 'refunded' "
            "WHEN cancelled_date IS NOT NULL THEN 'cancelled' WHEN state IN ('voided', 'expired') THEN 'cancelled' "
            "WHEN unpaid THEN 'unpaid' WHEN lower(goods_state) = 'fulfilled' THEN 'shipped' ELSE 'paid' END",
            "text",
        ),
    ),
    emits=(
        Emit(
            kind="order_line",
            moment="created",
            fields={
                "occurred_at": _of_order("created"),
                "business_date": _of_order("created_date"),
                "order_no": "order_no",
                "status": _of_order("status"),
                "sku": "sku",
                "title": "title",
                "qty": "qty",
                "list_amount": "list_amount",
                "merchant_discount": _allocated(_DISCOUNT),
                "shipping_fee": _allocated(_of_order("shipping")),
                "paid": _allocated(_of_order("paid")),
                "refunded": _allocated(_of_order("refunded")),
                "created_at": _of_order("created"),
                "paid_at": _of_order("paid_at"),
                "shipped_at": _of_order("shipped"),
                "closed_at": _of_order("cancelled"),
                "payment_no": _of_order("payment_no"),
                "province": _of_order("province"),
                "city": _of_order("city"),
                "postcode": _of_order("postcode"),
                "buyer_hash": _of_order("buyer_hash"),
                "buyer_mask": _of_order("buyer_mask"),
            },
        ),
    ),
    currency_value=_of_order("upper(money)"),
    short_rows="pad",
)
