"""ERP order line 内部订单行: one line of the merchant's own order, as its order system (聚水潭, 旺店通 ...) keeps it.

A line names the platform's order it was made for. Of merged orders each platform order has lines of its own; where the
source does not divide them, `order_no` holds all of them, joined by commas, and `merged` is true.
"""

from huikuan.records.kind import Field, Kind

ERP_ORDER = Kind(
    name="erp_order",
    title="ERP order line",
    key=("shop", "erp_order_no", "line_no"),
    fields=(
        Field("shop", "text", "the shop that sold, as the order system names it"),
        Field("erp_order_no", "text", "the order system's own number"),
        Field("line_no", "text", "what tells the line from the order's others: the item, and which of its lines"),
        Field("order_no", "text", "the platform's order number; several joined by commas where `merged`"),
        Field("merged", "bool", "whether the line belongs to several platform orders sent as one"),
        Field("status", "text", "one of ORDER_STATUSES"),
        Field("order_type", "text", "the order system's own wording (普通订单, 补发订单 ...)"),
        Field("sku", "text", "the item"),
        Field("title", "text", "the item's name"),
        Field("qty", "quantity", "pieces"),
        Field("amount", "money", "what the line brings after discounts, positive"),
        Field("cost", "money", "cost of the line's goods, where told"),
        Field("tracking_no", "text", "the parcel it was sent in"),
        Field("courier", "text", "who carries it"),
        Field("created_at", "time", "ordered"),
        Field("paid_at", "time", "paid"),
        Field("shipped_at", "time", "sent"),
    ),
)
