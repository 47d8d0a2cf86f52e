"""The parcel that a row of a platform's order export names: the order's line, sent in it."""

from __future__ import annotations

from huikuan.formats.spec import Emit


def parcel_emit(moment: str, *, sku: str = "sku", courier: str = "nullif(courier, '-')") -> Emit:
    """The shipment line of a row whose values have the usual names; rows without `tracking` give none."""
    return Emit(
        "shipment_line",
        {
            "tracking_no": "tracking",
            "sku": sku,
            "order_no": "order_no",
            "qty": "qty",
            "courier": courier,
            "status": "'sent'",
            "shipped_at": "shipped",
            "province": "province",
            "city": "city",
        },
        moment,
        "tracking IS NOT NULL",
    )
