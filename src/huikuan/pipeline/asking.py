"""A published run as the source of questions: the tables of `insight.semantic` by name, as SQL over the run's files."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from huikuan.insight.reports.fee_audit import CLAIMED
from huikuan.insight.reports.wallet_parts import wallet_lines_sql, wallet_parts_sql
from huikuan.insight.semantic.answer import Source
from huikuan.pipeline.compute import literal
from huikuan.pipeline.plain import hash_of
from huikuan.pipeline.results import overlaid
from huikuan.pipeline.results.results import Results
from huikuan.pipeline.runs.run_tables import RESTS
from huikuan.records.rules import Rules

PAYOUTS, SETTLEMENTS, WALLETS = "payout-bank", "order-settlement", "settlement-wallet"
# Tables of questions that are files of the run.
PARTS = {
    "collection": "collection", "order_lines": "facts_order_line", "documents": "documents", "cube": "cube",
    "line_cube": "line_cube", "line_days": "line_days", "fee_figures": f"{SETTLEMENTS}.audit",
}  # fmt: skip
OPEN_COLUMNS = (
    "item_id, coalesce(group_id, '') AS group_id, coalesce(record_key, '') AS record_key, side, scope, document_id, "
    "source_row, order_no, date AS business_date, currency, amount, class, needs_work, cause"
)
DECIDED = pa.schema([("group_id", pa.string()), ("person", pa.string()), ("decided_cause", pa.string())])
_lock = threading.Lock()


def source_of(results: Results, rules: Rules) -> Source:
    """Where questions about a run are asked. Decisions made since are laid over matches, what is open and payouts."""
    run = results.run
    tables = {name: run.files.sql(part) for name, part in PARTS.items() if run.files.holds(part)}
    settlement, wallet = (_lines(results, kind) for kind in ("settlement_line", "wallet_line"))
    if settlement:
        tables["settlement"] = f"SELECT * FROM ({settlement}) WHERE {_until(run.manifest.as_of)}"
        tables["settlement_of_shops"] = _of_shops_sql(tables["settlement"], tables["collection"], rules)
    if settlement and wallet:
        tables["wallet"] = _of_shops_sql(_wallet_sql(results, settlement, wallet), tables["collection"], rules)
    names = {part: [n for n in run.manifest.names if run.holds(n, part)] for part in ("open", "links", "statement")}
    if names["open"]:
        opened = (
            f"SELECT {literal(name)} AS reconciliation, {OPEN_COLUMNS} FROM {run.now(name, 'open', results.decisions)}"
            for name in names["open"]
        )
        tables["open_items"] = _owned_sql(" UNION ALL ".join(opened), rules)
    if names["links"]:
        decided = _decided(results)
        matched = (_matches_sql(results, name, decided) for name in names["links"])
        tables["matches"] = _owned_sql(" UNION ALL BY NAME ".join(matched), rules)
    if PAYOUTS in names["open"] and PAYOUTS in names["links"]:
        tables["payouts"] = _owned_sql(_payouts_sql(results), rules)
    if names["statement"]:
        tables["statements"] = " UNION ALL ".join(f"({_statement_sql(results, name)})" for name in names["statement"])
    if "fee_figures" in tables:
        tables["fee_audit"] = _fee_audit_sql(results)
    platforms = {shop.name: shop.platform for shop in rules.shops}
    current = run.manifest.as_of >= results.book.today()
    return Source(run.query, tables, platforms, run.manifest.as_of, current, run.kept)


def _until(day: date) -> str:
    return f"(business_date IS NULL OR business_date <= DATE '{day}')"


def _lines(results: Results, kind: str) -> str:
    """All lines of a kind that the run has seen; blank where one made by an older version did not write all."""
    parts = (f"facts_{kind}", RESTS[kind])
    if not all(map(results.run.files.holds, parts)):
        return ""
    return " UNION ALL BY NAME ".join(f"({results.run.files.sql(part)})" for part in parts)


def _of_shops_sql(lines: str, collection: str, rules: Rules) -> str:
    """Lines with the shop where a bill names none: that of the order it names, else of the account, where either is one
    shop's alone."""
    return (
        f"SELECT s.* REPLACE (coalesce(nullif(s.shop, ''), o.shop, a.shop, '') AS shop) FROM ({lines}) s "
        f"LEFT JOIN (SELECT order_no, min(shop) AS shop FROM ({collection}) GROUP BY order_no "
        f"HAVING min(shop) = max(shop)) o ON o.order_no = s.order_no "
        f"LEFT JOIN (VALUES {_values(_alone(rules))}) a(account, shop) ON a.account = s.account"
    )


def _alone(rules: Rules) -> Iterator[tuple[str, str]]:
    """Accounts that are one shop's alone, with the shop."""
    return ((account.name, account.shops[0]) for account in rules.accounts if len(account.shops) == 1)


def _values(pairs: Iterator[tuple[str, str]]) -> str:
    return ", ".join(f"({literal(one)}, {literal(other)})" for one, other in pairs) or "('', '')"


def _owned_sql(rows: str, rules: Rules) -> str:
    """Rows of shops and accounts (`scope`) with both apart: `account` is blank for a shop's, `shop` for an account that
    is not one shop's alone."""
    shops = {shop.name: shop.name for shop in rules.shops}
    owners = _values(iter({**dict(_alone(rules)), **shops}.items()))
    known = ", ".join(map(literal, shops)) or "''"
    return (
        f"SELECT t.*, coalesce(w.shop, '') AS shop, CASE WHEN t.scope IN ({known}) THEN '' ELSE t.scope END AS account "
        f"FROM ({rows}) t LEFT JOIN (VALUES {owners}) w(scope, shop) ON w.scope = t.scope"
    )


def _wallet_sql(results: Results, settlement: str, wallet: str) -> str:
    """The parts of wallet lines with what became of the line in the reconciliation with settlement: `state` is blank
    where it is not compared there."""
    run, decisions = results.run, results.decisions
    known = WALLETS in run.manifest.names
    links, opened = (run.now(WALLETS, part, decisions) if known else "" for part in ("links", "open"))
    typed = wallet_parts_sql(f"({wallet})", f"({settlement})", links, run.manifest.as_of)
    parts = wallet_lines_sql(f"({typed})", f"({wallet})")
    if not known:
        return f"SELECT *, '' AS shop, '' AS state, '' AS cause FROM ({parts})"
    states = (
        f"SELECT record_key, max(state) AS state, max(cause) AS cause FROM ("
        f"SELECT record_key, status AS state, '' AS cause FROM {links} WHERE side = 'right' UNION ALL "
        f"SELECT record_key, class, cause FROM {opened} WHERE side = 'right' AND record_key <> '') GROUP BY record_key"
    )
    return (
        f"SELECT p.*, '' AS shop, coalesce(s.state, '') AS state, coalesce(s.cause, '') AS cause FROM ({parts}) p "
        f"LEFT JOIN ({states}) s USING (record_key)"
    )


def _matches_sql(results: Results, name: str, decided: str) -> str:
    """The links of a reconciliation with what is said of their match. `first`: one of each match that differs, by which
    its residual is counted; the cause is what a person said, else that of the greatest part of the difference."""
    links, opened = (results.run.now(name, part, results.decisions) for part in ("links", "open"))
    place = "concat(side, ' ', record_key)"
    return (
        f"SELECT {literal(name)} AS reconciliation, l.link_id, l.group_id, l.side, l.scope, l.record_key, "
        f"l.document_id, l.source_row, l.order_no, l.date AS business_date, l.currency, l.allocated, l.pass, l.status, "
        f"l.class, l.reason, l.residual, coalesce(concat(l.side, ' ', l.record_key) = f.place, false) AS first, "
        f"coalesce(d.person, '') AS person, coalesce(nullif(d.decided_cause, ''), c.cause, '') AS cause FROM {links} l "
        f"LEFT JOIN (SELECT group_id, min({place}) AS place FROM {links} WHERE residual <> 0 GROUP BY group_id) f "
        f"ON f.group_id = l.group_id "
        f"LEFT JOIN (SELECT group_id, arg_max(cause, abs(amount)) AS cause FROM {opened} "
        f"WHERE side = 'left' AND record_key = '' AND group_id <> '' GROUP BY group_id) c ON c.group_id = l.group_id "
        f"LEFT JOIN {decided} d ON d.group_id = l.group_id"
    )


def _decided(results: Results) -> str:
    """The table of who matched what by hand: group_id, person, decided_cause. Made once per set of decisions."""
    matches = results.decisions.matches if results.decisions else ()
    rows = [{"group_id": each.group_id, "person": each.by, "decided_cause": each.difference_reason} for each in matches]
    name = f"decided_{hash_of(rows)[:12]}"
    with _lock:
        if name not in results.run.prepared:
            cursor = results.run.cursor()
            try:
                cursor.register(f"{name}_rows", pa.Table.from_pylist(rows, DECIDED))
                cursor.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM {name}_rows")
                cursor.unregister(f"{name}_rows")
            finally:
                cursor.close()
            results.run.prepared.add(name)
    return name


def _payouts_sql(results: Results) -> str:
    """Both sides of payouts and bank: each record's part in a match with the day of the other side, then what is open.
    What a match leaves over is no record and left out."""
    links, opened = (results.run.now(PAYOUTS, part, results.decisions) for part in ("links", "open"))
    columns = "side, record_key, group_id, document_id, source_row, scope, order_no, currency"
    other = "CASE WHEN l.side = 'left' THEN d.right_day ELSE d.left_day END"
    days = "max(date) FILTER (side = 'left') AS left_day, max(date) FILTER (side = 'right') AS right_day"
    return (
        f"SELECT {columns}, date AS business_date, allocated AS amount, status AS state, true AS matched, "
        f"{other} AS other_day FROM {links} l "
        f"LEFT JOIN (SELECT group_id, {days} FROM {links} GROUP BY group_id) d USING (group_id) "
        f"UNION ALL BY NAME SELECT {columns}, date AS business_date, amount, class AS state, false AS matched, "
        f"NULL::DATE AS other_day FROM {opened} WHERE coalesce(record_key, '') <> ''"
    )


def _fee_audit_sql(results: Results) -> str:
    """The figures of the fee audit by rate and day, and its findings, each at the record it names. Both as published: a
    decision made since is judged by the next run."""
    run = results.run
    links, opened = run.table(SETTLEMENTS, "links"), run.table(SETTLEMENTS, "open")
    found = f"SELECT * FROM {opened} WHERE side = 'right' AND record_key = '' AND class IN {CLAIMED}"

    def told(name: str) -> str:
        return f"coalesce(json_extract_string(nullif(evidence, ''), '$.{name}'), '')"

    figures = (
        "scope AS shop, currency, type, category, rate, valid_from, day AS business_date, '' AS class, '' AS item_id, "
        "'' AS order_no, '' AS record_key, '' AS document_id, NULL::BIGINT AS source_row, orders, base, charged, "
        "expected, copied, within, 0::DECIMAL(38,5) AS claim"
    )
    return (
        f"WITH found AS ({found}), mine AS (SELECT * FROM {links} WHERE group_id IN (SELECT group_id FROM found)), "
        f"days AS (SELECT group_id, min(date) AS day FROM mine WHERE side = 'left' GROUP BY group_id), "
        f"named AS (SELECT group_id, document_id, source_row, min(record_key) AS record_key FROM mine GROUP BY ALL) "
        f"SELECT {figures} FROM {run.table(SETTLEMENTS, 'audit')} "
        f"UNION ALL BY NAME "
        f"SELECT f.scope AS shop, f.currency, {told('type')} AS type, {told('category')} AS category, "
        f"TRY_CAST({told('rate')} AS DECIMAL(10,6)) AS rate, "
        f"TRY_CAST({told('from')} AS DATE) AS valid_from, "
        f"coalesce(d.day, f.date) AS business_date, f.class, f.item_id, f.order_no, n.record_key, f.document_id, "
        f"f.source_row, 0 AS orders, 0 AS base, 0 AS charged, 0 AS expected, 0 AS copied, 0 AS within, "
        f"-f.amount AS claim FROM found f LEFT JOIN days d ON d.group_id = f.group_id LEFT JOIN named n "
        f"ON n.group_id = f.group_id AND n.document_id = f.document_id AND n.source_row = f.source_row"
    )


def _statement_sql(results: Results, name: str) -> str:
    """The statement of a reconciliation, with decisions laid over."""
    published = results.run.table(name, "statement")
    laid = results.run.overlay(name, results.decisions)
    return overlaid.statement_sql(name, published, laid) if laid else f"SELECT * FROM {published}"
