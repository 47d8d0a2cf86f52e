"""The groups of a reconciliation, one row each: what lists of matched groups read in place of millions of links.

A run writes them as `NAME.groups.parquet`, the newest first; with decisions made since they are laid over like links.
"""

from __future__ import annotations

# Grain: one group. Key: group_id. `day` and `last`: the first and last day of its records; the sums are allocated
# amounts by side. What is said of a group as a whole stands on each of its links, so any of them tells it.
GROUPS_SQL = """
SELECT group_id, min(date) AS day, max(date) AS last, any_value(pass) AS pass, any_value(status) AS status,
    any_value(class) AS class, any_value(residual) AS residual, any_value(currency) AS currency,
    min(order_no) AS order_no, min(scope) AS scope, any_value(evidence) AS evidence,
    any_value(reason) AS reason, count(*) FILTER (side = 'left') AS left_count,
    count(*) FILTER (side = 'right') AS right_count,
    sum(allocated) FILTER (side = 'left') AS left_sum, sum(allocated) FILTER (side = 'right') AS right_sum,
    min(record_key) AS record_key
FROM {links} GROUP BY group_id"""
GROUPS_ORDER = "day DESC NULLS LAST, group_id DESC"

# Grain: one pass and status.
PASSES_SQL = """
SELECT pass, status, count(*) AS groups, sum(left_count + right_count)::BIGINT AS links
FROM {groups} GROUP BY pass, status ORDER BY pass, status"""
