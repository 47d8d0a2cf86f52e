"""What a column mapping makes of goods, parcels and books: nine kinds whose amounts stand as they are written.

A field is the column mapped to it. Codes that these kinds have (status, type, event) are told by parts of the file's
own words (`mapping_words`); what has none of them is the kind's plainest: sent, requested, other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from huikuan.formats.mapping_words import CHARGE_WORDS, EVENT_WORDS, MOVE_WORDS, RETURN_WORDS, STATUS_WORDS
from huikuan.formats.spec import Balanced, Emit
from huikuan.records.kinds import KINDS
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    from huikuan.formats.mapping import Mapping

# The moments that date a record, the surest first.
_DATED_BY = {
    "erp_order": ("paid_at", "created_at", "shipped_at"),
    "shipment_line": ("shipped_at",),
    "return_line": ("requested_at", "received_at", "refunded_at"),
}


def goods_emit(mapping: Mapping) -> Emit:
    """The record a row becomes, for one of these kinds."""
    known = {each.name for each in KINDS[mapping.kind].all_fields} - {"account", "shop", "currency"}
    fields = {name: name for name in mapping.fields if name in known}
    fields |= {name: f"{name}_date" for name in ("valid_from", "count_date") if name in fields}
    own = _OWN.get(mapping.kind)
    fields |= own(mapping) if own else {}
    moments = [name for name in _DATED_BY.get(mapping.kind, ("moment",)) if name in mapping.columns]
    if len(moments) > 1:
        fields["occurred_at"] = f"coalesce({', '.join(moments)})"
        fields["business_date"] = f"coalesce({', '.join(f'{name}_date' for name in moments)})"
    return Emit(mapping.kind, fields, moments[0] if moments else "")


def balanced(mapping: Mapping) -> Balanced | None:
    """Vouchers of a ledger balance."""
    return Balanced("voucher", _VOUCHER, _amount("debit"), _amount("credit")) if mapping.kind == "ledger_line" else None


def _by_words(name: str, words: Iterable[tuple[str, str]], otherwise: str) -> str:
    """SQL: the code of the first part of a word that the value holds."""
    cases = " ".join(f"WHEN contains(lower({name}), {sql_text(part)}) THEN {sql_text(code)}" for part, code in words)
    return f"CASE {cases} ELSE {otherwise} END"


def _amount(name: str) -> str:
    return f"coalesce({name}, 0)"


def _erp_order(mapping: Mapping) -> dict[str, str]:
    fields = {"merged": "FALSE"}
    words = {**STATUS_WORDS, **mapping.statuses}
    if "status" in mapping.fields:
        listed = " ".join(f"WHEN {sql_text(word.casefold())} THEN {sql_text(status)}" for word, status in words.items())
        fields["status"] = f"CASE lower(replace(status, '，', ',')) {listed} END"
    return fields


def _shipment_line(mapping: Mapping) -> dict[str, str]:
    cancelled = (("取消", "cancelled"), ("作废", "cancelled"), ("cancel", "cancelled"), ("void", "cancelled"))
    return {"status": _by_words("status", cancelled, "'sent'") if "status" in mapping.fields else "'sent'"}


def _return_line(mapping: Mapping) -> dict[str, str]:
    times = [("refunded_at", "refunded"), ("received_at", "received")]
    found = [f"WHEN {name}_date IS NOT NULL THEN '{code}'" for name, code in times if name in mapping.columns]
    told = f"CASE {' '.join(found)} ELSE 'requested' END" if found else "'requested'"
    return {"status": _by_words("status", RETURN_WORDS, told) if "status" in mapping.fields else told}


def _courier_charge(mapping: Mapping) -> dict[str, str]:
    has_item = "item" in mapping.fields
    back = (("退", "return"), ("return", "return"), ("rto", "return"))
    return {
        "charge": _by_words("item", CHARGE_WORDS, "coalesce(item, 'freight')") if has_item else "'freight'",
        "direction": _by_words("item", back, "'forward'") if has_item else "'forward'",
        "invoice_no": "coalesce(invoice_no, moment_date::VARCHAR)" if "invoice_no" in mapping.fields else _DAY,
    }


def _stock_move(mapping: Mapping) -> dict[str, str]:
    fields = {"type": _by_words("item", MOVE_WORDS, "'other'") if "item" in mapping.fields else "'other'"}
    if "qty_out" in mapping.fields:
        fields["qty"] = "coalesce(qty, 0) - abs(coalesce(qty_out, 0))"
    return fields


def _ledger_line(_mapping: Mapping) -> dict[str, str]:
    return {"voucher_no": _VOUCHER, "debit": _amount("debit"), "credit": _amount("credit")}


def _tracking_event(_mapping: Mapping) -> dict[str, str]:
    local = "moment + INTERVAL 8 HOUR"  # the kind's own: in Chinese time
    return {
        "event_time": f"coalesce(strftime({local}, '%Y%m%d%H%M%S'), strftime(moment_date, '%Y%m%d') || '000000')",
        "code": _by_words("item", EVENT_WORDS, "'other'"),
    }


_DAY = "moment_date::VARCHAR"
# A voucher's number begins anew each month.
_VOUCHER = "strftime(moment_date, '%Y-%m') || ' ' || voucher_no"
_OWN: dict[str, Callable[[Mapping], dict[str, str]]] = {
    "erp_order": _erp_order,
    "shipment_line": _shipment_line,
    "return_line": _return_line,
    "courier_charge": _courier_charge,
    "stock_move": _stock_move,
    "ledger_line": _ledger_line,
    "tracking_event": _tracking_event,
}
