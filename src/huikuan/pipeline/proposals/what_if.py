"""What if a rule were another: exactly which results would change, nothing published.

Both runs, with the rules as they are and as they would be, are computed from the same facts and decisions in a folder
of their own. What differs is one table, `changes.parquet` (columns CHANGES): one row per record (or item) and field.

    part links: a record that would be linked (new), no more (gone), or otherwise (changed: group, class, residual ...)
    part open:  an item that would be open (new), no more (gone), or otherwise

Of what is new or gone one row tells its status or class. `amount` is the record's share in the group, or the item's.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb

from huikuan import recons
from huikuan.engine.model import LINKS, OPEN
from huikuan.engine.workspace import typed_table
from huikuan.insight.words import because
from huikuan.pipeline.book import Book
from huikuan.pipeline.compute import connect, literal
from huikuan.pipeline.plain import plain
from huikuan.pipeline.runs import facts as facts_of_book
from huikuan.pipeline.runs import published as runs
from huikuan.pipeline.runs.reconciling import Asked
from huikuan.pipeline.runs.trial import try_out
from huikuan.records.decisions import Decisions
from huikuan.records.errors import UserError
from huikuan.records.messages import gettext_noop, register
from huikuan.records.rules import Rules

register(
    {
        "what_if.name_unknown": gettext_noop(
            "There is no reconciliation “%(name)s”, neither now nor with the changed rules. There are: %(names)s."
        ),
        "what_if.gone": gettext_noop("This comparison has been cleared away. Make it again."),
    }
)

CHANGES = (
    "reconciliation", "part", "change", "side", "record_key", "group_id", "order_no", "date", "currency", "amount",
    "field", "before", "after",
)  # fmt: skip
Change = dict[str, Any]  # a row of CHANGES
FILE, SUMMARY = "changes.parquet", "what_if.json"
# What is compared of a row. An age follows from the day, a link's identity from its group and record.
COMPARED = {
    "links": ("status", "group_id", "pass", "class", "allocated", "residual", "reason", "evidence"),
    "open": (
        "class", "group_id", "amount", "needs_work", "due_date", "cause", "suggestion", "evidence", "cause_evidence",
    ),
}  # fmt: skip
# Which row before is which row after: a record may stand in several groups (splits), an item has an identity.
SAME = {"links": ("side", "record_key"), "open": ("item_id",)}
AMOUNT = {"links": "allocated", "open": "amount"}


@dataclass(frozen=True)
class Counted:
    """How many rows change how, and their sum. Key: reconciliation, part, change, currency."""

    reconciliation: str
    part: str
    change: str
    currency: str
    rows: int
    amount: Decimal


@dataclass(frozen=True)
class WhatIf:
    """A comparison. `folder` holds `changes.parquet`; `unchanged` counts the rows of links and open that stay."""

    folder: Path
    counted: tuple[Counted, ...]
    unchanged: int

    def remove(self) -> None:
        """Throw it away."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @property
    def changes(self) -> str:
        """The query of the changes, in a fixed order."""
        return f"SELECT * FROM read_parquet({literal(self.folder / FILE)})"


def compare(
    book: Book,
    before: Rules,
    after: Rules,
    decisions: Decisions,
    names: Sequence[str] = (),
    asked: Asked | None = None,
    progress: Callable[[str, float, float], None] | None = None,
) -> WhatIf:
    """What would change in these reconciliations (none named: in all) if `after` were the rules. Its folder is removed
    like an old run's, after a day. UserError `what_if.name_unknown`."""
    asked = asked or Asked()
    as_of = asked.as_of or book.today()
    asked = replace(asked, as_of=as_of)
    chosen = _chosen(before, after, names)
    told = progress or (lambda stage, done, total: None)
    book.create()
    folder = runs.new_run_folder(book, datetime.now(UTC))
    con = connect()
    try:
        facts = facts_of_book.load(con, book.lake, decisions, as_of, book.timezone).facts
        con.execute(_EMPTY)
        unchanged = 0
        for number, name in enumerate(chosen):
            queries = []
            for turn, rules in enumerate((before, after)):
                told(name, 2 * number + turn, 2 * len(chosen))
                definition = recons.definitions(rules).get(name)
                work = folder / "work" / name / ("before", "after")[turn]
                queries.append(
                    _nothing(con)
                    if definition is None
                    else try_out(con, definition, facts, rules, decisions, asked, work)[1]
                )
            unchanged += sum(_note(con, name, part, queries[0][part], queries[1][part]) for part in SAME)
        counted = con.execute("SELECT * FROM counted ORDER BY ALL").fetchall()
        found = WhatIf(folder, tuple(Counted(*row) for row in counted), unchanged)
        order = "reconciliation, part, change, order_no, date, side, record_key, group_id, field, before"
        con.execute(f"COPY (SELECT * FROM changes ORDER BY {order}) TO {literal(folder / FILE)} (FORMAT parquet)")
        (folder / SUMMARY).write_text(json.dumps(plain(asdict(found))), encoding="utf-8")
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    finally:
        con.close()
        shutil.rmtree(folder / "work", ignore_errors=True)
    return found


def opened(book: Book, name: str) -> WhatIf:
    """A comparison made before, by the name of its folder. UserError `what_if.gone` once it is removed."""
    folder = book.results_folder / name
    try:
        raw = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise UserError("what_if.gone") from error
    counted = tuple(Counted(**{**each, "amount": Decimal(each["amount"])}) for each in raw["counted"])
    return WhatIf(folder, counted, raw["unchanged"])


def _chosen(before: Rules, after: Rules, names: Sequence[str]) -> tuple[str, ...]:
    known = tuple(recons.definitions(before) | recons.definitions(after))
    for name in names:
        if name not in known:
            raise UserError("what_if.name_unknown", name=name, names=", ".join(known))
    return tuple(names) or known


def _nothing(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """The queries of a reconciliation that is not declared."""
    for part, columns in (("links", LINKS), ("open", OPEN)):
        con.register(f"no_{part}", typed_table([], columns).to_pyarrow())
    return {part: f"SELECT * FROM no_{part}" for part in SAME}


_TYPES = {"date": "DATE", "amount": "DECIMAL(18,5)"}
_EMPTY = f"""
    CREATE TABLE changes ({", ".join(f'"{name}" {_TYPES.get(name, "VARCHAR")}' for name in CHANGES)});
    CREATE TABLE counted (reconciliation VARCHAR, part VARCHAR, change VARCHAR, currency VARCHAR, rows BIGINT,
        amount DECIMAL(38,5))"""


def _note(con: duckdb.DuckDBPyConnection, name: str, part: str, before: str, after: str) -> int:
    """Add the changes of one part to `changes`. Returns how many rows stay as they are."""
    same, compared = SAME[part], COMPARED[part]
    numbered = f"*, row_number() OVER (PARTITION BY {', '.join(same)} ORDER BY group_id) AS nth"
    on = " AND ".join(f"b.{column} IS NOT DISTINCT FROM a.{column}" for column in (*same, "nth"))
    differs = " OR ".join(f"{_text('b', column)} <> {_text('a', column)}" for column in compared)
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE pairs AS SELECT b, a, CASE WHEN b.nth IS NULL THEN 'new' "
        f"WHEN a.nth IS NULL THEN 'gone' WHEN {differs} THEN 'changed' END AS change "
        f"FROM (SELECT {numbered} FROM ({before})) b FULL JOIN (SELECT {numbered} FROM ({after})) a ON {on}"
    )
    fields = ", ".join(
        f"{{'field': '{column}', 'before': {_text('b', column)}, 'after': {_text('a', column)}}}" for column in compared
    )
    con.execute(
        f"INSERT INTO changes SELECT {literal(name)}, '{part}', change, {_shown('side')}, {_shown('record_key')}, "
        f"{_shown('group_id')}, {_shown('order_no')}, {_shown('date')}, {_shown('currency')}, {_shown(AMOUNT[part])}, "
        f"f.field, f.before, f.after FROM (SELECT *, unnest([{fields}]) AS f FROM pairs WHERE change IS NOT NULL) "
        f"WHERE CASE WHEN change = 'changed' THEN f.before <> f.after ELSE f.field = '{compared[0]}' END"
    )
    con.execute(
        f"INSERT INTO counted SELECT {literal(name)}, '{part}', change, coalesce({_shown('currency')}, ''), count(*), "
        f"sum({_shown(AMOUNT[part])}) FROM pairs WHERE change IS NOT NULL GROUP BY ALL"
    )
    kept = con.execute("SELECT count(*) FROM pairs WHERE change IS NULL").fetchone()
    return int(kept[0]) if kept else 0


def _shown(column: str) -> str:
    """A field of a pair, as it would be; of what is gone, as it was."""
    return f'CASE WHEN change = \'gone\' THEN b."{column}" ELSE a."{column}" END'


def _text(side: str, column: str) -> str:
    """A field of a row as text; blank where there is none. Of suggestions, the first candidate."""
    if column == "suggestion":
        return f"coalesce(json_extract_string(nullif({side}.suggestion, ''), '$.keys[0]'), '')"
    return f"coalesce(CAST({side}.\"{column}\" AS VARCHAR), '')"


def rows_of(found: WhatIf, part: str = "", change: str = "", limit: int | None = None, offset: int = 0) -> list[Change]:
    """Changes as plain rows, of one part and kind where these are named. Evidence is put into words."""
    con = connect()
    try:
        bound = f" LIMIT {int(limit)} OFFSET {int(offset)}" if limit is not None else ""
        query = f"SELECT * FROM ({found.changes}) WHERE part LIKE $part AND change LIKE $change"
        con.execute(query + bound, {"part": part or "%", "change": change or "%"})
        rows = [dict(zip(CHANGES, row, strict=True)) for row in con.fetchall()]
    finally:
        con.close()
    for row in rows:
        if row["field"] in ("evidence", "cause_evidence"):
            row |= {side: because(row[side]) for side in ("before", "after")}
    return rows
