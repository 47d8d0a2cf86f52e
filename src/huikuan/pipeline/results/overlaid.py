"""Decisions made since a run as tables laid over its published ones (see `overlay` for what they mean).

All tables of one set of decisions begin with one prefix: `touched` (records decided about), `groups` (dissolved),
`loose` (their links), `base` (what is known of each record), `member` and `made` (new matches), `left` (open because
of the decisions); the views `links` and `open` are the published tables as they are now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import duckdb
import pyarrow as pa

from huikuan.engine.evidence import AGAIN, SAID
from huikuan.engine.model import LINKS, OPEN, STORED_LINKS
from huikuan.pipeline.compute import literal, quoted
from huikuan.pipeline.results.overlay import Delta
from huikuan.pipeline.runs.groups import GROUPS_SQL
from huikuan.records.codes import NO_WORK_CLASSES, UNKNOWN_CAUSE
from huikuan.records.decisions import ManualMatch
from huikuan.records.kind import record_key_parts
from huikuan.records.kinds import KINDS

if TYPE_CHECKING:
    from huikuan.pipeline.results.opened import OpenedRun

LINK_NAMES = ", ".join(quoted(name) for name in LINKS)
STORED_NAMES = ", ".join(quoted(name) for name in STORED_LINKS)
OPEN_NAMES = ", ".join(quoted(name) for name in OPEN)
LOOKED_UP = 16  # orders that are looked up one by one; for more all links are looked at
MEMBER = pa.schema(
    [("group_id", pa.string()), ("side", pa.string()), ("record_key", pa.string()), ("allocated", pa.decimal128(18, 5)),
     ("status", pa.string()), ("residual", pa.decimal128(18, 5)), ("reason", pa.string()), ("class", pa.string()),
     ("cause", pa.string())]
)  # fmt: skip


def lay_over(run: OpenedRun, name: str, since: Delta, prefix: str) -> None:
    """Make the tables and views."""
    links, opened = run.table(name, "links"), run.table(name, "open")
    con = run.cursor()
    try:
        con.execute(
            f"CREATE OR REPLACE TABLE {prefix}_touched AS SELECT unnest(?::VARCHAR[]) AS record_key",
            [list(since.touched)],
        )
        _dissolved(run, con, name, since, prefix)
        _loosened(run, con, name, prefix)
        _bases(con, opened, prefix)
        _new_links(con, since, prefix)
        _new_open(run, con, name, since, prefix)
        con.execute(
            f"CREATE OR REPLACE VIEW {prefix}_links AS SELECT {LINK_NAMES} FROM {links} "
            f"WHERE group_id NOT IN (SELECT group_id FROM {prefix}_groups) "
            f"UNION ALL SELECT {LINK_NAMES} FROM {prefix}_made"
        )
        con.execute(
            f"CREATE OR REPLACE VIEW {prefix}_open AS SELECT {OPEN_NAMES} FROM {opened} "
            f"WHERE coalesce(record_key, '') NOT IN (SELECT record_key FROM {prefix}_touched) "
            f"AND coalesce(group_id, '') NOT IN (SELECT group_id FROM {prefix}_groups) "
            f"UNION ALL SELECT {OPEN_NAMES} FROM {prefix}_left"
        )
    finally:
        con.close()


def groups_sql(groups: str, prefix: str) -> str:
    """The published groups as they are now."""
    return (
        f"(FROM {groups} WHERE group_id NOT IN (SELECT group_id FROM {prefix}_groups) "
        f"UNION ALL BY NAME {GROUPS_SQL.format(links=f'{prefix}_made')})"
    )


def passes_sql(passes: str, prefix: str) -> str:
    """The published numbers of groups and links by pass and status as they are now: less what was dissolved, and what
    was matched."""
    changed = (
        f"SELECT pass, status, {sign}count(DISTINCT group_id), {sign}count(*) FROM {prefix}_{table} GROUP BY ALL"
        for sign, table in (("-", "loose"), ("", "made"))
    )
    return (
        f"SELECT pass, status, sum(groups)::BIGINT AS groups, sum(links)::BIGINT AS links "
        f"FROM (SELECT pass, status, groups, links FROM {passes} UNION ALL {' UNION ALL '.join(changed)}) "
        f"GROUP BY pass, status HAVING sum(links) <> 0 ORDER BY pass, status"
    )


def statement_sql(name: str, statement: str, prefix: str) -> str:
    """The published statement as it is now: its links less those dissolved and with those made, what is open counted
    anew."""
    parts = (
        "SELECT side, currency, {sign}coalesce(sum(allocated) FILTER (status IN ('matched', 'manual')), 0) AS matched, "
        "{sign}coalesce(sum(allocated) FILTER (status IN ('difference', 'forced')), 0) AS difference, "
        "{sign}count(DISTINCT group_id) AS groups, {sign}count(*) AS links FROM {table} GROUP BY ALL"
    )
    changed = (parts.format(sign=sign, table=f"{prefix}_{table}") for sign, table in (("-", "loose"), ("", "made")))
    return f"""
        SELECT {literal(name)} AS name, side, currency,
            sum(matched) + sum(difference) + coalesce(sum(open), 0) AS total,
            sum(matched) AS matched, sum(difference) AS difference, coalesce(sum(open), 0) AS open,
            sum(groups)::BIGINT AS groups, sum(links)::BIGINT AS links
        FROM (
            SELECT side, currency, matched, difference, groups, links, NULL AS open FROM {statement}
            UNION ALL BY NAME {" UNION ALL BY NAME ".join(changed)}
            UNION ALL BY NAME SELECT side, currency, 0 AS matched, 0 AS difference, 0 AS groups, 0 AS links,
                sum(amount) AS open FROM {prefix}_open WHERE coalesce(record_key, '') <> '' GROUP BY ALL)
        GROUP BY side, currency HAVING sum(links) > 0 OR count(open) > 0 ORDER BY side, currency"""


def _dissolved(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, since: Delta, prefix: str) -> None:
    """`PREFIX_groups`: the groups that touched records are in, and those of matches undone. What is open is in no
    group, unless people have split it."""
    asked = f"SELECT DISTINCT record_key FROM {run.table(name, 'open')} WHERE record_key IN (FROM {prefix}_touched)"
    whole = {row[0] for row in con.execute(asked).fetchall()}.difference(since.split)
    groups = _groups_of(run, con, name, set(since.touched) - whole) | set(since.unmatched)
    con.execute(f"CREATE OR REPLACE TABLE {prefix}_groups AS SELECT unnest(?::VARCHAR[]) AS group_id", [sorted(groups)])


def _groups_of(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, keys: set[str]) -> set[str]:
    """The groups that records are in: looked for among the links of the orders that keys name, in all links only for
    records that are not there."""
    orders = {order for key in keys if (order := _order_of(key))}
    links = run.sorted_file(name, "links")
    rows = [row for order in sorted(orders) for row in links.rows(order)] if len(orders) <= LOOKED_UP else []
    told = [(row["record_key"], row["group_id"]) for row in rows if row["record_key"] in keys]
    rest = keys - {key for key, _group in told}
    if rest:
        asked = f"SELECT record_key, group_id FROM {run.table(name, 'links')} WHERE record_key IN (SELECT unnest(?))"
        told += con.execute(asked, [sorted(rest)]).fetchall()
    return {group for _key, group in told}


def _order_of(record_key: str) -> str:
    """The order number that a record's key holds; blank where its kind's key has none."""
    kind, parts = record_key_parts(record_key)
    key = KINDS[kind].key if kind in KINDS else ()
    return dict(zip(key, parts, strict=False)).get("order_no", "")


def _loosened(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, prefix: str) -> None:
    """`PREFIX_loose`: the links of the groups that are dissolved, as they are stored."""
    source = f"{run.table(name, 'links')} WHERE group_id IN (SELECT group_id FROM {prefix}_groups)"
    found = _by_orders(run, con, name, prefix)
    if found is not None:
        con.register(f"{prefix}_arrow", found)
        source = f"{prefix}_arrow"
    con.execute(f"CREATE OR REPLACE TABLE {prefix}_loose AS SELECT {STORED_NAMES} FROM {source}")
    if found is not None:
        con.unregister(f"{prefix}_arrow")


def _by_orders(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, prefix: str) -> pa.Table | None:
    """The links of the dissolved groups, looked up by the order each group is listed with. None where that does not
    give all of them, or there are many: then every link has to be looked at."""
    if not run.holds(name, "groups"):
        return None
    told = con.execute(
        f"SELECT group_id, order_no, left_count + right_count FROM {run.table(name, 'groups')} "
        f"WHERE group_id IN (SELECT group_id FROM {prefix}_groups)"
    ).fetchall()
    orders = {row[1] for row in told}
    if None in orders or len(orders) > LOOKED_UP:
        return None
    file = run.sorted_file(name, "links")
    ids = pa.array([row[0] for row in told], pa.string())
    parts = [part for order in sorted(orders) for part in file.tables(order, "group_id", ids)]
    if sum(part.num_rows for part in parts) != sum(row[2] for row in told):
        return None
    return pa.concat_tables(parts) if parts else file.schema.empty_table()


# Only of what was open.
KNOWN = ("class", "needs_work", "due_date", "age_days", "cause", "suggestion", "evidence", "cause_evidence")


def _bases(con: duckdb.DuckDBPyConnection, opened: str, prefix: str) -> None:
    """`PREFIX_base`: what is known of each record that is loose now, one row per side and record. What was open keeps
    the class the run gave it; what comes from a dissolved group has none yet."""
    columns = "side, scope, record_key, document_id, source_row, order_no, date, currency, amount"
    known = ", ".join(quoted(name) for name in KNOWN)
    con.execute(
        f"CREATE OR REPLACE TABLE {prefix}_base AS "
        f"SELECT DISTINCT ON (side, record_key) {columns}, item_id, {known} FROM ("
        f"SELECT {columns}, item_id, {known} FROM {opened} "
        f"WHERE record_key IN (SELECT record_key FROM {prefix}_touched) "
        f"UNION ALL BY NAME SELECT {columns} FROM {prefix}_loose) "
        f"ORDER BY side, record_key, item_id NULLS LAST"
    )


def _members(match: ManualMatch) -> list[dict[str, Any]]:
    """The members of a new match, with what is left of it: left - right."""
    signed = [m.amount if m.side == "left" else -m.amount for m in match.members]
    residual = sum(signed[1:], signed[0]) if signed else None
    status = "forced" if match.forced else "difference" if residual else "manual"
    name = "" if not residual else ("short" if residual > 0 else "over")
    return [
        {"group_id": match.group_id, "side": m.side, "record_key": m.record_key, "allocated": m.amount,
         "status": status, "residual": residual, "reason": match.reason or match.difference_reason,
         "class": name, "cause": match.difference_reason}
        for m in match.members
    ]  # fmt: skip


def _new_links(con: duckdb.DuckDBPyConnection, since: Delta, prefix: str) -> None:
    """`PREFIX_made`: the link rows of matches made since the run."""
    rows = [row for match in since.matches for row in _members(match)]
    con.register(f"{prefix}_arrow", pa.Table.from_pylist(rows, MEMBER))
    con.execute(f"CREATE OR REPLACE TABLE {prefix}_member AS SELECT * FROM {prefix}_arrow")
    con.unregister(f"{prefix}_arrow")
    con.execute(
        f"""CREATE OR REPLACE TABLE {prefix}_made AS
        SELECT md5(m.group_id || m.record_key) AS link_id, m.group_id, m.side, b.scope,
            m.record_key, b.document_id, b.source_row, b.order_no, b.date, b.currency, b.amount, m.allocated,
            'decision' AS pass, m.status, m.class, m.residual, m.reason, m.cause,
            '{{"code": "decision"}}' AS evidence
        FROM {prefix}_member m LEFT JOIN {prefix}_base b ON b.record_key = m.record_key AND b.side = m.side"""
    )


def _loose(run: OpenedRun, name: str, prefix: str) -> str:
    """SQL of `PREFIX_base` with `loose_class` and `loose_due`: what a record set loose from a group is called until the
    next run has matched it anew. An order waits for its due date, what was settled for it has its order, a payout is on
    its way until the usual bank days have passed."""
    own = run.manifest.user_reconciliation(name)
    definition = run.manifest.definition(name)
    base, as_of = f"{prefix}_base", run.manifest.as_of
    if definition is None or definition.part_per_record:
        return f"(SELECT *, 'unknown' AS loose_class, NULL::DATE AS loose_due FROM {base})"
    classes = definition.classes
    right = f"'{classes.nothing_owed}'"
    dues = f"SELECT b.record_key, {_bank_due('b.date')} AS due FROM {base} b WHERE b.side = 'left'"
    if own is not None:
        dues = (
            f"SELECT b.record_key, CAST(b.date + INTERVAL {own.waiting_days} DAY AS DATE) AS due FROM {base} b "
            "WHERE b.side = 'left'"
        )
    elif definition.across:
        right = f"CASE WHEN amount < 0 THEN '{classes.unknown_out}' ELSE '{classes.unknown_in}' END"
    else:
        dues = (
            f"SELECT DISTINCT b.record_key, c.due_date AS due FROM {base} b JOIN {run.table('', 'collection')} c "
            "ON c.order_no = b.order_no AND c.shop = b.scope AND c.currency = b.currency WHERE b.side = 'left'"
        )
    return (
        f"(SELECT b.*, due AS loose_due, CASE WHEN side = 'right' THEN {right} WHEN due < DATE '{as_of}' "
        f"THEN '{classes.overdue}' ELSE '{classes.waiting}' END AS loose_class FROM {base} b "
        f"LEFT JOIN ({dues}) d ON d.record_key = b.record_key AND b.side = 'left')"
    )


def _bank_due(day: str) -> str:
    """SQL for a day and the default bank days after it (two business days)."""
    return f"({day} + CASE isodow({day}) WHEN 4 THEN 4 WHEN 5 THEN 4 WHEN 6 THEN 3 ELSE 2 END)::DATE"


def _identity(name: str, *columns: str) -> str:
    """SQL of the identity the engine gives an item (`engine.lines.identity`): it is the same in the next run."""
    return f"md5('{name}' || {' || '.join(f'chr(10) || {column}' for column in columns)})"


def _new_open(run: OpenedRun, con: duckdb.DuckDBPyConnection, name: str, since: Delta, prefix: str) -> None:
    """`PREFIX_left`: what is open because of the decisions: records let go, what a split or a match leaves over."""
    con.register(f"{prefix}_excluded", pa.table({"record_key": pa.array(list(since.excluded), pa.string())}))
    idle = ", ".join(f"'{code}'" for code in NO_WORK_CLASSES)
    rest = (
        f"coalesce(class, loose_class) AS class, coalesce(needs_work, loose_class NOT IN ({idle})) AS needs_work, "
        "CASE WHEN class IS NULL THEN loose_due ELSE due_date END AS due_date, "
        f"coalesce(age_days, DATE '{run.manifest.as_of}' - date) AS age_days, "
        f"coalesce(cause, '{UNKNOWN_CAUSE}') AS cause, coalesce(suggestion, '') AS suggestion, "
        f"coalesce(evidence, '{AGAIN}') AS evidence, coalesce(cause_evidence, '') AS cause_evidence"
    )
    con.execute(
        f"""CREATE OR REPLACE TABLE {prefix}_left AS
        WITH taken AS (SELECT side, record_key, sum(allocated) AS allocated FROM {prefix}_member GROUP BY ALL)
        SELECT coalesce(item_id, {_identity(name, "record_key")}) AS item_id, '' AS group_id, record_key, side, scope,
            document_id, source_row, order_no, date, currency,
            CAST(amount - coalesce(allocated, 0) AS DECIMAL(18,5)) AS amount, {rest}
        FROM {_loose(run, name, prefix)} LEFT JOIN taken USING (side, record_key)
        WHERE record_key NOT IN (SELECT record_key FROM {prefix}_excluded) AND amount <> coalesce(allocated, 0)
        UNION ALL
        SELECT {_identity(name, "group_id", "min(class)")}, group_id, '', 'left', min(scope), NULL, NULL, min(order_no),
            min(date), min(currency), min(residual), min(class), min(cause) = '', NULL, NULL,
            coalesce(nullif(min(cause), ''), '{UNKNOWN_CAUSE}'), '', '',
            CASE WHEN min(cause) <> '' THEN {literal(SAID)} ELSE '' END
        FROM {prefix}_made WHERE status = 'difference' GROUP BY group_id"""
    )
    con.unregister(f"{prefix}_excluded")
