"""Return line 退货: one returned item line, from the buyer's claim to the warehouse's count.

A refund without goods coming back is a return line too; its `goods_back` is false.
"""

from huikuan.records.kind import Field, Kind

RETURN_LINE = Kind(
    name="return_line",
    title="Return line",
    key=("shop", "return_no", "sku", "n"),
    fields=(
        Field("shop", "text", "the shop that sold"),
        Field("return_no", "text", "the after-sales or return number"),
        Field("sku", "text", "the item; blank where the source tells whole returns only"),
        Field("n", "int", "running number within equal keys of a document; else 0"),
        Field("order_no", "text", "the platform's order number"),
        Field("tracking_no", "text", "the parcel it comes back in"),
        Field("sent_tracking_no", "text", "the parcel it was sent in"),
        Field("courier", "text", "who carries it back"),
        Field("goods_back", "bool", "whether goods are to come back; blank where not told"),
        Field("qty_claimed", "quantity", "pieces the buyer sends back"),
        Field("qty_received", "quantity", "pieces the warehouse counted"),
        Field("condition", "text", "the warehouse's own wording of the condition"),
        Field("status", "text", "requested, in_transit, received, refunded, closed"),
        Field("reason", "text", "the buyer's reason, as the platform words it"),
        Field("refund_amount", "money", "given back to the buyer, positive"),
        Field("buyer_hash", "text", "keyed hash of the buyer, where no order is named: for equality only"),
        Field("requested_at", "time", "claimed"),
        Field("received_at", "time", "counted in the warehouse"),
        Field("refunded_at", "time", "money given back"),
    ),
)
