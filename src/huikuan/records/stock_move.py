"""Stock move 出入库: one movement of one item in a warehouse."""

from huikuan.records.kind import Field, Kind

STOCK_MOVE = Kind(
    name="stock_move",
    title="Stock move",
    key=("warehouse", "move_no", "line_no"),
    fields=(
        Field("warehouse", "text", "the warehouse"),
        Field("move_no", "text", "the stock document's number"),
        Field("line_no", "text", "the line's number within it"),
        Field("type", "text", "sale, return, purchase, transfer, count, other"),
        Field("item", "text", "the source's own wording of the type"),
        Field("sku", "text", "the item"),
        Field("title", "text", "the item's name"),
        Field("qty", "quantity", "signed, positive = into the warehouse"),
        Field("order_no", "text", "the platform's order number, where told"),
        Field("erp_order_no", "text", "the merchant's own order number, where told"),
        Field("tracking_no", "text", "the parcel, where told"),
    ),
)
