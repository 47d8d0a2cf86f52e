"""What the open records of a reconciliation say for themselves: words that are in no link or open item.

A run writes them as `NAME.said.parquet`, for lists of what is open. Key: record_key; `party` is the other party in
full (blank but for bank lines), so who may not see names must be shown a mask.
"""

from __future__ import annotations

SAID = {
    "order_line": "title",
    "settlement_line": "coalesce(item, '')",
    "wallet_line": "coalesce(item, '')",
    "bank_line": "concat_ws(' ', text, reference)",
    "erp_order": "concat_ws(' ', erp_order_no, title)",
    "shipment_line": "concat_ws(' ', tracking_no, sku)",
    "tracking_event": "concat_ws(' ', tracking_no, item)",
    "return_line": "concat_ws(' ', return_no, sku)",
    "courier_charge": "concat_ws(' ', tracking_no, item)",
    "product": "concat_ws(' ', sku, title)",
    "stock_move": "concat_ws(' ', move_no, sku)",
    "stock_count": "concat_ws(' ', warehouse, sku)",
    "ledger_line": "concat_ws(' ', voucher_no, account_name, text)",
}
NOTHING_SQL = "SELECT ''::VARCHAR AS record_key, ''::VARCHAR AS party, ''::VARCHAR AS said WHERE false"


def said_sql(opened: str, tables: dict[str, str]) -> str:
    """The query over relations of record kinds (kind → relation) for the records of relation `opened`."""
    parts = []
    for kind, table in tables.items():
        party = "counterparty" if kind == "bank_line" else "NULL::VARCHAR"
        parts.append(
            f"SELECT record_key, {party} AS party, {SAID[kind]} AS said FROM {table} "
            f"WHERE record_key IN (SELECT record_key FROM {opened} WHERE starts_with(record_key, '{kind}:'))"
        )
    return " UNION ALL ".join(parts) or NOTHING_SQL
