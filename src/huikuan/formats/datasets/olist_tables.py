"""The Olist tables of a Brazilian marketplace: orders, their items, their payments; three documents.

Source: the public data set's own description; checked against its files. Orders are headers without amounts, items are
the lines (one per piece, price and freight), payments say what was collected. No fees, no refunds. Times are local
to São Paulo. The data set is not shipped; these formats serve whoever has it, and the tests.
"""

from __future__ import annotations

from huikuan.formats.spec import About, Amount, Choice, Emit, Expression, Format, Identifier, Moment, Text
from huikuan.records.messages import gettext_noop

SAO_PAULO = "America/Sao_Paulo"
_STATES = {
    "created": "unpaid",
    "approved": "paid",
    "processing": "paid",
    "invoiced": "paid",
    "unavailable": "paid",
    "shipped": "shipped",
    "delivered": "received",
    "canceled": "cancelled",
}

OLIST_ORDERS = Format(
    id="olist.orders",
    about=About(
        gettext_noop("Olist orders"),
        gettext_noop("The public Olist data set, file olist_orders_dataset.csv"),
        "real file",
        gettext_noop("Order headers: status and times; no amounts."),
    ),
    needs=(("order_id",), ("customer_id",), ("order_status",), ("order_purchase_timestamp",)),
    columns=(
        Identifier("order_no", ("order_id",), filled=True),
        Choice("status", ("order_status",), _STATES, filled=True),
        Moment("created", ("order_purchase_timestamp",), filled=True, tz=SAO_PAULO),
        Moment("approved", ("order_approved_at",), tz=SAO_PAULO),
        Moment("shipped", ("order_delivered_carrier_date",), tz=SAO_PAULO),
        Moment("delivered", ("order_delivered_customer_date",), tz=SAO_PAULO),
    ),
    emits=(
        Emit(
            kind="order_line",
            moment="created",
            fields={
                "order_no": "order_no",
                "line_no": "NULL",
                "status": "status",
                "created_at": "created",
                "paid_at": "approved",
                "shipped_at": "shipped",
                "received_at": "delivered",
            },
        ),
    ),
    order_grain="header",
    currency="BRL",
)

OLIST_ITEMS = Format(
    id="olist.items",
    about=About(
        gettext_noop("Olist order items"),
        gettext_noop("The public Olist data set, file olist_order_items_dataset.csv"),
        "real file",
        gettext_noop("One line per piece: price and freight."),
    ),
    needs=(("order_id",), ("order_item_id",), ("price",), ("freight_value",)),
    columns=(
        Identifier("order_no", ("order_id",), filled=True),
        Identifier("line_no", ("order_item_id",), filled=True),
        Identifier("sku", ("product_id",)),
        Amount("price", ("price",), filled=True),
        Amount("freight", ("freight_value",), filled=True),
    ),
    values=(Expression("paid", "price + freight", "money"), Expression("qty", "1", "quantity")),
    emits=(
        Emit(
            kind="order_line",
            fields={
                "order_no": "order_no",
                "line_no": "line_no",
                "sku": "sku",
                "qty": "qty",
                "list_amount": "price",
                "shipping_fee": "freight",
                "paid": "paid",
            },
        ),
    ),
    currency="BRL",
)

OLIST_PAYMENTS = Format(
    id="olist.payments",
    about=About(
        gettext_noop("Olist payments"),
        gettext_noop("The public Olist data set, file olist_order_payments_dataset.csv"),
        "real file",
        gettext_noop("What each order's payments brought."),
    ),
    needs=(("order_id",), ("payment_sequential",), ("payment_type",), ("payment_value",)),
    columns=(
        Identifier("order_no", ("order_id",), filled=True),
        Identifier("sequential", ("payment_sequential",), filled=True),
        Text("way", ("payment_type",)),
        Amount("amount", ("payment_value",), filled=True),
    ),
    emits=(
        Emit(
            kind="settlement_line",
            fields={
                "flow_no": "order_no || '-' || sequential",
                "component": "way",
                "order_no": "order_no",
                "key_state": "'ok'",
                "type": "'sale'",
                "item": "way",
                "amount": "amount",
            },
        ),
    ),
    currency="BRL",
)
