"""TikTok Shop orders: one row per SKU of an order; the row below the header explains the columns.

Known from third parties' code; no file of ours. Order Amount is the order's, repeated on each of its rows: it is
allocated to them by what they cost after discounts; Order Refund Amount where it is repeated likewise. Platform
discounts are paid by the platform on top. Cancelled orders that were never paid are cancelled, the others refunded.
The file names neither zone nor, mostly, currency.
"""

from __future__ import annotations

from huikuan.formats.allocation import allocated_sql, line_amount_sql
from huikuan.formats.spec import (
    BOOK,
    About,
    Amount,
    Emit,
    Expression,
    Format,
    Identifier,
    Moment,
    Person,
    Text,
)
from huikuan.records.messages import gettext_noop


def _time(name: str, *headers: str) -> Moment:
    return Moment(name, headers, tz=BOOK, worded=True, day_first="seen")


TIKTOK_ORDERS = Format(
    id="tiktok.orders",
    about=About(
        title=gettext_noop("TikTok Shop orders"),
        where=gettext_noop("seller.tiktokglobalshop.com → Orders → Export, as Excel or CSV"),
        verified="documentation",
        note=gettext_noop(
            "Times are read in the book's time zone: the file names none. The currency is the book's unless amounts "
            "name one."
        ),
    ),
    needs=(
        ("Order ID",),
        ("Order Status",),
        ("SKU ID",),
        ("SKU Subtotal After Discount", "SKU Subtotal Before Discount"),
        ("Order Amount",),
        ("Created Time",),
    ),
    file_name="(?i)order",
    columns=(
        Identifier("order_no", ("Order ID",), filled=True),
        Text("state_text", ("Order Status",)),
        Text("return_kind", ("Cancelation/Return Type", "Cancellation/Return Type")),
        Identifier("sku_id", ("SKU ID",)),
        Identifier("seller_sku", ("Seller SKU",)),
        Text("title", ("Product Name",)),
        Amount("qty", ("Quantity",)),
        Amount("before", ("SKU Subtotal Before Discount",)),
        Amount("platform_discount", ("SKU Platform Discount",)),
        Amount("seller_discount", ("SKU Seller Discount",)),
        Amount("after", ("SKU Subtotal After Discount",)),
        Amount("freight", ("Shipping Fee After Discount",)),
        Amount("order_amount", ("Order Amount",), filled=True),
        Text("amount_text", ("Order Amount",)),
        Amount("refund", ("Order Refund Amount",)),
        Moment("created", ("Created Time",), filled=True, tz=BOOK, worded=True, day_first="seen"),
        _time("paid_at", "Paid Time"),
        _time("shipped", "Shipped Time", "RTS Time"),
        _time("delivered", "Delivered Time"),
        _time("cancelled_at", "Cancelled Time", "Canceled Time"),
        Text("province", ("Province", "State")),
        Text("city", ("City", "Regency and City")),
        Identifier("postcode", ("Zipcode", "Post Code")),
        Person("buyer", ("Buyer Username",)),
    ),
    values=(
        Expression("word", "lower(coalesce(state_text, ''))", "text"),
        Expression(
            "state",
            "CASE WHEN regexp_matches(word, 'cancel|dibatalkan|đã hủy|ยกเลิก|已取消') THEN 'cancelled' "
            "WHEN regexp_matches(word, 'unpaid|to pay|belum dibayar|chưa thanh toán|未付款') THEN 'unpaid' "
            "WHEN regexp_matches(word, 'to ship|awaiting|on hold|perlu dikirim|待发货') THEN 'paid' "
            "WHEN regexp_matches(word, 'delivered|completed|selesai|đã hoàn tất|已完成|已送达') THEN 'received' "
            "WHEN regexp_matches(word, 'shipped|transit|dikirim|运输中|已发货') THEN 'shipped' ELSE 'paid' END",
            "text",
        ),
        Expression("unpaid", "state = 'unpaid' OR (state = 'cancelled' AND paid_at_date IS NULL)", "bool"),
        Expression("paid", "CASE WHEN unpaid THEN 0 ELSE order_amount END", "money"),
        Expression(
            "refunded",
            "CASE WHEN unpaid THEN 0 WHEN refund IS NOT NULL AND refund <> 0 THEN refund "
            "WHEN state = 'cancelled' THEN order_amount ELSE refund END",
            "money",
        ),
        Expression("status", "CASE WHEN state = 'cancelled' AND NOT unpaid THEN 'refunded' ELSE state END", "text"),
        Expression(
            "borne", "CASE WHEN unpaid OR state = 'cancelled' THEN 0 ELSE coalesce(platform_discount, 0) END", "money"
        ),
        Expression("weight", "coalesce(after, before, 0)", "money"),
        Expression("money", "nullif(regexp_extract(amount_text, '[A-Z]{3}'), '')", "text"),
    ),
    skip_rows="NOT regexp_matches(coalesce(order_no, ''), '[0-9]') AND length(coalesce(state_text, '')) > 12",
    emits=(
        Emit(
            kind="order_line",
            moment="created",
            fields={
                "order_no": "order_no",
                "status": "status",
                "sku": "coalesce(seller_sku, sku_id)",
                "title": "title",
                "qty": "qty",
                "list_amount": "before",
                "merchant_discount": "seller_discount",
                "platform_discount": "platform_discount",
                "shipping_fee": line_amount_sql("freight", "order_no", "weight"),
                "paid": allocated_sql("paid", "order_no", "weight"),
                "platform_borne": "borne",
                "refunded": line_amount_sql("refunded", "order_no", "weight"),
                "created_at": "created",
                "paid_at": "paid_at",
                "shipped_at": "shipped",
                "received_at": "delivered",
                "closed_at": "cancelled_at",
                "province": "province",
                "city": "city",
                "postcode": "postcode",
                "buyer_hash": "buyer_hash",
                "buyer_mask": "buyer_mask",
            },
        ),
    ),
    currency_value="money",
)
