"""The Cointab set, an Indian seller's check of a courier's bill: the bill, the orders, the items' weights.

Checked against its files. The bill has one amount per parcel, also where the parcel came back (`Forward and RTO
charges`); its weights are written as charged and are no multiples of a slab; it states no date and no total. The
order report names no amounts. The list of items names one twice: both are kept, the first counts. The courier's zones
and rate card beside them are rules: see `rule_files`.
"""

from huikuan.formats.spec import About, Amount, Emit, Expression, Flag, Format, Identifier, Text
from huikuan.records.messages import gettext_noop

COINTAB_INVOICE = Format(
    id="cointab.invoice",
    about=About(
        gettext_noop("Courier bill by AWB (Cointab)"),
        gettext_noop("From the courier: one row per AWB, with zone, charged weight and billing amount"),
        "real file",
    ),
    needs=(
        ("AWB Code", "AWB Number", "AWB"),
        ("Charged Weight",),
        ("Zone",),
        ("Billing Amount (Rs.)", "Billing Amount"),
    ),
    columns=(
        Identifier("tracking_no", ("AWB Code", "AWB Number", "AWB"), filled=True),
        Identifier("order_no", ("Order ID",)),
        Amount("weight", ("Charged Weight",)),
        Identifier("origin", ("Warehouse Pincode",)),
        Identifier("postcode", ("Customer Pincode",)),
        Text("zone", ("Zone",)),
        Text("item", ("Type of Shipment",)),
        Amount("amount", ("Billing Amount (Rs.)", "Billing Amount"), filled=True),
    ),
    values=(
        Expression("forth", "contains(lower(item), 'forward')", "bool"),
        Expression("back", "contains(lower(item), 'rto')", "bool"),
        Expression(
            "direction",
            "CASE WHEN forth AND back THEN 'forward_and_return' WHEN back THEN 'return' WHEN forth THEN 'forward' END",
            "text",
        ),
    ),
    flags=(Flag("key_damaged", "order_no_damaged", "Order ID"),),
    emits=(
        Emit(
            kind="courier_charge",
            fields={
                "tracking_no": "tracking_no",
                "charge": "'freight'",
                "amount": "amount",
                "item": "item",
                "direction": "direction",
                "order_no": "order_no",
                "weight": "weight",
                "zone": "zone",
                "origin": "origin",
                "postcode": "postcode",
            },
        ),
    ),
    currency="INR",
)

COINTAB_ORDERS = Format(
    id="cointab.orders",
    about=About(
        gettext_noop("Seller's order report by item (Cointab)"),
        gettext_noop("From the seller's order system: order number, SKU, pieces"),
        "real file",
    ),
    needs=(("ExternOrderNo",), ("SKU",), ("Order Qty",)),
    columns=(
        Identifier("order_no", ("ExternOrderNo",), filled=True),
        Identifier("sku", ("SKU",), filled=True),
        Amount("qty", ("Order Qty",), filled=True),
    ),
    emits=(
        Emit(
            kind="erp_order",
            fields={"erp_order_no": "order_no", "order_no": "order_no", "merged": "FALSE", "sku": "sku", "qty": "qty"},
        ),
    ),
    currency="INR",
)

COINTAB_PRODUCTS = Format(
    id="cointab.products",
    about=About(
        gettext_noop("Weights of items (SKU master, Cointab)"),
        gettext_noop("From the seller's order system: SKU and weight in grams"),
        "real file",
    ),
    needs=(("SKU",), ("Weight (g)", "Weight(g)")),
    columns=(
        Identifier("sku", ("SKU",), filled=True),
        Amount("grams", ("Weight (g)", "Weight(g)"), filled=True),
    ),
    values=(Expression("weight", "grams * 0.001", "quantity"),),
    emits=(Emit(kind="product", fields={"sku": "sku", "weight": "weight"}),),
    currency="INR",
)
