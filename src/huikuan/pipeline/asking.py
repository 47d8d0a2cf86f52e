"""A published run as the source of questions: the tables of `insight.semantic` by name, as SQL over the run's files."""

from __future__ import annotations

from datetime import date

from huikuan.insight.semantic.answer import Source
from huikuan.pipeline import overlaid
from huikuan.pipeline.compute import literal
from huikuan.pipeline.results import Results
from huikuan.records.rules import Rules

PAYOUTS, SETTLEMENTS = "payout-bank", "order-settlement"
OPEN_COLUMNS = (
    "item_id, coalesce(group_id, '') AS group_id, coalesce(record_key, '') AS record_key, side, scope, document_id, "
    "source_row, order_no, date AS business_date, currency, amount, class, needs_work, cause"
)


def source_of(results: Results, rules: Rules) -> Source:
    """Where questions about a run are asked. Decisions made since are laid over what is open and payouts."""
    run = results.run
    tables = {
        name: run.files.sql(part)
        for name, part in (
            ("collection", "collection"),
            ("order_lines", "facts_order_line"),
            ("documents", "documents"),
            ("cube", "cube"),
            ("line_cube", "line_cube"),
            ("line_days", "line_days"),
        )
        if run.files.holds(part)
    }
    parts = [name for name in ("facts_settlement_line", "settlement_rest") if run.files.holds(name)]
    if parts:
        every = " UNION ALL BY NAME ".join(f"({run.files.sql(name)})" for name in parts)
        tables["settlement"] = f"SELECT * FROM ({every}) WHERE {_until(run.manifest.as_of)}"
        tables["settlement_of_shops"] = _of_shops_sql(tables["settlement"], tables["collection"], rules)
    names = [name for name in run.manifest.names if run.holds(name, "open")]
    if names:
        opened = (
            f"SELECT {literal(name)} AS reconciliation, {OPEN_COLUMNS} FROM {run.now(name, 'open', results.decisions)}"
            for name in names
        )
        tables["open_items"] = " UNION ALL ".join(opened)
    if PAYOUTS in names and run.holds(PAYOUTS, "links"):
        tables["payouts"] = _payouts_sql(results)
    if PAYOUTS in names and run.holds(PAYOUTS, "statement"):
        tables["payout_statement"] = _statement_sql(results, PAYOUTS)
    if SETTLEMENTS in names and run.holds(SETTLEMENTS, "statement"):
        tables["order_statement"] = _statement_sql(results, SETTLEMENTS)
    platforms = {shop.name: shop.platform for shop in rules.shops}
    current = run.manifest.as_of >= results.book.today()
    return Source(run.query, tables, platforms, run.manifest.as_of, current, run.kept)


def _until(day: date) -> str:
    return f"(business_date IS NULL OR business_date <= DATE '{day}')"


def _of_shops_sql(settlement: str, collection: str, rules: Rules) -> str:
    """Settlement lines with the shop where a bill names none: that of the order it names, else of the account, where
    either is one shop's alone."""
    alone = [(account.name, account.shops[0]) for account in rules.accounts if len(account.shops) == 1]
    owners = ", ".join(f"({literal(account)}, {literal(shop)})" for account, shop in alone) or "('', '')"
    return (
        f"SELECT s.* REPLACE (coalesce(nullif(s.shop, ''), o.shop, a.shop, '') AS shop) FROM ({settlement}) s "
        f"LEFT JOIN (SELECT order_no, min(shop) AS shop FROM ({collection}) GROUP BY order_no "
        f"HAVING min(shop) = max(shop)) o ON o.order_no = s.order_no "
        f"LEFT JOIN (VALUES {owners}) a(account, shop) ON a.account = s.account"
    )


def _payouts_sql(results: Results) -> str:
    """Both sides of payouts and bank: each record's part in a match with the day of the other side, then what is open.
    What a match leaves over is no record and left out."""
    links, opened = (results.run.now(PAYOUTS, part, results.decisions) for part in ("links", "open"))
    columns = "side, record_key, group_id, document_id, source_row, scope AS account, order_no, currency"
    other = "CASE WHEN l.side = 'left' THEN d.right_day ELSE d.left_day END"
    days = "max(date) FILTER (side = 'left') AS left_day, max(date) FILTER (side = 'right') AS right_day"
    return (
        f"SELECT {columns}, date AS business_date, allocated AS amount, status AS state, true AS matched, "
        f"{other} AS other_day FROM {links} l "
        f"LEFT JOIN (SELECT group_id, {days} FROM {links} GROUP BY group_id) d USING (group_id) "
        f"UNION ALL BY NAME SELECT {columns}, date AS business_date, amount, class AS state, false AS matched, "
        f"NULL::DATE AS other_day FROM {opened} WHERE coalesce(record_key, '') <> ''"
    )


def _statement_sql(results: Results, name: str) -> str:
    """The statement of a reconciliation, with decisions laid over."""
    published = results.run.table(name, "statement")
    laid = results.run.overlay(name, results.decisions)
    return overlaid.statement_sql(name, published, laid) if laid else f"SELECT * FROM {published}"
