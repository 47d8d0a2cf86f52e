"""Wallet line 账户流水: one movement in a platform account, with the balance after it."""

from huikuan.records.kind import Field, Kind

WALLET_LINE = Kind(
    name="wallet_line",
    title="Wallet line",
    key=("account", "flow_no", "component", "n"),
    fields=(
        Field("account", "text", "the platform account"),
        Field("flow_no", "text", "the platform's flow number"),
        Field("component", "text", "movement type where the platform repeats the flow number; else blank"),
        Field("n", "int", "running number within equal keys of a document; 0 where the key is the platform's own"),
        Field("amount", "money", "signed, positive = into the account"),
        Field("balance", "money", "balance after the movement, where told"),
        Field("seq", "int", "position in the document, oldest first"),
        Field("movement", "text", "one of WALLET_MOVEMENTS; blank for an ordinary movement"),
        Field("item", "text", "the platform's own wording"),
        Field("order_no", "text", "order it names, if any"),
        Field("trade_no", "text", "business or trade number it names"),
        Field("payout_id", "text", "payout it belongs to, if it is one"),
        Field("counterparty_hash", "text", "keyed hash of the other party"),
        Field("counterparty_mask", "text", "the other party, masked"),
    ),
)
