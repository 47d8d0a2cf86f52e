"""Courier charge 快递账单: one charge for one parcel, as one bill states it.

A correction comes weeks later, for the same parcel and charge, on another bill: the bill is part of the key, so that it
adds to the first charge and does not replace it. Where bills have no number, the day of the charge stands for it.
"""

from huikuan.records.kind import Field, Kind

COURIER_CHARGE = Kind(
    name="courier_charge",
    title="Courier charge",
    key=("account", "invoice_no", "tracking_no", "charge", "n"),
    fields=(
        Field("account", "text", "the account at the courier"),
        Field("tracking_no", "text", "the parcel's number; blank for a charge of the whole account"),
        Field("charge", "text", "which charge: freight, fuel, or the courier's own code"),
        Field("n", "int", "running number within equal keys of a document; else 0"),
        Field("amount", "money", "signed, positive = charged to the merchant"),
        Field("item", "text", "the courier's own wording"),
        Field("direction", "text", "forward, return, or forward_and_return"),
        Field("invoice_no", "text", "the courier's bill; where it has no number, the day of the charge"),
        Field("order_no", "text", "order it names, if any"),
        Field("shop", "text", "the shop it is for, where told"),
        Field("weight", "quantity", "weight charged, in kilograms"),
        Field("actual_weight", "quantity", "weight as entered or measured, in kilograms"),
        Field("volume", "text", "volume or size as the courier tells it"),
        Field("zone", "text", "zone charged"),
        Field("origin", "text", "where from: postcode or place"),
        Field("province", "text", "destination"),
        Field("city", "text", "destination"),
        Field("postcode", "text", "destination"),
    ),
)
