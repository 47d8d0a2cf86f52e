"""A report of a book: the published run and the facts it was made of, handed to `insight.reports.registry`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import duckdb

from huikuan.insight.collection.claim import Claimed
from huikuan.insight.reports.base import ReportSource
from huikuan.insight.reports.registry import PREPARED, build_report
from huikuan.insight.reports.tables import ReportTable
from huikuan.pipeline.compute import connect, quoted
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results import overlaid
from huikuan.pipeline.results.kept import Kept, holds_facts
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.results.write_offs import write_offs
from huikuan.pipeline.runs import facts
from huikuan.pipeline.runs.run_tables import RESTS
from huikuan.records.decisions import Decisions
from huikuan.records.errors import InvariantError, UserError
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
DAY_TABLES = ("cube", "receipts", "outstanding", "collected_days", "sold_days", "settled_days", "product_days")
# Reports which tell matches by hand whose sides differ.
WITH_WRITE_OFFS = ("write_offs", "vouchers", "voucher-records")


def report(
    results: Results, name: str, params: Mapping[str, str], rules: Rules, decisions: Decisions, language: str = "en",
    claimed: Sequence[Claimed] = (),
) -> ReportTable:  # fmt: skip
    """Build a report over a published run; `claimed`: the orders that claim files asked for. UserError for an unknown
    report or a wrong parameter, and where a report does not balance because its facts are newer than the run."""
    return reports_by(results, name, params, (rules,), decisions, language, claimed)[0]


def reports_by(
    results: Results, name: str, params: Mapping[str, str], rules: Sequence[Rules], decisions: Decisions,
    language: str = "en", claimed: Sequence[Claimed] = (),
) -> list[ReportTable]:  # fmt: skip
    """A report by each of some rules, which differ in what a report does with the facts: these are read once, by the
    first. Errors as of `report`."""
    with report_source(results, rules[0], decisions, language) as source:
        written_off = write_offs(results, decisions) if name in WITH_WRITE_OFFS else ()
        told = replace(source, write_offs=written_off, claimed=tuple(claimed))
        try:
            return [build_report(name, replace(told, rules=each), params) for each in rules]
        except InvariantError as error:
            if _is_stale(results, decisions):
                raise UserError("report.stale") from error
            raise


def prepare(results: Results, rules: Rules, decisions: Decisions) -> None:
    """Have kept what reports make of a run's links and lines (`pipeline.results.kept`)."""
    with report_source(results, rules, decisions) as source:
        for make in PREPARED:
            make(source)


@contextmanager
def report_source(results: Results, rules: Rules, decisions: Decisions, language: str = "en") -> Iterator[ReportSource]:
    """Where reports over a published run read; its connection is closed afterwards."""
    con = connect()
    try:
        of_run = _facts_of_run(results, decisions)
        for kind in KINDS.values():
            if kind.name in of_run:
                con.execute(f"CREATE VIEW {kind.name} AS {of_run[kind.name]}")
            else:
                facts.register_kind(con, results.book.lake, kind, decisions)
        if facts.ORDERS not in of_run:
            as_of = results.manifest.as_of
            facts.lay_refunds_over(con, results.book.lake, decisions, as_of, results.book.timezone)
        names: dict[str, Any] = {}
        for part, file in PARTS.items():
            if results.run.files.holds(file):
                con.execute(f"CREATE VIEW {part} AS {results.run.files.sql(file)}")
                names[part] = part
        tables = {part: part for part in DAY_TABLES if results.run.files.holds(part)}
        for part in tables:
            con.execute(f"CREATE VIEW {part} AS {results.run.files.sql(part)}")
        yield ReportSource(
            con=con,
            company=results.book.name,
            as_of=results.manifest.as_of,
            rules=rules,
            settlement_line="settlement_line",
            wallet_line="wallet_line",
            bank_line="bank_line",
            language=language,
            matches=decisions.matches,
            order_line="order_line",
            courier_charge="courier_charge",
            shipment_line="shipment_line",
            opens={each: _open_now(con, results, each, decisions) for each in results.manifest.names},
            all_links={each: _links_now(con, results, each, decisions) for each in results.manifest.names},
            statements=_statements(results, decisions),
            imports=tuple(results.book.lake.documents()),
            timezone=results.book.timezone,
            tables=tables,
            keep=Kept(con, results, rules, decisions).keep,
            overlaid=frozenset(each for each in results.manifest.names if results.run.overlay(each, decisions)),
            **names,
        )
    finally:
        con.close()


def _open_now(con: duckdb.DuckDBPyConnection, results: Results, name: str, decisions: Decisions) -> str:
    """What is open in a reconciliation now: the run's file, or a table where decisions were made since."""
    if not results.run.overlay(name, decisions):
        return f"({results.run.files.sql(f'{name}.open')})"
    return _copied(con, results, f"SELECT * FROM {results.run.now(name, 'open', decisions)}", f"open {name}")


def _links_now(con: duckdb.DuckDBPyConnection, results: Results, name: str, decisions: Decisions) -> str:
    """The links of a reconciliation now: the run's, less the groups that decisions dissolved, and those they made."""
    published = results.run.files.sql(f"{name}.links")
    laid = results.run.overlay(name, decisions)
    if not laid:
        return f"({published})"
    gone = _copied(con, results, f"SELECT group_id FROM {laid}_groups", f"gone {name}")
    made = _copied(con, results, f"SELECT {overlaid.LINK_NAMES} FROM {laid}_made", f"made {name}")
    kept = f"SELECT * FROM ({published}) WHERE group_id NOT IN (SELECT group_id FROM {gone})"
    return f"({kept} UNION ALL BY NAME SELECT * FROM {made})"


def _copied(con: duckdb.DuckDBPyConnection, results: Results, query: str, name: str) -> str:
    """A small table of the run's connection, copied to `con`."""
    cursor = results.run.cursor()
    try:
        con.register(name, cursor.execute(query).fetch_arrow_table())
    finally:
        cursor.close()
    return quoted(name)


def _statements(results: Results, decisions: Decisions) -> tuple[Mapping[str, Any], ...]:
    now = Results(results.book, results.run, decisions)
    names = [name for name in results.manifest.names if results.run.holds(name, "statement")]
    return tuple(row for name in names for row in now.statement_now(name))


def _facts_of_run(results: Results, decisions: Decisions) -> dict[str, str]:
    """Queries of the kinds of which the run wrote all records: telling which of the book's count reads all of them.
    None where the book's facts, or what people have corrected in them, are no longer the run's."""
    files = results.run.files
    parts = {kind: (f"facts_{kind}", rest) for kind, rest in RESTS.items()} if holds_facts(results, decisions) else {}
    return {
        kind: " UNION ALL BY NAME ".join(f"({files.sql(part)})" for part in told)
        for kind, told in parts.items()
        if all(map(files.holds, told))
    }


def _is_stale(results: Results, decisions: Decisions) -> bool:
    """Whether the facts or the decisions are no longer those of the run."""
    manifest = results.manifest
    return results.book.lake.version() != manifest.facts or hash_of(decisions) != manifest.decisions
