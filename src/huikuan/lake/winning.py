"""Which reading of a record is shown (DESIGN section 7, rule 2), as DuckDB SQL.

The rule depends on content alone, never on the order of import. Readings are ranked by: the export time their
document states, else the newest time on the rows; that newest time; the later state of an order; the greater
content hash. Of an order a snapshot is the whole order as one document tells it:

- its lines are those of the best snapshot that has lines (a header, only where there is none);
- what belongs to the order as a whole (its times, status, place, buyer) is told by the best snapshot that tells it;
- what belongs to a line (item, amounts) and is not told there, by the best snapshot that tells it of that line.

For every other kind the readings of a record key are the same movement: the best document's reading is shown whole.
"""

from __future__ import annotations

from huikuan.records.kind import DUCKDB_TYPES, Field, Kind

# Where a reading stands in its source; never part of what it says.
PROVENANCE = ("document_id", "source_sheet", "source_row", "seq", "source_rank")
ORDER_KIND = "order_line"
ORDER_GROUP = ("shop", "order_no")
_ORDER_TIMES = ("occurred_at", "created_at", "paid_at", "shipped_at", "received_at", "closed_at", "refunded_at")
_FIXED = ("record_key", "document_id", "source_sheet", "source_row", "currency", "shop", "order_no", "line_no")
_OF_LINE = ("text", "sku", "title", "category")
STATES = {"unpaid": 0, "paid": 1, "shipped": 2, "received": 3, "closed": 4, "refunded": 4, "cancelled": 4}


def group_columns(kind: Kind) -> tuple[str, ...]:
    """The columns that name what is decided together: a whole order, else one record."""
    return ORDER_GROUP if kind.name == ORDER_KIND else ("record_key",)


def value_columns(kind: Kind) -> list[str]:
    """The columns that say something: two readings are equal when these are."""
    return [field.name for field in kind.all_fields if field.name not in (*PROVENANCE, "record_key")]


def typed_columns(kind: Kind) -> list[str]:
    """Select list of a reading: all fields with the record kind's own types, in its order."""
    return [f'CAST("{field.name}" AS {DUCKDB_TYPES[field.type]}) AS "{field.name}"' for field in kind.all_fields]


def is_order_level(field: Field) -> bool:
    """Whether a field of an order line belongs to the order as a whole."""
    return field.type in ("text", "date", "time", "bool") and field.name not in (*_FIXED, *_OF_LINE)


def winners_sql(kind: Kind, readings: str, documents: str) -> str:
    """The shown records of `readings`.

    One row per record_key; columns `kind.all_fields`. `readings` and `documents` name relations; `documents` has
    document_id, exported_at (UTC), sha256, is_header. All readings of a group must be given, or none.
    """
    if kind.name == ORDER_KIND:
        return _order_winners_sql(kind, readings, documents)
    # Ranked narrow, fetched wide: sorting whole rows costs several times as much.
    best = f"SELECT record_key, document_id FROM ({ranked_sql(readings, documents)}) WHERE place = 1"
    columns = ", ".join(f'"{field.name}"' for field in kind.all_fields)
    return f"SELECT {columns} FROM {readings} SEMI JOIN ({best}) best USING (record_key, document_id)"


def ranked_sql(readings: str, documents: str) -> str:
    """The readings of movements (any kind but orders): record_key, document_id, and place, 1 being the best."""
    return f"""
        SELECT r.record_key, r.document_id, row_number() OVER (
            PARTITION BY r.record_key
            ORDER BY coalesce(d.exported_at, r.occurred_at) DESC NULLS LAST, r.occurred_at DESC NULLS LAST,
                     d.sha256 DESC, r.source_sheet DESC NULLS LAST, r.document_id DESC
        ) AS place
        FROM {readings} r JOIN {documents} d USING (document_id)"""


def _state_sql() -> str:
    cases = " ".join(f"WHEN '{status}' THEN {rank}" for status, rank in STATES.items())
    return f"CASE r.status {cases} END"


def _snapshots_sql(readings: str, documents: str) -> str:
    """One row per order and document: its place among the order's snapshots (1 is best)."""
    newest = f"max(coalesce(greatest({', '.join(f'r.{t}' for t in _ORDER_TIMES)}), CAST(r.business_date AS TIMESTAMP)))"
    return f"""
        SELECT *, row_number() OVER (
            PARTITION BY shop, order_no
            ORDER BY coalesce(exported_at, newest) DESC NULLS LAST, newest DESC NULLS LAST,
                     state DESC NULLS LAST, sha256 DESC, sheet DESC NULLS LAST, document_id DESC
        ) AS place
        FROM (
            SELECT r.shop, r.order_no, r.document_id, any_value(d.is_header) AS is_header,
                   any_value(d.exported_at) AS exported_at, any_value(d.sha256) AS sha256,
                   {newest} AS newest, max({_state_sql()}) AS state, max(r.source_sheet) AS sheet
            FROM {readings} r JOIN {documents} d USING (document_id)
            GROUP BY r.shop, r.order_no, r.document_id
        )"""


def _agreed_sql(field: Field) -> str:
    """What all rows of a snapshot say of the order as a whole; null where they differ or do not all say it."""
    if not is_order_level(field):
        return f'CAST(NULL AS {DUCKDB_TYPES[field.type]}) AS "{field.name}"'
    name = f'r."{field.name}"'
    return f'CASE WHEN count({name}) = count(*) AND min({name}) = max({name}) THEN min({name}) END AS "{field.name}"'


def _order_winners_sql(kind: Kind, readings: str, documents: str) -> str:
    lent = [field for field in kind.all_fields if field.name not in _FIXED]
    names = ", ".join(f'"{field.name}"' for field in lent)
    own = ", ".join(f'base."{field.name}"' for field in kind.all_fields)
    shown = ", ".join(f'{"base" if f.name in _FIXED else "told"}."{f.name}"' for f in kind.all_fields)
    return f"""
        WITH snapshot AS MATERIALIZED ({_snapshots_sql(readings, documents)}),
        chosen AS (
            SELECT shop, order_no, count(*) AS snapshots,
                   coalesce(arg_min(document_id, place) FILTER (NOT is_header), arg_min(document_id, place))
                       AS document_id
            FROM snapshot GROUP BY shop, order_no
        ),
        base AS (SELECT r.*, snapshots FROM {readings} r JOIN chosen USING (shop, order_no, document_id)),
        -- Each line of an order told more than once, beside each snapshot of the order.
        pair AS MATERIALIZED (
            SELECT base.record_key, shop, order_no, s.document_id, s.place
            FROM base JOIN snapshot s USING (shop, order_no) WHERE snapshots > 1
        ),
        -- A line which a snapshot tells speaks for itself; of a line it does not tell, only the whole order can.
        absent AS MATERIALIZED (SELECT * FROM pair ANTI JOIN {readings} USING (record_key, document_id)),
        agreed AS (
            SELECT r.shop, r.order_no, r.document_id, {", ".join(_agreed_sql(field) for field in lent)}
            FROM {readings} r SEMI JOIN absent USING (shop, order_no, document_id)
            GROUP BY r.shop, r.order_no, r.document_id
        ),
        told AS (
            SELECT record_key, {", ".join(f'arg_min("{field.name}", place) AS "{field.name}"' for field in lent)}
            FROM (
                SELECT pair.record_key, pair.place, {names}
                FROM pair JOIN {readings} r ON r.record_key = pair.record_key AND r.document_id = pair.document_id
                UNION ALL
                SELECT absent.record_key, absent.place, {names}
                FROM absent JOIN agreed USING (shop, order_no, document_id)
            )
            GROUP BY record_key
        )
        SELECT {own} FROM base WHERE snapshots = 1
        UNION ALL
        SELECT {shown} FROM base JOIN told USING (record_key)"""
