"""Rules proposed from a published run: settlement rules and fee rates that a shop's own history suggests."""

from __future__ import annotations

from dataclasses import dataclass

from huikuan.insight.learning.fee_history import FeeProposal, propose_fees
from huikuan.insight.learning.settlement_lags import History, SettlementProposal, propose_settlement
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.results.results import Results
from huikuan.records.rules import Rules

PARTS = ("collection", "facts_order_line", "facts_settlement_line")


@dataclass(frozen=True)
class Proposals:
    """What the history suggests, agreeing with the rules that hold or not."""

    settlement: tuple[SettlementProposal, ...] = ()
    fees: tuple[FeeProposal, ...] = ()


def propose(results: Results, rules: Rules) -> Proposals:
    """What the orders of a run suggest beside the rules of the book. Nothing where the run has no orders."""
    folder = results.run.folder
    con = connect()
    try:
        known = [part for part in PARTS if (folder / f"{part}.parquet").exists()]
        for part in known:
            con.execute(f"CREATE VIEW {part} AS SELECT * FROM read_parquet({literal(folder / f'{part}.parquet')})")
        if "collection" not in known:
            return Proposals()
        history = History(con, "collection", rules, results.manifest.as_of, results.book.timezone)
        settlement = tuple(propose_settlement(history))
        order_line = "facts_order_line" if "facts_order_line" in known else ""
        fees = propose_fees(history, order_line, "facts_settlement_line") if "facts_settlement_line" in known else []
        return Proposals(settlement, tuple(fees))
    finally:
        con.close()
