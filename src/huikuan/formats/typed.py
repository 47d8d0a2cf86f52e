"""From raw cells to typed values: one DuckDB table per document, written once.

The declaration's columns, then its expressions, become levels of one query: a value stands one level above the values
it uses, so that each is computed once. The table holds only what emits, totals and checks use, and per row
`faults` (a mask of rejects), `flags` (a mask) and `ignored`. It is written in one pass over the source, so it holds at
first all its rows, `dropped` (`header_again` among them) and `footer` too, which `controls.cut_footer` takes out.
Grain: one row per row of the source; key: `source_row`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from huikuan.formats.classify import add_classes, create_classes
from huikuan.formats.controls import footer_sql, named_date, read_facts, sums_sql
from huikuan.formats.day_order import settle_day_order
from huikuan.formats.faults import Fault, mask_sql
from huikuan.formats.headers import currency_behind
from huikuan.formats.merged_cells import fill_merged
from huikuan.formats.reading import LEARNED_ROWS, RawTable, ReadContext
from huikuan.formats.spec import Classified, Column, Constant, Day, Expression, Format, Identifier, Moment, Reject
from huikuan.formats.values_sql import absent_sql, column_sql
from huikuan.formats.zone_names import settle_zone_names
from huikuan.records.kind import DUCKDB_TYPES
from huikuan.records.money import one_of_sql
from huikuan.records.sql import sql_text

if TYPE_CHECKING:
    from collections.abc import Callable

    import duckdb

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_LITERAL = re.compile(r"'(?:[^']|'')*'")


@dataclass
class Typed:
    """The typed table of a document, and what its masks' bits mean. `missing` lists headers that a value needs and
    the file does not have. `raw` is where the rows can be looked at again. `declared` is the format with what this file
    has settled: the order of day and month, the zones."""

    table: str
    declared: Format
    raw: RawTable
    rejects: list[Fault]
    flags: list[Fault]
    missing: list[str] = field(default_factory=list)


@dataclass
class _Plan:
    """What the query is made of while it is put together."""

    cells: dict[str, str] = field(default_factory=dict)  # r_NAME -> cell of the raw table
    values: dict[str, str] = field(default_factory=dict)  # NAME -> SQL, in the order declared
    classified: dict[str, Classified] = field(default_factory=dict)
    rejects: list[Fault] = field(default_factory=list)
    flags: list[Fault] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    unreadable: dict[str, str] = field(default_factory=dict)  # name of a value -> SQL: its cell cannot be read


def words(sql: str) -> set[str]:
    """The identifiers in an SQL snippet; texts in quotes left out."""
    return set(_WORD.findall(_LITERAL.sub("''", sql)))


def build_typed(
    con: duckdb.DuckDBPyConnection, declared: Format, raw: RawTable, context: ReadContext, name: str
) -> Typed:
    """Write the typed table `name`."""
    declared, raw = settle_day_order(con, declared, raw)
    declared, raw = settle_zone_names(con, declared, raw)
    raw = fill_merged(con, declared, raw)
    plan = _plan(declared, raw, context)
    if plan.missing:
        return Typed(name, declared, raw, plan.rejects, plan.flags, plan.missing)
    for each in plan.classified:
        create_classes(con, f"{name}_{each}")
    written = _write(con, raw, plan, name, lambda relation: _query(declared, raw, plan, relation, name))
    return Typed(name, declared, written, _ragged(declared, raw) + plan.rejects, plan.flags)


def _write(
    con: duckdb.DuckDBPyConnection, raw: RawTable, plan: _Plan, name: str, query_of: Callable[[str], str]
) -> RawTable:
    """Write the typed table from the stream of rows, else from the raw table; the raw table as it is now."""

    def learn(relation: str) -> None:
        for _ in plan.classified:  # what one is may depend on those before it
            if not _learn_classes(con, plan, name, f"({query_of(relation)})"):
                return

    raw = _write_once(con, raw, name, query_of, learn)
    while _learn_classes(con, plan, name, name):
        # Rows with a wording not met before are made again, now that it is known.
        new = " OR ".join(f"{each}_new IS NOT NULL" for each in plan.classified)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {name}_again AS SELECT source_row FROM {name} WHERE {new}")
        con.execute(f"DELETE FROM {name} WHERE {new}")
        rows = [row[0] for row in con.execute(f"FROM {name}_again").fetchall()]
        again = f"(SELECT * FROM {raw.relation(con, rows)} WHERE source_row IN (FROM {name}_again))"
        con.execute(f"INSERT INTO {name} {query_of(again)}")
    return raw


def _write_once(
    con: duckdb.DuckDBPyConnection,
    raw: RawTable,
    name: str,
    query_of: Callable[[str], str],
    learn: Callable[[str], None],
) -> RawTable:
    if raw.stream is not None:
        cells = ", ".join(f"NULL::VARCHAR AS {cell}" for cell in raw.cell_names)
        con.execute(f"CREATE TABLE {name} AS {query_of(f'(SELECT {cells}, 0::BIGINT AS source_row LIMIT 0)')}")
        if raw.stream.insert(con, name, query_of, learn):
            return raw
        con.execute(f"DROP TABLE {name}")
        raw.stream.store(con, raw.table)
        raw = replace(raw, stream=None)
    learn(f"(SELECT * FROM {raw.table} LIMIT {LEARNED_ROWS})")
    con.execute(f"CREATE TABLE {name} AS {query_of(raw.table)}")
    return raw


def _learn_classes(con: duckdb.DuckDBPyConnection, plan: _Plan, name: str, relation: str) -> bool:
    """Classify the wordings in typed rows that were not met before; whether there are any. Rows that will be taken out
    have none."""
    if not plan.classified:
        return False
    new = [f"{each}_new" for each in plan.classified]
    # One query for all of them: the relation may be a long one.
    unknown = f"coalesce({', '.join(new)}) IS NOT NULL AND NOT footer AND NOT dropped"
    rows = con.execute(f"SELECT DISTINCT {', '.join(new)} FROM {relation} WHERE {unknown}").fetchall()
    for place, (each, value) in enumerate(plan.classified.items()):
        items = sorted({row[place] for row in rows if row[place] is not None})
        if items:
            add_classes(con, items, value.table, f"{name}_{each}")
    return bool(rows)


def _query(declared: Format, raw: RawTable, plan: _Plan, relation: str, name: str) -> str:
    """The query that makes the typed table of a relation of raw rows: as many rows."""
    used = _used(declared)
    ragged, faults = _ragged(declared, raw), plan.rejects
    query, placed = _levels(plan, raw, relation, _below(declared, raw), used, name)
    ragged_sql = " OR ".join(f"({fault.condition})" for fault in ragged) or "FALSE"
    mask = f"CASE WHEN {ragged_sql} THEN {mask_sql(ragged)} ELSE {mask_sql(faults)} << {len(ragged)} END"
    ignored = f"coalesce(({declared.ignored}), FALSE)" if declared.ignored else "FALSE"
    kept = sorted((used & placed) - {"source_row", "ignored"}) + [f"{each}_new" for each in plan.classified]
    skipped = f"coalesce(({declared.skip_rows}), FALSE)" if declared.skip_rows else "FALSE"
    return (
        f"SELECT source_row, {mask} AS faults, {mask_sql(plan.flags)} AS flags, {ignored} AS ignored, "
        f"blank OR row_of_sums OR header_again OR {skipped} AS dropped, header_again, "
        f"footer{''.join(f', {each}' for each in kept)} FROM ({query})"
    )


def _plan(declared: Format, raw: RawTable, context: ReadContext) -> _Plan:
    plan = _Plan()
    plan.values["header_row"] = f"{raw.header_row}::BIGINT"
    day = named_date(declared, raw)
    plan.values["named_date"] = f"DATE '{day}'" if day else "NULL::DATE"
    plan.values["account_given"] = f"nullif({sql_text(context.account)}, '')"
    plan.values["book_currency"] = sql_text(context.currency)
    above = read_facts(declared, raw, ()).facts
    for fact in declared.facts:
        plan.values[f"fact_{fact.name}"] = sql_text(above[fact.name]) if fact.name in above else "NULL::VARCHAR"
    behind = {currency_behind(each) for each in raw.names} - {""} if declared.header_currency else set()
    plan.values["header_currency"] = sql_text(min(behind)) if len(behind) == 1 else "NULL::VARCHAR"
    for column in declared.columns:
        _plan_column(plan, declared, column, raw, context)
    for value in declared.values:
        match value:
            case Constant():
                plan.values[value.name] = sql_text(value.value)
            case Expression():
                plan.values[value.name] = f"CAST({value.sql} AS {DUCKDB_TYPES[value.type]})"
            case Classified():
                plan.values[f"{value.name}_item"] = value.item
                plan.classified[value.name] = value
                for part in ("", "_movement", "_linked"):
                    plan.values[f"{value.name}{part}"] = ""
    headers = _headers_of(declared, raw)
    for reject in declared.rejects:
        plan.rejects.append(_declared_fault(_if_readable(plan, reject), "reject", headers))
    for flag in declared.flags:
        plan.flags.append(_declared_fault(Reject(flag.code, flag.sql, flag.column), "flag", headers))
    plan.flags += _damaged_references(declared, plan, headers)
    return plan


def _damaged_references(declared: Format, plan: _Plan, headers: dict[str, tuple[str, str]]) -> list[Fault]:
    """A flag for each identifier that records use, may be missing and is asked about by nothing else."""
    wanted = _needed(plan, _used(declared))
    conditions = [flag.sql for flag in declared.flags] + [reject.sql for reject in declared.rejects]
    conditions += [sql for name, sql in plan.values.items() if not name.endswith("_damaged")]
    asked = set().union(*map(words, conditions))
    return [
        Fault("number_damaged", f"{each.name}_damaged", *headers[each.headers[0]], severity="flag")
        for each in declared.columns
        if isinstance(each, Identifier) and not each.filled and each.headers[0] in headers
        and each.name in wanted and f"{each.name}_damaged" not in asked
    ]  # fmt: skip


def _below(declared: Format, raw: RawTable) -> tuple[str, str, str]:
    """SQL: whether a row is of the footer; whether it is a row of sums above a footer of the format's own, which tells
    the totals itself; whether it is the header once more."""
    named = next((at for at, each in enumerate(raw.header) if each.strip()), 0)
    cells, dated = raw.cell_names[named:], _dated(declared, raw)
    sums = "FALSE" if declared.footer is None else sums_sql(cells[:1], dated)
    return footer_sql(declared, cells, dated), sums, _header_again(declared, raw, dated)


def _header_again(declared: Format, raw: RawTable, dated: str) -> str:
    """SQL: whether a row is the header once more, as at the top of each printed page, or tells it in another language:
    where the date stands (else the first value), a name of its column stands, and a name of another column in its
    place."""
    names: dict[str, set[str]] = {}
    for column in declared.columns:
        place = raw.place(column.headers, column.occurrence, declared.header_currency)
        if place is not None:
            written = raw.header[place].strip()
            names.setdefault(f"c{place}", set()).update(name.lower() for name in (written, *column.headers))
    first = dated if dated in names else next(iter(names), "")
    other = next((cell for cell in names if cell != first), "")
    if not other:
        return "FALSE"
    tests = " AND ".join(one_of_sql(f"lower(trim({cell}, ' \t'))", sorted(names[cell])) for cell in (first, other))
    return f"CASE WHEN ascii({first}) BETWEEN 48 AND 57 THEN FALSE ELSE coalesce({tests}, FALSE) END"


def _dated(declared: Format, raw: RawTable) -> str:
    """The cell that holds each row's date; "" if the file has none."""
    columns = [each for each in declared.columns if isinstance(each, Moment | Day)]
    for each in sorted(columns, key=lambda column: not column.filled):
        place = raw.place(each.headers, each.occurrence, declared.header_currency)
        if place is not None:
            return f"c{place}"
    return ""


def _plan_column(plan: _Plan, declared: Format, column: Column, raw: RawTable, context: ReadContext) -> None:
    index = raw.place(column.headers, column.occurrence, declared.header_currency)
    if index is None:
        if getattr(column, "filled", False):
            plan.missing.append(column.headers[0])
        plan.values |= absent_sql(column)
        return
    plan.cells[f"r_{column.name}"] = f"c{index}"
    if isinstance(column, Moment) and column.also:
        other = raw.place(column.also)
        plan.cells[f"r_{column.name}_also"] = "NULL" if other in (None, index) else f"c{other}"
    if isinstance(column, Moment) and column.zone:
        other = raw.place(column.zone)
        plan.cells[f"r_{column.name}_zone"] = "NULL" if other is None else f"c{other}"
    found = column_sql(column, raw.header[index].strip(), f"c{index}", context)
    plan.values |= found.parsed | found.derived
    plan.rejects += found.faults
    if found.faults:
        wrong = " OR ".join(f"({fault.condition})" for fault in found.faults)
        plan.unreadable |= {column.name: wrong, f"{column.name}_date": wrong}


def _headers_of(declared: Format, raw: RawTable) -> dict[str, tuple[str, str]]:
    """Header as declared → (header as written, raw cell)."""
    found: dict[str, tuple[str, str]] = {}
    for column in declared.columns:
        index = raw.place(column.headers, column.occurrence, declared.header_currency)
        if index is not None:
            found[column.headers[0]] = (raw.header[index].strip(), f"c{index}")
    return found


def _if_readable(plan: _Plan, reject: Reject) -> Reject:
    """A declared reject, unless a cell that it looks at cannot be read: that is told already."""
    told = [plan.unreadable[name] for name in sorted(words(reject.sql)) if name in plan.unreadable]
    return replace(reject, sql=f"({reject.sql}) AND NOT ({' OR '.join(told)})") if told else reject


def _declared_fault(reject: Reject, severity: str, headers: dict[str, tuple[str, str]]) -> Fault:
    shown, cell = headers.get(reject.column, (reject.column, ""))
    return Fault(reject.code, f"coalesce(({reject.sql}), FALSE)", shown, cell, severity=severity)


def _ragged(declared: Format, raw: RawTable) -> list[Fault]:
    """Rows with too few or too many cells. Columns without a name at the end of the header are no columns."""
    named = [index for index, each in enumerate(raw.header) if each.strip()]
    count = str(len(named))
    faults = []
    if declared.short_rows == "reject" and raw.extra_columns and named:
        faults.append(Fault("row.too_few_cells", f"c{named[-1]} IS NULL", expected=count))
    beyond = [f"coalesce(trim(x{index}, ' \t'), '') <> ''" for index in range(raw.extra_columns)]
    if beyond:
        faults.append(Fault("row.too_many_cells", " OR ".join(beyond), expected=count))
    return faults


def _used(declared: Format) -> set[str]:
    """Every name that emits, totals and checks mention."""
    snippets = [
        declared.ignored,
        declared.skip_rows,
        declared.account_value,
        declared.shop_value,
        declared.currency_value,
    ]
    snippets += [declared.currency_in_rows, *declared.period_values]
    snippets += [part for each in declared.settled for part in (each.name, each.sql)]
    snippets += [each.sql for each in declared.doubts]
    for emit in declared.emits:
        snippets += [*emit.fields.values(), emit.where, emit.moment, f"{emit.moment}_date"]
    snippets += [sql for total in declared.totals for sql in (total.computed, total.stated if total.in_rows else "")]
    if declared.balance:
        balance = declared.balance
        snippets += [balance.amount, balance.balance, balance.by, balance.rows, *balance.readings, *balance.inverted]
        snippets += [each.sql for each in balance.unclear]
    if declared.balanced:
        snippets += [declared.balanced.key, declared.balanced.left, declared.balanced.right]
    return set().union(*(words(each) for each in snippets))


def _needed(plan: _Plan, used: set[str]) -> set[str]:
    """The values which `used`, the faults and the flags need, directly or through others."""
    wanted = set(used)
    for fault in plan.rejects + plan.flags:
        wanted |= words(fault.condition)
    for name in plan.classified:
        if wanted & {name, f"{name}_movement", f"{name}_linked"}:
            wanted |= {name, f"{name}_movement", f"{name}_linked", f"{name}_item"}
    for name in reversed(list(plan.values)):
        if name in wanted:
            wanted |= words(plan.values[name])
            for each in plan.classified:
                if name in _parts(each):
                    wanted |= {*_parts(each), f"{each}_item"}
    return wanted


def _levels(
    plan: _Plan, raw: RawTable, relation: str, below: tuple[str, str, str], used: set[str], name: str
) -> tuple[str, set[str]]:
    """The query with all values, and the names it gives."""
    wanted = _needed(plan, used)
    level_of = dict.fromkeys(plan.cells, 0)
    levels: list[dict[str, str]] = []
    for value, sql in plan.values.items():
        if value not in wanted:
            continue
        item = next((f"{each}_item" for each in plan.classified if value in _parts(each)), "")
        level = 1 + max((level_of.get(word, 0) for word in words(item or sql)), default=0)
        level_of[value] = level
        while len(levels) < level:
            levels.append({})
        levels[level - 1][value] = sql
    query = _cells_query(plan, raw, relation, below, wanted)
    for values in levels:
        query = _one_level(query, values, plan, name)
    return query, set(level_of)


def _parts(classified: str) -> tuple[str, str, str]:
    return classified, f"{classified}_movement", f"{classified}_linked"


def _cells_query(plan: _Plan, raw: RawTable, relation: str, below: tuple[str, str, str], wanted: set[str]) -> str:
    cells = [f"{cell} AS {name}" for name, cell in plan.cells.items() if name in wanted]
    cells += [f"x{index}" for index in range(raw.extra_columns)]
    named = [index for index, each in enumerate(raw.header) if each.strip()]
    last = [f"c{named[-1]}"] if named else []
    columns = ", ".join(["source_row", *dict.fromkeys(cells + last)])
    rest = ", ".join(f"c{index}" for index in range(1, len(raw.header))) or "''"
    blanks = "' \t`\u00a0\u3000'"
    whole = f"trim(concat_ws('', c0, {rest}), {blanks}) = ''"
    blank = f"CASE WHEN ascii(c0) BETWEEN 33 AND 95 OR ascii(c0) > 12288 THEN FALSE ELSE {whole} END"
    footer, sums, again = below
    return (
        f"SELECT {columns}, {blank} AS blank, {footer} AS footer, {sums} AS row_of_sums, {again} AS header_again "
        f"FROM {relation}"
    )


def _one_level(query: str, values: dict[str, str], plan: _Plan, name: str) -> str:
    plain = {value: sql for value, sql in values.items() if sql}
    for each in plan.classified:
        if each not in values:
            continue
        query = (
            f"SELECT q.*, coalesce(k.type, 'unclassified') AS {each}, k.movement AS {each}_movement, "
            f"coalesce(k.linked, FALSE) AS {each}_linked, CASE WHEN k.item IS NULL THEN {each}_item END AS {each}_new "
            f"FROM ({query}) q LEFT JOIN {name}_{each} k ON k.item = q.{each}_item"
        )
    if not plain:
        return query
    return f"SELECT *, {', '.join(f'{sql} AS {value}' for value, sql in plain.items())} FROM ({query})"
