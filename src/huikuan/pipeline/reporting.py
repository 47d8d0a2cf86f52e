"""A report of a book: the published run and the facts it was made of, handed to `insight.reports`."""

from __future__ import annotations

from collections.abc import Mapping

from huikuan.insight.report_base import ReportSource
from huikuan.insight.reports import build_report
from huikuan.insight.tables import ReportTable
from huikuan.pipeline import facts
from huikuan.pipeline.compute import connect
from huikuan.pipeline.results import Results
from huikuan.pipeline.write_offs import write_offs
from huikuan.records.decisions import Decisions
from huikuan.records.kinds import KINDS
from huikuan.records.rules import Rules

PARTS = {
    "collection": "collection",
    "collection_share": "share",
    "order_links": "order-settlement.links",
    "order_open": "order-settlement.open",
    "order_audit": "order-settlement.audit",
    "documents": "documents",
    "payout_links": "payout-bank.links",
    "payout_open": "payout-bank.open",
}


def report(
    results: Results, name: str, params: Mapping[str, str], rules: Rules, decisions: Decisions, language: str = "en"
) -> ReportTable:
    """Build a report over a published run. UserError for an unknown report or a wrong parameter."""
    con = connect()
    try:
        for kind in KINDS.values():
            facts.register_kind(con, results.book.lake, kind, decisions)
        names: dict[str, str] = {}
        for part, file in PARTS.items():
            if results.run.files.holds(file):
                con.execute(f"CREATE VIEW {part} AS {results.run.files.sql(file)}")
                names[part] = part
        source = ReportSource(
            con=con,
            company=results.book.name,
            as_of=results.manifest.as_of,
            rules=rules,
            settlement_line="settlement_line",
            wallet_line="wallet_line",
            bank_line="bank_line",
            language=language,
            write_offs=write_offs(results, decisions) if name == "write_offs" else (),
            matches=decisions.matches,
            **names,
        )
        return build_report(name, source, params)
    finally:
        con.close()
