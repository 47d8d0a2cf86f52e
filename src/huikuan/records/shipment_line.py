"""Shipment line 发货: one item sent in one parcel."""

from huikuan.records.kind import Field, Kind

SHIPMENT_LINE = Kind(
    name="shipment_line",
    title="Shipment line",
    key=("shop", "tracking_no", "sku", "n"),
    fields=(
        Field("shop", "text", "the shop that sold"),
        Field("tracking_no", "text", "the parcel's number at the courier"),
        Field("sku", "text", "the item sent; blank where the source tells parcels only"),
        Field("n", "int", "running number where one parcel has several lines of one item; else 0"),
        Field("order_no", "text", "the platform's order number"),
        Field("erp_order_no", "text", "the merchant's own order number, where told"),
        Field("qty", "quantity", "pieces sent"),
        Field("courier", "text", "who carries it"),
        Field("status", "text", "sent, or cancelled: the parcel was called off"),
        Field("weight", "quantity", "the parcel's weight in kilograms, as the merchant tells it"),
        Field("shipped_at", "time", "handed to the courier"),
        Field("province", "text", "destination"),
        Field("city", "text", "destination"),
        Field("postcode", "text", "destination"),
    ),
)
