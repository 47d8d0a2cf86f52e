"""Exceptions 异常: what is open in each reconciliation, by class and cause, how old it is, and which of it is work.

Grain: an open item of a reconciliation, with the decisions made since the run. `size` adds up amounts without their
sign, so that what is missing here and there does not cancel out. What is open record by record is held against each
reconciliation's statement; residuals and findings about linked records stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from huikuan.insight.collection.receivable_rows import DEFAULT_ENDS, ends_of, group_name, groups_of
from huikuan.insight.recon_words import NAMES, recon_word, side_word
from huikuan.insight.reports.balance_items import short_reference
from huikuan.insight.reports.base import (
    FROM_ANY,
    TO_ANY,
    Parameter,
    Report,
    ReportSource,
    bound,
    finished,
    period_fact,
)
from huikuan.insight.reports.listing import LARGEST, conditions, least_listed, list_rows
from huikuan.insight.reports.tables import Chart, Column, Control, ReportTable, Row, Section, Series
from huikuan.insight.words import word_of
from huikuan.records.kind import record_key_parts
from huikuan.records.messages import gettext_noop as _
from huikuan.records.messages import translated

ZERO = Decimal(0)
TABLE, CUBE = "r_open", "r_open_cube"
COLUMNS = (
    "item_id, group_id, record_key, side, scope, order_no, date, currency, amount, class, needs_work, due_date, "
    "age_days, cause"
)
# What is open added up. `inside`: whether it is asked for; `is_record`: whether it is a whole record.
CUBE_SQL = f"""
CREATE OR REPLACE TEMP TABLE {CUBE} AS
SELECT name, currency, side, class, cause, needs_work, age_days, coalesce(record_key, '') <> '' AS is_record,
    coalesce({{where}}, false) AS inside, count(*)::BIGINT AS items, sum(amount)::DECIMAL(38,5) AS amount,
    sum(abs(amount))::DECIMAL(38,5) AS size
FROM {TABLE} GROUP BY ALL
"""
WORK = {"": _("all"), "yes": _("Needs work"), "no": _("Needs none")}
BY_RECON_SQL = f"""
SELECT name, sum(items)::BIGINT AS items, coalesce(sum(items) FILTER (needs_work), 0)::BIGINT AS work,
    sum(size)::DECIMAL(38,5) AS size, coalesce(sum(size) FILTER (needs_work), 0)::DECIMAL(38,5) AS work_size,
    max(age_days) FILTER (needs_work) AS oldest, {{ages}}
FROM {CUBE} WHERE inside AND currency = $currency GROUP BY name ORDER BY work DESC, name
"""
BY_CLASS_SQL = f"""
SELECT name, side, class, cause, needs_work, sum(items)::BIGINT AS items, sum(amount)::DECIMAL(38,5) AS amount,
    sum(size)::DECIMAL(38,5) AS size, max(age_days) AS oldest
FROM {CUBE} WHERE inside AND currency = $currency GROUP BY ALL
ORDER BY needs_work DESC, sum(size) DESC, name, class, cause
"""
LIST_SQL = (
    f"SELECT *, abs(amount) AS size FROM {TABLE} WHERE {{listed}} AND {LARGEST} ORDER BY size DESC, name, item_id"
)
LISTED_SQL = f"""
SELECT sum(items)::BIGINT AS rows, sum(size)::DECIMAL(38,5) AS size FROM {CUBE}
WHERE inside AND currency = $currency AND needs_work
"""
RECORDS_SQL = f"""
SELECT name, currency, sum(amount)::DECIMAL(38,5) AS amount FROM {CUBE} WHERE is_record GROUP BY ALL
"""


def make(source: ReportSource, params: Mapping[str, Any]) -> ReportTable:
    """Per currency: by reconciliation, by class and cause, then the items that are work, the largest first."""
    ends = ends_of(params["buckets"])
    parts = [f"SELECT '{name}' AS name, {COLUMNS} FROM {table}" for name, table in source.opens.items()]
    if not parts:
        return finished(REPORT, source, (period_fact(params),), ())
    source.con.execute(f"CREATE OR REPLACE TEMP VIEW {TABLE} AS {' UNION ALL BY NAME '.join(parts)}")
    where = _where(params)
    source.con.execute(CUBE_SQL.format(where=where), bound(where, params))
    sections, charts, controls = [], [], _controls(source)
    for row in source.rows(f"SELECT DISTINCT currency FROM {CUBE} WHERE inside ORDER BY 1"):
        currency = row["currency"] or ""
        values = {**params, "currency": row["currency"]}
        recons = _recons(source, values, ends, currency)
        classes = _classes(source, values, currency)
        sections += [recons, classes]
        charts += _chart(recons, ends)
        for key in ("items", "size"):
            found, expected = ((each.totals() or ())[each.index(key)] for each in (classes, recons))
            label, unit = classes.columns[classes.index(key)].title, currency if key == "size" else ""
            controls.append(Control(label, found, translated(_("total by reconciliation")), expected, unit))
        listed = _list(source, where, values, currency)
        if listed.rows:
            sections.append(listed)
    return finished(REPORT, source, (period_fact(params),), sections, notes=NOTES, controls=controls, charts=charts)


def _where(params: Mapping[str, Any]) -> str:
    told = {
        "reconciliation": "name = $reconciliation", "class": "class = $class", "from": "date >= $from",
        "to": "date <= $to", "work": "needs_work = ($work = 'yes')",
    }  # fmt: skip
    return conditions(told, params, "currency IS NOT NULL")


def _controls(source: ReportSource) -> list[Control]:
    """What is open record by record, on any day, beside the statement of each reconciliation."""
    found = {(r["name"], r["currency"]): r["amount"] for r in source.rows(RECORDS_SQL)}
    told: dict[tuple[str, str], Decimal] = {}
    for row in source.statements:
        key = row["name"], row["currency"]
        told[key] = told.get(key, ZERO) + row["open"]
    agrees = translated(_("open in its statement"))
    return [
        Control(recon_word(key[0]), found.get(key, ZERO), agrees, told.get(key, ZERO), key[1])
        for key in sorted({*found, *told})
    ]


def _age_columns(ends: tuple[int, ...]) -> list[tuple[str, str, str]]:
    """Key, title and SQL of each age group of what needs work."""
    return [
        (
            f"age_{first}", translated(_("%(days)s days")) % {"days": group_name(0 if first == 1 else first, last)},
            f"coalesce(sum(items) FILTER (needs_work AND coalesce(age_days, 0) >= {0 if first == 1 else first}"
            f"{'' if last is None else f' AND coalesce(age_days, 0) <= {last}'}), 0)::BIGINT",
        )
        for first, last in groups_of(ends)
    ]  # fmt: skip


def _recons(source: ReportSource, values: Mapping[str, Any], ends: tuple[int, ...], currency: str) -> Section:
    ages = _age_columns(ends)
    sql = ", ".join(f"{query} AS {key}" for key, _title, query in ages)
    found = source.rows(BY_RECON_SQL.format(ages=sql), values)
    columns = (
        Column("name", translated(_("Reconciliation"))),
        Column("items", translated(_("Open items")), "count", total=True, definition=translated(ITEMS), drill={}),
        Column("size", translated(_("Size")), "money", total=True, definition=translated(SIZE)),
        Column("work", translated(_("Needs work")), "count", total=True, definition=translated(NEEDS_WORK),
               drill={"work": "yes"}),
        Column("work_size", translated(_("Size of the work")), "money", total=True),
        *(Column(key, title, "count", total=True) for key, title, _sql in ages),
        Column("oldest", translated(_("Oldest (days)")), "count", definition=translated(AGE)),
    )  # fmt: skip
    rows = tuple(
        Row((recon_word(row["name"]), *(row[column.key] for column in columns[1:])),
            drill={"reconciliation": row["name"]})
        for row in found
    )  # fmt: skip
    title = translated(_("By reconciliation"))
    return Section(title, columns, rows, translated(_("Total")), currency, target="exceptions")


def _classes(source: ReportSource, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("name", translated(_("Reconciliation"))),
        Column("side", translated(_("Side"))),
        Column("class", translated(_("Kind"))),
        Column("cause", translated(_("Cause"))),
        Column("work", translated(_("Needs work"))),
        Column("items", translated(_("Open items")), "count", total=True, drill={}),
        Column("amount", translated(_("Amount")), "money", definition=translated(AMOUNT)),
        Column("size", translated(_("Size")), "money", total=True),
        Column("oldest", translated(_("Oldest (days)")), "count"),
    )
    yes = translated(_("yes"))
    rows = []
    for row in source.rows(BY_CLASS_SQL, values):
        drill = {"class": row["class"] or "", "cause": row["cause"] or "", "side": row["side"]}
        values_ = (
            recon_word(row["name"]), side_word(row["name"], row["side"]), word_of("class", row["class"] or ""),
            word_of("cause", row["cause"] or ""), yes if row["needs_work"] else "", row["items"], row["amount"],
            row["size"], row["oldest"],
        )  # fmt: skip
        rows.append(Row(values_, drill=drill, target=f"open/{row['name']}"))
    return Section(translated(_("By kind and cause")), columns, tuple(rows), translated(_("Total")), currency)


def _list(source: ReportSource, where: str, values: Mapping[str, Any], currency: str) -> Section:
    columns = (
        Column("order_no", translated(_("Order"))),
        Column("record", translated(_("Record")), drill={}),
        Column("name", translated(_("Reconciliation"))),
        Column("scope", translated(_("Shop or account"))),
        Column("date", translated(_("Date")), "date"),
        Column("due", translated(_("Due on")), "date"),
        Column("age", translated(_("Age (days)")), "count"),
        Column("class", translated(_("Kind"))),
        Column("cause", translated(_("Cause"))),
        Column("amount", translated(_("Amount")), "money"),
        Column("size", translated(_("Size")), "money", total=True),
    )
    listed = f"{where} AND currency = $currency AND needs_work"
    asked = {**values, "least": least_listed(source, TABLE, listed, values)}
    rows = list_rows(
        source, LIST_SQL.format(listed=listed), asked, columns, _line, lambda: source.rows(LISTED_SQL, values)[0]
    )
    return Section(translated(_("Items that need work")), columns, rows, translated(_("Total")), currency)


def _line(row: Mapping[str, Any]) -> Row:
    values = (
        row["order_no"] or "", _short(row["record_key"] or ""), recon_word(row["name"]), row["scope"] or "",
        row["date"], row["due_date"], row["age_days"], word_of("class", row["class"] or ""),
        word_of("cause", row["cause"] or ""), row["amount"], row["size"],
    )  # fmt: skip
    return Row(values, drill={"record_key": row["record_key"] or ""}, target="source")


def _short(record_key: str) -> str:
    """A record's own number, for a list: the part of its key that says most."""
    parts = record_key_parts(record_key)[1] if record_key else []
    longest = max(parts[1:] or parts, key=len, default="")
    return short_reference(longest) or longest.replace("|", " ").strip()


def _chart(recons: Section, ends: tuple[int, ...]) -> list[Chart]:
    """What needs work, by age."""
    shades = ("#E8B04A", "#DE9A4A", "#D27F45", "#C8553D", "#A93A45", "--overdue")
    ages = [n for n, column in enumerate(recons.columns) if column.key.startswith("age_")]
    busy = [row for row in recons.rows if row.values[recons.index("work")]]
    series = tuple(
        Series(recons.columns[n].title, tuple(row.values[n] for row in busy), shades[min(place, len(shades) - 1)])
        for place, n in enumerate(ages)
        if any(row.values[n] for row in busy)
    )
    names = tuple(str(row.values[0]) for row in busy)
    title, unit = translated(_("What needs work, by age")), translated(_("items"))
    drills = tuple({**row.drill, "work": "yes"} for row in busy)
    return [Chart(title, "stacked", names, series, "count", unit, target="exceptions", drills=drills)] if series else []


ITEMS = _("Records that nothing was matched with, what matches leave over, and findings about linked records.")
SIZE = _("Amounts without their sign, added up.")
NEEDS_WORK = _("What a person should look at; what is not due, in transit or another period's needs none.")
AGE = _("Days from the item's date to the day of the report.")
AMOUNT = _("Signed as on its side.")
NOTES = (_("A statement's open amount is that of whole records; what matches leave over stands beside it."),)
REPORT = Report(
    "exceptions",
    _("Exceptions"),
    _("What is open in each reconciliation, by kind and cause, how old it is, and what of it needs work."),
    (
        FROM_ANY, TO_ANY, Parameter("work", _("Needs work"), choices=tuple(WORK), words=WORK),
        Parameter("reconciliation", _("Reconciliation"), words=NAMES),
        Parameter("class", _("Kind"), hidden=True),
        Parameter("buckets", _("Age groups end at (days)"), default=DEFAULT_ENDS),
    ),
    make,
    group="reconciliation",
)  # fmt: skip
