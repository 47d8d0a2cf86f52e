"""Matches by hand whose sides differ, with shop and currency as the results know their records."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from huikuan.insight.reports.write_offs import WriteOff, difference_of
from huikuan.pipeline.results.results import Results
from huikuan.records.decisions import Decisions

LINKS_SQL = """
SELECT group_id, arg_min(scope, (side, record_key)) AS shop, min(currency) AS currency, min(order_no) AS order_no
FROM {links} WHERE "pass" = 'decision' AND list_contains(?::VARCHAR[], group_id) GROUP BY group_id
"""


def write_offs(results: Results, decisions: Decisions) -> tuple[WriteOff, ...]:
    """One row per match by hand in force whose sides differ, of the reconciliations that the run knows."""
    zone = ZoneInfo(results.book.timezone)
    found = []
    for name in results.manifest.names:
        own = [match for match in decisions.about(name).matches if difference_of(match)]
        if not own:
            continue
        links = results.run.now(name, "links", decisions)
        told = results.run.query(LINKS_SQL.format(links=links), [[match.group_id for match in own]])
        rows = {row["group_id"]: row for row in told}
        for match in own:
            row = rows.get(match.group_id, {})
            found.append(
                WriteOff(
                    match.group_id, name, row.get("shop") or "", row.get("currency") or results.book.currency,
                    row.get("order_no") or "", match.at.astimezone(zone).date() if match.at else None, match.by,
                    match.difference_reason, match.reason, match.forced, difference_of(match),
                )
            )  # fmt: skip
    return tuple(found)
