"""What a settlement line says of its order number: the one place for the rule of `key_state`."""

from __future__ import annotations


def key_state_sql(order_no: str = "order_no", *, damaged: str = "", linked: str = "TRUE") -> str:
    """SQL of `key_state`. `damaged` (SQL): the number is there and cannot be read. `linked` (SQL): a number is normal
    for the bill item, so that none is `missing`; else the line is naturally without."""
    spoilt = f"WHEN {damaged} THEN 'damaged' " if damaged else ""
    return f"CASE WHEN {order_no} IS NOT NULL THEN 'ok' {spoilt}WHEN {linked} THEN 'missing' ELSE 'none' END"
