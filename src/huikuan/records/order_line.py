"""Order line 订单行: one item line of a sales order on a platform.

Amounts are the order's, positive. `paid` is what the buyer paid before refunds, 0 for an unpaid order; a layout
that repeats an order's amounts on each row has them allocated so that the lines add up to the order exactly.
A reading of a layout without lines (an order header) has a blank `line_no` and blank amounts.
"""

from huikuan.records.kind import Field, Kind

ORDER_LINE = Kind(
    name="order_line",
    title="Order line",
    key=("shop", "order_no", "line_no"),
    fields=(
        Field("shop", "text", "the shop that sold"),
        Field("order_no", "text", "the platform's order number"),
        Field("line_no", "text", "the line's number within the order; blank for a header that has no lines"),
        Field("status", "text", "one of ORDER_STATUSES"),
        Field("sku", "text", "the item sold"),
        Field("title", "text", "the item's name"),
        Field("qty", "quantity", "pieces ordered"),
        Field("list_amount", "money", "price before discounts"),
        Field("merchant_discount", "money", "borne by the merchant, positive"),
        Field("platform_discount", "money", "borne by the platform, positive"),
        Field("shipping_fee", "money", "freight the buyer pays, included in paid"),
        Field("paid", "money", "what the buyer paid, before refunds"),
        Field("platform_borne", "money", "what the platform pays the merchant on top"),
        Field("refunded", "money", "given back to the buyer so far, positive"),
        Field("created_at", "time", "ordered"),
        Field("paid_at", "time", "paid"),
        Field("shipped_at", "time", "handed to the courier"),
        Field("received_at", "time", "receipt confirmed, or delivered"),
        Field("closed_at", "time", "finished or cancelled"),
        Field("refunded_at", "time", "last refund, where told"),
        Field("payment_no", "text", "the payment's number at the payment platform"),
        Field("category", "text", "category, where rates depend on it"),
        Field("province", "text", "destination"),
        Field("city", "text", "destination"),
        Field("postcode", "text", "destination"),
        Field("buyer_hash", "text", "keyed hash of the buyer, for equality only"),
        Field("buyer_mask", "text", "the buyer, masked"),
    ),
)
