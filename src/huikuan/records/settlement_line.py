"""Settlement line 结算明细: one component of what the platform says it pays for an order, or to the shop.

`amount` is signed: positive adds to what the shop gets. `type` is one of SETTLEMENT_TYPES.
"""

from huikuan.records.kind import Field, Kind

SETTLEMENT_LINE = Kind(
    name="settlement_line",
    title="Settlement line",
    key=("account", "flow_no", "component", "n"),
    fields=(
        Field("account", "text", "the platform account or settlement account"),
        Field("flow_no", "text", "the bill's flow or statement number"),
        Field("component", "text", "which component of the flow"),
        Field("n", "int", "running number within equal keys of a document; 0 where the key is the platform's own"),
        Field("shop", "text", "from its order, else the file, else blank"),
        Field("order_no", "text", "the order it is for; blank where none"),
        Field("key_state", "text", "ok, missing (none though normal for this item), damaged, none (naturally without)"),
        Field("type", "text", "one of SETTLEMENT_TYPES"),
        Field("item", "text", "the platform's own wording of the bill item"),
        Field("amount", "money", "signed, positive = to the shop"),
        Field("batch", "text", "settlement batch or payout it is paid with; blank where not told"),
        Field("trade_no", "text", "the payment platform's trade number"),
        Field("sku", "text", "item, where told"),
        Field("source_rank", "int", "rank of the format as a source for this type; the higher counts"),
    ),
)
