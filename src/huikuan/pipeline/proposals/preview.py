"""What a reconciliation of one's own would match, before it is saved: on the real facts of a period, nothing kept.

Only records of the two kinds whose business date lies in the period, or as many days around it as the definition lets
counterparts lie apart, are looked at; a period with more than MOST_RECORDS of them is refused, not cut.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from huikuan.engine.duckdb_backend import DuckDBBackend
from huikuan.engine.model import Facts
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, quoted
from huikuan.pipeline.runs.facts import register_kind
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.pipeline.runs.run_tables import statement_sql
from huikuan.pipeline.runs.trial import try_out
from huikuan.recons import definition_of
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.kinds import KINDS
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules
from huikuan.records.sql import dict_rows
from huikuan.records.user_reconciliation import UserReconciliation

register(
    {
        "preview.too_many": gettext_noop(
            "This period has %(records)s records of these kinds; a preview takes at most %(most)s. Choose a shorter "
            "period."
        )
    }
)
MOST_RECORDS = 300_000
EXAMPLES = 20
MONTH = 31  # days around the period in which keys are met


@dataclass(frozen=True)
class Sums:
    """A side in a currency: total = matched + difference + open."""

    side: str
    currency: str
    records: int
    total: Decimal
    matched: Decimal
    difference: Decimal
    open: Decimal


@dataclass(frozen=True)
class Preview:
    """What would be found. `passes`: (pass, groups, records). Examples are rows of links or open."""

    sums: tuple[Sums, ...]
    passes: tuple[tuple[str, int, int], ...]
    matched: list[dict[str, Any]]
    differing: list[dict[str, Any]]
    open_left: list[dict[str, Any]]
    open_right: list[dict[str, Any]]

    def records(self, side: str) -> int:
        """How many records stand on a side."""
        return sum(each.records for each in self.sums if each.side == side)


def preview(
    book: Book, own: UserReconciliation, decisions: Decisions, rules: Rules, first: date, last: date
) -> Preview:
    """What the reconciliation would find in a period. UserError `preview.too_many`."""
    con = connect()
    try:
        facts = _facts(con, book, own, decisions, first, last)
        # Its own tolerance and window hold, whatever a rule of an earlier version says.
        rules = replace(rules, reconciliations=())
        asked = Asked((own.name,), book.today(), first, last)
        with tempfile.TemporaryDirectory() as folder:
            made = try_out(con, definition_of(own), facts, rules, decisions, asked, Path(folder) / "tried")[1]
            return _told(con, own.name, made["links"], made["open"])
    finally:
        con.close()


def _facts(
    con: duckdb.DuckDBPyConnection, book: Book, own: UserReconciliation, decisions: Decisions, first: date, last: date
) -> Facts:
    """The records of both kinds in and around the period."""
    around = timedelta(days=max(MONTH, own.window_days, own.lead_days))
    days = {"low": first - around, "high": last + around}
    names = sorted({own.left.kind, own.right.kind})
    chosen = "WHERE business_date BETWEEN $low AND $high"
    count = 0
    for name in names:
        register_kind(con, book.lake, KINDS[name], decisions)
        found = con.execute(f"SELECT count(*) FROM {quoted(name)} {chosen}", days).fetchone()
        count += int(found[0]) if found else 0
    if count > MOST_RECORDS:
        raise UserError("preview.too_many", records=f"{count:,}", most=f"{MOST_RECORDS:,}")
    for name in names:
        con.execute(f"CREATE TABLE {quoted(f'{name}_near')} AS SELECT * FROM {quoted(name)} {chosen}", days)
    backend = DuckDBBackend.from_connection(con)
    return Facts(backend, {name: backend.table(f"{name}_near") for name in names}, book.timezone)


def _told(con: duckdb.DuckDBPyConnection, name: str, links: str, opened: str) -> Preview:
    con.execute(f"CREATE OR REPLACE TABLE tried_links AS {links}")
    con.execute(f"CREATE OR REPLACE TABLE tried_open AS {opened}")
    statement = statement_sql(name, "SELECT * FROM tried_links", "SELECT * FROM tried_open")
    sums = con.execute(
        f"""SELECT side, currency, links + coalesce(waiting, 0), total, matched, difference, open FROM ({statement})
        LEFT JOIN (SELECT side, currency, count(*) AS waiting FROM tried_open WHERE record_key <> '' GROUP BY ALL)
            USING (side, currency)
        ORDER BY side, currency"""
    ).fetchall()
    passes = con.execute(
        'SELECT "pass", count(DISTINCT group_id), count(*) FROM tried_links GROUP BY ALL ORDER BY 2 DESC, 1'
    ).fetchall()
    return Preview(
        tuple(Sums(*row) for row in sums),
        tuple((str(name), int(groups), int(records)) for name, groups, records in passes),
        matched=_groups(con, "status IN ('matched', 'manual')"),
        differing=_groups(con, "status IN ('difference', 'forced')"),
        open_left=_open(con, "left"),
        open_right=_open(con, "right"),
    )


def _groups(con: duckdb.DuckDBPyConnection, which: str) -> list[dict[str, Any]]:
    """Examples of groups: sums and counts of both sides, the first record of each."""
    query = f"""SELECT group_id, any_value("pass") AS "pass", any_value(residual) AS residual, min(date) AS date,
            any_value(evidence) AS evidence, any_value(currency) AS currency,
            count(*) FILTER (side = 'left') AS left_count, count(*) FILTER (side = 'right') AS right_count,
            coalesce(sum(allocated) FILTER (side = 'left'), 0) AS left_sum,
            coalesce(sum(allocated) FILTER (side = 'right'), 0) AS right_sum,
            min(record_key) FILTER (side = 'left') AS left_key, min(record_key) FILTER (side = 'right') AS right_key
        FROM tried_links WHERE {which} GROUP BY group_id ORDER BY date, group_id LIMIT {EXAMPLES}"""
    return dict_rows(con.execute(query))


def _open(con: duckdb.DuckDBPyConnection, side: str) -> list[dict[str, Any]]:
    columns = 'record_key, date, amount, currency, "class", needs_work, cause_evidence'
    query = (
        f"SELECT {columns} FROM tried_open WHERE side = '{side}' AND record_key <> '' "
        f"ORDER BY needs_work DESC, date, record_key LIMIT {EXAMPLES}"
    )
    return dict_rows(con.execute(query))
