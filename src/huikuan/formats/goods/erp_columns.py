"""What the exports of order systems (聚水潭, 旺店通) have in common: platforms' order numbers with the system's own
suffixes, several of them in one cell, parcels, and movements of stock."""

from __future__ import annotations

from huikuan.formats.mapping_words import MOVE_WORDS
from huikuan.formats.spec import Emit, Expression
from huikuan.records.sql import sql_text

# A platform's number (PDD's has a hyphen of its own, 小红书's a P before it), then what order systems add: -1, -2, A.
_PLATFORMS = "([0-9]{6}-[0-9]{12,}|P?[0-9]{10,})"
_SUFFIXED = f"{_PLATFORMS}(-[0-9]{{1,2}}|[A-Z])+"
_NUMBER = f"^{_PLATFORMS}"


def platform_orders_sql(value: str) -> str:
    """SQL: the platform's order numbers in a cell, without suffixes, each once, joined by commas; null if none.

    `6930162745589599992-1` becomes `6930162745589599992`."""
    parts = f"string_split(regexp_replace({value}, '[，;；、/ ]+', ',', 'g'), ',')"
    plain = (
        f"list_transform({parts}, part -> CASE WHEN regexp_full_match(part, '{_SUFFIXED}') "
        f"THEN regexp_extract(part, '{_NUMBER}', 1) ELSE part END)"
    )
    kept = f"list_sort(list_distinct(list_filter({plain}, part -> part <> '')))"
    return f"nullif(array_to_string({kept}, ','), '')"


# What tells a line of an order from its others: the item, and which of its lines with the item it is. The line's place
# would be another in an export that is filtered or sorted otherwise.
LINE_NO = Expression("line_no", "coalesce(sku, title, '')", "text")


def numbered_lines(*by: str, of: str = "erp_order_no") -> Expression:
    """The settled `line_no`; `by`: values that order the lines with the same item of a document, which `of` names."""
    over = f"OVER (PARTITION BY {of}, line_no ORDER BY {', '.join(by)}, source_row)"
    return Expression("line_no", f"line_no || '#' || row_number() {over}", "text")


def order_emits(amount: str, cost: str) -> tuple[Emit, Emit]:
    """The order line of a row whose values have the usual names, and the shipment line where it names a parcel. A label
    may be printed before anything is sent: `sent` is said only where the order says so."""
    shared = {name: name for name in ("sku", "erp_order_no", "qty", "tracking_no", "courier", "shipped_at")}
    order = {name: name for name in ("line_no", "status", "order_type", "title", "paid_at")}
    parcel = {name: name for name in ("weight", "province", "city")}
    told = (
        "CASE WHEN status = 'cancelled' THEN 'cancelled' "
        "WHEN status IN ('shipped', 'received') OR shipped_at_date IS NOT NULL THEN 'sent' END"
    )
    return (
        Emit(
            "erp_order",
            shared
            | order
            | {
                "order_no": "named",
                "merged": "coalesce(contains(named, ','), FALSE)",
                "amount": amount,
                "cost": cost,
                "created_at": "created",
                "text": "remark",
            },
            "created",
        ),
        Emit(
            "shipment_line", shared | parcel | {"order_no": "named", "status": told}, "shipped_at",
            "tracking_no IS NOT NULL",
        ),
    )  # fmt: skip


def move_type_sql(item: str) -> str:
    """SQL: a stock movement's type by the order system's wording of it; `other` where it says nothing known."""
    cases = " ".join(f"WHEN contains({item}, {sql_text(word)}) THEN {sql_text(code)}" for word, code in MOVE_WORDS)
    return f"CASE {cases} ELSE 'other' END"
