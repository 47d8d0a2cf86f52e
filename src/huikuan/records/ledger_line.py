"""Ledger line 财务账: one posting in the merchant's books."""

from huikuan.records.kind import Field, Kind

LEDGER_LINE = Kind(
    name="ledger_line",
    title="Ledger line",
    key=("voucher_no", "line_no"),
    fields=(
        Field("voucher_no", "text", "the voucher's number, its period included"),
        Field("line_no", "text", "the line's number within the voucher"),
        Field("account_code", "text", "account of the chart of accounts"),
        Field("account_name", "text", "its name"),
        Field("debit", "money", "debit, positive"),
        Field("credit", "money", "credit, positive"),
        Field("order_no", "text", "order it names, if any"),
        Field("payout_id", "text", "payout it names, if any"),
        Field("counterparty", "text", "customer or supplier"),
    ),
)
