"""An order's amount that a file repeats on each row of the order, allocated to the rows so that they add up exactly.

Whether a column holds the order's amount or the line's own is seen from the file (`repeated_sql`): where no order has
two different amounts on its rows, the amount is the order's. Shares follow a weight, cut to whole cents; the order's
last row takes the rest. The SQL uses windows over the document's rows, so it belongs into the `fields` of an `Emit`,
never into an `Expression`, which sees a part of the rows only.
"""

from __future__ import annotations

_ROWS = "ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW"


def repeated_sql(amount: str, order: str) -> str:
    """SQL: whether the column `amount` is the order's, repeated on each of its rows."""
    return f"(count(DISTINCT concat({order}, '|', {amount})) OVER () = count(DISTINCT {order}) OVER ())"


def allocated_sql(amount: str, order: str, weight: str) -> str:
    """SQL: the row's share of its order's `amount`, by `weight` (0 and less count nothing; all 0: equal shares)."""
    share = f"greatest(coalesce({weight}, 0), 0)"
    of_order = f"PARTITION BY {order}"
    so_far = f"{of_order} ORDER BY source_row {_ROWS}"
    row, rows = f"row_number() OVER ({of_order} ORDER BY source_row)", f"count(*) OVER ({of_order})"
    whole, running = f"sum({share}) OVER ({of_order})", f"sum({share}) OVER ({so_far})"

    def up_to(weights: str, count: str) -> str:
        """The order's cents that its rows up to one get; integers, so that nothing is lost."""
        cents = f"CAST({amount} * 100 AS HUGEINT)"
        by_weight = f"{cents} * CAST(({weights}) * 100000 AS HUGEINT) // CAST({whole} * 100000 AS HUGEINT)"
        return f"CAST(CASE WHEN {whole} > 0 THEN {by_weight} ELSE {cents} * ({count}) // {rows} END AS DECIMAL(18,0))"

    end = f"CASE WHEN {row} = {rows} THEN {amount} ELSE {up_to(running, row)} * 0.01 END"
    start = f"CASE WHEN {row} = 1 THEN 0 ELSE {up_to(f'{running} - {share}', f'{row} - 1')} * 0.01 END"
    return f"({end} - {start})"


def line_amount_sql(amount: str, order: str, weight: str, own: str = "FALSE") -> str:
    """SQL: the row's amount, be the column the line's own or the order's. `own`: what else shows, per order, that it
    is the line's own."""
    repeated = f"{repeated_sql(amount, order)} AND NOT ({own})"
    return f"CASE WHEN {repeated} THEN {allocated_sql(amount, order, weight)} ELSE {amount} END"
